//! Lies about what happens without a new chunk: missing chunks, splits, and the first block of an epoch.

use no_std_near_core::crypto::{Crypto, NativeCrypto};
use no_std_near_core::types::to_bytes;
use no_std_near_core::types::validator::ValidatorAccountsUpdate;
use state_witness::statement::ChildSide;

use super::forgery::{
    EPOCH_START, Forgery, MISSING, ONE_RECEIPT, SPLIT, assert_neither_way, assert_refused, assert_traps,
};

/// A field, and a lie about it.
type Lie = (&'static str, fn(&mut Forgery));

fn update_of(forgery: &Forgery) -> ValidatorAccountsUpdate {
    let update: Option<ValidatorAccountsUpdate> = borsh::from_slice(&forgery.transitions[0].update).expect("an update");
    update.expect("the epoch begins")
}

fn set_update(forgery: &mut Forgery, update: &ValidatorAccountsUpdate) {
    forgery.transitions[0].update = to_bytes(&Some(update));
}

#[test]
fn a_reward_that_is_larger() {
    let lie = |forgery: &mut Forgery| {
        let mut update = update_of(forgery);
        *update.validator_rewards.values_mut().next().expect("a reward") += 1;
        set_update(forgery, &update);
    };
    let confess = |forgery: &mut Forgery| {
        let hash = NativeCrypto::hash_borsh(&update_of(forgery));
        forgery.main().validator_update_hash = Some(hash);
    };
    assert_neither_way(
        EPOCH_START,
        lie,
        "validator accounts update of the main transition",
        confess,
        "main.validator_update_hash",
    );
}

#[test]
fn an_update_left_out() {
    let lie = |forgery: &mut Forgery| forgery.transitions[0].update = vec![0];
    let confess = |forgery: &mut Forgery| forgery.main().validator_update_hash = None;
    assert_neither_way(
        EPOCH_START,
        lie,
        "validator accounts update of the main transition",
        confess,
        "main.validator_update_hash",
    );
}

#[test]
fn an_update_that_nobody_called_for() {
    let lie = |forgery: &mut Forgery| set_update(forgery, &ValidatorAccountsUpdate::default());
    let confess = |forgery: &mut Forgery| {
        let hash = NativeCrypto::hash_borsh(&update_of(forgery));
        forgery.main().validator_update_hash = Some(hash);
    };
    let mut forgery = Forgery::of(ONE_RECEIPT);
    lie(&mut forgery);
    assert_traps(&forgery, "validator accounts update of the main transition");
    confess(&mut forgery);
    match forgery.claim_the_result() {
        Ok(()) => assert_refused(&forgery, ONE_RECEIPT, "main.validator_update_hash"),
        Err(reason) => assert_traps(&forgery, &reason),
    }
}

#[test]
fn a_missing_chunk_left_out() {
    let lie = |forgery: &mut Forgery| drop(forgery.transitions.pop());
    let confess = |forgery: &mut Forgery| drop(forgery.statement.implicit.pop());
    let mut forgery = Forgery::of(MISSING);
    lie(&mut forgery);
    assert_traps(&forgery, "implicit transitions: expected");
    confess(&mut forgery);
    forgery.claim_the_result().expect("it is a shorter range");
    // The first difference is the transition's first field, or that there are fewer.
    let truth = Forgery::of(MISSING).statement;
    let difference = truth.first_difference(&forgery.statement).expect("a difference");
    assert!(difference.field.starts_with("implicit"), "{difference}");
    assert_refused(&forgery, MISSING, &difference.field);
}

#[test]
fn a_chunk_called_missing() {
    let mut forgery = Forgery::of(ONE_RECEIPT);
    forgery.transitions.push(forgery.transitions[0].clone());
    assert_traps(&forgery, "implicit transitions: expected 0, found 1");
}

#[test]
fn wrong_facts_of_a_missing_chunk() {
    let lies: &[Lie] = &[
        ("shard_id", |lie| lie.missing().shard_id ^= 1),
        ("epoch.epoch_height", |lie| lie.missing().epoch.epoch_height += 1),
        ("block.height", |lie| lie.missing().block.height += 1),
        ("block.prev_block_hash", |lie| {
            lie.missing().block.prev_block_hash.0[0] ^= 1;
        }),
        ("block.gas_price", |lie| lie.missing().block.gas_price += 1),
        ("block.congestion[0]", |lie| {
            lie.missing().block.congestion[0].1.missed_chunks_count += 1;
        }),
        ("block.bandwidth.len", |lie| drop(lie.missing().block.bandwidth.pop())),
    ];
    for (field, lie) in lies {
        let mut forgery = Forgery::of(MISSING);
        lie(&mut forgery);
        match forgery.claim_the_result() {
            Ok(()) => assert_refused(&forgery, MISSING, &format!("implicit[0].{field}")),
            Err(reason) => assert_traps(&forgery, &reason),
        }
    }
}

/// The other child's state is a state too, but not the one that the header claims.
#[test]
fn the_other_child_of_a_split() {
    let lie = |forgery: &mut Forgery| {
        let split = forgery.split();
        split.side = match split.side {
            ChildSide::Left => ChildSide::Right,
            ChildSide::Right => ChildSide::Left,
        };
    };
    let mut forgery = Forgery::of(SPLIT);
    lie(&mut forgery);
    assert_traps(&forgery, "");
    if forgery.claim_the_result().is_ok() {
        assert_refused(&forgery, SPLIT, "implicit[0].side");
    }
}

#[test]
fn another_boundary_of_a_split() {
    let lie = |forgery: &mut Forgery| {
        forgery.split().boundary_account =
            no_std_near_core::types::account_id::AccountId::new("zzz").expect("an account");
    };
    let mut forgery = Forgery::of(SPLIT);
    lie(&mut forgery);
    assert_traps(&forgery, "");
    if forgery.claim_the_result().is_ok() {
        assert_refused(&forgery, SPLIT, "implicit[0].boundary_account");
    }
}

/// A state that belongs to the step before it.
#[test]
fn swapped_states_of_transitions() {
    let mut forgery = Forgery::of(SPLIT);
    let (main, implicit) = forgery.transitions.split_at_mut(1);
    core::mem::swap(&mut main[0], &mut implicit[0]);
    assert_traps(&forgery, "expected");
}
