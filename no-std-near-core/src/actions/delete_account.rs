//! DeleteAccount: pays the balance out and removes everything the account has.
//!
//! Mirrors `action_delete_account` of `runtime/runtime/src/actions.rs` (spec §C.9).

use super::contract_storage::contract_storage_usage;
use crate::crypto::Crypto;
use crate::error::ApplyError;
use crate::params::fees::{safe_add_balance, safe_add_compute, storage_removes_compute};
use crate::receipts::{ActionError, ActionInput, ActionResult, ReceiverState};
use crate::state::StateUpdate;
use crate::state::accessors::{compute_gas_key_balance_sum, remove_account};
use crate::types::access_key::{AccessKey, GasKeyInfo};
use crate::types::account::Account;
use crate::types::action::DeleteAccountAction;
use crate::types::receipt::Receipt;

/// Removes the account. Fails for accounts with much state, and for gas keys that hold too much to be burnt.
///
/// # Errors
/// Aborts on storage errors and on overflow.
pub(super) fn apply<C: Crypto>(
    action: &DeleteAccountAction,
    input: &ActionInput<'_>,
    receiver: &mut ReceiverState,
    state: &mut StateUpdate<'_, C>,
    result: &mut ActionResult,
) -> Result<(), ApplyError> {
    let account_id = input.account_id();
    let account = super::existing(receiver)?;
    let contract_bytes = contract_storage_usage(account_id, account, state)?;
    if account.storage_usage().saturating_sub(contract_bytes) > Account::MAX_ACCOUNT_DELETION_STORAGE_USAGE {
        result.result = Err(ActionError::DeleteAccountWithLargeState(account_id.clone()));
        return Ok(());
    }
    let gas_key_balances = compute_gas_key_balance_sum(state, account_id)?;
    if gas_key_balances > GasKeyInfo::MAX_BALANCE_TO_BURN {
        result.result = Err(ActionError::GasKeyBalanceTooHigh(gas_key_balances));
        return Ok(());
    }
    if account.amount() > 0 {
        result
            .new_receipts
            .push(Receipt::new_balance_refund(&action.beneficiary_id, account.amount()));
    }
    let removed = remove_account(state, account_id)?;
    result.tokens_burnt = safe_add_balance(result.tokens_burnt, gas_key_balances)?;
    let count = removed.gas_key_nonce_count;
    let value_len_bytes = AccessKey::NONCE_VALUE_LEN_BYTES as u64 * count;
    let key_len_bytes = removed.gas_key_nonce_total_key_bytes;
    let compute = storage_removes_compute(input.context.params, count, key_len_bytes, value_len_bytes)?;
    result.compute_usage = safe_add_compute(result.compute_usage, compute)?;
    receiver.actor_id = input.receipt.predecessor_id.clone();
    receiver.account = None;
    Ok(())
}
