//! 4-byte stores.
//!
//! # Proves
//! For each real row: the 4 bytes at base + offset, an even address whose cell holds all of them, become the low 4 bytes of the value (slot:
//! `store32`, immediate: `store32_imm`), the rest of the cell stays.
//!
//! # Assumes
//! Limbs of cells, slots and immediates are 16-bit values (rule 11). What the store to one cell assumes: `gadgets/store.rs`.
//!
//! # Rows
//! One row per instruction: row `Step`. Padding rows have all selectors 0 and send nothing.
//!
//! # Buses
//! | message | side | count |
//! |---|---|---|
//! | Exec | received and sent | 1 |
//! | Fetch | looked up | 1 |
//! | Memory | read of the address, write of the cell; read of the value (without an immediate) | 1 each |
//! | Range16 | looked up | two of the address, one of its bound, three time differences |
//! | BytePair | looked up | high bytes of the time differences |
//!
//! # Not proved here
//! Stores at odd addresses: together with those over two cells they are a table of their own. See the store to one cell: `gadgets/store.rs`.
//!
//! Degree 2.

mod air;
mod columns;
#[cfg(test)]
mod tests;
mod trace;

pub use air::Store32;
pub use columns::Store32Cols;
pub use trace::{store_32_trace, takes};
