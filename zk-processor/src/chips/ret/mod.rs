//! Returns to a caller.
//!
//! # Proves
//! For each real row: `ret` reads the link at fp and goes on at its row, with its frame pointer and stack budget. The link is not empty.
//!
//! # Assumes
//! A link that a call wrote has a row, pc + 1, other than 0; so the link is empty exactly if its row is 0. Its elements are those of the caller's
//! tuple, checked there.
//!
//! # Rows
//! One row per instruction: row `Step`. Padding rows have the selector 0 and send nothing.
//!
//! # Buses
//! | message | side | count |
//! |---|---|---|
//! | Exec | received and sent | 1 |
//! | Fetch | looked up | 1 |
//! | Memory | the link read | 1 |
//! | Range16, BytePair | looked up | the time difference |
//!
//! # Not proved here
//! Returns from the sandbox (row `SandboxReturn`, whose link has the row 0).
//!
//! Degree 2.

mod air;
mod columns;
#[cfg(test)]
mod tests;
mod trace;

pub use air::Return;
pub use columns::ReturnCols;
pub use trace::ret_trace;
