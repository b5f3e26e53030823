//! Bytes, their conjunctions, and 16-bit values.
//!
//! # Proves
//! Every `Bytes` message (a, b, c) that is looked up has a, b < 2^8 and c = a AND b; every `BytePair` message (a, b) has a, b < 2^8; every `Range16` message (v) has v < 2^16.
//!
//! # Assumes
//! The table has exactly 2^16 rows: the verifier refuses any other height (rule 20). Nothing is preprocessed; the content follows from the claims.
//!
//! # Rows
//! Row r holds the bits of r: byte a in the low eight, byte b in the high eight. There is no padding.
//!
//! # Buses
//! | message | side | count |
//! |---|---|---|
//! | Bytes | provided | as often as asked |
//! | BytePair | provided | as often as asked |
//! | Range16 | provided | as often as asked |
//!
//! Degree 2.

mod air;
mod columns;
#[cfg(test)]
mod tests;
mod trace;

pub use air::ByteTable;
pub use columns::ByteTableCols;
pub use trace::{ByteLookups, byte_table_trace};

/// Rows of the table, as a power of two: no other height is valid.
pub const HEIGHT_LOG2: u32 = 16;
