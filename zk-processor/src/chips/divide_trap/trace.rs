//! How the table of divisions that trap is filled.

use p3_field::PrimeCharacteristicRing;

use super::columns::DivideTrapCols;
use crate::chips::builder::Val;
use crate::chips::byte_table::ByteLookups;
use crate::chips::event::{Event, limbs};
use crate::chips::gadgets::access::{AccessCols, ask_all_high_bytes};
use crate::chips::gadgets::hand_over::split_accesses;
use crate::chips::gadgets::slots::{execution_cells, instruction_trace, zero_row};
use crate::chips::trace::Trace;
use crate::isa::{Opcode, Trap};

/// One row per event; padding rows are all zero.
pub fn divide_trap_trace(events: &[Event], minimum_height_log2: u32, lookups: &mut ByteLookups) -> Trace {
    instruction_trace(events, minimum_height_log2, |event| fill_row(event, lookups))
}

/// The row of one event; `None` if the event has other accesses than such a row makes.
fn fill_row(event: &Event, lookups: &mut ByteLookups) -> Option<DivideTrapCols<Val>> {
    let (own, [.., detail, _, _, _]) = split_accesses(event)?;
    let (a, b) = (own.first()?, own.get(1));
    let [_, gas, a_slot, dst, x @ ..] = event.instruction.to_elements().map(Val::from_u32);
    let code = event.instruction.opcode as u8;
    let is_64 = code >= Opcode::DivS64 as u8;
    let operation = code
        - if is_64 {
            Opcode::DivS64 as u8
        } else {
            Opcode::DivS32 as u8
        };
    let overflows = detail.new == Trap::IntegerOverflow as u64;
    let case = |is_case: bool| [is_case && !is_64, is_case && is_64].map(Val::from_bool);
    let mut columns = DivideTrapCols {
        by_zero: case(!overflows),
        overflow: case(overflows),
        is_unsigned: Val::from_bool(operation >> 1 & 1 == 1),
        is_remainder: Val::from_bool(operation >> 2 & 1 == 1),
        is_immediate: Val::from_bool(operation & 1 == 1),
        execution: execution_cells(event),
        gas,
        dst,
        a_slot,
        x,
        a: limbs(a.old),
        read_a: AccessCols::filled(a.previous, a.time, lookups).into_cells(),
        ..zero_row()
    };
    if let Some(b) = b {
        columns.read_b = AccessCols::filled(b.previous, b.time, lookups).into_cells();
    }
    ask_all_high_bytes(&[columns.read_a, columns.read_b], lookups);
    Some(columns)
}
