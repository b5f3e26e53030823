//! The row of the Poseidon2 chip: one permutation.

use super::{DIGEST_WIDTH, HALF_FULL_ROUNDS, PARTIAL_ROUNDS, STATE_WIDTH};
use crate::columns;

columns! {
    /// One permutation, from its input to the half of its output that is used.
    pub struct Poseidon2Cols<T> {
        /// How often this compression is looked up. Free.
        times: T,
        /// left ‖ right. Bound by the message.
        input: [T; STATE_WIDTH],
        /// The state after each of the first full rounds. Bound by *a full round was computed*.
        first_rounds: [[T; STATE_WIDTH]; HALF_FULL_ROUNDS],
        /// The cube of element 0 in each partial round. Bound by *a partial round was computed*.
        partial_cubes: [T; PARTIAL_ROUNDS],
        /// The state after each of the last full rounds but one. Bound by *a full round was computed*.
        last_rounds: [[T; STATE_WIDTH]; HALF_FULL_ROUNDS - 1],
        /// The first half of the state after the last full round. Bound by *the output is the first half of the last round*.
        output: [T; DIGEST_WIDTH],
    }
}
