//! 64-bit logic.
//!
//! # Proves
//! For each real row: `and64`, `or64`, `xor64` end with dst = a op b, bit by bit. Operands as in [`slots`](super::gadgets::slots).
//!
//! # Assumes
//! Nothing about the limbs: they are sums of bytes that are looked up.
//!
//! # Rows
//! One row per instruction. Padding rows have all selectors 0 and send nothing.
//!
//! # Buses
//! | message | side | count |
//! |---|---|---|
//! | Exec | received and sent | 1 |
//! | Fetch | looked up | 1 |
//! | Memory | two reads (one with an immediate), one write | 1 each |
//! | Bytes | looked up | one for each pair of bytes |
//! | Range16 | looked up | three time differences |
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

pub use air::Logic64;
pub use columns::Logic64Cols;
pub use trace::logic_64_trace;
