//! The row of a 32-bit product.

use crate::chips::gadgets::product::Product;
use crate::chips::gadgets::slots::operand_columns;

operand_columns! {
    /// One product.
    pub struct Mul32Cols<T>, 2 limbs, writes a slot {
        /// 1 on real rows. Bound by *real or padding*.
        is_real: T,
        /// Bytes of a. Bound by the byte lookups and the read of its slot.
        a: [[T; 2]; 2],
        /// Bytes of b. Bound by the byte lookups and the read of its slot, or *the immediate is b*.
        b: [[T; 2]; 2],
        /// Limbs of the result. Bound by *the product is right* and two range lookups.
        result: [T; 2],
        /// What each limb's sum leaves over, divided by 2^16. Bound by *the product is right* and three range lookups.
        carries: [T; 2],
    }
}

impl<T: Copy> Mul32Cols<T> {
    /// The columns of the product.
    pub(super) fn product(&self) -> Product<T, 2> {
        Product {
            a: self.a,
            b: self.b,
            result: self.result,
            carries: self.carries,
        }
    }

    /// Sets the columns of the product.
    pub(super) fn put_product(&mut self, product: Product<T, 2>) {
        (self.a, self.b) = (product.a, product.b);
        (self.result, self.carries) = (product.result, product.carries);
    }
}
