//! How the table of branches on 64-bit equality is filled.

use p3_field::PrimeCharacteristicRing;

use super::columns::BranchEqual64Cols;
use crate::chips::builder::Val;
use crate::chips::byte_table::ByteLookups;
use crate::chips::event::Event;
use crate::chips::gadgets::equality::inverses;
use crate::chips::gadgets::slots::{Operands, instruction_trace, low_limbs, zero_row};
use crate::chips::trace::Trace;
use crate::isa::Opcode;

/// One row per event; padding rows are all zero.
pub fn branch_equal_64_trace(events: &[Event], minimum_height_log2: u32, lookups: &mut ByteLookups) -> Trace {
    instruction_trace(events, minimum_height_log2, |event| fill_row(event, lookups))
}

/// The row of one event; `None` if the event has other accesses than this chip's opcodes make.
fn fill_row(event: &Event, lookups: &mut ByteLookups) -> Option<BranchEqual64Cols<Val>> {
    let (operands, values) = Operands::of_branch(event, lookups)?;
    let is_eq = matches!(event.instruction.opcode, Opcode::BranchEq64 | Opcode::BranchEq64Imm);
    let mut row: BranchEqual64Cols<Val> = zero_row();
    row.put_operands(operands);
    row.is_eq = Val::from_bool(is_eq);
    row.is_ne = Val::from_bool(!is_eq);
    row.a = low_limbs(values.a);
    row.b = low_limbs(values.b);
    row.inverses = inverses(values.a, values.b);
    row.taken = Val::from_bool((values.a == values.b) == is_eq);
    row.next_pc = Val::from_u32(event.after.pc);
    Some(row)
}
