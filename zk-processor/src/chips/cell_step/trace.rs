//! How the table of bulk operations in steps of one cell is filled.

use p3_field::PrimeCharacteristicRing;

use super::columns::CellStepCols;
use super::event::{CellStep, Kind};
use crate::chips::builder::Val;
use crate::chips::byte_table::ByteLookups;
use crate::chips::event::{Access, Event, limbs};
use crate::chips::gadgets::access::{ACCESS_CELLS, AccessCols, ask_all_high_bytes};
use crate::chips::gadgets::slots::{execution_cells, instruction_trace, low_limbs, zero_row};
use crate::chips::trace::Trace;
use crate::isa::spaces::{INPUT_BASE, MAX_PAGES};

/// One row per event; padding rows are all zero. `input` gives the cells of the input window.
pub fn cell_step_trace(
    events: &[Event],
    minimum_height_log2: u32,
    input: &dyn Fn(u32) -> u64,
    lookups: &mut ByteLookups,
) -> Trace {
    instruction_trace(events, minimum_height_log2, |event| {
        CellStep::of(event).map(|step| fill_row(&step, input, lookups))
    })
}

fn fill_row(step: &CellStep<'_>, input: &dyn Fn(u32) -> u64, lookups: &mut ByteLookups) -> CellStepCols<Val> {
    let mut row: CellStepCols<Val> = zero_row();
    row.is_begin = Val::from_bool(step.is_begin);
    row.is_advance = Val::from_bool(step.part > 0);
    row.is_done = Val::from_bool(!step.is_begin && step.part == 0);
    row.is_kind = Kind::ALL.map(|kind| Val::from_bool(kind == step.kind));
    row.execution = execution_cells(step.event);
    let [_, gas, a_slot, _, x @ ..] = step.event.instruction.to_elements().map(Val::from_u32);
    (row.gas, row.a_slot, row.x) = (gas, a_slot, x);
    fill_operands(step, &mut row, lookups);
    fill_fourth(step, &mut row, lookups);
    fill_bounds(step, &mut row, lookups);
    fill_cells(step, &mut row);
    if step.part > 0 {
        fill_part(step, input, &mut row, lookups);
    }
    fill_accesses(step, &mut row, lookups);
    row
}

fn ask_limbs(value: u64, lookups: &mut ByteLookups) {
    lookups.ask_range16(value as u16);
    lookups.ask_range16((value >> 16) as u16);
}

fn fill_operands(step: &CellStep<'_>, row: &mut CellStepCols<Val>, lookups: &mut ByteLookups) {
    let [target, source, count] = [0, 1, 2].map(|index| step.slot(index));
    let after = [0, 1, 2].map(|index| step.slot_after(index));
    let left = count - u64::from(step.part);
    (row.target, row.source, row.count) = (low_limbs(target), low_limbs(source), low_limbs(count));
    (row.left, row.taken) = (low_limbs(left), Val::from_u32(step.part));
    [row.target_after, row.source_after, row.count_after] = after.map(low_limbs);
    let [target_after, source_after, _] = after;
    for value in [target_after, source_after, left] {
        ask_limbs(value, lookups);
    }
    row.borrow = Val::from_bool(count & 0xffff < u64::from(step.part));
    let up = if step.differs() || step.descends() {
        0
    } else {
        u64::from(step.part)
    };
    row.up = Val::from_u64(up);
    let source_up = if step.kind == Kind::TableFill { 0 } else { up };
    for (index, (operand, up)) in [(target, up), (source, source_up)].into_iter().enumerate() {
        row.carry[index] = Val::from_bool((operand & 0xffff) + up > 0xffff);
        row.wraps[index] = Val::from_bool((operand & 0xffff_ffff) + up > 0xffff_ffff);
    }
}

fn fill_fourth(step: &CellStep<'_>, row: &mut CellStepCols<Val>, lookups: &mut ByteLookups) {
    row.fourth = limbs(step.slot(3));
    row.fourth_after = low_limbs(step.slot_after(3));
    row.is_descending = Val::from_bool(step.descends());
    if step.kind == Kind::TableCopy && step.is_begin {
        let (target, source) = (step.slot(0) as u32, step.slot(1) as u32);
        row.distance_borrow = Val::from_bool((source & 0xffff) < (target & 0xffff));
        ask_limbs(u64::from(source.wrapping_sub(target)), lookups);
    }
}

fn fill_bounds(step: &CellStep<'_>, row: &mut CellStepCols<Val>, lookups: &mut ByteLookups) {
    let is_checked = step.is_begin || step.part > 0;
    let checks = [is_checked, is_checked && step.kind != Kind::TableFill];
    row.checks_source = Val::from_bool(checks[1]);
    let in_memory = [step.kind.is_bytes(), step.kind == Kind::Compare];
    for index in 0..2 {
        let start = step.slot(index);
        let pages = if step.is_window[index] {
            MAX_PAGES
        } else {
            step.event.before.pages
        };
        row.is_window[index] = Val::from_bool(step.is_window[index]);
        if step.is_window[index] {
            lookups.ask_range16(((start - u64::from(INPUT_BASE)) >> 16) as u16 * 2);
        }
        let bound = if in_memory[index] {
            row.bound[index] = [Val::ZERO, Val::from_u32(pages)];
            u64::from(pages) << 16
        } else {
            let size = step.sizes[index].map_or(0, |access| access.old);
            row.bound[index] = low_limbs(size);
            size
        };
        if !checks[index] {
            continue;
        }
        let count = step.slot(2);
        let gap = bound.saturating_sub(start + count);
        ask_limbs(gap, lookups);
        row.gap[index] = low_limbs(gap);
        let low = (start & 0xffff) + (count & 0xffff) + (gap & 0xffff);
        row.gap_carry[index] = Val::from_u64(low >> 16);
    }
}

/// Which cells the operands name: those of the part, if there is one.
fn fill_cells(step: &CellStep<'_>, row: &mut CellStepCols<Val>) {
    let (target, source) = (step.slot(0), step.slot(1));
    let instruction = &step.event.instruction;
    let [target_base, source_base] = [instruction.low(), instruction.high()].map(|base| u64::from(base) + 1);
    let skipped = if step.part > 0 && step.descends() {
        step.slot(2) - 1
    } else {
        0
    };
    row.skipped = Val::from_u64(skipped);
    let in_page = |address: u64| {
        if step.part > 0 {
            address / 8
        } else {
            address >> 16 << 13
        }
    };
    if step.part > 0 && step.kind.is_bytes() {
        row.cell_in_page = [target, source].map(|address| Val::from_u16(address as u16 / 8));
    }
    let target_cell = if step.kind.is_bytes() {
        in_page(target)
    } else {
        target_base + target + skipped
    };
    let source_cell = match step.kind {
        Kind::Compare => in_page(source),
        Kind::MemoryInit => source_base + in_page(source),
        Kind::TableFill => 0,
        Kind::TableCopy | Kind::TableInit => source_base + source + skipped,
    };
    row.cell = [target_cell, source_cell].map(Val::from_u64);
}

fn fill_part(step: &CellStep<'_>, input: &dyn Fn(u32) -> u64, row: &mut CellStepCols<Val>, lookups: &mut ByteLookups) {
    let (target_byte, source_byte) = (step.target_byte(), step.source_byte());
    let mask: [bool; 8] = core::array::from_fn(|byte| step.covers(byte as u32));
    let covered = mask.iter().filter(|bit| **bit).count() as u32;
    let shift = (source_byte + 8 - target_byte) as usize % 8;
    row.byte = [target_byte, source_byte].map(Val::from_u32);
    row.room = row.byte.map(|byte| Val::from_u32(8 - covered) - byte);
    row.shift[shift] = Val::ONE;
    row.shift_wraps = Val::from_bool(source_byte < target_byte);
    row.mask = mask.map(Val::from_bool);
    for cell in [0, 1] {
        let in_page = if step.kind.is_bytes() {
            step.slot(cell) as u16 / 8
        } else {
            0
        };
        lookups.ask_range16(in_page);
    }
    for value in [source_byte, 8 - covered - source_byte] {
        lookups.ask_pair(value as u8, value as u8 * 32);
    }
    let [old, read] = [0, 1].map(|index| cell_value(step, index, input));
    row.new = limbs(step.cells[0].map_or(old, |access| access.new));
    let (old, read) = (old.to_le_bytes(), read.to_le_bytes());
    let moved: [u8; 8] = core::array::from_fn(|byte| read[(byte + shift) % 8]);
    for pair in read.as_chunks::<2>().0.iter().chain(old.as_chunks::<2>().0) {
        lookups.ask_pair(pair[0], pair[1]);
    }
    (row.old, row.read, row.moved) = (old.map(Val::from_u8), read.map(Val::from_u8), moved.map(Val::from_u8));
    let mut less_one = 0;
    let first = (0..8).find(|byte| mask[*byte] && old[*byte] != moved[*byte]);
    if let (true, Some(byte)) = (step.differs(), first) {
        row.first_difference[byte] = Val::ONE;
        row.is_greater = Val::from_bool(old[byte] > moved[byte]);
        row.is_less = Val::from_bool(old[byte] < moved[byte]);
        row.distance = Val::from_u8(old[byte].abs_diff(moved[byte]));
        less_one = old[byte].abs_diff(moved[byte]) - 1;
    }
    lookups.ask_pair(covered as u8 - 1, less_one);
}

/// The cell before: of memory, of the window, or the element that fills.
fn cell_value(step: &CellStep<'_>, index: usize, input: &dyn Fn(u32) -> u64) -> u64 {
    match step.cells[index] {
        Some(access) => access.old,
        None if step.is_window[index] => input((step.slot(index) as u32 - INPUT_BASE) / 8),
        None => step.slot(1),
    }
}

fn fill_accesses(step: &CellStep<'_>, row: &mut CellStepCols<Val>, lookups: &mut ByteLookups) {
    let mut fill = |cells: &mut [Val; ACCESS_CELLS], access: Option<&Access>| {
        if let Some(access) = access {
            *cells = AccessCols::filled(access.previous, access.time, lookups).into_cells();
        }
    };
    for (index, cells) in row.slots.iter_mut().enumerate() {
        fill(cells, step.slots.get(index));
    }
    for (cells, access) in row.sizes.iter_mut().zip(step.sizes) {
        fill(cells, access);
    }
    for (cells, access) in row.cells.iter_mut().zip(step.cells) {
        fill(cells, access);
    }
    ask_all_high_bytes(&row.slots, lookups);
    ask_all_high_bytes(&[row.sizes, row.cells].concat(), lookups);
}
