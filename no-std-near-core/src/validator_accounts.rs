//! Stake returns and rewards at an epoch start.
//!
//! Mirrors `Runtime::update_validator_accounts` of `runtime/runtime/src/lib.rs` (spec §C.1).

use alloc::format;

use crate::crypto::Crypto;
use crate::error::ApplyError;
use crate::state::StateUpdate;
use crate::state::accessors::{get_account, set_account};
use crate::types::Balance;
use crate::types::account_id::AccountId;
use crate::types::validator::ValidatorAccountsUpdate;

/// Pays rewards into stakes, and returns what is locked beyond the largest stake of three epochs and the latest proposal.
///
/// # Errors
/// Aborts on storage errors, on overflow, and when an account has less locked than it must.
pub fn update_validator_accounts<C: Crypto>(
    state: &mut StateUpdate<'_, C>,
    update: &ValidatorAccountsUpdate,
) -> Result<(), ApplyError> {
    for (account_id, max_of_stakes) in &update.stake_info {
        update_staking_account(state, update, account_id, *max_of_stakes)?;
    }
    if let Some(treasury_id) = &update.protocol_treasury_account_id
        && !update.stake_info.contains_key(treasury_id)
    {
        pay_treasury(state, update, treasury_id)?;
    }
    state.commit();
    Ok(())
}

fn update_staking_account<C: Crypto>(
    state: &mut StateUpdate<'_, C>,
    update: &ValidatorAccountsUpdate,
    account_id: &AccountId,
    max_of_stakes: Balance,
) -> Result<(), ApplyError> {
    let Some(mut account) = get_account(state, account_id)? else {
        if max_of_stakes > 0 {
            return Err(ApplyError::inconsistent_state(format!(
                "{account_id:?} stakes {max_of_stakes} but does not exist"
            )));
        }
        return Ok(());
    };
    let overflow = || ApplyError::IntegerOverflow("stake of a validator");
    let reward = update.validator_rewards.get(account_id).copied().unwrap_or(0);
    let locked = account.locked().checked_add(reward).ok_or_else(overflow)?;
    if locked < max_of_stakes {
        return Err(ApplyError::inconsistent_state(format!(
            "{account_id:?} has {locked} locked, less than its largest recent stake {max_of_stakes}"
        )));
    }
    let last_proposal = update.last_proposals.get(account_id).copied().unwrap_or(0);
    let returned = locked
        .checked_sub(max_of_stakes.max(last_proposal))
        .ok_or_else(overflow)?;
    account.set_locked(locked - returned);
    account.set_amount(account.amount().checked_add(returned).ok_or_else(overflow)?);
    set_account(state, account_id, &account);
    Ok(())
}

/// The treasury's reward, if it does not stake: then it has had it above.
fn pay_treasury<C: Crypto>(
    state: &mut StateUpdate<'_, C>,
    update: &ValidatorAccountsUpdate,
    treasury_id: &AccountId,
) -> Result<(), ApplyError> {
    let account = get_account(state, treasury_id)?;
    let mut account = account.ok_or_else(|| ApplyError::inconsistent_state("the protocol treasury does not exist"))?;
    let reward = update.validator_rewards.get(treasury_id);
    let reward = reward.ok_or_else(|| ApplyError::inconsistent_state("the protocol treasury has no reward"))?;
    let amount = account.amount().checked_add(*reward);
    account.set_amount(amount.ok_or(ApplyError::IntegerOverflow("balance of the protocol treasury"))?);
    set_account(state, treasury_id, &account);
    Ok(())
}
