//! How the table of 32-bit shifts is filled.

use super::air::OPCODES;
use super::columns::Shift32Cols;
use crate::chips::builder::Val;
use crate::chips::byte_table::ByteLookups;
use crate::chips::event::Event;
use crate::chips::gadgets::shift::Shift;
use crate::chips::gadgets::slots::{Operands, instruction_trace, zero_row};
use crate::chips::trace::Trace;

/// One row per event; padding rows are all zero.
pub fn shift_32_trace(events: &[Event], minimum_height_log2: u32, lookups: &mut ByteLookups) -> Trace {
    instruction_trace(events, minimum_height_log2, |event| fill_row(event, lookups))
}

/// The row of one event; `None` if the event has other accesses than this chip's opcodes make.
fn fill_row(event: &Event, lookups: &mut ByteLookups) -> Option<Shift32Cols<Val>> {
    let (operands, destination, values) = Operands::of_write(event, lookups)?;
    // An immediate form's code is its plain form's plus one.
    let code = event.instruction.opcode as u8 - u8::from(values.is_immediate);
    let operation = OPCODES.iter().position(|opcode| *opcode as u8 == code)?;
    let mut row: Shift32Cols<Val> = zero_row();
    row.put_operands(operands);
    row.put_destination(destination);
    row.put_shift(Shift::filled(operation, [values.a, values.b, values.result], lookups));
    Some(row)
}
