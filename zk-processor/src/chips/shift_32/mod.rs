//! 32-bit shifts and rotations.
//!
//! # Proves
//! For each real row: `shl32`, `shr_u32`, `shr_s32`, `rotl32`, `rotr32` and their immediate forms end with dst as the operation says, the amount
//! taken modulo 32. Operands as in [`slots`](super::gadgets::slots), the operations as in [`shift`](super::gadgets::shift).
//!
//! # Assumes
//! Limbs of a and b are 16-bit values (rule 11).
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
//! | Range16 | looked up | the amount's multiple of 32, the sign of a signed shift, three time differences |
//! | BytePair | looked up | split limbs (2), their highest bytes (1), high bytes of the time differences |
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
