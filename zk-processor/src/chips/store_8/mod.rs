//! Byte stores.
//!
//! # Proves
//! For each real row: the byte at base + offset becomes the low byte of the value (slot: `store8`, immediate: `store8_imm`), the rest of its cell
//! stays.
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
//! | BytePair | looked up | the limb's two bytes, the value's two low bytes, high bytes of the time differences |
//!
//! # Not proved here
//! See the store to one cell: `gadgets/store.rs`.
//!
//! Degree 3.

mod air;
mod columns;
#[cfg(test)]
mod tests;
mod trace;

pub use air::Store8;
pub use columns::Store8Cols;
pub use trace::{store_8_trace, takes};
