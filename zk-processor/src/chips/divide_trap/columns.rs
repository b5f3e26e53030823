//! The row of a division that traps.

use crate::chips::gadgets::access::ACCESS_CELLS;
use crate::chips::gadgets::execution::EXECUTION_CELLS;
use crate::columns;

columns! {
    /// One division that traps.
    pub struct DivideTrapCols<T> {
        /// 1 if b = 0, for 32 and 64 bits. Bound by *one case or padding* and the read of b.
        by_zero: [T; 2],
        /// 1 if a / b overflows, for 32 and 64 bits. Bound by *one case or padding*, the reads and the fetch.
        overflow: [T; 2],
        /// 1 if unsigned. Bound by *the operation is two bits* and the fetch.
        is_unsigned: T,
        /// 1 for a remainder. Bound by *the operation is two bits* and the fetch.
        is_remainder: T,
        /// 1 if b is the immediate. Bound by *the immediate flag is a bit* and the fetch.
        is_immediate: T,
        /// The execution tuple. Bound by the execution bus.
        execution: [T; EXECUTION_CELLS],
        /// Gas of the row (operators). Bound by the fetch.
        gas: T,
        /// Destination field. Bound by the fetch.
        dst: T,
        /// Slot of a. Bound by the fetch.
        a_slot: T,
        /// Slot of b and zeros, or the immediate. Bound by the fetch.
        x: [T; 4],
        /// Limbs of a. Bound by its read.
        a: [T; 4],
        /// Read of a.
        read_a: [T; ACCESS_CELLS],
        /// Read of b, unused with an immediate.
        read_b: [T; ACCESS_CELLS],
    }
}
