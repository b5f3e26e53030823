//! TransferToGasKey and WithdrawFromGasKey: tokens into and out of the balance of a key.
//!
//! Mirrors the functions of the same names in `runtime/runtime/src/access_keys.rs` (spec §C.9).

use crate::crypto::Crypto;
use crate::error::ApplyError;
use crate::params::fees::safe_add_balance;
use crate::receipts::{ActionError, ActionInput, ActionResult};
use crate::state::StateUpdate;
use crate::state::accessors::{get_access_key, set_access_key};
use crate::types::access_key::AccessKey;
use crate::types::account::Account;
use crate::types::action::{TransferToGasKeyAction, WithdrawFromGasKeyAction};
use crate::types::keys::PublicKey;

/// Adds to the key's balance; anybody may.
///
/// # Errors
/// Aborts on storage errors and on overflow.
pub(super) fn deposit<C: Crypto>(
    action: &TransferToGasKeyAction,
    input: &ActionInput<'_>,
    state: &mut StateUpdate<'_, C>,
    result: &mut ActionResult,
) -> Result<(), ApplyError> {
    let (account_id, public_key) = (input.account_id(), &action.public_key);
    let mut access_key = get_access_key(state, account_id, public_key)?;
    let Some(info) = access_key.as_mut().and_then(AccessKey::gas_key_info_mut) else {
        result.result = Err(ActionError::NotAGasKey(account_id.clone()));
        return Ok(());
    };
    info.balance = safe_add_balance(info.balance, action.deposit)?;
    write_back(access_key, input, public_key, state);
    Ok(())
}

/// Moves tokens from the key to its account.
///
/// # Errors
/// Aborts on storage errors and on overflow.
pub(super) fn withdraw<C: Crypto>(
    action: &WithdrawFromGasKeyAction,
    input: &ActionInput<'_>,
    account: &mut Account,
    state: &mut StateUpdate<'_, C>,
    result: &mut ActionResult,
) -> Result<(), ApplyError> {
    let (account_id, public_key) = (input.account_id(), &action.public_key);
    let mut access_key = get_access_key(state, account_id, public_key)?;
    let Some(info) = access_key.as_mut().and_then(AccessKey::gas_key_info_mut) else {
        result.result = Err(ActionError::NotAGasKey(account_id.clone()));
        return Ok(());
    };
    let Some(balance) = info.balance.checked_sub(action.amount) else {
        let (balance, required) = (info.balance, action.amount);
        result.result = Err(ActionError::InsufficientGasKeyBalance { balance, required });
        return Ok(());
    };
    info.balance = balance;
    account.set_amount(safe_add_balance(account.amount(), action.amount)?);
    write_back(access_key, input, public_key, state);
    Ok(())
}

fn write_back<C: Crypto>(
    access_key: Option<AccessKey>,
    input: &ActionInput<'_>,
    public_key: &PublicKey,
    state: &mut StateUpdate<'_, C>,
) {
    if let Some(access_key) = access_key {
        set_access_key(state, input.account_id(), public_key, &access_key);
    }
}
