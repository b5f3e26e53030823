//! How the tables of divisions are filled.

use super::air::{OPCODES_32, OPCODES_64};
use super::columns::{DivRem32Cols, DivRem64Cols};
use crate::chips::builder::Val;
use crate::chips::byte_table::ByteLookups;
use crate::chips::event::Event;
use crate::chips::gadgets::division::Division;
use crate::chips::gadgets::slots::{Destination, Operands, instruction_trace, zero_row};
use crate::chips::trace::Trace;
use crate::isa::Opcode;

/// 32-bit divisions: one row per event; padding rows are all zero.
pub fn div_rem_32_trace(events: &[Event], minimum_height_log2: u32, lookups: &mut ByteLookups) -> Trace {
    instruction_trace(events, minimum_height_log2, |event| {
        let (operands, destination, division) = parts(event, OPCODES_32, lookups)?;
        let mut row: DivRem32Cols<Val> = zero_row();
        row.put_operands(operands);
        row.put_destination(destination);
        row.put_division(division);
        Some(row)
    })
}

/// 64-bit divisions: one row per event; padding rows are all zero.
pub fn div_rem_64_trace(events: &[Event], minimum_height_log2: u32, lookups: &mut ByteLookups) -> Trace {
    instruction_trace(events, minimum_height_log2, |event| {
        let (operands, destination, division) = parts(event, OPCODES_64, lookups)?;
        let mut row: DivRem64Cols<Val> = zero_row();
        row.put_operands(operands);
        row.put_destination(destination);
        row.put_division(division);
        Some(row)
    })
}

/// The columns of one event; `None` if the event is not the ordinary row of one of these opcodes.
fn parts<const LIMBS: usize>(
    event: &Event,
    opcodes: [Opcode; 4],
    lookups: &mut ByteLookups,
) -> Option<(Operands<Val, LIMBS>, Destination<Val>, Division<Val, LIMBS>)> {
    let (operands, destination, values) = Operands::of_write(event, lookups)?;
    // An immediate form's code is its plain form's plus one.
    let code = event.instruction.opcode as u8 - u8::from(values.is_immediate);
    let operation = opcodes.iter().position(|opcode| *opcode as u8 == code)?;
    let division = Division::filled(operation, [values.a, values.b, values.result], lookups)?;
    Some((operands, destination, division))
}
