//! How the table of 8-byte loads is filled.

use p3_field::PrimeCharacteristicRing;

use super::columns::Load64Cols;
use crate::chips::builder::Val;
use crate::chips::byte_table::ByteLookups;
use crate::chips::event::Event;
use crate::chips::gadgets::load::{LoadEvent, load_trace};
use crate::chips::gadgets::span::is_aligned_load;
use crate::chips::trace::Trace;

/// Whether the event is a load of this table: it went through, on exactly one cell.
pub fn takes(event: &Event) -> bool {
    is_aligned_load(event, 8)
}

/// One row per event; padding rows are all zero. `input` gives the cells of the input window.
pub fn load_64_trace(
    events: &[Event],
    minimum_height_log2: u32,
    input: &dyn Fn(u32) -> u64,
    lookups: &mut ByteLookups,
) -> Trace {
    load_trace(events, minimum_height_log2, input, |load| fill_row(load, lookups))
}

fn fill_row(load: &LoadEvent<'_>, lookups: &mut ByteLookups) -> Load64Cols<Val> {
    Load64Cols {
        load: load.cells(0, lookups),
        is_real: Val::ONE,
    }
}
