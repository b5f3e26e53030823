//! The row of a branch on 64-bit order.

use crate::chips::gadgets::order::Order;
use crate::chips::gadgets::slots::operand_columns;

operand_columns! {
    /// One comparison and its branch; *taken* is bound by *the branch follows the order*.
    pub struct BranchLess64Cols<T>, 4 limbs, branches {
        /// 1 on real rows. Bound by *real or padding* and the fetch.
        is_real: T,
        /// 1 for the opposite of a < b. Bound by *each flag is a bit of a real row* and the fetch.
        is_ge: T,
        /// 1 if a and b are signed. Bound by *each flag is a bit of a real row* and the fetch.
        is_signed: T,
        /// Limbs of a. Bound by the read of its slot.
        a: [T; 4],
        /// Limbs of b. Bound by the read of its slot, or by *the immediate is b*.
        b: [T; 4],
        /// Which limb decides, and how. Bound by *limbs above the deciding one agree* and the distance.
        directions: [T; 4],
        /// How far the deciding limbs are apart, less one. Bound by *the distance is the deciding limb's* and a range lookup.
        distance: T,
        /// Signs of a and b. Bound by range lookups if signed, else by *unsigned values have no sign*.
        signs: [T; 2],
    }
}

impl<T: Copy> BranchLess64Cols<T> {
    /// The columns of the comparison.
    pub(super) fn order(&self) -> Order<T, 4> {
        Order {
            directions: self.directions,
            distance: self.distance,
            signs: self.signs,
        }
    }
}
