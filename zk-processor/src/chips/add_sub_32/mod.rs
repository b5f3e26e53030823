//! 32-bit sums and differences.
//!
//! # Proves
//! For each real row: `add32` ends with dst = (a + b) mod 2^32, `sub32` with dst = (a − b) mod 2^32. Operands as in
//! [`slots`](super::gadgets::slots); only a sum may have an immediate. The upper half of dst becomes 0.
//!
//! # Assumes
//! Limbs read from slots and immediates are 16-bit values (rule 11).
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
//! | Range16 | looked up | two result limbs, three time differences |
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

pub use air::AddSub32;
pub use columns::AddSub32Cols;
pub use trace::add_sub_32_trace;
