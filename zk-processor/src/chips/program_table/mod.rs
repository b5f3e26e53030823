//! Which program a handle is.
//!
//! # Proves
//! Every `Program` (handle, R), `Header` (handle, scalars, initial root) and root `ReadNode` (handle, code or entry tree) that is looked up comes from
//! one header whose hash is R. A handle has one row, so two programs never mix under one handle (rule 17).
//!
//! # Assumes
//! The machine has exactly one instance of this table: handles are its row numbers.
//!
//! # Rows
//! Row r has the handle r + 1. Padding rows provide nothing.
//!
//! # Buses
//! | message | side | count |
//! |---|---|---|
//! | Program, Header, ReadNode (two roots) | provided | as often as asked, on real rows |
//! | Poseidon | looked up: the chain from the scalars to R | 4 |
//!
//! Degree 2.

mod air;
mod columns;
#[cfg(test)]
mod tests;
mod trace;

pub use air::ProgramTable;
pub use columns::ProgramTableCols;
pub use trace::{ProgramEvent, program_table_trace};
