//! How the table of loads at any address is filled.

use p3_field::{PrimeCharacteristicRing, PrimeField32};

use super::air::OPCODES;
use super::columns::LoadUnalignedCols;
use crate::chips::builder::{Columns, Val};
use crate::chips::byte_table::ByteLookups;
use crate::chips::event::{Access, Event, limbs};
use crate::chips::gadgets::access::{ACCESS_CELLS, AccessCols, ask_high_bytes};
use crate::chips::gadgets::address::{ADDRESS_CELLS, AddressCols};
use crate::chips::gadgets::slots::{execution_cells, instruction_trace, limbs16, zero_row};
use crate::chips::gadgets::span::{self, Span};
use crate::chips::trace::Trace;
use crate::isa::Opcode;
use crate::isa::rows::access_len;
use crate::isa::spaces::{INPUT_BASE, MAX_PAGES};

/// Whether the event is a load of this table: it went through, at an odd address or over two cells.
pub fn takes(event: &Event) -> bool {
    span::is_unaligned_load(event)
}

/// One row per event; padding rows are all zero. `input` gives the cells of the input window.
pub fn load_unaligned_trace(
    events: &[Event],
    minimum_height_log2: u32,
    input: &dyn Fn(u32) -> u64,
    lookups: &mut ByteLookups,
) -> Trace {
    instruction_trace(events, minimum_height_log2, |event| {
        Load::of(event, input).map(|load| load.row(lookups))
    })
}

/// A load as the executor saw it.
struct Load<'a> {
    event: &'a Event,
    address: u32,
    len: u32,
    /// The one or two cells, 0 for one that is not needed.
    cells: [u64; 2],
    read_a: &'a Access,
    /// Reads of the cells; none in the window.
    reads: &'a [Access],
    write: &'a Access,
}

impl<'a> Load<'a> {
    /// `None` if the event has other accesses than such a load makes.
    fn of(event: &'a Event, input: &dyn Fn(u32) -> u64) -> Option<Self> {
        let [read_a, reads @ .., write] = event.accesses.as_slice() else {
            return None;
        };
        let address = (read_a.old as u32).checked_add(event.instruction.low())?;
        let len = access_len(event.instruction.opcode) as u32;
        let is_crossing = address % 8 + len > 8;
        let cells = match reads {
            [] => {
                let first = address.checked_sub(INPUT_BASE)? / 8;
                [input(first), if is_crossing { input(first + 1) } else { 0 }]
            }
            [first] => [first.old, 0],
            [first, second] => [first.old, second.old],
            _ => return None,
        };
        Some(Self {
            event,
            address,
            len,
            cells,
            read_a,
            reads,
            write,
        })
    }

    fn row(&self, lookups: &mut ByteLookups) -> LoadUnalignedCols<Val> {
        let instruction = &self.event.instruction;
        let is_window = self.reads.is_empty();
        let end = if is_window { MAX_PAGES } else { self.event.before.pages };
        if is_window {
            lookups.ask_range16(((self.address - INPUT_BASE) >> 15) as u16 & 0xfffe);
        }
        let span = Span::filled(self.address, self.len, end << 13, lookups);
        let mut address = [Val::ZERO; ADDRESS_CELLS];
        AddressCols::filled(self.read_a.old as u32, instruction.low(), lookups).write(&mut address);
        let [_, gas, a_slot, dst, ..] = instruction.to_elements().map(Val::from_u32);
        let mut row = LoadUnalignedCols {
            is_opcode: OPCODES.map(|opcode| Val::from_bool(opcode == instruction.opcode)),
            is_window: Val::from_bool(is_window),
            execution: execution_cells(self.event),
            gas,
            dst,
            a_slot,
            address,
            at: span.at,
            is_odd: span.is_odd,
            is_crossing: span.is_crossing,
            end: Val::from_u32(end),
            room_low: span.room_low,
            first: limbs(self.cells[0]),
            second: limbs(self.cells[1]),
            old: limbs(self.write.old),
            ..zero_row()
        };
        self.put_value(&mut row, lookups);
        self.put_accesses(&mut row, lookups);
        row
    }

    fn put_value(&self, row: &mut LoadUnalignedCols<Val>, lookups: &mut ByteLookups) {
        let bytes = u128::from(self.cells[0]) | u128::from(self.cells[1]) << 64;
        let window = bytes >> (16 * (self.address % 8 / 2));
        for (limb, (tail, head)) in row.tail.iter_mut().zip(&mut row.head).enumerate() {
            let limb = (window >> (16 * limb)) as u16;
            let [low, high] = limb.to_le_bytes();
            if self.address.is_multiple_of(2) {
                *head = Val::from_u16(limb);
            } else {
                (*tail, *head) = (Val::from_u8(low), Val::from_u8(high));
                lookups.ask_pair(low, high);
            }
        }
        let result = limbs16(self.write.new);
        let [_, upper @ ..] = result;
        row.upper = upper.map(Val::from_u16);
        let top = match self.event.instruction.opcode {
            Opcode::Load16S32 | Opcode::Load16S64 => result[0],
            Opcode::Load32S64 => result[1],
            _ => return,
        };
        lookups.ask_range16(top << 1);
        row.top = Val::from_u16(top);
        row.sign = Val::from_u16(top >> 15);
    }

    fn put_accesses(&self, row: &mut LoadUnalignedCols<Val>, lookups: &mut ByteLookups) {
        let mut access = |access: &Access| AccessCols::filled(access.previous, access.time, lookups);
        let (read_a, write) = (access(self.read_a), access(self.write));
        let unused = AccessCols::from_cells([Val::ZERO; ACCESS_CELLS]);
        let mut reads = [unused; 2];
        for (read, event) in reads.iter_mut().zip(self.reads) {
            *read = access(event);
        }
        ask_high_bytes(&read_a, Some(&write), lookups);
        let [first, second] = reads.map(|read| read.difference_high.as_canonical_u32() as u8);
        lookups.ask_pair(first, second);
        row.read_a = read_a.into_cells();
        row.write = write.into_cells();
        [row.read_first, row.read_second] = reads.map(AccessCols::into_cells);
    }
}
