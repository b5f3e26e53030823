//! One 32-bit number is at most another.
//!
//! # Proves
//! small ≤ large, as integers of two 16-bit limbs each.
//!
//! # How
//! large − small is a number of two limbs. The lower one is a column; the carry (small₀ + room₀ − large₀) / 2^16 must be a bit, the upper limb is
//! large₁ − small₁ − carry, and both limbs are 16-bit values by lookups. All terms are below 2^18, so the equations hold between integers and the
//! difference is not negative. Numbers are compared in limbs because p < 2^32.
//!
//! # Assumes
//! Limbs are 16-bit values; the lower limb of small may be 2^16, so that "below" is "one more is at most".

use p3_field::PrimeCharacteristicRing;

use super::address::INVERSE_OF_2_16;
use crate::chips::builder::{ChipBuilder, Val};
use crate::chips::buses::Message;
use crate::chips::byte_table::ByteLookups;

/// Claims small ≤ large; `room_low` is a column that only this holds, `count` is 0 or 1 by a claim of the chip. Limbs are affine in the cells and 0 on
/// padding.
pub fn is_at_most<B: ChipBuilder>(
    builder: &mut B,
    [small_low, small_high]: [B::Expr; 2],
    [large_low, large_high]: [B::Expr; 2],
    room_low: B::Var,
    count: &B::Expr,
) {
    let carry = (small_low + room_low.into() - large_low) * B::Expr::from_u32(INVERSE_OF_2_16);
    builder.claim_boolean("the difference carries a bit", carry.clone());
    builder.send(Message::range16(room_low), count.clone());
    builder.send(Message::range16(large_high - small_high - carry), count.clone());
}

/// The column `room_low` of [`is_at_most`], with what it looks up.
pub fn ask_room(small: u32, large: u32, lookups: &mut ByteLookups) -> Val {
    let room = large.wrapping_sub(small);
    lookups.ask_range16(room as u16);
    lookups.ask_range16((room >> 16) as u16);
    Val::from_u16(room as u16)
}
