//! The row of a 64-bit product.

use crate::chips::gadgets::product::Product;
use crate::chips::gadgets::slots::operand_columns;

operand_columns! {
    /// One product.
    pub struct Mul64Cols<T>, 4 limbs, writes a slot {
        /// 1 on real rows. Bound by *real or padding*.
        is_real: T,
        /// Bytes of a. Bound by the byte lookups and the read of its slot.
        a: [[T; 2]; 4],
        /// Bytes of b. Bound by the byte lookups and the read of its slot, or *the immediate is b*.
        b: [[T; 2]; 4],
        /// Limbs of the result. Bound by *the product is right* and four range lookups.
        result: [T; 4],
        /// What each limb's sum leaves over, divided by 2^16. Bound by *the product is right* and five range lookups.
        carries: [T; 4],
    }
}

impl<T: Copy> Mul64Cols<T> {
    /// The columns of the product.
    pub(super) fn product(&self) -> Product<T, 4> {
        Product {
            a: self.a,
            b: self.b,
            result: self.result,
            carries: self.carries,
        }
    }

    /// Sets the columns of the product.
    pub(super) fn put_product(&mut self, product: Product<T, 4>) {
        (self.a, self.b) = (product.a, product.b);
        (self.result, self.carries) = (product.result, product.carries);
    }
}
