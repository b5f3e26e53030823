//! Damaged witnesses are refused with an error or shown to differ; none panics, and a missing node is never an absent key.

use std::collections::BTreeMap;

use no_std_near_core::contract_runner::NoContracts;
use no_std_near_core::crypto::NativeCrypto;
use no_std_near_core::error::ApplyError;
use no_std_near_core::trie::StorageError;
use no_std_near_core::types::chunk_extra::ChunkExtra;
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use state_witness::chunk_body::check_chunk_body;
use state_witness::compressed::{DecodedState, Order, compress};
use state_witness::{CheckedWitness, ChunkStateWitness, ValidateError, fuzz, validate};
use testnet_fixtures::Chunk;

use crate::mutations::{Mutation, round_trips};
use crate::support::{Recorded, recorded};

/// What became of a witness.
enum Outcome {
    Refused(String),
    MissingNode,
    Different,
    Accepted(Box<ChunkExtra>),
}

/// Everything that a validator does with bytes from the network.
fn process(recorded: &Recorded, bytes: &[u8]) -> Outcome {
    let refused = |error: &dyn core::fmt::Display| Outcome::Refused(error.to_string());
    let decoded = match ChunkStateWitness::decode(bytes) {
        Ok(decoded) => decoded,
        Err(error) => return refused(&error),
    };
    let header = decoded.chunk_header.clone();
    let new_transactions = decoded.new_transactions.clone();
    let derived = match recorded.derive(&decoded) {
        Ok(derived) => derived,
        Err(error) => return refused(&error),
    };
    let checked = match CheckedWitness::from_witness::<NativeCrypto>(decoded, &derived) {
        Ok(checked) => checked,
        Err(error) => return refused(&error),
    };
    let params = recorded.params.as_ref().unwrap();
    let result = match validate::<NativeCrypto, _>(checked, &[params], &mut NoContracts) {
        Ok(result) => result,
        Err(ValidateError::Apply {
            error: ApplyError::Storage(StorageError::MissingTrieValue(_)),
            ..
        }) => return Outcome::MissingNode,
        Err(error) => return refused(&error),
    };
    if result.difference.is_some() {
        return Outcome::Different;
    }
    match check_chunk_body::<NativeCrypto>(&header, &new_transactions, &result.outgoing_receipts, params, None) {
        Ok(()) => Outcome::Accepted(Box::new(result.chunk_extra)),
        Err(error) => refused(&error),
    }
}

/// Small chunks that are accepted as recorded, of as many kinds as there are.
fn honest_chunks() -> Vec<(&'static Chunk, &'static Recorded, &'static [u8], ChunkExtra)> {
    let candidates = recorded().filter(|(_, recorded)| recorded.params.is_some());
    let mut chosen = Vec::new();
    for (index, (chunk, recorded)) in candidates.enumerate() {
        let bytes = chunk.file("witness.borsh").unwrap();
        if index % 5 == 0
            && bytes.len() < 60_000
            && let Outcome::Accepted(extra) = process(recorded, bytes)
        {
            chosen.push((chunk, recorded, bytes, *extra));
        }
    }
    chosen
}

fn mutate(count: usize) {
    let honest = honest_chunks();
    assert!(honest.len() >= 20, "{}", honest.len());
    let mut rng = ChaCha20Rng::seed_from_u64(86);
    let mut seen: BTreeMap<(Mutation, &str), usize> = BTreeMap::new();
    let mut made = 0;
    let mut turn = 0;
    while made < count {
        let mutation = Mutation::ALL[turn % Mutation::ALL.len()];
        let (chunk, recorded, bytes, extra) = &honest[(turn / Mutation::ALL.len()) % honest.len()];
        turn += 1;
        let Some(damaged) = mutation.apply(bytes, &mut rng) else {
            continue;
        };
        if damaged == *bytes {
            continue;
        }
        made += 1;
        let outcome = match process(recorded, &damaged) {
            Outcome::Refused(error) => {
                assert!(!error.is_empty());
                "refused"
            }
            Outcome::MissingNode => "missing node",
            Outcome::Different => "different",
            Outcome::Accepted(accepted) => {
                assert_eq!(*accepted, *extra, "{}: {mutation:?}", chunk.id);
                "accepted"
            }
        };
        *seen.entry((mutation, outcome)).or_default() += 1;
        check_mutation(mutation, outcome, &chunk.id);
    }
    println!("{seen:?}");
    for mutation in [Mutation::MissingBlob, Mutation::DamagedBlob] {
        assert!(seen.contains_key(&(mutation, "missing node")), "{mutation:?}");
    }
}

/// What a kind of damage may lead to at most.
fn check_mutation(mutation: Mutation, outcome: &str, id: &str) {
    let is_fine = match mutation {
        // Blobs that are needed make it fail; blobs that are not change nothing. A different result would mean that something missing
        // was taken for absent.
        Mutation::MissingBlob | Mutation::DamagedBlob => matches!(outcome, "missing node" | "accepted"),
        Mutation::DuplicateBlob | Mutation::UselessBlob => outcome == "accepted",
        Mutation::ReceiptPath
        | Mutation::ReceiptShards
        | Mutation::MissingReceiptProof
        | Mutation::ExtraReceiptProof
        | Mutation::SwappedReceiptProofs
        | Mutation::ReceiptOrder
        | Mutation::Transactions
        | Mutation::AnnouncedRoot
        | Mutation::ImplicitTransitions
        | Mutation::Truncated => outcome == "refused",
        Mutation::ClaimedRoot | Mutation::ClaimedGas => outcome == "different",
        Mutation::OversizedLength | Mutation::BitFlip | Mutation::Byte => true,
    };
    assert!(is_fine, "{id}: {mutation:?} was {outcome}");
}

#[test]
fn five_thousand_damaged_witnesses_neither_panic_nor_prove_anything_else() {
    mutate(5_000);
}

#[test]
fn deep_a_hundred_thousand_damaged_witnesses_neither_panic_nor_prove_anything_else() {
    mutate(100_000);
}

#[test]
fn the_generator_starts_from_what_was_recorded() {
    for (chunk, _) in recorded() {
        assert_eq!(
            round_trips(chunk.file("witness.borsh").unwrap()),
            Ok(true),
            "{}",
            chunk.id
        );
    }
}

#[test]
fn fuzz_entries_accept_what_was_recorded() {
    use fuzz::Reached::Accepted;
    for (chunk, recorded) in recorded().step_by(20) {
        let bytes = chunk.file("witness.borsh").unwrap();
        assert!(fuzz::fuzz_decode(bytes) > fuzz::Reached::Refused, "{}", chunk.id);
        let decoded = ChunkStateWitness::decode(bytes).unwrap();
        let statement = recorded.derive(&decoded).unwrap().statement;
        assert_eq!(fuzz::fuzz_statement(&statement.encode()), Accepted, "{}", chunk.id);
        for blob in borsh::from_slice::<Vec<Vec<u8>>>(chunk.file("blocks.borsh").unwrap()).unwrap() {
            assert_eq!(fuzz::fuzz_block(&blob), Accepted, "{}", chunk.id);
        }
        if let Some(nodes) = chunk.file("nodes.borsh") {
            let root = statement_root(&statement);
            assert_eq!(
                fuzz::fuzz_partial_state(&[&root, nodes].concat()),
                Accepted,
                "{}",
                chunk.id
            );
            let blobs = state_witness::decode::decode_partial_state(nodes).unwrap();
            let compressed = compress::<NativeCrypto>(no_std_near_core::types::hash::CryptoHash(root), &blobs)
                .unwrap()
                .bytes;
            assert!(
                fuzz::fuzz_compressed(&compressed) > fuzz::Reached::Refused,
                "{}",
                chunk.id
            );
        }
    }
}

fn statement_root(statement: &state_witness::ChunkStatement) -> [u8; 32] {
    match &statement.main.kind {
        state_witness::statement::MainKind::NewChunk(main) => main.chunk.prev_state_root.0,
        state_witness::statement::MainKind::Genesis(extra) => extra.state_root.0,
    }
}

#[test]
fn damaged_bytes_of_every_format_are_refused_or_another_value() {
    let (chunk, recorded) = recorded()
        .find(|(chunk, _)| chunk.file("nodes.borsh").is_some())
        .unwrap();
    let decoded = ChunkStateWitness::decode(chunk.file("witness.borsh").unwrap()).unwrap();
    let statement = recorded.derive(&decoded).unwrap().statement;
    let root = no_std_near_core::types::hash::CryptoHash(statement_root(&statement));
    let compressed = compress::<NativeCrypto>(root, &decoded.main_transition.base_state)
        .unwrap()
        .bytes;
    let block = borsh::from_slice::<Vec<Vec<u8>>>(chunk.file("blocks.borsh").unwrap())
        .unwrap()
        .remove(0);
    let mut rng = ChaCha20Rng::seed_from_u64(7);
    for _ in 0..1_000 {
        for mutation in [
            Mutation::Truncated,
            Mutation::OversizedLength,
            Mutation::BitFlip,
            Mutation::Byte,
        ] {
            let damaged = mutation.apply(&statement.encode(), &mut rng).unwrap();
            if let Ok(other) = state_witness::ChunkStatement::decode(&damaged) {
                assert_eq!(other.encode(), damaged);
            }
            let damaged = mutation.apply(&compressed, &mut rng).unwrap();
            if damaged != compressed
                && let Ok(state) = DecodedState::decode::<NativeCrypto>(&damaged, root, Order::Sort)
                && !damaged.is_empty()
            {
                assert_ne!(state.root(), root);
            }
            fuzz::fuzz_compressed(&damaged);
            fuzz::fuzz_block(&mutation.apply(&block, &mut rng).unwrap());
        }
    }
}
