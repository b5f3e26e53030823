//! DeployContract: gives the account code of its own.
//!
//! Mirrors `action_deploy_contract` of `runtime/runtime/src/actions.rs` (spec §C.9); differs in: nothing is compiled here.

use super::contract_storage::{add_storage_usage, clear_contract_storage_usage};
use crate::crypto::Crypto;
use crate::error::ApplyError;
use crate::receipts::ActionInput;
use crate::state::{StateUpdate, keys};
use crate::types::account::{Account, AccountContract};
use crate::types::action::DeployContractAction;

/// Replaces whatever contract the account has. Any bytes will do; whether they are a contract is found out when it is called.
pub(super) fn apply<C: Crypto>(
    action: &DeployContractAction,
    input: &ActionInput<'_>,
    account: &mut Account,
    state: &mut StateUpdate<'_, C>,
) -> Result<(), ApplyError> {
    let account_id = input.account_id();
    clear_contract_storage_usage(account_id, account, state)?;
    add_storage_usage(account, action.code.len() as u64)?;
    account.set_contract(AccountContract::Local(C::sha256(&action.code)));
    state.set(&keys::contract_code(account_id), action.code.clone());
    Ok(())
}
