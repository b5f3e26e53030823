//! The row of the 2-byte load.

use crate::chips::gadgets::load::LOAD_CELLS;
use crate::columns;

columns! {
    /// One load.
    pub struct Load16Cols<T> {
        /// The load of one cell, [`LoadCols`](crate::chips::gadgets::load::LoadCols).
        load: [T; LOAD_CELLS],
        /// Where the access begins: 1 if the address is 2i modulo 8. Bound by *one offset or padding* and the address.
        at: [T; 4],
        /// 1 if the result is sign-extended to 32 bits. Bound by the fetched opcode.
        is_signed_32: T,
        /// 1 if the result is sign-extended to 64 bits. Bound by the fetched opcode.
        is_signed_64: T,
        /// The value. Bound by *the value is in the cell*.
        value: T,
        /// The value's top bit if it is sign-extended, else 0. Bound by a range lookup and *only a signed load extends*.
        sign: T,
        /// The sign, if it is extended to 64 bits. Bound by *the sign fills the upper half*.
        upper_sign: T,
    }
}
