//! The row of the 32-bit sum.

use crate::chips::gadgets::slots::operand_columns;
use crate::chips::gadgets::sum::sum_of_columns;

operand_columns! {
    /// One sum or difference.
    pub struct AddSub32Cols<T>, 2 limbs, writes a slot {
        /// 1 if dst = a + b. Bound by *one operation or padding*.
        is_add: T,
        /// 1 if dst = a − b. Bound by *one operation or padding*.
        is_sub: T,
        /// Limbs of a. Bound by the read of its slot.
        a: [T; 2],
        /// Limbs of b. Bound by the read of its slot, or by *the immediate is b*.
        b: [T; 2],
        /// Limbs of the result. Bound by *the sum is right* and two range lookups.
        result: [T; 2],
    }
}

sum_of_columns!(AddSub32Cols, 2 limbs);
