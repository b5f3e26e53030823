//! Which blocks a chunk's validation covers: the main transition, the implicit ones, and the sources of receipts.
//!
//! Mirrors `get_state_witness_block_range` and `get_resharding_transition` of
//! `chain/chain/src/stateless_validation/chunk_validation.rs` and `ReshardingEventType::from_shard_layout` (spec §A.1, §A.3.3);
//! differs in: an old chunk is named by its shard id in its own block's layout (nearcore carries the id of the following block,
//! which differs only just before a split and reaches no result).
//!
//! ```text
//! … B2 (new chunk) … [blocks after B2 … B1 (new chunk)] [missing … P] | H
//!                     receipt blocks, newest first       implicit
//! ```

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use no_std_near_core::types::account_id::AccountId;
use no_std_near_core::types::bandwidth::BandwidthRequests;
use no_std_near_core::types::block::Block;
use no_std_near_core::types::chunk_header::ShardChunkHeader;
use no_std_near_core::types::congestion_info::ExtendedCongestionInfo;
use no_std_near_core::types::hash::CryptoHash;
use no_std_near_core::types::shard_layout::ShardLayout;
use no_std_near_core::types::{Balance, ShardId};

use crate::error::FactsError;
use crate::facts::{BlockSet, HeaderFacts};
use crate::statement::{BlockContext, ChildSide};

/// A block with its hash.
#[derive(Clone, Copy, Debug)]
pub struct KnownBlock<'b> {
    /// The hash.
    pub hash: CryptoHash,
    /// The block.
    pub block: &'b Block,
}

/// A transition between the last new chunk and the chunk being validated.
#[derive(Clone, Debug)]
pub enum ImplicitStep<'b> {
    /// The shard's chunk is missing in a block.
    OldChunk {
        /// The block.
        at: KnownBlock<'b>,
        /// The shard in the block's layout.
        shard_id: ShardId,
    },
    /// The shard is split between two blocks.
    Resharding(Split<'b>),
}

/// A split of one shard into two, seen from one child.
#[derive(Clone, Debug)]
pub struct Split<'b> {
    /// First account of the right child.
    pub boundary_account: &'b AccountId,
    /// Which child is looked at.
    pub side: ChildSide,
    /// Its shard id.
    pub child_shard_id: ShardId,
}

/// What [`block_range`] finds.
#[derive(Clone, Debug)]
pub struct BlockRange<'b> {
    /// Oldest first.
    pub implicit: Vec<ImplicitStep<'b>>,
    /// From the block of the last new chunk (B1) back to the one after the last-last new chunk: never empty.
    pub receipt_blocks: Vec<KnownBlock<'b>>,
    /// The block of the last new chunk.
    pub main: KnownBlock<'b>,
    /// Layout of that block's epoch.
    pub main_layout: &'b ShardLayout,
    /// The shard in that layout.
    pub main_shard_id: ShardId,
}

/// Walks back from the parent of the chunk to its last-last new chunk.
///
/// # Errors
/// [`FactsError`] if blocks or epochs are missing, or a layout changes in a way that is not one split.
pub fn block_range<'b>(
    header: &ShardChunkHeader,
    blocks: &'b BlockSet,
    facts: &'b HeaderFacts,
) -> Result<BlockRange<'b>, FactsError> {
    let mut implicit = Vec::new();
    let mut receipt_blocks = Vec::new();
    let mut shard_id = header.inner.shard_id;
    let mut hash = header.inner.prev_block_hash;
    let mut main_shard_id = shard_id;
    let mut main_layout = layout_after(&hash, blocks.get(&hash)?, facts)?;
    main_layout.get_shard_index(shard_id)?;
    loop {
        let at = KnownBlock {
            hash,
            block: blocks.get(&hash)?,
        };
        if receipt_blocks.is_empty()
            && let Some(split) = split_after(at, shard_id, facts)?
        {
            implicit.push(ImplicitStep::Resharding(split));
        }
        let (layout, id) = shard_in(at, shard_id, facts)?;
        let is_new = chunk_of(at, layout, id)?.is_new_chunk(at.block.header.height());
        match (receipt_blocks.is_empty(), is_new) {
            (true, false) => implicit.push(ImplicitStep::OldChunk { at, shard_id: id }),
            (true, true) => {
                (main_layout, main_shard_id) = (layout, id);
                receipt_blocks.push(at);
            }
            (false, false) => receipt_blocks.push(at),
            (false, true) => break,
        }
        if at.block.header.is_genesis() {
            break;
        }
        (shard_id, hash) = (id, at.block.header.prev_hash);
    }
    implicit.reverse();
    // Genesis includes a new chunk of every shard, so the walk has met one.
    let main = *receipt_blocks.first().ok_or(FactsError::MissingBlock(hash))?;
    Ok(BlockRange {
        implicit,
        receipt_blocks,
        main,
        main_layout,
        main_shard_id,
    })
}

/// The shard's id in the layout of the block before, and that layout, when stepping from the block after `at` to `at`.
///
/// Mirrors `get_prev_shard_id_from_prev_hash` of `chain/epoch-manager/src/adapter.rs`.
///
/// # Errors
/// [`FactsError`] if facts are missing or the shard is not part of the layout.
pub fn shard_in<'b>(
    at: KnownBlock<'_>,
    shard_id: ShardId,
    facts: &'b HeaderFacts,
) -> Result<(&'b ShardLayout, ShardId), FactsError> {
    let next = layout_after(&at.hash, at.block, facts)?;
    let own = &facts.epoch(&at.block.header.inner_lite.epoch_id)?.shard_layout;
    if facts.begins_epoch_after(&at.hash)? && own != next {
        Ok((own, next.get_parent_shard_id(shard_id)?))
    } else {
        next.get_shard_index(shard_id)?;
        Ok((next, shard_id))
    }
}

/// The chunk header of a shard in a block.
///
/// # Errors
/// [`FactsError`] if the shard is not part of the layout or the block lists too few chunks.
pub fn chunk_of<'b>(
    at: KnownBlock<'b>,
    layout: &ShardLayout,
    shard_id: ShardId,
) -> Result<&'b ShardChunkHeader, FactsError> {
    let index = layout.get_shard_index(shard_id)?;
    let chunks = &at.block.body.chunks;
    usize::try_from(index)
        .ok()
        .and_then(|index| chunks.get(index))
        .ok_or(FactsError::MissingChunkHeader {
            block: at.hash,
            index,
            count: chunks.len(),
        })
}

/// Layout of the epoch of the block after this one.
fn layout_after<'b>(hash: &CryptoHash, block: &Block, facts: &'b HeaderFacts) -> Result<&'b ShardLayout, FactsError> {
    Ok(&facts.epoch(&facts.epoch_id_after(hash, block)?)?.shard_layout)
}

/// The split between `at` and the next block, if the shard is one of its children.
fn split_after<'b>(
    at: KnownBlock<'_>,
    shard_id: ShardId,
    facts: &'b HeaderFacts,
) -> Result<Option<Split<'b>>, FactsError> {
    let next = layout_after(&at.hash, at.block, facts)?;
    let own = &facts.epoch(&at.block.header.inner_lite.epoch_id)?.shard_layout;
    if !facts.begins_epoch_after(&at.hash)? || own == next {
        return Ok(None);
    }
    let mut parents = next.get_split_parent_shard_ids().into_iter();
    let parent = match (parents.next(), parents.next()) {
        (None, _) => return Ok(None),
        (Some(parent), None) => parent,
        (Some(_), Some(_)) => return Err(FactsError::UnsupportedResharding),
    };
    let children = next.get_children_shards_ids(parent).unwrap_or_default();
    let &[left, right] = children.as_slice() else {
        return Err(FactsError::UnsupportedResharding);
    };
    let side = match shard_id {
        id if id == left => ChildSide::Left,
        id if id == right => ChildSide::Right,
        _ => return Ok(None),
    };
    let left_index = next.get_shard_index(left)?;
    let boundary_account = usize::try_from(left_index)
        .ok()
        .and_then(|index| next.boundary_accounts().get(index))
        .ok_or(FactsError::UnsupportedResharding)?;
    Ok(Some(Split {
        boundary_account,
        side,
        child_shard_id: shard_id,
    }))
}

/// The context of applying a chunk in a block (spec §A.5.1).
///
/// # Errors
/// [`FactsError::ChunkFromTheFuture`].
pub fn block_context(at: KnownBlock<'_>, gas_price: Balance) -> Result<BlockContext, FactsError> {
    let header = &at.block.header;
    let height = header.height();
    // Maps, as in nearcore: should two chunks of a block name one shard, the later one counts.
    let mut congestion: BTreeMap<ShardId, ExtendedCongestionInfo> = BTreeMap::new();
    let mut bandwidth: BTreeMap<ShardId, BandwidthRequests> = BTreeMap::new();
    for chunk in &at.block.body.chunks {
        let height_included = chunk.height_included;
        let missed_chunks_count = height
            .checked_sub(height_included)
            .ok_or(FactsError::ChunkFromTheFuture {
                block: at.hash,
                height,
                height_included,
            })?;
        let congestion_info = chunk.inner.congestion_info;
        congestion.insert(
            chunk.inner.shard_id,
            ExtendedCongestionInfo {
                congestion_info,
                missed_chunks_count,
            },
        );
        bandwidth.insert(chunk.inner.shard_id, chunk.inner.bandwidth_requests.clone());
    }
    Ok(BlockContext {
        height,
        prev_block_hash: header.prev_hash,
        timestamp: header.inner_lite.timestamp,
        gas_price,
        random_value: header.inner_rest.random_value,
        congestion: congestion.into_iter().collect(),
        bandwidth: bandwidth.into_iter().collect(),
    })
}
