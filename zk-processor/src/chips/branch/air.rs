//! Why a row of a branch cannot lie.

use p3_field::PrimeCharacteristicRing;

use super::columns::BranchCols;
use crate::chips::builder::{Chip, ChipBuilder, Columns, Val};
use crate::chips::gadgets::execution::{Fetched, Next};
use crate::chips::gadgets::slots::execution_of;
use crate::isa::Opcode;

/// The chip.
#[derive(Clone, Copy, Debug)]
pub struct Branch;

impl Chip for Branch {
    fn name(&self) -> &'static str {
        "branch"
    }

    fn width(&self) -> usize {
        BranchCols::<Val>::WIDTH
    }

    fn max_degree(&self) -> usize {
        2
    }

    fn uses_next_row(&self) -> bool {
        false
    }

    fn eval<B: ChipBuilder>(&self, builder: &mut B) {
        let row: BranchCols<B::Var> = builder.current();
        builder.claim_boolean("real or padding", row.is_real);
        let execution = execution_of(&row.execution);
        let fetched = Fetched {
            opcode: B::Expr::from_u32(Opcode::Branch as u32),
            dst: row.target.into(),
            a: B::Expr::ZERO,
            x: [B::Expr::ZERO; 4],
            gas: row.gas.into(),
        };
        let next = Next {
            pc: row.target.into(),
            ..execution.step(row.gas.into())
        };
        execution.execute(builder, fetched, next, &row.is_real.into());
    }
}
