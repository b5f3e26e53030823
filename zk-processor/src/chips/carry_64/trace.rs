//! How the table of sums with carry is filled.

use p3_field::PrimeCharacteristicRing;

use super::columns::Carry64Cols;
use crate::chips::builder::Val;
use crate::chips::byte_table::ByteLookups;
use crate::chips::event::{Event, limbs};
use crate::chips::gadgets::slots::{instruction_trace, limbs16};
use crate::chips::gadgets::wide::WideCols;
use crate::chips::trace::Trace;
use crate::isa::{Opcode, Shape};

/// One row per event; padding rows are all zero.
pub fn carry_64_trace(events: &[Event], minimum_height_log2: u32, lookups: &mut ByteLookups) -> Trace {
    instruction_trace(events, minimum_height_log2, |event| fill_row(event, lookups))
}

/// The row of one event; `None` if the event has other accesses than this chip's opcodes make.
fn fill_row(event: &Event, lookups: &mut ByteLookups) -> Option<Carry64Cols<Val>> {
    let (wide, values) = WideCols::of(event, lookups)?;
    for limb in limbs16(values.result) {
        lookups.ask_range16(limb);
    }
    let opcode = event.instruction.opcode;
    let is_with = Val::from_bool(opcode.shape() == Shape::Carry);
    let carry = Val::from_bool(values.third != 0);
    Some(Carry64Cols {
        wide,
        is_real: Val::ONE,
        is_sub: Val::from_bool(matches!(opcode, Opcode::SubBorrow64 | Opcode::SubWithBorrow64)),
        is_with,
        a: limbs(values.a),
        b: limbs(values.b),
        result: limbs(values.result),
        carry,
        carry_in: is_with * carry,
    })
}
