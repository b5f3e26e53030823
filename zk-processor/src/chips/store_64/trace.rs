//! How the table of 8-byte stores is filled.

use p3_field::PrimeCharacteristicRing;

use super::columns::Store64Cols;
use crate::chips::builder::Val;
use crate::chips::byte_table::ByteLookups;
use crate::chips::event::Event;
use crate::chips::gadgets::span::is_aligned_store;
use crate::chips::gadgets::store::{StoreEvent, store_trace};
use crate::chips::trace::Trace;

/// Whether the event is a store of this table: it went through, on exactly one cell.
pub fn takes(event: &Event) -> bool {
    is_aligned_store(event, 8)
}

/// One row per event; padding rows are all zero.
pub fn store_64_trace(events: &[Event], minimum_height_log2: u32, lookups: &mut ByteLookups) -> Trace {
    store_trace(events, minimum_height_log2, |store| fill_row(store, lookups))
}

fn fill_row(store: &StoreEvent<'_>, lookups: &mut ByteLookups) -> Store64Cols<Val> {
    Store64Cols {
        store: store.cells(lookups),
        is_real: Val::ONE,
    }
}
