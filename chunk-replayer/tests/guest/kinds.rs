//! A chunk of every kind, proved and verified from headers alone.
//!
//! For each kind the shortest run among all recorded chunks that can be proved. A kind that no recorded chunk has is listed too: once one is recorded, a test says so.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use chunk_replayer::features::features;
use chunk_replayer::folder::ChunkId;
use chunk_replayer::guest::{GuestInput, execute, input, program};
use chunk_replayer::prove::ChunkJob;
use chunk_replayer::source::Source;
use chunk_verifier::verify_chunk;
use prover::estimate::SegmentSize;
use prover::prove::Silent;
use zk_processor::executor::Limits;

use crate::recorded::{for_each, full_archives};

/// What a kind is, the feature that makes a chunk one of it, the chunk.
const KINDS: &[(&str, &str, &str)] = &[
    (
        "an empty chunk",
        "empty chunk",
        "contract_distribution_simple.test_contract_distribution_wait_cache_populate_different_accounts/1002-s0",
    ),
    (
        "a missing chunk",
        "implicit: missing chunk",
        "examples.missing_chunk.missing_chunk_example_test/7-s1",
    ),
    (
        "a missing chunk on the first block of an epoch",
        "implicit: epoch start",
        "sync.state_sync.test_state_sync_miss_chunks_first_block/21-s0-GBamw3kT",
    ),
    (
        "the first chunk after genesis",
        "genesis-based",
        "contract_distribution_simple.test_contract_distribution_wait_cache_populate_single_account/1000-s0",
    ),
    (
        "a split of the shard",
        "resharding: witnessed shard is a child",
        "resharding_v3.slow_test_resharding_v3_two_splits_one_after_another_at_single_node/37-s6",
    ),
    (
        "test parameters",
        "parameters 4quxrbF5P9pFrhB3o6TJFe2Aj21Lt1Zbmj964ExKoujZ",
        "resharding_v3.slow_test_resharding_v3_yield_timeout/17-s3",
    ),
    (
        "a validator update",
        "validator update",
        "in_memory_tries.test_load_memtrie_after_empty_chunks/10006-s1",
    ),
    (
        "a validator update with rewards",
        "validator update with rewards",
        "contract_distribution_simple.test_contract_distribution_call_after_clear_single_account/1011-s0",
    ),
    (
        "validator proposals",
        "validator proposals",
        "chunks_management.slow_test_chunks_produced_and_distributed_chunk_distribution_network_incorrect_get_return/35-s1",
    ),
    (
        "an expired transaction",
        "expired transaction",
        "malicious_chunk_producer.test_producer_with_expired_transactions/10028-s0",
    ),
    (
        "a wrong signature",
        "failure InvalidTxError/InvalidSignature",
        "malicious_chunk_producer.test_producer_with_expired_transactions/10034-s0",
    ),
    (
        "CreateAccount and AddKey",
        "receipt action CreateAccount",
        "actions/180000009-s0",
    ),
    (
        "CreateAccount and AddKey",
        "receipt action AddKey",
        "actions/180000009-s0",
    ),
    ("DeleteKey", "transaction action DeleteKey", "actions/180000008-s0"),
    (
        "DeleteAccount",
        "transaction action DeleteAccount",
        "contract_distribution_simple.test_contract_distribution_deploy_and_call_multiple_contracts/1033-s0",
    ),
    (
        "DeployContract",
        "receipt action DeployContract",
        "deterministic_account_id.test_contract_transfer_and_deploy_contract_to_deterministic_account/14-s1",
    ),
    (
        "DeployGlobalContract",
        "transaction action DeployGlobalContract",
        "global_contracts.test_global_contract_update/22-s1",
    ),
    (
        "a global contract's distribution",
        "receipt kind GlobalContractDistribution",
        "global_contracts.test_global_contract_update/23-s1",
    ),
    (
        "UseGlobalContract",
        "receipt action UseGlobalContract",
        "global_contracts.test_use_global_contract_by_hash_delegate/12-s0",
    ),
    (
        "Delegate",
        "receipt action Delegate",
        "global_contracts.test_use_global_contract_by_hash_delegate/11-s0",
    ),
    (
        "DeterministicStateInit",
        "receipt action DeterministicStateInit",
        "deterministic_account_id.test_deterministic_state_init_missing_global_contract/8-s1",
    ),
    ("Stake", "receipt action Stake", "staking_pool/180000012-s0"),
    (
        "Transfer",
        "receipt action Transfer",
        "contract_distribution_simple.test_contract_distribution_call_after_clear_single_account/1007-s0",
    ),
    (
        "FunctionCall without a contract",
        "failure ActionError/FunctionCallError/CompilationError/CodeDoesNotExist",
        "wnear/180000055-s3",
    ),
    (
        "a failing receipt",
        "failure ActionError/GlobalContractDoesNotExist",
        "deterministic_account_id.test_deterministic_state_init_missing_global_contract/8-s1",
    ),
    (
        "a failing receipt",
        "failure ActionError/AccountDoesNotExist",
        "contract_distribution_simple.test_contract_distribution_call_after_clear_different_accounts/1019-s0",
    ),
    (
        "a receipt that waits for data",
        "receipt waits for data",
        "wnear/180000055-s2",
    ),
    (
        "data of a failed promise",
        "outgoing data of a failed promise",
        "wnear/180000055-s3",
    ),
    (
        "a resumed promise",
        "outgoing kind PromiseResume",
        "resharding_v3.slow_test_resharding_v3_yield_timeout/37-s8",
    ),
    (
        "buffered receipts, a congested shard",
        "congestion: buffered receipts",
        "resharding_v3.slow_test_resharding_v3_buffered_receipts_towards_splitted_shard/30-s3",
    ),
    (
        "an Ed25519 signature",
        "transaction signed with ed25519",
        "transfers/180000008-s3",
    ),
];

/// Features of which no recorded chunk that can be proved is an example, and why.
const NOT_RECORDED: &[(&str, &str)] = &[
    ("delayed receipts", "only in chunks that run contracts"),
    ("congestion: delayed gas", "only in chunks that run contracts"),
    (
        "receipt action FunctionCall",
        "of an account with code, so it runs a contract",
    ),
    ("receipt kind Data", "for a promise that runs a contract"),
    ("outcome with a value", "only contracts return values"),
    ("proposed split", "only in chunks that run contracts"),
    ("transaction signed with secp256k1", "not recorded"),
    ("transaction signed with ml-dsa-65", "not recorded"),
    ("transaction with gas key", "not recorded"),
    ("transaction action TransferToGasKey", "not recorded"),
    ("transaction action WithdrawFromGasKey", "not recorded"),
    ("transaction action DelegateV2", "not recorded"),
];

/// Chunks that are proved for their size, and others that are proved for their shape.
const LADDER: [&str; 6] = [
    "transfers/180000011-s0",
    "transfers/180000015-s3",
    "transfers/180000017-s2",
    "transfers/180000019-s2",
    "transfers/180000008-s3",
    "transfers/180000012-s3",
];

/// Longer runs take hours to prove on two cores.
const MOST_INSTRUCTIONS: u64 = 5_000_000;

/// Proves and verifies a chunk.
fn assert_proved(id: &str, input: &GuestInput) {
    let started = Instant::now();
    let job = ChunkJob::new(input, SegmentSize::Full, None).unwrap_or_else(|error| panic!("{id}: {error}"));
    let proof = job.prove(&mut Silent).unwrap_or_else(|error| panic!("{id}: {error}"));
    let (bytes, proving) = (proof.encode(), started.elapsed());
    let started = Instant::now();
    let outcome = verify_chunk(&input.statement, &bytes).unwrap_or_else(|error| panic!("{id}: {error}"));
    println!(
        "{id}: {} instructions, {} segments, {} bytes, proved in {:.1} s, verified in {:.3} s",
        outcome.instructions,
        outcome.segments,
        bytes.len(),
        proving.as_secs_f64(),
        started.elapsed().as_secs_f64()
    );
}

#[test]
fn deep_a_chunk_of_every_kind_is_proved_and_verified() {
    let sources = full_archives().unwrap_or_else(|| vec![Source::Embedded]);
    let wanted: BTreeSet<&str> = KINDS.iter().map(|(.., id)| *id).chain(LADDER).collect();
    let mut proved = BTreeSet::new();
    let named = |id: &ChunkId| wanted.iter().find(|wanted| id.is_called(wanted));
    for_each(
        &sources,
        |id| named(id).is_some(),
        |id, prepared| {
            let Some(wanted) = named(id) else { return };
            let found = features(&prepared.record).unwrap_or_else(|error| panic!("{id}: {error}"));
            for (kind, feature, _) in KINDS.iter().filter(|(.., of)| of == wanted) {
                assert!(found.contains(*feature), "{id} is no example of {kind}: {found:?}");
            }
            assert_proved(
                id.as_str(),
                &input(&prepared).unwrap_or_else(|error| panic!("{id}: {error}")),
            );
            proved.insert(*wanted);
        },
    );
    let missing: Vec<_> = wanted.difference(&proved).collect();
    println!("{} of {} proved", proved.len(), wanted.len());
    if full_archives().is_some() {
        assert!(missing.is_empty(), "not recorded: {missing:?}");
    } else {
        println!("not embedded: {missing:?}");
    }
}

/// Prints, for every feature of any chunk that can be proved, the shortest run; and asserts that the tables above are right about what there is.
#[test]
fn deep_every_kind_that_is_recorded_is_in_the_table() {
    let Some(sources) = full_archives() else {
        return;
    };
    let limits = Limits {
        instructions: MOST_INSTRUCTIONS,
        ..Limits::default()
    };
    let mut shortest: BTreeMap<String, (u64, ChunkId)> = BTreeMap::new();
    for_each(
        &sources,
        |_| true,
        |id, prepared| {
            let Ok(input) = input(&prepared) else { return };
            let Ok(run) = execute(program(), input.window(), limits) else {
                return;
            };
            for feature in features(&prepared.record).unwrap_or_else(|error| panic!("{id}: {error}")) {
                let entry = (run.instructions, id.clone());
                let known = shortest.entry(feature).or_insert_with(|| entry.clone());
                if entry < *known {
                    *known = entry;
                }
            }
        },
    );
    for (feature, (instructions, id)) in &shortest {
        println!("{feature}: {id}, {instructions} instructions");
    }
    for (kind, feature, _) in KINDS {
        assert!(shortest.contains_key(*feature), "no chunk is an example of {kind}");
    }
    for (feature, _) in NOT_RECORDED {
        assert!(
            !shortest.contains_key(*feature),
            "{feature} is recorded now: {:?}",
            shortest.get(*feature)
        );
    }
}
