//! How the table of hash heads is filled.

use p3_field::{PrimeCharacteristicRing, PrimeField32};

use super::STATE_CELLS;
use super::columns::HashStepCols;
use super::event::HashStep;
use crate::chips::builder::{Columns, Val};
use crate::chips::byte_table::ByteLookups;
use crate::chips::event::{Access, Event, limbs};
use crate::chips::gadgets::access::{AccessCols, ask_high_bytes};
use crate::chips::gadgets::slots::{execution_cells, low_limbs, zero_row};
use crate::chips::trace::Trace;
use crate::isa::Opcode;
use crate::isa::rows::{hash_sizes, step_blocks};
use crate::isa::spaces::{INPUT_BASE, MAX_PAGES};

/// One row per event; padding rows are all zero.
pub fn hash_step_trace(events: &[Event], minimum_height_log2: u32, lookups: &mut ByteLookups) -> Trace {
    let mut trace = Trace::with_rows(HashStepCols::<Val>::WIDTH, events.len(), minimum_height_log2);
    for (row, step) in events.iter().filter_map(HashStep::of).enumerate() {
        trace.write(row, &fill_row(&step, lookups));
    }
    trace
}

fn fill_row(step: &HashStep<'_>, lookups: &mut ByteLookups) -> HashStepCols<Val> {
    let mut row: HashStepCols<Val> = zero_row();
    let instruction = &step.event.instruction;
    let is_begin = matches!(instruction.opcode, Opcode::Sha256Begin | Opcode::Poseidon2Begin);
    row.is_begin = Val::from_bool(is_begin);
    row.is_advance = Val::from_bool(step.part > 0);
    row.is_done = Val::from_bool(!is_begin && step.part == 0);
    row.is_poseidon = Val::from_bool(matches!(
        instruction.opcode,
        Opcode::Poseidon2Begin | Opcode::Poseidon2Step
    ));
    row.execution = execution_cells(step.event);
    let [_, gas, a_slot, ..] = instruction.to_elements().map(Val::from_u32);
    (row.gas, row.a_slot) = (gas, a_slot);
    fill_operands(step, &mut row, lookups);
    fill_bounds(step, &mut row, is_begin, lookups);
    let mut high = 0;
    for (cells, access) in row.slots.iter_mut().zip(step.slots) {
        let filled = AccessCols::filled(access.previous, access.time, lookups);
        high = filled.difference_high.as_canonical_u32();
        *cells = filled.into_cells();
    }
    let [first, second, _] = row.slots.map(AccessCols::from_cells);
    ask_high_bytes(&first, Some(&second), lookups);
    lookups.ask_pair(high as u8, step.part.saturating_sub(1) as u8);
    if let ([first, second, third, fourth], false) = (step.state, row.is_poseidon == Val::ONE) {
        fill_state([first, second, third, fourth], &mut row, lookups);
    }
    row
}

fn fill_operands(step: &HashStep<'_>, row: &mut HashStepCols<Val>, lookups: &mut ByteLookups) {
    let [state, blocks, count] = step.slots;
    (row.state, row.blocks, row.count) = (low_limbs(state.old), low_limbs(blocks.old), low_limbs(count.old));
    (row.blocks_after, row.count_after) = (low_limbs(blocks.new), low_limbs(count.new));
    for value in [blocks.new as u32, count.new as u32] {
        lookups.ask_range16(value as u16);
        lookups.ask_range16((value >> 16) as u16);
    }
    let (_, block_len) = hash_sizes(step.event.instruction.opcode);
    let (bytes, from) = (step.part * block_len as u32, step.blocks_address());
    row.part = Val::from_u32(step.part);
    row.is_full = Val::from_bool(u64::from(step.part) == step_blocks(step.event.instruction.opcode));
    row.carry = Val::from_bool((from & 0xffff) + bytes > 0xffff);
    row.wraps = Val::from_bool(from.checked_add(bytes).is_none());
    row.borrow = Val::from_bool(step.count() & 0xffff < step.part);
}

fn fill_bounds(step: &HashStep<'_>, row: &mut HashStepCols<Val>, is_begin: bool, lookups: &mut ByteLookups) {
    let (state, blocks, count) = (step.state_address(), step.blocks_address(), step.count());
    row.cells_in_page = [state, blocks].map(|address| {
        lookups.ask_range16((address as u16) / 8);
        Val::from_u16(address as u16 / 8)
    });
    let covered = if is_begin { count } else { step.part };
    row.covered = Val::from_u32(covered);
    let (state_len, block_len) = hash_sizes(step.event.instruction.opcode);
    let pages = u64::from(step.event.before.pages);
    let is_checked = is_begin || step.part > 0;
    let memory_end = pages << 13;
    let blocks_end = u64::from(blocks / 8) + u64::from(covered) * (block_len / 8);
    let is_window = is_checked && blocks >= INPUT_BASE && blocks_end > memory_end;
    row.is_window = Val::from_bool(is_window);
    let end = if is_window {
        u64::from(MAX_PAGES) << 13
    } else {
        memory_end
    };
    let mut room = |end: u64, taken: u64| {
        let room = if is_checked {
            end.saturating_sub(taken) as u32
        } else {
            0
        };
        let high = (room >> 13).min(0xffff);
        let low = room - (high << 13);
        lookups.ask_range16(low as u16);
        lookups.ask_range16(high as u16);
        [Val::from_u32(low), Val::from_u32(high)]
    };
    row.state_room = room(memory_end, u64::from(state / 8) + state_len / 8);
    row.blocks_room = room(end, blocks_end);
    if is_window {
        lookups.ask_range16(((blocks - INPUT_BASE) >> 16) as u16 * 2);
    }
    if is_begin {
        lookups.ask_range16((count >> 16) as u16 * (1 << 6));
    }
}

fn fill_state(cells: [&Access; STATE_CELLS], row: &mut HashStepCols<Val>, lookups: &mut ByteLookups) {
    let accesses = cells.map(|access| AccessCols::filled(access.previous, access.time, lookups));
    let [first, second, third, fourth] = &accesses;
    ask_high_bytes(first, Some(second), lookups);
    ask_high_bytes(third, Some(fourth), lookups);
    row.old = cells.map(|access| limbs(access.old));
    row.new = cells.map(|access| limbs(access.new));
    row.writes = accesses.map(AccessCols::into_cells);
}
