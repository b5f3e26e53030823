//! A store to one cell of linear memory: all of it but how the value changes the cell.
//!
//! # Proves
//! The row executes a store (row `Step`) whose address base + offset lies in the cell `cell`, below the tuple's pages; the cell becomes what the chip says.
//! The value is the slot dst, or the immediate x2 x3 zero-extended.
//!
//! # How
//! pages − 1 − page is a 16-bit value, which with pages ≤ 2^16 means page < pages. That excludes the 33rd bit of the address.
//!
//! # Assumes
//! The access does not leave its cell: the chip admits only such offsets. The upper limbs of the address slot are 0, as those of every 32-bit slot.
//!
//! # Not proved here
//! That an access out of bounds traps (stores to the input window among them), and accesses over two cells: rows `OutOfBounds` and `Crossing` are tables
//! of their own. Their guards exclude this one's.

use p3_field::PrimeCharacteristicRing;

use super::access::{ACCESS_CELLS, AccessCols, Place, ask_high_bytes, high_bytes_of};
use super::address::{ADDRESS_CELLS, AddressCols};
use super::execution::{EXECUTION_CELLS, ExecutionCols, Fetched};
use crate::chips::builder::{ChipBuilder, Columns, Val};
use crate::chips::buses::Message;
use crate::chips::byte_table::ByteLookups;
use crate::chips::event::{Access, Event, limbs};
use crate::chips::trace::Trace;
use crate::columns;
use crate::executor::time;
use crate::isa::{Opcode, Space};

columns! {
    /// What every store to one cell has. First in its chip's row.
    pub struct StoreCols<T> {
        /// 1 if the value is the immediate. Bound by *slot or immediate* and the opcode that it selects.
        is_immediate: T,
        /// The execution tuple. Bound by the execution bus.
        execution: [T; EXECUTION_CELLS],
        /// Gas of the row (operators). Bound by the fetch.
        gas: T,
        /// Slot of the value, 0 with an immediate. Bound by the fetch.
        dst: T,
        /// Slot of the address. Bound by the fetch.
        a_slot: T,
        /// The effective address.
        address: [T; ADDRESS_CELLS],
        /// x2 x3: the immediate, else 0. Bound by the fetch.
        immediate: [T; 2],
        /// Limbs of the value. Bound by the read of its slot, or by *the immediate is the value*.
        value: [T; 4],
        /// Limbs of the cell before. Bound by the access that overwrites them.
        cell: [T; 4],
        /// Read of the address.
        read_a: [T; ACCESS_CELLS],
        /// Read of the value, unused with an immediate.
        read_value: [T; ACCESS_CELLS],
        /// Write of the cell.
        write: [T; ACCESS_CELLS],
    }
}

/// Cells of [`StoreCols`].
pub const STORE_CELLS: usize = <StoreCols<Val> as Columns<Val>>::WIDTH;

/// What a chip says of its store.
#[derive(Clone, Debug)]
pub struct Store<E> {
    /// The opcodes with a slot and with an immediate.
    pub opcodes: [Opcode; 2],
    /// The address modulo 8.
    pub byte: E,
    /// The cell afterwards: 16-bit limbs.
    pub new: [E; 4],
    /// 1 on real rows, 0 on padding, by a claim of the chip.
    pub count: E,
}

impl<T: Copy> StoreCols<T> {
    /// The columns from their cells.
    pub fn from_cells(cells: &[T; STORE_CELLS]) -> Self {
        let [first, ..] = *cells;
        Self::read(cells, first)
    }

    /// Executes the store.
    pub fn store<B: ChipBuilder<Var = T>>(&self, builder: &mut B, store: Store<B::Expr>)
    where
        T: Into<B::Expr>,
    {
        let [first, ..] = self.address;
        let address = AddressCols::read(&self.address, first);
        self.value_is_slot_or_immediate(builder, &store.count);
        self.instruction_is_executed(builder, &address, &store);
        let execution = self.execution();
        let effective = address.effective(builder, store.byte, &store.count);
        let pages: B::Expr = execution.pages.into();
        builder.send(
            Message::range16(pages - B::Expr::ONE - effective.page),
            store.count.clone(),
        );
        let place = Place {
            space: Space::Memory,
            context: execution.context.into(),
            cell: effective.cell,
            time: execution.time_of(time::WRITE as u32),
        };
        let write = AccessCols::from_cells(self.write);
        write.access(builder, &place, self.cell.map(Into::into), store.new, &store.count);
        let read_a = AccessCols::from_cells(self.read_a);
        let slot = |slot: T, offset: u64| Place {
            space: Space::Frame,
            context: execution.context.into(),
            cell: execution.frame_pointer.into() + slot.into(),
            time: execution.time_of(offset as u32),
        };
        let [low, high] = address.base.map(Into::into);
        let base = [low, high, B::Expr::ZERO, B::Expr::ZERO];
        read_a.read(builder, &slot(self.a_slot, time::A), base, &store.count);
        high_bytes_of(builder, read_a.difference_high, write.difference_high, &store.count);
        let reads_value = store.count - self.is_immediate.into();
        let read_value = AccessCols::from_cells(self.read_value);
        let value = self.value.map(Into::into);
        read_value.read(builder, &slot(self.dst, time::C), value, &reads_value);
        high_bytes_of(builder, read_value.difference_high, B::Expr::ZERO, &reads_value);
    }

    fn value_is_slot_or_immediate<B: ChipBuilder<Var = T>>(&self, builder: &mut B, count: &B::Expr)
    where
        T: Into<B::Expr>,
    {
        let is_immediate: B::Expr = self.is_immediate.into();
        builder.claim_boolean("slot or immediate", is_immediate.clone());
        builder.claim_boolean("slot or immediate", count.clone() - is_immediate.clone());
        let [v0, v1, v2, v3] = self.value.map(Into::<B::Expr>::into);
        let [x2, x3] = self.immediate.map(Into::<B::Expr>::into);
        for excess in [v0 - x2.clone(), v1 - x3.clone(), v2, v3] {
            builder.claim("the immediate is the value", is_immediate.clone() * excess);
        }
        for limb in [x2, x3] {
            builder.claim(
                "without an immediate x2 x3 are 0",
                (B::Expr::ONE - is_immediate.clone()) * limb,
            );
        }
    }

    fn instruction_is_executed<B: ChipBuilder<Var = T>>(
        &self,
        builder: &mut B,
        address: &AddressCols<T>,
        store: &Store<B::Expr>,
    ) where
        T: Into<B::Expr>,
    {
        let execution = self.execution();
        let is_immediate: B::Expr = self.is_immediate.into();
        let [slot, immediate] = store.opcodes.map(|opcode| B::Expr::from_u32(opcode as u32));
        let ([x0, x1], [x2, x3]) = (address.offset.map(Into::into), self.immediate.map(Into::into));
        let fetched = Fetched {
            opcode: (store.count.clone() - is_immediate.clone()) * slot + is_immediate * immediate,
            dst: self.dst.into(),
            a: self.a_slot.into(),
            x: [x0, x1, x2, x3],
            gas: self.gas.into(),
        };
        execution.execute(builder, fetched, execution.step(self.gas.into()), &store.count);
    }

    fn execution(&self) -> ExecutionCols<T> {
        let [first, ..] = self.execution;
        ExecutionCols::read(&self.execution, first)
    }
}

/// A store to one cell as the executor saw it.
#[derive(Clone, Copy, Debug)]
pub struct StoreEvent<'a> {
    event: &'a Event,
    /// The effective address.
    pub address: u32,
    /// The value.
    pub value: u64,
    /// The access to the cell.
    pub write: &'a Access,
    read_a: &'a Access,
    read_value: Option<&'a Access>,
}

impl<'a> StoreEvent<'a> {
    /// The event as a store; `None` if it is none within one cell.
    pub fn of(event: &'a Event) -> Option<Self> {
        let (read_a, read_value, write) = match event.accesses.as_slice() {
            [a, write] => (a, None, write),
            [a, value, write] => (a, Some(value), write),
            _ => return None,
        };
        Some(Self {
            event,
            address: (read_a.old as u32).checked_add(event.instruction.low())?,
            value: read_value.map_or(u64::from(event.instruction.high()), |read| read.old),
            write,
            read_a,
            read_value,
        })
    }

    /// Bits 0..3 of the address.
    pub fn byte(&self) -> u32 {
        self.address % 8
    }

    /// The columns of the store, with the lookups it asks for.
    pub fn cells(&self, lookups: &mut ByteLookups) -> [Val; STORE_CELLS] {
        let [_, gas, a_slot, dst, _, _, x2, x3] = self.event.instruction.to_elements().map(Val::from_u32);
        lookups.ask_range16(self.event.before.pages.wrapping_sub((self.address >> 16) + 1) as u16);
        let mut address = [Val::ZERO; ADDRESS_CELLS];
        AddressCols::filled(self.read_a.old as u32, self.event.instruction.low(), lookups).write(&mut address);
        let mut execution = [Val::ZERO; EXECUTION_CELLS];
        self.event.before.columns().write(&mut execution);
        let mut access = |access: &Access| AccessCols::filled(access.previous, access.time, lookups);
        let (read_a, read_value, write) = (
            access(self.read_a),
            self.read_value.map(&mut access),
            access(self.write),
        );
        ask_high_bytes(&read_a, Some(&write), lookups);
        if let Some(read_value) = &read_value {
            ask_high_bytes(read_value, None, lookups);
        }
        let columns = StoreCols {
            is_immediate: Val::from_bool(self.read_value.is_none()),
            execution,
            gas,
            dst,
            a_slot,
            address,
            immediate: [x2, x3],
            value: limbs(self.value),
            cell: limbs(self.write.old),
            read_a: read_a.into_cells(),
            read_value: read_value.map_or([Val::ZERO; ACCESS_CELLS], AccessCols::into_cells),
            write: write.into_cells(),
        };
        let mut cells = [Val::ZERO; STORE_CELLS];
        columns.write(&mut cells);
        cells
    }
}

/// A table of stores, one row for each event; padding rows are all zero.
pub fn store_trace<C: Columns<Val>>(
    events: &[Event],
    minimum_height_log2: u32,
    mut fill_row: impl FnMut(&StoreEvent<'_>) -> C,
) -> Trace {
    let mut trace = Trace::with_rows(C::WIDTH, events.len(), minimum_height_log2);
    for (row, event) in events.iter().enumerate() {
        if let Some(store) = StoreEvent::of(event) {
            trace.write(row, &fill_row(&store));
        }
    }
    trace
}
