//! Branches on 64-bit order.
//!
//! # Proves
//! For each real row: `br_lt_s64` and `br_lt_u64` go to the target if a < b (signed, unsigned), else to pc + 1; `br_ge_s64` and `br_ge_u64` the other
//! way round. Operands as in [`slots`](super::gadgets::slots), the comparison as in [`order`](super::gadgets::order).
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
//! | Memory | two reads (one with an immediate) | 1 each |
//! | Range16 | looked up | two time differences, the distance, two signs if signed |
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

pub use air::BranchLess64;
pub use columns::BranchLess64Cols;
pub use trace::branch_less_64_trace;
