//! Globals, with the addition that moves a stack pointer.
//!
//! # Proves
//! For each real row: `global_get` ends with dst = the global x0 x1, `global_set` with the global = a, all 64 bits; `global_get_add` and
//! `global_set_add` add the immediate x2 x3 modulo 2^32 on the way, and the upper half becomes 0.
//!
//! # Assumes
//! Limbs read from cells and immediates are 16-bit values (rule 11).
//!
//! # Rows
//! One row per instruction. Every form touches one global and one slot of the frame; a get writes the slot at the end, a set reads it at the
//! beginning, so the slot's time follows from the selectors. Padding rows are all 0 and send nothing.
//!
//! # Buses
//! | message | side | count |
//! |---|---|---|
//! | Exec | received and sent | 1 |
//! | Fetch | looked up | 1 |
//! | Memory | one access to the global, one to the slot | 1 each |
//! | Range16 | looked up | two time differences, two limbs of a sum |
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

pub use air::Global;
pub use columns::GlobalCols;
pub use trace::global_trace;
