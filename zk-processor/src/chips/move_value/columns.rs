//! The row of a copy.

use crate::chips::gadgets::access::ACCESS_CELLS;
use crate::chips::gadgets::execution::EXECUTION_CELLS;
use crate::columns;

columns! {
    /// One copy or constant.
    pub struct MoveCols<T> {
        /// 1 if dst = a. Bound by *one operation or padding*.
        is_move: T,
        /// 1 if dst = immediate. Bound by *one operation or padding*.
        is_constant: T,
        /// The execution tuple. Bound by the execution bus.
        execution: [T; EXECUTION_CELLS],
        /// Gas of the row (operators). Bound by the fetch.
        gas: T,
        /// Slot written. Bound by the fetch.
        dst: T,
        /// Slot of a. Bound by the fetch.
        a_slot: T,
        /// Limbs of the immediate. Bound by the fetch.
        x: [T; 4],
        /// Limbs of the value. Bound by the read of its slot, or by *the constant is the immediate*.
        value: [T; 4],
        /// Limbs of dst before. Bound by the access that overwrites them.
        old: [T; 4],
        /// Read of a, unused for a constant.
        read: [T; ACCESS_CELLS],
        /// Write of the value.
        write: [T; ACCESS_CELLS],
    }
}
