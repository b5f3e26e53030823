//! Indices and entries of the queues that live in the trie.
//!
//! Mirrors `core/primitives/src/receipt.rs` (indices) and `core/primitives/src/types.rs` (`PromiseYieldStatus`).

use super::account_id::AccountId;
use super::hash::CryptoHash;
use super::{BlockHeight, ShardId};
use alloc::collections::BTreeMap;
use borsh::{BorshDeserialize, BorshSerialize};

/// Where a queue begins and ends. Serves the delayed receipts, the yield timeouts and every outgoing buffer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct TrieQueueIndices {
    /// Index of the first entry.
    pub first_index: u64,
    /// One past the index of the last entry.
    pub next_available_index: u64,
}

impl TrieQueueIndices {
    /// Number of entries; zero for indices that are out of order, which no honest state holds.
    #[must_use]
    pub const fn len(&self) -> u64 {
        self.next_available_index.saturating_sub(self.first_index)
    }

    /// Whether there is no entry.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Indices of the queue of delayed receipts.
pub type DelayedReceiptIndices = TrieQueueIndices;
/// Indices of the queue of yield timeouts.
pub type PromiseYieldIndices = TrieQueueIndices;

/// Indices of the outgoing buffers, by receiving shard.
#[derive(Clone, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct BufferedReceiptIndices {
    /// One queue per shard that ever had a buffered receipt.
    pub shard_buffers: BTreeMap<ShardId, TrieQueueIndices>,
}

/// When a yielded receipt gives up waiting.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct PromiseYieldTimeout {
    /// Who yielded.
    pub account_id: AccountId,
    /// What it waits for.
    pub data_id: CryptoHash,
    /// First height at which it gives up.
    pub expires_at: BlockHeight,
}

/// How far a yield has come before its receipt runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum PromiseYieldStatus {
    /// Yielded; the contract has not resumed it.
    Yielded,
    /// The contract has resumed it at least once; timeouts no longer count.
    ResumeInitiated,
}
