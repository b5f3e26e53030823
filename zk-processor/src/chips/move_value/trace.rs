//! How the table of copies and constants is filled.

use p3_field::PrimeCharacteristicRing;

use super::columns::MoveCols;
use crate::chips::builder::Val;
use crate::chips::byte_table::ByteLookups;
use crate::chips::event::{Event, limbs};
use crate::chips::gadgets::access::{ACCESS_CELLS, AccessCols, ask_high_bytes};
use crate::chips::gadgets::slots::{execution_cells, instruction_trace};
use crate::chips::trace::Trace;
use crate::isa::Opcode;

/// One row per event; padding rows are all zero.
pub fn move_value_trace(events: &[Event], minimum_height_log2: u32, lookups: &mut ByteLookups) -> Trace {
    instruction_trace(events, minimum_height_log2, |event| fill_row(event, lookups))
}

/// The row of one event; `None` if the event has other accesses than this chip's opcodes make.
fn fill_row(event: &Event, lookups: &mut ByteLookups) -> Option<MoveCols<Val>> {
    let is_move = event.instruction.opcode == Opcode::Move;
    let (read, write) = match (event.accesses.as_slice(), is_move) {
        ([read, write], true) => (Some(read), write),
        ([write], false) => (None, write),
        _ => return None,
    };
    let [_, gas, a_slot, dst, x @ ..] = event.instruction.to_elements().map(Val::from_u32);
    let read = match read {
        Some(read) => AccessCols::filled(read.previous, read.time, lookups),
        None => AccessCols::from_cells([Val::ZERO; ACCESS_CELLS]),
    };
    let write_access = AccessCols::filled(write.previous, write.time, lookups);
    ask_high_bytes(&read, Some(&write_access), lookups);
    let row = MoveCols {
        is_move: Val::from_bool(is_move),
        is_constant: Val::from_bool(!is_move),
        execution: execution_cells(event),
        gas,
        dst,
        a_slot,
        x,
        value: limbs(write.new),
        old: limbs(write.old),
        read: read.into_cells(),
        write: write_access.into_cells(),
    };
    Some(row)
}
