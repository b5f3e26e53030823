//! Steps of `poseidon2`: a block becomes the first half of the state in memory, then the permutation.
//!
//! # Proves
//! For each step that [`hash_step`](super::hash_step) announces by an `Operation` message (time, cells of block and state): with the block's eight 32-bit words in place of the state's first eight,
//! all modulo p, the state's sixteen words afterwards are the permutation's elements, each below p.
//!
//! # How
//! The rounds are those of [`poseidon2`](super::poseidon2), on cells of memory instead of a lookup's fields: that table gives half of an output only. A result low + 2^16 · high is below
//! p = 2^31 − 2^24 + 1 exactly if high is below 0x7f00, or is that and low is 0.
//!
//! # Rows
//! One per block. Padding rows are permutations of zeros and speak on no bus.
//!
//! | message | side | count |
//! |---|---|---|
//! | Operation | received | 1 |
//! | Input | looked up: four cells | 1 if the block lies in the window |
//! | Memory | four cells read, at the time of reads | 1 if it does not |
//! | Memory | eight cells of the state received and sent, at the time of writes | 1 |
//! | Range16, BytePair | looked up | results, time differences |
//!
//! # Not proved here
//! Bounds, alignment and operands: see [`hash_step`](super::hash_step). Degree 3.

mod air;
mod columns;
#[cfg(test)]
mod tests;
mod trace;

pub use air::Absorb;
pub use columns::AbsorbCols;
pub use trace::{absorb_rows, absorb_trace};

/// Cells of a block.
pub const BLOCK_CELLS: usize = 4;
/// Cells of the state.
pub const STATE_CELLS: usize = 8;
/// Upper limb of p − 1.
const TOP: u32 = 0x7f00;
