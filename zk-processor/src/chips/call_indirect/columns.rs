//! The row of a call through a table.

use crate::chips::gadgets::access::ACCESS_CELLS;
use crate::chips::gadgets::execution::EXECUTION_CELLS;
use crate::chips::gadgets::link::LINK_CELLS;
use crate::columns;

columns! {
    /// One call.
    pub struct CallIndirectCols<T> {
        /// 1 on real rows. Bound by *real or padding*.
        is_real: T,
        /// The execution tuple. Bound by the execution bus.
        execution: [T; EXECUTION_CELLS],
        /// Gas of the row (operators). Bound by the fetch.
        gas: T,
        /// Slot of the index. Bound by the fetch.
        a_slot: T,
        /// Slots from the caller's frame to the callee's. Bound by the fetch.
        frame_offset: T,
        /// x0 x1: base cell of the table; x2 x3: type. Bound by the fetch.
        x: [T; 4],
        /// Limbs of the index. Bound by the read of its slot.
        index: [T; 2],
        /// Limbs of the table's size. Bound by its read.
        size: [T; 2],
        /// Lower limb of size − 1 − index. Bound by two range lookups.
        room_low: T,
        /// Limbs of the element: function + 1. Bound by its read.
        element: [T; 2],
        /// Row of the function's entry. Bound by the entry map.
        entry: T,
        /// Inverse of the frame offset. Bound by *a call has a frame of its own*.
        offset_inverse: T,
        /// Bits 0..16 of the frame pointer afterwards. Bound by a range and a byte lookup.
        frame_low: T,
        /// The link before. Bound by the access that overwrites it.
        old_link: [T; LINK_CELLS],
        /// Read of the index.
        read_index: [T; ACCESS_CELLS],
        /// Read of the table's size.
        read_size: [T; ACCESS_CELLS],
        /// Read of the element.
        read_element: [T; ACCESS_CELLS],
        /// Write of the link.
        write: [T; ACCESS_CELLS],
    }
}
