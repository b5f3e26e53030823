//! Why a row of the 1-byte load cannot lie.

use p3_field::PrimeCharacteristicRing;

use super::columns::Load8Cols;
use crate::chips::builder::{Chip, ChipBuilder, Columns, Val};
use crate::chips::buses::Message;
use crate::chips::gadgets::address::{begins_at_limb, chosen};
use crate::chips::gadgets::load::{Load, LoadCols};
use crate::isa::Opcode;

/// The chip.
#[derive(Clone, Copy, Debug)]
pub struct Load8;

impl Chip for Load8 {
    fn name(&self) -> &'static str {
        "load_8"
    }

    fn width(&self) -> usize {
        Load8Cols::<Val>::WIDTH
    }

    fn max_degree(&self) -> usize {
        2
    }

    fn uses_next_row(&self) -> bool {
        false
    }

    fn eval<B: ChipBuilder>(&self, builder: &mut B) {
        let row: Load8Cols<B::Var> = builder.current();
        let load = LoadCols::from_cells(&row.load);
        let (count, even) = begins_at_limb(builder, row.at);
        builder.claim_boolean("the address is odd or even", row.is_odd);
        byte_is_in_the_cell(builder, &row, &load, &count);
        let opcode = opcode(builder, &row, &count);
        let (value, beside) = sign_extension(builder, &row);
        load.load(
            builder,
            Load {
                opcode,
                byte: even + row.is_odd.into(),
                value,
                beside,
                count,
            },
        );
    }
}

/// The opcode of the row: unsigned, sign-extended to 32 or to 64 bits.
fn opcode<B: ChipBuilder>(builder: &mut B, row: &Load8Cols<B::Var>, count: &B::Expr) -> B::Expr {
    let [to_32, to_64]: [B::Expr; 2] = [row.is_signed_32.into(), row.is_signed_64.into()];
    for selector in [to_32.clone(), to_64.clone(), to_32.clone() + to_64.clone()] {
        builder.claim_boolean("one sign extension or none", selector);
    }
    let [unsigned, signed_32, signed_64] =
        [Opcode::Load8U, Opcode::Load8S32, Opcode::Load8S64].map(|opcode| B::Expr::from_u32(opcode as u32));
    count.clone() * unsigned.clone() + to_32 * (signed_32 - unsigned.clone()) + to_64 * (signed_64 - unsigned)
}

/// Two bytes whose sum low + 256 · high is the limb are its bytes.
fn byte_is_in_the_cell<B: ChipBuilder>(
    builder: &mut B,
    row: &Load8Cols<B::Var>,
    load: &LoadCols<B::Var>,
    count: &B::Expr,
) {
    let [low, high] = row.bytes.map(Into::<B::Expr>::into);
    builder.claim_equal(
        "the bytes are the limb",
        low.clone() + high.clone() * B::Expr::from_u32(1 << 8),
        chosen::<B>(&row.at, &load.cell, 0),
    );
    builder.send(Message::byte_pair(low.clone(), high.clone()), count.clone());
    let is_odd: B::Expr = row.is_odd.into();
    builder.claim_equal(
        "the byte is one of the two",
        row.byte,
        low.clone() + is_odd * (high - low),
    );
}

/// The result and the byte that proves its sign: 2 · byte − 256 · top bit is a byte for one bit only.
fn sign_extension<B: ChipBuilder>(builder: &mut B, row: &Load8Cols<B::Var>) -> ([B::Expr; 4], B::Expr) {
    let [byte, top_bit]: [B::Expr; 2] = [row.byte.into(), row.top_bit.into()];
    builder.claim_boolean("the top bit is a bit", top_bit.clone());
    let [sign, upper_sign]: [B::Expr; 2] = [row.sign.into(), row.upper_sign.into()];
    let is_signed = row.is_signed_32 + row.is_signed_64;
    builder.claim_equal("the sign fills the rest", sign.clone(), top_bit.clone() * is_signed);
    let upper = top_bit.clone() * row.is_signed_64.into();
    builder.claim_equal("the sign fills the upper half", upper_sign.clone(), upper);
    let upper_fill = upper_sign * B::Expr::from_u32(0xffff);
    let value = [
        byte.clone() + sign.clone() * B::Expr::from_u32(0xff00),
        sign * B::Expr::from_u32(0xffff),
        upper_fill.clone(),
        upper_fill,
    ];
    (value, byte * B::Expr::TWO - top_bit * B::Expr::from_u32(1 << 8))
}
