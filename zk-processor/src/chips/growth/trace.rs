//! How the table of pages, tables, segments and linear charges is filled.

use p3_field::{PrimeCharacteristicRing, PrimeField32};

use super::columns::GrowthCols;
use super::kind::Kind;
use crate::chips::builder::Val;
use crate::chips::byte_table::ByteLookups;
use crate::chips::event::{Access, Event, limbs};
use crate::chips::gadgets::access::{ACCESS_CELLS, AccessCols};
use crate::chips::gadgets::slots::{execution_cells, instruction_trace, low_limbs};
use crate::chips::trace::Trace;
use crate::isa::Opcode;

/// Whether the event is a row of this table: it went through.
pub fn takes(event: &Event) -> bool {
    event.before.context == event.after.context
        && Kind::ALL.iter().any(|kind| kind.opcode() == event.instruction.opcode)
}

/// One row per event; padding rows are all zero.
pub fn growth_trace(events: &[Event], minimum_height_log2: u32, lookups: &mut ByteLookups) -> Trace {
    instruction_trace(events, minimum_height_log2, |event| {
        Growing::of(event).map(|growing| growing.row(lookups))
    })
}

/// An instruction as the executor saw it.
struct Growing<'a> {
    event: &'a Event,
    kind: Kind,
    a: Option<&'a Access>,
    size: Option<&'a Access>,
    element: Option<&'a Access>,
    slot: Option<&'a Access>,
}

impl<'a> Growing<'a> {
    /// `None` if the event has other accesses than such an instruction makes.
    fn of(event: &'a Event) -> Option<Self> {
        let kind = kind_of(event)?;
        let mut rest = event.accesses.iter();
        // The executor's order: a, a value, size, element, dst.
        let mut next = |is_there: bool| {
            if is_there { rest.next().map(Some) } else { Some(None) }
        };
        let a = next(kind.is_one_of(Kind::READS_A))?;
        let value = next(kind == Kind::TableSet)?;
        let size = next(kind.is_one_of(Kind::TABLE) || kind == Kind::SegmentDrop)?;
        let element = next(kind.is_one_of(Kind::ELEMENT))?;
        let destination = next(kind.is_one_of(Kind::WRITES))?;
        let slot = value.or(destination);
        Some(Self {
            event,
            kind,
            a,
            size,
            element,
            slot,
        })
    }

    fn a(&self) -> u32 {
        self.a.map_or(0, |access| access.old as u32)
    }

    fn row(&self, lookups: &mut ByteLookups) -> GrowthCols<Val> {
        let instruction = &self.event.instruction;
        let [_, gas, a_slot, dst, x @ ..] = instruction.to_elements().map(Val::from_u32);
        let before = self.before(lookups);
        let after = self.after(before, lookups);
        let next_pages = if self.kind.is_one_of(Kind::MEMORY) {
            Val::from_u32(after)
        } else {
            Val::from_u32(self.event.before.pages)
        };
        let mut charge = gas;
        if self.kind == Kind::ChargeLinear {
            charge += Val::from_u32(instruction.low()) + Val::from_u32(self.a());
        }
        let (gap, room_low) = self.gap(before, after, lookups);
        let [read_a, size, element, slot] = self.accesses(lookups);
        let value = |access: Option<&Access>| access.map_or(0, |access| access.old);
        GrowthCols {
            is_kind: Kind::ALL.map(|kind| Val::from_bool(kind == self.kind)),
            execution: execution_cells(self.event),
            gas,
            dst,
            a_slot,
            x,
            a: low_limbs(self.a().into()),
            before: low_limbs(before.into()),
            after: low_limbs(after.into()),
            next_pages,
            next_gas: Val::from_u32(self.event.before.gas_left) - charge,
            gap: gap.map(signed),
            room_low,
            slot_old: limbs(value(self.slot)),
            element_old: limbs(value(self.element)),
            result: limbs(self.slot.map_or(0, |access| access.new)),
            read_a,
            size,
            element,
            slot,
        }
    }

    /// Pages, size, length or gas before.
    fn before(&self, lookups: &mut ByteLookups) -> u32 {
        let state = &self.event.before;
        let before = match self.kind {
            Kind::MemorySize | Kind::MemoryGrown | Kind::MemoryRefused => state.pages,
            Kind::ChargeLinear => state.gas_left,
            _ => return self.size.map_or(0, |access| access.old as u32),
        };
        lookups.ask_range16(before as u16);
        if self.kind == Kind::ChargeLinear {
            lookups.ask_range16((before >> 16) as u16);
            lookups.ask_range16((before >> 14) as u16 & 0xfffc);
        }
        before
    }

    fn after(&self, before: u32, lookups: &mut ByteLookups) -> u32 {
        match self.kind {
            Kind::MemoryGrown | Kind::TableGrown => {
                let after = before.wrapping_add(self.a());
                lookups.ask_range16(after as u16);
                lookups.ask_range16((after >> 16) as u16);
                after
            }
            Kind::SegmentDrop => 0,
            _ => before,
        }
    }

    /// Limbs of the gap, and the lower limb of what it is as a number.
    fn gap(&self, before: u32, after: u32, lookups: &mut ByteLookups) -> ([i64; 2], Val) {
        let instruction = &self.event.instruction;
        let limit = if self.kind.is_one_of(Kind::MEMORY) || self.kind == Kind::ChargeLinear {
            instruction.low()
        } else {
            instruction.high()
        };
        let limb = |limb: u32, extra: i64| {
            let [before, after, a, limit] =
                [before, after, self.a(), limit].map(|number| i64::from(number >> (16 * limb) as u16 & 0xffff));
            match self.kind {
                Kind::TableGet | Kind::TableSet => before - a - extra,
                Kind::MemoryGrown | Kind::TableGrown => limit - after,
                Kind::MemoryRefused | Kind::TableRefused => before + a - limit - extra,
                Kind::ChargeLinear => before - a - limit - extra * i64::from(instruction.gas),
                Kind::MemorySize | Kind::TableSize | Kind::SegmentDrop => 0,
            }
        };
        let [low, high] = [limb(0, 1), limb(1, 0)];
        let room_low = low.rem_euclid(1 << 16);
        if self.a.is_some() {
            let carry = (room_low - low) >> 16;
            lookups.ask_range16(room_low as u16);
            lookups.ask_range16((high - carry) as u16);
            lookups.ask_pair((carry + 1) as u8, 0);
        }
        ([low, high], signed(room_low))
    }

    fn accesses(&self, lookups: &mut ByteLookups) -> [[Val; ACCESS_CELLS]; 4] {
        let accesses = [self.a, self.size, self.element, self.slot].map(|access| {
            let unused = AccessCols::from_cells([Val::ZERO; ACCESS_CELLS]);
            access.map_or(unused, |access| {
                AccessCols::filled(access.previous, access.time, lookups)
            })
        });
        let [a, size, element, slot] = accesses.map(|access| access.difference_high.as_canonical_u32() as u8);
        lookups.ask_pair(a, slot);
        lookups.ask_pair(size, element);
        accesses.map(AccessCols::into_cells)
    }
}

/// Which row the event is; growth is told from refusal by its answer.
fn kind_of(event: &Event) -> Option<Kind> {
    let is_refused = event
        .accesses
        .last()
        .is_some_and(|access| access.new == u64::from(u32::MAX));
    Some(match event.instruction.opcode {
        Opcode::MemorySize => Kind::MemorySize,
        Opcode::MemoryGrow if is_refused => Kind::MemoryRefused,
        Opcode::MemoryGrow => Kind::MemoryGrown,
        Opcode::TableSize => Kind::TableSize,
        Opcode::TableGrow if is_refused => Kind::TableRefused,
        Opcode::TableGrow => Kind::TableGrown,
        Opcode::TableGet => Kind::TableGet,
        Opcode::TableSet => Kind::TableSet,
        Opcode::SegmentDrop => Kind::SegmentDrop,
        Opcode::ChargeLinear => Kind::ChargeLinear,
        _ => return None,
    })
}

fn signed(value: i64) -> Val {
    let magnitude = Val::from_u64(value.unsigned_abs());
    if value < 0 { -magnitude } else { magnitude }
}
