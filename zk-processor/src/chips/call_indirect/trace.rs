//! How the table of calls through a table is filled.

use p3_field::{Field, PrimeCharacteristicRing};

use super::columns::CallIndirectCols;
use crate::chips::builder::Val;
use crate::chips::byte_table::ByteLookups;
use crate::chips::event::Event;
use crate::chips::gadgets::access::{AccessCols, ask_high_bytes};
use crate::chips::gadgets::bound::ask_room;
use crate::chips::gadgets::link::Link;
use crate::chips::gadgets::slots::{execution_cells, instruction_trace, low_limbs};
use crate::chips::trace::Trace;
use crate::isa::Opcode;

/// The function whose entry the row of an event looks up; `None` if the event is no such call.
pub fn function_of(event: &Event) -> Option<u32> {
    match event.accesses.as_slice() {
        [_, _, element, _, _] if event.instruction.opcode == Opcode::CallIndirect => {
            (element.old as u32).checked_sub(1)
        }
        _ => None,
    }
}

/// One row per event; padding rows are all zero.
pub fn call_indirect_trace(events: &[Event], minimum_height_log2: u32, lookups: &mut ByteLookups) -> Trace {
    instruction_trace(events, minimum_height_log2, |event| fill_row(event, lookups))
}

/// The row of one event; `None` if the event has other accesses than such a call makes.
fn fill_row(event: &Event, lookups: &mut ByteLookups) -> Option<CallIndirectCols<Val>> {
    let [index, size, element, place, stack] = event.accesses.as_slice() else {
        return None;
    };
    let [_, gas, a_slot, frame_offset, x @ ..] = event.instruction.to_elements().map(Val::from_u32);
    let [read_index, read_size, read_element, write] =
        [index, size, element, place].map(|access| AccessCols::filled(access.previous, access.time, lookups));
    ask_high_bytes(&read_index, Some(&read_size), lookups);
    ask_high_bytes(&read_element, Some(&write), lookups);
    let frame = event.after.frame_pointer;
    lookups.ask_range16(frame as u16);
    lookups.ask_pair((frame >> 16) as u8, (frame >> 14) as u8 & 0xfc);
    Some(CallIndirectCols {
        is_real: Val::ONE,
        execution: execution_cells(event),
        gas,
        a_slot,
        frame_offset,
        x,
        index: low_limbs(index.old),
        size: low_limbs(size.old),
        room_low: ask_room((index.old as u32).wrapping_add(1), size.old as u32, lookups),
        element: low_limbs(element.old),
        entry: Val::from_u32(event.after.pc),
        offset_inverse: frame_offset.try_inverse().unwrap_or_default(),
        frame_low: Val::from_u16(frame as u16),
        old_link: Link::before([place, stack]).cells(),
        read_index: read_index.into_cells(),
        read_size: read_size.into_cells(),
        read_element: read_element.into_cells(),
        write: write.into_cells(),
    })
}
