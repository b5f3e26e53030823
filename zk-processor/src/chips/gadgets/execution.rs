//! The part that every execution row has: one tuple in, one line of the program, one tuple out.
//!
//! # Proves
//! The row consumes the execution tuple in its cells, the program whose handle the tuple carries has the claimed instruction at the tuple's pc, and
//! the tuple that goes on has `ts + 8` (rules 1 and 2).
//!
//! # How
//! A receive, a fetch lookup and a send, each counted by the same selector. Padding rows have the selector 0 and touch no bus.
//!
//! # Not proved here
//! What the next pc, frame, pages, gas and stack are: the chip says so. That the start is unique: see the boundary.

use p3_field::PrimeCharacteristicRing;

use crate::chips::builder::{ChipBuilder, Columns, Val};
use crate::chips::buses::{Message, Tag};
use crate::columns;
use crate::isa::spaces::TIME_STEP;

columns! {
    /// The execution tuple of rule 1.
    pub struct ExecutionCols<T> {
        /// Row number of the program in the program table.
        handle: T,
        /// Row of the program.
        pc: T,
        /// First slot of the frame.
        frame_pointer: T,
        /// Time of the instruction.
        time: T,
        /// 0 for the runtime, else the sandbox's number.
        context: T,
        /// Pages of linear memory.
        pages: T,
        /// Operators left of the loaded gas.
        gas_left: T,
        /// Bytes left of the stack budget.
        stack_left: T,
    }
}

/// Cells of [`ExecutionCols`].
pub const EXECUTION_CELLS: usize = <ExecutionCols<Val> as Columns<Val>>::WIDTH;

/// The parts of a program row that an instruction fetches.
#[derive(Clone, Debug)]
pub struct Fetched<E> {
    /// The opcode: a constant or a sum of selectors times constants.
    pub opcode: E,
    /// Destination field.
    pub dst: E,
    /// First operand field.
    pub a: E,
    /// The four limbs of the immediate field.
    pub x: [E; 4],
    /// Gas charged before the effect (operators).
    pub gas: E,
}

/// What changes in the tuple besides the time.
#[derive(Clone, Debug)]
pub struct Next<E> {
    /// The next row of the program.
    pub pc: E,
    /// The next frame.
    pub frame_pointer: E,
    /// Pages afterwards.
    pub pages: E,
    /// Gas afterwards.
    pub gas_left: E,
    /// Stack afterwards.
    pub stack_left: E,
}

impl<T: Copy> ExecutionCols<T> {
    /// The tuple after an instruction that only goes to the next row and pays `gas`.
    pub fn step<E>(&self, gas: E) -> Next<E>
    where
        T: Into<E>,
        E: PrimeCharacteristicRing,
    {
        Next {
            pc: self.pc.into() + E::ONE,
            frame_pointer: self.frame_pointer.into(),
            pages: self.pages.into(),
            gas_left: self.gas_left.into() - gas,
            stack_left: self.stack_left.into(),
        }
    }

    /// Time of an access of this row: `offset` < 8.
    pub fn time_of<E>(&self, offset: u32) -> E
    where
        T: Into<E>,
        E: PrimeCharacteristicRing,
    {
        debug_assert!(offset < TIME_STEP);
        self.time.into() + E::from_u32(offset)
    }

    /// Consumes the tuple, fetches the instruction, hands on the next tuple; `count` is 0 or 1 by a claim of the chip.
    pub fn execute<B: ChipBuilder<Var = T>>(
        &self,
        builder: &mut B,
        fetched: Fetched<B::Expr>,
        next: Next<B::Expr>,
        count: &B::Expr,
    ) where
        T: Into<B::Expr>,
    {
        self.consume(builder, fetched, count);
        let after = [
            self.handle.into(),
            next.pc,
            next.frame_pointer,
            self.time.into() + B::Expr::from_u32(TIME_STEP),
            self.context.into(),
            next.pages,
            next.gas_left,
            next.stack_left,
        ];
        builder.send(Message::new(Tag::Exec, after), count.clone());
    }

    /// Consumes the tuple and fetches the instruction, for rows after which another program goes on; `count` is 0 or 1 by a claim of the chip.
    pub fn consume<B: ChipBuilder<Var = T>>(&self, builder: &mut B, fetched: Fetched<B::Expr>, count: &B::Expr)
    where
        T: Into<B::Expr>,
    {
        let before = [
            self.handle,
            self.pc,
            self.frame_pointer,
            self.time,
            self.context,
            self.pages,
            self.gas_left,
            self.stack_left,
        ];
        let Fetched {
            opcode,
            dst,
            a,
            x: [x0, x1, x2, x3],
            gas,
        } = fetched;
        let line = [self.handle.into(), self.pc.into(), opcode, dst, a, x0, x1, x2, x3, gas];
        builder.receive(Message::new(Tag::Exec, before.map(Into::into)), count.clone());
        builder.send(Message::new(Tag::Fetch, line), count.clone());
    }
}
