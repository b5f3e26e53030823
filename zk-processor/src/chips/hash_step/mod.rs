//! Heads of hash operations: `sha256_begin`, `sha256_step`, `poseidon2_begin`, `poseidon2_step`, rows `Step`, `Advance` and `Done`.
//!
//! # Proves
//! The row executes in context 0; slots a and a + 1 hold addresses that are multiples of 8, slot a + 2 the number of blocks. A *begin* row proves that the state
//! lies in memory and all blocks in memory or all in the input window, and goes to pc + 1. An *advance* row proves the same of its part, min(count, 256) blocks (of Poseidon2 one) and
//! at least one, advances slots a + 1 and a + 2 and stays at its pc; for SHA-256 the four cells of the state hold afterwards what [`sha_256`](super::sha_256) makes of them, for
//! Poseidon2 the block is handed to [`absorb`](super::absorb). A *done* row has the count 0 and goes to pc + 1.
//!
//! # Rows
//! One per instruction. Padding rows are zero and speak on no bus.
//!
//! | message | side | count |
//! |---|---|---|
//! | Exec, Fetch, Memory (three slots) | as every instruction | each row |
//! | Memory (four cells of the state) | received and sent, at the time of writes | advance, SHA-256 |
//! | HashState | sent (phase 0), received (behind the last block) | advance, SHA-256 |
//! | Operation | sent: first cell, window, blocks, cell of the state | advance, Poseidon2 |
//!
//! # Assumes
//! Upper limbs of the slots are 0, as those of every 32-bit slot, and pages of context 0 are at most 2^15: no address is both in memory and in the window.
//!
//! # Not proved here
//! Traps: context 0 has none that could be proved. Degree 3.

mod air;
mod columns;
mod event;
#[cfg(test)]
pub(crate) mod tests;
mod trace;

pub use air::HashStepChip;
pub use columns::HashStepCols;
pub use event::HashStep;
pub use trace::hash_step_trace;

/// Cells of the state that SHA-256 reads and writes.
pub const STATE_CELLS: usize = 4;
