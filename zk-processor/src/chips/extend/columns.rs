//! The row of an extension.

use crate::chips::gadgets::access::ACCESS_CELLS;
use crate::chips::gadgets::execution::EXECUTION_CELLS;
use crate::columns;

columns! {
    /// One narrowing or extension.
    pub struct ExtendCols<T> {
        /// 1 if dst = a mod 2^32. Bound by *one operation or padding*.
        is_wrap: T,
        /// 1 if 8 bits are extended. Bound by *one operation or padding*.
        is_8: T,
        /// 1 if 16 bits are extended. Bound by *one operation or padding*.
        is_16: T,
        /// 1 if 32 bits are extended (to 64). Bound by *one operation or padding*.
        is_32: T,
        /// 1 if 8 or 16 bits are extended to 64. Bound by *8 and 16 bits have two forms* and the fetch.
        is_wide: T,
        /// The execution tuple. Bound by the execution bus.
        execution: [T; EXECUTION_CELLS],
        /// Gas of the row (operators). Bound by the fetch.
        gas: T,
        /// Slot written. Bound by the fetch.
        dst: T,
        /// Slot of a. Bound by the fetch.
        a_slot: T,
        /// Limbs of a. Bound by the read of its slot.
        a: [T; 4],
        /// The lowest byte of a, if 8 bits are extended. Bound by a byte lookup.
        low_byte: T,
        /// A limb whose bit 15 is the sign. Bound by *the sign is in this limb*.
        sign_limb: T,
        /// The sign; 0 for `wrap64`. Bound by a range lookup.
        sign: T,
        /// The two lower limbs of the result. Bound by *the lowest limb is right* and *the second limb is right*.
        result: [T; 2],
        /// Both upper limbs of the result. Bound by *the upper limbs are right*.
        upper: T,
        /// Limbs of dst before. Bound by the access that overwrites them.
        old: [T; 4],
        /// Read of a.
        read: [T; ACCESS_CELLS],
        /// Write of the result.
        write: [T; ACCESS_CELLS],
    }
}
