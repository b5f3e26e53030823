//! 32-bit products.
//!
//! # Proves
//! For each real row: `mul32` and `mul32_imm` end with dst = (a · b) mod 2^32. Operands as in [`slots`](super::gadgets::slots).
//!
//! # How
//! Both factors are kept as bytes, so that the sums of products that make a limb stay below 2^27 and never wrap. Each limb is such a sum less 2^16
//! times its carry. Two 16-bit values that carry are not enough: p = 2^16 · 32512 + 1, so one more in a limb and 32512 more in its carry is the same
//! element. A lookup of 32 · (both carries) leaves carries below 2^11 only.
//!
//! # Assumes
//! Nothing about the limbs: those of a and b are sums of bytes that are looked up, those of the result are looked up.
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
//! | Range16 | looked up | two result limbs, two carries, their sum, three time differences |
//! | BytePair | looked up | one for each limb of a and b, high bytes of the time differences |
//!
//! # Not proved here
//! That the opcode at this pc is the one in the program: see the ROM. That `gas_left` stays in range: see the gas rows.
//!
//! Degree 2.

mod air;
mod columns;
#[cfg(test)]
mod tests;
mod trace;

pub use air::Mul32;
pub use columns::Mul32Cols;
pub use trace::mul_32_trace;
