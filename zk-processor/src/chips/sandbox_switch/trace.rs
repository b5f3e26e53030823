//! How the table of switches is filled.

use p3_field::{Field, PrimeCharacteristicRing, PrimeField32};

use super::columns::SandboxSwitchCols;
use crate::chips::builder::Val;
use crate::chips::byte_table::ByteLookups;
use crate::chips::event::{Access, Event, limbs};
use crate::chips::gadgets::access::{AccessCols, ask_all_high_bytes};
use crate::chips::gadgets::control::{owned_cell, runtime_cells};
use crate::chips::gadgets::slots::{instruction_trace, low_limbs, zero_row};
use crate::chips::lookup_source::ProgramSource;
use crate::chips::trace::Trace;
use crate::isa::Opcode;

/// The function of the sandbox that an event enters.
pub fn entered_function(event: &Event) -> Option<u32> {
    let is_enter = event.instruction.opcode == Opcode::SandboxEnter && event.after.context != event.before.context;
    let function = event
        .accesses
        .first()
        .filter(|_| is_enter && event.before.context == 0)?;
    Some(function.old as u32)
}

/// One row per event; padding rows are all zero.
pub fn sandbox_switch_trace(
    events: &[Event],
    minimum_height_log2: u32,
    programs: &dyn ProgramSource,
    lookups: &mut ByteLookups,
) -> Trace {
    instruction_trace(events, minimum_height_log2, |event| fill_row(event, programs, lookups))
}

/// The row of one event; `None` if the event has other accesses than a switch makes.
fn fill_row(event: &Event, programs: &dyn ProgramSource, lookups: &mut ByteLookups) -> Option<SandboxSwitchCols<Val>> {
    let (slots, controls) = event.accesses.split_at_checked(event.accesses.len().checked_sub(11)?)?;
    let [
        live,
        _,
        kind,
        tuple,
        tuple_2,
        low,
        low_2,
        high,
        high_2,
        runtime,
        runtime_2,
    ] = controls
    else {
        return None;
    };
    let is_enter = event.instruction.opcode == Opcode::SandboxEnter;
    let [first, rest @ ..] = slots else { return None };
    let gas = if is_enter { rest.first()?.old } else { first.old };
    let ([context, ..], [kind_limb, ..]) = (low_limbs_of(live), limbs(kind.old));
    let [old_runtime, _] = owned_cell([runtime, runtime_2]);
    let [saved, _] = owned_cell([tuple, tuple_2]);
    let [root_low, root_high] = [[low, low_2], [high, high_2]].map(|half| owned_cell(half)[0]);
    let [_, _, a, _, x0, x1, ..] = event.instruction.to_elements().map(Val::from_u32);
    let mut columns = SandboxSwitchCols {
        is_enter: Val::from_bool(is_enter),
        is_resume: Val::from_bool(!is_enter),
        runtime: runtime_cells(&event.before),
        a_slot: a,
        x: [x0, x1],
        a: low_limbs(first.old),
        gas: low_limbs(gas),
        context,
        context_inverse: context.try_inverse().unwrap_or_default(),
        kind: kind_limb,
        tuple: saved,
        root: [root_low, root_high],
        old_runtime,
        handle: Val::from_u32(event.after.handle),
        next_pc: Val::from_u32(event.after.pc),
        next_frame: Val::from_u32(event.after.frame_pointer),
        next_stack: Val::from_u32(event.after.stack_left),
        ..zero_row()
    };
    let mut root = [0; 8];
    for (to, element) in root.iter_mut().zip(root_low.into_iter().chain(root_high)) {
        *to = element.as_canonical_u32();
    }
    programs.handle(&root)?;
    lookups.ask_range16((gas >> 16 << 2) as u16);
    if is_enter {
        let function = first.old as u32;
        let stack = rest.last()?.old;
        let entry = programs.entry(event.after.handle, function)?;
        lookups.ask_pair((function >> 16) as u8, (stack >> 16) as u8);
        columns.stack = low_limbs(stack);
        columns.type_index = Val::from_u32(entry.type_index);
    }
    let access = |access: &Access, lookups: &mut ByteLookups| {
        AccessCols::filled(access.previous, access.time, lookups).into_cells()
    };
    for (to, slot) in columns.reads.iter_mut().zip(slots) {
        *to = access(slot, lookups);
    }
    columns.controls = [live, kind, tuple, low, high, runtime].map(|cell| access(cell, lookups));
    let [r0, r1, r2] = columns.reads;
    let [c0, c1, c2, c3, c4, c5] = columns.controls;
    ask_all_high_bytes(&[r0, r1, r2, c0, c1, c2, c3, c4, c5], lookups);
    Some(columns)
}

/// The field elements of the first half of a machine-owned cell.
fn low_limbs_of(access: &Access) -> [Val; 2] {
    crate::chips::event::halves(access.old)
}
