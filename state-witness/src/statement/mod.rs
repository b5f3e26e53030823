//! `ChunkStatement`: the public input of a proof – everything a validator derives from its own headers and epoch facts, and
//! everything the next chunk header claims.
//!
//! A verified proof means: *applying this transition gives this output*. The verifier makes the statement from its own data
//! ([`derive_statement`]), hashes it, and compares the digest with the one the proof exposes; nothing in it is taken from a prover
//! except the list of base blocks to look up and the list of programs, both of which the verifier checks entry by entry.
//!
//! | field | what it is | where a validator has it from |
//! |---|---|---|
//! | `chain` | chain id, wallet contract of Ethereum-style accounts | genesis, constants |
//! | `layouts` | shard layouts that occur, in order of first use | epoch information |
//! | `main` | the transition of the last new chunk (see [`MainTransition`]) | block B1, its predecessor, source chunks |
//! | `main.epoch` | epoch id and height, protocol version, variant, parameter hash | epoch information |
//! | `main.block` | height, previous hash, time, gas price, randomness, congestion, bandwidth requests | block B1, gas price of its predecessor |
//! | `main.chunk` | previous state root, gas limit, proposals, transaction root | chunk header in B1 |
//! | `main.base_blocks` | which base blocks of transactions are valid | block store: no header binds this |
//! | `main.receipt_sources` | shuffle seeds, sending shards and outgoing receipts roots, newest block first | blocks after B2 up to B1 |
//! | `main.validator_update_hash` | update of validator accounts on the first block of an epoch | epoch information |
//! | `main.minimum_stake`, `validators`, `validator_total_stake` | epoch facts contracts and stakes depend on | epoch information |
//! | `main.split_check` | whether the shard must look for a split, and the thresholds | epoch configuration |
//! | `implicit` | missing chunks and splits after B1, oldest first | blocks after B1 up to the chunk's parent |
//! | `witness_layout`, `witness_shard_id` | layout and shard of the chunk whose header makes the claim | epoch information, chunk header |
//! | `output` | the [`ChunkExtra`] that the header's `prev_*` fields spell | chunk header |
//! | `outgoing_receipts_root` | root over the receipts sent | chunk header |
//! | `programs` | (code hash, version, program root, verdict) of each contract run | checked by preparing the code once |
//!
//! # What a statement does not cover
//!
//! The header's signature and producer; whether the chunk's data are available; the checks on the chunk's *new* transactions
//! (spec §A.3.2, §A.4.9) and its `encoded_merkle_root` (§A.4.10): those stay with whoever reads the chunk's parts, see
//! [`crate::chunk_body`]. Base-block flags and epoch facts are bound by no header: the verifier must compare them with its own.
//! The announcements of a witness that only serve diagnosis (`applied_receipts_hash`, `post_state_root`) do not occur.

mod canonical;
mod derive;
mod difference;

pub use derive::{DerivedStatement, derive_statement};
pub use difference::Difference;

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use borsh::{BorshDeserialize, BorshSerialize};
use no_std_near_core::crypto::Crypto;
use no_std_near_core::params::{DynamicReshardingConfig, ProtocolVariant};
use no_std_near_core::types::account_id::AccountId;
use no_std_near_core::types::bandwidth::BandwidthRequests;
use no_std_near_core::types::chunk_extra::ChunkExtra;
use no_std_near_core::types::congestion_info::ExtendedCongestionInfo;
use no_std_near_core::types::hash::CryptoHash;
use no_std_near_core::types::shard_layout::ShardLayout;
use no_std_near_core::types::validator::ValidatorStake;
use no_std_near_core::types::{Balance, BlockHeight, EpochHeight, Gas, ShardId, to_bytes};

use crate::error::DecodeError;

/// First field of every statement: separates its digests from all others.
pub const DOMAIN: &str = "near/chunk-apply/v1";

/// The public input of a proof; see the [module](self).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChunkStatement {
    /// Constants of the chain.
    pub chain: ChainStatement,
    /// The layouts that occur, each once, in the order main, implicit, witness.
    pub layouts: Vec<ShardLayout>,
    /// The last new chunk.
    pub main: MainTransition,
    /// What happens between the last new chunk and the witnessed one, oldest first.
    pub implicit: Vec<ImplicitTransition>,
    /// Layout of the witnessed chunk's epoch.
    pub witness_layout: LayoutIndex,
    /// Shard of the witnessed chunk.
    pub witness_shard_id: ShardId,
    /// The result claimed by the witnessed chunk's header.
    pub output: ChunkExtra,
    /// Root over the outgoing receipts claimed by the witnessed chunk's header.
    pub outgoing_receipts_root: CryptoHash,
    /// The contracts that run, ascending by (code hash, protocol version).
    pub programs: Vec<ProgramEntry>,
}

/// Position in [`ChunkStatement::layouts`].
pub type LayoutIndex = u8;

/// Constants of the chain.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct ChainStatement {
    /// `mainnet`, `testnet`, …
    pub chain_id: String,
    /// Hash of the global contract that Ethereum-style implicit accounts get.
    pub eth_wallet_contract_hash: CryptoHash,
    /// Whether that contract is deployed.
    pub eth_wallet_contract_deployed: bool,
}

/// Epoch and parameters of a transition.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct EpochStatement {
    /// The epoch.
    pub epoch_id: CryptoHash,
    /// Its ordinal.
    pub epoch_height: EpochHeight,
    /// Protocol version in force.
    pub protocol_version: u32,
    /// Which build of that version.
    pub variant: ProtocolVariant,
    /// SHA-256 of the borsh form of the runtime parameters.
    pub params_hash: CryptoHash,
}

/// What applying a chunk takes from the block it is applied in (spec §A.5.1).
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct BlockContext {
    /// Height of the block.
    pub height: BlockHeight,
    /// Hash of the previous block.
    pub prev_block_hash: CryptoHash,
    /// Nanoseconds since 1970-01-01 UTC.
    pub timestamp: u64,
    /// yoctoNEAR per gas: the previous block's next gas price for a new chunk, this block's for a missing one.
    pub gas_price: Balance,
    /// Output of the random beacon.
    pub random_value: CryptoHash,
    /// Congestion of all shards, ascending by shard id.
    pub congestion: Vec<(ShardId, ExtendedCongestionInfo)>,
    /// Bandwidth requests of all shards, ascending by shard id.
    pub bandwidth: Vec<(ShardId, BandwidthRequests)>,
}

/// The transition of the last new chunk.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct MainTransition {
    /// Layout of the block's epoch.
    pub layout: LayoutIndex,
    /// The shard in that layout.
    pub shard_id: ShardId,
    /// What is applied.
    pub kind: MainKind,
}

/// What the main transition applies.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum MainKind {
    /// The last new chunk belongs to the genesis block: nothing is applied, the result is part of genesis.
    Genesis(Box<ChunkExtra>),
    /// An ordinary chunk.
    NewChunk(Box<NewChunk>),
}

/// An ordinary chunk to apply.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct NewChunk {
    /// Epoch and parameters.
    pub epoch: EpochStatement,
    /// Context of the block.
    pub block: BlockContext,
    /// From the chunk's header.
    pub chunk: ChunkCommitments,
    /// For each block that a transaction names as its base, ascending by hash: may the transaction be included?
    pub base_blocks: Vec<(CryptoHash, bool)>,
    /// Where incoming receipts come from, newest block first.
    pub receipt_sources: Vec<ReceiptSource>,
    /// SHA-256 of the borsh form of the update of validator accounts; `Some` exactly on the first block of an epoch.
    pub validator_update_hash: Option<CryptoHash>,
    /// Smallest stake of a proposal, in yoctoNEAR.
    pub minimum_stake: Balance,
    /// Stake of each validator of the epoch in yoctoNEAR, ascending by account.
    pub validators: Vec<(AccountId, Balance)>,
    /// Sum of all stakes of the epoch, in yoctoNEAR.
    pub validator_total_stake: Balance,
    /// Whether the chunk looks for a split of its shard, and under which thresholds.
    pub split_check: Option<DynamicReshardingConfig>,
}

/// What the applied chunk's header commits to.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct ChunkCommitments {
    /// State before the chunk.
    pub prev_state_root: CryptoHash,
    /// Gas limit of the chunk.
    pub gas_limit: Gas,
    /// Stake proposals of the chunk before.
    pub prev_validator_proposals: Vec<ValidatorStake>,
    /// Merkle root of the chunk's transactions.
    pub tx_root: CryptoHash,
}

/// The chunks of one block from which receipts come.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct ReceiptSource {
    /// Hash of the block before: seed of the shuffle.
    pub shuffle_salt: CryptoHash,
    /// The receiving shard in the block's layout.
    pub target_shard_id: ShardId,
    /// The block's new chunks in index order.
    pub chunks: Vec<SourceChunk>,
}

/// One chunk from which receipts come.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct SourceChunk {
    /// Its shard.
    pub from_shard_id: ShardId,
    /// Its header's root over outgoing receipts.
    pub outgoing_receipts_root: CryptoHash,
}

/// Which child of a split.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum ChildSide {
    /// The accounts below the boundary.
    Left,
    /// The boundary and above.
    Right,
}

/// A transition without a new chunk.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum ImplicitTransition {
    /// The shard's chunk is missing in a block: only the bandwidth scheduler runs, and validator accounts at an epoch's start.
    OldChunk(Box<OldChunk>),
    /// The shard is split.
    Resharding(Resharding),
}

/// A block in which the shard's chunk is missing.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct OldChunk {
    /// Layout of the block's epoch.
    pub layout: LayoutIndex,
    /// The shard in that layout.
    pub shard_id: ShardId,
    /// Epoch and parameters.
    pub epoch: EpochStatement,
    /// Context of the block.
    pub block: BlockContext,
    /// SHA-256 of the borsh form of the update of validator accounts; `Some` exactly on the first block of an epoch.
    pub validator_update_hash: Option<CryptoHash>,
}

/// A split, seen from one child.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Resharding {
    /// Layout before.
    pub parent_layout: LayoutIndex,
    /// Layout after.
    pub child_layout: LayoutIndex,
    /// First account of the right child.
    pub boundary_account: AccountId,
    /// Which child is kept.
    pub side: ChildSide,
    /// Its shard id.
    pub child_shard_id: ShardId,
}

/// What a contract's code was found to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, BorshSerialize, BorshDeserialize)]
pub enum ProgramVerdict {
    /// It prepares and instantiates.
    Accepted,
    /// Preparation refuses it.
    Refused,
    /// It prepares, and traps when instantiated.
    InstantiationTraps,
}

/// A contract that runs, and the program that stands for it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, BorshSerialize, BorshDeserialize)]
pub struct ProgramEntry {
    /// SHA-256 of the code.
    pub code_hash: CryptoHash,
    /// Protocol version under which it was prepared.
    pub protocol_version: u32,
    /// Root of the program.
    pub program_root: [u8; 32],
    /// What it was found to be.
    pub verdict: ProgramVerdict,
}

impl ChunkStatement {
    /// The one encoding of the statement.
    pub fn encode(&self) -> Vec<u8> {
        to_bytes(self)
    }

    /// Reads a statement.
    ///
    /// # Errors
    /// [`DecodeError`]: not a statement, lists unsorted or with duplicates, layouts unused or repeated, another encoding than
    /// [`encode`](Self::encode) gives, trailing bytes.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        canonical::decode(bytes)
    }

    /// Reads a statement for someone who will be believed only if the digest of these very bytes is the one expected. Such bytes are
    /// the one encoding, or nobody believes: so nothing is encoded again to see whether they are.
    ///
    /// # Errors
    /// [`DecodeError`]: not a statement, trailing bytes.
    pub fn decode_for_digest(bytes: &[u8]) -> Result<Self, DecodeError> {
        canonical::decode_loosely(bytes)
    }

    /// SHA-256 of the encoding: what a proof exposes.
    pub fn digest<C: Crypto>(&self) -> CryptoHash {
        C::sha256(&self.encode())
    }

    /// The first field in which two statements differ, in words; `None` if they are equal.
    pub fn first_difference(&self, other: &Self) -> Option<Difference> {
        difference::first_difference(self, other)
    }

    /// A layout by its position.
    pub fn layout(&self, index: LayoutIndex) -> Option<&ShardLayout> {
        self.layouts.get(usize::from(index))
    }
}
