//! How the table of 64-bit sums is filled.

use super::columns::AddSub64Cols;
use crate::chips::builder::Val;
use crate::chips::byte_table::ByteLookups;
use crate::chips::event::Event;
use crate::chips::gadgets::slots::{Operands, instruction_trace, zero_row};
use crate::chips::gadgets::sum::Sum;
use crate::chips::trace::Trace;
use crate::isa::Opcode;

/// One row per event; padding rows are all zero.
pub fn add_sub_64_trace(events: &[Event], minimum_height_log2: u32, lookups: &mut ByteLookups) -> Trace {
    instruction_trace(events, minimum_height_log2, |event| fill_row(event, lookups))
}

/// The row of one event; `None` if the event has other accesses than this chip's opcodes make.
fn fill_row(event: &Event, lookups: &mut ByteLookups) -> Option<AddSub64Cols<Val>> {
    let (operands, destination, values) = Operands::of_write(event, lookups)?;
    let is_sub = event.instruction.opcode == Opcode::Sub64;
    let mut row: AddSub64Cols<Val> = zero_row();
    row.put_operands(operands);
    row.put_destination(destination);
    row.put_sum(Sum::filled(is_sub, &values, lookups));
    Some(row)
}
