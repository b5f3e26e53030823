//! How the table of 4-byte stores is filled.

use super::columns::Store32Cols;
use crate::chips::builder::Val;
use crate::chips::byte_table::ByteLookups;
use crate::chips::event::{Event, limbs};
use crate::chips::gadgets::address::limb_selectors;
use crate::chips::gadgets::span::is_aligned_store;
use crate::chips::gadgets::store::{StoreEvent, store_trace};
use crate::chips::trace::Trace;

/// Whether the event is a store of this table: it went through, at an even address within a cell.
pub fn takes(event: &Event) -> bool {
    is_aligned_store(event, 4)
}

/// One row per event; padding rows are all zero.
pub fn store_32_trace(events: &[Event], minimum_height_log2: u32, lookups: &mut ByteLookups) -> Trace {
    store_trace(events, minimum_height_log2, |store| fill_row(store, lookups))
}

fn fill_row(store: &StoreEvent<'_>, lookups: &mut ByteLookups) -> Store32Cols<Val> {
    Store32Cols {
        store: store.cells(lookups),
        at: limb_selectors(store.address),
        new: limbs(store.write.new),
    }
}
