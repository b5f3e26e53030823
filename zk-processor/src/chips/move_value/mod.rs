//! Copies and constants.
//!
//! # Proves
//! For each real row: `mov` ends with dst = a, all 64 bits; `li` with dst = the immediate.
//!
//! # Assumes
//! Immediates are 16-bit limbs, because the program's rows are.
//!
//! # Rows
//! One row per instruction. Padding rows have both selectors 0 and send nothing.
//!
//! # Buses
//! | message | side | count |
//! |---|---|---|
//! | Exec | received and sent | 1 |
//! | Fetch | looked up | 1 |
//! | Memory | one read (none for a constant), one write | 1 each |
//! | Range16 | looked up | two time differences |
//! | BytePair | looked up | high bytes of the time differences |
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

pub use air::Move;
pub use columns::MoveCols;
pub use trace::move_value_trace;
