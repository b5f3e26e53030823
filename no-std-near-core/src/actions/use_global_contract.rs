//! UseGlobalContract: makes the account run published code in place of its own.
//!
//! Mirrors `use_global_contract` of `runtime/runtime/src/global_contracts.rs` (spec §C.9).

use alloc::format;

use super::contract_storage::{add_storage_usage, clear_contract_storage_usage};
use crate::crypto::Crypto;
use crate::error::ApplyError;
use crate::receipts::{ActionError, ActionResult};
use crate::state::{StateUpdate, keys};
use crate::types::account::Account;
use crate::types::account_id::AccountId;
use crate::types::action::GlobalContractIdentifier;

/// Points the account to a global contract; fails if this shard does not have it.
///
/// # Errors
/// Aborts on storage errors and on overflow.
pub(super) fn apply<C: Crypto>(
    identifier: &GlobalContractIdentifier,
    account_id: &AccountId,
    account: &mut Account,
    state: &mut StateUpdate<'_, C>,
    result: &mut ActionResult,
) -> Result<(), ApplyError> {
    if !state.contains_key(&keys::global_contract_code(identifier))? {
        result.result = Err(ActionError::GlobalContractDoesNotExist(format!("{identifier:?}")));
        return Ok(());
    }
    clear_contract_storage_usage(account_id, account, state)?;
    if account.contract().is_local() {
        state.remove(&keys::contract_code(account_id));
    }
    add_storage_usage(account, identifier.len() as u64)?;
    account.set_contract(identifier.clone().into());
    Ok(())
}
