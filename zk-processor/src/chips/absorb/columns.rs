//! The row of a step of `poseidon2`.

use super::{BLOCK_CELLS, STATE_CELLS};
use crate::chips::gadgets::access::ACCESS_CELLS;
use crate::chips::poseidon2::{HALF_FULL_ROUNDS, PARTIAL_ROUNDS, STATE_WIDTH};
use crate::columns;

columns! {
    /// One block taken into a state.
    pub struct AbsorbCols<T> {
        /// 1 on a real row. Bound by the message.
        is_real: T,
        /// 1 if the block lies in the input window. Bound by the message.
        is_window: T,
        /// Time of the step. Bound by the message.
        time: T,
        /// First cells of block and state. Bound by the message.
        first_cells: [T; 2],
        /// Limbs of the block's cells. Bound by their reads.
        block: [[T; 4]; BLOCK_CELLS],
        /// Limbs of the state's cells before. Bound by their accesses.
        old: [[T; 4]; STATE_CELLS],
        /// Limbs of the state's cells afterwards. Bound by *the state is permuted* and *a result is below p*.
        new: [[T; 4]; STATE_CELLS],
        /// The state after each of the first full rounds. Bound by *a full round was computed*.
        first_rounds: [[T; STATE_WIDTH]; HALF_FULL_ROUNDS],
        /// The cube of element 0 in each partial round. Bound by *a partial round was computed*.
        partial_cubes: [T; PARTIAL_ROUNDS],
        /// The state after each of the last full rounds but one. Bound by *a full round was computed*.
        last_rounds: [[T; STATE_WIDTH]; HALF_FULL_ROUNDS - 1],
        /// Inverse of what each result's upper limb is below that of p, 0 if it is the same. Bound by *a result is below p*.
        below_inverse: [T; STATE_WIDTH],
        /// Reads of the block's cells, unused in the window.
        reads: [[T; ACCESS_CELLS]; BLOCK_CELLS],
        /// Accesses to the state's cells.
        writes: [[T; ACCESS_CELLS]; STATE_CELLS],
    }
}
