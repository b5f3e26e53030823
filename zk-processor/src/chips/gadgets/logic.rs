//! The bitwise AND of two values of `LIMBS` limbs, by bytes.
//!
//! # Proves
//! On real rows the returned limbs of a and b are 16-bit values, and the third limbs are their bitwise AND.
//!
//! # How
//! The values are kept as bytes; each pair of bytes is looked up with its conjunction, and a limb is low byte + 2^8 · high byte.

use p3_field::PrimeCharacteristicRing;

use super::slots::limbs16;
use crate::chips::builder::{ChipBuilder, Val};
use crate::chips::buses::Message;
use crate::chips::byte_table::ByteLookups;

/// Looks every pair of bytes up, `is_real` times, and returns the limbs of a, b and a AND b.
pub fn conjunction_is_looked_up<B: ChipBuilder, const LIMBS: usize>(
    builder: &mut B,
    bytes: [[[B::Var; 2]; LIMBS]; 3],
    is_real: &B::Expr,
) -> [[B::Expr; LIMBS]; 3] {
    let [a, b, conjunction] = &bytes;
    for ((a, b), conjunction) in a.iter().zip(b).zip(conjunction) {
        for ((a, b), conjunction) in a.iter().zip(b).zip(conjunction) {
            builder.send(Message::bytes(*a, *b, *conjunction), is_real.clone());
        }
    }
    bytes.map(|limbs| limbs.map(|[low, high]| low + high.into() * B::Expr::from_u32(1 << 8)))
}

/// The bytes of the lowest `LIMBS` limbs of a value.
pub fn bytes_of<const LIMBS: usize>(value: u64) -> [[Val; 2]; LIMBS] {
    let limbs = limbs16(value);
    core::array::from_fn(|limb| {
        let [low, high] = limbs.get(limb).copied().unwrap_or(0).to_le_bytes();
        [Val::from_u8(low), Val::from_u8(high)]
    })
}

/// Asks for what [`conjunction_is_looked_up`] looks up.
pub fn ask_conjunction<const LIMBS: usize>(a: u64, b: u64, lookups: &mut ByteLookups) {
    for (a, b) in a.to_le_bytes().into_iter().zip(b.to_le_bytes()).take(2 * LIMBS) {
        lookups.ask_bytes(a, b);
    }
}
