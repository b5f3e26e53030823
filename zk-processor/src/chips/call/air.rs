//! Why a call cannot lie.

use p3_field::PrimeCharacteristicRing;

use super::columns::CallCols;
use crate::chips::builder::{Chip, ChipBuilder, Columns, Val};
use crate::chips::buses::Message;
use crate::chips::gadgets::access::{AccessCols, high_bytes_of};
use crate::chips::gadgets::address::INVERSE_OF_2_16;
use crate::chips::gadgets::budget::gas_is_covered;
use crate::chips::gadgets::execution::{ExecutionCols, Fetched, Next};
use crate::chips::gadgets::link::access_link;
use crate::isa::Opcode;

/// The chip.
#[derive(Clone, Copy, Debug)]
pub struct Call;

impl Chip for Call {
    fn name(&self) -> &'static str {
        "call"
    }

    fn width(&self) -> usize {
        CallCols::<Val>::WIDTH
    }

    fn max_degree(&self) -> usize {
        2
    }

    fn uses_next_row(&self) -> bool {
        false
    }

    fn eval<B: ChipBuilder>(&self, builder: &mut B) {
        let row: CallCols<B::Var> = builder.current();
        let [first, ..] = row.execution;
        let execution = ExecutionCols::read(&row.execution, first);
        let real = row.is_call + row.is_prologue;
        builder.claim_boolean("one operation or padding", row.is_call);
        builder.claim_boolean("one operation or padding", row.is_prologue);
        builder.claim_boolean("one operation or padding", real.clone());

        let next = next_tuple(&row, &execution);
        next_row_and_frame_are_right(builder, &row, &execution);
        charges_are_covered(builder, &row, &next, &real);
        link_is_written(builder, &row, &execution, &next);
        let ([x0, x1], [x2, x3]) = (row.stack_charge, row.entry_gas);
        let fetched = Fetched {
            opcode: row.is_call.into() * B::Expr::from_u32(Opcode::Call as u32)
                + row.is_prologue.into() * B::Expr::from_u32(Opcode::Prologue as u32),
            dst: row.dst.into(),
            a: row.frame_offset.into(),
            x: [x0, x1, x2, x3].map(Into::into),
            gas: row.gas.into(),
        };
        execution.execute(builder, fetched, next, &real);
    }
}

/// What the row says of the tuple afterwards.
fn next_tuple<V, E>(row: &CallCols<V>, execution: &ExecutionCols<V>) -> Next<E>
where
    V: Copy + Into<E>,
    E: PrimeCharacteristicRing,
{
    let number = |[low, high]: [V; 2]| low.into() + high.into() * E::from_u32(1 << 16);
    Next {
        pc: row.next_pc.into(),
        frame_pointer: execution.frame_pointer.into() + row.frame_offset.into(),
        pages: execution.pages.into(),
        gas_left: execution.gas_left.into() - row.gas.into() - number(row.entry_gas),
        stack_left: execution.stack_left.into() - number(row.stack_charge),
    }
}

/// A call whose frame is its caller's would overwrite the caller's link (rule 7).
fn next_row_and_frame_are_right<B: ChipBuilder>(
    builder: &mut B,
    row: &CallCols<B::Var>,
    execution: &ExecutionCols<B::Var>,
) {
    let below = execution.pc.into() + B::Expr::ONE;
    builder.claim_equal(
        "the next row is the callee or the one below",
        row.next_pc,
        row.is_call * row.dst.into() + row.is_prologue * below,
    );
    let offset: B::Expr = row.frame_offset.into();
    builder.claim_equal(
        "a call has a frame of its own",
        offset.clone() * row.offset_inverse.into(),
        row.is_call,
    );
    builder.claim("a prologue stays in its frame", row.is_prologue * offset);
}

/// Gas and stack are not negative afterwards and the frame pointer is below 2^22: its upper limb and four times its upper limb are bytes.
fn charges_are_covered<B: ChipBuilder>(builder: &mut B, row: &CallCols<B::Var>, next: &Next<B::Expr>, real: &B::Expr) {
    let upper = |number: &B::Expr, low: B::Var| (number.clone() - low.into()) * B::Expr::from_u32(INVERSE_OF_2_16);
    let ([_, stack_charge_high], [_, entry_gas_high]) = (row.stack_charge, row.entry_gas);
    builder.send(Message::byte_pair(stack_charge_high, entry_gas_high), real.clone());
    gas_is_covered(builder, next.gas_left.clone(), row.gas_low, real);
    builder.send(Message::range16(row.stack_low), real.clone());
    let [_, time_high] = row.write;
    high_bytes_of(builder, time_high, upper(&next.stack_left, row.stack_low), real);
    builder.send(Message::range16(row.frame_low), real.clone());
    let frame_high = upper(&next.frame_pointer, row.frame_low);
    let quadruple = frame_high.clone() * B::Expr::from_u32(4);
    builder.send(Message::byte_pair(frame_high, quadruple), real.clone());
}

fn link_is_written<B: ChipBuilder>(
    builder: &mut B,
    row: &CallCols<B::Var>,
    execution: &ExecutionCols<B::Var>,
    next: &Next<B::Expr>,
) {
    let link = [
        execution.pc.into() + B::Expr::ONE,
        execution.frame_pointer.into(),
        execution.stack_left.into(),
    ];
    let links = [row.old_link.map(Into::into), link];
    let write = AccessCols::from_cells(row.write);
    let frame = next.frame_pointer.clone();
    access_link(builder, &write, execution, frame, links, &row.is_call.into());
}
