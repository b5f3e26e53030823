//! The row of pages, tables, segments and linear charges.

use crate::chips::gadgets::access::ACCESS_CELLS;
use crate::chips::gadgets::execution::EXECUTION_CELLS;
use crate::columns;

columns! {
    /// One instruction.
    pub struct GrowthCols<T> {
        /// 1 for what the row does: `memory_size`, grown, refused; `table_size`, grown, refused, get, set; `segment_drop`; `charge_linear`.
        /// Bound by *one row or padding*, the fetch and the gap.
        is_kind: [T; 10],
        /// The execution tuple. Bound by the execution bus.
        execution: [T; EXECUTION_CELLS],
        /// Gas of the row (operators). Bound by the fetch.
        gas: T,
        /// Slot written, or of a value, else 0. Bound by the fetch.
        dst: T,
        /// Slot of a, else 0. Bound by the fetch.
        a_slot: T,
        /// Base cell and limit, limit, or constant part of a charge. Bound by the fetch.
        x: [T; 4],
        /// Limbs of a: index, growth, or linear part of a charge. Bound by the read of its slot.
        a: [T; 2],
        /// Limbs of pages, size, length or gas before. Bound by the cell's access, or by *pages are limbs* and *gas is limbs*.
        before: [T; 2],
        /// Limbs of it afterwards; of gas as before. Bound by *what does not grow stays*, *the new size is the sum* and *a dropped segment is empty*.
        after: [T; 2],
        /// Pages afterwards. Bound by *pages are the new size*.
        next_pages: T,
        /// Gas afterwards. Bound by *the charge is taken*.
        next_gas: T,
        /// Limb by limb, how far the row is from its bound. Bound by *the gap is what is left*.
        gap: [T; 2],
        /// Lower limb of the gap once its limbs are 16-bit values. Bound by two range lookups and a byte lookup.
        room_low: T,
        /// Limbs of the slot before. Bound by its access.
        slot_old: [T; 4],
        /// Limbs of the element before. Bound by its access.
        element_old: [T; 4],
        /// What slot and element hold afterwards. Bound by the claims on results.
        result: [T; 4],
        /// Read of a.
        read_a: [T; ACCESS_CELLS],
        /// Access to the size or length.
        size: [T; ACCESS_CELLS],
        /// Access to the element.
        element: [T; ACCESS_CELLS],
        /// Access to the slot.
        slot: [T; ACCESS_CELLS],
    }
}
