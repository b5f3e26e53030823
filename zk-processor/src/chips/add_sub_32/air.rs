//! Why a row of the 32-bit sum cannot lie.

use p3_field::PrimeCharacteristicRing;

use super::columns::AddSub32Cols;
use crate::chips::builder::{Chip, ChipBuilder, Columns, Val};
use crate::chips::buses::Message;
use crate::chips::gadgets::access::{AccessCols, Place, high_bytes_of};
use crate::chips::gadgets::execution::{ExecutionCols, Fetched};
use crate::chips::gadgets::slots::offset;
use crate::isa::{Opcode, Space};

/// 2^-16 modulo p: a carry is what a limb sum leaves over, divided by 2^16.
pub(super) const INVERSE_OF_2_16: u32 = 2_130_673_921;

/// The chip.
#[derive(Clone, Copy, Debug)]
pub struct AddSub32;

impl Chip for AddSub32 {
    fn name(&self) -> &'static str {
        "add_sub_32"
    }

    fn width(&self) -> usize {
        AddSub32Cols::<Val>::WIDTH
    }

    fn max_degree(&self) -> usize {
        3
    }

    fn uses_next_row(&self) -> bool {
        false
    }

    fn eval<B: ChipBuilder>(&self, builder: &mut B) {
        let row: AddSub32Cols<B::Var> = builder.current();
        one_operation_or_padding(builder, &row);
        immediate_is_b(builder, &row);
        sum_is_right(builder, &row);
        instruction_is_executed(builder, &row);
        slots_are_read_and_written(builder, &row);
    }
}

fn one_operation_or_padding<B: ChipBuilder>(builder: &mut B, row: &AddSub32Cols<B::Var>) {
    for selector in [row.is_add, row.is_add_immediate, row.is_sub] {
        builder.claim_boolean("each selector is a bit", selector);
    }
    builder.claim_boolean("one operation or padding", row.is_real::<B::Expr>());
}

/// With an immediate x0 x1 are the limbs of b; without, x0 is a slot and x1 is 0.
fn immediate_is_b<B: ChipBuilder>(builder: &mut B, row: &AddSub32Cols<B::Var>) {
    let immediate: B::Expr = row.is_add_immediate.into();
    builder.claim("the immediate is b", immediate.clone() * (row.b[0] - row.x0));
    builder.claim("the immediate is b", immediate.clone() * (row.b[1] - row.x1));
    builder.claim(
        "without an immediate x1 is 0",
        (B::Expr::ONE - immediate) * row.x1.into(),
    );
}

/// low + 2^16·high: a + b = result + 2^32·carry for sums; a difference is the same equation with a and the result exchanged. Each limb's carry is the
/// limb sum's excess over 2^16 and must be a bit; limbs of 16 bits leave no other solution.
fn sum_is_right<B: ChipBuilder>(builder: &mut B, row: &AddSub32Cols<B::Var>) {
    let sub: B::Expr = row.is_sub.into();
    addition_holds(builder, B::Expr::ONE - sub.clone(), row.a, row.b, row.result);
    addition_holds(builder, sub, row.result, row.b, row.a);
    for limb in row.result {
        builder.send(Message::range16(limb), row.is_real::<B::Expr>());
    }
}

/// Where `selector` is not 0: left + right = total modulo 2^32.
fn addition_holds<B: ChipBuilder>(
    builder: &mut B,
    selector: B::Expr,
    left: [B::Var; 2],
    right: [B::Var; 2],
    total: [B::Var; 2],
) {
    let mut carry = B::Expr::ZERO;
    for ((left, right), total) in left.into_iter().zip(right).zip(total) {
        carry = (left + right + carry - total.into()) * B::Expr::from_u32(INVERSE_OF_2_16);
        builder.claim(
            "the sum is right",
            selector.clone() * (carry.clone() * carry.clone() - carry.clone()),
        );
    }
}

fn instruction_is_executed<B: ChipBuilder>(builder: &mut B, row: &AddSub32Cols<B::Var>) {
    let opcode = [
        (row.is_add, Opcode::Add32),
        (row.is_add_immediate, Opcode::Add32Imm),
        (row.is_sub, Opcode::Sub32),
    ]
    .into_iter()
    .fold(B::Expr::ZERO, |sum, (selector, opcode)| {
        sum + selector.into() * B::Expr::from_u32(opcode as u32)
    });
    let execution = execution(row);
    let fetched = Fetched {
        opcode,
        dst: row.dst.into(),
        a: row.a_slot.into(),
        x: [row.x0.into(), row.x1.into(), B::Expr::ZERO, B::Expr::ZERO],
        gas: row.gas.into(),
    };
    let next = execution.step(row.gas.into());
    execution.execute(builder, fetched, next, &row.is_real());
}

fn slots_are_read_and_written<B: ChipBuilder>(builder: &mut B, row: &AddSub32Cols<B::Var>) {
    let execution = execution(row);
    let place = |slot: B::Var, offset: u32| Place {
        space: Space::Frame,
        context: execution.context.into(),
        cell: execution.frame_pointer + slot,
        time: execution.time_of(offset),
    };
    let zero_extended = |[low, high]: [B::Var; 2]| [low.into(), high.into(), B::Expr::ZERO, B::Expr::ZERO];
    let real = row.is_real::<B::Expr>();
    let reads_b = row.is_add + row.is_sub;

    let (read_a, read_b, write) = accesses(row);
    // Reads come before the write, so that dst may be one of the operands.
    read_a.read(builder, &place(row.a_slot, offset::A), zero_extended(row.a), &real);
    read_b.read(builder, &place(row.x0, offset::B), zero_extended(row.b), &reads_b);
    write.access(
        builder,
        &place(row.dst, offset::DESTINATION),
        row.old.map(Into::into),
        zero_extended(row.result),
        &real,
    );
    high_bytes_of(builder, read_a.difference_high, write.difference_high, &real);
    high_bytes_of(builder, read_b.difference_high, B::Expr::ZERO, &reads_b);
}

fn execution<T: Copy>(row: &AddSub32Cols<T>) -> ExecutionCols<T> {
    let [first, ..] = row.execution;
    ExecutionCols::read(&row.execution, first)
}

fn accesses<T: Copy>(row: &AddSub32Cols<T>) -> (AccessCols<T>, AccessCols<T>, AccessCols<T>) {
    (
        AccessCols::from_cells(row.read_a),
        AccessCols::from_cells(row.read_b),
        AccessCols::from_cells(row.write),
    )
}
