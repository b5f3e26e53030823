//! How the table of returns is filled.

use p3_field::{Field, PrimeCharacteristicRing};

use super::columns::ReturnCols;
use crate::chips::builder::{Columns, Val};
use crate::chips::byte_table::ByteLookups;
use crate::chips::event::Event;
use crate::chips::gadgets::access::{AccessCols, ask_high_bytes};
use crate::chips::gadgets::execution::EXECUTION_CELLS;
use crate::chips::gadgets::link::Link;
use crate::chips::trace::Trace;

/// One row per event; padding rows are all zero.
pub fn ret_trace(events: &[Event], minimum_height_log2: u32, lookups: &mut ByteLookups) -> Trace {
    let mut trace = Trace::with_rows(ReturnCols::<Val>::WIDTH, events.len(), minimum_height_log2);
    for (row, event) in events.iter().enumerate() {
        if let Some(columns) = fill_row(event, lookups) {
            trace.write(row, &columns);
        }
    }
    trace
}

/// The row of one event; `None` if the event has other accesses than a return makes.
fn fill_row(event: &Event, lookups: &mut ByteLookups) -> Option<ReturnCols<Val>> {
    let [place, stack] = event.accesses.as_slice() else {
        return None;
    };
    let link = Link::before([place, stack]);
    let read = AccessCols::filled(place.previous, place.time, lookups);
    ask_high_bytes(&read, None, lookups);
    let mut execution = [Val::ZERO; EXECUTION_CELLS];
    event.before.columns().write(&mut execution);
    Some(ReturnCols {
        is_real: Val::ONE,
        execution,
        gas: Val::from_u8(event.instruction.gas),
        link: link.cells(),
        pc_inverse: Val::from_u32(link.pc).try_inverse().unwrap_or_default(),
        read: read.into_cells(),
    })
}
