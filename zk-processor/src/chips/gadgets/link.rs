//! Return links: what a call writes below its callee's frame pointer and a return reads.
//!
//! # Proves
//! The link at a frame pointer was `old` before the row and is `new` from then on.
//!
//! # How
//! A cell of the link space, whose four limbs are field elements here: the row after the call, the caller's frame pointer, its stack budget, and 0. No slot
//! and no memory opcode addresses this space (rule 7), so its cells need no range checks: a return hands on what a call had in its tuple.
//!
//! # Events
//! As in the executor's record, a link is two accesses with the same cell and times: (pc, frame pointer) as halves of a value, then the stack budget.

use p3_field::PrimeCharacteristicRing;

use super::access::{AccessCols, Place};
use super::execution::ExecutionCols;
use crate::chips::builder::{ChipBuilder, Val};
use crate::chips::event::Access;
use crate::executor::time;
use crate::isa::Space;

/// Cells of a link: row, frame pointer, stack budget.
pub const LINK_CELLS: usize = 3;

/// Reads and writes the link at `frame_pointer`, `count` times (0 or 1 by a claim of the chip). The high byte of the time difference is the chip's to look up.
pub fn access_link<B: ChipBuilder>(
    builder: &mut B,
    access: &AccessCols<B::Var>,
    execution: &ExecutionCols<B::Var>,
    frame_pointer: B::Expr,
    [old, new]: [[B::Expr; LINK_CELLS]; 2],
    count: &B::Expr,
) {
    let place = Place {
        space: Space::Link,
        context: execution.context.into(),
        cell: frame_pointer,
        time: execution.time_of(time::READ as u32),
    };
    let cell = |[pc, frame_pointer, stack_left]: [B::Expr; LINK_CELLS]| [pc, frame_pointer, stack_left, B::Expr::ZERO];
    access.access(builder, &place, cell(old), cell(new), count);
}

/// A link as the executor saw it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Link {
    /// Row after the call; 0 where no call wrote.
    pub pc: u32,
    /// The caller's frame pointer.
    pub frame_pointer: u32,
    /// The caller's stack budget (bytes).
    pub stack_left: u32,
}

impl Link {
    /// The link before two accesses of an event.
    pub fn before([place, stack]: [&Access; 2]) -> Self {
        Self::of_values([place.old, stack.old])
    }

    /// The link after two accesses of an event.
    pub fn after([place, stack]: [&Access; 2]) -> Self {
        Self::of_values([place.new, stack.new])
    }

    fn of_values([place, stack]: [u64; 2]) -> Self {
        Self {
            pc: place as u32,
            frame_pointer: (place >> 32) as u32,
            stack_left: stack as u32,
        }
    }

    /// The cells.
    pub fn cells(&self) -> [Val; LINK_CELLS] {
        [self.pc, self.frame_pointer, self.stack_left].map(Val::from_u32)
    }
}
