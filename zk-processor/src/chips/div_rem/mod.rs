//! Quotients and remainders, of 32 and of 64 bits: one argument, two tables.
//!
//! # Proves
//! For each real row: `div_s`, `div_u`, `rem_s`, `rem_u` of the table's width and their immediate forms end with dst as the operation says, and neither of
//! the traps' guards holds: b is not 0, and the operands of a signed quotient are not the least integer and −1. Operands as in
//! [`slots`](super::gadgets::slots), the division as in [`division`](super::gadgets::division).
//!
//! # Assumes
//! Limbs of a and b are 16-bit values (rule 11).
//!
//! # Rows
//! One row per instruction. Padding rows have all selectors 0 and send nothing.
//!
//! # Buses
//! | message | side | count (32 bits, 64 bits) |
//! |---|---|---|
//! | Exec | received and sent | 1 |
//! | Fetch | looked up | 1 |
//! | Memory | two reads (one with an immediate), one write | 1 each |
//! | Range16 | looked up | remainder and result (4, 8), carries (2, 4), signs of signed rows (2), the distance, three time differences |
//! | BytePair | looked up | divisor and quotient (4, 8), a signed quotient that is not negative, high bytes of the time differences |
//!
//! # Not proved here
//! The rows `DivideByZero` and `DivideOverflow`: their guards exclude this table's. That the opcode at this pc is the one in the program: see the ROM. That
//! `gas_left` stays in range: see the gas rows.
//!
//! Degree 3.

mod air;
mod columns;
#[cfg(test)]
mod tests;
mod trace;

pub use air::{DivRem32, DivRem64};
pub use columns::{DivRem32Cols, DivRem64Cols};
pub use trace::{div_rem_32_trace, div_rem_64_trace};
