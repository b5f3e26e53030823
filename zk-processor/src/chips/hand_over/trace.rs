//! How the table of hand-overs is filled.

use p3_field::{Field, PrimeCharacteristicRing};

use super::columns::HandOverCols;
use crate::chips::builder::Val;
use crate::chips::byte_table::ByteLookups;
use crate::chips::event::{Access, Event, limbs};
use crate::chips::gadgets::access::AccessCols;
use crate::chips::gadgets::control::owned_cell;
use crate::chips::gadgets::hand_over::split_accesses;
use crate::chips::gadgets::slots::instruction_trace;
use crate::chips::trace::Trace;

/// Whether an event is one of a sandbox that gives control back: besides its own row it has one in this table.
pub fn gives_back(event: &Event) -> bool {
    event.before.context != 0 && event.after.context == 0
}

/// One row per event; padding rows are all zero.
pub fn hand_over_trace(events: &[Event], minimum_height_log2: u32, lookups: &mut ByteLookups) -> Trace {
    instruction_trace(events, minimum_height_log2, |event| fill_row(event, lookups))
}

/// The row of one event; `None` if the event does not end with the accesses of a hand-over.
fn fill_row(event: &Event, lookups: &mut ByteLookups) -> Option<HandOverCols<Val>> {
    let (
        _,
        [
            runtime,
            runtime_2,
            sandbox,
            sandbox_2,
            kind,
            detail,
            settled,
            gas,
            pages,
        ],
    ) = split_accesses(event)?;
    let [old_tuple, tuple] = owned_cell([sandbox, sandbox_2]);
    let [runtime_tuple, _] = owned_cell([runtime, runtime_2]);
    let [pc, frame_pointer, saved_pages, stack_left] = tuple;
    let (gas_left, gas_high) = (gas.new as u32, (gas.new >> 16) as u16);
    for value in [gas_left as u16, gas_high, gas_high << 2, pages.new as u16] {
        lookups.ask_range16(value);
    }
    let written = [runtime, sandbox, kind, detail, settled, gas, pages];
    let accesses = written.map(|access| AccessCols::filled(access.previous, access.time, lookups).into_cells());
    let highs = written.map(|access| ((access.time - access.previous - 1) >> 16) as u8);
    let [h0, h1, h2, h3, h4, h5, h6] = highs;
    for (first, second) in [(h0, h1), (h2, h3), (h4, h5), (h6, (pages.new >> 16) as u8)] {
        lookups.ask_pair(first, second);
    }
    let context = Val::from_u32(event.before.context);
    Some(HandOverCols {
        is_real: Val::ONE,
        tuple: [
            pc,
            frame_pointer,
            Val::from_u32(event.before.time),
            context,
            saved_pages,
            Val::from_u32(gas_left),
            stack_left,
        ],
        event: event_cells([kind, detail, settled], |access| access.new),
        context_inverse: context.try_inverse().unwrap_or_default(),
        gas_low: Val::from_u16(gas_left as u16),
        pages_low: Val::from_u16(pages.new as u16),
        runtime: runtime_tuple,
        old_tuple,
        old_event: event_cells([kind, detail, settled], |access| access.old),
        old_gas: low(gas.old),
        old_pages: low(pages.old),
        accesses,
    })
}

fn event_cells([kind, detail, settled]: [&Access; 3], value: fn(&Access) -> u64) -> [Val; 5] {
    let ([kind, ..], [d0, d1, d2, _], [settled, ..]) =
        (limbs(value(kind)), limbs(value(detail)), limbs(value(settled)));
    [kind, d0, d1, d2, settled]
}

fn low(value: u64) -> [Val; 2] {
    let [low, high, ..] = limbs(value);
    [low, high]
}
