//! Heads of bulk operations on memory: begin, advance and done rows of `memory_copy`, `memory_fill`, `sandbox_read` and `sandbox_write`.
//!
//! # Proves
//! A *begin* row proves both ranges in bounds (of the memory, of the input window for a source in context 0, of the live sandbox's memory for its side of a copy), for `memory_copy`
//! writes the direction to slot a + 3, and goes to pc + 1. An *advance* row proves the same of its part (as many bytes as fill 256 destination cells, or what is left, and at least one), hands
//! the part to [`bulk_cells`](super::bulk_cells), advances the slots and stays at its pc. A *done* row has the count 0 and goes to pc + 1.
//!
//! # Rows
//! One per instruction. Padding rows are zero and speak on no bus.
//!
//! | message | side | count |
//! |---|---|---|
//! | Exec, Fetch, Memory (three slots) | as every instruction | each row |
//! | Memory (slot a + 3) | received and sent | `memory_copy` |
//! | Memory (control cells `Live` and `Pages`) | received and sent | copies from and to the sandbox |
//! | Operation | sent: places, bytes, positions | advance |
//!
//! # Assumes
//! Upper limbs of the slots are 0, as those of every 32-bit slot; slot a + 3 of a copy is what its begin row wrote. Pages of context 0 are at most 2^15, so no address is both in memory and
//! in the window; others are below 2^16.
//!
//! # Not proved here
//! What the cells hold: see [`bulk_cells`](super::bulk_cells). Traps out of bounds. Other bulk operations: see [`cell_step`](super::cell_step). Degree 3.

mod air;
mod bounds;
mod columns;
mod event;
#[cfg(test)]
pub(crate) mod tests;
mod trace;

pub use air::BulkStepChip;
pub use columns::BulkStepCols;
pub use event::BulkStep;
pub use trace::bulk_step_trace;

/// Bytes of 256 cells.
pub const STEP_BYTES: u32 = 2048;
