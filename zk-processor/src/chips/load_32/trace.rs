//! How the table of 4-byte loads is filled.

use p3_field::PrimeCharacteristicRing;

use super::columns::Load32Cols;
use crate::chips::builder::Val;
use crate::chips::byte_table::ByteLookups;
use crate::chips::event::Event;
use crate::chips::gadgets::address::limb_selectors;
use crate::chips::gadgets::load::{LoadEvent, load_trace};
use crate::chips::gadgets::span::is_aligned_load;
use crate::chips::trace::Trace;
use crate::isa::Opcode;

/// Whether the event is a load of this table: it went through, at an even address within a cell.
pub fn takes(event: &Event) -> bool {
    is_aligned_load(event, 4)
}

/// One row per event; padding rows are all zero. `input` gives the cells of the input window.
pub fn load_32_trace(
    events: &[Event],
    minimum_height_log2: u32,
    input: &dyn Fn(u32) -> u64,
    lookups: &mut ByteLookups,
) -> Trace {
    load_trace(events, minimum_height_log2, input, |load| fill_row(load, lookups))
}

fn fill_row(load: &LoadEvent<'_>, lookups: &mut ByteLookups) -> Load32Cols<Val> {
    let value = (load.cell >> (8 * load.byte())) as u32;
    let is_signed = load.event.instruction.opcode == Opcode::Load32S64;
    if is_signed {
        lookups.ask_range16((value >> 15) as u16 & 0xfffe);
    }
    Load32Cols {
        load: load.cells(0, lookups),
        at: limb_selectors(load.address),
        is_signed: Val::from_bool(is_signed),
        value: [Val::from_u16(value as u16), Val::from_u16((value >> 16) as u16)],
        sign: Val::from_bool(is_signed && value >> 31 == 1),
    }
}
