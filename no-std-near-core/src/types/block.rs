//! Blocks and block headers: where a validator reads everything that a chunk's validation depends on.
//!
//! Mirrors `core/primitives/src/{block,block_header,block_body}.rs`; differs in: only Block V4 with body V2 and headers V5 (up to
//! protocol version 84) and V6 exist; other versions are refused by name. One struct serves both header versions: V5 has the
//! retired challenge fields, V6 has `shard_split`.

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use borsh::io::{Error, ErrorKind, Read, Result as IoResult, Write};
use borsh::{BorshDeserialize, BorshSerialize};

use crate::crypto::Crypto;
use crate::merkle::combine_hash;
use crate::types::account_id::AccountId;
use crate::types::bandwidth::BandwidthRequests;
use crate::types::chunk_header::ShardChunkHeader;
use crate::types::hash::CryptoHash;
use crate::types::keys::Signature;
use crate::types::validator::ValidatorStake;
use crate::types::{Balance, BlockHeight, ShardId, to_bytes};

/// The part of a header that light clients see.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct BlockHeaderInnerLite {
    /// Height of the block.
    pub height: BlockHeight,
    /// The block's epoch.
    pub epoch_id: CryptoHash,
    /// The epoch after it.
    pub next_epoch_id: CryptoHash,
    /// Merkle root of the chunks' previous state roots.
    pub prev_state_root: CryptoHash,
    /// Merkle root of the chunks' previous outcome roots.
    pub prev_outcome_root: CryptoHash,
    /// Nanoseconds since 1970-01-01 UTC.
    pub timestamp: u64,
    /// Hash of the next epoch's block producers.
    pub next_bp_hash: CryptoHash,
    /// Merkle root of the hashes of all earlier blocks.
    pub block_merkle_root: CryptoHash,
}

/// Retired fields of header V5.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct RetiredChallenges {
    /// Merkle root of the challenges.
    pub challenges_root: CryptoHash,
    /// Validators slashed by challenges: account and whether it signed twice.
    pub challenges_result: Vec<(AccountId, bool)>,
}

/// The part of a header that light clients do not see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlockHeaderInnerRest {
    /// Hash of the block's body.
    pub block_body_hash: CryptoHash,
    /// Merkle root of the chunks' previous outgoing receipts roots.
    pub prev_chunk_outgoing_receipts_root: CryptoHash,
    /// Merkle root of the chunk hashes and their heights of inclusion.
    pub chunk_headers_root: CryptoHash,
    /// Merkle root of the chunks' transaction roots.
    pub chunk_tx_root: CryptoHash,
    /// Output of the random beacon.
    pub random_value: CryptoHash,
    /// Stake proposals of the new chunks.
    pub prev_validator_proposals: Vec<ValidatorStake>,
    /// Per shard index: does the block include a new chunk?
    pub chunk_mask: Vec<bool>,
    /// Gas price in yoctoNEAR for the chunks of the next block.
    pub next_gas_price: Balance,
    /// Total supply in yoctoNEAR.
    pub total_supply: Balance,
    /// Last final block.
    pub last_final_block: CryptoHash,
    /// Last block with doomslug finality.
    pub last_ds_final_block: CryptoHash,
    /// Number of the block on the canonical chain.
    pub block_ordinal: u64,
    /// Height of the previous block.
    pub prev_height: BlockHeight,
    /// Commitment to the epoch data, on the first block of an epoch.
    pub epoch_sync_data_hash: Option<CryptoHash>,
    /// Approvals of the block producers.
    pub approvals: Vec<Option<Box<Signature>>>,
    /// Version that the producer votes for.
    pub latest_protocol_version: u32,
    /// Per shard: which chunk validators endorsed, as a bitmap.
    pub chunk_endorsements: Vec<Vec<u8>>,
    /// The part that depends on the header's version.
    pub version_fields: HeaderVersionFields,
}

/// What distinguishes the header versions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HeaderVersionFields {
    /// Up to protocol version 84.
    V5(RetiredChallenges),
    /// From protocol version 85.
    V6 {
        /// Shard and boundary account of the resharding decided by the last block of an epoch.
        shard_split: Option<(ShardId, AccountId)>,
    },
}

/// A block header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlockHeader {
    /// Hash of the previous block; zero for genesis.
    pub prev_hash: CryptoHash,
    /// The part that light clients see.
    pub inner_lite: BlockHeaderInnerLite,
    /// The part that they do not.
    pub inner_rest: BlockHeaderInnerRest,
    /// Signature of the block producer.
    pub signature: Signature,
}

/// Signatures of the chunk validators of one shard, in their order.
pub type ChunkEndorsementSignatures = Vec<Option<Box<Signature>>>;

/// A block's body, version 2.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlockBody {
    /// One chunk header per shard, in index order; an old header where the shard's chunk is missing.
    pub chunks: Vec<ShardChunkHeader>,
    /// Output of the verifiable random function.
    pub vrf_value: [u8; 32],
    /// Its proof.
    pub vrf_proof: [u8; 64],
    /// Endorsements per shard.
    pub chunk_endorsements: Vec<ChunkEndorsementSignatures>,
}

/// A block, version 4.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// The header.
    pub header: BlockHeader,
    /// The body.
    pub body: BlockBody,
}

impl BlockHeader {
    /// The block hash: `H(H(H(inner_lite) || H(inner_rest)) || prev_hash)`.
    pub fn hash<C: Crypto>(&self) -> CryptoHash {
        let lite = C::sha256(&to_bytes(&self.inner_lite));
        let rest = C::sha256(&to_bytes(&self.inner_rest));
        combine_hash::<C>(&combine_hash::<C>(&lite, &rest), &self.prev_hash)
    }

    /// Height of the block.
    pub fn height(&self) -> BlockHeight {
        self.inner_lite.height
    }

    /// Whether this is the genesis block.
    pub fn is_genesis(&self) -> bool {
        self.prev_hash == CryptoHash::default()
    }
}

impl Block {
    /// The block hash.
    pub fn hash<C: Crypto>(&self) -> CryptoHash {
        self.header.hash::<C>()
    }

    /// Merkle leaves that bind the chunks to the header: (chunk hash, height of inclusion) per shard index.
    pub fn chunk_hash_heights<C: Crypto>(&self) -> Vec<(CryptoHash, BlockHeight)> {
        self.body
            .chunks
            .iter()
            .map(|chunk| (chunk.chunk_hash::<C>(), chunk.height_included))
            .collect()
    }

    /// Bandwidth requests per shard id, old chunks included: a missing chunk sent nothing and still wants to.
    pub fn bandwidth_requests(&self) -> BTreeMap<ShardId, BandwidthRequests> {
        self.body
            .chunks
            .iter()
            .map(|chunk| (chunk.inner.shard_id, chunk.inner.bandwidth_requests.clone()))
            .collect()
    }
}

const BLOCK_V4: u8 = 3;
const BODY_V2: u8 = 1;
const HEADER_V5: u8 = 4;
const HEADER_V6: u8 = 5;

fn refuse<T>(what: &str, expected: &str, found: u8) -> IoResult<T> {
    let message = alloc::format!("{what}: expected {expected}, found discriminant {found}");
    Err(Error::new(ErrorKind::InvalidData, message))
}

impl BorshSerialize for BlockHeaderInnerRest {
    fn serialize<W: Write>(&self, writer: &mut W) -> IoResult<()> {
        let retired = match &self.version_fields {
            HeaderVersionFields::V5(retired) => Some(retired),
            HeaderVersionFields::V6 { .. } => None,
        };
        (self.block_body_hash, self.prev_chunk_outgoing_receipts_root).serialize(writer)?;
        (self.chunk_headers_root, self.chunk_tx_root).serialize(writer)?;
        if let Some(retired) = retired {
            retired.challenges_root.serialize(writer)?;
        }
        (self.random_value, &self.prev_validator_proposals, &self.chunk_mask).serialize(writer)?;
        (self.next_gas_price, self.total_supply).serialize(writer)?;
        if let Some(retired) = retired {
            retired.challenges_result.serialize(writer)?;
        }
        (
            self.last_final_block,
            self.last_ds_final_block,
            self.block_ordinal,
            self.prev_height,
        )
            .serialize(writer)?;
        (self.epoch_sync_data_hash, &self.approvals, self.latest_protocol_version).serialize(writer)?;
        self.chunk_endorsements.serialize(writer)?;
        match &self.version_fields {
            HeaderVersionFields::V5(_) => Ok(()),
            HeaderVersionFields::V6 { shard_split } => shard_split.serialize(writer),
        }
    }
}

impl BlockHeaderInnerRest {
    fn deserialize_version<R: Read>(reader: &mut R, is_v5: bool) -> IoResult<Self> {
        let block_body_hash = BorshDeserialize::deserialize_reader(reader)?;
        let prev_chunk_outgoing_receipts_root = BorshDeserialize::deserialize_reader(reader)?;
        let chunk_headers_root = BorshDeserialize::deserialize_reader(reader)?;
        let chunk_tx_root = BorshDeserialize::deserialize_reader(reader)?;
        let challenges_root: Option<CryptoHash> = if is_v5 {
            Some(BorshDeserialize::deserialize_reader(reader)?)
        } else {
            None
        };
        let random_value = BorshDeserialize::deserialize_reader(reader)?;
        let prev_validator_proposals = BorshDeserialize::deserialize_reader(reader)?;
        let chunk_mask = BorshDeserialize::deserialize_reader(reader)?;
        let next_gas_price = BorshDeserialize::deserialize_reader(reader)?;
        let total_supply = BorshDeserialize::deserialize_reader(reader)?;
        let retired = match challenges_root {
            Some(challenges_root) => Some(RetiredChallenges {
                challenges_root,
                challenges_result: BorshDeserialize::deserialize_reader(reader)?,
            }),
            None => None,
        };
        Ok(Self {
            block_body_hash,
            prev_chunk_outgoing_receipts_root,
            chunk_headers_root,
            chunk_tx_root,
            random_value,
            prev_validator_proposals,
            chunk_mask,
            next_gas_price,
            total_supply,
            last_final_block: BorshDeserialize::deserialize_reader(reader)?,
            last_ds_final_block: BorshDeserialize::deserialize_reader(reader)?,
            block_ordinal: BorshDeserialize::deserialize_reader(reader)?,
            prev_height: BorshDeserialize::deserialize_reader(reader)?,
            epoch_sync_data_hash: BorshDeserialize::deserialize_reader(reader)?,
            approvals: BorshDeserialize::deserialize_reader(reader)?,
            latest_protocol_version: BorshDeserialize::deserialize_reader(reader)?,
            chunk_endorsements: BorshDeserialize::deserialize_reader(reader)?,
            version_fields: match retired {
                Some(retired) => HeaderVersionFields::V5(retired),
                None => HeaderVersionFields::V6 {
                    shard_split: BorshDeserialize::deserialize_reader(reader)?,
                },
            },
        })
    }
}

impl BorshSerialize for BlockHeader {
    fn serialize<W: Write>(&self, writer: &mut W) -> IoResult<()> {
        let tag = match &self.inner_rest.version_fields {
            HeaderVersionFields::V5(_) => HEADER_V5,
            HeaderVersionFields::V6 { .. } => HEADER_V6,
        };
        (tag, self.prev_hash, &self.inner_lite, &self.inner_rest, &self.signature).serialize(writer)
    }
}

impl BorshDeserialize for BlockHeader {
    fn deserialize_reader<R: Read>(reader: &mut R) -> IoResult<Self> {
        let is_v5 = match u8::deserialize_reader(reader)? {
            HEADER_V5 => true,
            HEADER_V6 => false,
            other => return refuse("block header version", "V5 (4) or V6 (5)", other),
        };
        Ok(Self {
            prev_hash: BorshDeserialize::deserialize_reader(reader)?,
            inner_lite: BorshDeserialize::deserialize_reader(reader)?,
            inner_rest: BlockHeaderInnerRest::deserialize_version(reader, is_v5)?,
            signature: BorshDeserialize::deserialize_reader(reader)?,
        })
    }
}

impl BorshSerialize for BlockBody {
    fn serialize<W: Write>(&self, writer: &mut W) -> IoResult<()> {
        let no_challenges = 0u32;
        (
            BODY_V2,
            &self.chunks,
            no_challenges,
            self.vrf_value,
            self.vrf_proof,
            &self.chunk_endorsements,
        )
            .serialize(writer)
    }
}

impl BorshDeserialize for BlockBody {
    fn deserialize_reader<R: Read>(reader: &mut R) -> IoResult<Self> {
        match u8::deserialize_reader(reader)? {
            BODY_V2 => {}
            other => return refuse("block body version", "V2 (1)", other),
        }
        let chunks = BorshDeserialize::deserialize_reader(reader)?;
        // Challenges were retired long before body V2 could carry one.
        let challenges = u32::deserialize_reader(reader)?;
        if challenges != 0 {
            let message = alloc::format!("block body: expected no challenges, found {challenges}");
            return Err(Error::new(ErrorKind::InvalidData, message));
        }
        Ok(Self {
            chunks,
            vrf_value: BorshDeserialize::deserialize_reader(reader)?,
            vrf_proof: BorshDeserialize::deserialize_reader(reader)?,
            chunk_endorsements: BorshDeserialize::deserialize_reader(reader)?,
        })
    }
}

impl BorshSerialize for Block {
    fn serialize<W: Write>(&self, writer: &mut W) -> IoResult<()> {
        (BLOCK_V4, &self.header, &self.body).serialize(writer)
    }
}

impl BorshDeserialize for Block {
    fn deserialize_reader<R: Read>(reader: &mut R) -> IoResult<Self> {
        match u8::deserialize_reader(reader)? {
            BLOCK_V4 => Ok(Self {
                header: BorshDeserialize::deserialize_reader(reader)?,
                body: BorshDeserialize::deserialize_reader(reader)?,
            }),
            other => refuse("block version", "V4 (3)", other),
        }
    }
}
