//! One file per action: existence, permission, effect.
//!
//! This file is the list. [`apply_action`] burns the action's fee, asks [`checks`] whether the account exists as it must and whether
//! the actor may do this, and hands over to the action's file.
//!
//! | file | actions |
//! |---|---|
//! | [`checks`] | existence and permission, for all of them |
//! | [`create_account`] | CreateAccount |
//! | [`deploy_contract`] | DeployContract |
//! | [`function_call`] | FunctionCall |
//! | [`transfer`] | Transfer: to an account, to one that it creates, or as a refund |
//! | [`stake`] | Stake |
//! | [`access_keys`] | AddKey, DeleteKey |
//! | [`gas_keys`] | TransferToGasKey, WithdrawFromGasKey |
//! | [`delete_account`] | DeleteAccount |
//! | [`delegate`] | Delegate, DelegateV2 |
//! | [`deploy_global_contract`], [`use_global_contract`] | the actions of the same name |
//! | [`deterministic_state_init`] | DeterministicStateInit |
//!
//! Mirrors `Runtime::apply_action` of `runtime/runtime/src/lib.rs` and `runtime/runtime/src/actions.rs` (spec §C.9).

use crate::contract_runner::ContractRunner;
use crate::crypto::Crypto;
use crate::error::ApplyError;
use crate::params::fees::exec_fee;
use crate::receipts::{ActionInput, ActionResult, ReceiverState};
use crate::state::StateUpdate;
use crate::types::account::Account;
use crate::types::action::Action;

mod access_keys;
mod checks;
mod contract_storage;
mod create_account;
mod delegate;
mod delete_account;
mod deploy_contract;
mod deploy_global_contract;
mod deterministic_state_init;
mod function_call;
mod gas_keys;
mod stake;
#[cfg(test)]
mod tests;
mod transfer;
mod use_global_contract;

/// Applies one action of a receipt. Changes go to `receiver` and, uncommitted, to `state`.
///
/// # Errors
/// Aborts on storage errors, on overflow, and when a contract cannot be run; an action that fails is an `Ok` whose `result` is
/// `Err`.
pub fn apply_action<C: Crypto, R: ContractRunner<C>>(
    action: &Action,
    input: &ActionInput<'_>,
    receiver: &mut ReceiverState,
    state: &mut StateUpdate<'_, C>,
    runner: &mut R,
) -> Result<ActionResult, ApplyError> {
    let fee = exec_fee(input.context.params, action, input.account_id())?;
    let mut result = ActionResult {
        gas_burnt: fee.gas,
        gas_used: fee.gas,
        compute_usage: fee.compute,
        ..ActionResult::default()
    };
    if let Err(error) = checks::check(action, input, receiver) {
        result.result = Err(error);
        return Ok(result);
    }
    dispatch(action, input, receiver, state, runner, &mut result)?;
    Ok(result)
}

fn dispatch<C: Crypto, R: ContractRunner<C>>(
    action: &Action,
    input: &ActionInput<'_>,
    receiver: &mut ReceiverState,
    state: &mut StateUpdate<'_, C>,
    runner: &mut R,
    result: &mut ActionResult,
) -> Result<(), ApplyError> {
    match action {
        Action::CreateAccount(_) => create_account::apply(input, receiver, result),
        Action::DeployContract(action) => deploy_contract::apply(action, input, existing(receiver)?, state),
        Action::FunctionCall(action) => function_call::apply(action, input, existing(receiver)?, state, runner, result),
        Action::Transfer(action) => transfer::apply(action.deposit, input, receiver, state),
        Action::Stake(action) => stake::apply(action, input, existing(receiver)?, result),
        Action::AddKey(action) => access_keys::add(action, input, existing(receiver)?, state, result),
        Action::DeleteKey(action) => access_keys::delete(action, input, existing(receiver)?, state, result),
        Action::DeleteAccount(action) => delete_account::apply(action, input, receiver, state, result),
        Action::Delegate(_) | Action::DelegateV2(_) => delegate::apply(action, input, state, result),
        Action::DeployGlobalContract(action) => {
            deploy_global_contract::apply(action, input, existing(receiver)?, state, result)
        }
        Action::UseGlobalContract(action) => {
            let identifier = &action.contract_identifier;
            use_global_contract::apply(identifier, input.account_id(), existing(receiver)?, state, result)
        }
        Action::DeterministicStateInit(action) => {
            deterministic_state_init::apply(action, input, &mut receiver.account, state, result)
        }
        Action::TransferToGasKey(action) => gas_keys::deposit(action, input, state, result),
        Action::WithdrawFromGasKey(action) => gas_keys::withdraw(action, input, existing(receiver)?, state, result),
    }
}

/// The account of an action that [`checks`] lets pass only if it exists.
fn existing(receiver: &mut ReceiverState) -> Result<&mut Account, ApplyError> {
    receiver
        .account
        .as_mut()
        .ok_or_else(|| ApplyError::inconsistent_state("an action runs on an account that is gone"))
}
