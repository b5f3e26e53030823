//! The row of 32-bit logic.

use crate::chips::gadgets::slots::operand_columns;

operand_columns! {
    /// One operation on bits.
    pub struct Logic32Cols<T>, 2 limbs, writes a slot {
        /// 1 if dst = a AND b. Bound by *one operation or padding*.
        is_and: T,
        /// 1 if dst = a OR b. Bound by *one operation or padding*.
        is_or: T,
        /// 1 if dst = a XOR b. Bound by *one operation or padding*.
        is_xor: T,
        /// Bytes of a. Bound by the byte lookups and the read of its slot.
        a: [[T; 2]; 2],
        /// Bytes of b. Bound by the byte lookups and the read of its slot, or *the immediate is b*.
        b: [[T; 2]; 2],
        /// Bytes of a AND b. Bound by the byte lookups.
        conjunction: [[T; 2]; 2],
        /// Limbs of the result. Bound by *the result follows from the conjunction*.
        result: [T; 2],
    }
}
