//! 32-bit shifts and rotations.
//!
//! # Proves
//! For each real row: `shl32`, `shr_u32`, `shr_s32`, `rotl32`, `rotr32` and their immediate forms end with dst as the operation says, the amount
//! taken modulo 32. Operands as in [`slots`](super::gadgets::slots).
//!
//! # How
//! Every operation is a shift of a to the left by k into 64 bits: a left one by its amount, a right one by 32 less its amount. A shift keeps the
//! lower half, a shift to the right the upper one, a rotation adds both, whose bits are disjoint. k is 8 times a selector plus three bits: the bits
//! multiply each byte by a power of two and split the product in two bytes, the selector moves whole bytes. A signed shift fills the bits from k on
//! with the sign.
//!
//! # Assumes
//! The low limb of b is a 16-bit value (rule 11).
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
//! | Range16 | looked up | the amount's multiple of 32, three time differences |
//! | BytePair | looked up | bytes of a (2), split bytes (4), the amount with the sign (1), high bytes of the time differences |
//!
//! # Not proved here
//! That the opcode at this pc is the one in the program: see the ROM. That `gas_left` stays in range: see the gas rows.
//!
//! Degree 3.

mod air;
mod columns;
#[cfg(test)]
mod tests;
mod trace;

pub use air::Shift32;
pub use columns::Shift32Cols;
pub use trace::shift_32_trace;
