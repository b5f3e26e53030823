//! Validator stakes and the update of validator accounts.
//!
//! Mirrors `core/primitives/src/types.rs` (`ValidatorStake`) and `runtime/runtime/src/lib.rs` (`ValidatorAccountsUpdate`).

use super::Balance;
use super::account_id::AccountId;
use super::keys::PublicKey;
use alloc::collections::BTreeMap;
use borsh::{BorshDeserialize, BorshSerialize};

/// A validator, or a proposal to become one.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum ValidatorStake {
    /// The only version.
    V1(ValidatorStakeV1),
}

/// Version 1.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct ValidatorStakeV1 {
    /// Who.
    pub account_id: AccountId,
    /// Key of the validator.
    pub public_key: PublicKey,
    /// YoctoNEAR.
    pub stake: Balance,
}

impl ValidatorStake {
    /// A stake of the current version.
    #[must_use]
    pub const fn new(account_id: AccountId, public_key: PublicKey, stake: Balance) -> Self {
        Self::V1(ValidatorStakeV1 {
            account_id,
            public_key,
            stake,
        })
    }

    /// Who.
    #[must_use]
    pub const fn account_id(&self) -> &AccountId {
        let Self::V1(stake) = self;
        &stake.account_id
    }

    /// Key of the validator.
    #[must_use]
    pub const fn public_key(&self) -> &PublicKey {
        let Self::V1(stake) = self;
        &stake.public_key
    }

    /// YoctoNEAR.
    #[must_use]
    pub const fn stake(&self) -> Balance {
        let Self::V1(stake) = self;
        stake.stake
    }
}

/// What the first block of an epoch does to the accounts of validators in this shard. Sorted maps make its borsh form unique.
#[derive(Clone, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct ValidatorAccountsUpdate {
    /// Largest stake that stays locked, by account, yoctoNEAR.
    pub stake_info: BTreeMap<AccountId, Balance>,
    /// Rewards to add, by account, yoctoNEAR.
    pub validator_rewards: BTreeMap<AccountId, Balance>,
    /// Stakes of the last proposals, by account, yoctoNEAR.
    pub last_proposals: BTreeMap<AccountId, Balance>,
    /// The treasury, if it is in this shard.
    pub protocol_treasury_account_id: Option<AccountId>,
}
