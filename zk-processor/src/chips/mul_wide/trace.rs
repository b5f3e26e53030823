//! How the table of 128-bit products is filled.

use p3_field::PrimeCharacteristicRing;

use super::air::CARRY_OFFSET;
use super::columns::MulWideCols;
use crate::chips::builder::Val;
use crate::chips::byte_table::ByteLookups;
use crate::chips::event::Event;
use crate::chips::gadgets::product::{ask_carries, filled_bytes, number_of_limb};
use crate::chips::gadgets::slots::{instruction_trace, limbs16};
use crate::chips::gadgets::wide::WideCols;
use crate::chips::trace::Trace;
use crate::isa::Opcode;

/// One row per event; padding rows are all zero.
pub fn mul_wide_trace(events: &[Event], minimum_height_log2: u32, lookups: &mut ByteLookups) -> Trace {
    instruction_trace(events, minimum_height_log2, |event| fill_row(event, lookups))
}

/// The row of one event; `None` if the event has other accesses than this chip's opcodes make.
fn fill_row(event: &Event, lookups: &mut ByteLookups) -> Option<MulWideCols<Val>> {
    let (wide, values) = WideCols::of(event, lookups)?;
    let is_signed = event.instruction.opcode == Opcode::MulWideS;
    let signs = [values.a, values.b].map(|value| is_signed && value >> 63 == 1);
    let (result, carries) = limbs_and_carries(values.a, values.b, signs);
    for limb in result {
        lookups.ask_range16(limb);
    }
    ask_carries(&carries, lookups);
    if is_signed {
        let [below_a, below_b] = [values.a, values.b].map(|value| (value >> 56 << 1) as u8);
        lookups.ask_pair(below_a, below_b);
    }
    Some(MulWideCols {
        wide,
        is_real: Val::ONE,
        is_signed: Val::from_bool(is_signed),
        a: filled_bytes(values.a, lookups),
        b: filled_bytes(values.b, lookups),
        signs: signs.map(Val::from_bool),
        result: result.map(Val::from_u16),
        carries: carries.map(Val::from_u16),
    })
}

/// The limbs of the product and what each leaves over, as the columns keep it.
fn limbs_and_carries(a: u64, b: u64, [a_is_negative, b_is_negative]: [bool; 2]) -> ([u16; 8], [u16; 8]) {
    let (mut result, mut carries) = ([0; 8], [0; 8]);
    let corrections = [if a_is_negative { b } else { 0 }, if b_is_negative { a } else { 0 }].map(limbs16);
    let mut rest = 0;
    for (limb, (result, carry)) in result.iter_mut().zip(&mut carries).enumerate() {
        rest += number_of_limb::<4>(a, b, limb) as i64;
        let mut offset = 0;
        if let Some(upper) = limb.checked_sub(4) {
            rest -= corrections.iter().map(|limbs| i64::from(limbs[upper])).sum::<i64>();
            offset = i64::from(CARRY_OFFSET);
        }
        *result = rest as u16;
        rest >>= 16;
        *carry = (rest + offset) as u16;
    }
    (result, carries)
}
