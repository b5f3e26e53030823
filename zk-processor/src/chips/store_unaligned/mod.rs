//! Stores that the tables by width do not take: odd addresses, and accesses over two cells.
//!
//! # Proves
//! For each real row: the 2, 4 or 8 bytes at base + offset, wherever they begin, become the low bytes of the value (slot: `store16`, `store32`,
//! `store64`; immediate, zero-extended: the same with `_imm`), the rest of the one or two cells stays, and the last byte lies below the tuple's pages.
//!
//! # How
//! Five limbs from the one with the first byte on change; limbs outside of them stay. At an odd address the value's limbs, and the first and last limb
//! that change, are split into two bytes each. Two columns serve both parities: a *low* part, the limb or its low byte, and a *high* one, 0 or its high byte.
//! Limb k becomes low part k moved up by the parity, plus high part k − 1: with scale = 1 or 2^8, scale · low k + high k − 1. The first limb keeps its low byte, the last
//! one its high byte, which at an even address are nothing and the whole limb.
//!
//! # Assumes
//! Limbs of cells, slots and immediates are 16-bit values (rule 11). Pages are at most 2^16. The upper limbs of the address slot are 0, as those of every
//! 32-bit slot.
//!
//! # Rows
//! One row per instruction: rows `Step` and `Crossing`. Nothing keeps aligned stores out of this table; the tables by width take them because they are
//! narrower. Padding rows have all selectors 0 and send nothing.
//!
//! # Buses
//! | message | side | count |
//! |---|---|---|
//! | Exec | received and sent | 1 |
//! | Fetch | looked up | 1 |
//! | Memory | read of the address, writes of one or two cells; read of the value (without an immediate) | 1 each |
//! | Range16 | looked up | two of the address, two of its end, four time differences |
//! | BytePair | looked up | high bytes of the time differences; the bytes of six limbs (odd addresses) |
//!
//! # Not proved here
//! Row `OutOfBounds`, which traps, the input window included: a table of its own, whose guard excludes these.
//!
//! Degree 3.

mod air;
mod columns;
#[cfg(test)]
mod tests;
mod trace;

pub use air::StoreUnaligned;
pub use columns::StoreUnalignedCols;
pub use trace::{store_unaligned_trace, takes};
