//! The shapes of `blocks.json`, `apply.json` and `result.json`, as far as a replay needs them.
//!
//! Amounts of tokens are decimal strings, gas and heights are numbers, hashes are base58: as nearcore prints them.

use near_primitives::hash::CryptoHash;
use near_primitives::shard_layout::ShardLayout;
use near_primitives::types::{AccountId, EpochId};
use serde::{Deserialize, Deserializer};
use std::collections::BTreeMap;

/// One block of `blocks.json`: the epoch facts a validator's epoch manager knows.
#[derive(Clone, Debug, Deserialize)]
pub struct BlockJson {
    /// Hash of the block.
    pub block_hash: CryptoHash,
    /// Hash of its parent.
    pub prev_hash: CryptoHash,
    /// Its height.
    pub height: u64,
    /// Epoch it belongs to.
    pub epoch_id: EpochId,
    /// True when a child of this block starts an epoch.
    pub is_next_block_epoch_start: bool,
    /// Epoch of its children.
    pub next_block_epoch_id: EpochId,
    /// Number of that epoch.
    pub next_block_epoch_height: u64,
    /// Protocol version in that epoch.
    pub next_block_protocol_version: u32,
    /// Shard layout in that epoch.
    pub next_block_shard_layout: ShardLayout,
}

/// `result.json`: what nearcore's validation of the whole witness gave.
#[derive(Clone, Debug, Deserialize)]
pub struct ResultJson {
    /// Block whose chunk is applied.
    pub main_block_hash: CryptoHash,
    /// Shard of that chunk.
    pub main_shard_id: u64,
    /// Shard of the witnessed chunk; a child of the former after a resharding.
    pub witness_shard_id: u64,
    /// Height at which the witnessed chunk was made.
    pub height_created: u64,
    /// State root after the main transition.
    pub main_state_root: CryptoHash,
    /// State root after all transitions.
    pub final_state_root: CryptoHash,
    /// Root of the outgoing receipts.
    pub receipts_root: CryptoHash,
    /// Root of the outcomes.
    pub outcome_root: CryptoHash,
    /// nearcore's own time for the validation, in seconds.
    pub native_validate_seconds: f64,
}

/// `apply.json`: everything nearcore's runtime was given for the main transition.
#[derive(Clone, Debug, Deserialize)]
pub struct ApplyJson {
    /// Height of the applied block.
    pub block_height: u64,
    /// The applied chunk's shard.
    pub shard_id: u64,
    /// Protocol version of its epoch.
    pub protocol_version: u32,
    /// Name of the chain.
    pub chain_id: String,
    /// Name of the runtime configuration, a file in `configs/`.
    pub config_hash: CryptoHash,
    /// Epoch of the applied block.
    pub epoch_id: EpochId,
    /// Number of that epoch.
    pub epoch_height: u64,
    /// State root before the chunk.
    pub prev_state_root: CryptoHash,
    /// Price of gas at the applied block, in yoctoNEAR.
    #[serde(deserialize_with = "amount")]
    pub gas_price: u128,
    /// Least stake that a stake action may set, in yoctoNEAR.
    #[serde(deserialize_with = "amount")]
    pub minimum_stake: u128,
    /// One flag for each transaction: whether its base block is known, recent and an ancestor.
    pub tx_valid_period: Vec<bool>,
    /// Stakes to return and rewards to pay, at the first block of an epoch.
    pub validator_accounts_update: Option<ValidatorUpdateJson>,
    /// Sum of all validators' stakes, in yoctoNEAR.
    #[serde(deserialize_with = "amount")]
    pub validator_total_stake: u128,
    /// Validators of the epoch with their stakes.
    pub validators: Vec<ValidatorJson>,
    /// Shard layout of the applied block's epoch.
    pub shard_layout: ShardLayout,
    /// What came out.
    pub result: ApplyResultJson,
}

/// The `result` part of `apply.json`.
#[derive(Clone, Debug, Deserialize)]
pub struct ApplyResultJson {
    /// State root after the main transition.
    pub state_root: CryptoHash,
    /// Root of the outcomes.
    pub outcome_root: CryptoHash,
    /// Number of outcomes.
    pub outcomes: usize,
    /// Number of outgoing receipts.
    pub outgoing_receipts: usize,
    /// Gas burnt by all outcomes.
    pub gas_burnt: u64,
    /// Receipts waiting in the delayed queue afterwards.
    pub delayed_receipts_count: u64,
    /// Tokens burnt by transactions, in yoctoNEAR.
    #[serde(deserialize_with = "amount")]
    pub tx_burnt_amount: u128,
    /// Tokens burnt otherwise, in yoctoNEAR.
    #[serde(deserialize_with = "amount")]
    pub other_burnt_amount: u128,
    /// Tokens slashed, in yoctoNEAR.
    #[serde(deserialize_with = "amount")]
    pub slashed_burnt_amount: u128,
    /// Tokens that the protocol paid for attached deposits, in yoctoNEAR.
    #[serde(deserialize_with = "amount")]
    pub subsidized_amount: u128,
    /// nearcore's own time for applying, in seconds.
    pub native_apply_seconds: f64,
}

/// Stakes and rewards of one shard's validators at the start of an epoch.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct ValidatorUpdateJson {
    /// Stake to keep locked for each account, in yoctoNEAR.
    #[serde(deserialize_with = "amounts")]
    pub stake_info: BTreeMap<AccountId, u128>,
    /// Reward of each account, in yoctoNEAR.
    #[serde(deserialize_with = "amounts")]
    pub validator_rewards: BTreeMap<AccountId, u128>,
    /// Last proposal of each account in the previous chunk, in yoctoNEAR.
    #[serde(deserialize_with = "amounts")]
    pub last_proposals: BTreeMap<AccountId, u128>,
    /// The treasury, if it lives in this shard.
    pub protocol_treasury_account_id: Option<AccountId>,
}

/// A validator and its stake.
#[derive(Clone, Debug, Deserialize)]
pub struct ValidatorJson {
    /// The validator's account.
    pub account_id: AccountId,
    /// Its stake, in yoctoNEAR.
    #[serde(deserialize_with = "amount")]
    pub stake: u128,
}

fn parse_amount<E: serde::de::Error>(text: &str) -> Result<u128, E> {
    text.parse().map_err(|error| {
        E::custom(format!(
            "expected a decimal amount in yoctoNEAR, found {text:?}: {error}"
        ))
    })
}

fn amount<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u128, D::Error> {
    parse_amount(&String::deserialize(deserializer)?)
}

fn amounts<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<AccountId, u128>, D::Error> {
    BTreeMap::<AccountId, String>::deserialize(deserializer)?
        .into_iter()
        .map(|(account_id, text)| Ok((account_id, parse_amount(&text)?)))
        .collect()
}
