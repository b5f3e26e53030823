//! Splitting a shard: whether to propose it, and what a child inherits of state, congestion and outgoing receipts.
//!
//! Mirrors `check_dynamic_resharding` of `chain/chain/src/runtime/mod.rs`, `get_child_congestion_info` of
//! `chain/chain/src/resharding/manager.rs` and `reassign_outgoing_receipts_for_resharding` of `chain/chain/src/store/mod.rs`
//! (spec §A.4, §A.6).

use alloc::format;
use alloc::vec::Vec;

use crate::congestion::allowed_shard;
use crate::context::ApplyContext;
use crate::crypto::Crypto;
use crate::error::ApplyError;
use crate::params::DynamicReshardingConfig;
use crate::state::StateUpdate;
use crate::state::outgoing_metadata::ReceiptGroupsQueue;
use crate::trie::resharding::{RetainMode, retain_split_shard};
use crate::trie::split::{FindSplitError, find_trie_split, total_memory_usage};
use crate::types::ShardId;
use crate::types::account_id::AccountId;
use crate::types::chunk_header::TrieSplit;
use crate::types::congestion_info::CongestionInfo;
use crate::types::hash::CryptoHash;
use crate::types::receipt::Receipt;
use crate::types::shard_layout::ShardLayout;

/// Whether the shard should be split, and where. To be asked before [`apply_chunk`](crate::apply_chunk::apply_chunk), on the same
/// state, in the blocks that may be the last of their epoch and when a new layout is allowed: what is read counts towards the
/// chunk's storage proof.
///
/// # Errors
/// Aborts on storage errors; a state without a good place to split is not proposed.
pub fn propose_split<C: Crypto>(
    context: &ApplyContext<'_>,
    config: &DynamicReshardingConfig,
    state: &mut StateUpdate<'_, C>,
) -> Result<Option<TrieSplit>, ApplyError> {
    match check_split(context, config, state) {
        Ok(split) => Ok(split),
        Err(FindSplitError::Storage(error)) => Err(error.into()),
        Err(_) => Ok(None),
    }
}

/// The conditions in nearcore's order: each later one reads more of the trie.
fn check_split<C: Crypto>(
    context: &ApplyContext<'_>,
    config: &DynamicReshardingConfig,
    state: &mut StateUpdate<'_, C>,
) -> Result<Option<TrieSplit>, FindSplitError> {
    let trie = state.trie_mut();
    let memory_usage = total_memory_usage::<C>(trie)?;
    if context.shard_layout.num_shards() >= config.max_number_of_shards {
        return Ok(None);
    }
    if config.force_split_shards.contains(&context.shard_id) {
        return find_trie_split::<C>(trie).map(Some);
    }
    if config.block_split_shards.contains(&context.shard_id) || memory_usage < config.memory_usage_threshold {
        return Ok(None);
    }
    let split = find_trie_split::<C>(trie)?;
    let smaller_half = split.left_memory.min(split.right_memory);
    Ok((smaller_half >= config.min_child_memory_usage).then_some(split))
}

/// One split of a shard, as seen by one of its children.
#[derive(Debug, Clone, Copy)]
pub struct ShardSplit<'a> {
    /// First account of the right child.
    pub boundary_account: &'a AccountId,
    /// Which child this is.
    pub mode: RetainMode,
    /// The child's identifier.
    pub child_shard_id: ShardId,
    /// Layout before the split.
    pub parent_layout: &'a ShardLayout,
    /// Layout after the split.
    pub child_layout: &'a ShardLayout,
}

/// The child's state root and congestion. `state` is the parent's last state.
///
/// # Errors
/// Aborts on storage errors, and when buffers and congestion contradict each other.
pub fn split_shard<C: Crypto>(
    split: &ShardSplit<'_>,
    parent_congestion_info: CongestionInfo,
    mut state: StateUpdate<'_, C>,
) -> Result<(CryptoHash, CongestionInfo), ApplyError> {
    // Only the parent's state has the buffers.
    let congestion_info = child_congestion_info(split, parent_congestion_info, &state)?;
    let root = retain_split_shard::<C>(state.trie_mut(), split.boundary_account, split.mode)?;
    Ok((root, congestion_info))
}

/// Both children inherit the delayed receipts, but only the left one the buffered ones.
fn child_congestion_info<C: Crypto>(
    split: &ShardSplit<'_>,
    parent_congestion_info: CongestionInfo,
    state: &StateUpdate<'_, C>,
) -> Result<CongestionInfo, ApplyError> {
    let mut info = parent_congestion_info;
    if split.mode == RetainMode::Right {
        for shard_id in split.parent_layout.shard_ids() {
            if let Some(groups) = ReceiptGroupsQueue::load(state, shard_id)? {
                info.remove_buffered_receipt_gas(groups.total_gas())?;
                info.remove_receipt_bytes(groups.total_size())?;
            }
        }
        if info.buffered_receipts_gas() != 0 {
            return Err(ApplyError::inconsistent_state(
                "buffered gas is left when all buffers are taken away",
            ));
        }
    }
    let shard_ids: Vec<ShardId> = split.child_layout.shard_ids().collect();
    let own_index = split.child_layout.get_shard_index(split.child_shard_id);
    let own_index = own_index.map_err(|error| ApplyError::invalid_input(format!("child of a split: {error}")))?;
    let CongestionInfo::V1(inner) = &mut info;
    // Elsewhere the height is added; here it is not known to everybody who needs the result.
    inner.allowed_shard = allowed_shard(split.child_shard_id, &shard_ids, own_index);
    Ok(info)
}

/// Which outgoing receipts of the parent's last chunk a child takes over: the child with the lowest identifier takes all.
///
/// # Errors
/// Aborts when the parent was not split into anything.
pub fn reassign_outgoing_receipts(
    receipts: &mut Vec<Receipt>,
    child_layout: &ShardLayout,
    child_shard_id: ShardId,
    parent_shard_id: ShardId,
) -> Result<(), ApplyError> {
    let children = child_layout
        .get_children_shards_ids(parent_shard_id)
        .unwrap_or_default();
    let heir = children.iter().min();
    let heir = heir.ok_or_else(|| ApplyError::invalid_input(format!("shard {parent_shard_id} has no children")))?;
    if *heir != child_shard_id {
        receipts.clear();
    }
    Ok(())
}

#[cfg(test)]
#[expect(
    clippy::unwrap_used,
    reason = "a test that cannot be set up fails, which is the point"
)]
mod tests {
    use super::*;
    use crate::crypto::NativeCrypto;
    use crate::receipts::load::ReceiptLoad;
    use crate::state::queues::{OutgoingBuffers, OutgoingMetadatas};
    use crate::test_support::{NEAR, OTHER_SHARD, OWN_SHARD, State, World, empty_state, id, receipt_from, transfer};
    use crate::types::congestion_info::CongestionInfoV1;
    use alloc::collections::BTreeMap;
    use alloc::vec;

    const LEFT: ShardId = 9;
    const RIGHT: ShardId = 8;

    /// The own shard of [`World`], split at "cc".
    fn child_layout() -> ShardLayout {
        let history = BTreeMap::from([(OWN_SHARD, vec![LEFT, RIGHT])]);
        ShardLayout::v3(
            vec![id("cc"), id("mm")],
            vec![LEFT, RIGHT, OTHER_SHARD],
            history,
            OWN_SHARD,
        )
        .unwrap()
    }

    /// A state with one receipt in the buffer towards the other shard, and the congestion that says so.
    fn state_with_buffer(world: &World) -> (State, CongestionInfo) {
        let mut state = empty_state();
        let receipt = receipt_from("alice", "zoe", 1, vec![transfer(NEAR)]);
        let load = ReceiptLoad::of_new(&receipt, &world.params).unwrap();
        let mut metadatas = OutgoingMetadatas::load(&state, []).unwrap();
        metadatas
            .on_receipt_pushed(&mut state, OTHER_SHARD, load.size_bytes, load.gas)
            .unwrap();
        let mut buffers = OutgoingBuffers::load(&state).unwrap();
        buffers
            .push_back(&mut state, OTHER_SHARD, &receipt, load.into())
            .unwrap();
        state.commit();
        let congestion = CongestionInfoV1 {
            delayed_receipts_gas: 77,
            buffered_receipts_gas: load.gas.into(),
            receipt_bytes: load.size_bytes + 5,
            allowed_shard: 3,
        };
        (state, CongestionInfo::V1(congestion))
    }

    #[test]
    fn the_left_child_inherits_the_buffers_and_the_right_one_only_what_is_delayed() {
        let world = World::new();
        let layout = child_layout();
        let (state, parent) = state_with_buffer(&world);
        let child = |mode, child_shard_id| {
            let split = ShardSplit {
                boundary_account: &id("cc"),
                mode,
                child_shard_id,
                parent_layout: &world.layout,
                child_layout: &layout,
            };
            child_congestion_info(&split, parent, &state)
        };
        let CongestionInfo::V1(left) = child(RetainMode::Left, LEFT).unwrap();
        assert_eq!((left.buffered_receipts_gas, left.receipt_bytes), {
            (parent.buffered_receipts_gas(), parent.receipt_bytes())
        });
        let CongestionInfo::V1(right) = child(RetainMode::Right, RIGHT).unwrap();
        assert_eq!(
            (
                right.delayed_receipts_gas,
                right.buffered_receipts_gas,
                right.receipt_bytes
            ),
            (77, 0, 5)
        );
        assert_eq!(
            (left.allowed_shard, right.allowed_shard),
            (LEFT as u16, RIGHT as u16),
            "own index, without height"
        );
    }

    #[test]
    fn a_right_child_whose_parent_counted_wrongly_aborts() {
        let world = World::new();
        let layout = child_layout();
        let (state, CongestionInfo::V1(parent)) = state_with_buffer(&world);
        let split = ShardSplit {
            boundary_account: &id("cc"),
            mode: RetainMode::Right,
            child_shard_id: RIGHT,
            parent_layout: &world.layout,
            child_layout: &layout,
        };
        let counted = |buffered_receipts_gas| {
            let parent = CongestionInfo::V1(CongestionInfoV1 {
                buffered_receipts_gas,
                ..parent
            });
            child_congestion_info::<NativeCrypto>(&split, parent, &state)
        };
        assert!(counted(parent.buffered_receipts_gas).is_ok());
        assert!(
            counted(parent.buffered_receipts_gas + 1).is_err(),
            "gas without receipts"
        );
        assert!(
            counted(parent.buffered_receipts_gas - 1).is_err(),
            "receipts without gas"
        );
    }

    #[test]
    fn the_child_with_the_lowest_identifier_takes_all_outgoing_receipts() {
        let layout = child_layout();
        let receipts = vec![receipt_from("alice", "zoe", 1, vec![])];
        let taken_by = |child| {
            let mut receipts = receipts.clone();
            reassign_outgoing_receipts(&mut receipts, &layout, child, OWN_SHARD).map(|()| receipts.len())
        };
        assert_eq!(
            (taken_by(LEFT), taken_by(RIGHT)),
            (Ok(0), Ok(1)),
            "8 is lower than 9, though it is the right one"
        );
        let mut none = receipts.clone();
        assert!(
            reassign_outgoing_receipts(&mut none, &layout, LEFT, 55).is_err(),
            "55 was never split"
        );
    }

    #[test]
    fn an_empty_state_is_not_proposed_for_a_split() {
        let world = World::new();
        let config = DynamicReshardingConfig {
            memory_usage_threshold: 0,
            ..DynamicReshardingConfig::production_86()
        };
        assert_eq!(propose_split(&world.context(), &config, &mut empty_state()), Ok(None));
    }
}
