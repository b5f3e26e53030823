//! The row of a 128-bit product.

use crate::chips::gadgets::wide::WIDE_CELLS;
use crate::columns;

columns! {
    /// One product.
    pub struct MulWideCols<T> {
        /// Tuple, fetch and accesses.
        wide: [T; WIDE_CELLS],
        /// 1 on real rows. Bound by *real or padding*.
        is_real: T,
        /// 1 if a and b are signed. Bound by the fetch and *only a real row is signed*.
        is_signed: T,
        /// Bytes of a. Bound by the byte lookups and the read of its slot.
        a: [[T; 2]; 4],
        /// Bytes of b. Bound by the byte lookups and the read of its slot.
        b: [[T; 2]; 4],
        /// Signs of a and b; 0 if unsigned. Bound by *a sign is a bit*, *unsigned values have no sign* and a byte lookup.
        signs: [T; 2],
        /// Limbs of the product. Bound by *the product is right* and eight range lookups.
        result: [T; 8],
        /// What each limb's sum leaves over, divided by 2^16; in the upper half 2 more than that. Bound by *the product is right* and nine range lookups.
        carries: [T; 8],
    }
}
