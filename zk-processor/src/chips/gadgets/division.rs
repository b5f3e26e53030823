//! Quotients and remainders of values of `LIMBS` limbs, signed or unsigned.
//!
//! # Proves
//! b is not 0; the result is the quotient a / b towards zero or the remainder a − b · (a / b); a signed quotient fits: it is not that of the least integer
//! and −1.
//!
//! # How
//! Of absolute values: |a| = |b| · q + r with r < |b|, which has one solution and none for b = 0. |b| and q are bytes, as in [`product`](super::product);
//! products beyond the width are 0, so nothing is dropped. The sum of limbs of |a| is (1 − 2 · sign) times that of a, and 2^width more for a negative a:
//! no limbs of |a| are kept. A value and its negative add up to 0 modulo 2^width, as in [`sum`](super::sum): for b where it is negative, and for the result
//! where it is. A quotient is negative if the signs of a and b differ, a remainder if a is. A signed quotient that is not negative is below half the range:
//! 2 · (its top byte) is a byte.
//!
//! # Assumes
//! Limbs of a and b are 16-bit values (rule 11).

use core::array;

use p3_field::PrimeCharacteristicRing;

use super::order::{honest_sign_check, sign_check};
use super::product::{
    ask_carries, bytes_are_bytes, carries_are_small, filled_bytes, limb_of_product, number_of_limb, place_of_product,
};
use super::slots::{Operation, limbs16, low_limbs};
use super::sum::sum_holds;
use crate::chips::builder::{ChipBuilder, Val};
use crate::chips::buses::Message;
use crate::chips::byte_table::ByteLookups;
use crate::isa::Opcode;

/// The columns of a division.
#[derive(Clone, Copy, Debug)]
pub struct Division<T, const LIMBS: usize> {
    /// 1 for the operation: signed quotient, unsigned quotient, signed remainder, unsigned remainder.
    pub selectors: [T; 4],
    /// Limbs of a.
    pub a: [T; LIMBS],
    /// Limbs of b.
    pub b: [T; LIMBS],
    /// Sign of b; 0 if unsigned.
    pub sign_of_b: T,
    /// Bytes of |b|.
    pub divisor: [[T; 2]; LIMBS],
    /// Bytes of the quotient of the absolute values.
    pub quotient: [[T; 2]; LIMBS],
    /// Limbs of their remainder.
    pub remainder: [T; LIMBS],
    /// What each limb's sum leaves over, divided by 2^16. The top one's is the sign of a, 0 if unsigned.
    pub carries: [T; LIMBS],
    /// 1 for the most significant limb at which the remainder is below |b|.
    pub marks: [T; LIMBS],
    /// How far below, less one.
    pub distance: T,
    /// 1 if the result is a negative quotient, or a negative remainder.
    pub negative: [T; 2],
    /// Limbs of the result.
    pub result: [T; LIMBS],
}

/// Claims that the result is right; returns what the row executes. The plain opcodes are in the order of the selectors. Degree 3.
pub fn division_is_right<B: ChipBuilder, const LIMBS: usize>(
    builder: &mut B,
    division: &Division<B::Var, LIMBS>,
    opcodes: [Opcode; 4],
) -> Operation<B::Expr, LIMBS> {
    let (mut is_real, mut opcode) = (B::Expr::ZERO, B::Expr::ZERO);
    for (selector, code) in division.selectors.into_iter().zip(opcodes) {
        builder.claim_boolean("each selector is a bit", selector);
        is_real += selector.into();
        opcode += selector.into() * B::Expr::from_u32(code as u32);
    }
    builder.claim_boolean("one operation or padding", is_real.clone());
    signs_are_right(builder, division);
    let divisor = bytes_are_bytes(builder, &division.divisor, &is_real);
    let quotient = bytes_are_bytes(builder, &division.quotient, &is_real);
    divisor_is_absolute(builder, division, &divisor);
    division_holds(builder, division, &is_real);
    remainder_is_smaller(builder, division, &divisor, &is_real);
    result_is_right(builder, division, &quotient, &is_real);
    Operation {
        opcode,
        is_real,
        a: division.a.map(Into::into),
        b: division.b.map(Into::into),
    }
}

impl<T: Copy, const LIMBS: usize> Division<T, LIMBS> {
    fn signs(&self) -> [T; 2] {
        [self.carries[LIMBS - 1], self.sign_of_b]
    }
}

fn signs_are_right<B: ChipBuilder, const LIMBS: usize>(builder: &mut B, division: &Division<B::Var, LIMBS>) {
    let [div_s, _, rem_s, _] = division.selectors;
    let is_signed: B::Expr = div_s + rem_s;
    for (sign, limbs) in division.signs().into_iter().zip([division.a, division.b]) {
        let sign: B::Expr = sign.into();
        builder.claim_boolean("a sign is a bit", sign.clone());
        builder.claim(
            "unsigned values have no sign",
            sign.clone() * (B::Expr::ONE - is_signed.clone()),
        );
        builder.send(
            Message::range16(sign_check(limbs[LIMBS - 1].into(), sign)),
            is_signed.clone(),
        );
    }
}

/// Where `is_negative` is 1, value + magnitude = 0 modulo 2^width; where `is_copy` is 1, they are equal.
fn magnitude_is_right<B: ChipBuilder, const LIMBS: usize>(
    builder: &mut B,
    name: &'static str,
    [is_copy, is_negative]: [&B::Expr; 2],
    [value, magnitude]: [&[B::Expr; LIMBS]; 2],
) {
    for (value, magnitude) in value.iter().zip(magnitude) {
        builder.claim(name, is_copy.clone() * (value.clone() - magnitude.clone()));
    }
    let zero = array::from_fn(|_| B::Expr::ZERO);
    sum_holds(builder, is_negative, [value, magnitude, &zero]);
}

fn divisor_is_absolute<B: ChipBuilder, const LIMBS: usize>(
    builder: &mut B,
    division: &Division<B::Var, LIMBS>,
    divisor: &[B::Expr; LIMBS],
) {
    let [_, sign] = division.signs().map(Into::<B::Expr>::into);
    let b = division.b.map(Into::into);
    magnitude_is_right(
        builder,
        "the divisor is |b|",
        [&(B::Expr::ONE - sign.clone()), &sign],
        [&b, divisor],
    );
}

/// |b| · q + r = |a|. With carries below 2^14 a limb's sides differ by less than 2^30 + 2^28, so equal modulo p is equal; so no carry is negative. What the top
/// limb leaves over is the 2^width of a negative a, and products beyond the width, 28 of two bytes at most, add up to 0: each is 0.
fn division_holds<B: ChipBuilder, const LIMBS: usize>(
    builder: &mut B,
    division: &Division<B::Var, LIMBS>,
    is_real: &B::Expr,
) {
    let (divisor, quotient) = (&division.divisor, &division.quotient);
    let [sign, _] = division.signs().map(Into::<B::Expr>::into);
    let factor = B::Expr::ONE - sign.clone() * B::Expr::TWO;
    let mut carry = B::Expr::ZERO;
    for limb in 0..LIMBS {
        let sum = carry + limb_of_product::<B, LIMBS>(divisor, quotient, limb) + division.remainder[limb].into();
        carry = division.carries[limb].into();
        let part = factor.clone() * division.a[limb].into();
        builder.claim_equal(
            "the dividend is divisor times quotient and remainder",
            sum,
            part + carry.clone() * B::Expr::from_u32(1 << 16),
        );
        builder.send(Message::range16(division.remainder[limb]), is_real.clone());
    }
    let beyond = (2 * LIMBS..4 * LIMBS).map(|place| place_of_product::<B, LIMBS>(divisor, quotient, place));
    let beyond = beyond.fold(B::Expr::ZERO, |sum, place| sum + place);
    builder.claim("no product lies beyond the width", beyond);
    carries_are_small(builder, &division.carries.map(Into::into)[..LIMBS - 1], is_real);
}

/// At the marked limb |b| is larger by distance + 1, a limb and a 16-bit value; above it they agree.
fn remainder_is_smaller<B: ChipBuilder, const LIMBS: usize>(
    builder: &mut B,
    division: &Division<B::Var, LIMBS>,
    divisor: &[B::Expr; LIMBS],
    is_real: &B::Expr,
) {
    let (mut marks, mut distance) = (B::Expr::ZERO, B::Expr::ZERO);
    for limb in (0..LIMBS).rev() {
        let (mark, remainder): (B::Expr, B::Expr) = (division.marks[limb].into(), division.remainder[limb].into());
        let difference = divisor[limb].clone() - remainder;
        builder.claim_boolean("a mark is a bit", mark.clone());
        marks += mark.clone();
        distance += mark * difference.clone();
        builder.claim(
            "limbs above the deciding one agree",
            (is_real.clone() - marks.clone()) * difference,
        );
    }
    builder.claim_equal("one limb decides", marks, is_real.clone());
    builder.claim_equal(
        "the distance is the deciding limb's",
        division.distance,
        distance - is_real.clone(),
    );
    builder.send(Message::range16(division.distance), is_real.clone());
}

fn result_is_right<B: ChipBuilder, const LIMBS: usize>(
    builder: &mut B,
    division: &Division<B::Var, LIMBS>,
    quotient: &[B::Expr; LIMBS],
    is_real: &B::Expr,
) {
    let [div_s, div_u, rem_s, rem_u] = division.selectors.map(Into::<B::Expr>::into);
    let [sign_a, sign_b] = division.signs().map(Into::<B::Expr>::into);
    let [negative_quotient, negative_remainder] = division.negative.map(Into::<B::Expr>::into);
    let differ = sign_a.clone() + sign_b.clone() - sign_a.clone() * sign_b * B::Expr::TWO;
    builder.claim_equal(
        "a quotient is negative if the signs differ",
        negative_quotient.clone(),
        div_s.clone() * differ,
    );
    builder.claim_equal(
        "a remainder has the sign of the dividend",
        negative_remainder.clone(),
        rem_s.clone() * sign_a,
    );
    let result = division.result.map(Into::<B::Expr>::into);
    magnitude_is_right(
        builder,
        "the result is the quotient",
        [&(div_s.clone() + div_u - negative_quotient.clone()), &negative_quotient],
        [&result, quotient],
    );
    magnitude_is_right(
        builder,
        "the result is the remainder",
        [&(rem_s + rem_u - negative_remainder.clone()), &negative_remainder],
        [&result, &division.remainder.map(Into::into)],
    );
    for limb in result {
        builder.send(Message::range16(limb), is_real.clone());
    }
    let [.., [_, top]] = division.quotient.as_slice() else {
        return;
    };
    // Not of an overflow: its quotient is 2^(width − 1) and not negative.
    let doubled = (*top).into() * B::Expr::TWO;
    builder.send(Message::byte_pair(doubled, B::Expr::ZERO), div_s - negative_quotient);
}

/// A value of the width as an absolute value and a sign.
fn absolute(value: u64, is_signed: bool, bits: usize) -> (u64, bool) {
    let is_negative = is_signed && value >> (bits - 1) & 1 == 1;
    let negated = value.wrapping_neg() & (u64::MAX >> (64 - bits));
    (if is_negative { negated } else { value }, is_negative)
}

impl<const LIMBS: usize> Division<Val, LIMBS> {
    /// The columns of the operation with this place in the order of the selectors, with their lookups; `None` for a divisor of 0, which no such row has.
    /// The result is the event's.
    pub fn filled(operation: usize, [a, b, result]: [u64; 3], lookups: &mut ByteLookups) -> Option<Self> {
        let (is_signed, is_quotient) = (matches!(operation, 0 | 2), operation < 2);
        let (dividend, a_is_negative) = absolute(a, is_signed, 16 * LIMBS);
        let (divisor, b_is_negative) = absolute(b, is_signed, 16 * LIMBS);
        let (quotient, remainder) = (dividend.checked_div(divisor)?, dividend.checked_rem(divisor)?);
        let negative = [
            is_signed && is_quotient && a_is_negative != b_is_negative,
            is_signed && !is_quotient && a_is_negative,
        ];
        let carries = Self::filled_carries([divisor, quotient, remainder], a, a_is_negative, lookups);
        if is_signed {
            for value in [a, b] {
                lookups.ask_range16(honest_sign_check(limbs16(value)[LIMBS - 1]));
            }
            if is_quotient && !negative[0] {
                lookups.ask_pair((quotient >> (16 * LIMBS - 8) << 1) as u8, 0);
            }
        }
        for value in [remainder, result] {
            for limb in limbs16(value).into_iter().take(LIMBS) {
                lookups.ask_range16(limb);
            }
        }
        let (large, small) = (limbs16(divisor), limbs16(remainder));
        let decides = (0..LIMBS).rev().find(|limb| large[*limb] != small[*limb])?;
        let distance = large[decides].wrapping_sub(small[decides]).wrapping_sub(1);
        lookups.ask_range16(distance);
        Some(Self {
            selectors: array::from_fn(|selector| Val::from_bool(selector == operation)),
            a: low_limbs(a),
            b: low_limbs(b),
            sign_of_b: Val::from_bool(b_is_negative),
            divisor: filled_bytes(divisor, lookups),
            quotient: filled_bytes(quotient, lookups),
            remainder: low_limbs(remainder),
            carries,
            marks: array::from_fn(|limb| Val::from_bool(limb == decides)),
            distance: Val::from_u16(distance),
            negative: negative.map(Val::from_bool),
            result: low_limbs(result),
        })
    }

    fn filled_carries(
        [divisor, quotient, remainder]: [u64; 3],
        a: u64,
        a_is_negative: bool,
        lookups: &mut ByteLookups,
    ) -> [Val; LIMBS] {
        let mut rest = 0;
        let carries: [u16; LIMBS] = array::from_fn(|limb| {
            let part = i64::from(limbs16(a)[limb]);
            rest += number_of_limb::<LIMBS>(divisor, quotient, limb) as i64 + i64::from(limbs16(remainder)[limb]);
            rest += if a_is_negative { part } else { -part };
            rest >>= 16;
            rest as u16
        });
        ask_carries(&carries[..LIMBS - 1], lookups);
        carries.map(Val::from_u16)
    }
}
