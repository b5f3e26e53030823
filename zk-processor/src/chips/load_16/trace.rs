//! How the table of 2-byte loads is filled.

use p3_field::PrimeCharacteristicRing;

use super::columns::Load16Cols;
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
    is_aligned_load(event, 2)
}

/// One row per event; padding rows are all zero. `input` gives the cells of the input window.
pub fn load_16_trace(
    events: &[Event],
    minimum_height_log2: u32,
    input: &dyn Fn(u32) -> u64,
    lookups: &mut ByteLookups,
) -> Trace {
    load_trace(events, minimum_height_log2, input, |load| fill_row(load, lookups))
}

fn fill_row(load: &LoadEvent<'_>, lookups: &mut ByteLookups) -> Load16Cols<Val> {
    let value = (load.cell >> (8 * load.byte())) as u16;
    let [to_32, to_64] = [Opcode::Load16S32, Opcode::Load16S64].map(|opcode| load.event.instruction.opcode == opcode);
    if to_32 || to_64 {
        lookups.ask_range16(value << 1);
    }
    let is_negative = value >> 15 == 1;
    Load16Cols {
        load: load.cells(0, lookups),
        at: limb_selectors(load.address),
        is_signed_32: Val::from_bool(to_32),
        is_signed_64: Val::from_bool(to_64),
        value: Val::from_u16(value),
        sign: Val::from_bool(is_negative && (to_32 || to_64)),
        upper_sign: Val::from_bool(is_negative && to_64),
    }
}
