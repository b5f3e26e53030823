//! How the table of branches on 64-bit order is filled.

use p3_field::PrimeCharacteristicRing;

use super::columns::BranchLess64Cols;
use crate::chips::builder::Val;
use crate::chips::byte_table::ByteLookups;
use crate::chips::event::Event;
use crate::chips::gadgets::order::Order;
use crate::chips::gadgets::slots::{Operands, instruction_trace, low_limbs, zero_row};
use crate::chips::trace::Trace;
use crate::isa::Opcode;

/// One row per event; padding rows are all zero.
pub fn branch_less_64_trace(events: &[Event], minimum_height_log2: u32, lookups: &mut ByteLookups) -> Trace {
    instruction_trace(events, minimum_height_log2, |event| fill_row(event, lookups))
}

/// The row of one event; `None` if the event has other accesses than this chip's opcodes make.
fn fill_row(event: &Event, lookups: &mut ByteLookups) -> Option<BranchLess64Cols<Val>> {
    let (operands, values) = Operands::of_branch(event, lookups)?;
    let opcode = event.instruction.opcode;
    let is_ge = matches!(
        opcode,
        Opcode::BranchGeS64 | Opcode::BranchGeS64Imm | Opcode::BranchGeU64 | Opcode::BranchGeU64Imm
    );
    let is_signed = matches!(
        opcode,
        Opcode::BranchLtS64 | Opcode::BranchLtS64Imm | Opcode::BranchGeS64 | Opcode::BranchGeS64Imm
    );
    let order = Order::filled(values.a, values.b, is_signed, lookups);
    let is_taken = (order.directions.contains(&Val::NEG_ONE)) != is_ge;
    let mut row: BranchLess64Cols<Val> = zero_row();
    row.put_operands(operands);
    row.is_real = Val::ONE;
    row.is_ge = Val::from_bool(is_ge);
    row.is_signed = Val::from_bool(is_signed);
    row.a = low_limbs(values.a);
    row.b = low_limbs(values.b);
    row.directions = order.directions;
    row.distance = order.distance;
    row.signs = order.signs;
    row.taken = Val::from_bool(is_taken);
    row.next_pc = Val::from_u32(event.after.pc);
    Some(row)
}
