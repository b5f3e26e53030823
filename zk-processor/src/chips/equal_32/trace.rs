//! How the table of 32-bit equality is filled.

use p3_field::PrimeCharacteristicRing;

use super::columns::Equal32Cols;
use crate::chips::builder::Val;
use crate::chips::byte_table::ByteLookups;
use crate::chips::event::Event;
use crate::chips::gadgets::equality::inverses;
use crate::chips::gadgets::slots::{Operands, instruction_trace, low_limbs, zero_row};
use crate::chips::trace::Trace;
use crate::isa::Opcode;

/// One row per event; padding rows are all zero.
pub fn equal_32_trace(events: &[Event], minimum_height_log2: u32, lookups: &mut ByteLookups) -> Trace {
    instruction_trace(events, minimum_height_log2, |event| fill_row(event, lookups))
}

/// The row of one event; `None` if the event has other accesses than this chip's opcodes make.
fn fill_row(event: &Event, lookups: &mut ByteLookups) -> Option<Equal32Cols<Val>> {
    let (operands, destination, values) = Operands::of_write(event, lookups)?;
    let is_eq = matches!(event.instruction.opcode, Opcode::Eq32 | Opcode::Eq32Imm);
    let mut row: Equal32Cols<Val> = zero_row();
    row.put_operands(operands);
    row.put_destination(destination);
    row.is_eq = Val::from_bool(is_eq);
    row.is_ne = Val::from_bool(!is_eq);
    row.a = low_limbs(values.a);
    row.b = low_limbs(values.b);
    row.result = Val::from_u64(values.result);
    row.inverses = inverses(values.a, values.b);
    Some(row)
}
