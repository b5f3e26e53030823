//! Stake: proposes the account as a validator, and locks what the stake grows by.
//!
//! Mirrors `action_stake` of `runtime/runtime/src/actions.rs` (spec §C.9).

use crate::error::ApplyError;
use crate::receipts::{ActionError, ActionInput, ActionResult};
use crate::types::account::Account;
use crate::types::action::StakeAction;
use crate::types::validator::ValidatorStake;

/// Makes a proposal. A smaller stake is a proposal too: what it frees is returned at the start of a later epoch.
pub(super) fn apply(
    action: &StakeAction,
    input: &ActionInput<'_>,
    account: &mut Account,
    result: &mut ActionResult,
) -> Result<(), ApplyError> {
    let account_id = input.account_id();
    let (stake, minimum_stake) = (action.stake, input.context.chain.minimum_stake);
    let increment = stake.saturating_sub(account.locked());
    let Some(amount_left) = account.amount().checked_sub(increment) else {
        let (account_id, balance) = (account_id.clone(), account.amount());
        result.result = Err(ActionError::TriesToStake {
            account_id,
            stake,
            balance,
        });
        return Ok(());
    };
    if stake == 0 && account.locked() == 0 {
        result.result = Err(ActionError::TriesToUnstake(account_id.clone()));
    } else if stake > 0 && stake < minimum_stake {
        result.result = Err(ActionError::InsufficientStake { stake, minimum_stake });
    } else {
        let proposal = ValidatorStake::new(account_id.clone(), action.public_key.clone(), stake);
        result.validator_proposals.push(proposal);
        if stake > account.locked() {
            account.set_amount(amount_left);
            account.set_locked(stake);
        }
    }
    Ok(())
}
