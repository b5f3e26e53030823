//! The row of the 1-byte store.

use crate::chips::gadgets::store::STORE_CELLS;
use crate::columns;

columns! {
    /// One store.
    pub struct Store8Cols<T> {
        /// The store of one cell, [`StoreCols`](crate::chips::gadgets::store::StoreCols).
        store: [T; STORE_CELLS],
        /// The limb that holds the byte: 1 if the address is 2i or 2i + 1 modulo 8. Bound by *one offset or padding* and the address.
        at: [T; 4],
        /// 1 if the address is odd. Bound by *the address is odd or even* and the address.
        is_odd: T,
        /// Low and high byte of the limb before. Bound by *the bytes are the limb* and a byte lookup.
        bytes: [T; 2],
        /// The value's low byte. Bound by a byte lookup, which holds the rest of the limb too.
        byte: T,
        /// Limbs of the cell afterwards. Bound by *the value is in the cell*.
        new: [T; 4],
    }
}
