//! Divisions that trap.
//!
//! # Proves
//! For each real row, in a sandbox: a division or remainder of 32 or 64 bits whose divisor b is 0 traps with `integer divide by zero`; a signed division of the
//! least integer by −1 traps with `integer overflow`.
//!
//! # How
//! b is no column: it is received as the literal limbs of 0 or of −1, which one selector chooses. For an overflow the limbs of a are claimed. 32-bit operands have
//! literal zeros in the upper limbs of b. A remainder of −1 does not overflow: only the opcodes of signed divisions can.
//!
//! # Rows
//! One row per instruction: rows `DivideByZero` and `DivideOverflow`. Padding rows have all selectors 0 and send nothing.
//!
//! # Buses
//! | message | side | count |
//! |---|---|---|
//! | Exec | received | 1 |
//! | Fetch | looked up | 1 |
//! | HandOver | sent | 1 |
//! | Memory | reads of a and, without an immediate, b | 1 each |
//! | Range16, BytePair | looked up | time differences |
//!
//! # Not proved here
//! That the row's charge is covered and the context a sandbox: the hand-over.
//!
//! Degree 2.

mod air;
mod columns;
#[cfg(test)]
mod tests;
mod trace;

pub use air::DivideTrap;
pub use columns::DivideTrapCols;
pub use trace::divide_trap_trace;
