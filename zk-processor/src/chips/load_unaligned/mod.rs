//! Loads that the tables by width do not take: odd addresses, and accesses over two cells.
//!
//! # Proves
//! For each real row: dst = the 2, 4 or 8 bytes at base + offset, wherever they begin, sign-extended as the opcode says (`load16_*`, `load32_*`, `load64`).
//! In memory (rows `Step` and `Crossing`) the last byte lies below the tuple's pages; in the window (rows `Window` and `WindowCrossing`) the context is 0
//! and all bytes lie in [2^31, 2^32).
//!
//! # How
//! Five limbs from the one with the first byte on hold the value. At an odd address each is split into two bytes, and limb k of the value is the high byte of limb k and
//! the low byte of limb k + 1; at an even one it is limb k. Two columns a limb serve both: the *tail*, its low byte or 0, and the *head*, its high byte or
//! all of it, so that limb k of the value is head k + 2^8 · tail k + 1 either way.
//!
//! # Assumes
//! Limbs of cells, input and slots are 16-bit values (rule 11). Pages are at most 2^16, those of context 0 at most 2^15. The upper limbs of the address
//! slot are 0, as those of every 32-bit slot.
//!
//! # Rows
//! One row per instruction. Nothing keeps aligned loads out of this table; the tables by width take them because they are narrower. Padding rows have all
//! selectors 0 and send nothing.
//!
//! # Buses
//! | message | side | count |
//! |---|---|---|
//! | Exec | received and sent | 1 |
//! | Fetch | looked up | 1 |
//! | Memory | read of the address, write of dst; reads of one or two cells (memory) | 1 each |
//! | Input | looked up: one or two cells (window) | 1 each |
//! | Range16 | looked up | two of the address, two of its end, one of its beginning (window), four time differences, the sign |
//! | BytePair | looked up | high bytes of the time differences; the bytes of five limbs (odd addresses) |
//!
//! # Not proved here
//! Row `OutOfBounds`, which traps: a table of its own, whose guard excludes these.
//!
//! Degree 3.

mod air;
mod columns;
#[cfg(test)]
mod tests;
mod trace;

pub use air::LoadUnaligned;
pub use columns::LoadUnalignedCols;
pub use trace::{load_unaligned_trace, takes};
