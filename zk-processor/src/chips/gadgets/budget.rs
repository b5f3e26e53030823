//! Charges that must be covered: gas and stack that are left are not negative.
//!
//! # Proves
//! `gas_after` is in [0, 2^30 + 2^16), `stack_after` in [0, 2^24): the charge that led there was covered.
//!
//! # How
//! gas = low + 2^14 · upper with two 16-bit values covers every budget up to 2^30 − 1. A charge that is not covered leaves a negative number, near p: at most
//! 2^29 is spent between checks (rule 14), a checked charge is below 2^24 + 2^8, and p − 2^29 − 2^24 − 2^8 > 2^30 + 2^16. Likewise the stack:
//! low + 2^16 · upper with a 16-bit value and a byte, and p − 2^24 > 2^24.
//!
//! # Assumes
//! The charge is below 2^24: its upper limb is a byte, by a lookup of the chip. A loaded budget is at most 2^30 − 1 operators (rule 14), a stack budget below
//! 2^24 bytes. NEAR's is 2^18, and a point of the metering charges less than a function has bytes.

use p3_field::PrimeCharacteristicRing;

use crate::chips::builder::{ChipBuilder, Val};
use crate::chips::buses::Message;
use crate::chips::byte_table::ByteLookups;

/// 2^-14 modulo p.
pub const INVERSE_OF_2_14: u32 = 2_130_576_385;

/// `gas_after` is not negative; `low` is a column that only this holds, `count` is 0 or 1 by a claim of the chip.
pub fn gas_is_covered<B: ChipBuilder>(builder: &mut B, gas_after: B::Expr, low: B::Var, count: &B::Expr) {
    let upper = (gas_after - low.into()) * B::Expr::from_u32(INVERSE_OF_2_14);
    builder.send(Message::range16(low), count.clone());
    builder.send(Message::range16(upper), count.clone());
}

/// The column `low` of [`gas_is_covered`], with what it looks up.
pub fn ask_gas(gas_after: u32, lookups: &mut ByteLookups) -> Val {
    let upper = gas_after >> 14;
    let low = gas_after - (upper << 14);
    lookups.ask_range16(low as u16);
    lookups.ask_range16(upper as u16);
    Val::from_u32(low)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_inverse_is_the_inverse() {
        assert_eq!(Val::from_u32(INVERSE_OF_2_14) * Val::from_u32(1 << 14), Val::ONE);
    }

    #[test]
    fn what_is_not_covered_is_no_budget() {
        let p = 0x7f00_0001_u64;
        assert!(p - (1 << 29) - (1 << 24) - (1 << 8) > (1 << 30) + (1 << 16));
        assert!(p - (1 << 24) - (1 << 8) > 1 << 24);
    }
}
