//! How the table of exits is filled.

use p3_field::PrimeCharacteristicRing;

use super::columns::SandboxExitCols;
use crate::chips::builder::Val;
use crate::chips::byte_table::ByteLookups;
use crate::chips::event::{Event, limbs};
use crate::chips::gadgets::access::{AccessCols, ask_high_bytes};
use crate::chips::gadgets::hand_over::split_accesses;
use crate::chips::gadgets::slots::{execution_cells, instruction_trace, zero_row};
use crate::chips::trace::Trace;
use crate::isa::Opcode;

/// One row per event; padding rows are all zero.
pub fn sandbox_exit_trace(events: &[Event], minimum_height_log2: u32, lookups: &mut ByteLookups) -> Trace {
    instruction_trace(events, minimum_height_log2, |event| fill_row(event, lookups))
}

/// The row of one event; `None` if the event has other accesses than an exit makes.
fn fill_row(event: &Event, lookups: &mut ByteLookups) -> Option<SandboxExitCols<Val>> {
    let (own, [.., detail, _, _, _]) = split_accesses(event)?;
    let opcode = event.instruction.opcode;
    let [_, gas, a, dst, x @ ..] = event.instruction.to_elements().map(Val::from_u32);
    let [d0, d1, ..] = limbs(detail.new);
    let mut columns = SandboxExitCols {
        is_trap: Val::from_bool(opcode == Opcode::Trap),
        is_panic: Val::from_bool(opcode == Opcode::Panic),
        is_privileged: Val::from_bool(opcode.is_privileged()),
        is_host_call: Val::from_bool(opcode == Opcode::HostCall),
        is_return: Val::from_bool(opcode == Opcode::Return),
        execution: execution_cells(event),
        gas,
        dst,
        a,
        x,
        detail: [d0, d1],
        ..zero_row()
    };
    if opcode.is_privileged() {
        let above = opcode as u8 - Opcode::Sha256Begin as u8;
        lookups.ask_pair(above, above << 4);
        columns.privileged = Val::from_u8(above);
    }
    if let [link, _] = own {
        let read = AccessCols::filled(link.previous, link.time, lookups);
        ask_high_bytes(&read, None, lookups);
        columns.read = read.into_cells();
    }
    Some(columns)
}
