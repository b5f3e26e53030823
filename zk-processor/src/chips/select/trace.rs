//! How the table of choices is filled.

use p3_field::{Field, PrimeCharacteristicRing};

use super::columns::SelectCols;
use crate::chips::builder::Val;
use crate::chips::byte_table::ByteLookups;
use crate::chips::event::{Event, limbs};
use crate::chips::gadgets::access::{AccessCols, ask_high_bytes};
use crate::chips::gadgets::slots::{execution_cells, instruction_trace, low_limbs};
use crate::chips::trace::Trace;

/// One row per event; padding rows are all zero.
pub fn select_trace(events: &[Event], minimum_height_log2: u32, lookups: &mut ByteLookups) -> Trace {
    instruction_trace(events, minimum_height_log2, |event| fill_row(event, lookups))
}

/// The row of one event; `None` if the event has other accesses than this chip's opcodes make.
fn fill_row(event: &Event, lookups: &mut ByteLookups) -> Option<SelectCols<Val>> {
    let [a, b, condition, write] = event.accesses.as_slice() else {
        return None;
    };
    let [_, gas, a_slot, dst, b_slot, condition_slot, ..] = event.instruction.to_elements().map(Val::from_u32);
    let [read_a, read_b, read_condition, write_access] =
        [a, b, condition, write].map(|access| AccessCols::filled(access.previous, access.time, lookups));
    ask_high_bytes(&read_a, Some(&read_b), lookups);
    ask_high_bytes(&read_condition, Some(&write_access), lookups);
    let [low, high] = low_limbs(condition.old);
    let inverse = (low + high).try_inverse();
    let row = SelectCols {
        is_real: Val::ONE,
        execution: execution_cells(event),
        gas,
        dst,
        slots: [a_slot, b_slot, condition_slot],
        a: limbs(a.old),
        b: limbs(b.old),
        condition: [low, high],
        holds: Val::from_bool(inverse.is_some()),
        inverse: inverse.unwrap_or(Val::ZERO),
        result: limbs(write.new),
        old: limbs(write.old),
        reads: [read_a, read_b, read_condition].map(AccessCols::into_cells),
        write: write_access.into_cells(),
    };
    Some(row)
}
