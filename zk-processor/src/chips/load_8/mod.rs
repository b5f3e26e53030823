//! Byte loads.
//!
//! # Proves
//! For each real row: dst = the byte at base + offset (`load8_u`), sign-extended to 32 bits (`load8_s32`) or 64 (`load8_s64`).
//!
//! # Assumes
//! Limbs of cells, input and slots are 16-bit values (rule 11). What the load of one cell assumes: `gadgets/load.rs`.
//!
//! # Rows
//! One row per instruction: rows `Step` and `Window`. Padding rows have all selectors 0 and send nothing.
//!
//! # Buses
//! | message | side | count |
//! |---|---|---|
//! | Exec | received and sent | 1 |
//! | Fetch | looked up | 1 |
//! | Memory | read of the address, write of dst; read of the cell (row Step) | 1 each |
//! | Input | looked up: the cell (row Window) | 1 |
//! | Range16 | looked up | two of the address, one of its bound, three time differences |
//! | BytePair | looked up | the limb's two bytes, the sign with the cell's time difference, two time differences |
//!
//! # Not proved here
//! See the load of one cell: `gadgets/load.rs`.
//!
//! Degree 2.

mod air;
mod columns;
#[cfg(test)]
mod tests;
mod trace;

pub use air::Load8;
pub use columns::Load8Cols;
pub use trace::{load_8_trace, takes};
