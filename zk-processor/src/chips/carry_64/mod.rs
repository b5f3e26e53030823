//! 64-bit sums and differences with a carry out or in.
//!
//! # Proves
//! For each real row: `add_carry64` and `sub_borrow64` end with slot dst holding a + b or a − b modulo 2^64 and slot x1 the carry or borrow, 0 or 1;
//! `add_with_carry64` and `sub_with_borrow64` end with slot dst holding a + b + c or a − b − c modulo 2^64, where slot x1 holds c, which is 0 or 1. Operands
//! as in [`wide`](super::gadgets::wide).
//!
//! # How
//! The sum of limbs of [`sum`](super::gadgets::sum), with a carry in; a difference is the sum a = result + b. The carry out of the top limb is the bit
//! that leaves.
//!
//! # Assumes
//! Limbs of a and b are 16-bit values: they were on the bus before.
//!
//! # Rows
//! One row per instruction. Padding rows have all selectors 0 and send nothing.
//!
//! # Buses
//! | message | side | count |
//! |---|---|---|
//! | Exec | received and sent | 1 |
//! | Fetch | looked up | 1 |
//! | Memory | two reads, one write, and the read or write of the carry | 1 each |
//! | Range16 | looked up | four result limbs, four time differences |
//! | BytePair | looked up | two, for high bytes of the time differences |
//!
//! # Not proved here
//! A slot x1 that holds neither 0 nor 1 where a carry is read: no row consumes the instruction. The lowering writes that slot in the row before, by
//! `add_carry64` or `sub_borrow64`. That the opcode at this pc is the one in the program: see the ROM. That `gas_left` stays in range: see the gas rows.
//!
//! Degree 3.

mod air;
mod columns;
#[cfg(test)]
mod tests;
mod trace;

pub use air::Carry64;
pub use columns::Carry64Cols;
pub use trace::carry_64_trace;
