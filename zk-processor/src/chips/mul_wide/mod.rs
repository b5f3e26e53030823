//! 128-bit products.
//!
//! # Proves
//! For each real row: `mul_wide_s` and `mul_wide_u` end with slot dst holding the lower and slot x1 the upper 64 bits of a · b, signed or unsigned.
//! Operands as in [`wide`](super::gadgets::wide).
//!
//! # How
//! The product of bytes as in [`product`](super::gadgets::product), to its eighth limb. A negative a, read as unsigned, is 2^64 too large: b is taken from the
//! upper half, and a for a negative b. Carries of the upper half are therefore −2 at least and are kept with 2 added.
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
//! | Memory | two reads, two writes | 1 each |
//! | Range16 | looked up | eight result limbs, eight carries, their sum, four time differences |
//! | BytePair | looked up | one for each limb of a and b, one for the signs, two for high bytes of the time differences |
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

pub use air::MulWide;
pub use columns::MulWideCols;
pub use trace::mul_wide_trace;
