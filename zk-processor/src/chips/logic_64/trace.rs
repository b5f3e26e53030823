//! How the table of 64-bit logic is filled.

use p3_field::PrimeCharacteristicRing;

use super::columns::Logic64Cols;
use crate::chips::builder::Val;
use crate::chips::byte_table::ByteLookups;
use crate::chips::event::Event;
use crate::chips::gadgets::logic::{ask_conjunction, bytes_of};
use crate::chips::gadgets::slots::{Operands, instruction_trace, low_limbs, zero_row};
use crate::chips::trace::Trace;
use crate::isa::Opcode;

/// One row per event; padding rows are all zero.
pub fn logic_64_trace(events: &[Event], minimum_height_log2: u32, lookups: &mut ByteLookups) -> Trace {
    instruction_trace(events, minimum_height_log2, |event| fill_row(event, lookups))
}

/// The row of one event; `None` if the event has other accesses than this chip's opcodes make.
fn fill_row(event: &Event, lookups: &mut ByteLookups) -> Option<Logic64Cols<Val>> {
    let (operands, destination, values) = Operands::of_write(event, lookups)?;
    let opcode = event.instruction.opcode;
    let mut row: Logic64Cols<Val> = zero_row();
    row.put_operands(operands);
    row.put_destination(destination);
    row.is_and = Val::from_bool(matches!(opcode, Opcode::And64 | Opcode::And64Imm));
    row.is_or = Val::from_bool(matches!(opcode, Opcode::Or64 | Opcode::Or64Imm));
    row.is_xor = Val::from_bool(matches!(opcode, Opcode::Xor64 | Opcode::Xor64Imm));
    ask_conjunction::<4>(values.a, values.b, lookups);
    row.a = bytes_of(values.a);
    row.b = bytes_of(values.b);
    row.conjunction = bytes_of(values.a & values.b);
    row.result = low_limbs(values.result);
    Some(row)
}
