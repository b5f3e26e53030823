//! The row of a bit count.

use crate::chips::gadgets::access::ACCESS_CELLS;
use crate::chips::gadgets::execution::EXECUTION_CELLS;
use crate::columns;

columns! {
    /// One count.
    pub struct BitCountCols<T> {
        /// 1 for the operation: clz, ctz, popcnt. Bound by *one operation or padding* and the fetch.
        selectors: [T; 3],
        /// 1 if the value has 32 bits. Bound by *only a real row is narrow* and the fetch.
        is_narrow: T,
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
        /// 1 for the limb that decides a count of zeros. Bound by *at most one limb decides*, its bits and *limbs before the deciding one are 0*.
        deciding: [T; 4],
        /// Bits of the deciding limb, or, where ones are counted, of limb 0. Bound by *the bits are the limb's*.
        bits: [T; 16],
        /// 1 for the bit that decides, or bits of limb 1. Bound by *one bit decides*, *the deciding bit is 1* and *bits before the deciding one are 0*, or by
        /// *the bits are the other limbs'*.
        marks: [T; 16],
        /// Bits of limbs 2 and 3 where ones are counted. Bound by *the bits are the other limbs'*.
        upper: [[T; 16]; 2],
        /// The count. Bound by *the result is the count*.
        result: T,
        /// Limbs of dst before. Bound by the access that overwrites them.
        old: [T; 4],
        /// Read of a.
        read: [T; ACCESS_CELLS],
        /// Write of the result.
        write: [T; ACCESS_CELLS],
    }
}
