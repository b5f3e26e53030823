//! Every action: what it does, what it refuses, and at which edges.
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot be set up fails, which is the point"
)]

mod accounts;
mod calls;
mod contracts;
mod delegates;
mod keys;

use super::apply_action;
use crate::contract_runner::{ContractRunner, NoContracts};
use crate::crypto::NativeCrypto;
use crate::error::ApplyError;
use crate::receipts::{ActionError, ActionInput, ActionResult, ReceiverState};
use crate::state::accessors::{get_access_key, get_account, set_access_key};
use crate::test_support::{State, World, id, receipt_from};
use crate::types::Balance;
use crate::types::access_key::{AccessKey, AccessKeyPermission, FunctionCallPermission, GasKeyInfo};
use crate::types::account::Account;
use crate::types::action::{Action, AddKeyAction};
use crate::types::keys::PublicKey;
use crate::types::receipt::{Receipt, VersionedReceiptEnum};
use alloc::string::ToString;
use alloc::vec;
use alloc::vec::Vec;

/// What a receipt's actions left: every action's result up to the first that failed, and the receiver.
struct Ran {
    results: Vec<ActionResult>,
    receiver: ReceiverState,
}

impl Ran {
    fn last(&self) -> &ActionResult {
        self.results.last().unwrap()
    }

    fn account(&self) -> &Account {
        assert_eq!(self.error(), None);
        self.receiver.account.as_ref().unwrap()
    }

    fn error(&self) -> Option<&ActionError> {
        self.last().result.as_ref().err()
    }
}

/// Runs a receipt's actions on what the state holds; nothing is committed or rolled back.
fn try_run<R: ContractRunner<NativeCrypto>>(
    world: &World,
    state: &mut State,
    runner: &mut R,
    receipt: &Receipt,
) -> Result<Ran, ApplyError> {
    let VersionedReceiptEnum::Action(action_receipt) = receipt.versioned_receipt() else {
        panic!("an action receipt was expected");
    };
    let mut receiver = ReceiverState {
        account: get_account(state, &receipt.receiver_id)?,
        actor_id: receipt.predecessor_id.clone(),
    };
    let context = world.context();
    let mut results = Vec::new();
    for (action_index, action) in action_receipt.actions.iter().enumerate() {
        let input = ActionInput {
            context: &context,
            receipt,
            action_receipt,
            promise_results: &[],
            action_index,
            proof_size_before_receipt_bytes: 0,
        };
        let result = apply_action(action, &input, &mut receiver, state, runner)?;
        let failed = result.result.is_err();
        results.push(result);
        if failed {
            break;
        }
    }
    Ok(Ran { results, receiver })
}

/// [`try_run`] from one account to another, without contracts and without aborts.
fn run(state: &mut State, predecessor_id: &str, receiver_id: &str, actions: Vec<Action>) -> Ran {
    let receipt = receipt_from(predecessor_id, receiver_id, 1, actions);
    try_run(&World::new(), state, &mut NoContracts, &receipt).unwrap()
}

fn key(byte: u8) -> PublicKey {
    PublicKey::ED25519([byte; 32])
}

fn add_key(public_key: PublicKey, permission: AccessKeyPermission) -> Action {
    // The nonce that an action carries is not the key's first nonce.
    let access_key = AccessKey { nonce: 77, permission };
    Action::AddKey(AddKeyAction { public_key, access_key }.into())
}

fn gas_key(balance: Balance, num_nonces: u16) -> AccessKeyPermission {
    AccessKeyPermission::GasKeyFullAccess(GasKeyInfo { balance, num_nonces })
}

/// Only `method` of "bob", with an allowance.
fn restricted(allowance: Option<Balance>, methods: &[&str]) -> FunctionCallPermission {
    FunctionCallPermission {
        allowance,
        receiver_id: "bob".to_string(),
        method_names: methods.iter().map(|method| method.to_string()).collect(),
    }
}

fn give_key(state: &mut State, account_id: &str, public_key: &PublicKey, nonce: u64, permission: AccessKeyPermission) {
    set_access_key(state, &id(account_id), public_key, &AccessKey { nonce, permission });
    state.commit();
}

fn key_of(state: &State, account_id: &str, public_key: &PublicKey) -> Option<AccessKey> {
    get_access_key(state, &id(account_id), public_key).unwrap()
}

/// An action of every kind but CreateAccount, Transfer and DeterministicStateInit, which have rules of their own.
fn actions_on_existing_accounts() -> Vec<(Action, bool)> {
    let public_key = key(5);
    let gas = crate::types::action::TransferToGasKeyAction {
        public_key: public_key.clone(),
        deposit: 1,
    };
    let withdraw = crate::types::action::WithdrawFromGasKeyAction {
        public_key: public_key.clone(),
        amount: 1,
    };
    let stake = crate::types::action::StakeAction {
        stake: 1,
        public_key: public_key.clone(),
    };
    let identifier = crate::types::action::GlobalContractIdentifier::AccountId(id("bob"));
    let delete_key = crate::types::action::DeleteKeyAction {
        public_key: public_key.clone(),
    };
    vec![
        (contracts::deploy(b"code"), true),
        (crate::test_support::call(1, 0), false),
        (Action::Stake(stake.into()), true),
        (add_key(public_key, AccessKeyPermission::FullAccess), true),
        (Action::DeleteKey(delete_key.into()), true),
        (accounts::delete("bob"), true),
        (contracts::deploy_global(b"code"), true),
        (contracts::use_global(identifier), true),
        (Action::TransferToGasKey(gas.into()), false),
        (Action::WithdrawFromGasKey(withdraw.into()), true),
        (delegates::unsigned(), false),
        (delegates::unsigned_v2(), false),
    ]
}

#[test]
fn actions_on_missing_accounts_fail_and_burn_their_fee() {
    for (action, _) in actions_on_existing_accounts() {
        let ran = run(&mut crate::test_support::empty_state(), "alice", "alice", vec![action]);
        assert_eq!(ran.error(), Some(&ActionError::AccountDoesNotExist(id("alice"))));
        let result = ran.last();
        assert!(result.gas_burnt > 0 && result.gas_burnt == result.gas_used);
        assert!(result.new_receipts.is_empty());
    }
}

#[test]
fn only_the_account_itself_may_do_what_is_its_own() {
    for (action, is_its_own) in actions_on_existing_accounts() {
        let ran = run(
            &mut crate::test_support::state_with(&["alice"]),
            "bob",
            "alice",
            vec![action],
        );
        let is_refused = matches!(ran.error(), Some(ActionError::ActorNoPermission { .. }));
        assert_eq!(is_refused, is_its_own, "{:?}", ran.error());
    }
}
