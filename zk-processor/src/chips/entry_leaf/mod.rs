//! Sixteen entries of a program's entry map.
//!
//! # Proves
//! Every `Entry` message (handle, function, pc, type) that is looked up is in the entry map that the program `handle` commits to.
//!
//! # Rows
//! One row per touched leaf of an entry map. Padding rows provide nothing.
//!
//! # Buses
//! | message | side | count |
//! |---|---|---|
//! | Entry | provided, for each of the sixteen entries | as often as asked, on real rows |
//! | ReadNode | looked up: this leaf at level 0 | 1 |
//! | Poseidon | looked up | 3 |
//!
//! Degree 2.

mod air;
mod columns;
#[cfg(test)]
mod tests;
mod trace;

pub use air::EntryLeaf;
pub use columns::EntryLeafCols;
pub use trace::{EntryLeafEvent, entry_leaf_trace};
