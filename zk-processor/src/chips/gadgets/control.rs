//! Rows that only context 0 has, and the machine-owned cells that they use.
//!
//! # Proves
//! The row consumes a tuple of context 0 with the runtime's handle and no gas: these three are constants in its messages. No tuple of a sandbox has them, so a
//! privileged instruction in a sandbox has no row here (rule 7). Its charge is the constant 0 as well: the runtime is not metered.
//!
//! Control cells are cells of context 0, also a constant, that no slot and no memory opcode addresses.

use p3_field::PrimeCharacteristicRing;

use super::access::{ACCESS_CELLS, AccessCols, Place};
use super::execution::Fetched;
use crate::chips::boundary::RUNTIME_HANDLE;
use crate::chips::builder::{ChipBuilder, Columns, Val};
use crate::chips::buses::{Message, Tag};
use crate::chips::event::{Access, State};
use crate::columns;
use crate::executor::time;
use crate::isa::spaces::TIME_STEP;
use crate::isa::{ControlCell, Space};

columns! {
    /// A tuple of context 0, without its constants.
    pub struct RuntimeCols<T> {
        /// Row of the program.
        pc: T,
        /// First slot of the frame.
        frame_pointer: T,
        /// Time of the instruction.
        time: T,
        /// Pages of linear memory.
        pages: T,
        /// Bytes left of the stack budget.
        stack_left: T,
    }
}

/// Cells of [`RuntimeCols`].
pub const RUNTIME_CELLS: usize = <RuntimeCols<Val> as Columns<Val>>::WIDTH;

/// A tuple of context 0.
pub fn runtime_tuple<E: PrimeCharacteristicRing>(
    [pc, frame_pointer, time, pages, stack_left]: [E; RUNTIME_CELLS],
) -> Message<E> {
    let handle = E::from_u32(RUNTIME_HANDLE);
    let fields = [handle, pc, frame_pointer, time, E::ZERO, pages, E::ZERO, stack_left];
    Message::new(Tag::Exec, fields)
}

impl<T: Copy> RuntimeCols<T> {
    /// The columns from their cells.
    pub fn from_cells(cells: &[T; RUNTIME_CELLS]) -> Self {
        let [first, ..] = *cells;
        Self::read(cells, first)
    }

    /// Consumes the tuple and fetches the instruction, whose charge is 0; `count` is 0 or 1 by a claim of the chip.
    pub fn consume<B: ChipBuilder<Var = T>>(&self, builder: &mut B, fetched: Fetched<B::Expr>, count: &B::Expr)
    where
        T: Into<B::Expr>,
    {
        let Fetched {
            opcode,
            dst,
            a,
            x: [x0, x1, x2, x3],
            gas,
        } = fetched;
        let tuple = [self.pc, self.frame_pointer, self.time, self.pages, self.stack_left];
        builder.receive(runtime_tuple(tuple.map(Into::into)), count.clone());
        let handle = B::Expr::from_u32(RUNTIME_HANDLE);
        let line = [handle, self.pc.into(), opcode, dst, a, x0, x1, x2, x3, gas];
        builder.send(Message::new(Tag::Fetch, line), count.clone());
    }

    /// Hands on the tuple of the next instruction, at row `pc`.
    pub fn go_on<B: ChipBuilder<Var = T>>(&self, builder: &mut B, pc: B::Expr, count: &B::Expr)
    where
        T: Into<B::Expr>,
    {
        let tuple = [
            pc,
            self.frame_pointer.into(),
            self.time.into() + B::Expr::from_u32(TIME_STEP),
            self.pages.into(),
            self.stack_left.into(),
        ];
        builder.send(runtime_tuple(tuple), count.clone());
    }

    /// A cell of context 0, accessed this long after the row's time.
    pub fn place<E: PrimeCharacteristicRing>(&self, space: Space, cell: E, offset: u64) -> Place<E>
    where
        T: Into<E>,
    {
        Place {
            space,
            context: E::ZERO,
            cell,
            time: self.time.into() + E::from_u32(offset as u32),
        }
    }

    /// A slot of the row's frame.
    pub fn slot<E: PrimeCharacteristicRing>(&self, slot: E, offset: u64) -> Place<E>
    where
        T: Into<E>,
    {
        self.place(Space::Frame, self.frame_pointer.into() + slot, offset)
    }

    /// Reads and writes a control cell, `count` times (0 or 1 by a claim of the chip). The high byte of the time difference is the chip's to look up.
    pub fn control<B: ChipBuilder<Var = T>>(
        &self,
        builder: &mut B,
        access: [T; ACCESS_CELLS],
        cell: ControlCell,
        [old, new]: [[B::Expr; 4]; 2],
        count: &B::Expr,
    ) where
        T: Into<B::Expr>,
    {
        let place = self.place(Space::Control, B::Expr::from_u32(cell as u32), time::READ);
        AccessCols::from_cells(access).access(builder, &place, old, new, count);
    }

    /// Reads a control cell.
    pub fn read_control<B: ChipBuilder<Var = T>>(
        &self,
        builder: &mut B,
        access: [T; ACCESS_CELLS],
        cell: ControlCell,
        value: [B::Expr; 4],
        count: &B::Expr,
    ) where
        T: Into<B::Expr>,
    {
        self.control(builder, access, cell, [value.clone(), value], count);
    }
}

/// The cells of a context 0's tuple.
pub fn runtime_cells(state: &State) -> [Val; RUNTIME_CELLS] {
    let State {
        pc,
        frame_pointer,
        time,
        pages,
        stack_left,
        ..
    } = *state;
    [pc, frame_pointer, time, pages, stack_left].map(Val::from_u32)
}

/// The four field elements of a machine-owned cell, from its two accesses: before and after.
pub fn owned_cell([first, second]: [&Access; 2]) -> [[Val; 4]; 2] {
    let elements = |first: u64, second: u64| {
        let parts = [first as u32, (first >> 32) as u32, second as u32, (second >> 32) as u32];
        parts.map(Val::from_u32)
    };
    [elements(first.old, second.old), elements(first.new, second.new)]
}
