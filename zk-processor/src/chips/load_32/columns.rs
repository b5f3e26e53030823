//! The row of the 4-byte load.

use crate::chips::gadgets::load::LOAD_CELLS;
use crate::columns;

columns! {
    /// One load.
    pub struct Load32Cols<T> {
        /// The load of one cell, [`LoadCols`](crate::chips::gadgets::load::LoadCols).
        load: [T; LOAD_CELLS],
        /// Where the access begins: 1 if the address is 2i modulo 8. Bound by *one offset or padding* and the address.
        at: [T; 3],
        /// 1 if the result is sign-extended. Bound by the fetched opcode.
        is_signed: T,
        /// Limbs of the value. Bound by *the value is in the cell*.
        value: [T; 2],
        /// The value's top bit if it is sign-extended, else 0. Bound by a range lookup and *only a signed load extends*.
        sign: T,
    }
}
