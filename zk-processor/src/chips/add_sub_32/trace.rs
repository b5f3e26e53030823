//! How the table of 32-bit sums is filled.

use p3_field::PrimeCharacteristicRing;

use super::columns::AddSub32Cols;
use crate::chips::builder::{Columns, Val};
use crate::chips::byte_table::ByteLookups;
use crate::chips::event::{Access, Event, limbs};
use crate::chips::gadgets::access::{AccessCols, ask_high_bytes};
use crate::chips::trace::Trace;
use crate::isa::Opcode;

/// One row per event; padding rows are all zero.
pub fn add_sub_32_trace(events: &[Event], minimum_height_log2: u32, lookups: &mut ByteLookups) -> Trace {
    let mut trace = Trace::with_rows(AddSub32Cols::<Val>::WIDTH, events.len(), minimum_height_log2);
    for (row, event) in events.iter().enumerate() {
        if let Some(columns) = fill_row(event, lookups) {
            trace.write(row, &columns);
        }
    }
    trace
}

/// The row of one event; `None` if the event has other accesses than this chip's opcodes make.
fn fill_row(event: &Event, lookups: &mut ByteLookups) -> Option<AddSub32Cols<Val>> {
    let opcode = event.instruction.opcode;
    let [_, gas, a_slot, dst, x0, x1, ..] = event.instruction.to_elements().map(Val::from_u32);
    let (read_a, read_b, write) = match event.accesses.as_slice() {
        [a, write] => (a, None, write),
        [a, b, write] => (a, Some(b), write),
        _ => return None,
    };
    let b_value = read_b.map_or(u64::from(event.instruction.low()), |read| read.old);
    let low_limbs = |value: u64| {
        let [low, high, ..] = limbs(value);
        [low, high]
    };
    lookups.ask_range16(write.new as u16);
    lookups.ask_range16((write.new >> 16) as u16);
    let mut access = |access: &Access| AccessCols::filled(access.previous, access.time, lookups);
    let (a_access, b_access, write_access) = (access(read_a), read_b.map(&mut access), access(write));
    ask_high_bytes(&a_access, Some(&write_access), lookups);
    if let Some(b_access) = &b_access {
        ask_high_bytes(b_access, None, lookups);
    }
    let mut execution = [Val::ZERO; crate::chips::gadgets::execution::EXECUTION_CELLS];
    event.before.columns().write(&mut execution);
    Some(AddSub32Cols {
        is_add: Val::from_bool(opcode == Opcode::Add32),
        is_add_immediate: Val::from_bool(opcode == Opcode::Add32Imm),
        is_sub: Val::from_bool(opcode == Opcode::Sub32),
        execution,
        gas,
        dst,
        a_slot,
        x0,
        x1,
        a: low_limbs(read_a.old),
        b: low_limbs(b_value),
        result: low_limbs(write.new),
        old: limbs(write.old),
        read_a: a_access.into_cells(),
        read_b: b_access.map_or([Val::ZERO; 2], AccessCols::into_cells),
        write: write_access.into_cells(),
    })
}
