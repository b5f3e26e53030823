//! Why a row of a choice cannot lie.

use p3_field::PrimeCharacteristicRing;

use super::columns::SelectCols;
use crate::chips::builder::{Chip, ChipBuilder, Columns, Val};
use crate::chips::gadgets::access::{AccessCols, high_bytes_of};
use crate::chips::gadgets::execution::Fetched;
use crate::chips::gadgets::slots::{execution_of, offset, slot, zero_extended};
use crate::isa::Opcode;

/// The chip.
#[derive(Clone, Copy, Debug)]
pub struct Select;

impl Chip for Select {
    fn name(&self) -> &'static str {
        "select"
    }

    fn width(&self) -> usize {
        SelectCols::<Val>::WIDTH
    }

    fn max_degree(&self) -> usize {
        2
    }

    fn uses_next_row(&self) -> bool {
        false
    }

    fn eval<B: ChipBuilder>(&self, builder: &mut B) {
        let row: SelectCols<B::Var> = builder.current();
        builder.claim_boolean("real or padding", row.is_real);
        the_condition_decides(builder, &row);
        let is_real: B::Expr = row.is_real.into();
        let execution = execution_of(&row.execution);
        let [a_slot, b_slot, condition_slot] = row.slots.map(Into::<B::Expr>::into);
        let fetched = Fetched {
            opcode: is_real.clone() * B::Expr::from_u32(Opcode::Select as u32),
            dst: row.dst.into(),
            a: a_slot.clone(),
            x: [b_slot.clone(), condition_slot.clone(), B::Expr::ZERO, B::Expr::ZERO],
            gas: row.gas.into(),
        };
        execution.execute(builder, fetched, execution.step(row.gas.into()), &is_real);

        let [a, b, result, old] = [row.a, row.b, row.result, row.old].map(|limbs| limbs.map(Into::<B::Expr>::into));
        let condition = zero_extended(&row.condition.map(Into::into));
        let [read_a, read_b, read_condition] = row.reads.map(AccessCols::from_cells);
        let write = AccessCols::from_cells(row.write);
        read_a.read(builder, &slot(&execution, a_slot, offset::A), a, &is_real);
        read_b.read(builder, &slot(&execution, b_slot, offset::B), b, &is_real);
        read_condition.read(
            builder,
            &slot(&execution, condition_slot, offset::C),
            condition,
            &is_real,
        );
        let place = slot(&execution, row.dst.into(), offset::DESTINATION);
        write.access(builder, &place, old, result, &is_real);
        high_bytes_of(builder, read_a.difference_high, read_b.difference_high, &is_real);
        high_bytes_of(builder, read_condition.difference_high, write.difference_high, &is_real);
    }
}

/// With s the sum of the condition's limbs, below 2^17: holds = s · inverse makes it 0 for s = 0, (1 − holds) · s = 0 makes it 1 otherwise.
fn the_condition_decides<B: ChipBuilder>(builder: &mut B, row: &SelectCols<B::Var>) {
    let [low, high] = row.condition;
    let (sum, holds): (B::Expr, B::Expr) = (low + high, row.holds.into());
    builder.claim_equal(
        "a condition that holds has an inverse",
        sum.clone() * row.inverse.into(),
        holds.clone(),
    );
    builder.claim("a condition that does not hold is 0", (B::Expr::ONE - holds) * sum);
    for ((a, b), result) in row.a.into_iter().zip(row.b).zip(row.result) {
        let chosen = row.holds * (a - b) + b.into();
        builder.claim_equal("the result is what was chosen", result, chosen);
    }
}
