//! Branches by an index.
//!
//! # Proves
//! For each real row: `br_table` goes to the row pc + 1 + min(a, count), where count is the immediate x0 x1.
//!
//! # Assumes
//! Limbs of a and of the immediate are 16-bit values; the upper limbs of the index slot are 0, as those of every 32-bit slot. count + pc is below p: a
//! program has fewer than 2^24 rows, and the lowering writes a branch for each entry.
//!
//! # Rows
//! One row per instruction: row `Step`. Padding rows have the selector 0 and send nothing.
//!
//! # Buses
//! | message | side | count |
//! |---|---|---|
//! | Exec | received and sent | 1 |
//! | Fetch | looked up | 1 |
//! | Memory | read of the index | 1 |
//! | Range16 | looked up | two of the bound, one time difference |
//! | BytePair | looked up | high byte of the time difference |
//!
//! # Not proved here
//! That the rows below are the branches of the table: the program has them.
//!
//! Degree 2.

mod air;
mod columns;
#[cfg(test)]
mod tests;
mod trace;

pub use air::BranchTable;
pub use columns::BranchTableCols;
pub use trace::branch_table_trace;
