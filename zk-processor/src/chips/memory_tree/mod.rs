//! Which leaves a context's memory has, before and after the segment.
//!
//! # Proves
//! For each context that is opened: every leaf that a memory row used lies in the tree of the opening root, at its index, with its old digest; and
//! replacing the old digests of those leaves by the new ones, and nothing else, gives the closing root. A context that is discarded (dropped, or left by a
//! run that halted) closes with the root 0.
//!
//! # Discarded contexts
//! Their nodes are opened like all others; the new side is not hashed and claims the digest 0. A row that claims so though its context is kept only takes
//! away: its subtree could be opened again only with a preimage of 0, and none is known. So rows of one context need not agree on it.
//!
//! # Assumes
//! Each context is opened once (boundary and `enter`, rule 10). Poseidon2 compressions collide for nobody.
//!
//! # Rows
//! One row per inner node above a touched leaf. The root row (level 29, index 0) receives the opening root and sends the closing root; every other row
//! receives its node from its parent. Each hands its touched children on, once each; an untouched child has the same digest before and after. So each
//! node is handed out at most once, and with it each leaf: index = 2·parent + side from root 0, 29 levels deep, never wraps.
//!
//! A row below level 1 cannot reach a leaf: leaves receive at level 0 only, and levels fall by one from 29.
//!
//! # Buses
//! | message | side | count |
//! |---|---|---|
//! | Open | received by the root row | 1 |
//! | Close | sent by the root row | 1 |
//! | Node | received by every other row; sent for each touched child | 1 each |
//! | Poseidon | looked up, before and after | 2, 1 if discarded |
//!
//! Degree 2.

mod air;
mod columns;
#[cfg(test)]
mod tests;
mod trace;

pub use air::MemoryTree;
pub use columns::MemoryTreeCols;
pub use trace::{ContextTree, TreeLeaf, memory_tree_trace};

/// Levels of a context's tree.
pub const DEPTH: usize = crate::program::commitment::CONTEXT_DEPTH;
