//! How the table of branches by an index is filled.

use p3_field::PrimeCharacteristicRing;

use super::columns::BranchTableCols;
use crate::chips::builder::Val;
use crate::chips::byte_table::ByteLookups;
use crate::chips::event::Event;
use crate::chips::gadgets::access::{AccessCols, ask_high_bytes};
use crate::chips::gadgets::bound::ask_room;
use crate::chips::gadgets::slots::{execution_cells, instruction_trace, low_limbs};
use crate::chips::trace::Trace;

/// One row per event; padding rows are all zero.
pub fn branch_table_trace(events: &[Event], minimum_height_log2: u32, lookups: &mut ByteLookups) -> Trace {
    instruction_trace(events, minimum_height_log2, |event| fill_row(event, lookups))
}

/// The row of one event; `None` if the event has other accesses than such a branch makes.
fn fill_row(event: &Event, lookups: &mut ByteLookups) -> Option<BranchTableCols<Val>> {
    let [read] = event.accesses.as_slice() else {
        return None;
    };
    let [_, gas, a_slot, ..] = event.instruction.to_elements().map(Val::from_u32);
    let (index, count) = (read.old as u32, event.instruction.low());
    let entry = index.min(count);
    let access = AccessCols::filled(read.previous, read.time, lookups);
    ask_high_bytes(&access, None, lookups);
    Some(BranchTableCols {
        is_real: Val::ONE,
        is_default: Val::from_bool(index > count),
        execution: execution_cells(event),
        gas,
        a_slot,
        count: low_limbs(count.into()),
        index: low_limbs(index.into()),
        entry: low_limbs(entry.into()),
        room_low: ask_room(entry, index.max(count), lookups),
        read: access.into_cells(),
    })
}
