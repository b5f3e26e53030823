//! The row of a sum with carry.

use crate::chips::gadgets::wide::WIDE_CELLS;
use crate::columns;

columns! {
    /// One sum or difference.
    pub struct Carry64Cols<T> {
        /// Tuple, fetch and accesses.
        wide: [T; WIDE_CELLS],
        /// 1 on real rows. Bound by *real or padding*.
        is_real: T,
        /// 1 if dst is a difference. Bound by the fetch and *only a real row has a form*.
        is_sub: T,
        /// 1 if a carry or borrow comes in, 0 if it leaves. Bound by the fetch and *only a real row has a form*.
        is_with: T,
        /// Limbs of a. Bound by the read of its slot.
        a: [T; 4],
        /// Limbs of b. Bound by the read of its slot.
        b: [T; 4],
        /// Limbs of the result. Bound by *the sum is right* and four range lookups.
        result: [T; 4],
        /// The carry or borrow, in or out. Bound by *the carry is a bit*, and *a carry that is read stays* or *a carry that leaves is the top limb's*.
        carry: T,
        /// The carry or borrow that comes in, else 0. Bound by *only a carry that is read comes in*.
        carry_in: T,
    }
}
