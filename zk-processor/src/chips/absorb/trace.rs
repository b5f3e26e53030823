//! How the table of steps of `poseidon2` is filled.

use p3_field::{Field, PrimeCharacteristicRing, PrimeField32};

use super::columns::AbsorbCols;
use super::{BLOCK_CELLS, TOP};
use crate::chips::builder::{Columns, Val};
use crate::chips::byte_table::ByteLookups;
use crate::chips::event::{Event, limbs};
use crate::chips::gadgets::access::{AccessCols, ask_all_high_bytes};
use crate::chips::gadgets::slots::zero_row;
use crate::chips::hash_step::HashStep;
use crate::chips::poseidon2::{STATE_WIDTH, permutation_row};
use crate::chips::trace::Trace;
use crate::isa::Opcode;
use crate::isa::spaces::INPUT_BASE;
use crate::program::commitment::Hasher;

/// Rows that an event has.
pub fn absorb_rows(event: &Event) -> usize {
    usize::from(step_of(event).is_some())
}

fn step_of(event: &Event) -> Option<HashStep<'_>> {
    let is_step = event.instruction.opcode == Opcode::Poseidon2Step;
    HashStep::of(event).filter(|step| is_step && step.part > 0)
}

/// The table of the steps among these events. `input` gives the cells of the input window.
pub fn absorb_trace(
    events: &[Event],
    minimum_height_log2: u32,
    input: &dyn Fn(u32) -> u64,
    lookups: &mut ByteLookups,
) -> Trace {
    let rows = events.iter().map(absorb_rows).sum();
    let mut trace = Trace::with_rows(AbsorbCols::<Val>::WIDTH, rows, minimum_height_log2);
    for (row, step) in events.iter().filter_map(step_of).enumerate() {
        trace.write(row, &fill_row(&step, input, lookups));
    }
    let mut padding: AbsorbCols<Val> = zero_row();
    fill_rounds(&mut padding, [0; STATE_WIDTH]);
    for row in rows..trace.height() {
        trace.write(row, &padding);
    }
    trace
}

fn words(cells: impl Iterator<Item = u64>) -> impl Iterator<Item = u32> {
    cells.flat_map(|cell| [cell as u32, (cell >> 32) as u32])
}

fn fill_row(step: &HashStep<'_>, input: &dyn Fn(u32) -> u64, lookups: &mut ByteLookups) -> AbsorbCols<Val> {
    let mut row: AbsorbCols<Val> = zero_row();
    let is_window = step.blocks.is_empty();
    row.is_real = Val::ONE;
    row.is_window = Val::from_bool(is_window);
    row.time = Val::from_u32(step.event.before.time);
    row.first_cells = [step.first_cell(), step.state_address() / 8].map(Val::from_u32);
    let block: [u64; BLOCK_CELLS] = core::array::from_fn(|cell| {
        if is_window {
            input(step.first_cell() - (INPUT_BASE >> 3) + cell as u32)
        } else {
            step.blocks.get(cell).map_or(0, |access| access.old)
        }
    });
    row.block = block.map(limbs);
    for (cells, access) in row.reads.iter_mut().zip(step.blocks) {
        *cells = AccessCols::filled(access.previous, access.time, lookups).into_cells();
    }
    for (index, access) in step.state.iter().enumerate() {
        row.old[index] = limbs(access.old);
        row.writes[index] = AccessCols::filled(access.previous, access.time, lookups).into_cells();
    }
    ask_all_high_bytes(&row.reads, lookups);
    ask_all_high_bytes(&row.writes, lookups);
    let state = words(step.state.iter().map(|access| access.old));
    let mut before = [0; STATE_WIDTH];
    for (to, from) in before.iter_mut().zip(state) {
        *to = from;
    }
    for (to, from) in before.iter_mut().zip(words(block.into_iter())) {
        *to = from;
    }
    fill_rounds(&mut row, before);
    for limb in row
        .new
        .as_flattened()
        .as_chunks::<2>()
        .0
        .iter()
        .zip(&mut row.below_inverse)
    {
        let ([low, high], inverse) = limb;
        let below = Val::from_u32(TOP) - *high;
        for value in [*low, *high, below] {
            lookups.ask_range16(value.as_canonical_u32() as u16);
        }
        *inverse = below.try_inverse().unwrap_or_default();
    }
    row
}

/// The rounds of the permutation, and the state behind it.
fn fill_rounds(row: &mut AbsorbCols<Val>, before: [u32; STATE_WIDTH]) {
    let rounds = permutation_row(before.map(|word| Val::from_u64(u64::from(word))), 0);
    row.first_rounds = rounds.first_rounds;
    row.partial_cubes = rounds.partial_cubes;
    row.last_rounds = rounds.last_rounds;
    let mut state = before;
    let block = core::array::from_fn(|index| before[index]);
    Hasher::new().absorb(&mut state, &block);
    for (cell, pair) in row.new.iter_mut().zip(state.as_chunks::<2>().0) {
        let [low, high] = *pair;
        *cell = limbs(u64::from(low) | u64::from(high) << 32);
    }
}
