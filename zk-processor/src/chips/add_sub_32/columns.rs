//! The row of the 32-bit sum.

use crate::chips::gadgets::access::ACCESS_CELLS;
use crate::chips::gadgets::execution::EXECUTION_CELLS;
use crate::columns;

columns! {
    /// One sum or difference.
    pub struct AddSub32Cols<T> {
        /// 1 if dst = a + slot. Bound by *one operation or padding*.
        is_add: T,
        /// 1 if dst = a + immediate. Bound by *one operation or padding*.
        is_add_immediate: T,
        /// 1 if dst = a − slot. Bound by *one operation or padding*.
        is_sub: T,
        /// The execution tuple. Bound by the execution bus.
        execution: [T; EXECUTION_CELLS],
        /// Gas of the row (operators). Bound by the fetch.
        gas: T,
        /// Slot written. Bound by the fetch.
        dst: T,
        /// Slot of a. Bound by the fetch.
        a_slot: T,
        /// x0: slot of b, or the immediate's lower limb. Bound by the fetch.
        x0: T,
        /// x1: 0, or the immediate's upper limb. Bound by the fetch.
        x1: T,
        /// Limbs of a. Bound by the read of its slot.
        a: [T; 2],
        /// Limbs of b. Bound by the read of its slot, or by *the immediate is b*.
        b: [T; 2],
        /// Limbs of the result. Bound by *the sum is right* and two range lookups.
        result: [T; 2],
        /// Limbs of dst before. Bound by the access that overwrites them.
        old: [T; 4],
        /// Read of a.
        read_a: [T; ACCESS_CELLS],
        /// Read of b, unused with an immediate.
        read_b: [T; ACCESS_CELLS],
        /// Write of the result.
        write: [T; ACCESS_CELLS],
    }
}

impl<T: Copy> AddSub32Cols<T> {
    /// 1 on real rows.
    pub fn is_real<E>(&self) -> E
    where
        T: Into<E>,
        E: core::ops::Add<Output = E>,
    {
        self.is_add.into() + self.is_add_immediate.into() + self.is_sub.into()
    }
}
