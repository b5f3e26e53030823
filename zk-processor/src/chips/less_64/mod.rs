//! 64-bit order as a value.
//!
//! # Proves
//! For each real row: `lt_s64` and `lt_u64` end with dst = 1 if a < b (signed, unsigned), else 0; `ge_s64` and `ge_u64` with the opposite. Operands
//! as in [`slots`](super::gadgets::slots), the comparison as in [`order`](super::gadgets::order).
//!
//! # Assumes
//! Limbs read from slots and immediates are 16-bit values (rule 11).
//!
//! # Rows
//! One row per instruction. Padding rows are all 0 and send nothing.
//!
//! # Buses
//! | message | side | count |
//! |---|---|---|
//! | Exec | received and sent | 1 |
//! | Fetch | looked up | 1 |
//! | Memory | two reads (one with an immediate), one write | 1 each |
//! | Range16 | looked up | three time differences, the distance, two signs if signed |
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

pub use air::Less64;
pub use columns::Less64Cols;
pub use trace::less_64_trace;
