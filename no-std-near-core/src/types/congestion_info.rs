//! Congestion info, as chunk headers carry it.
//!
//! Mirrors the data of `core/primitives/src/congestion_info.rs`; what is computed from it is in [`crate::congestion`].

use borsh::{BorshDeserialize, BorshSerialize};

/// How congested a shard is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum CongestionInfo {
    /// The only version.
    V1(CongestionInfoV1),
}

/// Version 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct CongestionInfoV1 {
    /// Gas of all delayed receipts.
    pub delayed_receipts_gas: u128,
    /// Gas of all buffered receipts.
    pub buffered_receipts_gas: u128,
    /// Bytes of all delayed and buffered receipts.
    pub receipt_bytes: u64,
    /// The one shard that may send to this one when it is fully congested.
    pub allowed_shard: u16,
}

/// The congestion that a shard's latest chunk header tells, and how old that is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct ExtendedCongestionInfo {
    /// From the latest chunk header.
    pub congestion_info: CongestionInfo,
    /// Blocks since then in which the shard had no chunk.
    pub missed_chunks_count: u64,
}

impl Default for CongestionInfo {
    fn default() -> Self {
        Self::V1(CongestionInfoV1::default())
    }
}

impl CongestionInfo {
    /// Gas of all delayed receipts.
    #[must_use]
    pub const fn delayed_receipts_gas(&self) -> u128 {
        let Self::V1(info) = self;
        info.delayed_receipts_gas
    }

    /// Gas of all buffered receipts.
    #[must_use]
    pub const fn buffered_receipts_gas(&self) -> u128 {
        let Self::V1(info) = self;
        info.buffered_receipts_gas
    }

    /// Bytes of all delayed and buffered receipts.
    #[must_use]
    pub const fn receipt_bytes(&self) -> u64 {
        let Self::V1(info) = self;
        info.receipt_bytes
    }

    /// The one shard that may send to this one when it is fully congested.
    #[must_use]
    pub const fn allowed_shard(&self) -> u16 {
        let Self::V1(info) = self;
        info.allowed_shard
    }
}
