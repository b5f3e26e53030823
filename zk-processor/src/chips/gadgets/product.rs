//! Products of values kept as bytes.
//!
//! # Proves
//! [`low_product_is_right`]: result = a · b modulo 2^(16 · LIMBS). The pieces serve wider products and quotients too.
//!
//! # How
//! Both factors are kept as bytes, so that the sums of products that make a limb stay below 2^27 and never wrap: place i of the product is the sum of
//! products of bytes whose places add up to i, and two places make a limb. Each limb of the result is such a sum and the carry from below, less 2^16 times
//! its own carry. Two 16-bit values that carry are not enough: p = 2^16 · 32512 + 1, so one more in a limb and 32512 more in its carry is the same
//! element. One lookup of 4 · (all carries) leaves carries below 2^14 only; then both sides are below p.
//!
//! # Assumes
//! `is_real` is 0 or 1 by a claim of the chip. Nothing about the limbs: bytes, results and carries are looked up here.

use core::array;

use p3_field::PrimeCharacteristicRing;

use super::slots::limbs16;
use crate::chips::builder::{ChipBuilder, Val};
use crate::chips::buses::Message;
use crate::chips::byte_table::ByteLookups;

/// The columns of a product that keeps as many limbs as its factors have.
#[derive(Clone, Copy, Debug)]
pub struct Product<T, const LIMBS: usize> {
    /// Bytes of a.
    pub a: [[T; 2]; LIMBS],
    /// Bytes of b.
    pub b: [[T; 2]; LIMBS],
    /// Limbs of the result.
    pub result: [T; LIMBS],
    /// What each limb's sum leaves over, divided by 2^16.
    pub carries: [T; LIMBS],
}

/// Claims that the result is the lower half of the product, and returns the limbs of a and b. Degree 2.
pub fn low_product_is_right<B: ChipBuilder, const LIMBS: usize>(
    builder: &mut B,
    product: &Product<B::Var, LIMBS>,
    is_real: &B::Expr,
) -> [[B::Expr; LIMBS]; 2] {
    let limbs = [product.a, product.b].map(|bytes| bytes_are_bytes(builder, &bytes, is_real));
    let mut carry = B::Expr::ZERO;
    for (limb, (result, next_carry)) in product.result.into_iter().zip(product.carries).enumerate() {
        let sum = carry + limb_of_product::<B, LIMBS>(&product.a, &product.b, limb);
        carry = next_carry.into();
        builder.claim_equal(
            "the product is right",
            result + carry.clone() * B::Expr::from_u32(1 << 16),
            sum,
        );
        builder.send(Message::range16(result), is_real.clone());
    }
    carries_are_small(builder, &product.carries.map(Into::into), is_real);
    limbs
}

/// Looks the bytes up and returns the limbs that they make.
pub fn bytes_are_bytes<B: ChipBuilder, const LIMBS: usize>(
    builder: &mut B,
    bytes: &[[B::Var; 2]; LIMBS],
    is_real: &B::Expr,
) -> [B::Expr; LIMBS] {
    bytes.map(|[low, high]| {
        builder.send(Message::byte_pair(low, high), is_real.clone());
        low + high.into() * B::Expr::from_u32(1 << 8)
    })
}

/// The sum of products of bytes that belongs to a limb of the product, below 2^27 for up to four limbs.
pub fn limb_of_product<B: ChipBuilder, const LIMBS: usize>(
    a: &[[B::Var; 2]; LIMBS],
    b: &[[B::Var; 2]; LIMBS],
    limb: usize,
) -> B::Expr {
    place_of_product::<B, LIMBS>(a, b, 2 * limb)
        + place_of_product::<B, LIMBS>(a, b, 2 * limb + 1) * B::Expr::from_u32(1 << 8)
}

/// The sum of products of bytes whose places add up to `place`.
pub fn place_of_product<B: ChipBuilder, const LIMBS: usize>(
    a: &[[B::Var; 2]; LIMBS],
    b: &[[B::Var; 2]; LIMBS],
    place: usize,
) -> B::Expr {
    let (a, b) = (a.as_flattened(), b.as_flattened());
    let pairs = a
        .iter()
        .enumerate()
        .filter_map(|(i, a)| Some((a, b.get(place.checked_sub(i)?)?)));
    pairs.fold(B::Expr::ZERO, |sum, (a, b)| sum + *a * (*b).into())
}

/// Each carry is a 16-bit value and so is 4 times their sum: each is below 2^14.
pub fn carries_are_small<B: ChipBuilder>(builder: &mut B, carries: &[B::Expr], is_real: &B::Expr) {
    let mut sum = B::Expr::ZERO;
    for carry in carries {
        builder.send(Message::range16(carry.clone()), is_real.clone());
        sum += carry.clone();
    }
    builder.send(Message::range16(sum * B::Expr::from_u32(4)), is_real.clone());
}

impl<const LIMBS: usize> Product<Val, LIMBS> {
    /// The columns of a product, with their lookups.
    pub fn filled(a: u64, b: u64, lookups: &mut ByteLookups) -> Self {
        let mut carries = [0; LIMBS];
        let mut result = [0; LIMBS];
        let mut rest = 0;
        for (limb, (result, carry)) in result.iter_mut().zip(&mut carries).enumerate() {
            rest += number_of_limb::<LIMBS>(a, b, limb);
            *result = rest as u16;
            rest >>= 16;
            *carry = rest as u16;
            lookups.ask_range16(*result);
        }
        ask_carries(&carries, lookups);
        Self {
            a: filled_bytes(a, lookups),
            b: filled_bytes(b, lookups),
            result: result.map(Val::from_u16),
            carries: carries.map(Val::from_u16),
        }
    }
}

/// The bytes of a value's lowest limbs, with the lookups of [`bytes_are_bytes`].
pub fn filled_bytes<const LIMBS: usize>(value: u64, lookups: &mut ByteLookups) -> [[Val; 2]; LIMBS] {
    let limbs = limbs16(value);
    array::from_fn(|limb| {
        let [low, high] = limbs.get(limb).copied().unwrap_or(0).to_le_bytes();
        lookups.ask_pair(low, high);
        [low, high].map(Val::from_u8)
    })
}

/// [`limb_of_product`] as a number.
pub fn number_of_limb<const LIMBS: usize>(a: u64, b: u64, limb: usize) -> u64 {
    let (a, b) = (a.to_le_bytes(), b.to_le_bytes());
    let place = |place: usize| -> u64 {
        let within = |i: usize| i < 2 * LIMBS && place >= i && place - i < 2 * LIMBS;
        let products = (0..2 * LIMBS).filter(|i| within(*i));
        products.map(|i| u64::from(a[i]) * u64::from(b[place - i])).sum()
    };
    place(2 * limb) + (place(2 * limb + 1) << 8)
}

/// The lookups of [`carries_are_small`].
pub fn ask_carries(carries: &[u16], lookups: &mut ByteLookups) {
    for carry in carries {
        lookups.ask_range16(*carry);
    }
    lookups.ask_range16(4 * carries.iter().sum::<u16>());
}
