//! Queues of receipts in the state: the delayed receipts, and one outgoing buffer per receiving shard.
//!
//! Mirrors `core/store/src/trie/receipts_column_helper.rs`; differs in: plain functions in place of a trait, and what panics nearcore
//! (an index that overflows, a shard beyond 16 bits) is an error.
//!
//! A queue is a row of entries, numbered, and the indices of its first entry and past its last. The structs here keep a copy of the
//! indices and write it back with every change, so only one copy of a queue may be in use at a time.

pub use super::outgoing_metadata::{OutgoingMetadatas, ReceiptGroupsQueue};

use super::accessors::{get, get_buffered_receipt_indices, get_delayed_receipt_indices, set};
use super::{StateUpdate, StorageError, keys};
use crate::crypto::Crypto;
use crate::types::ShardId;
use crate::types::queues::{BufferedReceiptIndices, TrieQueueIndices};
use crate::types::receipt::Receipt;
use crate::types::stored_receipt::{ReceiptOrStateStoredReceipt, StateStoredReceipt, StateStoredReceiptMetadata};
use alloc::vec::Vec;
use borsh::BorshDeserialize;
use core::ops::Range;

/// The queue of delayed receipts.
#[derive(Clone, Debug)]
pub struct DelayedReceiptQueue {
    indices: TrieQueueIndices,
}

impl DelayedReceiptQueue {
    /// Reads the indices.
    ///
    /// # Errors
    /// The trie cannot be read, or the indices are malformed.
    pub fn load<C: Crypto>(state: &StateUpdate<'_, C>) -> Result<Self, StorageError> {
        Ok(Self {
            indices: get_delayed_receipt_indices(state)?,
        })
    }

    /// How many receipts are in the queue.
    pub const fn len(&self) -> u64 {
        self.indices.len()
    }

    /// Whether there are none.
    pub const fn is_empty(&self) -> bool {
        self.indices.is_empty()
    }

    /// Numbers of the entries.
    pub const fn range(&self) -> Range<u64> {
        self.indices.first_index..self.indices.next_available_index
    }

    /// Reads an entry and leaves it in the queue.
    ///
    /// # Errors
    /// The trie cannot be read, or the entry is absent or malformed.
    pub fn read<C: Crypto>(
        &self,
        state: &StateUpdate<'_, C>,
        index: u64,
    ) -> Result<ReceiptOrStateStoredReceipt<'static>, StorageError> {
        read_entry(state, &keys::delayed_receipt(index))
    }

    /// Appends a receipt, with what congestion control counts for it.
    ///
    /// # Errors
    /// The index overflows.
    pub fn push_back<C: Crypto>(
        &mut self,
        state: &mut StateUpdate<'_, C>,
        receipt: &Receipt,
        metadata: StateStoredReceiptMetadata,
    ) -> Result<(), StorageError> {
        let index = take_back_index(&mut self.indices)?;
        set(state, &keys::delayed_receipt(index), &stored(receipt, metadata));
        self.write_indices(state);
        Ok(())
    }

    /// Takes the first receipt out of the queue.
    ///
    /// # Errors
    /// The trie cannot be read, or the entry is absent or malformed.
    pub fn pop_front<C: Crypto>(
        &mut self,
        state: &mut StateUpdate<'_, C>,
    ) -> Result<Option<ReceiptOrStateStoredReceipt<'static>>, StorageError> {
        if self.is_empty() {
            return Ok(None);
        }
        let key = keys::delayed_receipt(self.indices.first_index);
        let entry = read_entry(state, &key)?;
        state.remove(&key);
        // Not empty, so below the other index.
        self.indices.first_index += 1;
        self.write_indices(state);
        Ok(Some(entry))
    }

    fn write_indices<C: Crypto>(&self, state: &mut StateUpdate<'_, C>) {
        set(state, &keys::delayed_receipt_indices(), &self.indices);
    }
}

/// The outgoing buffers towards all shards.
#[derive(Clone, Debug)]
pub struct OutgoingBuffers {
    indices: BufferedReceiptIndices,
}

impl OutgoingBuffers {
    /// Reads the indices of all buffers.
    ///
    /// # Errors
    /// The trie cannot be read, or the indices are malformed.
    pub fn load<C: Crypto>(state: &StateUpdate<'_, C>) -> Result<Self, StorageError> {
        Ok(Self {
            indices: get_buffered_receipt_indices(state)?,
        })
    }

    /// Shards towards which there is a buffer, perhaps empty, ascending.
    pub fn shards(&self) -> Vec<ShardId> {
        self.indices.shard_buffers.keys().copied().collect()
    }

    /// How many receipts wait for a shard.
    pub fn len(&self, receiving_shard: ShardId) -> u64 {
        self.indices(receiving_shard).len()
    }

    /// Numbers of the entries that wait for a shard.
    pub fn range(&self, receiving_shard: ShardId) -> Range<u64> {
        let indices = self.indices(receiving_shard);
        indices.first_index..indices.next_available_index
    }

    /// Indices of the buffer towards a shard; zeros if there never was one.
    pub fn indices(&self, receiving_shard: ShardId) -> TrieQueueIndices {
        self.indices
            .shard_buffers
            .get(&receiving_shard)
            .copied()
            .unwrap_or_default()
    }

    /// Reads an entry and leaves it in its buffer.
    ///
    /// # Errors
    /// The trie cannot be read, or the entry is absent or malformed.
    pub fn read<C: Crypto>(
        &self,
        state: &StateUpdate<'_, C>,
        receiving_shard: ShardId,
        index: u64,
    ) -> Result<ReceiptOrStateStoredReceipt<'static>, StorageError> {
        read_entry(state, &keys::buffered_receipt(receiving_shard, index)?)
    }

    /// Appends a receipt to the buffer towards a shard, with what congestion control counts for it.
    ///
    /// # Errors
    /// The index overflows, or the shard's number exceeds 16 bits.
    pub fn push_back<C: Crypto>(
        &mut self,
        state: &mut StateUpdate<'_, C>,
        receiving_shard: ShardId,
        receipt: &Receipt,
        metadata: StateStoredReceiptMetadata,
    ) -> Result<(), StorageError> {
        let index = take_back_index(self.indices.shard_buffers.entry(receiving_shard).or_default())?;
        set(
            state,
            &keys::buffered_receipt(receiving_shard, index)?,
            &stored(receipt, metadata),
        );
        self.write_indices(state);
        Ok(())
    }

    /// Removes up to `count` receipts from the front of the buffer towards a shard, unread, and says how many it removed.
    ///
    /// # Errors
    /// The shard's number exceeds 16 bits.
    pub fn remove_front<C: Crypto>(
        &mut self,
        state: &mut StateUpdate<'_, C>,
        receiving_shard: ShardId,
        count: u64,
    ) -> Result<u64, StorageError> {
        let first_index = self.indices(receiving_shard).first_index;
        let count = count.min(self.len(receiving_shard));
        if count == 0 {
            return Ok(0);
        }
        for index in first_index..first_index + count {
            state.remove(&keys::buffered_receipt(receiving_shard, index)?);
        }
        self.indices
            .shard_buffers
            .entry(receiving_shard)
            .or_default()
            .first_index = first_index + count;
        self.write_indices(state);
        Ok(count)
    }

    fn write_indices<C: Crypto>(&self, state: &mut StateUpdate<'_, C>) {
        set(state, &keys::buffered_receipt_indices(), &self.indices);
    }
}

/// The number of the entry that is to be appended; moves the end of the queue past it.
///
/// # Errors
/// The index overflows.
pub(super) fn take_back_index(indices: &mut TrieQueueIndices) -> Result<u64, StorageError> {
    let index = indices.next_available_index;
    indices.next_available_index = index
        .checked_add(1)
        .ok_or_else(|| StorageError::inconsistent("the index of a queue in the state overflows"))?;
    Ok(index)
}

/// Reads an entry that the indices say is there.
pub(super) fn read_entry<T: BorshDeserialize, C: Crypto>(
    state: &StateUpdate<'_, C>,
    key: &[u8],
) -> Result<T, StorageError> {
    get(state, key)?.ok_or_else(|| StorageError::inconsistent("an entry of a queue is not in the state"))
}

const fn stored(receipt: &Receipt, metadata: StateStoredReceiptMetadata) -> ReceiptOrStateStoredReceipt<'_> {
    ReceiptOrStateStoredReceipt::StateStoredReceipt(StateStoredReceipt::new_borrowed(receipt, metadata))
}
