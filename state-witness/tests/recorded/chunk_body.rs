//! A chunk's own body is the one its header commits to: new transactions, length, erasure-coded root.

use std::collections::BTreeMap;

use no_std_near_core::contract_runner::NoContracts;
use no_std_near_core::crypto::NativeCrypto;
use no_std_near_core::params::{KnownSet, ProtocolVariant};
use no_std_near_core::types::receipt::Receipt;
use state_witness::chunk_body::{ChunkBodyError, check_chunk_body, find_total_parts};
use state_witness::decode::TransactionList;
use state_witness::{CheckedWitness, ChunkStateWitness, validate};

use crate::support::{recorded, witness};

type Body<'a> = (ChunkStateWitness<'a>, Vec<Receipt>);

/// The witness and the receipts that the witnessed chunk sends, where the chunk can be applied here.
fn bodies() -> impl Iterator<Item = (&'static str, Body<'static>)> {
    recorded().filter_map(|(chunk, known)| {
        let derived = known.derive(&witness(chunk)).unwrap();
        let checked = CheckedWitness::from_witness::<NativeCrypto>(witness(chunk), &derived).unwrap();
        let params: Vec<_> = known.params.iter().collect();
        let result = validate::<NativeCrypto, _>(checked, &params, &mut NoContracts).ok()?;
        Some((chunk.id.as_str(), (witness(chunk), result.outgoing_receipts)))
    })
}

#[test]
fn recorded_bodies_are_those_of_their_headers() {
    let params = KnownSet::Production.load(ProtocolVariant::RECORDED);
    // The number of parts was not recorded. It is the number of block producer seats, which is constant in a test.
    let mut parts_of: BTreeMap<&str, usize> = BTreeMap::new();
    let mut with_root = 0;
    for (id, (witness, receipts)) in bodies() {
        let (header, new) = (&witness.chunk_header, &witness.new_transactions);
        let (set, _) = id.rsplit_once('/').unwrap();
        if !parts_of.contains_key(set)
            && let Some(parts) = find_total_parts::<NativeCrypto>(header, new, &receipts, 2..=100)
        {
            parts_of.insert(set, parts);
        }
        let parts = parts_of.get(set).copied();
        with_root += usize::from(parts.is_some());
        let checked = check_chunk_body::<NativeCrypto>(header, new, &receipts, &params, parts);
        assert_eq!(checked, Ok(()), "{id} with {parts:?} parts");
    }
    println!("{with_root} roots, {parts_of:?}");
    assert!(with_root > 100, "{with_root}");
}

#[test]
fn another_body_is_refused() {
    let params = KnownSet::Production.load(ProtocolVariant::RECORDED);
    let (_, (witness, receipts)) = bodies()
        .find(|(_, (witness, receipts))| !witness.new_transactions.transactions.is_empty() && !receipts.is_empty())
        .unwrap();
    let header = &witness.chunk_header;
    let check = |new: &TransactionList<'_>, receipts: &[Receipt], parts| {
        check_chunk_body::<NativeCrypto>(header, new, receipts, &params, parts).unwrap_err()
    };
    let mut fewer = witness.new_transactions.clone();
    fewer.encoded_each.pop();
    assert!(matches!(
        check(&fewer, &receipts, None),
        ChunkBodyError::TransactionsRoot { .. }
    ));
    assert!(matches!(
        check(&witness.new_transactions, &receipts[1..], None),
        ChunkBodyError::EncodedLength { .. }
    ));
    let mut altered = receipts.clone();
    altered[0].receipt_id.0[0] ^= 1;
    assert!(matches!(
        check(&witness.new_transactions, &altered, Some(5)),
        ChunkBodyError::EncodedMerkleRoot { .. }
    ));
    assert_eq!(
        check(&witness.new_transactions, &receipts, Some(1)),
        ChunkBodyError::PartCount(1)
    );
    assert_eq!(
        check(&witness.new_transactions, &receipts, Some(257)),
        ChunkBodyError::PartCount(257)
    );

    let huge = vec![0; 1_572_865];
    let list = TransactionList {
        encoded_each: vec![&huge],
        ..TransactionList::default()
    };
    assert_eq!(
        check(&list, &receipts, None),
        ChunkBodyError::TransactionTooLarge {
            index: 0,
            limit_bytes: 1_572_864,
            found_bytes: 1_572_865
        }
    );
}
