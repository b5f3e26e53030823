//! The row of the 1-byte load.

use crate::chips::gadgets::load::LOAD_CELLS;
use crate::columns;

columns! {
    /// One load.
    pub struct Load8Cols<T> {
        /// The load of one cell, [`LoadCols`](crate::chips::gadgets::load::LoadCols).
        load: [T; LOAD_CELLS],
        /// The limb that holds the byte: 1 if the address is 2i or 2i + 1 modulo 8. Bound by *one offset or padding* and the address.
        at: [T; 4],
        /// 1 if the address is odd. Bound by *the address is odd or even* and the address.
        is_odd: T,
        /// 1 if the result is sign-extended to 32 bits. Bound by the fetched opcode.
        is_signed_32: T,
        /// 1 if the result is sign-extended to 64 bits. Bound by the fetched opcode.
        is_signed_64: T,
        /// Low and high byte of the limb. Bound by *the bytes are the limb* and a byte lookup.
        bytes: [T; 2],
        /// The byte loaded. Bound by *the byte is one of the two*.
        byte: T,
        /// Its top bit. Bound by a byte lookup.
        top_bit: T,
        /// The top bit, if it is extended. Bound by *the sign fills the rest*.
        sign: T,
        /// The top bit, if it is extended to 64 bits. Bound by *the sign fills the upper half*.
        upper_sign: T,
    }
}
