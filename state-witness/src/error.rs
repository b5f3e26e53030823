//! Why a witness, a block or a statement is refused. Every error says what was expected and what was found.

use alloc::string::String;

use no_std_near_core::apply_chunk::ApplyError;
use no_std_near_core::types::hash::CryptoHash;
use no_std_near_core::types::shard_layout::ShardLayoutError;
use no_std_near_core::types::{BlockHeight, ShardId};

use crate::compressed::CompressionError;

/// Bytes that are not what they should be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// More bytes than the protocol allows.
    #[error("{what}: expected at most {limit_bytes} bytes, found {found_bytes}")]
    TooLarge {
        /// What was decoded.
        what: &'static str,
        /// The limit.
        limit_bytes: usize,
        /// What was given.
        found_bytes: usize,
    },
    /// A version of the format that is not handled.
    #[error("{what}: expected version discriminant {expected}, found {found}")]
    UnsupportedVersion {
        /// What was decoded.
        what: &'static str,
        /// The discriminant that is handled.
        expected: u8,
        /// What was given.
        found: u8,
    },
    /// The bytes are no value of the type.
    #[error("{what} at byte {offset}: {reason}")]
    Malformed {
        /// What was decoded.
        what: &'static str,
        /// Where it begins.
        offset: usize,
        /// What the decoder says.
        reason: String,
    },
    /// Bytes follow the last field.
    #[error("{what}: expected the end, found {count} more bytes")]
    TrailingBytes {
        /// What was decoded.
        what: &'static str,
        /// How many bytes follow.
        count: usize,
    },
    /// Keys of a map or items of a list do not ascend.
    #[error("{what}: expected strictly ascending keys")]
    NotAscending {
        /// Which list.
        what: &'static str,
    },
    /// The value has another encoding than the one given.
    #[error("{what}: expected the canonical encoding, found another one of the same value")]
    NotCanonical {
        /// What was decoded.
        what: &'static str,
    },
}

/// What the validator's own data lack or contradict. Not the fault of a witness.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FactsError {
    /// A block that must be looked at was not given.
    #[error("block {0} is needed but was not given")]
    MissingBlock(CryptoHash),
    /// What follows after a block was not given.
    #[error("it was not said whether an epoch begins after block {0}")]
    MissingBlockFacts(CryptoHash),
    /// An epoch that must be known was not given.
    #[error("epoch {0} is needed but was not given")]
    MissingEpoch(CryptoHash),
    /// A block's chunk headers are not those that its header commits to.
    #[error("block {block}: expected chunk headers root {expected}, found {found}")]
    ChunkHeadersRoot {
        /// The block.
        block: CryptoHash,
        /// What the header says.
        expected: CryptoHash,
        /// What the chunk headers give.
        found: CryptoHash,
    },
    /// A block lists fewer chunks than its layout has shards.
    #[error("block {block}: expected a chunk header at shard index {index}, found {count} headers")]
    MissingChunkHeader {
        /// The block.
        block: CryptoHash,
        /// The index asked for.
        index: u64,
        /// How many there are.
        count: usize,
    },
    /// A chunk was included after the block that repeats it.
    #[error(
        "block {block} at height {height}: expected chunks included at or below it, found one at {height_included}"
    )]
    ChunkFromTheFuture {
        /// The block.
        block: CryptoHash,
        /// Its height.
        height: BlockHeight,
        /// The chunk's height of inclusion.
        height_included: BlockHeight,
    },
    /// The first block of an epoch updates validator accounts, and the update was not given.
    #[error("block {0} begins an epoch: expected an update of validator accounts, found none")]
    MissingValidatorUpdate(CryptoHash),
    /// The chunk's result is part of genesis, and was not given.
    #[error("the last chunk is genesis: expected its chunk extra, found none")]
    MissingGenesisChunkExtra,
    /// The validity of a base block was not given.
    #[error("it was not said whether base block {0} is valid")]
    MissingBaseBlock(CryptoHash),
    /// The layout cannot answer.
    #[error("shard layout: {0}")]
    Layout(#[from] ShardLayoutError),
    /// A change of layout that is not one split of one shard into two.
    #[error("shard layout: expected a split of one shard into two, found another change")]
    UnsupportedResharding,
}

/// Why a witness does not prove its chunk.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WitnessError {
    /// The bytes are no witness.
    #[error("witness: {0}")]
    Decode(#[from] DecodeError),
    /// The validator's own data are incomplete.
    #[error("facts: {0}")]
    Facts(#[from] FactsError),
    /// The compressed state is damaged or not canonical.
    #[error("compressed state: {0}")]
    Compressed(#[from] CompressionError),
    /// The chunk header's version is not valid at the protocol version in force.
    #[error("chunk header of inner version {inner_version} is not valid at protocol version {protocol_version}")]
    HeaderVersion {
        /// The header's inner version.
        inner_version: u8,
        /// The version in force.
        protocol_version: u32,
    },
    /// The witness names another epoch than its chunk's.
    #[error("epoch: expected {expected}, found {found}")]
    WrongEpoch {
        /// The chunk's epoch.
        expected: CryptoHash,
        /// What the witness says.
        found: CryptoHash,
    },
    /// A source chunk has no receipt proof.
    #[error("receipts: expected a proof for chunk {0}, found none")]
    MissingReceiptProof(CryptoHash),
    /// There are more receipt proofs than source chunks, or fewer.
    #[error("receipts: expected {expected} proofs, found {found}")]
    ReceiptProofCount {
        /// Number of source chunks.
        expected: usize,
        /// Number of proofs.
        found: usize,
    },
    /// A receipt proof speaks of another pair of shards.
    #[error(
        "receipts: expected a proof from shard {expected_from} to {expected_to}, found from {found_from} to {found_to}"
    )]
    ReceiptProofShards {
        /// Shard of the source chunk.
        expected_from: ShardId,
        /// Receiving shard.
        expected_to: ShardId,
        /// What the proof says.
        found_from: ShardId,
        /// What the proof says.
        found_to: ShardId,
    },
    /// A list of receipts does not belong to the source chunk.
    #[error("receipts from shard {from_shard}: expected outgoing receipts root {expected}, the proof leads to {found}")]
    ReceiptProofRoot {
        /// Shard of the source chunk.
        from_shard: ShardId,
        /// What the source chunk's header says.
        expected: CryptoHash,
        /// Where the path leads.
        found: CryptoHash,
    },
    /// A receipt distributes a contract to a shard that never existed.
    #[error("receipts: expected a receiver in the layout or its history, found none for receipt {0}")]
    ReceiptWithoutShard(CryptoHash),
    /// The receipts, in the order of application, are not those of which the witness gives the hash.
    #[error("receipts to apply: the witness announces hash {expected}, they have {found}")]
    AppliedReceiptsHash {
        /// What the witness says.
        expected: CryptoHash,
        /// What the receipts give.
        found: CryptoHash,
    },
    /// The transactions are not those of the chunk.
    #[error("transactions root: expected {expected}, found {found}")]
    TransactionsRoot {
        /// What the chunk header says.
        expected: CryptoHash,
        /// What the transactions give.
        found: CryptoHash,
    },
    /// A transaction names a base block that is not in the statement's list, or the list names one that no transaction has.
    #[error("base blocks: expected exactly those that transactions name; {0} is on one side only")]
    BaseBlocks(CryptoHash),
    /// Genesis brings neither transactions nor receipts.
    #[error("the last chunk is genesis: expected no {0}, found some")]
    NotEmptyForGenesis(&'static str),
    /// Another number of implicit transitions than there are missing chunks and splits.
    #[error("implicit transitions: expected {expected}, found {found}")]
    ImplicitTransitionCount {
        /// What the blocks give.
        expected: usize,
        /// What the witness has.
        found: usize,
    },
    /// The update of validator accounts is not the one of the statement.
    #[error("validator accounts update of {transition}: expected {expected:?}, found {found:?}")]
    ValidatorUpdate {
        /// Which transition.
        transition: &'static str,
        /// Hash in the statement.
        expected: Option<CryptoHash>,
        /// Hash of what was given.
        found: Option<CryptoHash>,
    },
    /// The state belongs to another root.
    #[error("state: expected root {expected}, found {found}")]
    StateRoot {
        /// The root to start from.
        expected: CryptoHash,
        /// The root of the state given.
        found: CryptoHash,
    },
}

/// Why validating a checked witness gives no result.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ValidateError {
    /// The parameters with this hash were not given.
    #[error("runtime parameters with hash {0} are needed but were not given")]
    MissingParams(CryptoHash),
    /// Parameters of another version or variant than the statement's.
    #[error("runtime parameters: expected protocol version {expected}, found {found}")]
    ParamsVersion {
        /// What the statement says.
        expected: u32,
        /// What the parameters say.
        found: u32,
    },
    /// A transition has no valid result.
    #[error("{transition}: {error}")]
    Apply {
        /// Which transition: 0 is the main one, then the implicit ones.
        transition: usize,
        /// Why.
        error: ApplyError,
    },
    /// The layout cannot answer.
    #[error("shard layout: {0}")]
    Layout(#[from] ShardLayoutError),
    /// The state does not fit.
    #[error(transparent)]
    Witness(#[from] WitnessError),
    /// A transition ends in another state than the witness announces.
    #[error("transition {transition}: the witness announces post-state root {expected}, applying gives {found}")]
    PostStateRoot {
        /// Which transition: 0 is the main one, then the implicit ones.
        transition: usize,
        /// What the witness says.
        expected: CryptoHash,
        /// What applying gives.
        found: CryptoHash,
    },
}
