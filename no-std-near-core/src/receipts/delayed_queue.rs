//! The queue of receipts that found the chunk full, and what it does to the shard's congestion.
//!
//! Mirrors `DelayedReceiptQueueWrapper` of `runtime/runtime/src/congestion_control.rs` (spec §C.6, §C.11).

use crate::context::ApplyContext;
use crate::crypto::Crypto;
use crate::error::ApplyError;
use crate::receipts::load::{ReceiptLoad, receiver_shard_id};
use crate::state::StateUpdate;
use crate::state::queues::DelayedReceiptQueue;
use crate::types::congestion_info::CongestionInfo;
use crate::types::receipt::Receipt;

/// The delayed queue with the gas and bytes that entered and left it in this chunk.
///
/// Entered and left are summed apart because each sum is checked for overflow on its own.
#[derive(Debug)]
pub struct DelayedReceipts {
    queue: DelayedReceiptQueue,
    added: ReceiptLoad,
    removed: ReceiptLoad,
}

impl DelayedReceipts {
    /// Reads the queue's indices.
    ///
    /// # Errors
    /// Aborts on storage errors.
    pub fn load<C: Crypto>(state: &StateUpdate<'_, C>) -> Result<Self, ApplyError> {
        Ok(Self {
            queue: DelayedReceiptQueue::load(state)?,
            added: ReceiptLoad::ZERO,
            removed: ReceiptLoad::ZERO,
        })
    }

    /// Appends a receipt.
    ///
    /// # Errors
    /// Aborts on overflow.
    pub fn push<C: Crypto>(
        &mut self,
        receipt: &Receipt,
        context: &ApplyContext<'_>,
        state: &mut StateUpdate<'_, C>,
    ) -> Result<(), ApplyError> {
        let load = ReceiptLoad::of_new(receipt, context.params)?;
        self.added = self.added.checked_add(load)?;
        self.queue.push_back(state, receipt, load.into())?;
        Ok(())
    }

    /// Takes the first receipt that belongs to this shard.
    ///
    /// After a split both children hold the parent's queue; what belongs to the sibling is dropped here, but counted. Ends early
    /// when the storage proof is full.
    ///
    /// # Errors
    /// Aborts on storage errors and on overflow.
    pub fn pop<C: Crypto>(
        &mut self,
        context: &ApplyContext<'_>,
        state: &mut StateUpdate<'_, C>,
    ) -> Result<Option<Receipt>, ApplyError> {
        while !super::storage_proof_is_full(context, state) {
            let Some(stored) = self.queue.pop_front(state)? else {
                break;
            };
            self.removed = self
                .removed
                .checked_add(ReceiptLoad::of_stored(&stored, context.params)?)?;
            let receipt = stored.into_receipt();
            if receiver_shard_id(&receipt, context.shard_layout)? == context.shard_id {
                return Ok(Some(receipt));
            }
        }
        Ok(None)
    }

    /// Length of the queue; right after a split it counts the sibling's receipts too.
    pub const fn len(&self) -> u64 {
        self.queue.len()
    }

    /// Whether nothing waits.
    pub const fn is_empty(&self) -> bool {
        self.queue.is_empty()
    }

    /// Adds this chunk's changes to the shard's congestion.
    ///
    /// # Errors
    /// Aborts when a total would overflow or go below zero.
    pub fn apply_to_congestion(&self, congestion: &mut CongestionInfo) -> Result<(), ApplyError> {
        congestion.add_delayed_receipt_gas(self.added.gas.into())?;
        congestion.remove_delayed_receipt_gas(self.removed.gas.into())?;
        congestion.add_receipt_bytes(self.added.size_bytes)?;
        congestion.remove_receipt_bytes(self.removed.size_bytes)?;
        Ok(())
    }
}
