//! How the table of 32-bit products is filled.

use p3_field::PrimeCharacteristicRing;

use super::columns::Mul32Cols;
use crate::chips::builder::Val;
use crate::chips::byte_table::ByteLookups;
use crate::chips::event::Event;
use crate::chips::gadgets::logic::bytes_of;
use crate::chips::gadgets::slots::{Operands, instruction_trace, low_limbs, zero_row};
use crate::chips::trace::Trace;

/// One row per event; padding rows are all zero.
pub fn mul_32_trace(events: &[Event], minimum_height_log2: u32, lookups: &mut ByteLookups) -> Trace {
    instruction_trace(events, minimum_height_log2, |event| fill_row(event, lookups))
}

/// The row of one event; `None` if the event has other accesses than this chip's opcodes make.
fn fill_row(event: &Event, lookups: &mut ByteLookups) -> Option<Mul32Cols<Val>> {
    let (operands, destination, values) = Operands::of_write(event, lookups)?;
    let mut row: Mul32Cols<Val> = zero_row();
    row.put_operands(operands);
    row.put_destination(destination);
    row.is_real = Val::ONE;
    row.a = bytes_of(values.a);
    row.b = bytes_of(values.b);
    row.result = low_limbs(values.result);
    for value in [values.a, values.b] {
        let [b0, b1, b2, b3, ..] = value.to_le_bytes();
        lookups.ask_pair(b0, b1);
        lookups.ask_pair(b2, b3);
    }
    let carries = carries(values.a as u32, values.b as u32);
    let [low, high] = carries;
    for looked_up in [
        values.result as u32 & 0xffff,
        values.result as u32 >> 16,
        low,
        high,
        (low + high) << 5,
    ] {
        lookups.ask_range16(looked_up as u16);
    }
    row.carries = carries.map(Val::from_u32);
    Some(row)
}

/// What the sum of each limb leaves over, divided by 2^16.
fn carries(a: u32, b: u32) -> [u32; 2] {
    let (a, b) = (a.to_le_bytes(), b.to_le_bytes());
    let place = |place: usize| -> u32 {
        let pairs = a.iter().take(place + 1).zip(b.iter().take(place + 1).rev());
        pairs.map(|(a, b)| u32::from(*a) * u32::from(*b)).sum()
    };
    let low = (place(0) + (place(1) << 8)) >> 16;
    [low, (low + place(2) + (place(3) << 8)) >> 16]
}
