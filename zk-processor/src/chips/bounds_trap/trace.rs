//! How the table of accesses out of bounds is filled.

use p3_field::{Field, PrimeCharacteristicRing};

use super::cases::{ACCESSES, BULK, Source};
use super::columns::BoundsTrapCols;
use crate::chips::builder::Val;
use crate::chips::byte_table::ByteLookups;
use crate::chips::event::{Access, Event, limbs};
use crate::chips::gadgets::access::{AccessCols, ask_all_high_bytes};
use crate::chips::gadgets::hand_over::split_accesses;
use crate::chips::gadgets::slots::{execution_cells, instruction_trace, low_limbs, zero_row};
use crate::chips::lookup_source::ProgramSource;
use crate::chips::trace::Trace;
use crate::isa::spaces::MAX_FRAME_POINTER;
use crate::isa::{Opcode, Space, Trap};

/// One row per event; padding rows are all zero.
pub fn bounds_trap_trace(
    events: &[Event],
    minimum_height_log2: u32,
    programs: &dyn ProgramSource,
    lookups: &mut ByteLookups,
) -> Trace {
    instruction_trace(events, minimum_height_log2, |event| fill_row(event, programs, lookups))
}

/// The numbers of a comparison.
struct Comparison {
    first: u64,
    second: u64,
    offset: i64,
    bound: u64,
}

/// The row of one event; `None` if the event has other accesses than such a row makes.
fn fill_row(event: &Event, programs: &dyn ProgramSource, lookups: &mut ByteLookups) -> Option<BoundsTrapCols<Val>> {
    let (own, [.., detail, _, _, _]) = split_accesses(event)?;
    let slots = own.iter().take_while(|access| access.space == Space::Frame).count();
    let (slots, cells) = own.split_at_checked(slots)?;
    let first_slot = slots.first()?;
    let [_, gas, a, dst, x @ ..] = event.instruction.to_elements().map(Val::from_u32);
    let mut columns = BoundsTrapCols {
        execution: execution_cells(event),
        gas,
        dst,
        a,
        x,
        first_slot: low_limbs(first_slot.old),
        ..zero_row()
    };
    for (read, slot) in columns.reads.iter_mut().zip(slots) {
        *read = AccessCols::filled(slot.previous, slot.time, lookups).into_cells();
    }
    let code = event.instruction.opcode as u32;
    let access = ACCESSES
        .iter()
        .position(|sort| (sort.first as u32..sort.first as u32 + sort.opcodes).contains(&code));
    let bulk = BULK.iter().position(|bulk| bulk.opcode == event.instruction.opcode);
    let comparison = match (access, bulk) {
        (Some(sort), _) => {
            columns.access[sort] = Val::ONE;
            columns.variant = Val::from_u32(code - ACCESSES[sort].first as u32);
            Comparison {
                first: first_slot.old,
                second: event.instruction.low().into(),
                offset: i64::from(ACCESSES[sort].bytes) - 1,
                bound: u64::from(event.before.pages) << 16,
            }
        }
        (_, Some(operation)) => fill_bulk(event, operation, slots, cells, &mut columns, lookups)?,
        _ => fill_element(
            event,
            detail.new,
            first_slot.old,
            cells,
            programs,
            &mut columns,
            lookups,
        )?,
    };
    let source = columns.is_source == Val::ONE;
    columns.size_cell = Val::from_u32(if source {
        event.instruction.high()
    } else {
        event.instruction.low()
    });
    fill_comparison(&comparison, &mut columns, lookups);
    ask_all_high_bytes(&columns.reads, lookups);
    Some(columns)
}

fn fill_bulk(
    event: &Event,
    operation: usize,
    slots: &[Access],
    cells: &[Access],
    columns: &mut BoundsTrapCols<Val>,
    lookups: &mut ByteLookups,
) -> Option<Comparison> {
    let [first, second, count, rest @ ..] = slots else {
        return None;
    };
    columns.bulk[operation] = Val::ONE;
    columns.other_slots = [
        limbs(second.old),
        rest.first().map_or([Val::ZERO; 4], |slot| limbs(slot.old)),
    ];
    columns.count = low_limbs(count.old);
    let operation = &BULK[operation];
    let memory = u64::from(event.before.pages) << 16;
    // The executor reads a source's size only where the destination fits.
    let is_source = match (operation.is_table, operation.source) {
        (_, Source::Nothing) => false,
        (_, Source::Memory) => first.old + count.old <= memory,
        (true, _) => cells.len() == 2,
        (false, _) => cells.len() == 1,
    };
    columns.is_source = Val::from_bool(is_source);
    let size = cells.last();
    if let Some(size) = size {
        columns.size = low_limbs(size.old);
        columns.reads[4] = AccessCols::filled(size.previous, size.time, lookups).into_cells();
    }
    if let [passed, _] = cells {
        columns.passed_size = low_limbs(passed.old);
        columns.reads[5] = AccessCols::filled(passed.previous, passed.time, lookups).into_cells();
    }
    Some(Comparison {
        first: if is_source { second.old } else { first.old },
        second: count.old,
        offset: -1,
        bound: size.map_or(memory, |size| size.old),
    })
}

/// `table_get`, `table_set`, `call_indirect`.
fn fill_element(
    event: &Event,
    trap: u64,
    index: u64,
    cells: &[Access],
    programs: &dyn ProgramSource,
    columns: &mut BoundsTrapCols<Val>,
    lookups: &mut ByteLookups,
) -> Option<Comparison> {
    let (size, element) = (cells.first()?, cells.get(1));
    let is = |wanted: Trap| Val::from_bool(trap == wanted as u64);
    columns.is_get = Val::from_bool(event.instruction.opcode == Opcode::TableGet);
    columns.is_set = Val::from_bool(event.instruction.opcode == Opcode::TableSet);
    columns.is_undefined = is(Trap::UndefinedElement);
    columns.is_null = is(Trap::UninitializedElement);
    columns.is_mismatch = is(Trap::IndirectCallTypeMismatch);
    columns.is_frame = is(Trap::StackExhausted);
    columns.size = low_limbs(size.old);
    columns.reads[4] = AccessCols::filled(size.previous, size.time, lookups).into_cells();
    let Some(element) = element else {
        return Some(Comparison {
            first: index,
            second: 0,
            offset: 0,
            bound: size.old,
        });
    };
    columns.element = low_limbs(element.old);
    columns.reads[6] = AccessCols::filled(element.previous, element.time, lookups).into_cells();
    if element.old != 0 {
        let entry = programs.entry(event.before.handle, element.old as u32 - 1)?;
        columns.entry = [entry.pc, entry.type_index].map(Val::from_u32);
        let difference = Val::from_u32(entry.type_index) - Val::from_u32(event.instruction.high());
        columns.type_inverse = difference.try_inverse().unwrap_or_default();
    }
    if trap == Trap::StackExhausted as u64 {
        let frame = event.before.frame_pointer + event.instruction.dst;
        lookups.ask_range16(frame.wrapping_sub(MAX_FRAME_POINTER) as u16);
    }
    Some(Comparison {
        first: size.old,
        second: 0,
        offset: -1,
        bound: index,
    })
}

fn fill_comparison(comparison: &Comparison, columns: &mut BoundsTrapCols<Val>, lookups: &mut ByteLookups) {
    let Comparison {
        first,
        second,
        offset,
        bound,
    } = *comparison;
    let low = |value: u64| i64::from(value as u16);
    let low_sum = low(first) + low(second) + offset - low(bound);
    let carry = low_sum >> 16;
    let high_sum = low(first >> 16) + low(second >> 16) + carry - (bound >> 16) as i64;
    lookups.ask_range16(low_sum as u16);
    lookups.ask_range16(high_sum as u16);
    lookups.ask_pair((carry + 2) as u8, (high_sum >> 16) as u8);
    columns.first = low_limbs(first);
    columns.second = low_limbs(second);
    columns.bound = [bound & 0xffff, bound >> 16].map(Val::from_u64);
    columns.low = Val::from_u16(low_sum as u16);
    columns.high = Val::from_u16(high_sum as u16);
}
