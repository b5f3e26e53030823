//! The row of the 8-byte store.

use crate::chips::gadgets::store::STORE_CELLS;
use crate::columns;

columns! {
    /// One store.
    pub struct Store64Cols<T> {
        /// The store of one cell, [`StoreCols`](crate::chips::gadgets::store::StoreCols).
        store: [T; STORE_CELLS],
        /// 1 on real rows. Bound by *real or padding*.
        is_real: T,
    }
}
