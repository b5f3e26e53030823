//! Nodes of read-only trees: code, entry maps, the input.
//!
//! # Proves
//! Every `ReadNode` message that a row provides is a child, at its index, of a node that is itself in the tree, up to the root that the program table or
//! the boundary provides.
//!
//! # Why a chain cannot close on itself
//! Levels rise by one from child to parent, and there are fewer rows than p: a chain of lookups ends at a root, which only the program table and the
//! boundary provide.
//!
//! # Rows
//! One row per inner node above a touched leaf. Padding rows provide nothing.
//!
//! # Buses
//! | message | side | count |
//! |---|---|---|
//! | ReadNode | looked up: this node | 1 |
//! | ReadNode | provided: its two children | as often as asked, on real rows |
//! | Poseidon | looked up | 1 |
//!
//! Degree 2.

mod air;
mod columns;
#[cfg(test)]
mod tests;
mod trace;

pub use air::ReadTreeChip;
pub use columns::ReadTreeCols;
pub use trace::{LeafLookup, SparseTree, read_tree_rows, read_tree_trace};
