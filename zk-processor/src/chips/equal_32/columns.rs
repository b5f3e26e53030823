//! The row of 32-bit equality.

use crate::chips::gadgets::slots::operand_columns;

operand_columns! {
    /// One comparison for equality.
    pub struct Equal32Cols<T>, 2 limbs, writes a slot {
        /// 1 if dst = (a = b). Bound by *one operation or padding*.
        is_eq: T,
        /// 1 if dst = (a ≠ b). Bound by *one operation or padding*.
        is_ne: T,
        /// Limbs of a. Bound by the read of its slot.
        a: [T; 2],
        /// Limbs of b. Bound by the read of its slot, or by *the immediate is b*.
        b: [T; 2],
        /// The result, 0 or 1. Bound by *what is called equal is equal* and *what is called different has an inverse*.
        result: T,
        /// Inverse of one limb's difference if a and b differ. Any values that satisfy the claim will do.
        inverses: [T; 2],
    }
}
