//! The row of the 64-bit sum.

use crate::chips::gadgets::slots::operand_columns;
use crate::chips::gadgets::sum::sum_of_columns;

operand_columns! {
    /// One sum or difference.
    pub struct AddSub64Cols<T>, 4 limbs, writes a slot {
        /// 1 if dst = a + b. Bound by *one operation or padding*.
        is_add: T,
        /// 1 if dst = a − b. Bound by *one operation or padding*.
        is_sub: T,
        /// Limbs of a. Bound by the read of its slot.
        a: [T; 4],
        /// Limbs of b. Bound by the read of its slot, or by *the immediate is b*.
        b: [T; 4],
        /// Limbs of the result. Bound by *the sum is right* and four range lookups.
        result: [T; 4],
    }
}

sum_of_columns!(AddSub64Cols, 4 limbs);
