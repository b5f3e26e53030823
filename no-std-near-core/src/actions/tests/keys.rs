//! AddKey, DeleteKey, TransferToGasKey, WithdrawFromGasKey.

use super::*;
use crate::params::fees::exec_fee;
use crate::state::accessors::get_gas_key_nonce;
use crate::test_support::{NEAR, state_with};
use crate::types::action::{DeleteKeyAction, TransferToGasKeyAction, WithdrawFromGasKeyAction};
use alloc::boxed::Box;

fn delete_key(public_key: &PublicKey) -> Action {
    let public_key = public_key.clone();
    Action::DeleteKey(DeleteKeyAction { public_key }.into())
}

fn all_key_kinds() -> [PublicKey; 3] {
    [
        key(1),
        PublicKey::SECP256K1([1; 64]),
        PublicKey::MLDSA65(Box::new([1; 1952])),
    ]
}

#[test]
fn a_key_starts_in_the_range_of_its_height_and_counts_with_its_name_in_the_trie() {
    for (public_key, name_len) in all_key_kinds().into_iter().zip([33, 65, 33]) {
        let mut state = state_with(&["alice"]);
        let action = add_key(public_key.clone(), AccessKeyPermission::FullAccess);
        let ran = run(&mut state, "alice", "alice", vec![action]);
        assert_eq!(ran.account().storage_usage(), 182 + name_len + 9 + 40);
        assert_eq!(key_of(&state, "alice", &public_key).unwrap().nonce, 999_000_000);
    }
}

#[test]
fn a_gas_key_has_a_row_per_nonce() {
    let (mut state, public_key) = (state_with(&["alice"]), key(1));
    let ran = run(
        &mut state,
        "alice",
        "alice",
        vec![add_key(public_key.clone(), gas_key(0, 3))],
    );
    // The key's row, and three rows of nonces with an index in their name.
    assert_eq!(
        ran.account().storage_usage(),
        182 + (33 + 27 + 40) + 3 * (33 + 2 + 8 + 40)
    );
    assert_eq!(key_of(&state, "alice", &public_key).unwrap().nonce, 0);
    for index in 0..4 {
        let nonce = get_gas_key_nonce(&state, &id("alice"), &public_key, index).unwrap();
        assert_eq!(nonce, (index < 3).then_some(999_000_000));
    }
}

#[test]
fn deleting_a_key_gives_back_the_storage_it_took() {
    let permissions = [
        AccessKeyPermission::FullAccess,
        AccessKeyPermission::FunctionCall(restricted(Some(7), &["method", "other"])),
        gas_key(0, 5),
        AccessKeyPermission::GasKeyFunctionCall(
            GasKeyInfo {
                balance: 0,
                num_nonces: 2,
            },
            restricted(None, &["m"]),
        ),
    ];
    for permission in permissions {
        for public_key in all_key_kinds() {
            let mut state = state_with(&["alice"]);
            let actions = vec![add_key(public_key.clone(), permission.clone()), delete_key(&public_key)];
            let ran = run(&mut state, "alice", "alice", actions);
            assert_eq!(ran.account().storage_usage(), 182);
            assert_eq!(key_of(&state, "alice", &public_key), None);
            for index in 0..5 {
                assert_eq!(
                    get_gas_key_nonce(&state, &id("alice"), &public_key, index).unwrap(),
                    None
                );
            }
        }
    }
}

#[test]
fn a_key_is_added_once_and_deleted_once() {
    let mut state = state_with(&["alice"]);
    let add = add_key(key(1), AccessKeyPermission::FullAccess);
    let ran = run(&mut state, "alice", "alice", vec![add.clone(), add]);
    assert_eq!(ran.error(), Some(&ActionError::KeyAlreadyExists(id("alice"))));
    let ran = run(
        &mut state,
        "alice",
        "alice",
        vec![delete_key(&key(1)), delete_key(&key(1))],
    );
    assert_eq!(ran.error(), Some(&ActionError::KeyDoesNotExist(id("alice"))));
}

#[test]
fn a_deleted_gas_key_burns_up_to_one_near_and_costs_compute_per_nonce() {
    let world = World::new();
    for (balance, is_too_much) in [(0, false), (NEAR, false), (NEAR + 1, true)] {
        let (mut state, public_key) = (state_with(&["alice"]), key(1));
        give_key(&mut state, "alice", &public_key, 0, gas_key(balance, 2));
        let action = delete_key(&public_key);
        let fee = exec_fee(&world.params, &action, &id("alice")).unwrap();
        let ran = run(&mut state, "alice", "alice", vec![action]);
        let refusal = ActionError::GasKeyBalanceTooHigh(balance);
        assert_eq!(ran.error(), is_too_much.then_some(&refusal));
        assert_eq!(key_of(&state, "alice", &public_key).is_some(), is_too_much);
        assert_eq!(ran.last().tokens_burnt, if is_too_much { 0 } else { balance });
        assert_eq!(ran.last().compute_usage > fee.compute, !is_too_much);
        assert_eq!(ran.last().gas_burnt, fee.gas);
    }
}

#[test]
fn keys_cannot_be_added_at_height_zero() {
    let mut world = World::new();
    world.block_height = 0;
    let receipt = receipt_from(
        "alice",
        "alice",
        1,
        vec![add_key(key(1), AccessKeyPermission::FullAccess)],
    );
    let error = try_run(&world, &mut state_with(&["alice"]), &mut NoContracts, &receipt).err();
    assert!(matches!(error, Some(ApplyError::IntegerOverflow(_))));
}

fn deposit(deposit: Balance) -> Action {
    let public_key = key(1);
    Action::TransferToGasKey(TransferToGasKeyAction { public_key, deposit }.into())
}

fn withdraw(amount: Balance) -> Action {
    let public_key = key(1);
    Action::WithdrawFromGasKey(WithdrawFromGasKeyAction { public_key, amount }.into())
}

#[test]
fn anybody_funds_a_gas_key_and_its_account_withdraws() {
    let mut state = state_with(&["alice"]);
    give_key(&mut state, "alice", &key(1), 0, gas_key(10, 1));
    let ran = run(&mut state, "bob", "alice", vec![deposit(5)]);
    assert_eq!(ran.account().amount(), 100 * NEAR);
    assert_eq!(key_of(&state, "alice", &key(1)).unwrap().permission, gas_key(15, 1));
    let ran = run(&mut state, "alice", "alice", vec![withdraw(15)]);
    assert_eq!(ran.account().amount(), 100 * NEAR + 15);
    assert_eq!(key_of(&state, "alice", &key(1)).unwrap().permission, gas_key(0, 1));
    let ran = run(&mut state, "alice", "alice", vec![withdraw(1)]);
    let refusal = ActionError::InsufficientGasKeyBalance {
        balance: 0,
        required: 1,
    };
    assert_eq!(ran.error(), Some(&refusal));
}

#[test]
fn ordinary_and_missing_keys_are_no_gas_keys() {
    let mut state = state_with(&["alice"]);
    for action in [deposit(5), withdraw(0)] {
        assert!(run(&mut state, "alice", "alice", vec![action]).error().is_some());
    }
    give_key(&mut state, "alice", &key(1), 0, AccessKeyPermission::FullAccess);
    for action in [deposit(5), withdraw(0)] {
        let ran = run(&mut state, "alice", "alice", vec![action]);
        assert_eq!(ran.error(), Some(&ActionError::NotAGasKey(id("alice"))));
    }
}

#[test]
fn balances_of_keys_beyond_128_bits_abort() {
    let mut state = state_with(&["alice"]);
    give_key(&mut state, "alice", &key(1), 0, gas_key(Balance::MAX, 1));
    for action in [deposit(1), withdraw(Balance::MAX)] {
        let receipt = receipt_from("alice", "alice", 1, vec![action]);
        let error = try_run(&World::new(), &mut state, &mut NoContracts, &receipt).err();
        assert!(matches!(error, Some(ApplyError::IntegerOverflow(_))));
    }
}
