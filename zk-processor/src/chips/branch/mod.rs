//! Unconditional branches.
//!
//! # Proves
//! For each real row: after `br` the next row is the target.
//!
//! # Rows
//! One row per instruction. Padding rows are all 0 and send nothing.
//!
//! # Buses
//! | message | side | count |
//! |---|---|---|
//! | Exec | received and sent | 1 |
//! | Fetch | looked up | 1 |
//!
//! # Not proved here
//! That the opcode at this pc is the one in the program: see the ROM. That gas_left stays in range: see the gas rows.
//!
//! Degree 2.

mod air;
mod columns;
#[cfg(test)]
mod tests;
mod trace;

pub use air::Branch;
pub use columns::BranchCols;
pub use trace::branch_trace;
