//! How the table of bulk heads is filled.

use p3_field::{Field, PrimeCharacteristicRing, PrimeField32};

use super::STEP_BYTES;
use super::columns::BulkStepCols;
use super::event::BulkStep;
use crate::chips::builder::{Columns, Val};
use crate::chips::byte_table::ByteLookups;
use crate::chips::event::Event;
use crate::chips::gadgets::access::{ACCESS_CELLS, AccessCols};
use crate::chips::gadgets::slots::{execution_cells, low_limbs, zero_row};
use crate::chips::trace::Trace;
use crate::isa::Opcode;
use crate::isa::spaces::{INPUT_BASE, MAX_PAGES};

/// One row per event; padding rows are all zero.
pub fn bulk_step_trace(events: &[Event], minimum_height_log2: u32, lookups: &mut ByteLookups) -> Trace {
    let mut trace = Trace::with_rows(BulkStepCols::<Val>::WIDTH, events.len(), minimum_height_log2);
    for (row, step) in events.iter().filter_map(BulkStep::of).enumerate() {
        trace.write(row, &fill_row(&step, lookups));
    }
    trace
}

fn fill_row(step: &BulkStep<'_>, lookups: &mut ByteLookups) -> BulkStepCols<Val> {
    let mut row: BulkStepCols<Val> = zero_row();
    let instruction = &step.event.instruction;
    let (operation, is_begin) = match instruction.opcode {
        Opcode::MemoryCopyBegin => (&mut row.is_copy, true),
        Opcode::MemoryCopyStep => (&mut row.is_copy, false),
        Opcode::MemoryFillBegin => (&mut row.is_fill, true),
        Opcode::MemoryFillStep => (&mut row.is_fill, false),
        Opcode::SandboxReadBegin => (&mut row.is_read, true),
        Opcode::SandboxReadStep => (&mut row.is_read, false),
        Opcode::SandboxWriteBegin => (&mut row.is_write, true),
        _ => (&mut row.is_write, false),
    };
    *operation = Val::ONE;
    row.is_begin = Val::from_bool(is_begin);
    row.is_advance = Val::from_bool(step.part > 0);
    row.is_done = Val::from_bool(!is_begin && step.part == 0);
    row.execution = execution_cells(step.event);
    let [_, gas, a_slot, ..] = instruction.to_elements().map(Val::from_u32);
    (row.gas, row.a_slot) = (gas, a_slot);
    row.is_window = Val::from_bool(step.is_window);
    fill_operands(step, &mut row, lookups);
    fill_direction(step, is_begin, &mut row, lookups);
    if step.part > 0 {
        fill_part(step, &mut row, lookups);
    }
    fill_contexts(step, &mut row, lookups);
    fill_ranges(step, is_begin, &mut row, lookups);
    fill_accesses(step, &mut row, lookups);
    row
}

fn ask_limbs(value: u32, lookups: &mut ByteLookups) {
    lookups.ask_range16(value as u16);
    lookups.ask_range16((value >> 16) as u16);
}

fn fill_operands(step: &BulkStep<'_>, row: &mut BulkStepCols<Val>, lookups: &mut ByteLookups) {
    let [target, source, count] = [0, 1, 2].map(|index| step.slot(index));
    let after = [0, 1, 2].map(|index| step.slots.get(index).map_or(0, |access| access.new as u32));
    let cells = |value: u32| low_limbs(u64::from(value));
    (row.target, row.source, row.count) = (cells(target), cells(source), cells(count));
    [row.target_after, row.source_after, row.count_after] = after.map(cells);
    for value in after {
        ask_limbs(value, lookups);
    }
    for (index, (before, after)) in [(target, after[0]), (source, after[1])].into_iter().enumerate() {
        let grows = before != after;
        row.carry[index] = Val::from_bool(grows && (before & 0xffff) + step.part > 0xffff);
        row.wraps[index] = Val::from_bool(grows && before.checked_add(step.part).is_none());
    }
    row.borrow = Val::from_bool(count & 0xffff < step.part);
}

fn fill_direction(step: &BulkStep<'_>, is_begin: bool, row: &mut BulkStepCols<Val>, lookups: &mut ByteLookups) {
    let [.., direction] = step.slots else { return };
    if step.slots.len() < 4 {
        return;
    }
    row.direction = low_limbs(direction.old);
    row.is_descending = Val::from_bool(direction.new == 1);
    row.is_down = Val::from_bool(direction.new == 1 && step.part > 0);
    if is_begin {
        let (target, source) = (step.slot(0), step.slot(1));
        row.distance_borrow = Val::from_bool((source & 0xffff) < (target & 0xffff));
        ask_limbs(source.wrapping_sub(target), lookups);
    }
}

fn fill_part(step: &BulkStep<'_>, row: &mut BulkStepCols<Val>, lookups: &mut ByteLookups) {
    let first = step.target_start % 8;
    let is_down = row.is_down == Val::ONE;
    let cells = if is_down { (first + step.part).div_ceil(8) } else { 0 };
    let slack = if is_down { 8 * cells - first - step.part } else { first };
    row.part = Val::from_u32(step.part);
    row.slack = Val::from_u32(slack);
    row.cells = Val::from_u32(cells);
    row.is_full = Val::from_bool(step.part + slack == STEP_BYTES);
    lookups.ask_pair(slack as u8, (slack * 32) as u8);
    lookups.ask_range16((STEP_BYTES - slack - step.part) as u16);
    lookups.ask_range16((step.part - 1) as u16);
    lookups.ask_range16(cells as u16);
}

fn fill_contexts(step: &BulkStep<'_>, row: &mut BulkStepCols<Val>, lookups: &mut ByteLookups) {
    row.target_context = Val::from_u32(step.target_context());
    row.source_context = Val::from_u32(step.source_context());
    row.live = step.live().map(Val::from_u32);
    let [live, _] = row.live;
    row.live_inverse = live.try_inverse().unwrap_or_default();
    if let [.., pages] = step.controls {
        row.sandbox_pages = low_limbs(pages.old);
    }
    if step.is_fill() {
        lookups.ask_pair(step.slot(1) as u8, (step.slot(1) >> 8) as u8);
    }
}

/// Part's addresses and bounds of both ranges; zeros where the row checks none.
fn fill_ranges(step: &BulkStep<'_>, is_begin: bool, row: &mut BulkStepCols<Val>, lookups: &mut ByteLookups) {
    let is_checked = is_begin || step.part > 0;
    row.checks_source = Val::from_bool(is_checked && !step.is_fill());
    let own = i64::from(step.event.before.pages);
    let sandbox = i64::from(step.controls.last().map_or(0, |access| access.old as u32));
    let target_bound = if row.is_write == Val::ONE { sandbox } else { own };
    let source_bound = match (step.is_window, row.is_read == Val::ONE) {
        (true, _) => i64::from(MAX_PAGES),
        (_, true) => sandbox,
        _ => own,
    };
    let first = step.target_start % 8;
    let source_byte = if step.part > 0 {
        first + step.shift()
    } else {
        step.source_start % 8
    };
    let ranges = [
        (step.target_start, step.slot(0), first, target_bound, is_checked, 0),
        (
            step.source_start,
            step.slot(1),
            source_byte,
            source_bound,
            row.checks_source == Val::ONE,
            1,
        ),
    ];
    for (index, (start, operand, byte, bound, checked, ahead)) in ranges.into_iter().enumerate() {
        if !checked {
            for _ in 0..3 {
                lookups.ask_range16(0);
            }
            // The source of a fill has no place; its cells' rows are told that it begins where the destination does.
            row.byte[index] = Val::from_u32(if step.part > 0 { first } else { 0 });
            continue;
        }
        let low = i64::from(start & 0xffff);
        let cell = (low - i64::from(byte)).div_euclid(8) + ahead;
        let len = if is_begin {
            i64::from(step.slot(2))
        } else {
            i64::from(step.part)
        };
        let last = low + (len & 0xffff) - 1;
        let page = i64::from(start >> 16);
        let room = bound - 1 - page - (len >> 16) - (last >> 16);
        for value in [low, cell, last & 0xffff, room] {
            lookups.ask_range16(value as u16);
        }
        row.cell_in_page[index] = Val::from_i64(cell);
        row.byte[index] = Val::from_u32(byte);
        row.page[index] = Val::from_i64(page);
        row.part_carry[index] = Val::from_bool(start >> 16 != (operand >> 16) + ((start - operand) >> 16));
        row.last[index] = Val::from_i64(last & 0xffff);
        row.last_carry[index] = Val::from_i64(last >> 16);
        row.room[index] = Val::from_i64(room);
    }
    if step.is_window {
        lookups.ask_range16(((step.source_start - INPUT_BASE) >> 16) as u16 * 2);
    }
}

fn fill_accesses(step: &BulkStep<'_>, row: &mut BulkStepCols<Val>, lookups: &mut ByteLookups) {
    for (cells, access) in row.slots.iter_mut().zip(step.slots) {
        *cells = AccessCols::filled(access.previous, access.time, lookups).into_cells();
    }
    let high = |cells: [Val; ACCESS_CELLS]| AccessCols::from_cells(cells).difference_high.as_canonical_u32() as u8;
    let [first, second, third, fourth] = row.slots.map(high);
    lookups.ask_pair(first, second);
    lookups.ask_pair(third, fourth);
    // The two halves of the first control cell are one access.
    if let [live, _, pages] = step.controls {
        row.controls =
            [live, pages].map(|access| AccessCols::filled(access.previous, access.time, lookups).into_cells());
        let [first, second] = row.controls.map(high);
        lookups.ask_pair(first, second);
    }
}
