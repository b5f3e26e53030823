//! Congestion counted from the queues themselves, when no chunk header tells it.
//!
//! Mirrors `bootstrap_congestion_info` of `runtime/runtime/src/congestion_control.rs` (spec §C.4).

use crate::context::ApplyContext;
use crate::crypto::Crypto;
use crate::error::ApplyError;
use crate::receipts::load::ReceiptLoad;
use crate::state::StateUpdate;
use crate::state::queues::{DelayedReceiptQueue, OutgoingBuffers};
use crate::types::congestion_info::{CongestionInfo, CongestionInfoV1};

/// Walks all queues of the shard. Only right after genesis, and in blocks that do not know the shard.
pub(super) fn congestion_info<C: Crypto>(
    context: &ApplyContext<'_>,
    state: &StateUpdate<'_, C>,
) -> Result<CongestionInfo, ApplyError> {
    let mut info = CongestionInfoV1 {
        // Nobody acts on this before the first chunk is finished, so that the shard need not know the others.
        allowed_shard: context.shard_id as u16,
        ..CongestionInfoV1::default()
    };
    let overflow = || ApplyError::IntegerOverflow("load of all queues");
    let delayed = DelayedReceiptQueue::load(state)?;
    for index in delayed.range() {
        let load = ReceiptLoad::of_stored(&delayed.read(state, index)?, context.params)?;
        info.delayed_receipts_gas = info
            .delayed_receipts_gas
            .checked_add(load.gas.into())
            .ok_or_else(overflow)?;
        info.receipt_bytes = info.receipt_bytes.checked_add(load.size_bytes).ok_or_else(overflow)?;
    }
    let buffers = OutgoingBuffers::load(state)?;
    for shard_id in buffers.shards() {
        for index in buffers.range(shard_id) {
            let load = ReceiptLoad::of_stored(&buffers.read(state, shard_id, index)?, context.params)?;
            info.buffered_receipts_gas = info
                .buffered_receipts_gas
                .checked_add(load.gas.into())
                .ok_or_else(overflow)?;
            info.receipt_bytes = info.receipt_bytes.checked_add(load.size_bytes).ok_or_else(overflow)?;
        }
    }
    Ok(CongestionInfo::V1(info))
}
