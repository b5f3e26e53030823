//! Why a return cannot lie.

use p3_field::PrimeCharacteristicRing;

use super::columns::ReturnCols;
use crate::chips::builder::{Chip, ChipBuilder, Columns, Val};
use crate::chips::gadgets::access::{AccessCols, high_bytes_of};
use crate::chips::gadgets::execution::{ExecutionCols, Fetched, Next};
use crate::chips::gadgets::link::access_link;
use crate::isa::Opcode;

/// The chip.
#[derive(Clone, Copy, Debug)]
pub struct Return;

impl Chip for Return {
    fn name(&self) -> &'static str {
        "ret"
    }

    fn width(&self) -> usize {
        ReturnCols::<Val>::WIDTH
    }

    fn max_degree(&self) -> usize {
        2
    }

    fn uses_next_row(&self) -> bool {
        false
    }

    fn eval<B: ChipBuilder>(&self, builder: &mut B) {
        let row: ReturnCols<B::Var> = builder.current();
        let [first, ..] = row.execution;
        let execution = ExecutionCols::read(&row.execution, first);
        let real: B::Expr = row.is_real.into();
        builder.claim_boolean("real or padding", real.clone());
        let link = row.link.map(Into::<B::Expr>::into);
        let [pc, frame_pointer, stack_left] = link.clone();
        builder.claim_equal(
            "the link is not empty",
            pc.clone() * row.pc_inverse.into(),
            real.clone(),
        );
        let read = AccessCols::from_cells(row.read);
        let links = [link.clone(), link];
        access_link(builder, &read, &execution, execution.frame_pointer.into(), links, &real);
        high_bytes_of(builder, read.difference_high, B::Expr::ZERO, &real);
        let fetched = Fetched {
            opcode: B::Expr::from_u32(Opcode::Return as u32),
            dst: B::Expr::ZERO,
            a: B::Expr::ZERO,
            x: [B::Expr::ZERO, B::Expr::ZERO, B::Expr::ZERO, B::Expr::ZERO],
            gas: row.gas.into(),
        };
        let next = Next {
            pc,
            frame_pointer,
            stack_left,
            ..execution.step(row.gas.into())
        };
        execution.execute(builder, fetched, next, &real);
    }
}
