//! Why a row of the 64-bit sum cannot lie.

use p3_field::PrimeCharacteristicRing;

use super::columns::AddSub64Cols;
use crate::chips::builder::{Chip, ChipBuilder, Columns, Val};
use crate::chips::buses::Message;
use crate::chips::gadgets::slots::Operation;
use crate::chips::gadgets::sum::sum_holds;
use crate::isa::Opcode;

/// The chip.
#[derive(Clone, Copy, Debug)]
pub struct AddSub64;

impl Chip for AddSub64 {
    fn name(&self) -> &'static str {
        "add_sub_64"
    }

    fn width(&self) -> usize {
        AddSub64Cols::<Val>::WIDTH
    }

    fn max_degree(&self) -> usize {
        3
    }

    fn uses_next_row(&self) -> bool {
        false
    }

    fn eval<B: ChipBuilder>(&self, builder: &mut B) {
        let row: AddSub64Cols<B::Var> = builder.current();
        let (is_add, is_sub): (B::Expr, B::Expr) = (row.is_add.into(), row.is_sub.into());
        let is_real = is_add.clone() + is_sub.clone();
        builder.claim_boolean("each selector is a bit", row.is_add);
        builder.claim_boolean("each selector is a bit", row.is_sub);
        builder.claim_boolean("one operation or padding", is_real.clone());

        let [a, b, result] = [row.a, row.b, row.result].map(|limbs| limbs.map(Into::<B::Expr>::into));
        // A difference is the same equation with a and the result exchanged.
        sum_holds(builder, &is_add, [&a, &b, &result]);
        sum_holds(builder, &is_sub, [&result, &b, &a]);
        for limb in row.result {
            builder.send(Message::range16(limb), is_real.clone());
        }
        let operation = Operation {
            opcode: is_add * B::Expr::from_u32(Opcode::Add64 as u32) + is_sub * B::Expr::from_u32(Opcode::Sub64 as u32),
            is_real,
            a,
            b,
        };
        row.operands().write(builder, &operation, &row.destination(), result);
    }
}
