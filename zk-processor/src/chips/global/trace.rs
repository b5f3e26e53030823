//! How the table of globals is filled.

use p3_field::PrimeCharacteristicRing;

use super::columns::GlobalCols;
use crate::chips::builder::Val;
use crate::chips::byte_table::ByteLookups;
use crate::chips::event::{Event, limbs};
use crate::chips::gadgets::access::{AccessCols, ask_high_bytes};
use crate::chips::gadgets::slots::{execution_cells, instruction_trace, limbs16, low_limbs};
use crate::chips::trace::Trace;
use crate::isa::Opcode;

/// One row per event; padding rows are all zero.
pub fn global_trace(events: &[Event], minimum_height_log2: u32, lookups: &mut ByteLookups) -> Trace {
    instruction_trace(events, minimum_height_log2, |event| fill_row(event, lookups))
}

/// The row of one event; `None` if the event has other accesses than this chip's opcodes make.
fn fill_row(event: &Event, lookups: &mut ByteLookups) -> Option<GlobalCols<Val>> {
    let opcode = event.instruction.opcode;
    let is_get = matches!(opcode, Opcode::GlobalGet | Opcode::GlobalGetAdd);
    let is_sum = matches!(opcode, Opcode::GlobalGetAdd | Opcode::GlobalSetAdd);
    let [first, second] = event.accesses.as_slice() else {
        return None;
    };
    let (global, slot) = if is_get { (first, second) } else { (second, first) };
    let [_, gas, a_slot, dst, x @ ..] = event.instruction.to_elements().map(Val::from_u32);
    let [global_access, slot_access] =
        [global, slot].map(|access| AccessCols::filled(access.previous, access.time, lookups));
    ask_high_bytes(&global_access, Some(&slot_access), lookups);
    let fresh = if is_sum { second.new } else { 0 };
    if is_sum {
        for limb in limbs16(fresh).into_iter().take(2) {
            lookups.ask_range16(limb);
        }
    }
    let row = GlobalCols {
        is_get: Val::from_bool(is_get && !is_sum),
        is_set: Val::from_bool(!is_get && !is_sum),
        is_get_add: Val::from_bool(is_get && is_sum),
        is_set_add: Val::from_bool(!is_get && is_sum),
        execution: execution_cells(event),
        gas,
        dst,
        a_slot,
        x,
        global_old: limbs(global.old),
        global_new: limbs(global.new),
        slot_old: limbs(slot.old),
        slot_new: limbs(slot.new),
        fresh: low_limbs(fresh),
        global: global_access.into_cells(),
        slot: slot_access.into_cells(),
    };
    Some(row)
}
