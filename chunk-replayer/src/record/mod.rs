//! What a chunk folder says, decoded: the oracle's view, in nearcore's own types.
//!
//! JSON is read strictly where a result depends on it (a wrong type is an error), and nothing else is looked at. Borsh files are
//! decoded through `near-primitives` 0.37, the crates released with protocol version 86; [`crate::edge`] compares that with our
//! own decoder.

mod json;

pub use json::{ApplyJson, ApplyResultJson, BlockJson, ResultJson, ValidatorUpdateJson};

use crate::folder::{ChunkFolder, ChunkId, WITNESS_FILE};
use borsh::BorshDeserialize;
use near_primitives::block::Block;
use near_primitives::hash::CryptoHash;
use near_primitives::receipt::Receipt;
use near_primitives::stateless_validation::state_witness::ChunkStateWitness;
use near_primitives::transaction::ExecutionOutcomeWithId;
use near_primitives::types::chunk_extra::ChunkExtra;
use serde::de::DeserializeOwned;

/// Why a folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// A file is not there.
    #[error("expected a file {name}, found none (the folder has: {present})")]
    MissingFile {
        /// The file's name.
        name: &'static str,
        /// Names of the files that are there.
        present: String,
    },
    /// A file does not decode.
    #[error("{name}: expected {expected}, found {found}")]
    Undecodable {
        /// The file's name.
        name: &'static str,
        /// What the file should hold.
        expected: &'static str,
        /// What the decoder said.
        found: String,
    },
    /// Files contradict each other.
    #[error("{0}")]
    Inconsistent(String),
}

/// A chunk folder, decoded.
#[derive(Debug)]
pub struct Record {
    /// The chunk's name.
    pub id: ChunkId,
    /// Bytes of `witness.borsh`, as a validator received them.
    pub witness_bytes: Vec<u8>,
    /// The same, decoded by `near-primitives`.
    pub witness: ChunkStateWitness,
    /// Bytes of each block, newest first.
    pub block_bytes: Vec<Vec<u8>>,
    /// The same blocks, decoded by `near-primitives`.
    pub blocks: Vec<Block>,
    /// Epoch facts of each block.
    pub block_facts: Vec<BlockJson>,
    /// What nearcore's whole validation gave; absent for dumps.
    pub result: Option<ResultJson>,
    /// What nearcore's runtime was given and gave; absent when the main block is genesis.
    pub apply: Option<ApplyJson>,
    /// `ChunkExtra` after the main transition, as bytes.
    pub main_chunk_extra: Option<Vec<u8>>,
    /// `ChunkExtra` after all transitions, as bytes.
    pub final_chunk_extra: Option<Vec<u8>>,
    /// Outcomes in the order produced; absent when the main block is genesis.
    pub outcomes: Option<Vec<ExecutionOutcomeWithId>>,
    /// Incoming receipts in applied order, as bytes.
    pub incoming_receipts: Option<Vec<u8>>,
    /// Outgoing receipts in the order produced, as bytes.
    pub outgoing_receipts: Option<Vec<u8>>,
    /// Bandwidth requests of this chunk after the main transition, as bytes.
    pub bandwidth_requests: Option<Vec<u8>>,
}

impl Record {
    /// Decodes a folder.
    ///
    /// # Errors
    /// The first file that is missing or does not decode.
    pub fn read(mut folder: ChunkFolder) -> Result<Self, RecordError> {
        let block_facts = json_file::<Vec<BlockJson>>(&folder, "blocks.json", "a list of blocks")?
            .ok_or_else(|| missing(&folder, "blocks.json"))?;
        let result = json_file(&folder, "result.json", "nearcore's result")?;
        let apply = json_file(&folder, "apply.json", "nearcore's apply state and result")?;
        let outcomes = borsh_file(&folder, "outcomes.borsh", "a list of execution outcomes")?;
        let block_bytes: Vec<Vec<u8>> = borsh_file(&folder, "blocks.borsh", "a list of borsh blocks")?
            .ok_or_else(|| missing(&folder, "blocks.borsh"))?;
        let blocks = block_bytes
            .iter()
            .map(|bytes| decode::<Block>(bytes, "blocks.borsh", "a borsh block of near-primitives 0.37"))
            .collect::<Result<Vec<_>, _>>()?;
        let witness_bytes = folder
            .files
            .remove(WITNESS_FILE)
            .ok_or_else(|| missing(&folder, WITNESS_FILE))?;
        let witness = decode(
            &witness_bytes,
            WITNESS_FILE,
            "a ChunkStateWitness of near-primitives 0.37",
        )?;
        let record = Self {
            id: folder.id.clone(),
            witness_bytes,
            witness,
            block_bytes,
            blocks,
            block_facts,
            result,
            apply,
            main_chunk_extra: folder.files.remove("main_chunk_extra.borsh"),
            final_chunk_extra: folder.files.remove("final_chunk_extra.borsh"),
            outcomes,
            incoming_receipts: folder.files.remove("receipts.borsh"),
            outgoing_receipts: folder.files.remove("outgoing_receipts.borsh"),
            bandwidth_requests: folder.files.remove("bandwidth_requests_out.borsh"),
        };
        record.check_blocks()?;
        Ok(record)
    }

    /// Blocks and their facts must be about the same blocks, newest first, each the parent of the one before.
    fn check_blocks(&self) -> Result<(), RecordError> {
        if self.blocks.len() != self.block_facts.len() {
            return Err(RecordError::Inconsistent(format!(
                "expected as many blocks in blocks.borsh as in blocks.json ({}), found {}",
                self.block_facts.len(),
                self.blocks.len()
            )));
        }
        for (index, (block, facts)) in self.blocks.iter().zip(&self.block_facts).enumerate() {
            if *block.hash() != facts.block_hash {
                return Err(RecordError::Inconsistent(format!(
                    "block {index}: expected hash {} (blocks.json), found {} (blocks.borsh)",
                    facts.block_hash,
                    block.hash()
                )));
            }
        }
        for (child, parent) in self.blocks.iter().zip(self.blocks.iter().skip(1)) {
            if child.header().prev_hash() != parent.hash() {
                return Err(RecordError::Inconsistent(format!(
                    "block at height {}: expected its parent {} next in blocks.borsh, found {}",
                    child.header().height(),
                    child.header().prev_hash(),
                    parent.hash()
                )));
            }
        }
        Ok(())
    }

    /// The block with the given hash and its facts.
    pub fn block(&self, hash: &CryptoHash) -> Option<(&Block, &BlockJson)> {
        let index = self.blocks.iter().position(|block| block.hash() == hash)?;
        Some((self.blocks.get(index)?, self.block_facts.get(index)?))
    }

    /// Decoded `ChunkExtra` after the main transition.
    ///
    /// # Errors
    /// When the file does not decode.
    pub fn decoded_chunk_extra(bytes: &[u8], name: &'static str) -> Result<ChunkExtra, RecordError> {
        decode(bytes, name, "a ChunkExtra of near-primitives 0.37")
    }

    /// Decoded outgoing receipts.
    ///
    /// # Errors
    /// When the file does not decode.
    pub fn decoded_outgoing_receipts(&self) -> Result<Vec<Receipt>, RecordError> {
        match &self.outgoing_receipts {
            Some(bytes) => decode(bytes, "outgoing_receipts.borsh", "a list of receipts"),
            None => Ok(Vec::new()),
        }
    }
}

fn missing(folder: &ChunkFolder, name: &'static str) -> RecordError {
    let present = folder.names.iter().cloned().collect::<Vec<_>>().join(", ");
    RecordError::MissingFile { name, present }
}

fn decode<T: BorshDeserialize>(bytes: &[u8], name: &'static str, expected: &'static str) -> Result<T, RecordError> {
    T::try_from_slice(bytes).map_err(|error| RecordError::Undecodable {
        name,
        expected,
        found: format!("{} bytes: {error}", bytes.len()),
    })
}

fn borsh_file<T: BorshDeserialize>(
    folder: &ChunkFolder,
    name: &'static str,
    expected: &'static str,
) -> Result<Option<T>, RecordError> {
    folder.file(name).map(|bytes| decode(bytes, name, expected)).transpose()
}

fn json_file<T: DeserializeOwned>(
    folder: &ChunkFolder,
    name: &'static str,
    expected: &'static str,
) -> Result<Option<T>, RecordError> {
    let Some(bytes) = folder.file(name) else {
        return Ok(None);
    };
    serde_json::from_slice(bytes)
        .map(Some)
        .map_err(|error| RecordError::Undecodable {
            name,
            expected,
            found: error.to_string(),
        })
}
