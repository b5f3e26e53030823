//! What context 0 does with 32 bytes: it opens a sandbox, or halts.
//!
//! # Proves
//! For each real row, in context 0: the 32 bytes at the 8-byte aligned address in slot a lie in memory or in the input window, and
//! * `sandbox_open`: as eight elements of 4 bytes, modulo p, they are the root R of a program, whose header says "accepted"; no sandbox is live; the context
//!   counter grows by one, and the context of that number is opened with the program's initial root; the control cells hold the new context, its first tuple
//!   (pc 0, fp 1, the initial pages, no stack), R, the event none and the pages;
//! * `halt`: they are the public output, and the run ends with this row: the boundary takes the tuple, in which pc stays.
//!
//! # How
//! The address is 8 · `cell_in_page` + 2^16 · page. With c the first cell's index and n the number of cells of the memory (or 2^29, in the window), n − c − 4 is in
//! [0, 2^30 + 2^16): a range that nothing out of bounds reaches, since c < 2^29 and p − 2^29 − 4 > 2^30 + 2^16. In the window 2 · (page − 2^15) is a 16-bit value.
//!
//! A fresh context's number is no operand: it is what the counter's cell held, plus one. That no sandbox is live is four literal zeros in the cell that is
//! overwritten.
//!
//! # Assumes
//! Slots and memory hold 16-bit limbs; pages of context 0 are at most 2^15 (its program's limit) and initial pages of a sandbox at most 2^16 (the artefact's).
//!
//! # Rows
//! One row per instruction: row `Step`. Padding rows have both selectors 0 and send nothing.
//!
//! # Buses
//! | message | side | count |
//! |---|---|---|
//! | Exec | received and sent | 1 |
//! | Fetch | looked up | 1 |
//! | Memory | read of slot a; of four cells; seven control cells written | 1; 4 in memory; 7 with an opening |
//! | Input | looked up: four cells | 4 in the window |
//! | Program, Header | looked up | 1 with an opening |
//! | Open | sent | 1 with an opening |
//! | Output | sent | 1 with a halt |
//! | Range16 | looked up | two of the bound, `cell_in_page`, time differences, low pages; one of the window |
//! | BytePair | looked up | high bytes of the time differences |
//!
//! # Not proved here
//! Rows `OutOfBounds` and `Fault`: a trap of context 0 is no proof.
//!
//! Degree 2.

mod air;
mod columns;
#[cfg(test)]
mod tests;
mod trace;

pub use air::OpenOrHalt;
pub use columns::OpenOrHaltCols;
pub use trace::open_or_halt_trace;

/// Cells of a span of 32 bytes.
pub const SPAN_CELLS: usize = 4;
/// Control cells that an opening writes.
pub const OPENED_CELLS: usize = 7;
