//! An instruction that reads slots a and x0, writes slot dst and touches slot x1: a wide product, or a sum with a carry out or in.
//!
//! # Proves
//! The row executes the line with this opcode; a and b are the values of slots fp + a and fp + x0; afterwards slot fp + dst holds the result and slot
//! fp + x1 what the chip says, and the next row is pc + 1.
//!
//! # How
//! Four accesses at the executor's times. The third slot's time is the chip's: a carry is read before dst is written, a second result written after it,
//! so any of the four slots may coincide.
//!
//! # Assumes
//! `count` is 0 or 1 by a claim of the chip; fresh limbs are checked by the chip (rule 11). What a third slot that is only read held is claimed by the chip.

use p3_field::PrimeCharacteristicRing;

use super::access::{ACCESS_CELLS, AccessCols, ask_high_bytes, high_bytes_of};
use super::execution::{EXECUTION_CELLS, Fetched};
use super::slots::{execution_cells, execution_of, offset, slot};
use crate::chips::builder::{ChipBuilder, Columns, Val};
use crate::chips::byte_table::ByteLookups;
use crate::chips::event::{Event, limbs};
use crate::columns;
use crate::isa::Shape;

columns! {
    /// What every such instruction has. First in its chip's row.
    pub struct WideCols<T> {
        /// The execution tuple. Bound by the execution bus.
        execution: [T; EXECUTION_CELLS],
        /// Gas of the row (operators). Bound by the fetch.
        gas: T,
        /// Slot written. Bound by the fetch.
        dst: T,
        /// Slot of a. Bound by the fetch.
        a_slot: T,
        /// Slot of b. Bound by the fetch.
        b_slot: T,
        /// The third slot. Bound by the fetch.
        third_slot: T,
        /// Limbs of dst before. Bound by the access that overwrites them.
        old: [T; 4],
        /// Limbs of the third slot before. Bound by its access.
        third_old: [T; 4],
        /// Reads of a and b.
        reads: [[T; ACCESS_CELLS]; 2],
        /// Write of the result.
        write: [T; ACCESS_CELLS],
        /// Access to the third slot.
        third: [T; ACCESS_CELLS],
    }
}

/// Cells of [`WideCols`].
pub const WIDE_CELLS: usize = <WideCols<Val> as Columns<Val>>::WIDTH;

/// What the chip says of the row.
#[derive(Clone, Debug)]
pub struct Wide<E> {
    /// The opcode.
    pub opcode: E,
    /// 1 on real rows, 0 on padding, by a claim of the chip.
    pub count: E,
    /// Limbs of a.
    pub a: [E; 4],
    /// Limbs of b.
    pub b: [E; 4],
    /// Limbs that dst gets.
    pub result: [E; 4],
    /// Limbs of the third slot afterwards.
    pub third: [E; 4],
    /// When the third slot is accessed, after the row's time.
    pub third_offset: E,
}

impl<T: Copy> WideCols<T> {
    /// The columns from their cells.
    pub fn from_cells(cells: &[T; WIDE_CELLS]) -> Self {
        let [first, ..] = *cells;
        Self::read(cells, first)
    }

    /// Executes the instruction.
    pub fn execute<B: ChipBuilder<Var = T>>(&self, builder: &mut B, wide: Wide<B::Expr>)
    where
        T: Into<B::Expr>,
    {
        let execution = execution_of(&self.execution);
        let count = wide.count;
        let [a_slot, b_slot, third_slot] = [self.a_slot, self.b_slot, self.third_slot].map(Into::<B::Expr>::into);
        let fetched = Fetched {
            opcode: wide.opcode,
            dst: self.dst.into(),
            a: a_slot.clone(),
            x: [b_slot.clone(), third_slot.clone(), B::Expr::ZERO, B::Expr::ZERO],
            gas: self.gas.into(),
        };
        execution.execute(builder, fetched, execution.step(self.gas.into()), &count);

        let [read_a, read_b] = self.reads.map(AccessCols::from_cells);
        let [write, third] = [self.write, self.third].map(AccessCols::from_cells);
        read_a.read(builder, &slot(&execution, a_slot, offset::A), wide.a, &count);
        read_b.read(builder, &slot(&execution, b_slot, offset::B), wide.b, &count);
        let [old, third_old] = [self.old, self.third_old].map(|limbs| limbs.map(Into::<B::Expr>::into));
        let place = slot(&execution, self.dst.into(), offset::DESTINATION);
        write.access(builder, &place, old, wide.result, &count);
        let mut place = slot(&execution, third_slot, 0);
        place.time += wide.third_offset;
        third.access(builder, &place, third_old, wide.third, &count);
        high_bytes_of(builder, read_a.difference_high, read_b.difference_high, &count);
        high_bytes_of(builder, write.difference_high, third.difference_high, &count);
    }
}

/// What the operands and results of an event were.
#[derive(Clone, Copy, Debug)]
pub struct WideValues {
    /// Value of slot a.
    pub a: u64,
    /// Value of slot x0.
    pub b: u64,
    /// The value that dst gets.
    pub result: u64,
    /// The value of the third slot afterwards.
    pub third: u64,
}

impl WideCols<Val> {
    /// The cells of an event, with their lookups; `None` if the event has other accesses than such an instruction.
    pub fn of(event: &Event, lookups: &mut ByteLookups) -> Option<([Val; WIDE_CELLS], WideValues)> {
        let (a, b, write, third) = match (event.instruction.opcode.shape(), event.accesses.as_slice()) {
            (Shape::Wide, [a, b, write, third]) | (Shape::Carry, [a, b, third, write]) => (a, b, write, third),
            _ => return None,
        };
        let [_, gas, a_slot, dst, b_slot, third_slot, ..] = event.instruction.to_elements().map(Val::from_u32);
        let accesses = [a, b, write, third].map(|access| AccessCols::filled(access.previous, access.time, lookups));
        let [read_a, read_b, write_access, third_access] = &accesses;
        ask_high_bytes(read_a, Some(read_b), lookups);
        ask_high_bytes(write_access, Some(third_access), lookups);
        let [read_a, read_b, write_cells, third_cells] = accesses.map(AccessCols::into_cells);
        let columns = Self {
            execution: execution_cells(event),
            gas,
            dst,
            a_slot,
            b_slot,
            third_slot,
            old: limbs(write.old),
            third_old: limbs(third.old),
            reads: [read_a, read_b],
            write: write_cells,
            third: third_cells,
        };
        let mut cells = [Val::ZERO; WIDE_CELLS];
        columns.write(&mut cells);
        let values = WideValues {
            a: a.old,
            b: b.old,
            result: write.new,
            third: third.new,
        };
        Some((cells, values))
    }
}
