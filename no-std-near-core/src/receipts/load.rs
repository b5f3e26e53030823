//! What a receipt weighs in queues: its bytes and the gas it may need; and to which shard it goes.
//!
//! Mirrors `compute_receipt_size` of `runtime/runtime/src/congestion_control.rs` and
//! `Receipt::receiver_shard_id` of `core/primitives/src/receipt.rs`.

use crate::error::ApplyError;
use crate::params::Params;
use crate::params::fees::receipt_congestion_gas;
use crate::types::receipt::{Receipt, ReceiptEnum};
use crate::types::shard_layout::ShardLayout;
use crate::types::stored_receipt::{ReceiptOrStateStoredReceipt, StateStoredReceiptMetadata};
use crate::types::{Gas, ShardId, len_bytes};

/// Weight of a receipt in the delayed queue or an outgoing buffer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReceiptLoad {
    /// Gas that executing the receipt may take at most.
    pub gas: Gas,
    /// Length of its wire form.
    pub size_bytes: u64,
}

impl ReceiptLoad {
    /// Nothing.
    pub const ZERO: Self = Self { gas: 0, size_bytes: 0 };

    /// Load of a receipt about to be stored or sent.
    ///
    /// # Errors
    /// Aborts when the gas does not fit.
    pub fn of_new(receipt: &Receipt, params: &Params) -> Result<Self, ApplyError> {
        Ok(Self {
            gas: receipt_congestion_gas(params, receipt)?,
            size_bytes: len_bytes(receipt),
        })
    }

    /// Load of a receipt read from the state: what was written next to it, or computed for entries of the old form.
    ///
    /// # Errors
    /// Aborts when the gas does not fit.
    pub fn of_stored(stored: &ReceiptOrStateStoredReceipt<'_>, params: &Params) -> Result<Self, ApplyError> {
        match stored.metadata() {
            Some(metadata) => Ok(Self {
                gas: metadata.congestion_gas,
                size_bytes: metadata.congestion_size,
            }),
            None => Self::of_new(stored.receipt(), params),
        }
    }

    /// Sum of two loads.
    ///
    /// # Errors
    /// Aborts when either part does not fit.
    pub fn checked_add(self, other: Self) -> Result<Self, ApplyError> {
        let overflow = || ApplyError::IntegerOverflow("load of queued receipts");
        Ok(Self {
            gas: self.gas.checked_add(other.gas).ok_or_else(overflow)?,
            size_bytes: self.size_bytes.checked_add(other.size_bytes).ok_or_else(overflow)?,
        })
    }
}

impl From<ReceiptLoad> for StateStoredReceiptMetadata {
    fn from(load: ReceiptLoad) -> Self {
        Self {
            congestion_gas: load.gas,
            congestion_size: load.size_bytes,
        }
    }
}

/// Shard that a receipt goes to under `layout`.
///
/// # Errors
/// Aborts when a distribution targets a shard that the layout has never known.
pub fn receiver_shard_id(receipt: &Receipt, layout: &ShardLayout) -> Result<ShardId, ApplyError> {
    match &receipt.receipt {
        // A distribution may be delayed across several reshardings; any descendant of its target will do.
        ReceiptEnum::GlobalContractDistribution(distribution) => {
            let target_shard = distribution.target_shard();
            if layout.contains(target_shard) {
                return Ok(target_shard);
            }
            layout.resolve_to_current_shard(target_shard).ok_or_else(|| {
                ApplyError::invalid_input(alloc::format!(
                    "shard {target_shard} is not in the layout nor in its history"
                ))
            })
        }
        _ => Ok(layout.account_id_to_shard_id(&receipt.receiver_id)),
    }
}
