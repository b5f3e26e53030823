//! Metadata of outgoing buffers: how many bytes and how much gas wait for a shard, in groups of consecutive receipts.
//!
//! Mirrors `core/store/src/trie/outgoing_metadata.rs` (spec §B.13); differs in: what panics nearcore (totals below zero or beyond
//! their type, metadata that was never made) is an error.
//!
//! Bandwidth requests are made from the sizes of the groups, so that not every buffered receipt has to be read for them.

use super::accessors::{get, set};
use super::queues::{read_entry, take_back_index};
use super::{StateUpdate, StorageError, keys};
use crate::crypto::Crypto;
use crate::types::queues::TrieQueueIndices;
use crate::types::{Gas, ShardId};
use alloc::collections::BTreeMap;
use borsh::{BorshDeserialize, BorshSerialize};

/// A receipt joins the last group only if the group stays within this many bytes.
const GROUP_SIZE_UPPER_BOUND_BYTES: u64 = 100_000;
/// A receipt joins the last group only if the group stays within this much gas.
const GROUP_GAS_UPPER_BOUND: u128 = u64::MAX as u128;

/// Consecutive receipts of an outgoing buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum ReceiptGroup {
    /// The only version.
    V0(ReceiptGroupV0),
}

/// Version 0 of a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct ReceiptGroupV0 {
    /// Total size in bytes.
    pub size: u64,
    /// Total gas.
    pub gas: u128,
}

/// What the state keeps of a queue of groups besides the groups.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum ReceiptGroupsQueueData {
    /// The only version.
    V0(ReceiptGroupsQueueDataV0),
}

/// Version 0 of a queue of groups.
#[derive(Clone, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct ReceiptGroupsQueueDataV0 {
    /// Where the queue of groups begins and ends.
    pub indices: TrieQueueIndices,
    /// Total size of all receipts, bytes.
    pub total_size: u64,
    /// Total gas of all receipts.
    pub total_gas: u128,
    /// Number of receipts.
    pub total_receipts_num: u64,
}

/// The groups of receipts that wait for one shard.
#[derive(Clone, Debug)]
pub struct ReceiptGroupsQueue {
    receiving_shard: ShardId,
    data: ReceiptGroupsQueueDataV0,
}

impl ReceiptGroupsQueue {
    /// No groups.
    pub fn new(receiving_shard: ShardId) -> Self {
        Self {
            receiving_shard,
            data: ReceiptGroupsQueueDataV0::default(),
        }
    }

    /// Reads totals and indices; `None` if no receipt for this shard was ever counted.
    ///
    /// # Errors
    /// The trie cannot be read, or the value is malformed.
    pub fn load<C: Crypto>(state: &StateUpdate<'_, C>, receiving_shard: ShardId) -> Result<Option<Self>, StorageError> {
        let data = get(state, &keys::buffered_receipt_groups_queue_data(receiving_shard))?;
        Ok(data.map(|ReceiptGroupsQueueData::V0(data)| Self { receiving_shard, data }))
    }

    /// Total size of all receipts, bytes.
    pub const fn total_size(&self) -> u64 {
        self.data.total_size
    }

    /// Total gas of all receipts.
    pub const fn total_gas(&self) -> u128 {
        self.data.total_gas
    }

    /// Number of receipts counted. Smaller than the buffer if some were buffered before metadata existed.
    pub const fn total_receipts_num(&self) -> u64 {
        self.data.total_receipts_num
    }

    /// The size in bytes of each group, first to last. A group is read, hence recorded, when the iterator comes to it.
    ///
    /// # Errors
    /// The trie cannot be read, or a group is absent or malformed.
    pub fn group_sizes<C: Crypto>(
        &self,
        state: &StateUpdate<'_, C>,
    ) -> impl Iterator<Item = Result<u64, StorageError>> {
        (self.data.indices.first_index..self.data.indices.next_available_index).map(|index| {
            let ReceiptGroup::V0(group) = read_entry(state, &self.group_key(index))?;
            Ok(group.size)
        })
    }

    /// Counts a receipt that was appended to the buffer.
    ///
    /// # Errors
    /// The trie cannot be read, the last group is absent or malformed, or a total overflows.
    pub fn on_receipt_pushed<C: Crypto>(
        &mut self,
        state: &mut StateUpdate<'_, C>,
        size_bytes: u64,
        gas: Gas,
    ) -> Result<(), StorageError> {
        let gas = u128::from(gas);
        let data = &mut self.data;
        data.total_size = data.total_size.checked_add(size_bytes).ok_or_else(out_of_range)?;
        data.total_gas = data.total_gas.checked_add(gas).ok_or_else(out_of_range)?;
        data.total_receipts_num = data.total_receipts_num.checked_add(1).ok_or_else(out_of_range)?;
        let new_group = ReceiptGroupV0 { size: size_bytes, gas };
        match self.pop_back(state)? {
            None => self.push_back(state, new_group)?,
            Some(last_group) => {
                let joined = ReceiptGroupV0 {
                    size: last_group.size.checked_add(size_bytes).ok_or_else(out_of_range)?,
                    gas: last_group.gas.checked_add(gas).ok_or_else(out_of_range)?,
                };
                if joined.size > GROUP_SIZE_UPPER_BOUND_BYTES || joined.gas > GROUP_GAS_UPPER_BOUND {
                    self.push_back(state, last_group)?;
                    self.push_back(state, new_group)?;
                } else {
                    self.push_back(state, joined)?;
                }
            }
        }
        Ok(())
    }

    /// Counts a receipt that was removed from the front of the buffer, where it was counted before.
    ///
    /// # Errors
    /// The trie cannot be read, the first group is absent or malformed, or less was counted than is taken away.
    pub fn on_receipt_popped<C: Crypto>(
        &mut self,
        state: &mut StateUpdate<'_, C>,
        size_bytes: u64,
        gas: Gas,
    ) -> Result<(), StorageError> {
        let gas = u128::from(gas);
        let data = &mut self.data;
        data.total_size = data.total_size.checked_sub(size_bytes).ok_or_else(out_of_range)?;
        data.total_gas = data.total_gas.checked_sub(gas).ok_or_else(out_of_range)?;
        data.total_receipts_num = data.total_receipts_num.checked_sub(1).ok_or_else(out_of_range)?;
        if data.indices.is_empty() {
            return Err(StorageError::inconsistent(
                "a receipt leaves an outgoing buffer without receipt groups",
            ));
        }
        let first_index = data.indices.first_index;
        let key = self.group_key(first_index);
        let ReceiptGroup::V0(mut group) = read_entry(state, &key)?;
        group.size = group.size.checked_sub(size_bytes).ok_or_else(out_of_range)?;
        group.gas = group.gas.checked_sub(gas).ok_or_else(out_of_range)?;
        match (group.size, group.gas) {
            (0, 0) => {
                state.remove(&key);
                // Not empty, so below the other index.
                self.data.indices.first_index = first_index + 1;
            }
            (0, _) => return Err(StorageError::inconsistent("a receipt group without receipts has gas")),
            _ => set(state, &key, &ReceiptGroup::V0(group)),
        }
        self.save(state);
        Ok(())
    }

    fn pop_back<C: Crypto>(&mut self, state: &mut StateUpdate<'_, C>) -> Result<Option<ReceiptGroupV0>, StorageError> {
        if self.data.indices.is_empty() {
            return Ok(None);
        }
        // Not empty, so above the other index.
        let last_index = self.data.indices.next_available_index - 1;
        let key = self.group_key(last_index);
        let ReceiptGroup::V0(group) = read_entry(state, &key)?;
        state.remove(&key);
        self.data.indices.next_available_index = last_index;
        self.save(state);
        Ok(Some(group))
    }

    fn push_back<C: Crypto>(
        &mut self,
        state: &mut StateUpdate<'_, C>,
        group: ReceiptGroupV0,
    ) -> Result<(), StorageError> {
        let index = take_back_index(&mut self.data.indices)?;
        set(state, &self.group_key(index), &ReceiptGroup::V0(group));
        self.save(state);
        Ok(())
    }

    fn save<C: Crypto>(&self, state: &mut StateUpdate<'_, C>) {
        let key = keys::buffered_receipt_groups_queue_data(self.receiving_shard);
        set(state, &key, &ReceiptGroupsQueueData::V0(self.data.clone()));
    }

    fn group_key(&self, index: u64) -> keys::Key {
        keys::buffered_receipt_groups_queue_item(self.receiving_shard, index)
    }
}

/// Metadata of the buffers towards all shards.
#[derive(Clone, Debug, Default)]
pub struct OutgoingMetadatas {
    by_shard: BTreeMap<ShardId, ReceiptGroupsQueue>,
}

impl OutgoingMetadatas {
    /// Reads the metadata of the buffers towards these shards. They must be all that have a buffer: the metadata of others would be
    /// started anew.
    ///
    /// # Errors
    /// The trie cannot be read, or a value is malformed.
    pub fn load<C: Crypto>(
        state: &StateUpdate<'_, C>,
        receiving_shards: impl IntoIterator<Item = ShardId>,
    ) -> Result<Self, StorageError> {
        let mut by_shard = BTreeMap::new();
        for shard_id in receiving_shards {
            if let Some(queue) = ReceiptGroupsQueue::load(state, shard_id)? {
                by_shard.insert(shard_id, queue);
            }
        }
        Ok(Self { by_shard })
    }

    /// Metadata of the buffer towards a shard.
    pub fn get(&self, receiving_shard: ShardId) -> Option<&ReceiptGroupsQueue> {
        self.by_shard.get(&receiving_shard)
    }

    /// Counts a receipt that was appended to the buffer towards a shard.
    ///
    /// # Errors
    /// As for [`ReceiptGroupsQueue::on_receipt_pushed`].
    pub fn on_receipt_pushed<C: Crypto>(
        &mut self,
        state: &mut StateUpdate<'_, C>,
        receiving_shard: ShardId,
        size_bytes: u64,
        gas: Gas,
    ) -> Result<(), StorageError> {
        let queue = self
            .by_shard
            .entry(receiving_shard)
            .or_insert_with(|| ReceiptGroupsQueue::new(receiving_shard));
        queue.on_receipt_pushed(state, size_bytes, gas)
    }

    /// Counts a receipt that was removed from the front of the buffer towards a shard.
    ///
    /// # Errors
    /// As for [`ReceiptGroupsQueue::on_receipt_popped`]; no receipt of this buffer was ever counted.
    pub fn on_receipt_popped<C: Crypto>(
        &mut self,
        state: &mut StateUpdate<'_, C>,
        receiving_shard: ShardId,
        size_bytes: u64,
        gas: Gas,
    ) -> Result<(), StorageError> {
        let queue = self
            .by_shard
            .get_mut(&receiving_shard)
            .ok_or_else(|| StorageError::inconsistent("a receipt leaves an outgoing buffer without metadata"))?;
        queue.on_receipt_popped(state, size_bytes, gas)
    }
}

fn out_of_range() -> StorageError {
    StorageError::inconsistent("metadata of an outgoing buffer goes below zero or overflows")
}
