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

#[cfg(test)]
mod tests {
    use alloc::collections::BTreeMap;

    use super::*;
    use crate::crypto::NativeCrypto;
    use crate::trie::PartialTrie;
    use crate::types::account::{Account, AccountContract};
    use crate::types::hash::CryptoHash;

    type State = StateUpdate<'static, NativeCrypto>;

    fn id(text: &str) -> AccountId {
        AccountId::new(text).unwrap()
    }

    fn amounts(pairs: &[(&str, Balance)]) -> BTreeMap<AccountId, Balance> {
        pairs
            .iter()
            .map(|(account_id, amount)| (id(account_id), *amount))
            .collect()
    }

    /// Accounts by name, amount and what is locked.
    fn state(accounts: &[(&str, Balance, Balance)]) -> State {
        let mut state = State::new(PartialTrie::from_partial_state::<NativeCrypto>(CryptoHash::ZERO, &[]));
        for (account_id, amount, locked) in accounts {
            set_account(
                &mut state,
                &id(account_id),
                &Account::new(*amount, *locked, AccountContract::None, 100),
            );
        }
        state.commit();
        state
    }

    fn amount_and_locked(state: &State, account_id: &str) -> Option<(Balance, Balance)> {
        let account = get_account(state, &id(account_id)).unwrap()?;
        Some((account.amount(), account.locked()))
    }

    fn stakes(stake_info: &[(&str, Balance)]) -> ValidatorAccountsUpdate {
        ValidatorAccountsUpdate {
            stake_info: amounts(stake_info),
            ..ValidatorAccountsUpdate::default()
        }
    }

    #[test]
    fn what_is_locked_beyond_the_largest_stake_is_returned() {
        let mut state = state(&[("alice", 5, 100), ("bob", 7, 100), ("carol", 9, 100)]);
        update_validator_accounts(&mut state, &stakes(&[("alice", 60), ("bob", 100), ("carol", 0)])).unwrap();
        assert_eq!(amount_and_locked(&state, "alice"), Some((45, 60)));
        assert_eq!(amount_and_locked(&state, "bob"), Some((7, 100)));
        assert_eq!(amount_and_locked(&state, "carol"), Some((109, 0)));
    }

    #[test]
    fn rewards_are_locked_first_and_may_be_what_is_returned() {
        let mut state = state(&[("alice", 5, 100)]);
        let validator_rewards = amounts(&[("alice", 30), ("nobody", 1)]);
        let update = ValidatorAccountsUpdate {
            validator_rewards,
            ..stakes(&[("alice", 110)])
        };
        update_validator_accounts(&mut state, &update).unwrap();
        assert_eq!(amount_and_locked(&state, "alice"), Some((25, 110)));
    }

    #[test]
    fn a_later_proposal_keeps_more_locked() {
        let mut state = state(&[("alice", 5, 100)]);
        let last_proposals = amounts(&[("alice", 80)]);
        let update = ValidatorAccountsUpdate {
            last_proposals,
            ..stakes(&[("alice", 60)])
        };
        update_validator_accounts(&mut state, &update).unwrap();
        assert_eq!(amount_and_locked(&state, "alice"), Some((25, 80)));
    }

    #[test]
    fn a_proposal_above_what_is_locked_aborts() {
        let mut state = state(&[("alice", 5, 100)]);
        let last_proposals = amounts(&[("alice", 101)]);
        let update = ValidatorAccountsUpdate {
            last_proposals,
            ..stakes(&[("alice", 60)])
        };
        let error = update_validator_accounts(&mut state, &update).unwrap_err();
        assert!(matches!(error, ApplyError::IntegerOverflow(_)), "{error}");
    }

    #[test]
    fn less_locked_than_staked_aborts() {
        let mut state = state(&[("alice", 1_000, 100)]);
        let error = update_validator_accounts(&mut state, &stakes(&[("alice", 101)])).unwrap_err();
        assert!(matches!(error, ApplyError::InconsistentState(_)), "{error}");
    }

    #[test]
    fn a_missing_account_may_only_have_staked_nothing() {
        let mut state = state(&[]);
        update_validator_accounts(&mut state, &stakes(&[("gone", 0)])).unwrap();
        assert_eq!(amount_and_locked(&state, "gone"), None);
        let error = update_validator_accounts(&mut state, &stakes(&[("gone", 1)])).unwrap_err();
        assert!(matches!(error, ApplyError::InconsistentState(_)), "{error}");
    }

    #[test]
    fn the_treasury_is_paid_in_free_tokens_unless_it_stakes() {
        let treasury = |stake_info: &[(&str, Balance)], rewards: &[(&str, Balance)]| ValidatorAccountsUpdate {
            validator_rewards: amounts(rewards),
            protocol_treasury_account_id: Some(id("treasury")),
            ..stakes(stake_info)
        };
        let mut paid = state(&[("treasury", 10, 0)]);
        update_validator_accounts(&mut paid, &treasury(&[], &[("treasury", 3)])).unwrap();
        assert_eq!(amount_and_locked(&paid, "treasury"), Some((13, 0)));

        let mut staking = state(&[("treasury", 10, 20)]);
        update_validator_accounts(&mut staking, &treasury(&[("treasury", 22)], &[("treasury", 3)])).unwrap();
        assert_eq!(amount_and_locked(&staking, "treasury"), Some((11, 22)));

        for (accounts, rewards) in [(&[("treasury", 10, 0)][..], &[][..]), (&[], &[("treasury", 3)])] {
            let error = update_validator_accounts(&mut state(accounts), &treasury(&[], rewards)).unwrap_err();
            assert!(matches!(error, ApplyError::InconsistentState(_)), "{error}");
        }
    }

    #[test]
    fn sums_that_overflow_abort() {
        // The largest amount of all marks accounts of version 2.
        let max = Balance::MAX - 1;
        let mut state = state(&[("rich", max, 10), ("locked", 0, max)]);
        let error = update_validator_accounts(&mut state, &stakes(&[("rich", 0)])).unwrap_err();
        assert!(matches!(error, ApplyError::IntegerOverflow(_)), "{error}");
        let validator_rewards = amounts(&[("locked", 2)]);
        let update = ValidatorAccountsUpdate {
            validator_rewards,
            ..stakes(&[("locked", 0)])
        };
        let error = update_validator_accounts(&mut state, &update).unwrap_err();
        assert!(matches!(error, ApplyError::IntegerOverflow(_)), "{error}");
    }
}
