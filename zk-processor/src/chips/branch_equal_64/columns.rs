//! The row of a branch on 64-bit equality.

use crate::chips::gadgets::slots::operand_columns;

operand_columns! {
    /// One comparison for equality and its branch; *taken* is bound by *what is called equal is equal* and *what is called different has an inverse*.
    pub struct BranchEqual64Cols<T>, 4 limbs, branches {
        /// 1 if a branch on a = b. Bound by *one operation or padding*.
        is_eq: T,
        /// 1 if a branch on a ≠ b. Bound by *one operation or padding*.
        is_ne: T,
        /// Limbs of a. Bound by the read of its slot.
        a: [T; 4],
        /// Limbs of b. Bound by the read of its slot, or by *the immediate is b*.
        b: [T; 4],
        /// Inverse of one limb's difference if a and b differ. Any values that satisfy the claim will do.
        inverses: [T; 4],
    }
}
