//! A load from one cell, of linear memory or of the input window: all of it but the selection of the value.
//!
//! # Proves
//! The row executes a load whose address base + offset lies in the cell `cell`, within bounds, and whose result goes to dst. In memory (row `Step`):
//! the page of the address is below the tuple's pages. In the window (row `Window`): the context is 0 and the address is in [2^31, 2^32).
//!
//! # How
//! `room` is pages − 1 − page in memory and 2 · (page − 2^15) in the window, and is a 16-bit value. With pages ≤ 2^16 the first is a
//! 16-bit value only if page < pages; negative numbers lie near p. The second, only if 2^15 ≤ page < 2^16. Either way the 33rd bit of the address is 0.
//!
//! # Assumes
//! The access does not leave its cell: the chip admits only such offsets. Pages of context 0 are at most 2^15 (its program's limit), so that an
//! address of the window is never one of its memory. The upper limbs of the address slot are 0, as those of every 32-bit slot.
//!
//! # Not proved here
//! That an access out of bounds traps, and accesses over two cells: rows `OutOfBounds`, `Crossing` and `WindowCrossing` are tables of their own, so that
//! the common row does not pay for them. Their guards exclude this one's.

use p3_field::{PrimeCharacteristicRing, PrimeField32};

use super::access::{ACCESS_CELLS, AccessCols, Place, ask_high_bytes, high_bytes_of};
use super::address::{ADDRESS_CELLS, Address, AddressCols};
use super::execution::{EXECUTION_CELLS, ExecutionCols, Fetched};
use crate::chips::builder::{ChipBuilder, Columns, Val};
use crate::chips::buses::{Message, Tag};
use crate::chips::byte_table::ByteLookups;
use crate::chips::event::{Access, Event, limbs};
use crate::chips::trace::Trace;
use crate::columns;
use crate::executor::time;
use crate::isa::Space;
use crate::isa::spaces::INPUT_BASE;

columns! {
    /// What every load of one cell has. First in its chip's row.
    pub struct LoadCols<T> {
        /// 1 if the cell is one of the input window. Bound by *memory or window* and the window's claims.
        is_window: T,
        /// The execution tuple. Bound by the execution bus.
        execution: [T; EXECUTION_CELLS],
        /// Gas of the row (operators). Bound by the fetch.
        gas: T,
        /// Slot written. Bound by the fetch.
        dst: T,
        /// Slot of the address. Bound by the fetch.
        a_slot: T,
        /// The effective address.
        address: [T; ADDRESS_CELLS],
        /// How far from the bound the page is. Bound by *the address is in memory* or *the address is in the window*.
        room: T,
        /// Limbs of the cell. Bound by its read, or by the input.
        cell: [T; 4],
        /// Limbs of dst before. Bound by the access that overwrites them.
        old: [T; 4],
        /// Read of the address.
        read_a: [T; ACCESS_CELLS],
        /// Read of the cell, unused in the window.
        read_cell: [T; ACCESS_CELLS],
        /// Write of the result.
        write: [T; ACCESS_CELLS],
    }
}

/// Cells of [`LoadCols`].
pub const LOAD_CELLS: usize = <LoadCols<Val> as Columns<Val>>::WIDTH;

/// What a chip says of its load.
#[derive(Clone, Debug)]
pub struct Load<E> {
    /// The opcode: a sum of selectors times constants.
    pub opcode: E,
    /// The address modulo 8.
    pub byte: E,
    /// The result: 16-bit limbs.
    pub value: [E; 4],
    /// A byte to look up beside the high byte of the cell's time difference, 0 if the chip has none.
    pub beside: E,
    /// 1 on real rows, 0 on padding, by a claim of the chip.
    pub count: E,
}

impl<T: Copy> LoadCols<T> {
    /// The columns from their cells.
    pub fn from_cells(cells: &[T; LOAD_CELLS]) -> Self {
        let [first, ..] = *cells;
        Self::read(cells, first)
    }

    /// Executes the load.
    pub fn load<B: ChipBuilder<Var = T>>(&self, builder: &mut B, load: Load<B::Expr>)
    where
        T: Into<B::Expr>,
    {
        let window: B::Expr = self.is_window.into();
        let memory = load.count.clone() - window.clone();
        builder.claim_boolean("memory or window", window.clone());
        builder.claim_boolean("memory or window", memory.clone());
        let [first, ..] = self.address;
        let address = AddressCols::read(&self.address, first);
        let effective = address.effective(builder, load.byte.clone(), &load.count);
        self.address_is_in_bounds(builder, &effective.page, &memory, &load.count);
        self.cell_is_read(builder, effective, &memory);
        self.instruction_is_executed(builder, &address, load);
    }

    fn address_is_in_bounds<B: ChipBuilder<Var = T>>(
        &self,
        builder: &mut B,
        page: &B::Expr,
        memory: &B::Expr,
        count: &B::Expr,
    ) where
        T: Into<B::Expr>,
    {
        let execution = self.execution();
        let (window, room): (B::Expr, B::Expr) = (self.is_window.into(), self.room.into());
        let pages: B::Expr = execution.pages.into();
        let pages_behind = pages - B::Expr::ONE - page.clone();
        builder.claim(
            "the address is in memory",
            memory.clone() * (room.clone() - pages_behind),
        );
        let pages_before = page.clone() - B::Expr::from_u32(INPUT_BASE >> 16);
        builder.claim(
            "the address is in the window",
            window.clone() * (room.clone() - pages_before * B::Expr::TWO),
        );
        let context: B::Expr = execution.context.into();
        builder.claim("only context 0 has a window", window * context);
        builder.send(Message::range16(room), count.clone());
    }

    fn cell_is_read<B: ChipBuilder<Var = T>>(&self, builder: &mut B, address: Address<B::Expr>, memory: &B::Expr)
    where
        T: Into<B::Expr>,
    {
        let execution = self.execution();
        let cell: [B::Expr; 4] = self.cell.map(Into::into);
        let input_cell = address.cell.clone() - B::Expr::from_u32(INPUT_BASE >> 3);
        let input = Message::new(Tag::Input, core::iter::once(input_cell).chain(cell.clone()));
        builder.send(input, self.is_window.into());
        let place = Place {
            space: Space::Memory,
            context: execution.context.into(),
            cell: address.cell,
            time: execution.time_of(time::READ as u32),
        };
        AccessCols::from_cells(self.read_cell).read(builder, &place, cell, memory);
    }

    fn instruction_is_executed<B: ChipBuilder<Var = T>>(
        &self,
        builder: &mut B,
        address: &AddressCols<T>,
        load: Load<B::Expr>,
    ) where
        T: Into<B::Expr>,
    {
        let execution = self.execution();
        let count = load.count;
        let [x0, x1] = address.offset.map(Into::into);
        let fetched = Fetched {
            opcode: load.opcode,
            dst: self.dst.into(),
            a: self.a_slot.into(),
            x: [x0, x1, B::Expr::ZERO, B::Expr::ZERO],
            gas: self.gas.into(),
        };
        execution.execute(builder, fetched, execution.step(self.gas.into()), &count);
        let place = |slot: T, offset: u64| Place {
            space: Space::Frame,
            context: execution.context.into(),
            cell: execution.frame_pointer.into() + slot.into(),
            time: execution.time_of(offset as u32),
        };
        let [low, high] = address.base.map(Into::into);
        let (read_a, write) = (AccessCols::from_cells(self.read_a), AccessCols::from_cells(self.write));
        read_a.read(
            builder,
            &place(self.a_slot, time::A),
            [low, high, B::Expr::ZERO, B::Expr::ZERO],
            &count,
        );
        // The address is read before the write, so that dst may be its slot.
        write.access(
            builder,
            &place(self.dst, time::DESTINATION),
            self.old.map(Into::into),
            load.value,
            &count,
        );
        high_bytes_of(builder, read_a.difference_high, write.difference_high, &count);
        let read_cell = AccessCols::from_cells(self.read_cell);
        high_bytes_of(builder, read_cell.difference_high, load.beside, &count);
    }

    fn execution(&self) -> ExecutionCols<T> {
        let [first, ..] = self.execution;
        ExecutionCols::read(&self.execution, first)
    }
}

/// A load from one cell as the executor saw it.
#[derive(Clone, Copy, Debug)]
pub struct LoadEvent<'a> {
    /// The event.
    pub event: &'a Event,
    /// The effective address.
    pub address: u32,
    /// The cell that holds it.
    pub cell: u64,
    read_a: &'a Access,
    read_cell: Option<&'a Access>,
    write: &'a Access,
}

impl<'a> LoadEvent<'a> {
    /// The event as a load, with the cells of the input; `None` if it is none within one cell.
    pub fn of(event: &'a Event, input: &dyn Fn(u32) -> u64) -> Option<Self> {
        let (read_a, read_cell, write) = match event.accesses.as_slice() {
            [a, write] => (a, None, write),
            [a, cell, write] => (a, Some(cell), write),
            _ => return None,
        };
        let address = (read_a.old as u32).checked_add(event.instruction.low())?;
        let cell = match read_cell {
            Some(access) => access.old,
            None => input(address.checked_sub(INPUT_BASE)? >> 3),
        };
        Some(Self {
            event,
            address,
            cell,
            read_a,
            read_cell,
            write,
        })
    }

    /// Bits 0..3 of the address.
    pub fn byte(&self) -> u32 {
        self.address % 8
    }

    /// The columns of the load, with the lookups it asks for; `beside` is the byte of [`Load::beside`].
    pub fn cells(&self, beside: u8, lookups: &mut ByteLookups) -> [Val; LOAD_CELLS] {
        let [_, gas, a_slot, dst, ..] = self.event.instruction.to_elements().map(Val::from_u32);
        let page = self.address >> 16;
        let room = match self.read_cell {
            Some(_) => self.event.before.pages.wrapping_sub(page + 1),
            None => page.wrapping_sub(INPUT_BASE >> 16) * 2,
        };
        lookups.ask_range16(room as u16);
        let mut address = [Val::ZERO; ADDRESS_CELLS];
        AddressCols::filled(self.read_a.old as u32, self.event.instruction.low(), lookups).write(&mut address);
        let mut execution = [Val::ZERO; EXECUTION_CELLS];
        self.event.before.columns().write(&mut execution);
        let mut access = |access: &Access| AccessCols::filled(access.previous, access.time, lookups);
        let (read_a, read_cell, write) = (
            access(self.read_a),
            self.read_cell
                .map_or(AccessCols::from_cells([Val::ZERO; ACCESS_CELLS]), &mut access),
            access(self.write),
        );
        ask_high_bytes(&read_a, Some(&write), lookups);
        lookups.ask_pair(read_cell.difference_high.as_canonical_u32() as u8, beside);
        let columns = LoadCols {
            is_window: Val::from_bool(self.read_cell.is_none()),
            execution,
            gas,
            dst,
            a_slot,
            address,
            room: Val::from_u32(room),
            cell: limbs(self.cell),
            old: limbs(self.write.old),
            read_a: read_a.into_cells(),
            read_cell: read_cell.into_cells(),
            write: write.into_cells(),
        };
        let mut cells = [Val::ZERO; LOAD_CELLS];
        columns.write(&mut cells);
        cells
    }
}

/// A table of loads, one row for each event; padding rows are all zero. `input` gives the cells of the input window.
pub fn load_trace<C: Columns<Val>>(
    events: &[Event],
    minimum_height_log2: u32,
    input: &dyn Fn(u32) -> u64,
    mut fill_row: impl FnMut(&LoadEvent<'_>) -> C,
) -> Trace {
    let mut trace = Trace::with_rows(C::WIDTH, events.len(), minimum_height_log2);
    for (row, event) in events.iter().enumerate() {
        if let Some(load) = LoadEvent::of(event, input) {
            trace.write(row, &fill_row(&load));
        }
    }
    trace
}
