//! Why a row of an extension cannot lie.

use p3_field::PrimeCharacteristicRing;

use super::columns::ExtendCols;
use crate::chips::builder::{Chip, ChipBuilder, Columns, Val};
use crate::chips::buses::Message;
use crate::chips::gadgets::access::{AccessCols, high_bytes_of};
use crate::chips::gadgets::execution::Fetched;
use crate::chips::gadgets::order::sign_check;
use crate::chips::gadgets::slots::{execution_of, offset, slot};
use crate::isa::Opcode;

/// 2^-8 modulo p.
pub(super) const INVERSE_OF_2_8: u32 = 2_122_383_361;

/// By this much the codes of extensions to 64 bits are higher than those to 32 bits.
const WIDE: u32 = Opcode::Extend8S64 as u32 - Opcode::Extend8S32 as u32;
const _: () = assert!(WIDE == Opcode::Extend16S64 as u32 - Opcode::Extend16S32 as u32);

/// The chip.
#[derive(Clone, Copy, Debug)]
pub struct Extend;

impl Chip for Extend {
    fn name(&self) -> &'static str {
        "extend"
    }

    fn width(&self) -> usize {
        ExtendCols::<Val>::WIDTH
    }

    fn max_degree(&self) -> usize {
        2
    }

    fn uses_next_row(&self) -> bool {
        false
    }

    fn eval<B: ChipBuilder>(&self, builder: &mut B) {
        let row: ExtendCols<B::Var> = builder.current();
        let (mut is_real, mut opcode) = (B::Expr::ZERO, row.is_wide.into() * B::Expr::from_u32(WIDE));
        for (selector, code) in [
            (row.is_wrap, Opcode::Wrap64),
            (row.is_8, Opcode::Extend8S32),
            (row.is_16, Opcode::Extend16S32),
            (row.is_32, Opcode::Extend32S64),
        ] {
            builder.claim_boolean("each selector is a bit", selector);
            is_real += selector.into();
            opcode += selector.into() * B::Expr::from_u32(code as u32);
        }
        builder.claim_boolean("one operation or padding", is_real.clone());
        builder.claim_boolean("8 and 16 bits have two forms", row.is_wide);
        let others = B::Expr::ONE - row.is_8.into() - row.is_16.into();
        builder.claim("8 and 16 bits have two forms", others * row.is_wide.into());

        the_sign_is_right(builder, &row, &is_real);
        the_limbs_are_right(builder, &row);

        let execution = execution_of(&row.execution);
        let fetched = Fetched {
            opcode,
            dst: row.dst.into(),
            a: row.a_slot.into(),
            x: [B::Expr::ZERO; 4],
            gas: row.gas.into(),
        };
        execution.execute(builder, fetched, execution.step(row.gas.into()), &is_real);
        let (read, write) = (AccessCols::from_cells(row.read), AccessCols::from_cells(row.write));
        let [a, old] = [row.a, row.old].map(|limbs| limbs.map(Into::<B::Expr>::into));
        let place = slot(&execution, row.a_slot.into(), offset::A);
        read.read(builder, &place, a, &is_real);
        let [low, second] = row.result;
        let result = [low, second, row.upper, row.upper].map(Into::into);
        let place = slot(&execution, row.dst.into(), offset::DESTINATION);
        write.access(builder, &place, old, result, &is_real);
        high_bytes_of(builder, read.difference_high, write.difference_high, &is_real);
    }
}

/// The limb with the sign in bit 15: a byte is moved up by 8 bits. For `wrap64` it is 0, and so is the sign.
fn the_sign_is_right<B: ChipBuilder>(builder: &mut B, row: &ExtendCols<B::Var>, is_real: &B::Expr) {
    let [a0, a1, ..] = row.a;
    let moved_up = row.low_byte.into() * B::Expr::from_u32(1 << 8);
    let expected = row.is_8.into() * moved_up + row.is_16 * a0 + row.is_32 * a1;
    builder.claim_equal("the sign is in this limb", row.sign_limb, expected);
    builder.claim_boolean("the sign is a bit", row.sign);
    let check = sign_check(row.sign_limb.into(), row.sign.into());
    builder.send(Message::range16(check), is_real.clone());
    // low + 2^8 · high with two bytes is one way only to write a limb.
    let high_byte = (a0 - row.low_byte) * B::Expr::from_u32(INVERSE_OF_2_8);
    builder.send(Message::byte_pair(row.low_byte, high_byte), row.is_8);
}

fn the_limbs_are_right<B: ChipBuilder>(builder: &mut B, row: &ExtendCols<B::Var>) {
    let [a0, a1, ..] = row.a;
    let [low, second] = row.result;
    let filled = row.sign.into() * B::Expr::from_u32(0xffff);
    let extended_byte = row.low_byte.into() + row.sign.into() * B::Expr::from_u32(0xff00);
    let expected = row.is_8.into() * (extended_byte - a0.into()) + a0.into();
    builder.claim_equal("the lowest limb is right", low, expected);
    let expected = (row.is_wrap + row.is_32) * a1.into() + (row.is_8 + row.is_16) * filled.clone();
    builder.claim_equal("the second limb is right", second, expected);
    builder.claim_equal(
        "the upper limbs are right",
        row.upper,
        (row.is_wide + row.is_32) * filled,
    );
}
