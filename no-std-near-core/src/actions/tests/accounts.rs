//! CreateAccount, Transfer, Stake, DeleteAccount.

use super::*;
use crate::crypto::Crypto;
use crate::state::accessors::{set, set_account, set_gas_key_nonce};
use crate::state::keys as state_keys;
use crate::test_support::{NEAR, empty_state, state_with, transfer};
use crate::types::account::AccountContract;
use crate::types::action::{CreateAccountAction, DeleteAccountAction, StakeAction};
use crate::types::receipt::ReceiptEnum;
use alloc::format;
use alloc::string::String;

pub(super) fn delete(beneficiary_id: &str) -> Action {
    Action::DeleteAccount(DeleteAccountAction {
        beneficiary_id: id(beneficiary_id),
    })
}

const fn create() -> Action {
    Action::CreateAccount(CreateAccountAction {})
}

fn near_implicit() -> String {
    "0a".repeat(32)
}

fn eth_implicit() -> String {
    format!("0x{}", "0a".repeat(20))
}

fn deterministic() -> String {
    format!("0s{}", "0a".repeat(20))
}

#[test]
fn a_parent_creates_a_sub_account_that_acts_for_itself() {
    let actions = vec![create(), transfer(5), add_key(key(1), AccessKeyPermission::FullAccess)];
    let ran = run(&mut empty_state(), "alice", "sub.alice", actions);
    let account = ran.account();
    // 100 for the account, 33 + 9 + 40 for the key.
    assert_eq!(
        (account.amount(), account.locked(), account.storage_usage()),
        (5, 0, 182)
    );
    assert_eq!(account.contract(), AccountContract::None);
    assert_eq!(ran.receiver.actor_id, id("sub.alice"));
}

#[test]
fn nobody_else_creates_sub_accounts() {
    for (predecessor_id, receiver_id) in [("bob", "sub.alice"), ("alice", "sub.sub.alice"), ("ice", "sub.alice")] {
        let ran = run(&mut empty_state(), predecessor_id, receiver_id, vec![create()]);
        assert!(matches!(ran.error(), Some(ActionError::CreateAccountNotAllowed { .. })));
        assert!(ran.receiver.account.is_none());
    }
}

#[test]
fn only_the_registrar_creates_top_level_accounts() {
    for (predecessor_id, is_allowed) in [("registrar", true), ("near", false), ("system", false)] {
        let ran = run(&mut empty_state(), predecessor_id, "toplevel", vec![create()]);
        let refusal = ActionError::CreateAccountOnlyByRegistrar(id("toplevel"));
        assert_eq!(ran.error(), (!is_allowed).then_some(&refusal));
    }
    // `system` is no top-level account, and nobody's child.
    let ran = run(&mut empty_state(), "registrar", "system", vec![create()]);
    assert!(matches!(ran.error(), Some(ActionError::CreateAccountNotAllowed { .. })));
}

#[test]
fn what_exists_or_has_an_implicit_name_is_not_created_explicitly() {
    let ran = run(&mut state_with(&["sub.alice"]), "alice", "sub.alice", vec![create()]);
    assert_eq!(ran.error(), Some(&ActionError::AccountAlreadyExists(id("sub.alice"))));
    for name in [near_implicit(), eth_implicit(), deterministic()] {
        let ran = run(&mut empty_state(), "registrar", &name, vec![create()]);
        let refusal = ActionError::OnlyImplicitAccountCreationAllowed(id(&name));
        assert_eq!(ran.error(), Some(&refusal));
    }
}

#[test]
fn a_transfer_alone_creates_implicit_accounts() {
    let mut world = World::new();
    world.block_height = 1000;
    let wallet = AccountContract::Global(world.chain.eth_wallet_contract_hash);
    let expected = [
        (near_implicit(), 182, AccountContract::None),
        (eth_implicit(), 132, wallet),
        (deterministic(), 100, AccountContract::None),
    ];
    for (name, storage_usage, contract) in expected {
        let mut state = empty_state();
        let receipt = receipt_from("alice", &name, 1, vec![transfer(7)]);
        let ran = try_run(&world, &mut state, &mut NoContracts, &receipt).unwrap();
        let account = ran.account();
        assert_eq!(
            (account.amount(), account.storage_usage()),
            (7, storage_usage),
            "{name}"
        );
        assert_eq!(account.contract(), contract);
        assert_eq!(ran.receiver.actor_id, id(&name));
        let access_key = key_of(&state, &name, &key(0x0a));
        let expected_key = AccessKey {
            nonce: 999_000_000,
            permission: AccessKeyPermission::FullAccess,
        };
        assert_eq!(access_key, (name == near_implicit()).then_some(expected_key));
    }
}

#[test]
fn a_transfer_creates_nothing_in_company_or_as_a_refund_or_under_a_name() {
    let attempts = [
        ("alice", near_implicit(), vec![transfer(7), transfer(7)]),
        ("system", near_implicit(), vec![transfer(7)]),
        ("alice", "bob".to_string(), vec![transfer(7)]),
    ];
    for (predecessor_id, receiver_id, actions) in attempts {
        let ran = run(&mut empty_state(), predecessor_id, &receiver_id, actions);
        assert_eq!(ran.error(), Some(&ActionError::AccountDoesNotExist(id(&receiver_id))));
    }
}

#[test]
fn a_balance_beyond_128_bits_aborts() {
    let mut state = state_with(&["alice"]);
    let receipt = receipt_from("bob", "alice", 1, vec![transfer(Balance::MAX)]);
    let error = try_run(&World::new(), &mut state, &mut NoContracts, &receipt).err();
    assert!(matches!(error, Some(ApplyError::IntegerOverflow(_))));
}

fn gas_refund(receiver_id: &str, deposit: Balance, signer_public_key: &PublicKey) -> Receipt {
    Receipt::new_gas_refund(&id(receiver_id), deposit, signer_public_key.clone())
}

#[test]
fn gas_comes_back_to_the_account_and_the_keys_allowance() {
    let (mut state, signer_key) = (state_with(&["alice"]), key(1));
    let permission = |allowance| AccessKeyPermission::FunctionCall(restricted(Some(allowance), &[]));
    give_key(&mut state, "alice", &signer_key, 3, permission(10));
    let ran = try_run(
        &World::new(),
        &mut state,
        &mut NoContracts,
        &gas_refund("alice", 5, &signer_key),
    )
    .unwrap();
    assert_eq!(ran.account().amount(), 100 * NEAR + 5);
    let expected = AccessKey {
        nonce: 3,
        permission: permission(15),
    };
    assert_eq!(key_of(&state, "alice", &signer_key), Some(expected));
    // Allowances saturate.
    give_key(&mut state, "alice", &signer_key, 3, permission(Balance::MAX - 1));
    let refund = gas_refund("alice", 5, &signer_key);
    try_run(&World::new(), &mut state, &mut NoContracts, &refund).unwrap();
    let expected = AccessKey {
        nonce: 3,
        permission: permission(Balance::MAX),
    };
    assert_eq!(key_of(&state, "alice", &signer_key), Some(expected));
}

#[test]
fn gas_of_a_gas_key_comes_back_to_the_key_alone() {
    let (mut state, signer_key) = (state_with(&["alice"]), key(1));
    give_key(&mut state, "alice", &signer_key, 0, gas_key(10, 1));
    let refund = gas_refund("alice", 5, &signer_key);
    let ran = try_run(&World::new(), &mut state, &mut NoContracts, &refund).unwrap();
    assert_eq!(ran.account().amount(), 100 * NEAR);
    let expected = AccessKey {
        nonce: 0,
        permission: gas_key(15, 1),
    };
    assert_eq!(key_of(&state, "alice", &signer_key), Some(expected));
}

#[test]
fn a_refund_reaches_the_account_when_the_key_is_gone_or_unrestricted() {
    let (mut state, signer_key) = (state_with(&["alice"]), key(1));
    let refund = gas_refund("alice", 5, &signer_key);
    let ran = try_run(&World::new(), &mut state, &mut NoContracts, &refund).unwrap();
    assert_eq!(ran.account().amount(), 100 * NEAR + 5);
    assert_eq!(key_of(&state, "alice", &signer_key), None);
    give_key(&mut state, "alice", &signer_key, 3, AccessKeyPermission::FullAccess);
    let ran = try_run(&World::new(), &mut state, &mut NoContracts, &refund).unwrap();
    assert_eq!(ran.account().amount(), 100 * NEAR + 5);
}

#[test]
fn a_balance_refund_restores_no_allowance() {
    let (mut state, signer_key) = (state_with(&["alice"]), PublicKey::ZERO_ED25519);
    let permission = AccessKeyPermission::FunctionCall(restricted(Some(10), &[]));
    give_key(&mut state, "alice", &signer_key, 3, permission.clone());
    let refund = Receipt::new_balance_refund(&id("alice"), 5);
    let ran = try_run(&World::new(), &mut state, &mut NoContracts, &refund).unwrap();
    assert_eq!(ran.account().amount(), 100 * NEAR + 5);
    assert_eq!(key_of(&state, "alice", &signer_key).unwrap().permission, permission);
}

#[test]
fn an_ordinary_transfer_restores_no_allowance() {
    let (mut state, signer_key) = (state_with(&["alice"]), PublicKey::ZERO_ED25519);
    let permission = AccessKeyPermission::FunctionCall(restricted(Some(10), &[]));
    give_key(&mut state, "alice", &signer_key, 3, permission.clone());
    run(&mut state, "alice", "alice", vec![transfer(5)]);
    assert_eq!(key_of(&state, "alice", &signer_key).unwrap().permission, permission);
}

fn stake(stake: Balance) -> Vec<Action> {
    let public_key = key(1);
    vec![Action::Stake(StakeAction { stake, public_key }.into())]
}

fn state_with_locked(locked: Balance) -> State {
    let mut state = empty_state();
    let account = Account::new(100 * NEAR, locked, AccountContract::None, 182);
    set_account(&mut state, &id("alice"), &account);
    state.commit();
    state
}

#[test]
fn stake_locks_what_it_grows_by() {
    let expected = [
        (0, 10 * NEAR, 90 * NEAR, 10 * NEAR),
        (0, 100 * NEAR, 0, 100 * NEAR),
        (30 * NEAR, 40 * NEAR, 90 * NEAR, 40 * NEAR),
        // Less stake, and none, is only proposed.
        (30 * NEAR, 20 * NEAR, 100 * NEAR, 30 * NEAR),
        (30 * NEAR, 0, 100 * NEAR, 30 * NEAR),
        (30 * NEAR, 30 * NEAR, 100 * NEAR, 30 * NEAR),
    ];
    for (locked, wanted, amount_after, locked_after) in expected {
        let ran = run(&mut state_with_locked(locked), "alice", "alice", stake(wanted));
        let account = ran.account();
        assert_eq!((account.amount(), account.locked()), (amount_after, locked_after));
        let [proposal] = &ran.last().validator_proposals[..] else {
            panic!("one proposal was expected")
        };
        assert_eq!((proposal.account_id(), proposal.stake()), (&id("alice"), wanted));
    }
}

#[test]
fn stake_is_refused_without_balance_below_the_minimum_and_when_there_is_none_to_return() {
    let refused = |locked, wanted| run(&mut state_with_locked(locked), "alice", "alice", stake(wanted));
    let ran = refused(0, 100 * NEAR + 1);
    assert!(matches!(ran.error(), Some(ActionError::TriesToStake { .. })));
    let ran = refused(0, 10 * NEAR - 1);
    assert!(matches!(ran.error(), Some(ActionError::InsufficientStake { .. })));
    let ran = refused(0, 0);
    assert_eq!(ran.error(), Some(&ActionError::TriesToUnstake(id("alice"))));
    // Nothing is known to be wrong with a stake of more than there are tokens but the balance.
    let ran = refused(NEAR, Balance::MAX);
    assert!(matches!(ran.error(), Some(ActionError::TriesToStake { .. })));
    assert!(ran.last().validator_proposals.is_empty());
}

#[test]
fn a_deleted_account_leaves_nothing_and_its_balance_goes_to_the_beneficiary() {
    let mut state = state_with(&["alice", "alicea"]);
    give_key(&mut state, "alice", &key(1), 3, AccessKeyPermission::FullAccess);
    give_key(&mut state, "alicea", &key(1), 3, AccessKeyPermission::FullAccess);
    state.set(&state_keys::contract_data(&id("alice"), b"k"), b"v".to_vec());
    state.set(&state_keys::contract_data(&id("alicea"), b"k"), b"v".to_vec());
    state.commit();
    let ran = run(&mut state, "alice", "alice", vec![delete("bob")]);
    assert_eq!(ran.error(), None);
    assert!(ran.receiver.account.is_none());
    let [refund] = &ran.last().new_receipts[..] else {
        panic!("one receipt was expected")
    };
    assert_eq!(*refund, Receipt::new_balance_refund(&id("bob"), 100 * NEAR));
    assert_eq!(get_account(&state, &id("alice")).unwrap(), None);
    assert_eq!(key_of(&state, "alice", &key(1)), None);
    assert!(
        !state
            .contains_key(&state_keys::contract_data(&id("alice"), b"k"))
            .unwrap()
    );
    // The account whose name goes on where this one's ends is another one.
    assert!(key_of(&state, "alicea", &key(1)).is_some());
    assert!(
        state
            .contains_key(&state_keys::contract_data(&id("alicea"), b"k"))
            .unwrap()
    );
}

#[test]
fn deleting_an_empty_account_pays_nothing_out() {
    let mut state = empty_state();
    set_account(
        &mut state,
        &id("alice"),
        &Account::new(0, 0, AccountContract::None, 182),
    );
    let ran = run(&mut state, "alice", "alice", vec![delete("bob")]);
    assert!(ran.error().is_none() && ran.last().new_receipts.is_empty());
}

#[test]
fn accounts_that_stake_or_are_large_are_not_deleted() {
    let ran = run(&mut state_with_locked(1), "alice", "alice", vec![delete("bob")]);
    assert_eq!(ran.error(), Some(&ActionError::DeleteAccountStaking(id("alice"))));
    for (storage_usage, is_too_large) in [(10_000, false), (10_001, true)] {
        let mut state = empty_state();
        let account = Account::new(NEAR, 0, AccountContract::None, storage_usage);
        set_account(&mut state, &id("alice"), &account);
        let ran = run(&mut state, "alice", "alice", vec![delete("bob")]);
        let refusal = ActionError::DeleteAccountWithLargeState(id("alice"));
        assert_eq!(ran.error(), is_too_large.then_some(&refusal));
    }
}

#[test]
fn the_contract_does_not_count_when_a_large_account_is_deleted() {
    let code = vec![0; 500_000];
    let name_len = "bob".len() as u64;
    let contracts = [
        (
            AccountContract::Local(NativeCrypto::sha256(&code)),
            10_000 + 500_000,
            false,
        ),
        (
            AccountContract::Local(NativeCrypto::sha256(&code)),
            10_001 + 500_000,
            true,
        ),
        (AccountContract::Global(NativeCrypto::sha256(&code)), 10_032, false),
        (AccountContract::Global(NativeCrypto::sha256(&code)), 10_033, true),
        (AccountContract::GlobalByAccount(id("bob")), 10_000 + name_len, false),
        (AccountContract::GlobalByAccount(id("bob")), 10_001 + name_len, true),
    ];
    for (contract, storage_usage, is_too_large) in contracts {
        let mut state = empty_state();
        state.set(&state_keys::contract_code(&id("alice")), code.clone());
        let account = Account::new(NEAR, 0, contract, storage_usage);
        set_account(&mut state, &id("alice"), &account);
        let ran = run(&mut state, "alice", "alice", vec![delete("bob")]);
        assert_eq!(ran.error().is_some(), is_too_large);
    }
}

#[test]
fn gas_keys_burn_up_to_one_near_when_their_account_is_deleted() {
    for (balances, is_too_much) in [([NEAR / 2, NEAR / 2], false), ([NEAR / 2, NEAR / 2 + 1], true)] {
        let mut state = state_with(&["alice"]);
        for (byte, balance) in (1..).zip(balances) {
            give_key(&mut state, "alice", &key(byte), 0, gas_key(balance, 2));
            set_gas_key_nonce(&mut state, &id("alice"), &key(byte), 0, 8);
            set_gas_key_nonce(&mut state, &id("alice"), &key(byte), 1, 9);
        }
        state.commit();
        let ran = run(&mut state, "alice", "alice", vec![delete("bob")]);
        if is_too_much {
            assert_eq!(ran.error(), Some(&ActionError::GasKeyBalanceTooHigh(NEAR + 1)));
            continue;
        }
        assert_eq!(ran.error(), None);
        assert_eq!(ran.last().tokens_burnt, NEAR);
        // Four rows of nonces cost compute on top of the fee.
        assert!(ran.last().compute_usage > ran.last().gas_burnt);
        assert!(
            state
                .keys_with_prefix(&state_keys::access_keys_prefix(&id("alice")))
                .unwrap()
                .is_empty()
        );
    }
}

#[test]
fn after_its_deletion_the_predecessor_acts_again() {
    let actions = vec![create(), delete("bob"), create(), transfer(1)];
    let ran = run(&mut empty_state(), "alice", "sub.alice", actions);
    assert_eq!(ran.account().amount(), 1);
    let actions = vec![
        create(),
        delete("bob"),
        add_key(key(1), AccessKeyPermission::FullAccess),
    ];
    let ran = run(&mut empty_state(), "alice", "sub.alice", actions);
    assert_eq!(ran.error(), Some(&ActionError::AccountDoesNotExist(id("sub.alice"))));
}

#[test]
fn a_malformed_row_among_the_access_keys_aborts_a_deletion() {
    let mut state = state_with(&["alice"]);
    let mut row = state_keys::access_keys_prefix(&id("alice"));
    row.push(9);
    set(&mut state, &row, &0_u8);
    let receipt = receipt_from("alice", "alice", 1, vec![delete("bob")]);
    assert!(try_run(&World::new(), &mut state, &mut NoContracts, &receipt).is_err());
}

#[test]
fn refunds_are_action_receipts_with_one_transfer() {
    let ReceiptEnum::Action(content) = Receipt::new_balance_refund(&id("bob"), 9).receipt else {
        panic!("refunds are action receipts")
    };
    assert_eq!(content.actions, vec![transfer(9)]);
}
