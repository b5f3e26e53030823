//! Congestion levels and gas limits, in IEEE doubles exactly as nearcore computes them.
//!
//! Mirrors `core/primitives/src/congestion_info.rs`; differs in: rounding is written out (`f64::round` needs `std`), levels are
//! compared by hand (they are never NaN), and what only chunk producers ask (which transactions to take) is left out.
//!
//! Doubles are part of the protocol here: a limit of 300 Pgas moves in steps of 64 gas, and the step must be the same one.
//! Every operation used (conversion from integers, `+`, `-`, `*`, `/`, comparison, truncation) is exactly specified by IEEE 754.
#![expect(
    clippy::float_arithmetic,
    reason = "congestion limits are defined by IEEE doubles; this is the one place for them"
)]

pub use crate::types::congestion_info::ExtendedCongestionInfo;

use crate::params::{CongestionControlConfig, IntegerOverflowError};
use crate::types::congestion_info::CongestionInfo;
use crate::types::{Gas, ShardId};

/// One shard as others see it: its last congestion info, and how long that is ago.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CongestionControl<'a> {
    /// Thresholds and limits.
    pub config: &'a CongestionControlConfig,
    /// What the shard's last chunk said.
    pub info: &'a CongestionInfo,
    /// Block heights without a chunk since then.
    pub missed_chunks_count: u64,
}

impl CongestionControl<'_> {
    /// How congested the shard is: 0 not at all, 1 fully. The largest of incoming, outgoing, memory and missed-chunk congestion.
    pub fn congestion_level(&self) -> f64 {
        let missed_chunks = if self.missed_chunks_count <= 1 {
            0.0
        } else {
            clamped_fraction(
                u128::from(self.missed_chunks_count),
                self.config.max_congestion_missed_chunks,
            )
        };
        larger(self.localized_congestion_level(), missed_chunks)
    }

    /// The same without regard to missed chunks.
    fn localized_congestion_level(&self) -> f64 {
        let incoming = clamped_fraction(
            self.info.delayed_receipts_gas(),
            self.config.max_congestion_incoming_gas,
        );
        let outgoing = clamped_fraction(
            self.info.buffered_receipts_gas(),
            self.config.max_congestion_outgoing_gas,
        );
        let bytes = u128::from(self.info.receipt_bytes());
        let memory = clamped_fraction(bytes, self.config.max_congestion_memory_consumption);
        larger(larger(incoming, outgoing), memory)
    }

    /// Whether only the allowed shard may send to the shard.
    pub fn is_fully_congested(&self) -> bool {
        is_full(self.congestion_level())
    }

    /// Gas that `sender_shard` may send to the shard in one chunk.
    pub fn outgoing_gas_limit(&self, sender_shard: ShardId) -> Gas {
        let level = self.congestion_level();
        if !is_full(level) {
            return mix(self.config.max_outgoing_gas, self.config.min_outgoing_gas, level);
        }
        if sender_shard == ShardId::from(self.info.allowed_shard()) {
            self.config.allowed_shard_outgoing_gas
        } else {
            0
        }
    }
}

/// The shard that may still send to `own_shard` when that one is fully congested: all shards in turn, by height.
///
/// `congestion_seed` is the block height plus the own shard's index (wrapping). Identifiers are cut to 16 bits as the congestion
/// info stores them.
pub fn allowed_shard(own_shard: ShardId, all_shards: &[ShardId], congestion_seed: u64) -> u16 {
    let turn = congestion_seed.checked_rem(all_shards.len() as u64);
    let shard = turn
        .and_then(|index| all_shards.get(usize::try_from(index).ok()?))
        .copied()
        .unwrap_or(own_shard);
    shard as u16
}

/// `value / max`, at most 1.
///
/// nearcore requires `max > 0`; a parameter set with a zero here is refused when it is decoded.
fn clamped_fraction(value: u128, max: u64) -> f64 {
    if value >= u128::from(max) {
        1.0
    } else {
        value as f64 / max as f64
    }
}

/// The larger of two numbers, neither of them NaN.
fn larger(left: f64, right: f64) -> f64 {
    if right > left { right } else { left }
}

/// Fractions are clamped to exactly 1, so equality of doubles is the right question.
fn is_full(level: f64) -> bool {
    level == 1.0
}

/// Linear interpolation from `left` (ratio 0) to `right` (ratio 1); the order of operations is consensus.
fn mix(left: u64, right: u64, ratio: f64) -> u64 {
    let left_part = left as f64 * (1.0 - ratio);
    let right_part = right as f64 * ratio;
    round_half_away_from_zero(left_part + right_part)
}

/// `value.round() as u64` for `value >= 0`, saturating.
///
/// Truncation is exact, and so is the fraction that it leaves: above 2^52 a double has none, below both operands are
/// multiples of the same power of two and the difference fits.
fn round_half_away_from_zero(value: f64) -> u64 {
    let whole = value as u64;
    let fraction = value - whole as f64;
    if fraction >= 0.5 {
        whole.saturating_add(1)
    } else {
        whole
    }
}

impl CongestionInfo {
    /// Receipts of `bytes` in total were stored.
    ///
    /// # Errors
    /// The sum overflows: no valid chunk result exists.
    pub fn add_receipt_bytes(&mut self, bytes: u64) -> Result<(), IntegerOverflowError> {
        let Self::V1(info) = self;
        info.receipt_bytes = info.receipt_bytes.checked_add(bytes).ok_or(IntegerOverflowError)?;
        Ok(())
    }

    /// Receipts of `bytes` in total left the state.
    ///
    /// # Errors
    /// More than was stored: no valid chunk result exists.
    pub fn remove_receipt_bytes(&mut self, bytes: u64) -> Result<(), IntegerOverflowError> {
        let Self::V1(info) = self;
        info.receipt_bytes = info.receipt_bytes.checked_sub(bytes).ok_or(IntegerOverflowError)?;
        Ok(())
    }

    /// Receipts with `gas` in total were delayed.
    ///
    /// # Errors
    /// The sum overflows: no valid chunk result exists.
    pub fn add_delayed_receipt_gas(&mut self, gas: u128) -> Result<(), IntegerOverflowError> {
        let Self::V1(info) = self;
        info.delayed_receipts_gas = info.delayed_receipts_gas.checked_add(gas).ok_or(IntegerOverflowError)?;
        Ok(())
    }

    /// Receipts with `gas` in total are no longer delayed.
    ///
    /// # Errors
    /// More than was delayed: no valid chunk result exists.
    pub fn remove_delayed_receipt_gas(&mut self, gas: u128) -> Result<(), IntegerOverflowError> {
        let Self::V1(info) = self;
        info.delayed_receipts_gas = info.delayed_receipts_gas.checked_sub(gas).ok_or(IntegerOverflowError)?;
        Ok(())
    }

    /// Receipts with `gas` in total were buffered.
    ///
    /// # Errors
    /// The sum overflows: no valid chunk result exists.
    pub fn add_buffered_receipt_gas(&mut self, gas: u128) -> Result<(), IntegerOverflowError> {
        let Self::V1(info) = self;
        info.buffered_receipts_gas = info
            .buffered_receipts_gas
            .checked_add(gas)
            .ok_or(IntegerOverflowError)?;
        Ok(())
    }

    /// Receipts with `gas` in total are no longer buffered.
    ///
    /// # Errors
    /// More than was buffered: no valid chunk result exists.
    pub fn remove_buffered_receipt_gas(&mut self, gas: u128) -> Result<(), IntegerOverflowError> {
        let Self::V1(info) = self;
        info.buffered_receipts_gas = info
            .buffered_receipts_gas
            .checked_sub(gas)
            .ok_or(IntegerOverflowError)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::params::{Params, ProtocolVariant};
    use crate::types::congestion_info::CongestionInfoV1;

    const PGAS: u64 = 1_000_000_000_000_000;

    fn config() -> CongestionControlConfig {
        Params::production_86()
            .with_variant(ProtocolVariant::RECORDED)
            .congestion_control_config
    }

    fn info(delayed_receipts_gas: u128, buffered_receipts_gas: u128, receipt_bytes: u64) -> CongestionInfo {
        CongestionInfo::V1(CongestionInfoV1 {
            delayed_receipts_gas,
            buffered_receipts_gas,
            receipt_bytes,
            allowed_shard: 3,
        })
    }

    fn level(info: &CongestionInfo, missed_chunks_count: u64) -> f64 {
        CongestionControl {
            config: &config(),
            info,
            missed_chunks_count,
        }
        .congestion_level()
    }

    #[test]
    fn an_idle_shard_takes_all_gas() {
        let config = config();
        let control = CongestionControl {
            config: &config,
            info: &info(0, 0, 0),
            missed_chunks_count: 1,
        };
        assert_eq!(control.congestion_level().to_bits(), 0.0f64.to_bits());
        assert_eq!(control.outgoing_gas_limit(0), 300 * PGAS);
    }

    #[test]
    fn the_worst_of_the_four_kinds_counts() {
        assert_eq!(level(&info(200 * u128::from(PGAS), 1, 1), 0), 0.5);
        assert_eq!(level(&info(1, 5 * u128::from(PGAS), 1), 0), 0.5);
        assert_eq!(level(&info(1, 1, 500_000_000), 0), 0.5);
        assert_eq!(level(&info(1, 1, 1), 50), 0.4);
        assert_eq!(level(&info(u128::MAX, 0, 0), 0), 1.0);
        assert_eq!(level(&info(0, 0, 0), u64::MAX), 1.0);
    }

    #[test]
    fn one_missed_chunk_is_forgiven() {
        assert_eq!(level(&info(0, 0, 0), 1), 0.0);
        assert_eq!(level(&info(0, 0, 0), 2), 2.0 / 125.0);
    }

    #[test]
    fn a_full_shard_hears_only_the_allowed_one() {
        let config = config();
        let info = info(0, 10 * u128::from(PGAS), 0);
        let control = CongestionControl {
            config: &config,
            info: &info,
            missed_chunks_count: 0,
        };
        assert!(control.is_fully_congested());
        assert_eq!(control.outgoing_gas_limit(3), PGAS);
        assert_eq!(control.outgoing_gas_limit(2), 0);

        let just_below = CongestionInfo::V1(CongestionInfoV1 {
            buffered_receipts_gas: 10 * u128::from(PGAS) - 2,
            ..CongestionInfoV1::default()
        });
        let control = CongestionControl {
            config: &config,
            info: &just_below,
            missed_chunks_count: 0,
        };
        assert!(!control.is_fully_congested());
        assert_eq!(control.outgoing_gas_limit(2), PGAS + 66);
    }

    #[test]
    fn mixing_has_the_precision_of_doubles_no_more_no_less() {
        assert_eq!(mix(0, 1000, 0.5), 500);
        assert_eq!(mix(50, 80, 0.33), 60);
        assert_eq!(mix(u64::MAX, u64::MAX, 0.63), u64::MAX);
        assert_eq!(mix(u64::MAX - 1023, u64::MAX, 0.25), u64::MAX);
        assert_eq!(mix(u64::MAX - 1024, u64::MAX, 0.25), u64::MAX - 2047);
        assert_eq!(mix(u64::MAX - 4000, u64::MAX, 0.25), u64::MAX - 4095);
    }

    #[test]
    fn halves_round_up_and_large_values_stay() {
        let largest_below_half = f64::from_bits(0.5f64.to_bits() - 1);
        for (value, rounded) in [
            (0.0, 0),
            (largest_below_half, 0),
            (0.5, 1),
            (1.5, 2),
            (2.5, 3),
            (4_503_599_627_370_495.5, 4_503_599_627_370_496),
            (9_007_199_254_740_991.0, 9_007_199_254_740_991),
            (18_446_744_073_709_549_568.0, 18_446_744_073_709_549_568),
            (18_446_744_073_709_551_616.0, u64::MAX),
            (36_893_488_147_419_103_232.0, u64::MAX),
        ] {
            assert_eq!(round_half_away_from_zero(value), rounded, "{value}");
        }
    }

    #[test]
    fn allowed_shards_take_turns() {
        let shards = [10, 11, 7];
        assert_eq!(
            [0, 1, 2, 3].map(|seed| allowed_shard(7, &shards, seed)),
            [10, 11, 7, 10]
        );
        assert_eq!(allowed_shard(7, &shards, u64::MAX), 10);
        assert_eq!(allowed_shard(7, &[], 5), 7);
    }

    #[test]
    fn sums_neither_overflow_nor_underflow_silently() {
        let mut info = info(u128::MAX, u128::MAX, u64::MAX);
        assert_eq!(info.add_delayed_receipt_gas(1), Err(IntegerOverflowError));
        assert_eq!(info.add_buffered_receipt_gas(1), Err(IntegerOverflowError));
        assert_eq!(info.add_receipt_bytes(1), Err(IntegerOverflowError));
        assert_eq!(info.remove_delayed_receipt_gas(u128::MAX), Ok(()));
        assert_eq!(info.remove_buffered_receipt_gas(u128::MAX), Ok(()));
        assert_eq!(info.remove_receipt_bytes(u64::MAX), Ok(()));
        assert_eq!(info.remove_delayed_receipt_gas(1), Err(IntegerOverflowError));
        assert_eq!(info.remove_buffered_receipt_gas(1), Err(IntegerOverflowError));
        assert_eq!(info.remove_receipt_bytes(1), Err(IntegerOverflowError));
    }
}
