//! The row of a branch.

use crate::chips::gadgets::execution::EXECUTION_CELLS;
use crate::columns;

columns! {
    /// One branch.
    pub struct BranchCols<T> {
        /// 1 on real rows. Bound by *real or padding*.
        is_real: T,
        /// The execution tuple. Bound by the execution bus.
        execution: [T; EXECUTION_CELLS],
        /// Gas of the row (operators). Bound by the fetch.
        gas: T,
        /// Target row. Bound by the fetch.
        target: T,
    }
}
