//! Why a row of a copy cannot lie.

use p3_field::PrimeCharacteristicRing;

use super::columns::MoveCols;
use crate::chips::builder::{Chip, ChipBuilder, Columns, Val};
use crate::chips::gadgets::access::{AccessCols, high_bytes_of};
use crate::chips::gadgets::execution::Fetched;
use crate::chips::gadgets::slots::{execution_of, offset, slot};
use crate::isa::Opcode;

/// The chip.
#[derive(Clone, Copy, Debug)]
pub struct Move;

impl Chip for Move {
    fn name(&self) -> &'static str {
        "move_value"
    }

    fn width(&self) -> usize {
        MoveCols::<Val>::WIDTH
    }

    fn max_degree(&self) -> usize {
        2
    }

    fn uses_next_row(&self) -> bool {
        false
    }

    fn eval<B: ChipBuilder>(&self, builder: &mut B) {
        let row: MoveCols<B::Var> = builder.current();
        let (is_move, is_constant): (B::Expr, B::Expr) = (row.is_move.into(), row.is_constant.into());
        let is_real = is_move.clone() + is_constant.clone();
        builder.claim_boolean("each selector is a bit", row.is_move);
        builder.claim_boolean("each selector is a bit", row.is_constant);
        builder.claim_boolean("one operation or padding", is_real.clone());
        for (x, value) in row.x.into_iter().zip(row.value) {
            builder.claim("the constant is the immediate", row.is_constant * (value - x));
            builder.claim("a copy has no immediate", row.is_move * x);
        }
        let execution = execution_of(&row.execution);
        let fetched = Fetched {
            opcode: is_move.clone() * B::Expr::from_u32(Opcode::Move as u32)
                + is_constant * B::Expr::from_u32(Opcode::Constant as u32),
            dst: row.dst.into(),
            a: row.a_slot.into(),
            x: row.x.map(Into::into),
            gas: row.gas.into(),
        };
        execution.execute(builder, fetched, execution.step(row.gas.into()), &is_real);

        let (read, write) = (AccessCols::from_cells(row.read), AccessCols::from_cells(row.write));
        let [old, value] = [row.old, row.value].map(|limbs| limbs.map(Into::<B::Expr>::into));
        let place = slot(&execution, row.a_slot.into(), offset::A);
        read.read(builder, &place, value.clone(), &is_move);
        let place = slot(&execution, row.dst.into(), offset::DESTINATION);
        write.access(builder, &place, old, value, &is_real);
        // A constant's first high byte belongs to no access; that it is a byte does no harm.
        high_bytes_of(builder, read.difference_high, write.difference_high, &is_real);
    }
}
