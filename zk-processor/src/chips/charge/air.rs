//! Why a charge cannot lie.

use p3_field::PrimeCharacteristicRing;

use super::columns::ChargeCols;
use crate::chips::builder::{Chip, ChipBuilder, Columns, Val};
use crate::chips::buses::Message;
use crate::chips::gadgets::budget::gas_is_covered;
use crate::chips::gadgets::execution::{ExecutionCols, Fetched};
use crate::isa::Opcode;

/// The chip.
#[derive(Clone, Copy, Debug)]
pub struct Charge;

impl Chip for Charge {
    fn name(&self) -> &'static str {
        "charge"
    }

    fn width(&self) -> usize {
        ChargeCols::<Val>::WIDTH
    }

    fn max_degree(&self) -> usize {
        2
    }

    fn uses_next_row(&self) -> bool {
        false
    }

    fn eval<B: ChipBuilder>(&self, builder: &mut B) {
        let row: ChargeCols<B::Var> = builder.current();
        let [first, ..] = row.execution;
        let execution = ExecutionCols::read(&row.execution, first);
        let real: B::Expr = row.is_real.into();
        builder.claim_boolean("real or padding", real.clone());
        let [low, high] = row.charge.map(Into::<B::Expr>::into);
        let charge = row.gas + low.clone() + high.clone() * B::Expr::from_u32(1 << 16);
        let next = execution.step(charge);
        builder.send(Message::byte_pair(high.clone(), B::Expr::ZERO), real.clone());
        gas_is_covered(builder, next.gas_left.clone(), row.gas_low, &real);
        let fetched = Fetched {
            opcode: B::Expr::from_u32(Opcode::Charge as u32),
            dst: B::Expr::ZERO,
            a: B::Expr::ZERO,
            x: [low, high, B::Expr::ZERO, B::Expr::ZERO],
            gas: row.gas.into(),
        };
        execution.execute(builder, fetched, next, &real);
    }
}
