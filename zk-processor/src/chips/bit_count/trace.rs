//! How the table of bit counts is filled.

use core::array;

use p3_field::PrimeCharacteristicRing;

use super::air::{ABOVE_NARROW, OPCODES_64};
use super::columns::BitCountCols;
use crate::chips::builder::Val;
use crate::chips::byte_table::ByteLookups;
use crate::chips::event::{Event, limbs};
use crate::chips::gadgets::access::{AccessCols, ask_high_bytes};
use crate::chips::gadgets::slots::{execution_cells, instruction_trace, limbs16, low_limbs};
use crate::chips::trace::Trace;
use crate::isa::Opcode;

/// One row per event; padding rows are all zero.
pub fn bit_count_trace(events: &[Event], minimum_height_log2: u32, lookups: &mut ByteLookups) -> Trace {
    instruction_trace(events, minimum_height_log2, |event| fill_row(event, lookups))
}

/// The row of one event; `None` if the event has other accesses than this chip's opcodes make.
fn fill_row(event: &Event, lookups: &mut ByteLookups) -> Option<BitCountCols<Val>> {
    let [read, write] = event.accesses.as_slice() else {
        return None;
    };
    let code = event.instruction.opcode as u32;
    let is_narrow = code < Opcode::Clz64 as u32;
    let wide_code = if is_narrow { code + ABOVE_NARROW } else { code };
    let operation = OPCODES_64.iter().position(|opcode| *opcode as u32 == wide_code)?;
    let [_, gas, a_slot, dst, ..] = event.instruction.to_elements().map(Val::from_u32);
    let [read_access, write_access] =
        [read, write].map(|access| AccessCols::filled(access.previous, access.time, lookups));
    ask_high_bytes(&read_access, Some(&write_access), lookups);
    let [result] = low_limbs(write.new);
    let mut row = BitCountCols {
        selectors: array::from_fn(|selector| Val::from_bool(selector == operation)),
        is_narrow: Val::from_bool(is_narrow),
        execution: execution_cells(event),
        gas,
        dst,
        a_slot,
        a: limbs(read.old),
        deciding: [Val::ZERO; 4],
        bits: [Val::ZERO; 16],
        marks: [Val::ZERO; 16],
        upper: [[Val::ZERO; 16]; 2],
        result,
        old: limbs(write.old),
        read: read_access.into_cells(),
        write: write_access.into_cells(),
    };
    put_bits(&mut row, operation, read.old);
    Some(row)
}

fn put_bits(row: &mut BitCountCols<Val>, operation: usize, a: u64) {
    let bits = |limb: u16| array::from_fn(|place| Val::from_u16(limb >> place & 1));
    let values = limbs16(a);
    // The place of the bit that decides, if one does.
    let deciding = match operation {
        0 => a.checked_ilog2(),
        1 if a != 0 => Some(a.trailing_zeros()),
        1 => None,
        _ => {
            let [a0, a1, a2, a3] = values.map(bits);
            (row.bits, row.marks, row.upper) = (a0, a1, [a2, a3]);
            return;
        }
    };
    if let Some(place) = deciding {
        let (limb, place) = (place as usize / 16, place as usize % 16);
        row.deciding = array::from_fn(|index| Val::from_bool(index == limb));
        row.bits = bits(values[limb]);
        row.marks = array::from_fn(|index| Val::from_bool(index == place));
    }
}
