//! Four rows of a program.
//!
//! # Proves
//! Every `Fetch` message (handle, pc, row) that is looked up is row `pc` of the code whose tree the program `handle` commits to, and charges at most 255
//! operators (rule 14).
//!
//! # Rows
//! One row per touched leaf of a code tree: four instructions of eight elements. Padding rows provide nothing.
//!
//! # Buses
//! | message | side | count |
//! |---|---|---|
//! | Fetch | provided, for each of the four rows | as often as asked, on real rows |
//! | ReadNode | looked up: this leaf at level 0 | 1 |
//! | Poseidon | looked up | 3 |
//! | BytePair | looked up: the four gas fields | 2 |
//!
//! # Not proved here
//! That operand fields are in canonical form: a program's root is of interest only if an honest lowering yields it, and the verifier checks that.
//!
//! Degree 2.

mod air;
mod columns;
#[cfg(test)]
mod tests;
mod trace;

pub use air::CodeLeaf;
pub use columns::CodeLeafCols;
pub use trace::{CodeLeafEvent, code_leaf_trace};
