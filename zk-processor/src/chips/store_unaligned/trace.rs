//! How the table of stores at any address is filled.

use p3_field::{PrimeCharacteristicRing, PrimeField32};

use super::columns::StoreUnalignedCols;
use crate::chips::builder::{Columns, Val};
use crate::chips::byte_table::ByteLookups;
use crate::chips::event::{Access, Event};
use crate::chips::gadgets::access::{ACCESS_CELLS, AccessCols, ask_high_bytes};
use crate::chips::gadgets::address::{ADDRESS_CELLS, AddressCols};
use crate::chips::gadgets::slots::{execution_cells, instruction_trace, limbs16, zero_row};
use crate::chips::gadgets::span::{self, Span};
use crate::chips::trace::Trace;
use crate::isa::Shape;
use crate::isa::rows::access_len;

/// Whether the event is a store of this table: it went through, at an odd address or over two cells.
pub fn takes(event: &Event) -> bool {
    span::is_unaligned_store(event)
}

/// One row per event; padding rows are all zero.
pub fn store_unaligned_trace(events: &[Event], minimum_height_log2: u32, lookups: &mut ByteLookups) -> Trace {
    instruction_trace(events, minimum_height_log2, |event| {
        Store::of(event).map(|store| store.row(lookups))
    })
}

/// A store as the executor saw it.
struct Store<'a> {
    event: &'a Event,
    address: u32,
    len: u32,
    value: u64,
    read_a: &'a Access,
    read_value: Option<&'a Access>,
    first: &'a Access,
    second: Option<&'a Access>,
}

impl<'a> Store<'a> {
    /// `None` if the event has other accesses than such a store makes.
    fn of(event: &'a Event) -> Option<Self> {
        let (read_a, rest) = event.accesses.split_first()?;
        let (read_value, writes) = match event.instruction.opcode.shape() {
            Shape::Store => rest.split_first().map(|(value, writes)| (Some(value), writes))?,
            _ => (None, rest),
        };
        let (first, second) = match writes {
            [first] => (first, None),
            [first, second] => (first, Some(second)),
            _ => return None,
        };
        Some(Self {
            event,
            address: (read_a.old as u32).checked_add(event.instruction.low())?,
            len: access_len(event.instruction.opcode) as u32,
            value: read_value.map_or(u64::from(event.instruction.high()), |read| read.old),
            read_a,
            read_value,
            first,
            second,
        })
    }

    fn row(&self, lookups: &mut ByteLookups) -> StoreUnalignedCols<Val> {
        let instruction = &self.event.instruction;
        let span = Span::filled(self.address, self.len, self.event.before.pages << 13, lookups);
        let mut address = [Val::ZERO; ADDRESS_CELLS];
        AddressCols::filled(self.read_a.old as u32, instruction.low(), lookups).write(&mut address);
        let [_, gas, a_slot, dst, _, _, x2, x3] = instruction.to_elements().map(Val::from_u32);
        let mut row = StoreUnalignedCols {
            is_width: [2, 4, 8].map(|len| Val::from_bool(len == self.len)),
            is_immediate: Val::from_bool(self.read_value.is_none()),
            execution: execution_cells(self.event),
            gas,
            dst,
            a_slot,
            immediate: [x2, x3],
            address,
            at: span.at,
            is_odd: span.is_odd,
            is_crossing: span.is_crossing,
            room_low: span.room_low,
            ..zero_row()
        };
        self.put_limbs(&mut row, lookups);
        self.put_accesses(&mut row, lookups);
        row
    }

    fn put_limbs(&self, row: &mut StoreUnalignedCols<Val>, lookups: &mut ByteLookups) {
        let is_odd = !self.address.is_multiple_of(2);
        let cells = |first: u64, second: u64| {
            let ([a, b, c, d], [e, f, g, h]) = (limbs16(first), limbs16(second));
            [a, b, c, d, e, f, g, h]
        };
        let (old_second, new_second) = self.second.map_or((0, 0), |access| (access.old, access.new));
        let old = cells(self.first.old, old_second);
        row.old = old.map(Val::from_u16);
        row.new = cells(self.first.new, new_second).map(Val::from_u16);
        for (limb, value) in limbs16(self.value).into_iter().enumerate() {
            let [low, high] = value.to_le_bytes();
            if is_odd {
                (row.low[limb], row.high[limb]) = (Val::from_u8(low), Val::from_u8(high));
                lookups.ask_pair(low, high);
            } else {
                row.low[limb] = Val::from_u16(value);
            }
        }
        let begin = self.address as usize % 8 / 2;
        let mut split = |limb: usize| {
            let limb = old.get(limb).copied().unwrap_or_default();
            let [low, high] = limb.to_le_bytes();
            if is_odd {
                lookups.ask_pair(low, high);
                (Val::from_u8(low), Val::from_u8(high))
            } else {
                (Val::ZERO, Val::from_u16(limb))
            }
        };
        (row.kept_low, row.lost_high) = split(begin);
        (row.lost_low, row.kept_high) = split(begin + self.len as usize / 2);
    }

    fn put_accesses(&self, row: &mut StoreUnalignedCols<Val>, lookups: &mut ByteLookups) {
        let mut access = |access: &Access| AccessCols::filled(access.previous, access.time, lookups);
        let unused = AccessCols::from_cells([Val::ZERO; ACCESS_CELLS]);
        let (read_a, first) = (access(self.read_a), access(self.first));
        let read_value = self.read_value.map_or(unused, &mut access);
        let second = self.second.map_or(unused, &mut access);
        ask_high_bytes(&read_a, Some(&first), lookups);
        let [value, other] = [&read_value, &second].map(|read| read.difference_high.as_canonical_u32() as u8);
        lookups.ask_pair(value, other);
        row.read_a = read_a.into_cells();
        row.read_value = read_value.into_cells();
        row.write_first = first.into_cells();
        row.write_second = second.into_cells();
    }
}
