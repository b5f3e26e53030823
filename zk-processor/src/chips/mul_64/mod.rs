//! 64-bit products.
//!
//! # Proves
//! For each real row: `mul64` and `mul64_imm` end with dst = (a · b) mod 2^64. Operands as in [`slots`](super::gadgets::slots), the product as in
//! [`product`](super::gadgets::product).
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
//! | Range16 | looked up | four result limbs, four carries, their sum, three time differences |
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

pub use air::Mul64;
pub use columns::Mul64Cols;
pub use trace::mul_64_trace;
