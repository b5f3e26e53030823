//! Bulk operations in steps of one cell: begin, advance and done rows of `memory_compare`, `memory_init`, `table_copy`, `table_fill` and `table_init`.
//!
//! # Proves
//! A *begin* row proves that both ranges lie in bounds (of the memory, for a comparison of the input window in context 0, of the table, of the segment); `table_copy` writes its direction to
//! slot a + 3, `memory_compare` the verdict 0. An *advance* row proves the same of what is left, moves or compares the bytes that lie in one cell of each range, or one element,
//! advances the slots and stays at its pc. Where the bytes differ, slot a + 3 becomes the order of the first that do, and the count 0. A *done* row has the count 0; that of
//! `memory_compare` writes the verdict to slot a.
//!
//! # How
//! An element is a cell of which every byte is covered. Start + count + gap = bound in limbs with 16-bit gaps: the range ends within its bound. A part is as long as it can be: nothing is left, or
//! one of the two cells ends with it.
//!
//! # Rows
//! One per instruction. Padding rows are zero and speak on no bus.
//!
//! | message | side | count |
//! |---|---|---|
//! | Exec, Fetch, Memory (three slots) | as every instruction | each row |
//! | Memory (slot a + 3) | received and sent | `memory_compare`, `table_copy` |
//! | Memory (size of a table or segment) | received and sent | begin and advance |
//! | Memory (a cell of each range) | received and sent: the source at the time of reads, the other at that of writes | advance |
//! | Input | looked up | advance of a comparison in the window |
//! | Range16, BytePair | looked up | operands, gaps, bytes, time differences |
//!
//! # Assumes
//! Upper limbs of 32-bit slots and sizes are 0; pages are below 2^16, and those of context 0 at most 2^15; cells of tables and segments lie below 2^29.
//!
//! # Not proved here
//! Rows out of bounds: see [`bounds_trap`](super::bounds_trap). Degree 3.

mod air;
mod bounds;
mod columns;
mod event;
#[cfg(test)]
mod tests;
mod trace;

pub use air::CellStepChip;
pub use columns::CellStepCols;
pub use event::{CellStep, Kind};
pub use trace::cell_step_trace;
