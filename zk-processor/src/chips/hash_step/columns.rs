//! The row of a hash operation.

use super::STATE_CELLS;
use crate::chips::gadgets::access::ACCESS_CELLS;
use crate::chips::gadgets::execution::EXECUTION_CELLS;
use crate::columns;

columns! {
    /// One begin, advance or done row.
    pub struct HashStepCols<T> {
        /// 1 on a begin row. Bound by *one row kind or padding* and the fetch.
        is_begin: T,
        /// 1 on an advance row. Bound by *one row kind or padding*, *what is done has no blocks* and *a part has a block*.
        is_advance: T,
        /// 1 on a done row. Bound like `is_advance`.
        is_done: T,
        /// 1 for Poseidon2. Bound by the fetch.
        is_poseidon: T,
        /// The execution tuple. Bound by the execution bus.
        execution: [T; EXECUTION_CELLS],
        /// Gas of the row (operators). Bound by the fetch.
        gas: T,
        /// First of the operand slots. Bound by the fetch.
        a_slot: T,
        /// Limbs of the state's address. Bound by the read of its slot.
        state: [T; 2],
        /// Limbs of the blocks' address. Bound by the access to its slot.
        blocks: [T; 2],
        /// Limbs of the number of blocks. Bound by the access to its slot.
        count: [T; 2],
        /// The same two afterwards. Bound by *the blocks advance* and *the count shrinks*.
        blocks_after: [T; 2],
        /// See `blocks_after`.
        count_after: [T; 2],
        /// Bits 3..16 of the two addresses. Bound by *addresses are multiples of 8* and range lookups.
        cells_in_page: [T; 2],
        /// Blocks that this row takes. Bound by *a part is the count or 256 blocks*.
        part: T,
        /// 1 if the part is 256 blocks. Bound by *a part is the count or 256 blocks*.
        is_full: T,
        /// Blocks whose bounds the row checks. Bound by *a begin checks all blocks*.
        covered: T,
        /// Carry of the blocks' address. Bound by *the blocks advance*.
        carry: T,
        /// 1 if that address passes 2^32. Bound by *the blocks advance*.
        wraps: T,
        /// Borrow of the count. Bound by *the count shrinks*.
        borrow: T,
        /// 1 if the blocks lie in the input window. Bound by *the blocks lie in bounds*.
        is_window: T,
        /// How many cells lie behind the state, low + 2^13 · high. Bound by *the state lies in memory* and range lookups.
        state_room: [T; 2],
        /// How many cells lie behind the blocks. Bound by *the blocks lie in bounds* and range lookups.
        blocks_room: [T; 2],
        /// Accesses to the three slots.
        slots: [[T; ACCESS_CELLS]; 3],
        /// Limbs of the state's cells before. Bound by their accesses.
        old: [[T; 4]; STATE_CELLS],
        /// Limbs of the state's cells afterwards. Bound by the state that comes back.
        new: [[T; 4]; STATE_CELLS],
        /// Accesses to the state's cells, unused by Poseidon2.
        writes: [[T; ACCESS_CELLS]; STATE_CELLS],
    }
}
