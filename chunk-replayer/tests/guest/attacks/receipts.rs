//! Lies about incoming receipts: a chunk's header commits to what it sent, so each lie is one about that root.

use no_std_near_core::crypto::{Crypto, NativeCrypto};
use no_std_near_core::merkle::root_from_path;
use no_std_near_core::types::action::Action;
use no_std_near_core::types::receipt::ReceiptEnum;
use no_std_near_core::types::{append_bytes, to_bytes};

use super::forgery::{Forgery, ONE_RECEIPT, Proof, RECEIPTS, TRANSACTIONS, assert_neither_way, assert_traps};

const ROOT: &str = "the proof leads to";

/// The proof with most receipts.
fn fullest(forgery: &mut Forgery) -> &mut Proof {
    let proofs = forgery.proofs.iter_mut();
    proofs.max_by_key(|proof| proof.receipts.len()).expect("a proof")
}

/// Writes the roots to which the proofs lead into the statement.
fn confess(forgery: &mut Forgery) {
    let mut proofs = forgery.proofs.clone().into_iter();
    for source in &mut forgery.main().receipt_sources {
        for (chunk, proof) in source.chunks.iter_mut().zip(&mut proofs) {
            let mut leaf = to_bytes(&proof.to_shard_id);
            append_bytes(&proof.receipts, &mut leaf);
            let item = NativeCrypto::sha256(&leaf);
            chunk.outgoing_receipts_root = root_from_path::<NativeCrypto>(&proof.path, NativeCrypto::sha256(&item.0));
        }
    }
}

fn deposit_more(proof: &mut Proof) {
    let ReceiptEnum::Action(receipt) = &mut proof.receipts[0].receipt else {
        panic!("a receipt with actions")
    };
    let transfer = receipt.actions.iter_mut().find_map(|action| match action {
        Action::Transfer(transfer) => Some(transfer),
        _ => None,
    });
    transfer.expect("a transfer").deposit += 1;
}

#[test]
fn receipts_in_another_order() {
    let lie = |forgery: &mut Forgery| fullest(forgery).receipts.reverse();
    assert_neither_way(RECEIPTS, lie, ROOT, confess, "main.receipt_sources[0]");
}

#[test]
fn a_dropped_receipt() {
    let lie = |forgery: &mut Forgery| drop(fullest(forgery).receipts.pop());
    assert_neither_way(RECEIPTS, lie, ROOT, confess, "main.receipt_sources[0]");
}

#[test]
fn a_receipt_executed_twice() {
    let lie = |forgery: &mut Forgery| {
        let proof = fullest(forgery);
        proof.receipts.push(proof.receipts[0].clone());
    };
    assert_neither_way(RECEIPTS, lie, ROOT, confess, "main.receipt_sources[0]");
}

#[test]
fn a_receipt_that_brings_more() {
    let lie = |forgery: &mut Forgery| deposit_more(fullest(forgery));
    assert_neither_way(ONE_RECEIPT, lie, ROOT, confess, "main.receipt_sources[0]");
}

#[test]
fn swapped_receipt_proofs() {
    let mut forgery = Forgery::of(RECEIPTS);
    forgery.proofs.swap(0, 1);
    assert_traps(&forgery, "expected a proof from shard");
    // With the shards renamed, the lists are each other's.
    let lie = |forgery: &mut Forgery| {
        let (left, right) = forgery.proofs.split_at_mut(1);
        core::mem::swap(&mut left[0].receipts, &mut right[0].receipts);
        core::mem::swap(&mut left[0].path, &mut right[0].path);
    };
    assert_neither_way(RECEIPTS, lie, ROOT, confess, "main.receipt_sources[0]");
}

#[test]
fn a_receipt_proof_of_another_chunk() {
    let lie = |forgery: &mut Forgery| {
        let other = Forgery::of(RECEIPTS).proofs.swap_remove(0);
        let proof = &mut forgery.proofs[0];
        (proof.receipts, proof.path) = (other.receipts, other.path);
    };
    let mut forgery = Forgery::of(TRANSACTIONS);
    lie(&mut forgery);
    assert_traps(&forgery, ROOT);
}

#[test]
fn a_missing_receipt_proof() {
    let mut forgery = Forgery::of(RECEIPTS);
    let expected = forgery.proofs.len();
    forgery.proofs.pop();
    assert_traps(&forgery, &format!("expected {expected} proofs, found {}", expected - 1));
    let mut confessed = Forgery::of(RECEIPTS);
    confessed.proofs.pop();
    confessed.main().receipt_sources[0].chunks.pop();
    confessed
        .claim_the_result()
        .expect("nothing is missing from what it states");
    super::forgery::assert_refused(&confessed, RECEIPTS, "main.receipt_sources[0]");
}

#[test]
fn an_extra_receipt_proof() {
    let mut forgery = Forgery::of(RECEIPTS);
    let expected = forgery.proofs.len();
    forgery.proofs.push(forgery.proofs[0].clone());
    assert_traps(&forgery, &format!("expected {expected} proofs, found {}", expected + 1));
}

#[test]
fn a_path_that_leads_elsewhere() {
    let lie = |forgery: &mut Forgery| fullest(forgery).path[0].hash.0[31] ^= 1;
    assert_neither_way(ONE_RECEIPT, lie, ROOT, confess, "main.receipt_sources[0]");
}
