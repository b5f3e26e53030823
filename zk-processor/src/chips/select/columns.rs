//! The row of a choice.

use crate::chips::gadgets::access::ACCESS_CELLS;
use crate::chips::gadgets::execution::EXECUTION_CELLS;
use crate::columns;

columns! {
    /// One choice.
    pub struct SelectCols<T> {
        /// 1 on real rows. Bound by *real or padding*.
        is_real: T,
        /// The execution tuple. Bound by the execution bus.
        execution: [T; EXECUTION_CELLS],
        /// Gas of the row (operators). Bound by the fetch.
        gas: T,
        /// Slot written. Bound by the fetch.
        dst: T,
        /// Slots of a, b and the condition. Bound by the fetch.
        slots: [T; 3],
        /// Limbs of a. Bound by the read of its slot.
        a: [T; 4],
        /// Limbs of b. Bound by the read of its slot.
        b: [T; 4],
        /// Limbs of the condition. Bound by the read of its slot.
        condition: [T; 2],
        /// 1 if the condition is not 0. Bound by *a condition that holds has an inverse* and *a condition that does not hold is 0*.
        holds: T,
        /// Inverse of the sum of the condition's limbs. Bound by *a condition that holds has an inverse*, unless the sum is 0.
        inverse: T,
        /// Limbs of the result. Bound by *the result is what was chosen*.
        result: [T; 4],
        /// Limbs of dst before. Bound by the access that overwrites them.
        old: [T; 4],
        /// Reads of a, b and the condition.
        reads: [[T; ACCESS_CELLS]; 3],
        /// Write of the result.
        write: [T; ACCESS_CELLS],
    }
}
