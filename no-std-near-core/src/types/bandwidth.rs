//! Bandwidth requests and the scheduler's state.
//!
//! Mirrors the data of `core/primitives/src/bandwidth_scheduler.rs`; what is computed from it is in
//! [`crate::bandwidth_scheduler`].

use super::ShardId;
use super::hash::CryptoHash;
use alloc::vec::Vec;
use borsh::{BorshDeserialize, BorshSerialize};

/// Bytes of receipts that may go from one shard to another.
pub type Bandwidth = u64;

/// Number of bandwidth values that can be requested.
pub const BANDWIDTH_REQUEST_VALUES_NUM: usize = 40;
/// Length of a bitmap over those values.
pub const BANDWIDTH_REQUEST_BITMAP_LEN_BYTES: usize = BANDWIDTH_REQUEST_VALUES_NUM / 8;

/// What a shard asks to send to the others.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum BandwidthRequests {
    /// The only version.
    V1(BandwidthRequestsV1),
}

/// Version 1.
#[derive(Clone, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct BandwidthRequestsV1 {
    /// At most one per receiving shard.
    pub requests: Vec<BandwidthRequest>,
}

impl BandwidthRequests {
    /// Asks for nothing.
    #[must_use]
    pub const fn empty() -> Self {
        Self::V1(BandwidthRequestsV1 { requests: Vec::new() })
    }

    /// The requests.
    #[must_use]
    pub fn requests(&self) -> &[BandwidthRequest] {
        let Self::V1(requests) = self;
        &requests.requests
    }
}

impl Default for BandwidthRequests {
    fn default() -> Self {
        Self::empty()
    }
}

/// What a shard asks to send to one other.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct BandwidthRequest {
    /// The receiving shard.
    pub to_shard: u16,
    /// Which of the values would help.
    pub requested_values_bitmap: BandwidthRequestBitmap,
}

/// A set of the bandwidth values; bit `i` is bit `i % 8`, lowest first, of byte `i / 8`.
#[derive(Clone, Copy, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct BandwidthRequestBitmap {
    /// The bits.
    pub data: [u8; BANDWIDTH_REQUEST_BITMAP_LEN_BYTES],
}

impl BandwidthRequestBitmap {
    /// Whether the value at `index` is in the set; false beyond the last value.
    #[must_use]
    pub fn get_bit(&self, index: usize) -> bool {
        self.data
            .get(index / 8)
            .is_some_and(|byte| byte & (1 << (index % 8)) != 0)
    }

    /// Puts the value at `index` into the set; nothing happens beyond the last value.
    pub fn set_bit(&mut self, index: usize) {
        if let Some(byte) = self.data.get_mut(index / 8) {
            *byte |= 1 << (index % 8);
        }
    }

    /// Whether the set is empty.
    #[must_use]
    pub fn is_all_zeros(&self) -> bool {
        self.data.iter().all(|byte| *byte == 0)
    }
}

impl core::fmt::Debug for BandwidthRequestBitmap {
    fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        formatter.write_str("BandwidthRequestBitmap(")?;
        for index in 0..BANDWIDTH_REQUEST_VALUES_NUM {
            formatter.write_str(if self.get_bit(index) { "1" } else { "0" })?;
        }
        formatter.write_str(")")
    }
}

/// The scheduler's memory, equal in all shards.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum BandwidthSchedulerState {
    /// The only version.
    V1(BandwidthSchedulerStateV1),
}

/// Version 1.
#[derive(Clone, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct BandwidthSchedulerStateV1 {
    /// One per pair of shards.
    pub link_allowances: Vec<LinkAllowance>,
    /// Hash of the previous one and of inputs that all shards must agree on.
    pub sanity_check_hash: CryptoHash,
}

/// How much one shard is owed towards another: the priority of its requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct LinkAllowance {
    /// Sending shard.
    pub sender: ShardId,
    /// Receiving shard.
    pub receiver: ShardId,
    /// Bytes.
    pub allowance: Bandwidth,
}
