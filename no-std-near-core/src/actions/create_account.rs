//! CreateAccount: an empty account under a name that the predecessor may give.
//!
//! Mirrors `action_create_account` of `runtime/runtime/src/actions.rs` (spec §C.9).

use crate::error::ApplyError;
use crate::receipts::{ActionError, ActionInput, ActionResult, ReceiverState};
use crate::types::account::{Account, AccountContract};

/// Creates the account; from here on it acts for itself, so that following actions may add its keys.
pub(super) fn apply(
    input: &ActionInput<'_>,
    receiver: &mut ReceiverState,
    result: &mut ActionResult,
) -> Result<(), ApplyError> {
    let params = input.context.params;
    let account_id = input.account_id();
    let predecessor_id = &input.receipt.predecessor_id;
    let creation = &params.account_creation_config;
    if account_id.is_top_level() {
        let is_short = account_id.len() < usize::from(creation.min_allowed_top_level_account_length);
        if is_short && predecessor_id.as_str() != creation.registrar_account_id {
            result.result = Err(ActionError::CreateAccountOnlyByRegistrar(account_id.clone()));
            return Ok(());
        }
    } else if !account_id.is_sub_account_of(predecessor_id) {
        let (account_id, predecessor_id) = (account_id.clone(), predecessor_id.clone());
        result.result = Err(ActionError::CreateAccountNotAllowed {
            account_id,
            predecessor_id,
        });
        return Ok(());
    }
    receiver.actor_id = account_id.clone();
    let storage_usage = params.fees.storage_usage_config.num_bytes_account;
    receiver.account = Some(Account::new(0, 0, AccountContract::None, storage_usage));
    Ok(())
}
