//! One statement, one encoding: what the decoder insists on.

use alloc::vec::Vec;

use borsh::io::{Error, ErrorKind, Read, Result as IoResult, Write};
use borsh::{BorshDeserialize, BorshSerialize};

use super::{ChunkStatement, DOMAIN, ImplicitTransition, LayoutIndex, MainKind, NewChunk};
use crate::decode::Input;
use crate::error::DecodeError;

/// No statement comes near this length; mainnet's are some 20 KB, most of it the validators' stakes.
const MAX_STATEMENT_BYTES: usize = 16 * 1024 * 1024;

impl BorshSerialize for ChunkStatement {
    fn serialize<W: Write>(&self, writer: &mut W) -> IoResult<()> {
        // Destructured, so that a new field cannot be forgotten here.
        let Self {
            chain,
            layouts,
            main,
            implicit,
            witness_layout,
            witness_shard_id,
            output,
            outgoing_receipts_root,
            programs,
        } = self;
        (DOMAIN, chain, layouts, main, implicit).serialize(writer)?;
        (
            witness_layout,
            witness_shard_id,
            output,
            outgoing_receipts_root,
            programs,
        )
            .serialize(writer)
    }
}

impl BorshDeserialize for ChunkStatement {
    fn deserialize_reader<R: Read>(reader: &mut R) -> IoResult<Self> {
        let mut domain = [0u8; DOMAIN.len()];
        let len = u32::deserialize_reader(reader)?;
        if usize::try_from(len) == Ok(DOMAIN.len()) {
            reader.read_exact(&mut domain)?;
        }
        if domain != *DOMAIN.as_bytes() {
            return Err(Error::new(
                ErrorKind::InvalidData,
                alloc::format!("expected the domain {DOMAIN}"),
            ));
        }
        Ok(Self {
            chain: BorshDeserialize::deserialize_reader(reader)?,
            layouts: BorshDeserialize::deserialize_reader(reader)?,
            main: BorshDeserialize::deserialize_reader(reader)?,
            implicit: BorshDeserialize::deserialize_reader(reader)?,
            witness_layout: BorshDeserialize::deserialize_reader(reader)?,
            witness_shard_id: BorshDeserialize::deserialize_reader(reader)?,
            output: BorshDeserialize::deserialize_reader(reader)?,
            outgoing_receipts_root: BorshDeserialize::deserialize_reader(reader)?,
            programs: BorshDeserialize::deserialize_reader(reader)?,
        })
    }
}

/// Decodes without insisting on the one encoding.
pub(super) fn decode_loosely(bytes: &[u8]) -> Result<ChunkStatement, DecodeError> {
    if bytes.len() > MAX_STATEMENT_BYTES {
        let (what, limit_bytes) = ("statement", MAX_STATEMENT_BYTES);
        return Err(DecodeError::TooLarge {
            what,
            limit_bytes,
            found_bytes: bytes.len(),
        });
    }
    let mut input = Input::new(bytes);
    let statement: ChunkStatement = input.value("statement")?;
    input.end("statement")?;
    Ok(statement)
}

pub(super) fn decode(bytes: &[u8]) -> Result<ChunkStatement, DecodeError> {
    let statement = decode_loosely(bytes)?;
    check_layouts(&statement)?;
    if let MainKind::NewChunk(chunk) = &statement.main.kind {
        check_new_chunk(chunk)?;
    }
    for transition in &statement.implicit {
        if let ImplicitTransition::OldChunk(old) = transition {
            check_block_lists(&old.block)?;
        }
    }
    ascending("programs", &statement.programs, |entry| {
        (entry.code_hash, entry.protocol_version)
    })?;
    // Catches what the types below let pass, such as maps whose keys arrive unsorted.
    if statement.encode() != bytes {
        return Err(DecodeError::NotCanonical { what: "statement" });
    }
    Ok(statement)
}

fn check_new_chunk(chunk: &NewChunk) -> Result<(), DecodeError> {
    check_block_lists(&chunk.block)?;
    ascending("base blocks", &chunk.base_blocks, |(hash, _)| *hash)?;
    ascending("validators", &chunk.validators, |(account, _)| account.clone())
}

fn check_block_lists(block: &super::BlockContext) -> Result<(), DecodeError> {
    ascending("congestion", &block.congestion, |(shard, _)| *shard)?;
    ascending("bandwidth requests", &block.bandwidth, |(shard, _)| *shard)
}

fn ascending<T, K: Ord>(what: &'static str, items: &[T], key: impl Fn(&T) -> K) -> Result<(), DecodeError> {
    if items.is_sorted_by(|left, right| key(left) < key(right)) {
        Ok(())
    } else {
        Err(DecodeError::NotAscending { what })
    }
}

/// The positions of layouts in the order in which the statement mentions them.
pub(super) fn layout_mentions(statement: &ChunkStatement) -> Vec<LayoutIndex> {
    let mut mentions = alloc::vec![statement.main.layout];
    for transition in &statement.implicit {
        match transition {
            ImplicitTransition::OldChunk(old) => mentions.push(old.layout),
            ImplicitTransition::Resharding(split) => mentions.extend([split.parent_layout, split.child_layout]),
        }
    }
    mentions.push(statement.witness_layout);
    mentions
}

/// Each layout occurs once, and the first mentions number them 0, 1, 2, …
fn check_layouts(statement: &ChunkStatement) -> Result<(), DecodeError> {
    let mut known: LayoutIndex = 0;
    for mention in layout_mentions(statement) {
        if mention == known {
            known = known.saturating_add(1);
        } else if mention > known {
            return Err(DecodeError::NotCanonical {
                what: "order of shard layouts",
            });
        }
    }
    if usize::from(known) != statement.layouts.len() {
        return Err(DecodeError::NotCanonical {
            what: "number of shard layouts",
        });
    }
    for (position, layout) in statement.layouts.iter().enumerate() {
        if statement.layouts.iter().take(position).any(|earlier| earlier == layout) {
            return Err(DecodeError::NotCanonical {
                what: "shard layouts without repetition",
            });
        }
    }
    Ok(())
}
