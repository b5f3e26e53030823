//! Why a row of a 32-bit shift cannot lie.

use p3_field::PrimeCharacteristicRing;

use super::columns::Shift32Cols;
use crate::chips::builder::{Chip, ChipBuilder, Columns, Val};
use crate::chips::buses::Message;
use crate::chips::gadgets::slots::{Operation, zero_extended};
use crate::isa::Opcode;

/// 2^-5 modulo p.
pub(super) const INVERSE_OF_2_5: u32 = 2_064_121_857;

/// The chip.
#[derive(Clone, Copy, Debug)]
pub struct Shift32;

impl Chip for Shift32 {
    fn name(&self) -> &'static str {
        "shift_32"
    }

    fn width(&self) -> usize {
        Shift32Cols::<Val>::WIDTH
    }

    fn max_degree(&self) -> usize {
        3
    }

    fn uses_next_row(&self) -> bool {
        false
    }

    fn eval<B: ChipBuilder>(&self, builder: &mut B) {
        let row: Shift32Cols<B::Var> = builder.current();
        let (is_real, opcode) = one_operation_or_padding(builder, &row);
        amount_is_right(builder, &row, &is_real);
        bytes_are_split(builder, &row, &is_real);
        result_is_right(builder, &row);
        let operation = Operation {
            opcode,
            is_real,
            a: row.a.map(|[low, high]| low + high.into() * B::Expr::from_u32(1 << 8)),
            b: row.b.map(Into::into),
        };
        let result = zero_extended(&row.result.map(Into::into));
        row.operands().write(builder, &operation, &row.destination(), result);
    }
}

/// Returns the row's count and the opcode of its plain form. The code after `rotr32` is another chip's.
fn one_operation_or_padding<B: ChipBuilder>(builder: &mut B, row: &Shift32Cols<B::Var>) -> (B::Expr, B::Expr) {
    let selectors = [
        (row.is_shl, Opcode::Shl32),
        (row.is_shr_s, Opcode::ShrS32),
        (row.is_shr_u, Opcode::ShrU32),
        (row.is_rotl, Opcode::Rotl32),
        (row.is_rotr, Opcode::Rotr32),
    ];
    let (mut is_real, mut opcode) = (B::Expr::ZERO, B::Expr::ZERO);
    for (selector, code) in selectors {
        builder.claim_boolean("each selector is a bit", selector);
        is_real += selector.into();
        opcode += selector.into() * B::Expr::from_u32(code as u32);
    }
    builder.claim_boolean("one operation or padding", is_real.clone());
    builder.claim(
        "a rotation to the right has no immediate",
        row.is_rotr * row.is_immediate.into(),
    );
    (is_real, opcode)
}

/// The way to the left is 8 · whole bytes + bits, a number from 0 to 39; the amount is that, or 32 less it. b = amount + 32 · a 16-bit value, and 8 · amount is a
/// byte, so the amount is from 0 to 31 and is b modulo 32. The same lookup holds the sign: 2 · top byte − 256 · sign is a byte for one bit only.
fn amount_is_right<B: ChipBuilder>(builder: &mut B, row: &Shift32Cols<B::Var>, is_real: &B::Expr) {
    let (mut way, mut one) = (B::Expr::ZERO, B::Expr::ZERO);
    for (bytes, selector) in (0..).zip(row.by_bytes) {
        builder.claim_boolean("each number of bytes is a bit", selector);
        one += selector.into();
        way += selector.into() * B::Expr::from_u32(8 * bytes);
    }
    builder.claim_equal("one number of whole bytes", one, is_real.clone());
    for (place, bit) in (0..).zip(row.by_bits) {
        builder.claim_boolean("each bit of the way is a bit", bit);
        way += bit.into() * B::Expr::from_u32(1 << place);
    }
    // On padding, where no bit need be set, the power is 0.
    let [one_bit, two_bits, four_bits] = row.by_bits.map(Into::<B::Expr>::into);
    let power = (is_real.clone() + one_bit)
        * (two_bits * B::Expr::from_u32(3) + B::Expr::ONE)
        * (four_bits * B::Expr::from_u32(15) + B::Expr::ONE);
    builder.claim_equal("the power is that of the bits", row.power, power);
    let amount: B::Expr = row.amount.into();
    let to_left = row.is_shl + row.is_rotl;
    let to_right = row.is_shr_s + row.is_shr_u + row.is_rotr.into();
    builder.claim(
        "the amount is the way to the left, or 32 less it",
        to_left * (amount.clone() - way.clone()) + to_right * (amount.clone() + way - B::Expr::from_u32(32)),
    );
    let ([b, _], [_, [_, top]]) = (row.b, row.a);
    let multiple = (b - amount.clone()) * B::Expr::from_u32(INVERSE_OF_2_5);
    builder.send(Message::range16(multiple), is_real.clone());
    builder.claim_boolean("the sign is a bit", row.sign);
    let below_sign = top.into() * B::Expr::TWO - row.sign.into() * B::Expr::from_u32(1 << 8);
    let lookup = Message::byte_pair(amount * B::Expr::from_u32(8), below_sign);
    builder.send(lookup, is_real.clone());
}

/// A byte times a power of at most 2^7 is below 2^15, and low + 2^8 · high with two bytes is one number once.
fn bytes_are_split<B: ChipBuilder>(builder: &mut B, row: &Shift32Cols<B::Var>, is_real: &B::Expr) {
    for [low, high] in row.a {
        builder.send(Message::byte_pair(low, high), is_real.clone());
    }
    let splits = row.a.into_iter().flatten().zip(row.low.into_iter().zip(row.high));
    for (byte, (low, high)) in splits {
        builder.claim_equal(
            "each product is split in bytes",
            low + high.into() * B::Expr::from_u32(1 << 8),
            byte * row.power.into(),
        );
        builder.send(Message::byte_pair(low, high), is_real.clone());
    }
}

/// Byte i of the 64 bits is the low byte i − moved and the high byte below it, whose bits are disjoint. A shift to the left keeps bytes 0..4, one to the right
/// bytes 4..8, a rotation adds them. The sign fills the bits from the way on: of the byte where it ends all from the power on, of those behind it all.
fn result_is_right<B: ChipBuilder>(builder: &mut B, row: &Shift32Cols<B::Var>) {
    builder.claim_equal("only a signed shift fills", row.fill, row.sign * row.is_shr_s.into());
    let lower = row.is_shl + row.is_rotl + row.is_rotr.into();
    let upper = row.is_shr_s + row.is_shr_u + row.is_rotl.into() + row.is_rotr.into();
    for (limb, result) in row.result.into_iter().enumerate() {
        let mut sum = B::Expr::ZERO;
        for (moved, selector) in row.by_bytes.into_iter().enumerate() {
            let limb_of = |first: usize| {
                moved_byte::<B>(row, first, moved) + moved_byte::<B>(row, first + 1, moved) * B::Expr::from_u32(1 << 8)
            };
            let [low_fill, high_fill] = [2 * limb, 2 * limb + 1].map(|byte| filled_byte::<B>(row, byte, moved));
            let fill = low_fill + high_fill * B::Expr::from_u32(1 << 8);
            let value =
                lower.clone() * limb_of(2 * limb) + upper.clone() * limb_of(4 + 2 * limb) + fill * row.fill.into();
            sum += value * selector.into();
        }
        builder.claim_equal("the result is made of moved bytes", result, sum);
    }
}

/// Byte `byte` of the 64 bits if `moved` whole bytes are moved.
fn moved_byte<B: ChipBuilder>(row: &Shift32Cols<B::Var>, byte: usize, moved: usize) -> B::Expr {
    let part = |bytes: &[B::Var; 4], index: Option<usize>| {
        let byte = index.and_then(|index| bytes.get(index));
        byte.map_or(B::Expr::ZERO, |byte| (*byte).into())
    };
    part(&row.low, byte.checked_sub(moved)) + part(&row.high, byte.checked_sub(moved + 1))
}

/// The ones of a filled sign in byte `byte` of the result if `moved` whole bytes are moved.
fn filled_byte<B: ChipBuilder>(row: &Shift32Cols<B::Var>, byte: usize, moved: usize) -> B::Expr {
    match byte.cmp(&moved) {
        core::cmp::Ordering::Less => B::Expr::ZERO,
        core::cmp::Ordering::Equal => B::Expr::from_u32(1 << 8) - row.power.into(),
        core::cmp::Ordering::Greater => B::Expr::from_u32(0xff),
    }
}
