//! Lies about what a validator knows without the witness: headers, epoch facts, parameters, and the claimed result.
//!
//! Nothing in a witness can change these: the guest takes them from the statement. So a prover who wants other facts states other facts.

use no_std_near_core::types::bandwidth::{BandwidthRequest, BandwidthRequestBitmap, BandwidthRequests};
use no_std_near_core::types::congestion_info::CongestionInfo;

use super::forgery::{End, Forgery, RECEIPTS, TRANSACTIONS, assert_refused, assert_traps};

type Lie = (&'static str, fn(&mut Forgery));

/// Tells each lie of a list. With the claim of the headers the guest traps, unless the fact has no bearing on this chunk's result; with the claim that the lie leads to it proves
/// something, and that is refused by the name of the fact.
fn assert_all_refused(id: &str, lies: &[Lie]) {
    for (field, lie) in lies {
        let mut forgery = Forgery::of(id);
        lie(&mut forgery);
        if let End::Proof(_) = forgery.run() {
            assert_refused(&forgery, id, field);
        }
        match forgery.claim_the_result() {
            Ok(()) => assert_refused(&forgery, id, field),
            Err(reason) => assert_traps(&forgery, &reason),
        }
    }
}

fn congestion(forgery: &mut Forgery, at: usize) -> &mut no_std_near_core::types::congestion_info::CongestionInfoV1 {
    let CongestionInfo::V1(info) = &mut forgery.main().block.congestion[at].1.congestion_info;
    info
}

#[test]
fn wrong_congestion() {
    assert_all_refused(
        TRANSACTIONS,
        &[
            ("main.block.congestion[0]", |lie| {
                congestion(lie, 0).delayed_receipts_gas += 1;
            }),
            ("main.block.congestion[0]", |lie| {
                congestion(lie, 0).delayed_receipts_gas = u128::MAX;
            }),
            ("main.block.congestion[1]", |lie| {
                congestion(lie, 1).buffered_receipts_gas += 1;
            }),
            ("main.block.congestion[2]", |lie| congestion(lie, 2).receipt_bytes += 1),
            ("main.block.congestion[3]", |lie| {
                congestion(lie, 3).receipt_bytes = u64::MAX;
            }),
            ("main.block.congestion[3]", |lie| congestion(lie, 3).allowed_shard ^= 1),
            ("main.block.congestion[3]", |lie| {
                lie.main().block.congestion[3].1.missed_chunks_count += 1;
            }),
            ("main.block.congestion[0]", |lie| {
                for (_, info) in &mut lie.main().block.congestion {
                    info.missed_chunks_count += 100;
                }
            }),
            ("main.block.congestion.len", |lie| {
                lie.main().block.congestion.pop();
            }),
        ],
    );
}

/// A shard that is full takes no transactions: with this lie a chunk that should reject them could be shown to have taken them, and the other way round.
#[test]
fn wrong_congestion_changes_what_the_guest_finds() {
    let mut forgery = Forgery::of(TRANSACTIONS);
    for at in 0..forgery.main().block.congestion.len() {
        congestion(&mut forgery, at).delayed_receipts_gas = u128::from(u64::MAX);
    }
    assert_traps(&forgery, "expected");
}

fn request() -> BandwidthRequest {
    BandwidthRequest {
        to_shard: 1,
        requested_values_bitmap: BandwidthRequestBitmap { data: [0xff; 5] },
    }
}

#[test]
fn wrong_bandwidth() {
    // Function pointers capture nothing.
    let lies: &[Lie] = &[
        ("main.block.bandwidth[0]", |lie| {
            let BandwidthRequests::V1(of_shard) = &mut lie.main().block.bandwidth[0].1;
            of_shard.requests.push(request());
        }),
        ("main.block.bandwidth[0]", |lie| lie.main().block.bandwidth[0].0 += 100),
        ("main.block.bandwidth.len", |lie| drop(lie.main().block.bandwidth.pop())),
    ];
    // The scheduler's state depends on all requests: the first lie changes the state root.
    let mut forgery = Forgery::of(TRANSACTIONS);
    (lies[0].1)(&mut forgery);
    assert_traps(&forgery, "expected");
    assert_all_refused(TRANSACTIONS, &lies[..1]);
    assert_all_refused(TRANSACTIONS, &lies[2..]);
    // Shards that do not ascend have no statement at all.
    let mut forgery = Forgery::of(TRANSACTIONS);
    (lies[1].1)(&mut forgery);
    let decoded = state_witness::ChunkStatement::decode(&forgery.statement.encode());
    assert!(decoded.is_err_and(|error| {
        error
            .to_string()
            .contains("bandwidth requests: expected strictly ascending")
    }));
}

#[test]
fn wrong_header_facts() {
    assert_all_refused(
        TRANSACTIONS,
        &[
            ("main.block.height", |lie| lie.main().block.height += 1),
            ("main.block.prev_block_hash", |lie| {
                lie.main().block.prev_block_hash.0[0] ^= 1;
            }),
            ("main.block.timestamp", |lie| lie.main().block.timestamp += 1),
            ("main.block.gas_price", |lie| lie.main().block.gas_price += 1),
            ("main.block.random_value", |lie| lie.main().block.random_value.0[0] ^= 1),
            ("main.chunk.prev_state_root", |lie| {
                lie.main().chunk.prev_state_root.0[0] ^= 1;
            }),
            ("main.chunk.gas_limit", |lie| lie.main().chunk.gas_limit -= 1),
            ("main.chunk.gas_limit", |lie| lie.main().chunk.gas_limit = 1),
            ("main.chunk.tx_root", |lie| lie.main().chunk.tx_root.0[0] ^= 1),
            ("main.receipt_sources[0]", |lie| {
                lie.main().receipt_sources[0].shuffle_salt.0[0] ^= 1;
            }),
            ("main.receipt_sources[0]", |lie| {
                lie.main().receipt_sources[0].target_shard_id ^= 1;
            }),
            ("main.receipt_sources.len", |lie| drop(lie.main().receipt_sources.pop())),
        ],
    );
}

/// Receipts are shuffled by the hash of the block before: another one gives another order, and another result.
#[test]
fn a_wrong_shuffle_changes_what_the_guest_finds() {
    let mut forgery = Forgery::of(RECEIPTS);
    forgery.main().receipt_sources[0].shuffle_salt.0[0] ^= 1;
    assert_traps(&forgery, "expected");
    forgery.claim_the_result().expect("another order is an order");
    assert_refused(&forgery, RECEIPTS, "main.receipt_sources[0]");
}

#[test]
fn wrong_epoch_facts() {
    assert_all_refused(
        TRANSACTIONS,
        &[
            ("main.epoch.epoch_id", |lie| lie.main().epoch.epoch_id.0[0] ^= 1),
            ("main.epoch.epoch_height", |lie| lie.main().epoch.epoch_height += 1),
            ("main.epoch.protocol_version", |lie| {
                lie.main().epoch.protocol_version -= 1;
            }),
            ("main.epoch.variant", |lie| {
                lie.main().epoch.variant.receipt_scoped_proof_limit ^= true;
            }),
            ("main.minimum_stake", |lie| lie.main().minimum_stake += 1),
            ("main.validators[0]", |lie| lie.main().validators[0].1 += 1),
            ("main.validators.len", |lie| drop(lie.main().validators.pop())),
            ("main.validator_total_stake", |lie| {
                lie.main().validator_total_stake += 1;
            }),
            ("chain.chain_id", |lie| lie.statement.chain.chain_id.push('x')),
            ("chain.eth_wallet_contract_hash", |lie| {
                lie.statement.chain.eth_wallet_contract_hash.0[0] ^= 1;
            }),
            ("chain.eth_wallet_contract_deployed", |lie| {
                lie.statement.chain.eth_wallet_contract_deployed ^= true;
            }),
            ("main.shard_id", |lie| lie.statement.main.shard_id ^= 1),
            ("witness_shard_id", |lie| lie.statement.witness_shard_id ^= 1),
        ],
    );
}

/// Free transfers, say: parameters are part of the witness, and their hash is in the statement.
#[test]
fn wrong_parameters() {
    let mut forgery = Forgery::of(TRANSACTIONS);
    forgery.params.min_gas_purchase_price += 1;
    assert_traps(&forgery, "runtime parameters with hash");
    let hash = forgery
        .params
        .params_hash_by::<no_std_near_core::crypto::NativeCrypto>();
    forgery.main().epoch.params_hash = hash;
    forgery.claim_the_result().expect("it can be applied");
    assert_refused(&forgery, TRANSACTIONS, "main.epoch.params_hash");
}

/// The witness is honest, the claim is not: each field of the result by one.
#[test]
fn a_wrong_result() {
    let lies: &[Lie] = &[
        ("state_root", |lie| lie.statement.output.state_root.0[31] ^= 1),
        ("outcome_root", |lie| lie.statement.output.outcome_root.0[0] ^= 1),
        ("gas_used", |lie| lie.statement.output.gas_used -= 1),
        ("gas_limit", |lie| lie.statement.output.gas_limit += 1),
        ("balance_burnt", |lie| lie.statement.output.balance_burnt -= 1),
        ("outgoing_receipts_root", |lie| {
            lie.statement.outgoing_receipts_root.0[0] ^= 1;
        }),
        ("congestion_info", |lie| {
            let CongestionInfo::V1(info) = &mut lie.statement.output.congestion_info;
            info.delayed_receipts_gas += 1;
        }),
        ("bandwidth_requests", |lie| {
            let BandwidthRequests::V1(of_shard) = &mut lie.statement.output.bandwidth_requests;
            of_shard.requests.push(request());
        }),
        ("proposed_split", |lie| {
            lie.statement.output.proposed_split = Some(no_std_near_core::types::chunk_header::TrieSplit {
                boundary_account: no_std_near_core::types::account_id::AccountId::new("middle").expect("an account"),
                left_memory: 1,
                right_memory: 1,
            });
        }),
    ];
    for (field, lie) in lies {
        let mut forgery = Forgery::of(TRANSACTIONS);
        lie(&mut forgery);
        assert_traps(&forgery, &format!("{field}: expected"));
    }
}

/// A list of contracts would say that they ran: none can.
#[test]
fn a_contract_that_ran() {
    let mut forgery = Forgery::of(TRANSACTIONS);
    forgery.statement.programs.push(state_witness::statement::ProgramEntry {
        code_hash: no_std_near_core::types::hash::CryptoHash([1; 32]),
        protocol_version: 86,
        program_root: [2; 32],
        verdict: state_witness::statement::ProgramVerdict::Accepted,
    });
    assert_traps(&forgery, "the statement lists 1 contracts");
}
