//! Order of two values of `LIMBS` limbs, signed or unsigned.
//!
//! # Proves
//! The expression that [`order_is_decided`] returns is 1 if a < b and 0 if a ≥ b.
//!
//! # How
//! The most significant limb that differs decides. `directions` marks it: 1 if a's limb is larger, −1 if it is smaller, 0 on all other limbs, and
//! 0 everywhere if a = b. Each direction is −1, 0 or 1 and at most one is not 0; limbs above the marked one agree (all limbs, if none is marked);
//! and `distance` = direction · (a − b) − 1 at the marked limb is a 16-bit value by a range lookup, so direction · (a − b) is at least 1. A larger
//! value called smaller would have a negative distance, a limb that agrees would have −1: both are above 2^16 modulo p, since limbs are below 2^16.
//!
//! For signed values the top limb counts as limb − 2^16 · sign. A sign is a bit, and limb + 2^15 − 2^16 · sign is a 16-bit value by a
//! range lookup, which holds for the limb's bit 15 only. On unsigned rows both signs are 0 by a claim.
//!
//! # Assumes
//! Limbs of a and b are 16-bit values; `is_signed` and `is_real` are bits by claims of the chip.

use p3_field::PrimeCharacteristicRing;

use super::slots::limbs16;
use crate::chips::builder::{ChipBuilder, Val};
use crate::chips::buses::Message;
use crate::chips::byte_table::ByteLookups;

/// The columns of a comparison.
#[derive(Clone, Copy, Debug)]
pub struct Order<T, const LIMBS: usize> {
    /// Direction of the most significant limb that differs; 0 elsewhere.
    pub directions: [T; LIMBS],
    /// How far the marked limbs are apart, less one; 0 if none is marked.
    pub distance: T,
    /// Signs of a and b; 0 if unsigned.
    pub signs: [T; 2],
}

/// 1 if a < b, 0 if not, as an expression of degree 2.
pub fn order_is_decided<B: ChipBuilder, const LIMBS: usize>(
    builder: &mut B,
    order: &Order<B::Var, LIMBS>,
    (a, b): ([B::Var; LIMBS], [B::Var; LIMBS]),
    is_signed: &B::Expr,
    is_real: &B::Expr,
) -> B::Expr {
    signs_are_right(builder, order.signs, [a, b].map(|limbs| limbs[LIMBS - 1]), is_signed);
    let mut distance = B::Expr::ZERO;
    let (mut marks, mut sum) = (B::Expr::ZERO, B::Expr::ZERO);
    // From the most significant limb down.
    for index in (0..LIMBS).rev() {
        let direction: B::Expr = order.directions[index].into();
        let square = direction.clone() * direction.clone();
        builder.claim(
            "a direction is -1, 0 or 1",
            square.clone() * direction.clone() - direction.clone(),
        );
        for other in &order.directions[index + 1..] {
            builder.claim("one limb decides", direction.clone() * (*other).into());
        }
        let mut difference: B::Expr = a[index] - b[index];
        if index == LIMBS - 1 {
            difference -= (order.signs[0] - order.signs[1]) * B::Expr::from_u32(1 << 16);
        }
        marks += square;
        sum += direction.clone();
        builder.claim(
            "limbs above the deciding one agree",
            (B::Expr::ONE - marks.clone()) * difference.clone(),
        );
        distance += direction * difference;
    }
    builder.claim_equal(
        "the distance is the deciding limb's",
        order.distance,
        distance - marks.clone(),
    );
    builder.send(Message::range16(order.distance), is_real.clone());
    // With one mark of direction ±1, (1 ∓ 1) / 2.
    (marks - sum) * B::Expr::ONE.halve()
}

fn signs_are_right<B: ChipBuilder>(builder: &mut B, signs: [B::Var; 2], tops: [B::Var; 2], is_signed: &B::Expr) {
    for (sign, top) in signs.into_iter().zip(tops) {
        let sign: B::Expr = sign.into();
        builder.claim_boolean("a sign is a bit", sign.clone());
        builder.claim(
            "unsigned values have no sign",
            sign.clone() * (B::Expr::ONE - is_signed.clone()),
        );
        builder.send(Message::range16(sign_check(top.into(), sign)), is_signed.clone());
    }
}

/// A 16-bit value if and only if `sign` is bit 15 of the 16-bit value `top`.
pub fn sign_check<E: PrimeCharacteristicRing>(top: E, sign: E) -> E {
    top + E::from_u32(1 << 15) - sign * E::from_u32(1 << 16)
}

/// What [`sign_check`] is for an honest sign.
pub fn honest_sign_check(top: u16) -> u16 {
    top ^ 1 << 15
}

impl<const LIMBS: usize> Order<Val, LIMBS> {
    /// The columns for a and b, with their lookups.
    pub fn filled(a: u64, b: u64, is_signed: bool, lookups: &mut ByteLookups) -> Self {
        let (a, b) = (limbs16(a), limbs16(b));
        let tops = [a, b].map(|limbs| limbs.get(LIMBS - 1).copied().unwrap_or(0));
        if is_signed {
            for top in tops {
                lookups.ask_range16(honest_sign_check(top));
            }
        }
        let signs = tops.map(|top| is_signed && top >> 15 == 1);
        let mut directions = [Val::ZERO; LIMBS];
        let mut distance = 0;
        for (index, cell) in directions.iter_mut().enumerate().rev() {
            // Flipping the top bit maps signed order to unsigned order.
            let flip = |limb: u16| {
                if is_signed && index == LIMBS - 1 {
                    limb ^ 1 << 15
                } else {
                    limb
                }
            };
            let (a, b) = (flip(a[index]), flip(b[index]));
            if a != b {
                *cell = if a > b { Val::ONE } else { Val::NEG_ONE };
                distance = a.abs_diff(b) - 1;
                break;
            }
        }
        lookups.ask_range16(distance);
        Self {
            directions,
            distance: Val::from_u16(distance),
            signs: signs.map(Val::from_bool),
        }
    }
}
