//! How the table of openings and halts is filled.

use p3_field::{PrimeCharacteristicRing, PrimeField32};

use super::columns::OpenOrHaltCols;
use super::{OPENED_CELLS, SPAN_CELLS};
use crate::chips::builder::Val;
use crate::chips::byte_table::ByteLookups;
use crate::chips::event::{Access, Event, limbs};
use crate::chips::gadgets::access::{AccessCols, ask_all_high_bytes};
use crate::chips::gadgets::budget::ask_gas;
use crate::chips::gadgets::control::{owned_cell, runtime_cells};
use crate::chips::gadgets::slots::{instruction_trace, zero_row};
use crate::chips::lookup_source::ProgramSource;
use crate::chips::trace::Trace;
use crate::isa::Opcode;
use crate::isa::spaces::{INPUT_BASE, MAX_PAGES};

/// One row per event; padding rows are all zero. `input` gives the cells of the input window.
pub fn open_or_halt_trace(
    events: &[Event],
    minimum_height_log2: u32,
    input: &dyn Fn(u32) -> u64,
    programs: &dyn ProgramSource,
    lookups: &mut ByteLookups,
) -> Trace {
    instruction_trace(events, minimum_height_log2, |event| {
        fill_row(event, input, programs, lookups)
    })
}

/// The row of one event; `None` if the event has other accesses than such a row makes, or opens no program.
fn fill_row(
    event: &Event,
    input: &dyn Fn(u32) -> u64,
    programs: &dyn ProgramSource,
    lookups: &mut ByteLookups,
) -> Option<OpenOrHaltCols<Val>> {
    let (slot, rest) = event.accesses.split_first()?;
    let is_open = event.instruction.opcode == Opcode::SandboxOpen;
    let address = slot.old as u32;
    let is_window = address >= INPUT_BASE;
    let (reads, controls) = rest.split_at_checked(if is_window { 0 } else { SPAN_CELLS })?;
    let read_slot = AccessCols::filled(slot.previous, slot.time, lookups).into_cells();
    let mut columns = OpenOrHaltCols {
        is_open: Val::from_bool(is_open),
        is_halt: Val::from_bool(!is_open),
        is_window: Val::from_bool(is_window),
        runtime: runtime_cells(&event.before),
        a_slot: Val::from_u16(event.instruction.a),
        read_slot,
        ..zero_row()
    };
    fill_address(event, address, is_window, &mut columns, lookups);
    for (index, (cell, read)) in (0..).zip(columns.cells.iter_mut().zip(&mut columns.reads)) {
        let value = match reads.get(index as usize) {
            Some(access) => {
                *read = AccessCols::filled(access.previous, access.time, lookups).into_cells();
                access.old
            }
            None => input((address - INPUT_BASE) / 8 + index),
        };
        *cell = limbs(value);
    }
    if is_open {
        fill_opening(controls, programs, &mut columns, lookups)?;
    }
    let mut accesses = alloc::vec::Vec::from([read_slot]);
    accesses.extend(columns.reads);
    accesses.extend(columns.controls);
    ask_all_high_bytes(&accesses, lookups);
    Some(columns)
}

fn fill_address(
    event: &Event,
    address: u32,
    is_window: bool,
    columns: &mut OpenOrHaltCols<Val>,
    lookups: &mut ByteLookups,
) {
    let (low, page) = (address as u16, (address >> 16) as u16);
    let limit = if is_window { MAX_PAGES } else { event.before.pages };
    lookups.ask_range16(low >> 3);
    if is_window {
        lookups.ask_range16((page - (INPUT_BASE >> 16) as u16) << 1);
    }
    let room = (u64::from(limit) << 13).wrapping_sub(u64::from(address / 8) + SPAN_CELLS as u64);
    columns.cell_in_page = Val::from_u16(low >> 3);
    columns.page = Val::from_u16(page);
    columns.limit = Val::from_u32(limit);
    columns.room_low = ask_gas(room as u32, lookups);
}

fn fill_opening(
    controls: &[Access],
    programs: &dyn ProgramSource,
    columns: &mut OpenOrHaltCols<Val>,
    lookups: &mut ByteLookups,
) -> Option<()> {
    let [
        counter,
        _,
        live,
        _,
        tuple,
        tuple_2,
        low,
        low_2,
        high,
        high_2,
        kind,
        pages,
    ] = controls
    else {
        return None;
    };
    let root = [owned_cell([low, low_2]), owned_cell([high, high_2])];
    let [[old_low, new_low], [old_high, new_high]] = root;
    let mut digest = [0; 8];
    for (to, element) in digest.iter_mut().zip(new_low.into_iter().chain(new_high)) {
        *to = element.as_canonical_u32();
    }
    let handle = programs.handle(&digest)?;
    let header = programs.header(handle)?;
    let [_, variant, _, initial_pages, max_pages, rows, functions, start] = header.scalars();
    let [old_tuple, _] = owned_cell([tuple, tuple_2]);
    let ([old_kind, ..], [old_pages_low, old_pages_high, ..]) = (limbs(kind.old), limbs(pages.old));
    lookups.ask_range16(initial_pages as u16);
    columns.counter = Val::from_u32(counter.old as u32);
    columns.old_tuple = old_tuple;
    columns.old_roots = [old_low, old_high];
    columns.old_kind = old_kind;
    columns.old_pages = [old_pages_low, old_pages_high];
    columns.handle = Val::from_u32(handle);
    columns.header = [variant, initial_pages, max_pages, rows, functions, start].map(Val::from_u32);
    columns.initial_root = header.initial_root.map(Val::from_u32);
    columns.pages_low = Val::from_u16(initial_pages as u16);
    columns.pages_high = Val::from_u32(initial_pages >> 16);
    let written: [&Access; OPENED_CELLS] = [counter, live, tuple, low, high, kind, pages];
    columns.controls = written.map(|access| AccessCols::filled(access.previous, access.time, lookups).into_cells());
    Some(())
}
