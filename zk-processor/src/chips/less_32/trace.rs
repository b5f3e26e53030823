//! How the table of 32-bit order is filled.

use p3_field::PrimeCharacteristicRing;

use super::columns::Less32Cols;
use crate::chips::builder::Val;
use crate::chips::byte_table::ByteLookups;
use crate::chips::event::Event;
use crate::chips::gadgets::order::Order;
use crate::chips::gadgets::slots::{Operands, instruction_trace, low_limbs, zero_row};
use crate::chips::trace::Trace;
use crate::isa::Opcode;

/// One row per event; padding rows are all zero.
pub fn less_32_trace(events: &[Event], minimum_height_log2: u32, lookups: &mut ByteLookups) -> Trace {
    instruction_trace(events, minimum_height_log2, |event| fill_row(event, lookups))
}

/// The row of one event; `None` if the event has other accesses than this chip's opcodes make.
fn fill_row(event: &Event, lookups: &mut ByteLookups) -> Option<Less32Cols<Val>> {
    let (operands, destination, values) = Operands::of_write(event, lookups)?;
    let opcode = event.instruction.opcode;
    let is_ge = matches!(
        opcode,
        Opcode::GeS32 | Opcode::GeS32Imm | Opcode::GeU32 | Opcode::GeU32Imm
    );
    let is_signed = matches!(
        opcode,
        Opcode::LtS32 | Opcode::LtS32Imm | Opcode::GeS32 | Opcode::GeS32Imm
    );
    let order = Order::filled(values.a, values.b, is_signed, lookups);
    let mut row: Less32Cols<Val> = zero_row();
    row.put_operands(operands);
    row.put_destination(destination);
    row.is_real = Val::ONE;
    row.is_ge = Val::from_bool(is_ge);
    row.is_signed = Val::from_bool(is_signed);
    row.a = low_limbs(values.a);
    row.b = low_limbs(values.b);
    row.directions = order.directions;
    row.distance = order.distance;
    row.signs = order.signs;
    row.result = Val::from_u64(values.result);
    Some(row)
}
