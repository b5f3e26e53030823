//! How the table of 1-byte stores is filled.

use p3_field::PrimeCharacteristicRing;

use super::columns::Store8Cols;
use crate::chips::builder::Val;
use crate::chips::byte_table::ByteLookups;
use crate::chips::event::{Event, limbs};
use crate::chips::gadgets::address::limb_selectors;
use crate::chips::gadgets::span::is_aligned_store;
use crate::chips::gadgets::store::{StoreEvent, store_trace};
use crate::chips::trace::Trace;

/// Whether the event is a store of this table: it went through.
pub fn takes(event: &Event) -> bool {
    is_aligned_store(event, 1)
}

/// One row per event; padding rows are all zero.
pub fn store_8_trace(events: &[Event], minimum_height_log2: u32, lookups: &mut ByteLookups) -> Trace {
    store_trace(events, minimum_height_log2, |store| fill_row(store, lookups))
}

fn fill_row(store: &StoreEvent<'_>, lookups: &mut ByteLookups) -> Store8Cols<Val> {
    let [low, high] = ((store.write.old >> (8 * (store.byte() & 6))) as u16).to_le_bytes();
    let [byte, rest] = (store.value as u16).to_le_bytes();
    lookups.ask_pair(low, high);
    lookups.ask_pair(byte, rest);
    Store8Cols {
        store: store.cells(lookups),
        at: limb_selectors(store.address),
        is_odd: Val::from_u32(store.byte() % 2),
        bytes: [Val::from_u8(low), Val::from_u8(high)],
        byte: Val::from_u8(byte),
        new: limbs(store.write.new),
    }
}
