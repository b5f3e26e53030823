//! The row of a bulk operation.

use crate::chips::gadgets::access::ACCESS_CELLS;
use crate::chips::gadgets::execution::EXECUTION_CELLS;
use crate::columns;

columns! {
    /// One begin, advance or done row.
    pub struct BulkStepCols<T> {
        /// 1 on a begin row. Bound by *one row kind or padding* and the fetch.
        is_begin: T,
        /// 1 on an advance row. Bound by *one row kind or padding*, *what is done has no bytes* and *a part is not empty*.
        is_advance: T,
        /// 1 on a done row. Bound like `is_advance`.
        is_done: T,
        /// 1 for `memory_copy`. Bound by *one operation or padding* and the fetch, as the next three.
        is_copy: T,
        /// 1 for `memory_fill`.
        is_fill: T,
        /// 1 for `sandbox_read`.
        is_read: T,
        /// 1 for `sandbox_write`.
        is_write: T,
        /// The execution tuple. Bound by the execution bus.
        execution: [T; EXECUTION_CELLS],
        /// Gas of the row (operators). Bound by the fetch.
        gas: T,
        /// First of the operand slots. Bound by the fetch.
        a_slot: T,
        /// Limbs of the destination's address. Bound by the access to its slot, as the next two.
        target: [T; 2],
        /// Limbs of the source's address, or of the fill's value.
        source: [T; 2],
        /// Limbs of the number of bytes.
        count: [T; 2],
        /// Limbs of the destination's address afterwards. Bound by *addresses advance*.
        target_after: [T; 2],
        /// Limbs of the source's address afterwards. Bound by *addresses advance*.
        source_after: [T; 2],
        /// Limbs of the number afterwards. Bound by *the count shrinks*.
        count_after: [T; 2],
        /// Limbs of the direction before. Bound by its access.
        direction: [T; 4],
        /// 1 if a copy works from the end. Bound by *a copy keeps its direction*, or by range lookups of the distance of the two addresses.
        is_descending: T,
        /// Borrow of that distance's low limb. Bound by a range lookup.
        distance_borrow: T,
        /// 1 on an advance row from the end. Bound by *a descending part is the last one*.
        is_down: T,
        /// Bytes that this row takes. Bound by *a part fills 256 cells or is the rest*.
        part: T,
        /// 1 if the part fills 256 cells. Bound by *a part fills 256 cells or is the rest*.
        is_full: T,
        /// Bytes by which the advancing side is off a multiple of 8. Bound by *slack is what is off a multiple of 8* and a byte lookup.
        slack: T,
        /// Destination cells of a descending part, else 0. Bound by *slack is what is off a multiple of 8*.
        cells: T,
        /// Borrow of the count. Bound by *the count shrinks*.
        borrow: T,
        /// Carries of the two addresses. Bound by *addresses advance*.
        carry: [T; 2],
        /// 1 where an address passes 2^32. Bound by *addresses advance*.
        wraps: [T; 2],
        /// 1 if the row checks its source. Bound by *a fill has no source*.
        checks_source: T,
        /// Bits 3..16 of the destination of the part, and the same plus 1 of the first source cell. Bound by *the part's address is right* and range lookups.
        cell_in_page: [T; 2],
        /// What is left of the two addresses: positions within cells. Bound by *the part's address is right* and by the cells' rows.
        byte: [T; 2],
        /// Upper limbs of the part's addresses. Bound by *the part's address is right*.
        page: [T; 2],
        /// Carries of the part's addresses. Bound by *the part's address is right*.
        part_carry: [T; 2],
        /// Low limbs of the last bytes' addresses. Bound by *the last byte lies in bounds*.
        last: [T; 2],
        /// Carries of those: −1, 0 or 1. Bound by *the last byte lies in bounds*.
        last_carry: [T; 2],
        /// Pages behind the last bytes. Bound by *the last byte lies in bounds* and range lookups.
        room: [T; 2],
        /// 1 if the source lies in the input window. Bound by *the last byte lies in bounds*.
        is_window: T,
        /// Context of the destination. Bound by *contexts are right*.
        target_context: T,
        /// Context of the source, or the byte of a fill. Bound by *contexts are right* or a byte lookup.
        source_context: T,
        /// Context and program handle of the live sandbox. Bound by the read of the control cell.
        live: [T; 2],
        /// Inverse of that context. Bound by *a sandbox is live*.
        live_inverse: T,
        /// Limbs of the pages of its memory. Bound by the read of the control cell.
        sandbox_pages: [T; 2],
        /// Accesses to the four slots.
        slots: [[T; ACCESS_CELLS]; 4],
        /// Reads of the control cells.
        controls: [[T; ACCESS_CELLS]; 2],
    }
}
