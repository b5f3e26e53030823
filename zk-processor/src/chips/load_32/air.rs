//! Why a row of the 4-byte load cannot lie.

use p3_field::PrimeCharacteristicRing;

use super::columns::Load32Cols;
use crate::chips::builder::{Chip, ChipBuilder, Columns, Val};
use crate::chips::buses::Message;
use crate::chips::gadgets::address::{begins_at_limb, chosen};
use crate::chips::gadgets::load::{Load, LoadCols};
use crate::isa::Opcode;

/// The chip.
#[derive(Clone, Copy, Debug)]
pub struct Load32;

impl Chip for Load32 {
    fn name(&self) -> &'static str {
        "load_32"
    }

    fn width(&self) -> usize {
        Load32Cols::<Val>::WIDTH
    }

    fn max_degree(&self) -> usize {
        2
    }

    fn uses_next_row(&self) -> bool {
        false
    }

    fn eval<B: ChipBuilder>(&self, builder: &mut B) {
        let row: Load32Cols<B::Var> = builder.current();
        let load = LoadCols::from_cells(&row.load);
        let (count, byte) = begins_at_limb(builder, row.at);
        for (ahead, limb) in row.value.into_iter().enumerate() {
            builder.claim_equal(
                "the value is in the cell",
                limb,
                chosen::<B>(&row.at, &load.cell, ahead),
            );
        }
        let upper = sign_extension(builder, &row);
        let [low, high] = row.value.map(Into::into);
        let [unsigned, signed] = [Opcode::Load32U, Opcode::Load32S64].map(|opcode| B::Expr::from_u32(opcode as u32));
        let is_signed: B::Expr = row.is_signed.into();
        load.load(
            builder,
            Load {
                opcode: (count.clone() - is_signed.clone()) * unsigned + is_signed * signed,
                byte,
                value: [low, high, upper.clone(), upper],
                beside: B::Expr::ZERO,
                count,
            },
        );
    }
}

/// The limb that fills the upper half: all ones if the load is signed and the value's top bit is set. 2 · (high − 2^15 · sign) is a 16-bit value for
/// one sign only.
fn sign_extension<B: ChipBuilder>(builder: &mut B, row: &Load32Cols<B::Var>) -> B::Expr {
    let (is_signed, sign): (B::Expr, B::Expr) = (row.is_signed.into(), row.sign.into());
    let [_, high] = row.value.map(Into::<B::Expr>::into);
    builder.claim_boolean("signed or not", is_signed.clone());
    builder.claim_boolean("the sign is a bit", sign.clone());
    builder.claim(
        "only a signed load extends",
        sign.clone() * (B::Expr::ONE - is_signed.clone()),
    );
    let below_sign = high - sign.clone() * B::Expr::from_u32(1 << 15);
    builder.send(Message::range16(below_sign * B::Expr::TWO), is_signed);
    sign * B::Expr::from_u32(0xffff)
}
