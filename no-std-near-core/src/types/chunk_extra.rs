//! `ChunkExtra`: what applying a chunk yields, and what the next chunk's header must repeat (spec §A.5.2).
//!
//! Mirrors `core/primitives/src/types.rs` (module `chunk_extra`); differs in: only V5 exists, the form that every chunk applied by
//! nearcore with this code carries; other versions are refused by name.

use alloc::vec::Vec;

use borsh::io::{Error, ErrorKind, Read, Result as IoResult, Write};
use borsh::{BorshDeserialize, BorshSerialize};

use crate::types::bandwidth::BandwidthRequests;
use crate::types::chunk_header::TrieSplit;
use crate::types::congestion_info::CongestionInfo;
use crate::types::hash::CryptoHash;
use crate::types::validator::ValidatorStake;
use crate::types::{Balance, Gas};

/// The result of applying a chunk, version 5 (discriminant 4 on the wire).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChunkExtra {
    /// State after the chunk.
    pub state_root: CryptoHash,
    /// Merkle root of the outcomes.
    pub outcome_root: CryptoHash,
    /// Stake proposals, in the order in which the header lists them.
    pub validator_proposals: Vec<ValidatorStake>,
    /// Gas burnt by the chunk.
    pub gas_used: Gas,
    /// Gas limit of the chunk.
    pub gas_limit: Gas,
    /// yoctoNEAR burnt by the chunk.
    pub balance_burnt: Balance,
    /// Congestion of the shard after the chunk.
    pub congestion_info: CongestionInfo,
    /// Bandwidth the shard asks for after the chunk.
    pub bandwidth_requests: BandwidthRequests,
    /// Proposed split of the shard.
    pub proposed_split: Option<TrieSplit>,
}

const CHUNK_EXTRA_V5: u8 = 4;

impl BorshSerialize for ChunkExtra {
    fn serialize<W: Write>(&self, writer: &mut W) -> IoResult<()> {
        (
            CHUNK_EXTRA_V5,
            self.state_root,
            self.outcome_root,
            &self.validator_proposals,
        )
            .serialize(writer)?;
        (self.gas_used, self.gas_limit, self.balance_burnt).serialize(writer)?;
        (&self.congestion_info, &self.bandwidth_requests, &self.proposed_split).serialize(writer)
    }
}

impl BorshDeserialize for ChunkExtra {
    fn deserialize_reader<R: Read>(reader: &mut R) -> IoResult<Self> {
        match u8::deserialize_reader(reader)? {
            CHUNK_EXTRA_V5 => Ok(Self {
                state_root: BorshDeserialize::deserialize_reader(reader)?,
                outcome_root: BorshDeserialize::deserialize_reader(reader)?,
                validator_proposals: BorshDeserialize::deserialize_reader(reader)?,
                gas_used: BorshDeserialize::deserialize_reader(reader)?,
                gas_limit: BorshDeserialize::deserialize_reader(reader)?,
                balance_burnt: BorshDeserialize::deserialize_reader(reader)?,
                congestion_info: BorshDeserialize::deserialize_reader(reader)?,
                bandwidth_requests: BorshDeserialize::deserialize_reader(reader)?,
                proposed_split: BorshDeserialize::deserialize_reader(reader)?,
            }),
            other => Err(Error::new(
                ErrorKind::InvalidData,
                alloc::format!("chunk extra version: expected V5 (4), found discriminant {other}"),
            )),
        }
    }
}
