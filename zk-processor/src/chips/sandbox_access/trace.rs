//! How the table of accesses to the sandbox is filled.

use p3_field::{Field, PrimeCharacteristicRing};

use super::columns::SandboxAccessCols;
use crate::chips::builder::Val;
use crate::chips::byte_table::ByteLookups;
use crate::chips::event::{Access, Event, halves, limbs};
use crate::chips::gadgets::access::{AccessCols, ask_all_high_bytes};
use crate::chips::gadgets::control::{owned_cell, runtime_cells};
use crate::chips::gadgets::slots::{instruction_trace, low_limbs, zero_row};
use crate::chips::trace::Trace;
use crate::isa::{ControlCell, Opcode};

/// One row per event; padding rows are all zero.
pub fn sandbox_access_trace(events: &[Event], minimum_height_log2: u32, lookups: &mut ByteLookups) -> Trace {
    instruction_trace(events, minimum_height_log2, |event| fill_row(event, lookups))
}

/// The row of one event; `None` if the event has other accesses than such an operation makes.
fn fill_row(event: &Event, lookups: &mut ByteLookups) -> Option<SandboxAccessCols<Val>> {
    let opcode = event.instruction.opcode;
    let [_, _, a, dst, x0, ..] = event.instruction.to_elements().map(Val::from_u32);
    let mut columns = SandboxAccessCols {
        is_control: Val::from_bool(opcode == Opcode::ControlGet),
        is_get: Val::from_bool(opcode == Opcode::ArgumentGet),
        is_set: Val::from_bool(opcode == Opcode::ArgumentSet),
        is_drop: Val::from_bool(opcode == Opcode::SandboxDrop),
        runtime: runtime_cells(&event.before),
        a_slot: a,
        x0,
        dst,
        ..zero_row()
    };
    let access = |access: &Access, lookups: &mut ByteLookups| {
        AccessCols::filled(access.previous, access.time, lookups).into_cells()
    };
    let (in_sandbox, result): (&[Access], Option<&Access>) = match event.accesses.as_slice() {
        [control, dst] if opcode == Opcode::ControlGet => {
            let number = (event.instruction.b() as u8).wrapping_sub(ControlCell::EventKind as u8);
            lookups.ask_pair(number, number.wrapping_mul(63));
            columns.accesses[2] = access(control, lookups);
            columns.value = limbs(control.old);
            (&[], Some(dst))
        }
        [index, live @ .., dst] if opcode == Opcode::ArgumentGet => {
            columns.accesses[0] = access(index, lookups);
            columns.index = low_limbs(index.old);
            (live, Some(dst))
        }
        [index, value, live @ ..] if opcode == Opcode::ArgumentSet => {
            columns.accesses[0] = access(index, lookups);
            columns.accesses[1] = access(value, lookups);
            columns.index = low_limbs(index.old);
            (live, None)
        }
        live => (live, None),
    };
    if let [live, _, rest @ ..] = in_sandbox {
        let ([context, _], [after, _]) = (halves(live.old), halves(live.new));
        (columns.context, columns.context_after) = (context, after);
        columns.context_inverse = context.try_inverse().unwrap_or_default();
        columns.accesses[3] = access(live, lookups);
        if let [tuple, tuple_2, argument] = rest {
            let [saved, _] = owned_cell([tuple, tuple_2]);
            columns.tuple = saved;
            columns.accesses[4] = access(tuple, lookups);
            columns.accesses[5] = access(argument, lookups);
            columns.old = limbs(argument.old);
            columns.value = limbs(argument.new);
        }
    }
    if let Some(result) = result {
        columns.accesses[6] = access(result, lookups);
        columns.old_dst = limbs(result.old);
    }
    ask_all_high_bytes(&columns.accesses, lookups);
    Some(columns)
}
