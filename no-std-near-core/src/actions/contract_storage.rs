//! How much of an account's storage usage is its contract's.
//!
//! Mirrors `get_contract_storage_usage` of `runtime/runtime/src/actions.rs`.

use crate::crypto::Crypto;
use crate::error::ApplyError;
use crate::state::{StateUpdate, keys};
use crate::types::StorageUsage;
use crate::types::account::{Account, AccountContract};
use crate::types::account_id::AccountId;

/// Bytes: the code of a local contract, the name of a global one. The code itself is not read.
pub(super) fn contract_storage_usage<C: Crypto>(
    account_id: &AccountId,
    account: &Account,
    state: &StateUpdate<'_, C>,
) -> Result<StorageUsage, ApplyError> {
    let contract = account.contract();
    match contract {
        AccountContract::Local(_) => Ok(state.value_len(&keys::contract_code(account_id))?.unwrap_or(0)),
        _ => Ok(contract.identifier_storage_usage()),
    }
}

/// Takes the contract's part out of the account's storage usage, before another contract takes its place.
pub(super) fn clear_contract_storage_usage<C: Crypto>(
    account_id: &AccountId,
    account: &mut Account,
    state: &StateUpdate<'_, C>,
) -> Result<(), ApplyError> {
    let contract_bytes = contract_storage_usage(account_id, account, state)?;
    account.set_storage_usage(account.storage_usage().saturating_sub(contract_bytes));
    Ok(())
}

/// Adds to the account's storage usage.
pub(super) fn add_storage_usage(account: &mut Account, bytes: StorageUsage) -> Result<(), ApplyError> {
    let storage_usage = account.storage_usage().checked_add(bytes);
    account.set_storage_usage(storage_usage.ok_or(ApplyError::IntegerOverflow("storage usage of an account"))?);
    Ok(())
}
