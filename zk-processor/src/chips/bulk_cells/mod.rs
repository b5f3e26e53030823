//! Cells of a bulk step: what is copied or filled, one destination cell a row.
//!
//! # Proves
//! For each step that [`bulk_step`](super::bulk_step) announces by an `Operation` message (places, number of bytes, positions within the first cells): every byte of
//! the destination holds afterwards the byte of the source, or the byte of the fill; the other bytes of its first and last cell stay.
//!
//! # Rows
//! A step is one row for each destination cell, and one more without destination if the last bytes come from a source cell that no row before has read. A row reads the source
//! cell whose bytes begin its own; the bytes behind are those of the next row's source. All sources are read at the time of reads and all destinations written
//! at the time of writes, so the order of rows is of no importance and ranges may overlap. A copy of aligned cells needs one row a cell.
//!
//! | message | side | count |
//! |---|---|---|
//! | Operation | received | first row of a step |
//! | Input | sent | rows that read from the window |
//! | Memory | received and sent | rows that read from memory; rows that write |
//!
//! Degree 3.
//!
//! # Not proved here
//! Bounds, contexts and what the operand slots say: see [`bulk_step`](super::bulk_step).

mod air;
mod columns;
#[cfg(test)]
mod tests;
mod trace;

pub use air::BulkCells;
pub use columns::BulkCellsCols;
pub use trace::{bulk_cells_rows, bulk_cells_trace};
