//! Eight cells of the read-only input.
//!
//! # Proves
//! Every `Input` message (cell, limbs) that is looked up is in the input whose root the boundary makes public, and its limbs are 16-bit values.
//!
//! # Rows
//! One row per touched leaf of the input's tree: eight cells of four limbs. Padding rows provide nothing.
//!
//! # Buses
//! | message | side | count |
//! |---|---|---|
//! | Input | provided, for each of the eight cells | as often as asked, on real rows |
//! | ReadNode | looked up: this leaf at level 0 | 1 |
//! | Poseidon | looked up | 3 |
//! | Range16 | looked up: every limb (fresh values, rule 11) | 32 |
//!
//! Degree 2.

mod air;
mod columns;
#[cfg(test)]
mod tests;
mod trace;

pub use air::InputLeaf;
pub use columns::InputLeafCols;
pub use trace::{InputLeafEvent, input_leaf_trace};

/// Cells in a leaf.
pub const LEAF_CELLS: usize = crate::isa::spaces::LEAF_CELLS;
