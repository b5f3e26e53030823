//! Shard chunk headers and the hash that names a chunk.
//!
//! Mirrors `core/primitives/src/sharding.rs` and `sharding/shard_chunk_header_inner.rs`; differs in: only the envelope V3 with inner
//! V4 and V5 exists (what `validate_version` accepts at protocol version 85 and later, and what genesis blocks carry); every other
//! version is refused by name. One struct serves both inner versions: V4 lacks `proposed_split`.

use alloc::vec::Vec;

use borsh::io::{Error, ErrorKind, Read, Result as IoResult, Write};
use borsh::{BorshDeserialize, BorshSerialize};

use crate::crypto::Crypto;
use crate::merkle::combine_hash;
use crate::types::account_id::AccountId;
use crate::types::bandwidth::BandwidthRequests;
use crate::types::congestion_info::CongestionInfo;
use crate::types::hash::CryptoHash;
use crate::types::keys::Signature;
use crate::types::validator::ValidatorStake;
use crate::types::{Balance, BlockHeight, Gas, ShardId, to_bytes};

/// Where a shard would be split, and how the memory of its trie divides (spec §A.6.3).
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct TrieSplit {
    /// The first account of the right child.
    pub boundary_account: AccountId,
    /// Trie memory units left of the split path.
    pub left_memory: u64,
    /// Trie memory units right of the split path, the path included.
    pub right_memory: u64,
}

/// Which inner version a header is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InnerVersion {
    /// Up to protocol version 84.
    V4,
    /// From protocol version 85: with `proposed_split`.
    V5,
}

/// The hashed part of a chunk header: the result of the previous chunk, and the commitment to this one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShardChunkHeaderInner {
    /// The version it is written in.
    pub version: InnerVersion,
    /// Hash of the block on which the chunk is built.
    pub prev_block_hash: CryptoHash,
    /// State before this chunk, which is the state after the previous one and all implicit transitions.
    pub prev_state_root: CryptoHash,
    /// Merkle root of the previous chunk's outcomes.
    pub prev_outcome_root: CryptoHash,
    /// Merkle root of the erasure-coded parts of the chunk's body.
    pub encoded_merkle_root: CryptoHash,
    /// Length of the chunk's body in bytes before padding.
    pub encoded_length: u64,
    /// Height for which the chunk was made.
    pub height_created: BlockHeight,
    /// The chunk's shard.
    pub shard_id: ShardId,
    /// Gas burnt by the previous chunk.
    pub prev_gas_used: Gas,
    /// Gas limit of this chunk.
    pub gas_limit: Gas,
    /// yoctoNEAR burnt by the previous chunk.
    pub prev_balance_burnt: Balance,
    /// Merkle root over the previous chunk's outgoing receipts, one leaf per receiving shard.
    pub prev_outgoing_receipts_root: CryptoHash,
    /// Merkle root of this chunk's transactions.
    pub tx_root: CryptoHash,
    /// Stake proposals of the previous chunk.
    pub prev_validator_proposals: Vec<ValidatorStake>,
    /// Congestion of the shard after the previous chunk.
    pub congestion_info: CongestionInfo,
    /// Bandwidth the shard asks for after the previous chunk.
    pub bandwidth_requests: BandwidthRequests,
    /// Proposed split of the shard; always `None` in V4.
    pub proposed_split: Option<TrieSplit>,
}

/// A chunk header as blocks carry it. `height_included` and `signature` are not part of the chunk hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShardChunkHeader {
    /// The hashed part.
    pub inner: ShardChunkHeaderInner,
    /// Height of the block that first included the chunk; 0 in a witness.
    pub height_included: BlockHeight,
    /// The chunk producer's signature over the chunk hash.
    pub signature: Signature,
}

impl ShardChunkHeader {
    /// The chunk hash: `H(H(borsh(inner)) || encoded_merkle_root)`.
    pub fn chunk_hash<C: Crypto>(&self) -> CryptoHash {
        self.inner.chunk_hash::<C>()
    }

    /// Whether a block of this height includes the chunk for the first time (otherwise the shard's chunk is missing there).
    pub fn is_new_chunk(&self, block_height: BlockHeight) -> bool {
        self.height_included == block_height
    }

    /// Whether the chunk belongs to the genesis block.
    pub fn is_genesis(&self) -> bool {
        self.inner.prev_block_hash == CryptoHash::default()
    }
}

impl ShardChunkHeaderInner {
    /// The chunk hash: `H(H(borsh(inner)) || encoded_merkle_root)`.
    pub fn chunk_hash<C: Crypto>(&self) -> CryptoHash {
        combine_hash::<C>(&C::sha256(&to_bytes(self)), &self.encoded_merkle_root)
    }
}

const HEADER_V3: u8 = 2;
const INNER_V4: u8 = 3;
const INNER_V5: u8 = 4;

fn refuse<T>(what: &str, expected: &str, found: u8) -> IoResult<T> {
    let message = alloc::format!("{what}: expected {expected}, found discriminant {found}");
    Err(Error::new(ErrorKind::InvalidData, message))
}

impl BorshSerialize for ShardChunkHeaderInner {
    fn serialize<W: Write>(&self, writer: &mut W) -> IoResult<()> {
        let tag = match self.version {
            InnerVersion::V4 => INNER_V4,
            InnerVersion::V5 => INNER_V5,
        };
        (
            tag,
            self.prev_block_hash,
            self.prev_state_root,
            self.prev_outcome_root,
            self.encoded_merkle_root,
        )
            .serialize(writer)?;
        (
            self.encoded_length,
            self.height_created,
            self.shard_id,
            self.prev_gas_used,
            self.gas_limit,
        )
            .serialize(writer)?;
        (self.prev_balance_burnt, self.prev_outgoing_receipts_root, self.tx_root).serialize(writer)?;
        (
            &self.prev_validator_proposals,
            &self.congestion_info,
            &self.bandwidth_requests,
        )
            .serialize(writer)?;
        match self.version {
            InnerVersion::V4 => Ok(()),
            InnerVersion::V5 => self.proposed_split.serialize(writer),
        }
    }
}

impl BorshDeserialize for ShardChunkHeaderInner {
    fn deserialize_reader<R: Read>(reader: &mut R) -> IoResult<Self> {
        let version = match u8::deserialize_reader(reader)? {
            INNER_V4 => InnerVersion::V4,
            INNER_V5 => InnerVersion::V5,
            other => return refuse("inner chunk header version", "V4 (3) or V5 (4)", other),
        };
        Ok(Self {
            version,
            prev_block_hash: BorshDeserialize::deserialize_reader(reader)?,
            prev_state_root: BorshDeserialize::deserialize_reader(reader)?,
            prev_outcome_root: BorshDeserialize::deserialize_reader(reader)?,
            encoded_merkle_root: BorshDeserialize::deserialize_reader(reader)?,
            encoded_length: BorshDeserialize::deserialize_reader(reader)?,
            height_created: BorshDeserialize::deserialize_reader(reader)?,
            shard_id: BorshDeserialize::deserialize_reader(reader)?,
            prev_gas_used: BorshDeserialize::deserialize_reader(reader)?,
            gas_limit: BorshDeserialize::deserialize_reader(reader)?,
            prev_balance_burnt: BorshDeserialize::deserialize_reader(reader)?,
            prev_outgoing_receipts_root: BorshDeserialize::deserialize_reader(reader)?,
            tx_root: BorshDeserialize::deserialize_reader(reader)?,
            prev_validator_proposals: BorshDeserialize::deserialize_reader(reader)?,
            congestion_info: BorshDeserialize::deserialize_reader(reader)?,
            bandwidth_requests: BorshDeserialize::deserialize_reader(reader)?,
            proposed_split: match version {
                InnerVersion::V4 => None,
                InnerVersion::V5 => BorshDeserialize::deserialize_reader(reader)?,
            },
        })
    }
}

impl BorshSerialize for ShardChunkHeader {
    fn serialize<W: Write>(&self, writer: &mut W) -> IoResult<()> {
        (HEADER_V3, &self.inner, self.height_included, &self.signature).serialize(writer)
    }
}

impl BorshDeserialize for ShardChunkHeader {
    fn deserialize_reader<R: Read>(reader: &mut R) -> IoResult<Self> {
        match u8::deserialize_reader(reader)? {
            HEADER_V3 => Ok(Self {
                inner: BorshDeserialize::deserialize_reader(reader)?,
                height_included: BorshDeserialize::deserialize_reader(reader)?,
                signature: BorshDeserialize::deserialize_reader(reader)?,
            }),
            other => refuse("chunk header version", "V3 (2)", other),
        }
    }
}
