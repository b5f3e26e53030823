//! How the table of extensions is filled.

use p3_field::PrimeCharacteristicRing;

use super::columns::ExtendCols;
use crate::chips::builder::Val;
use crate::chips::byte_table::ByteLookups;
use crate::chips::event::{Event, limbs};
use crate::chips::gadgets::access::{AccessCols, ask_high_bytes};
use crate::chips::gadgets::order::honest_sign_check;
use crate::chips::gadgets::slots::{execution_cells, instruction_trace, limbs16, low_limbs};
use crate::chips::trace::Trace;
use crate::isa::Opcode;

/// One row per event; padding rows are all zero.
pub fn extend_trace(events: &[Event], minimum_height_log2: u32, lookups: &mut ByteLookups) -> Trace {
    instruction_trace(events, minimum_height_log2, |event| fill_row(event, lookups))
}

/// The row of one event; `None` if the event has other accesses than this chip's opcodes make.
fn fill_row(event: &Event, lookups: &mut ByteLookups) -> Option<ExtendCols<Val>> {
    let [read, write] = event.accesses.as_slice() else {
        return None;
    };
    let opcode = event.instruction.opcode;
    let is_8 = matches!(opcode, Opcode::Extend8S32 | Opcode::Extend8S64);
    let is_16 = matches!(opcode, Opcode::Extend16S32 | Opcode::Extend16S64);
    let is_32 = opcode == Opcode::Extend32S64;
    let [a0, a1, ..] = limbs16(read.old);
    let [low_byte, high_byte] = a0.to_le_bytes();
    let sign_limb = match (is_8, is_16, is_32) {
        (true, ..) => u16::from(low_byte) << 8,
        (_, true, _) => a0,
        (.., true) => a1,
        _ => 0,
    };
    lookups.ask_range16(honest_sign_check(sign_limb));
    if is_8 {
        lookups.ask_pair(low_byte, high_byte);
    }
    let [_, gas, a_slot, dst, ..] = event.instruction.to_elements().map(Val::from_u32);
    let [read_access, write_access] =
        [read, write].map(|access| AccessCols::filled(access.previous, access.time, lookups));
    ask_high_bytes(&read_access, Some(&write_access), lookups);
    let row = ExtendCols {
        is_wrap: Val::from_bool(opcode == Opcode::Wrap64),
        is_8: Val::from_bool(is_8),
        is_16: Val::from_bool(is_16),
        is_32: Val::from_bool(is_32),
        is_wide: Val::from_bool(matches!(opcode, Opcode::Extend8S64 | Opcode::Extend16S64)),
        execution: execution_cells(event),
        gas,
        dst,
        a_slot,
        a: limbs(read.old),
        low_byte: Val::from_u8(if is_8 { low_byte } else { 0 }),
        sign_limb: Val::from_u16(sign_limb),
        sign: Val::from_u16(sign_limb >> 15),
        result: low_limbs(write.new),
        upper: Val::from_u16((write.new >> 48) as u16),
        old: limbs(write.old),
        read: read_access.into_cells(),
        write: write_access.into_cells(),
    };
    Some(row)
}
