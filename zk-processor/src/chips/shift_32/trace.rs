//! How the table of 32-bit shifts is filled.

use p3_field::PrimeCharacteristicRing;

use super::columns::Shift32Cols;
use crate::chips::builder::Val;
use crate::chips::byte_table::ByteLookups;
use crate::chips::event::Event;
use crate::chips::gadgets::logic::bytes_of;
use crate::chips::gadgets::slots::{Operands, instruction_trace, low_limbs, zero_row};
use crate::chips::trace::Trace;
use crate::isa::Opcode;

/// One row per event; padding rows are all zero.
pub fn shift_32_trace(events: &[Event], minimum_height_log2: u32, lookups: &mut ByteLookups) -> Trace {
    instruction_trace(events, minimum_height_log2, |event| fill_row(event, lookups))
}

/// The row of one event; `None` if the event has other accesses than this chip's opcodes make.
fn fill_row(event: &Event, lookups: &mut ByteLookups) -> Option<Shift32Cols<Val>> {
    let (operands, destination, values) = Operands::of_write(event, lookups)?;
    let opcode = event.instruction.opcode;
    let mut row: Shift32Cols<Val> = zero_row();
    row.put_operands(operands);
    row.put_destination(destination);
    row.is_shl = Val::from_bool(matches!(opcode, Opcode::Shl32 | Opcode::Shl32Imm));
    row.is_shr_s = Val::from_bool(matches!(opcode, Opcode::ShrS32 | Opcode::ShrS32Imm));
    row.is_shr_u = Val::from_bool(matches!(opcode, Opcode::ShrU32 | Opcode::ShrU32Imm));
    row.is_rotl = Val::from_bool(matches!(opcode, Opcode::Rotl32 | Opcode::Rotl32Imm));
    row.is_rotr = Val::from_bool(opcode == Opcode::Rotr32);
    row.a = bytes_of(values.a);
    row.b = low_limbs(values.b);
    row.result = low_limbs(values.result);
    let amount = values.b as u32 % 32;
    let is_to_left = row.is_shl + row.is_rotl == Val::ONE;
    let way = if is_to_left { amount } else { 32 - amount };
    row.amount = Val::from_u32(amount);
    row.by_bytes = core::array::from_fn(|bytes| Val::from_bool(way as usize / 8 == bytes));
    row.by_bits = core::array::from_fn(|place| Val::from_u32(way >> place & 1));
    row.power = Val::from_u32(1 << (way % 8));
    lookups.ask_range16(values.b as u16 / 32);
    let bytes = (values.a as u32).to_le_bytes();
    let [b0, b1, b2, b3] = bytes;
    lookups.ask_pair(8 * amount as u8, b3 << 1);
    lookups.ask_pair(b0, b1);
    lookups.ask_pair(b2, b3);
    let splits = bytes.map(|byte| (u16::from(byte) << (way % 8)).to_le_bytes());
    for [low, high] in splits {
        lookups.ask_pair(low, high);
    }
    row.low = splits.map(|[low, _]| Val::from_u8(low));
    row.high = splits.map(|[_, high]| Val::from_u8(high));
    row.sign = Val::from_u8(b3 >> 7);
    row.fill = row.sign * row.is_shr_s;
    Some(row)
}
