//! How the table of bulk cells is filled.

use alloc::vec::Vec;

use p3_field::{PrimeCharacteristicRing, PrimeField32};

use super::columns::BulkCellsCols;
use crate::chips::builder::{Columns, Val};
use crate::chips::bulk_step::BulkStep;
use crate::chips::byte_table::ByteLookups;
use crate::chips::event::{Access, Event, limbs};
use crate::chips::gadgets::access::{ACCESS_CELLS, AccessCols};
use crate::chips::gadgets::slots::zero_row;
use crate::chips::trace::Trace;
use crate::isa::spaces::INPUT_BASE;

/// The table of the steps among these events; other events have no rows here. `input` gives the cells of the input window.
pub fn bulk_cells_trace(
    events: &[Event],
    minimum_height_log2: u32,
    input: &dyn Fn(u32) -> u64,
    lookups: &mut ByteLookups,
) -> Trace {
    let mut rows = Vec::new();
    for step in events.iter().filter_map(BulkStep::of).filter(|step| step.part > 0) {
        append_step(&step, input, lookups, &mut rows);
    }
    let mut trace = Trace::with_rows(BulkCellsCols::<Val>::WIDTH, rows.len(), minimum_height_log2);
    for (at, row) in rows.iter().enumerate() {
        trace.write(at, row);
    }
    trace
}

/// Rows that an event has.
pub fn bulk_cells_rows(event: &Event) -> usize {
    BulkStep::of(event)
        .filter(|step| step.part > 0)
        .map_or(0, |step| rows_of(&step) as usize)
}

fn rows_of(step: &BulkStep<'_>) -> u32 {
    let end = step.target_start % 8 + step.part;
    let cells = end.div_ceil(8);
    let needs_trailing = !step.is_fill() && end - 8 * (cells - 1) + step.shift() > 8;
    cells + u32::from(needs_trailing)
}

fn append_step(
    step: &BulkStep<'_>,
    input: &dyn Fn(u32) -> u64,
    lookups: &mut ByteLookups,
    rows: &mut Vec<BulkCellsCols<Val>>,
) {
    let shift = step.shift();
    let (first, end) = (step.target_start % 8, step.target_start % 8 + step.part);
    let cells = end.div_ceil(8);
    let rows_of_step = rows_of(step);
    let mut remaining = step.part;
    for index in 0..rows_of_step {
        let mut row: BulkCellsCols<Val> = zero_row();
        let covered = |byte: u32| index < cells && (first..end).contains(&(8 * index + byte));
        let count = (0..8).filter(|byte| covered(*byte)).count() as u32;
        row.writes = Val::from_bool(index < cells);
        row.is_trailing = Val::from_bool(index == cells);
        row.is_first = Val::from_bool(index == 0);
        row.continues = Val::from_bool(index + 1 < rows_of_step);
        row.is_input = Val::from_bool(step.is_window);
        row.is_fill = Val::from_bool(step.is_fill());
        row.time = Val::from_u32(step.event.before.time);
        row.target_context = Val::from_u32(step.target_context());
        row.source_context = Val::from_u32(step.source_context());
        row.target_cell = Val::from_u32(step.target_start / 8 + index);
        row.source_cell = Val::from_i64(step.source_cell() + i64::from(index));
        row.remaining = Val::from_u32(remaining);
        row.start_byte = Val::from_u32(if index == 0 { first } else { 0 });
        row.shift[shift as usize % 8] = Val::ONE;
        row.mask = core::array::from_fn(|byte| Val::from_bool(covered(byte as u32)));
        let reads_first = first + shift < 8;
        fill_source(step, index, reads_first, input, lookups, &mut row);
        let value = fill_target(step, index, lookups, &mut row);
        row.new = limbs(value);
        let high = |cells: [Val; ACCESS_CELLS]| AccessCols::from_cells(cells).difference_high.as_canonical_u32() as u8;
        lookups.ask_pair(high(row.read), high(row.write));
        remaining -= count;
        rows.push(row);
    }
}

fn bytes(value: u64) -> [Val; 8] {
    value.to_le_bytes().map(Val::from_u8)
}

fn ask_bytes(value: u64, lookups: &mut ByteLookups) {
    for pair in value.to_le_bytes().as_chunks::<2>().0 {
        lookups.ask_pair(pair[0], pair[1]);
    }
}

/// The source cell of a row; the first row's may lie before the source, and is not read then.
fn fill_source(
    step: &BulkStep<'_>,
    index: u32,
    reads_first: bool,
    input: &dyn Fn(u32) -> u64,
    lookups: &mut ByteLookups,
    row: &mut BulkCellsCols<Val>,
) {
    if step.is_fill() {
        row.source = [Val::from_u32(step.source_context()); 8];
        return;
    }
    if index == 0 && !reads_first {
        return;
    }
    row.loads = Val::ONE;
    let cell = (step.source_cell() + i64::from(index)) as u32;
    let value = if step.is_window {
        input(cell.wrapping_sub(INPUT_BASE >> 3))
    } else {
        let access = step.source.get((cell - step.source_start / 8) as usize);
        access.map_or(0, |access| {
            row.read = filled(access, lookups);
            access.old
        })
    };
    ask_bytes(value, lookups);
    row.source = bytes(value);
}

fn filled(access: &Access, lookups: &mut ByteLookups) -> [Val; 2] {
    AccessCols::filled(access.previous, access.time, lookups).into_cells()
}

/// The destination cell of a row; its value afterwards.
fn fill_target(step: &BulkStep<'_>, index: u32, lookups: &mut ByteLookups, row: &mut BulkCellsCols<Val>) -> u64 {
    let Some(access) = step.target.get(index as usize) else {
        return 0;
    };
    row.write = filled(access, lookups);
    row.old = bytes(access.old);
    ask_bytes(access.old, lookups);
    access.new
}
