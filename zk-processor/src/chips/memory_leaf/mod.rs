//! Initial and final values of eight cells of memory.
//!
//! # Proves
//! For each real row: the leaf at `index` of the context's memory tree has the digest of the eight old values before the segment and of the eight new
//! values after it; the cells start the segment with the old values at time 0, and end it with the new ones.
//!
//! A leaf of a context that is discarded (dropped, or left by a run that halted) has the new digest 0 instead: nobody hashes what nobody opens again. A leaf
//! that claims this though its context lives on only takes away: no preimage of the digest 0 is known, so such a leaf can never be opened.
//!
//! # Assumes
//! Each node of the tree is handed out once (see [`super::memory_tree`]), so each leaf of a context occurs in at most one row. That is what makes initial
//! values unique (rule 9): two initial tuples for one cell would be two timelines.
//!
//! # Rows
//! One row per touched leaf. A cell of the leaf that nobody accessed is sent and received with time 0 and the same value: it cancels. Padding rows have
//! the selector 0 and send nothing.
//!
//! # Buses
//! | message | side | count |
//! |---|---|---|
//! | Node | received at level 0 | 1 |
//! | Memory | 8 sent (time 0, old), 8 received (last time, new) | 1 each |
//! | Poseidon | looked up: three compressions a side | 6, 3 if discarded |
//! | Range16 | looked up: the leaf's number within its space | 2 |
//!
//! # Not proved here
//! That limbs are 16 bits: whoever writes a cell says so, and a cell nobody wrote is what the tree held (rule 11).
//!
//! Degree 2.

mod air;
mod columns;
#[cfg(test)]
mod tests;
mod trace;

pub use air::MemoryLeaf;
pub use columns::MemoryLeafCols;
pub use trace::{LeafEvent, memory_leaf_trace};

/// Cells in a leaf.
pub const LEAF_CELLS: usize = crate::isa::spaces::LEAF_CELLS;
/// Limbs in a cell.
pub const CELL_LIMBS: usize = 4;
