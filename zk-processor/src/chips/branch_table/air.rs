//! Why a branch by an index cannot lie.

use p3_field::PrimeCharacteristicRing;

use super::columns::BranchTableCols;
use crate::chips::builder::{Chip, ChipBuilder, Columns, Val};
use crate::chips::gadgets::access::{AccessCols, high_bytes_of};
use crate::chips::gadgets::bound::is_at_most;
use crate::chips::gadgets::execution::{Fetched, Next};
use crate::chips::gadgets::slots::{execution_of, offset, slot, zero_extended};
use crate::isa::Opcode;

/// The chip.
#[derive(Clone, Copy, Debug)]
pub struct BranchTable;

impl Chip for BranchTable {
    fn name(&self) -> &'static str {
        "branch_table"
    }

    fn width(&self) -> usize {
        BranchTableCols::<Val>::WIDTH
    }

    fn max_degree(&self) -> usize {
        2
    }

    fn uses_next_row(&self) -> bool {
        false
    }

    fn eval<B: ChipBuilder>(&self, builder: &mut B) {
        let row: BranchTableCols<B::Var> = builder.current();
        let real: B::Expr = row.is_real.into();
        builder.claim_boolean("real or padding", real.clone());
        entry_is_the_smaller(builder, &row);

        let execution = execution_of(&row.execution);
        let [x0, x1] = row.count.map(Into::into);
        let [entry_low, entry_high] = row.entry.map(Into::<B::Expr>::into);
        let step: Next<B::Expr> = execution.step(row.gas.into());
        let next = Next {
            pc: step.pc.clone() + entry_low + entry_high * B::Expr::from_u32(1 << 16),
            ..step
        };
        let fetched = Fetched {
            opcode: B::Expr::from_u32(Opcode::BranchTable as u32),
            dst: B::Expr::ZERO,
            a: row.a_slot.into(),
            x: [x0, x1, B::Expr::ZERO, B::Expr::ZERO],
            gas: row.gas.into(),
        };
        execution.execute(builder, fetched, next, &real);
        let read = AccessCols::from_cells(row.read);
        let place = slot(&execution, row.a_slot.into(), offset::A);
        read.read(builder, &place, zero_extended(&row.index.map(Into::into)), &real);
        high_bytes_of(builder, read.difference_high, B::Expr::ZERO, &real);
    }
}

/// The entry is one of index and count, and at most the other, which is their sum less the entry.
fn entry_is_the_smaller<B: ChipBuilder>(builder: &mut B, row: &BranchTableCols<B::Var>) {
    let (real, is_default): (B::Expr, B::Expr) = (row.is_real.into(), row.is_default.into());
    builder.claim_boolean("an index or the default", is_default.clone());
    builder.claim_boolean("an index or the default", real.clone() - is_default.clone());
    for ((entry, index), count) in row.entry.into_iter().zip(row.index).zip(row.count) {
        builder.claim(
            "the entry is the index or the default",
            is_default.clone() * (entry - count),
        );
        builder.claim(
            "the entry is the index or the default",
            (B::Expr::ONE - is_default.clone()) * (entry - index),
        );
    }
    let other = |limb: usize| row.index[limb] + row.count[limb].into() - row.entry[limb].into();
    is_at_most(
        builder,
        row.entry.map(Into::into),
        [other(0), other(1)],
        row.room_low,
        &real,
    );
}
