//! The row of a branch by an index.

use crate::chips::gadgets::access::ACCESS_CELLS;
use crate::chips::gadgets::execution::EXECUTION_CELLS;
use crate::columns;

columns! {
    /// One branch.
    pub struct BranchTableCols<T> {
        /// 1 on real rows. Bound by *real or padding*.
        is_real: T,
        /// 1 if the index is beyond the table. Bound by *the entry is the index or the default*.
        is_default: T,
        /// The execution tuple. Bound by the execution bus.
        execution: [T; EXECUTION_CELLS],
        /// Gas of the row (operators). Bound by the fetch.
        gas: T,
        /// Slot of the index. Bound by the fetch.
        a_slot: T,
        /// x0 x1: entries before the default. Bound by the fetch.
        count: [T; 2],
        /// Limbs of the index. Bound by the read of its slot.
        index: [T; 2],
        /// The smaller of index and count. Bound by *the entry is the index or the default* and the bound.
        entry: [T; 2],
        /// Lower limb of how much larger the other one is. Bound by two range lookups.
        room_low: T,
        /// Read of the index.
        read: [T; ACCESS_CELLS],
    }
}
