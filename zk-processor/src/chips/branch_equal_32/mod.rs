//! Branches on 32-bit equality.
//!
//! # Proves
//! For each real row: `br_eq32` goes to the target if a = b, else to pc + 1; `br_ne32` the other way round. Operands as in
//! [`slots`](super::gadgets::slots), the comparison as in [`equality`](super::gadgets::equality).
//!
//! # Assumes
//! Nothing about the limbs: they are compared as field elements.
//!
//! # Rows
//! One row per instruction. Padding rows have both selectors 0 and send nothing.
//!
//! # Buses
//! | message | side | count |
//! |---|---|---|
//! | Exec | received and sent | 1 |
//! | Fetch | looked up | 1 |
//! | Memory | two reads (one with an immediate) | 1 each |
//! | Range16 | looked up | two time differences |
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

pub use air::BranchEqual32;
pub use columns::BranchEqual32Cols;
pub use trace::branch_equal_32_trace;
