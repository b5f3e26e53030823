//! How the table of calls is filled.

use p3_field::{Field, PrimeCharacteristicRing, PrimeField32};

use super::columns::CallCols;
use crate::chips::builder::{Columns, Val};
use crate::chips::byte_table::ByteLookups;
use crate::chips::event::Event;
use crate::chips::gadgets::access::{ACCESS_CELLS, AccessCols};
use crate::chips::gadgets::budget::ask_gas;
use crate::chips::gadgets::execution::EXECUTION_CELLS;
use crate::chips::gadgets::link::Link;
use crate::chips::trace::Trace;
use crate::isa::Opcode;

/// One row per event; padding rows are all zero.
pub fn call_trace(events: &[Event], minimum_height_log2: u32, lookups: &mut ByteLookups) -> Trace {
    let mut trace = Trace::with_rows(CallCols::<Val>::WIDTH, events.len(), minimum_height_log2);
    for (row, event) in events.iter().enumerate() {
        if let Some(columns) = fill_row(event, lookups) {
            trace.write(row, &columns);
        }
    }
    trace
}

/// The row of one event; `None` if the event has other accesses than a call or prologue makes.
fn fill_row(event: &Event, lookups: &mut ByteLookups) -> Option<CallCols<Val>> {
    let instruction = &event.instruction;
    let [_, gas, frame_offset, dst, x0, x1, x2, x3] = instruction.to_elements().map(Val::from_u32);
    let (old_link, write) = match event.accesses.as_slice() {
        [] => (Link::default(), AccessCols::from_cells([Val::ZERO; ACCESS_CELLS])),
        [place, stack] => {
            let write = AccessCols::filled(place.previous, place.time, lookups);
            (Link::before([place, stack]), write)
        }
        _ => return None,
    };
    let (stack, frame) = (event.after.stack_left, event.after.frame_pointer);
    lookups.ask_pair((instruction.low() >> 16) as u8, (instruction.high() >> 16) as u8);
    let gas_low = ask_gas(event.after.gas_left, lookups);
    lookups.ask_range16(stack as u16);
    lookups.ask_pair(write.difference_high.as_canonical_u32() as u8, (stack >> 16) as u8);
    lookups.ask_range16(frame as u16);
    lookups.ask_pair((frame >> 16) as u8, (frame >> 14) as u8 & 0xfc);
    let mut execution = [Val::ZERO; EXECUTION_CELLS];
    event.before.columns().write(&mut execution);
    Some(CallCols {
        is_call: Val::from_bool(instruction.opcode == Opcode::Call),
        is_prologue: Val::from_bool(instruction.opcode == Opcode::Prologue),
        execution,
        gas,
        dst,
        frame_offset,
        stack_charge: [x0, x1],
        entry_gas: [x2, x3],
        next_pc: Val::from_u32(event.after.pc),
        offset_inverse: frame_offset.try_inverse().unwrap_or_default(),
        gas_low,
        stack_low: Val::from_u16(stack as u16),
        frame_low: Val::from_u16(frame as u16),
        old_link: old_link.cells(),
        write: write.into_cells(),
    })
}
