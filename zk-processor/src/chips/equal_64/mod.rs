//! 64-bit equality as a value.
//!
//! # Proves
//! For each real row: `eq64` ends with dst = 1 if a = b, else 0; `ne64` with the opposite. Operands as in [`slots`](super::gadgets::slots).
//!
//! # Assumes
//! Nothing about the limbs: they are compared as field elements.
//!
//! # Rows
//! One row per instruction. Padding rows have both selectors 0 and send nothing.
//!
//! # Buses
//! | message | side | count |
//! |---|---|---|
//! | Exec | received and sent | 1 |
//! | Fetch | looked up | 1 |
//! | Memory | two reads (one with an immediate), one write | 1 each |
//! | Range16 | looked up | three time differences |
//! | BytePair | looked up | high bytes of the time differences |
//!
//! # Not proved here
//! That the opcode at this pc is the one in the program: see the ROM. That gas_left stays in range: see the gas rows.
//!
//! Degree 3.

mod air;
mod columns;
#[cfg(test)]
mod tests;
mod trace;

pub use air::Equal64;
pub use columns::Equal64Cols;
pub use trace::equal_64_trace;
