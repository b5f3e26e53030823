//! The row of the 2-byte store.

use crate::chips::gadgets::store::STORE_CELLS;
use crate::columns;

columns! {
    /// One store.
    pub struct Store16Cols<T> {
        /// The store of one cell, [`StoreCols`](crate::chips::gadgets::store::StoreCols).
        store: [T; STORE_CELLS],
        /// Where the access begins: 1 if the address is 2i modulo 8. Bound by *one offset or padding* and the address.
        at: [T; 4],
        /// Limbs of the cell afterwards. Bound by *the value is in the cell*.
        new: [T; 4],
    }
}
