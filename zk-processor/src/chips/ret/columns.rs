//! The row of a return.

use crate::chips::gadgets::access::ACCESS_CELLS;
use crate::chips::gadgets::execution::EXECUTION_CELLS;
use crate::chips::gadgets::link::LINK_CELLS;
use crate::columns;

columns! {
    /// One return.
    pub struct ReturnCols<T> {
        /// 1 on real rows. Bound by *real or padding*.
        is_real: T,
        /// The execution tuple. Bound by the execution bus.
        execution: [T; EXECUTION_CELLS],
        /// Gas of the row (operators). Bound by the fetch.
        gas: T,
        /// The link: row, frame pointer, stack budget. Bound by its read.
        link: [T; LINK_CELLS],
        /// Inverse of the link's row. Bound by *the link is not empty*.
        pc_inverse: T,
        /// Read of the link.
        read: [T; ACCESS_CELLS],
    }
}
