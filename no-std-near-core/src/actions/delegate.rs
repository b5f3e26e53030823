//! Delegate (both versions): somebody else pays for actions that the sender has signed.
//!
//! Mirrors `apply_delegate_action` of `runtime/runtime/src/actions.rs` (spec §C.9).

use alloc::string::ToString;
use alloc::vec::Vec;

use crate::crypto::Crypto;
use crate::error::ApplyError;
use crate::params::fees::{
    safe_add_compute, safe_add_gas, total_prepaid_exec_fees, total_prepaid_gas, total_prepaid_send_fees,
};
use crate::params::{ActionCosts, Params};
use crate::receipts::{ActionError, ActionInput, ActionResult};
use crate::state::StateUpdate;
use crate::state::accessors::{get_access_key, get_gas_key_nonce, set_access_key, set_gas_key_nonce};
use crate::transactions::check_function_call_permission;
use crate::types::Gas;
use crate::types::access_key::AccessKey;
use crate::types::action::{Action, DelegateActionRef};
use crate::types::receipt::{ActionReceipt, Receipt, ReceiptEnum};
use crate::types::transaction::TransactionNonce;

/// Checks the sender's signature and key, and sends the inner actions on.
///
/// # Errors
/// Aborts on storage errors and on overflow.
pub(super) fn apply<C: Crypto>(
    action: &Action,
    input: &ActionInput<'_>,
    state: &mut StateUpdate<'_, C>,
    result: &mut ActionResult,
) -> Result<(), ApplyError> {
    let (Some(delegate), Some(is_signed)) = (action.as_delegate(), action.verify_delegate_signature::<C>()) else {
        return Err(ApplyError::inconsistent_state(
            "a delegate action without inner actions",
        ));
    };
    match check(&delegate, is_signed, input, state)? {
        Ok(()) => send_on(&delegate, input, result),
        Err(error) => {
            result.result = Err(error);
            Ok(())
        }
    }
}

/// Everything that can make the action fail; writes the key's new nonce if nothing does.
fn check<C: Crypto>(
    delegate: &DelegateActionRef<'_>,
    is_signed: bool,
    input: &ActionInput<'_>,
    state: &mut StateUpdate<'_, C>,
) -> Result<Result<(), ActionError>, ApplyError> {
    if !is_signed {
        return Ok(Err(ActionError::DelegateActionInvalidSignature));
    }
    if input.context.block_height > delegate.max_block_height {
        return Ok(Err(ActionError::DelegateActionExpired));
    }
    if delegate.sender_id != input.account_id() {
        return Ok(Err(ActionError::DelegateActionSenderDoesNotMatchReceiver {
            sender_id: delegate.sender_id.clone(),
            receiver_id: input.account_id().clone(),
        }));
    }
    check_key(delegate, input, state)
}

fn check_key<C: Crypto>(
    delegate: &DelegateActionRef<'_>,
    input: &ActionInput<'_>,
    state: &mut StateUpdate<'_, C>,
) -> Result<Result<(), ActionError>, ApplyError> {
    let fails = |reason: &str| Ok(Err(ActionError::DelegateActionAccessKey(reason.to_string())));
    let (sender_id, public_key) = (delegate.sender_id, delegate.public_key);
    let Some(mut access_key) = get_access_key(state, sender_id, public_key)? else {
        return fails("the sender has no such key");
    };
    let key_nonce = match (delegate.nonce, access_key.gas_key_info()) {
        (TransactionNonce::Nonce { .. }, None) => access_key.nonce,
        (TransactionNonce::Nonce { .. }, Some(_)) => return fails("a gas key needs a nonce index"),
        (TransactionNonce::GasKeyNonce { .. }, None) => return fails("a nonce index needs a gas key"),
        (TransactionNonce::GasKeyNonce { nonce_index, .. }, Some(info)) => {
            if nonce_index >= info.num_nonces {
                return fails("the nonce index is out of range");
            }
            get_gas_key_nonce(state, sender_id, public_key, nonce_index)?
                .ok_or_else(|| ApplyError::inconsistent_state("a gas key lacks one of its nonces"))?
        }
    };
    let nonce = delegate.nonce.nonce();
    if nonce <= key_nonce {
        return Ok(Err(ActionError::DelegateActionInvalidNonce { nonce, key_nonce }));
    }
    let upper_bound = input
        .context
        .block_height
        .checked_mul(AccessKey::ACCESS_KEY_NONCE_RANGE_MULTIPLIER);
    let upper_bound = upper_bound.ok_or(ApplyError::IntegerOverflow("range of nonces at this height"))?;
    if nonce >= upper_bound {
        return Ok(Err(ActionError::DelegateActionNonceTooLarge { nonce, upper_bound }));
    }
    if let Some(permission) = access_key.permission.function_call_permission()
        && let Err(reason) = check_function_call_permission(permission, delegate.receiver_id, delegate.actions)
    {
        return fails(reason);
    }
    match delegate.nonce.nonce_index() {
        Some(nonce_index) => set_gas_key_nonce(state, sender_id, public_key, nonce_index, nonce),
        None => {
            access_key.nonce = nonce;
            set_access_key(state, sender_id, public_key, &access_key);
        }
    }
    Ok(Ok(()))
}

/// The inner actions become a receipt from the sender. The relayer stays signer: gas is its, and comes back to it; deposits go back to
/// the sender.
fn send_on(
    delegate: &DelegateActionRef<'_>,
    input: &ActionInput<'_>,
    result: &mut ActionResult,
) -> Result<(), ApplyError> {
    let params = input.context.params;
    // The relayer has paid in advance for sending, which is burnt now, and for executing, which the next receipt will burn.
    let sending = total_prepaid_send_fees(params, input.action_receipt.actions)?;
    let reserved = safe_add_gas(required_gas(params, delegate)?, sending.gas)?;
    result.gas_used = safe_add_gas(result.gas_used, reserved)?;
    result.gas_burnt = safe_add_gas(result.gas_burnt, sending.gas)?;
    result.compute_usage = safe_add_compute(result.compute_usage, sending.compute)?;
    let content = ActionReceipt {
        signer_id: input.action_receipt.signer_id.clone(),
        signer_public_key: input.action_receipt.signer_public_key.clone(),
        gas_price: input.action_receipt.gas_price,
        output_data_receivers: Vec::new(),
        input_data_ids: Vec::new(),
        actions: delegate.actions.to_vec(),
    };
    let (sender_id, receiver_id) = (delegate.sender_id.clone(), delegate.receiver_id.clone());
    result.new_receipts.push(Receipt::without_id(
        sender_id,
        receiver_id,
        ReceiptEnum::Action(content),
    ));
    Ok(())
}

/// Gas that executing the inner actions takes at most.
fn required_gas(params: &Params, delegate: &DelegateActionRef<'_>) -> Result<Gas, ApplyError> {
    let execution = total_prepaid_exec_fees(params, delegate.actions, delegate.receiver_id)?.gas;
    let attached = total_prepaid_gas(delegate.actions)?;
    let receipt = params.fees.fee(ActionCosts::NewActionReceipt).execution.gas;
    Ok(safe_add_gas(safe_add_gas(execution, attached)?, receipt)?)
}
