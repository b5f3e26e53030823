//! 64-bit shifts and rotations.
//!
//! # Proves
//! For each real row: `shl64`, `shr_u64`, `shr_s64`, `rotl64`, `rotr64` and their immediate forms end with dst as the operation says, the amount
//! taken modulo 64. Operands as in [`slots`](super::gadgets::slots), the operations as in [`shift`](super::gadgets::shift).
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
//! | Range16 | looked up | the amount's multiple of 64, the sign of a signed shift, three time differences |
//! | BytePair | looked up | split limbs (4), their highest bytes (2), high bytes of the time differences |
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

pub use air::Shift64;
pub use columns::Shift64Cols;
pub use trace::shift_64_trace;
