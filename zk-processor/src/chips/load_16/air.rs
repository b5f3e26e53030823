//! Why a row of the 2-byte load cannot lie.

use p3_field::PrimeCharacteristicRing;

use super::columns::Load16Cols;
use crate::chips::builder::{Chip, ChipBuilder, Columns, Val};
use crate::chips::buses::Message;
use crate::chips::gadgets::address::{begins_at_limb, chosen};
use crate::chips::gadgets::load::{Load, LoadCols};
use crate::isa::Opcode;

/// The chip.
#[derive(Clone, Copy, Debug)]
pub struct Load16;

impl Chip for Load16 {
    fn name(&self) -> &'static str {
        "load_16"
    }

    fn width(&self) -> usize {
        Load16Cols::<Val>::WIDTH
    }

    fn max_degree(&self) -> usize {
        2
    }

    fn uses_next_row(&self) -> bool {
        false
    }

    fn eval<B: ChipBuilder>(&self, builder: &mut B) {
        let row: Load16Cols<B::Var> = builder.current();
        let load = LoadCols::from_cells(&row.load);
        let (count, byte) = begins_at_limb(builder, row.at);
        builder.claim_equal(
            "the value is in the cell",
            row.value,
            chosen::<B>(&row.at, &load.cell, 0),
        );
        let opcode = opcode(builder, &row, &count);
        let [fill, upper_fill] = sign_extension(builder, &row);
        load.load(
            builder,
            Load {
                opcode,
                byte,
                value: [row.value.into(), fill, upper_fill.clone(), upper_fill],
                beside: B::Expr::ZERO,
                count,
            },
        );
    }
}

/// The opcode of the row: unsigned, sign-extended to 32 or to 64 bits.
fn opcode<B: ChipBuilder>(builder: &mut B, row: &Load16Cols<B::Var>, count: &B::Expr) -> B::Expr {
    let [to_32, to_64]: [B::Expr; 2] = [row.is_signed_32.into(), row.is_signed_64.into()];
    for selector in [to_32.clone(), to_64.clone(), to_32.clone() + to_64.clone()] {
        builder.claim_boolean("one sign extension or none", selector);
    }
    let [unsigned, signed_32, signed_64] =
        [Opcode::Load16U, Opcode::Load16S32, Opcode::Load16S64].map(|opcode| B::Expr::from_u32(opcode as u32));
    count.clone() * unsigned.clone() + to_32 * (signed_32 - unsigned.clone()) + to_64 * (signed_64 - unsigned)
}

/// The limbs that fill the second limb and the upper half. 2 · (value − 2^15 · sign) is a 16-bit value for one sign only.
fn sign_extension<B: ChipBuilder>(builder: &mut B, row: &Load16Cols<B::Var>) -> [B::Expr; 2] {
    let is_signed = row.is_signed_32 + row.is_signed_64;
    let (sign, upper_sign): (B::Expr, B::Expr) = (row.sign.into(), row.upper_sign.into());
    builder.claim_boolean("the sign is a bit", sign.clone());
    builder.claim(
        "only a signed load extends",
        sign.clone() * (B::Expr::ONE - is_signed.clone()),
    );
    builder.claim(
        "the sign fills the upper half",
        upper_sign.clone() - sign.clone() * row.is_signed_64.into(),
    );
    let below_sign = row.value - sign.clone() * B::Expr::from_u32(1 << 15);
    builder.send(Message::range16(below_sign * B::Expr::TWO), is_signed);
    [sign, upper_sign].map(|sign| sign * B::Expr::from_u32(0xffff))
}
