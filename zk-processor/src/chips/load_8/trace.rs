//! How the table of 1-byte loads is filled.

use p3_field::PrimeCharacteristicRing;

use super::columns::Load8Cols;
use crate::chips::builder::Val;
use crate::chips::byte_table::ByteLookups;
use crate::chips::event::Event;
use crate::chips::gadgets::address::limb_selectors;
use crate::chips::gadgets::load::{LoadEvent, load_trace};
use crate::chips::gadgets::span::is_aligned_load;
use crate::chips::trace::Trace;
use crate::isa::Opcode;

/// Whether the event is a load of this table: it went through.
pub fn takes(event: &Event) -> bool {
    is_aligned_load(event, 1)
}

/// One row per event; padding rows are all zero. `input` gives the cells of the input window.
pub fn load_8_trace(
    events: &[Event],
    minimum_height_log2: u32,
    input: &dyn Fn(u32) -> u64,
    lookups: &mut ByteLookups,
) -> Trace {
    load_trace(events, minimum_height_log2, input, |load| fill_row(load, lookups))
}

fn fill_row(load: &LoadEvent<'_>, lookups: &mut ByteLookups) -> Load8Cols<Val> {
    let [low, high] = ((load.cell >> (8 * (load.byte() & 6))) as u16).to_le_bytes();
    let is_odd = load.byte() % 2 == 1;
    let byte = if is_odd { high } else { low };
    let [to_32, to_64] = [Opcode::Load8S32, Opcode::Load8S64].map(|opcode| load.event.instruction.opcode == opcode);
    lookups.ask_pair(low, high);
    let is_negative = byte >> 7 == 1;
    Load8Cols {
        load: load.cells(byte << 1, lookups),
        at: limb_selectors(load.address),
        is_odd: Val::from_bool(is_odd),
        is_signed_32: Val::from_bool(to_32),
        is_signed_64: Val::from_bool(to_64),
        bytes: [Val::from_u8(low), Val::from_u8(high)],
        byte: Val::from_u8(byte),
        top_bit: Val::from_bool(is_negative),
        sign: Val::from_bool(is_negative && (to_32 || to_64)),
        upper_sign: Val::from_bool(is_negative && to_64),
    }
}
