//! What a validator knows by itself: its blocks, its epoch information, its chain's constants. Nothing here comes from a witness.

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

use no_std_near_core::crypto::Crypto;
use no_std_near_core::merkle::merkle_root;
use no_std_near_core::params::{DynamicReshardingConfig, ProtocolVariant};
use no_std_near_core::types::account_id::AccountId;
use no_std_near_core::types::block::Block;
use no_std_near_core::types::chunk_extra::ChunkExtra;
use no_std_near_core::types::hash::CryptoHash;
use no_std_near_core::types::shard_layout::ShardLayout;
use no_std_near_core::types::validator::ValidatorAccountsUpdate;
use no_std_near_core::types::{Balance, EpochHeight};

use crate::error::FactsError;

/// Constants of the chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChainConstants {
    /// `mainnet`, `testnet`, …
    pub chain_id: String,
    /// Hash of the global contract that Ethereum-style implicit accounts get.
    pub eth_wallet_contract_hash: CryptoHash,
    /// Whether that contract is deployed on this chain (spec §A.8).
    pub eth_wallet_contract_deployed: bool,
}

/// An epoch, as the validator's epoch information has it (spec §A.10).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EpochFacts {
    /// Ordinal of the epoch.
    pub epoch_height: EpochHeight,
    /// Protocol version in force.
    pub protocol_version: u32,
    /// Which build of that version.
    pub variant: ProtocolVariant,
    /// Hash of the borsh form of the runtime parameters in force.
    pub params_hash: CryptoHash,
    /// Assignment of accounts to shards.
    pub shard_layout: ShardLayout,
}

/// Facts of the block whose chunk is applied in the main transition (B1).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MainFacts {
    /// Smallest stake that a proposal may have in this block, in yoctoNEAR.
    pub minimum_stake: Balance,
    /// Stake of each validator of the block's epoch in yoctoNEAR, ascending by account.
    pub validators: Vec<(AccountId, Balance)>,
    /// Sum of the stakes of the epoch in yoctoNEAR.
    pub validator_total_stake: Balance,
    /// For each base block that a transaction of the chunk names: is it known, recent enough and an ancestor (spec §A.3.7)?
    pub base_blocks: BTreeMap<CryptoHash, bool>,
    /// The update of validator accounts in this shard, if the block is the first of its epoch. Its last proposals are not looked at:
    /// headers say them.
    pub validator_update: Option<ValidatorAccountsUpdate>,
    /// `Some` if the chunk must look whether its shard should be split: dynamic resharding is on, the next block is possibly the
    /// last of the epoch, and enough epochs have passed since the last split (spec §A.6.3).
    pub split_check: Option<DynamicReshardingConfig>,
    /// Result of the shard's genesis chunk; needed if that is the last chunk.
    pub genesis_chunk_extra: Option<ChunkExtra>,
}

/// Everything a validator adds to its blocks in order to derive a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeaderFacts {
    /// Constants of the chain.
    pub chain: ChainConstants,
    /// Epochs by id: those of all blocks from the last-last new chunk on, the chunk's own, and after a split the one that follows
    /// the last chunk's.
    pub epochs: BTreeMap<CryptoHash, EpochFacts>,
    /// By block hash: does an epoch begin with the next block? (`true` for genesis.)
    pub is_next_block_epoch_start: BTreeMap<CryptoHash, bool>,
    /// Facts of the main transition.
    pub main: MainFacts,
    /// By hash of a block in which the chunk is missing and an epoch begins: the update of validator accounts in this shard.
    pub implicit_validator_updates: BTreeMap<CryptoHash, ValidatorAccountsUpdate>,
}

impl HeaderFacts {
    /// The epoch with this id.
    ///
    /// # Errors
    /// [`FactsError::MissingEpoch`].
    pub fn epoch(&self, epoch_id: &CryptoHash) -> Result<&EpochFacts, FactsError> {
        self.epochs.get(epoch_id).ok_or(FactsError::MissingEpoch(*epoch_id))
    }

    /// Whether the block after this one begins an epoch.
    ///
    /// # Errors
    /// [`FactsError::MissingBlockFacts`].
    pub fn begins_epoch_after(&self, block_hash: &CryptoHash) -> Result<bool, FactsError> {
        self.is_next_block_epoch_start
            .get(block_hash)
            .copied()
            .ok_or(FactsError::MissingBlockFacts(*block_hash))
    }

    /// Epoch of the block after this one.
    ///
    /// # Errors
    /// [`FactsError::MissingBlockFacts`].
    pub fn epoch_id_after(&self, block_hash: &CryptoHash, block: &Block) -> Result<CryptoHash, FactsError> {
        let lite = &block.header.inner_lite;
        Ok(if self.begins_epoch_after(block_hash)? {
            lite.next_epoch_id
        } else {
            lite.epoch_id
        })
    }
}

/// Blocks by hash. Each block's chunk headers are those that its header commits to.
#[derive(Clone, Debug, Default)]
pub struct BlockSet {
    by_hash: BTreeMap<CryptoHash, Block>,
}

impl BlockSet {
    /// Takes blocks in any order.
    ///
    /// # Errors
    /// [`FactsError::ChunkHeadersRoot`] if a block's chunk headers are not its header's.
    pub fn new<C: Crypto>(blocks: impl IntoIterator<Item = Block>) -> Result<Self, FactsError> {
        let mut by_hash = BTreeMap::new();
        for block in blocks {
            let hash = block.hash::<C>();
            let found = merkle_root::<C, _>(&block.chunk_hash_heights::<C>());
            let expected = block.header.inner_rest.chunk_headers_root;
            if found != expected {
                return Err(FactsError::ChunkHeadersRoot {
                    block: hash,
                    expected,
                    found,
                });
            }
            by_hash.insert(hash, block);
        }
        Ok(Self { by_hash })
    }

    /// The block with this hash.
    ///
    /// # Errors
    /// [`FactsError::MissingBlock`].
    pub fn get(&self, hash: &CryptoHash) -> Result<&Block, FactsError> {
        self.by_hash.get(hash).ok_or(FactsError::MissingBlock(*hash))
    }

    /// All blocks with their hashes.
    pub fn iter(&self) -> impl Iterator<Item = (&CryptoHash, &Block)> {
        self.by_hash.iter()
    }
}

/// Whether a transaction may still be included after the block of height `prev_height` (spec §A.3.7).
///
/// `base_height` is the height of its base block, `None` if the validator does not know that block; `is_ancestor` says whether the
/// base block is an ancestor of (or equal to) the previous block.
pub const fn is_base_block_valid(
    base_height: Option<u64>,
    is_ancestor: bool,
    prev_height: u64,
    transaction_validity_period: u64,
) -> bool {
    match base_height {
        Some(base_height) => {
            is_ancestor
                && base_height <= prev_height
                && prev_height <= base_height.saturating_add(transaction_validity_period)
        }
        None => false,
    }
}
