//! Choice between two slots.
//!
//! # Proves
//! For each real row: `select` ends with dst = a if the condition is not 0, else b, all 64 bits; the condition is a 32-bit value.
//!
//! # Assumes
//! The condition's limbs are 16-bit values (rule 11), so that their sum is 0 only if both are.
//!
//! # Rows
//! One row per instruction. Padding rows are all 0 and send nothing.
//!
//! # Buses
//! | message | side | count |
//! |---|---|---|
//! | Exec | received and sent | 1 |
//! | Fetch | looked up | 1 |
//! | Memory | three reads, one write | 1 each |
//! | Range16 | looked up | four time differences |
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

pub use air::Select;
pub use columns::SelectCols;
pub use trace::select_trace;
