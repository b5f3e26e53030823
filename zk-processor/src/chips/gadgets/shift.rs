//! Shifts and rotations of values of `LIMBS` limbs.
//!
//! # Proves
//! The result is a shifted or rotated by b modulo the width of 16 · LIMBS bits.
//!
//! # How
//! Every operation is a shift of a to the left into twice the width. One to the left goes by its amount; one to the right by the width less its amount: by
//! *width − 1 − amount* like one to the left, and by one bit more. A shift to the left keeps the lower half, one to the right the upper half, a rotation
//! adds both, whose bits are disjoint.
//!
//! The way is 8 times a selector plus three bits, which reach every number from 0 to the width less 1 once, so no lookup holds it. The bits, and the one
//! bit more, multiply each limb by at most 2^8: three bytes, split by lookups. The selector moves whole bytes. A signed shift fills the bits from the way on
//! with the sign.
//!
//! # Assumes
//! Limbs of a and b are 16-bit values (rule 11).

use core::array;

use p3_field::PrimeCharacteristicRing;

use super::order::{honest_sign_check, sign_check};
use super::slots::{Operation, limbs16, low_limbs};
use crate::chips::builder::{ChipBuilder, Val};
use crate::chips::buses::Message;
use crate::chips::byte_table::ByteLookups;
use crate::isa::Opcode;

/// The columns of a shift.
#[derive(Clone, Copy, Debug)]
pub struct Shift<T, const LIMBS: usize> {
    /// 1 for the operation: to the left, to the right signed, to the right unsigned, rotated left, rotated right.
    pub selectors: [T; 5],
    /// Limbs of a.
    pub a: [T; LIMBS],
    /// Limbs of b.
    pub b: [T; LIMBS],
    /// b modulo the width.
    pub amount: T,
    /// 1 for the number of whole bytes of the way.
    pub by_bytes: [[T; 2]; LIMBS],
    /// The way's bits beyond the whole bytes.
    pub by_bits: [T; 3],
    /// 2 to the number that they are.
    pub power: T,
    /// Each limb times the power, and times 2 on the way to the right: three bytes.
    pub parts: [[T; 3]; LIMBS],
    /// The sign, if it fills.
    pub sign: T,
    /// Limbs of the result.
    pub result: [T; LIMBS],
}

/// 2^-exponent modulo p, for exponents up to 24: p − 1 is a multiple of 2^24.
const fn inverse_of_power_of_two(exponent: u32) -> u32 {
    0x7f00_0001 - (0x7f00_0000 >> exponent)
}

/// Claims that the result is right; returns what the row executes. The plain opcodes are in the order of the selectors; the code after the last one's
/// is another chip's. Degree 3.
pub fn shift_is_right<B: ChipBuilder, const LIMBS: usize>(
    builder: &mut B,
    shift: &Shift<B::Var, LIMBS>,
    is_immediate: B::Var,
    opcodes: [Opcode; 5],
) -> Operation<B::Expr, LIMBS> {
    let (mut is_real, mut opcode) = (B::Expr::ZERO, B::Expr::ZERO);
    for (selector, code) in shift.selectors.into_iter().zip(opcodes) {
        builder.claim_boolean("each selector is a bit", selector);
        is_real += selector.into();
        opcode += selector.into() * B::Expr::from_u32(code as u32);
    }
    builder.claim_boolean("one operation or padding", is_real.clone());
    let [.., rotates_right] = shift.selectors;
    builder.claim(
        "a rotation to the right has no immediate",
        rotates_right * is_immediate.into(),
    );
    way_is_right(builder, shift, &is_real);
    limbs_are_split(builder, shift, &is_real);
    sign_is_right(builder, shift);
    result_is_right(builder, shift);
    Operation {
        opcode,
        is_real,
        a: shift.a.map(Into::into),
        b: shift.b.map(Into::into),
    }
}

impl<T: Copy, const LIMBS: usize> Shift<T, LIMBS> {
    const WIDTH: u32 = 16 * LIMBS as u32;

    fn goes_right<E: PrimeCharacteristicRing>(&self) -> E
    where
        T: Into<E>,
    {
        let [_, shr_s, shr_u, _, rotr] = self.selectors;
        shr_s.into() + shr_u.into() + rotr.into()
    }
}

/// The way is from 0 to width − 1, so the amount is too; b = amount + width · a 16-bit value, both sides below p, so the amount is b modulo the width.
fn way_is_right<B: ChipBuilder, const LIMBS: usize>(builder: &mut B, shift: &Shift<B::Var, LIMBS>, is_real: &B::Expr) {
    let (mut way, mut one) = (B::Expr::ZERO, B::Expr::ZERO);
    for (bytes, selector) in (0..).zip(shift.by_bytes.as_flattened()) {
        builder.claim_boolean("each number of bytes is a bit", *selector);
        one += (*selector).into();
        way += (*selector).into() * B::Expr::from_u32(8 * bytes);
    }
    builder.claim_equal("one number of whole bytes", one, is_real.clone());
    for (place, bit) in (0..).zip(shift.by_bits) {
        builder.claim_boolean("each bit of the way is a bit", bit);
        way += bit.into() * B::Expr::from_u32(1 << place);
    }
    // On padding, where no bit need be set, the power is 0.
    let [one_bit, two_bits, four_bits] = shift.by_bits.map(Into::<B::Expr>::into);
    let power = (is_real.clone() + one_bit)
        * (two_bits * B::Expr::from_u32(3) + B::Expr::ONE)
        * (four_bits * B::Expr::from_u32(15) + B::Expr::ONE);
    builder.claim_equal("the power is that of the bits", shift.power, power);
    let (amount, to_right): (B::Expr, B::Expr) = (shift.amount.into(), shift.goes_right());
    let greatest = B::Expr::from_u32(Shift::<B::Var, LIMBS>::WIDTH - 1);
    let to_left = is_real.clone() - to_right.clone();
    builder.claim(
        "the amount is the way to the left, or what it leaves",
        to_left * (amount.clone() - way.clone()) + to_right * (amount.clone() + way - greatest),
    );
    let inverse = inverse_of_power_of_two(Shift::<B::Var, LIMBS>::WIDTH.ilog2());
    let multiple = (shift.b[0].into() - amount) * B::Expr::from_u32(inverse);
    builder.send(Message::range16(multiple), is_real.clone());
}

/// A limb times at most 2^8 is below 2^24, and three bytes are one such number once.
fn limbs_are_split<B: ChipBuilder, const LIMBS: usize>(
    builder: &mut B,
    shift: &Shift<B::Var, LIMBS>,
    is_real: &B::Expr,
) {
    let factor = (shift.goes_right::<B::Expr>() + B::Expr::ONE) * shift.power.into();
    for (limb, [low, middle, high]) in shift.a.into_iter().zip(shift.parts) {
        builder.claim_equal(
            "each product is split in bytes",
            low + middle.into() * B::Expr::from_u32(1 << 8) + high.into() * B::Expr::from_u32(1 << 16),
            factor.clone() * limb.into(),
        );
        builder.send(Message::byte_pair(low, middle), is_real.clone());
    }
    let (pairs, _) = shift.parts.as_chunks::<2>();
    for [[.., first], [.., second]] in pairs {
        builder.send(Message::byte_pair(*first, *second), is_real.clone());
    }
}

fn sign_is_right<B: ChipBuilder, const LIMBS: usize>(builder: &mut B, shift: &Shift<B::Var, LIMBS>) {
    let [_, is_signed, ..] = shift.selectors;
    let sign: B::Expr = shift.sign.into();
    builder.claim_boolean("the sign is a bit", sign.clone());
    builder.claim(
        "only a signed shift has a sign",
        sign.clone() * (B::Expr::ONE - is_signed.into()),
    );
    let top = shift.a[LIMBS - 1].into();
    builder.send(Message::range16(sign_check(top, sign)), is_signed);
}

/// Byte i of twice the width is made of the parts that belong i − moved bytes up, whose bits are disjoint. A shift to the left keeps the lower bytes, one
/// to the right the upper ones, a rotation adds them. The sign fills the bits from the way on, here always one to the right: of the byte where it ends all
/// from twice the power on, of those behind it all.
fn result_is_right<B: ChipBuilder, const LIMBS: usize>(builder: &mut B, shift: &Shift<B::Var, LIMBS>) {
    let [shl, shr_s, shr_u, rotl, rotr] = shift.selectors;
    let lower = shl + rotl + rotr.into();
    let upper = shr_s + shr_u + rotl.into() + rotr.into();
    for (limb, result) in shift.result.into_iter().enumerate() {
        let mut sum = B::Expr::ZERO;
        for (moved, selector) in shift.by_bytes.as_flattened().iter().enumerate() {
            let limb_of = |first: usize| {
                let [low, high] = [first, first + 1].map(|byte| moved_byte::<B, LIMBS>(shift, byte, moved));
                low + high * B::Expr::from_u32(1 << 8)
            };
            let [low, high] = [2 * limb, 2 * limb + 1].map(|byte| filled_byte::<B>(shift.power, byte, moved));
            let fill = low + high * B::Expr::from_u32(1 << 8);
            let value = lower.clone() * limb_of(2 * limb)
                + upper.clone() * limb_of(2 * LIMBS + 2 * limb)
                + fill * shift.sign.into();
            sum += value * (*selector).into();
        }
        builder.claim_equal("the result is made of moved bytes", result, sum);
    }
}

/// Byte `byte` of twice the width if `moved` whole bytes are moved.
fn moved_byte<B: ChipBuilder, const LIMBS: usize>(shift: &Shift<B::Var, LIMBS>, byte: usize, moved: usize) -> B::Expr {
    let Some(byte) = byte.checked_sub(moved) else {
        return B::Expr::ZERO;
    };
    let part = |limb: Option<usize>, part: usize| {
        let parts = limb.and_then(|limb| shift.parts.get(limb));
        parts.map_or(B::Expr::ZERO, |parts| parts[part].into())
    };
    let own = part(Some(byte / 2), byte % 2);
    if byte % 2 == 0 {
        own + part((byte / 2).checked_sub(1), 2)
    } else {
        own
    }
}

/// The ones of a filled sign in byte `byte` of the result if `moved` whole bytes are moved.
fn filled_byte<B: ChipBuilder>(power: B::Var, byte: usize, moved: usize) -> B::Expr {
    match byte.cmp(&moved) {
        core::cmp::Ordering::Less => B::Expr::ZERO,
        core::cmp::Ordering::Equal => B::Expr::from_u32(1 << 8) - power.into() * B::Expr::TWO,
        core::cmp::Ordering::Greater => B::Expr::from_u32(0xff),
    }
}

impl<const LIMBS: usize> Shift<Val, LIMBS> {
    /// The columns of the operation with this place in the order of the selectors, with their lookups. The result is the event's.
    pub fn filled(operation: usize, [a, b, result]: [u64; 3], lookups: &mut ByteLookups) -> Self {
        let amount = (b % u64::from(Self::WIDTH)) as u32;
        let is_to_right = matches!(operation, 1 | 2 | 4);
        let way = if is_to_right { Self::WIDTH - 1 - amount } else { amount };
        lookups.ask_range16(((u32::from(b as u16) - amount) / Self::WIDTH) as u16);
        let a_limbs: [u16; LIMBS] = array::from_fn(|limb| limbs16(a)[limb]);
        let parts = a_limbs.map(|limb| {
            let [low, middle, high, _] = (u32::from(limb) << (way % 8 + u32::from(is_to_right))).to_le_bytes();
            lookups.ask_pair(low, middle);
            [low, middle, high]
        });
        let (pairs, _) = parts.as_chunks::<2>();
        for [[.., first], [.., second]] in pairs {
            lookups.ask_pair(*first, *second);
        }
        let is_signed = operation == 1;
        let top = a_limbs[LIMBS - 1];
        if is_signed {
            lookups.ask_range16(honest_sign_check(top));
        }
        let is_moved = |bytes: usize| Val::from_bool(way as usize / 8 == bytes);
        Self {
            selectors: array::from_fn(|selector| Val::from_bool(selector == operation)),
            a: low_limbs(a),
            b: low_limbs(b),
            amount: Val::from_u32(amount),
            by_bytes: array::from_fn(|limb| [is_moved(2 * limb), is_moved(2 * limb + 1)]),
            by_bits: array::from_fn(|place| Val::from_u32(way >> place & 1)),
            power: Val::from_u32(1 << (way % 8)),
            parts: parts.map(|parts| parts.map(Val::from_u8)),
            sign: Val::from_bool(is_signed && top >> 15 == 1),
            result: low_limbs(result),
        }
    }
}

#[cfg(test)]
mod tests {
    use p3_field::PrimeCharacteristicRing;

    use super::inverse_of_power_of_two;
    use crate::chips::builder::Val;

    #[test]
    fn inverses_are_inverses() {
        for exponent in [0, 5, 6, 24] {
            let inverse = Val::from_u32(inverse_of_power_of_two(exponent));
            assert_eq!(inverse * Val::from_u32(1 << exponent), Val::ONE);
        }
    }
}
