//! Poseidon2 over KoalaBear, width 16: the compression of two digests of 8 elements to one.
//!
//! # Proves
//! Every `Poseidon` message (left, right, output) that is looked up has `output` = the first 8 elements of the permutation of `left ‖ right`:
//! the truncated permutation of Plonky3's `TruncatedPermutation<_, 2, 8, 16>`, with its default round constants.
//!
//! # Rows
//! A permutation is one row: 157 cells, because a cube costs no column of its own at degree 3. Padding rows are honest permutations of zeros
//! that nobody asks for.
//!
//! # Buses
//! | message | side | count |
//! |---|---|---|
//! | Poseidon | provided | as often as asked: equal compressions are paid once |
//!
//! Source: Grassi, Khovratovich, Schofnegger, "Poseidon2" (eprint 2023/323); constants and layers from `p3-koala-bear`. Degree 3.

mod air;
mod columns;
#[cfg(test)]
mod tests;
mod trace;

pub use air::Poseidon2;
pub(in crate::chips) use air::{Rounds, permuted};
pub use columns::Poseidon2Cols;
pub(in crate::chips) use trace::permutation_row;
pub use trace::{PoseidonLookups, poseidon2_tables, poseidon2_trace};

/// Elements of the state.
pub const STATE_WIDTH: usize = 16;
/// Elements of a digest.
pub const DIGEST_WIDTH: usize = 8;
/// Full rounds before and after the partial ones.
pub const HALF_FULL_ROUNDS: usize = p3_koala_bear::KOALABEAR_POSEIDON2_HALF_FULL_ROUNDS;
/// Partial rounds.
pub const PARTIAL_ROUNDS: usize = p3_koala_bear::KOALABEAR_POSEIDON2_PARTIAL_ROUNDS_16;
