//! Whether the account exists as an action needs it, and whether the actor may do this to it.
//!
//! Mirrors `check_account_existence` and `check_actor_permissions` of `runtime/runtime/src/actions.rs` (spec §C.9).

use crate::receipts::{ActionError, ActionInput, ReceiverState};
use crate::types::action::Action;

/// Existence first, then permission.
pub(super) fn check(action: &Action, input: &ActionInput<'_>, receiver: &ReceiverState) -> Result<(), ActionError> {
    check_existence(action, input, receiver)?;
    check_permission(action, input, receiver)
}

fn check_existence(action: &Action, input: &ActionInput<'_>, receiver: &ReceiverState) -> Result<(), ActionError> {
    let account_id = input.account_id();
    let exists = receiver.account.is_some();
    let is_implicit = account_id.account_type().is_implicit();
    match action {
        Action::CreateAccount(_) if exists => Err(ActionError::AccountAlreadyExists(account_id.clone())),
        // Its name says who may act for it. Creating it with other actions would let anybody add keys of their own.
        Action::CreateAccount(_) if is_implicit => {
            Err(ActionError::OnlyImplicitAccountCreationAllowed(account_id.clone()))
        }
        Action::CreateAccount(_) | Action::DeterministicStateInit(_) => Ok(()),
        // Refunds are free, and what is free must not create accounts; neither may a transfer with company, as above.
        Action::Transfer(_) if is_implicit && input.is_only_action() && !input.is_refund() => Ok(()),
        _ if exists => Ok(()),
        _ => Err(ActionError::AccountDoesNotExist(account_id.clone())),
    }
}

fn check_permission(action: &Action, input: &ActionInput<'_>, receiver: &ReceiverState) -> Result<(), ActionError> {
    let account_id = input.account_id();
    let is_for_the_account_alone = match action {
        Action::DeployContract(_)
        | Action::Stake(_)
        | Action::AddKey(_)
        | Action::DeleteKey(_)
        | Action::DeleteAccount(_)
        | Action::DeployGlobalContract(_)
        | Action::UseGlobalContract(_)
        | Action::WithdrawFromGasKey(_) => true,
        Action::CreateAccount(_)
        | Action::FunctionCall(_)
        | Action::Transfer(_)
        | Action::TransferToGasKey(_)
        | Action::Delegate(_)
        | Action::DelegateV2(_)
        | Action::DeterministicStateInit(_) => false,
    };
    if is_for_the_account_alone && receiver.actor_id != *account_id {
        let (account_id, actor_id) = (account_id.clone(), receiver.actor_id.clone());
        return Err(ActionError::ActorNoPermission { account_id, actor_id });
    }
    let is_staking = receiver.account.as_ref().is_some_and(|account| account.locked() > 0);
    if matches!(action, Action::DeleteAccount(_)) && is_staking {
        return Err(ActionError::DeleteAccountStaking(account_id.clone()));
    }
    Ok(())
}
