//! DeterministicStateInit: creates an account whose name is the hash of its first state, and gives it that state.
//!
//! Mirrors `runtime/runtime/src/deterministic_account_id.rs` (spec §C.9, NEP-616).

use super::use_global_contract;
use crate::crypto::Crypto;
use crate::error::ApplyError;
use crate::params::fees::safe_add_balance;
use crate::params::{IntegerOverflowError, Params};
use crate::receipts::{ActionError, ActionInput, ActionResult};
use crate::state::{StateUpdate, keys};
use crate::transactions::missing_storage_stake;
use crate::types::Balance;
use crate::types::account::{Account, AccountContract};
use crate::types::action::{DeterministicAccountStateInit, DeterministicStateInitAction};
use crate::types::receipt::Receipt;

/// Creates the account if it does not exist, initialises it if it has no contract, and gives back what its storage does not need.
///
/// # Errors
/// Aborts on storage errors and on overflow.
pub(super) fn apply<C: Crypto>(
    action: &DeterministicStateInitAction,
    input: &ActionInput<'_>,
    maybe_account: &mut Option<Account>,
    state: &mut StateUpdate<'_, C>,
    result: &mut ActionResult,
) -> Result<(), ApplyError> {
    let params = input.context.params;
    // The actor stays the predecessor: whoever creates such an account must not be able to add keys to it.
    let account = maybe_account.get_or_insert_with(|| new_account(params, 0));
    if account.contract().is_none() {
        initialise(&action.state_init, input, account, state, result)?;
    }
    if result.result.is_err() {
        return Ok(());
    }
    let missing = missing_storage_stake(account, account.amount(), params)?.unwrap_or(0);
    let Some(refund) = action.deposit.checked_sub(missing) else {
        let account_id = input.account_id().clone();
        result.result = Err(ActionError::LackBalanceForState {
            account_id,
            amount: missing,
        });
        return Ok(());
    };
    account.set_amount(safe_add_balance(account.amount(), missing)?);
    if refund > 0 {
        result.new_receipts.push(Receipt::new_balance_refund(
            input.receipt.balance_refund_receiver(),
            refund,
        ));
    }
    Ok(())
}

/// A deterministic account before it is initialised.
pub(super) fn new_account(params: &Params, amount: Balance) -> Account {
    Account::new(
        amount,
        0,
        AccountContract::None,
        params.fees.storage_usage_config.num_bytes_account,
    )
}

/// Gives the account its contract and data. It has no data yet, so that nothing is overwritten that storage usage counts.
fn initialise<C: Crypto>(
    state_init: &DeterministicAccountStateInit,
    input: &ActionInput<'_>,
    account: &mut Account,
    state: &mut StateUpdate<'_, C>,
    result: &mut ActionResult,
) -> Result<(), ApplyError> {
    use_global_contract::apply(state_init.code(), input.account_id(), account, state, result)?;
    if result.result.is_err() {
        return Ok(());
    }
    let bytes_per_record = input.context.params.fees.storage_usage_config.num_extra_bytes_record;
    let mut storage_usage = account.storage_usage();
    for (key, value) in state_init.data() {
        storage_usage = (key.len() as u64)
            .checked_add(value.len() as u64)
            .and_then(|bytes| bytes.checked_add(bytes_per_record))
            .and_then(|bytes| bytes.checked_add(storage_usage))
            .ok_or(IntegerOverflowError)?;
        state.set(&keys::contract_data(input.account_id(), key), value.clone());
    }
    account.set_storage_usage(storage_usage);
    Ok(())
}
