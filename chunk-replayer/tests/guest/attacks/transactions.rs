//! Lies about transactions: the chunk's header commits to them, and the block store says which base blocks are valid.

use no_std_near_core::crypto::{Crypto, NativeCrypto};
use no_std_near_core::merkle::root_of_leaves;
use no_std_near_core::types::to_bytes;

use super::forgery::{EXPIRED, Forgery, TRANSACTIONS, assert_neither_way, assert_traps};

const ROOT: &str = "transactions root: expected";

fn confess(forgery: &mut Forgery) {
    let leaves = forgery
        .transactions
        .iter()
        .map(|signed| NativeCrypto::sha256(&to_bytes(signed)));
    let root = root_of_leaves::<NativeCrypto>(leaves.collect());
    let used: Vec<_> = forgery
        .transactions
        .iter()
        .map(|signed| *signed.transaction.block_hash())
        .collect();
    let main = forgery.main();
    main.chunk.tx_root = root;
    main.base_blocks.retain(|(hash, _)| used.contains(hash));
}

#[test]
fn a_dropped_transaction() {
    let lie = |forgery: &mut Forgery| drop(forgery.transactions.pop());
    assert_neither_way(TRANSACTIONS, lie, ROOT, confess, "main.chunk.tx_root");
}

#[test]
fn transactions_in_another_order() {
    let lie = |forgery: &mut Forgery| forgery.transactions.reverse();
    assert_neither_way(TRANSACTIONS, lie, ROOT, confess, "main.chunk.tx_root");
}

#[test]
fn a_transaction_taken_twice() {
    let lie = |forgery: &mut Forgery| forgery.transactions.push(forgery.transactions[0].clone());
    assert_neither_way(TRANSACTIONS, lie, ROOT, confess, "main.chunk.tx_root");
}

/// A signature of somebody else's transaction is none of this one: the chunk that contained it would drop it.
#[test]
fn a_swapped_signature() {
    let lie = |forgery: &mut Forgery| {
        let (first, rest) = forgery.transactions.split_at_mut(1);
        core::mem::swap(&mut first[0].signature, &mut rest[0].signature);
    };
    assert_neither_way(TRANSACTIONS, lie, ROOT, confess, "main.chunk.tx_root");
}

/// The expired transaction is called valid, so that it would be executed: on accounts that the honest witness does not even contain.
#[test]
fn a_wrong_validity_flag() {
    let mut forgery = Forgery::of(EXPIRED);
    let expired = forgery.main().base_blocks.iter().position(|(_, is_valid)| !is_valid);
    let expired = expired.expect("a base block that is too old");
    forgery.main().base_blocks[expired].1 = true;
    assert_traps(&forgery, "is needed but was not recorded");
    // Whatever a fuller witness would give, its statement is another one.
    let truth = Forgery::of(EXPIRED).statement;
    let difference = truth.first_difference(&forgery.statement).expect("a difference");
    assert_eq!(difference.field, format!("main.base_blocks[{expired}]"));
}

#[test]
fn a_valid_transaction_called_expired() {
    let lie = |forgery: &mut Forgery| forgery.main().base_blocks[0].1 = false;
    assert_neither_way(TRANSACTIONS, lie, "expected", |_| (), "main.base_blocks[0]");
}

#[test]
fn a_base_block_that_nobody_names() {
    let mut forgery = Forgery::of(TRANSACTIONS);
    forgery
        .main()
        .base_blocks
        .push((no_std_near_core::types::hash::CryptoHash([0xff; 32]), true));
    assert_traps(&forgery, "base blocks: expected exactly those that transactions name");
}
