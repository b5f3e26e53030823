//! Why a call through a table cannot lie.

use p3_field::PrimeCharacteristicRing;

use super::columns::CallIndirectCols;
use crate::chips::builder::{Chip, ChipBuilder, Columns, Val};
use crate::chips::buses::{Message, Tag};
use crate::chips::gadgets::access::{AccessCols, Place, high_bytes_of};
use crate::chips::gadgets::address::INVERSE_OF_2_16;
use crate::chips::gadgets::bound::is_at_most;
use crate::chips::gadgets::execution::{ExecutionCols, Fetched, Next};
use crate::chips::gadgets::link::access_link;
use crate::chips::gadgets::slots::{execution_of, offset, slot, zero_extended};
use crate::executor::time;
use crate::isa::{Opcode, Space};

/// The chip.
#[derive(Clone, Copy, Debug)]
pub struct CallIndirect;

impl Chip for CallIndirect {
    fn name(&self) -> &'static str {
        "call_indirect"
    }

    fn width(&self) -> usize {
        CallIndirectCols::<Val>::WIDTH
    }

    fn max_degree(&self) -> usize {
        2
    }

    fn uses_next_row(&self) -> bool {
        false
    }

    fn eval<B: ChipBuilder>(&self, builder: &mut B) {
        let row: CallIndirectCols<B::Var> = builder.current();
        let execution = execution_of(&row.execution);
        let real: B::Expr = row.is_real.into();
        builder.claim_boolean("real or padding", real.clone());
        let frame = execution.frame_pointer.into() + row.frame_offset.into();
        let next = Next {
            pc: row.entry.into(),
            frame_pointer: frame.clone(),
            ..execution.step(row.gas.into())
        };
        element_is_read(builder, &row, &execution);
        entry_is_looked_up(builder, &row, &execution);
        frame_is_right(builder, &row, &frame);
        link_is_written(builder, &row, &execution, frame);
        let fetched = Fetched {
            opcode: B::Expr::from_u32(Opcode::CallIndirect as u32),
            dst: row.frame_offset.into(),
            a: row.a_slot.into(),
            x: row.x.map(Into::into),
            gas: row.gas.into(),
        };
        execution.execute(builder, fetched, next, &real);
    }
}

fn number<V: Into<E>, E: PrimeCharacteristicRing>([low, high]: [V; 2]) -> E {
    low.into() + high.into() * E::from_u32(1 << 16)
}

/// The index is below the size in the table's first cell; the element lies behind it.
fn element_is_read<B: ChipBuilder>(builder: &mut B, row: &CallIndirectCols<B::Var>, execution: &ExecutionCols<B::Var>) {
    let real: B::Expr = row.is_real.into();
    let [index_low, index_high] = row.index.map(Into::<B::Expr>::into);
    let size: [B::Expr; 2] = row.size.map(Into::into);
    is_at_most(
        builder,
        [index_low + real.clone(), index_high],
        size.clone(),
        row.room_low,
        &real,
    );
    let [x0, x1, ..] = row.x;
    let base: B::Expr = number([x0, x1]);
    let cell_of_element = base.clone() + B::Expr::ONE + number::<_, B::Expr>(row.index);
    let table = |cell: B::Expr| Place {
        space: Space::Table,
        context: execution.context.into(),
        cell,
        time: execution.time_of(time::READ as u32),
    };
    let [read_index, read_size, read_element] =
        [row.read_index, row.read_size, row.read_element].map(AccessCols::from_cells);
    let place = slot(execution, row.a_slot.into(), offset::A);
    read_index.read(builder, &place, zero_extended(&row.index.map(Into::into)), &real);
    read_size.read(builder, &table(base), zero_extended(&size), &real);
    let element = zero_extended(&row.element.map(Into::into));
    read_element.read(builder, &table(cell_of_element), element, &real);
    high_bytes_of(builder, read_index.difference_high, read_size.difference_high, &real);
}

/// The function's entry has the type of the row.
fn entry_is_looked_up<B: ChipBuilder>(
    builder: &mut B,
    row: &CallIndirectCols<B::Var>,
    execution: &ExecutionCols<B::Var>,
) {
    let [_, _, x2, x3] = row.x;
    let function = number::<_, B::Expr>(row.element) - B::Expr::ONE;
    let entry = [execution.handle.into(), function, row.entry.into(), number([x2, x3])];
    builder.send(Message::new(Tag::Entry, entry), row.is_real);
}

/// The callee's frame is not the caller's and lies below 2^22: its upper limb and four times its upper limb are bytes.
fn frame_is_right<B: ChipBuilder>(builder: &mut B, row: &CallIndirectCols<B::Var>, frame: &B::Expr) {
    builder.claim_equal(
        "a call has a frame of its own",
        row.frame_offset.into() * row.offset_inverse.into(),
        row.is_real,
    );
    builder.send(Message::range16(row.frame_low), row.is_real);
    let high = (frame.clone() - row.frame_low.into()) * B::Expr::from_u32(INVERSE_OF_2_16);
    let quadruple = high.clone() * B::Expr::from_u32(4);
    builder.send(Message::byte_pair(high, quadruple), row.is_real);
}

fn link_is_written<B: ChipBuilder>(
    builder: &mut B,
    row: &CallIndirectCols<B::Var>,
    execution: &ExecutionCols<B::Var>,
    frame: B::Expr,
) {
    let link = [
        execution.pc.into() + B::Expr::ONE,
        execution.frame_pointer.into(),
        execution.stack_left.into(),
    ];
    let links = [row.old_link.map(Into::into), link];
    let real: B::Expr = row.is_real.into();
    let write = AccessCols::from_cells(row.write);
    access_link(builder, &write, execution, frame, links, &real);
    let [_, element_high] = row.read_element;
    high_bytes_of(builder, element_high, write.difference_high, &real);
}
