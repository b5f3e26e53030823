//! Everything a chunk's application depends on besides the state: block context, epoch facts, parameters, chain facts.
//!
//! Mirrors `ApplyState` of `runtime/runtime/src/lib.rs` and the parts of `EpochInfoProvider` that a result depends on;
//! differs in: all of it is plain data, nothing is looked up (spec §A.5.1, §A.10).

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::congestion::ExtendedCongestionInfo;
use crate::error::ApplyError;
use crate::params::Params;
use crate::types::account_id::AccountId;
use crate::types::bandwidth::BandwidthRequests;
use crate::types::hash::CryptoHash;
use crate::types::shard_layout::ShardLayout;
use crate::types::{Balance, BlockHeight, Gas, ShardId};

/// Context of applying one chunk (new or missing) of one shard in one block.
#[derive(Debug, Clone)]
pub struct ApplyContext<'a> {
    /// Height of the block whose chunk is applied.
    pub block_height: BlockHeight,
    /// Hash of the previous block; also the seed of the bandwidth scheduler's shuffle.
    pub prev_block_hash: CryptoHash,
    /// Block timestamp in nanoseconds since 1970.
    pub block_timestamp: u64,
    /// Gas price in yoctoNEAR per gas: of the previous block for a new chunk, of this block for a missing one.
    pub gas_price: Balance,
    /// Gas limit of the chunk; also its compute limit.
    pub gas_limit: Gas,
    /// The block's random value.
    pub random_value: CryptoHash,
    /// Epoch of the block.
    pub epoch_id: CryptoHash,
    /// Ordinal of that epoch.
    pub epoch_height: u64,
    /// Shard whose chunk is applied.
    pub shard_id: ShardId,
    /// Shard layout of the block's epoch.
    pub shard_layout: &'a ShardLayout,
    /// Congestion of every shard as its latest chunk header says, with the number of chunks missed since; ascending by
    /// shard.
    pub congestion_info: &'a [(ShardId, ExtendedCongestionInfo)],
    /// Bandwidth requests of every shard's latest chunk header, ascending by shard.
    pub bandwidth_requests: &'a [(ShardId, BandwidthRequests)],
    /// Runtime parameters in force.
    pub params: &'a Params,
    /// What depends on the chain and the epoch but not on the block.
    pub chain: &'a ChainFacts,
}

/// Facts of the chain and of the epoch's validators (spec §A.10).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ChainFacts {
    /// `mainnet`, `testnet`, …; contracts can read it.
    pub chain_id: String,
    /// Smallest stake a proposal may have, in yoctoNEAR.
    pub minimum_stake: Balance,
    /// Stake of each validator of the epoch in yoctoNEAR, ascending by account.
    pub validators: Vec<(AccountId, Balance)>,
    /// Sum of all stakes of the epoch in yoctoNEAR.
    pub validator_total_stake: Balance,
    /// Hash of the global contract that Ethereum-style implicit accounts get on this chain.
    pub eth_wallet_contract_hash: CryptoHash,
    /// Whether that contract is deployed. It is on mainnet and testnet; test chains may lack it, and then calls to such
    /// accounts fail as calls to an account without code do. A chain fact because such accounts get the contract without a check
    /// that it exists, so that the recorded state cannot tell (spec §A.8).
    pub eth_wallet_contract_deployed: bool,
}

impl ApplyContext<'_> {
    /// Congestion of one shard, if the block knows the shard.
    pub fn congestion_of(&self, shard_id: ShardId) -> Option<&ExtendedCongestionInfo> {
        let position = self
            .congestion_info
            .binary_search_by_key(&shard_id, |(id, _)| *id)
            .ok()?;
        self.congestion_info.get(position).map(|(_, extended)| extended)
    }

    /// Refuses input that the search in lists, or the shard's place in the layout, would silently misread.
    ///
    /// # Errors
    /// [`ApplyError::InvalidInput`] when a list is not strictly ascending or the shard is not in the layout.
    pub fn check(&self) -> Result<(), ApplyError> {
        let congestion_ascends = self.congestion_info.is_sorted_by(|(left, _), (right, _)| left < right);
        let requests_ascend = self
            .bandwidth_requests
            .is_sorted_by(|(left, _), (right, _)| left < right);
        let validators_ascend = self.chain.validators.is_sorted_by(|(left, _), (right, _)| left < right);
        if !congestion_ascends || !requests_ascend || !validators_ascend {
            return Err(ApplyError::invalid_input(
                "congestion, bandwidth requests and validators must ascend strictly",
            ));
        }
        if !self.shard_layout.contains(self.shard_id) {
            return Err(ApplyError::invalid_input(format!(
                "shard {} is not in the layout",
                self.shard_id
            )));
        }
        Ok(())
    }
}

impl ChainFacts {
    /// Stake of `account_id` in the current epoch, if it validates.
    pub fn validator_stake(&self, account_id: &AccountId) -> Option<Balance> {
        let position = self.validators.binary_search_by(|(id, _)| id.cmp(account_id)).ok()?;
        self.validators.get(position).map(|(_, stake)| *stake)
    }
}
