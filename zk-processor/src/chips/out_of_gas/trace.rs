//! How the table of uncovered charges is filled.

use p3_field::{Field, PrimeCharacteristicRing};

use super::columns::OutOfGasCols;
use crate::chips::builder::Val;
use crate::chips::byte_table::ByteLookups;
use crate::chips::event::Event;
use crate::chips::gadgets::access::{AccessCols, ask_high_bytes};
use crate::chips::gadgets::hand_over::split_accesses;
use crate::chips::gadgets::slots::{execution_cells, instruction_trace, low_limbs, zero_row};
use crate::chips::trace::Trace;
use crate::isa::spaces::MAX_FRAME_POINTER;
use crate::isa::{EventKind, Opcode};

/// One row per event; padding rows are all zero.
pub fn out_of_gas_trace(events: &[Event], minimum_height_log2: u32, lookups: &mut ByteLookups) -> Trace {
    instruction_trace(events, minimum_height_log2, |event| fill_row(event, lookups))
}

/// Which charge is not covered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Case {
    Own,
    Entry,
    Stack,
    Frame,
}

/// The row of one event; `None` if the event has other accesses than such a row makes.
fn fill_row(event: &Event, lookups: &mut ByteLookups) -> Option<OutOfGasCols<Val>> {
    let (own, [_, _, _, _, kind, _, _, _, _]) = split_accesses(event)?;
    let instruction = &event.instruction;
    let is_call = matches!(instruction.opcode, Opcode::Call | Opcode::Prologue);
    let case = if kind.new == EventKind::Trapped as u64 {
        if event.before.stack_left < instruction.low() {
            Case::Stack
        } else {
            Case::Frame
        }
    } else if is_call && event.before.gas_left >= u32::from(instruction.gas) {
        Case::Entry
    } else {
        Case::Own
    };
    let mut columns = with_case(event, case);
    if case == Case::Own && instruction.opcode == Opcode::ChargeLinear {
        let [slot] = own else { return None };
        let read = AccessCols::filled(slot.previous, slot.time, lookups);
        ask_high_bytes(&read, None, lookups);
        columns.read = read.into_cells();
        columns.linear = low_limbs(slot.new);
    }
    let linear = own.first().map_or(0, |slot| u64::from(slot.new as u32));
    compare(event, case, linear, &mut columns, lookups);
    if case == Case::Entry {
        let stack = event.before.stack_left - instruction.low();
        let frame = event.before.frame_pointer + u32::from(instruction.a);
        lookups.ask_range16(stack as u16);
        lookups.ask_pair((stack >> 16) as u8, (instruction.low() >> 16) as u8);
        lookups.ask_range16(frame as u16);
        lookups.ask_pair((frame >> 16) as u8, (frame >> 14) as u8 & !3);
        columns.stack_low = Val::from_u16(stack as u16);
        columns.frame_low = Val::from_u16(frame as u16);
    }
    if case == Case::Frame {
        let frame = event.before.frame_pointer + u32::from(instruction.a);
        lookups.ask_range16(frame.wrapping_sub(MAX_FRAME_POINTER) as u16);
    }
    Some(columns)
}

fn with_case(event: &Event, case: Case) -> OutOfGasCols<Val> {
    let code = event.instruction.opcode;
    let [opcode, gas, a, dst, x @ ..] = event.instruction.to_elements().map(Val::from_u32);
    let is = |wanted: Opcode| code == wanted;
    let of_calls =
        |wanted: Case| [Opcode::Call, Opcode::Prologue].map(|opcode| Val::from_bool(case == wanted && is(opcode)));
    let is_plain = case == Case::Own && !is(Opcode::Charge) && !is(Opcode::ChargeLinear);
    let difference = |other: Opcode| opcode - Val::from_u32(other as u32);
    let inverse = (difference(Opcode::Charge) * difference(Opcode::ChargeLinear)).try_inverse();
    let trap = matches!(case, Case::Stack | Case::Frame);
    OutOfGasCols {
        is_plain: Val::from_bool(is_plain),
        is_charge: Val::from_bool(is(Opcode::Charge)),
        is_linear: Val::from_bool(is(Opcode::ChargeLinear)),
        is_entry: of_calls(Case::Entry),
        is_stack: of_calls(Case::Stack),
        is_frame: Val::from_bool(case == Case::Frame),
        execution: execution_cells(event),
        opcode,
        opcode_inverse: if is_plain {
            inverse.unwrap_or_default()
        } else {
            Val::ZERO
        },
        gas,
        a,
        dst,
        x,
        settled: if case == Case::Entry { gas } else { Val::ZERO },
        taken: if trap { gas } else { Val::ZERO },
        detail: if trap {
            low_limbs(crate::isa::Trap::StackExhausted as u64)
        } else {
            [Val::ZERO; 3]
        },
        ..zero_row()
    }
}

/// Supply, demand and what they lack.
fn compare(event: &Event, case: Case, linear: u64, columns: &mut OutOfGasCols<Val>, lookups: &mut ByteLookups) {
    let (before, instruction) = (&event.before, &event.instruction);
    let gas = u32::from(instruction.gas);
    let operand = match instruction.opcode {
        Opcode::Charge | Opcode::ChargeLinear => instruction.low(),
        _ => 0,
    };
    let (supply, terms) = match case {
        Case::Own => (before.gas_left, [u64::from(gas), u64::from(operand), linear]),
        Case::Entry => (before.gas_left - gas, [instruction.high().into(), 0, 0]),
        Case::Stack => (before.stack_left, [instruction.low().into(), 0, 0]),
        Case::Frame => return,
    };
    let demand: u64 = terms.iter().sum();
    let low_carry = terms.iter().map(|term| term & 0xffff).sum::<u64>() >> 16;
    let shortage = demand.wrapping_sub(u64::from(supply)).wrapping_sub(1);
    let (d0, s0) = (demand as u16, supply as u16);
    let b0 = u32::from(d0) < u32::from(s0) + 1;
    let (d1, s1) = ((demand >> 16) as u16, (supply >> 16) as u16);
    let b1 = u32::from(d1) < u32::from(s1) + u32::from(b0);
    let high = (supply >> 16) as u16;
    for value in [s0, high, high << 2, d0, d1, shortage as u16, (shortage >> 16) as u16] {
        lookups.ask_range16(value);
    }
    columns.supply = low_limbs(supply.into());
    columns.demand = low_limbs(demand);
    columns.carries = [low_carry as u32, (demand >> 32) as u32].map(Val::from_u32);
    columns.borrows = [b0, b1].map(Val::from_bool);
    if case != Case::Stack {
        columns.detail = low_limbs(demand);
    }
}
