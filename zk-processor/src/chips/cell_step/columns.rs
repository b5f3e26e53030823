//! The row of a bulk operation in steps of one cell.

use super::event::Kind;
use crate::chips::gadgets::access::ACCESS_CELLS;
use crate::chips::gadgets::execution::EXECUTION_CELLS;
use crate::columns;

columns! {
    /// One begin, advance or done row.
    pub struct CellStepCols<T> {
        /// 1 on a begin row. Bound by *one row or padding* and the fetch.
        is_begin: T,
        /// 1 on an advance row. Bound by *one row or padding* and *a part is not empty*.
        is_advance: T,
        /// 1 on a done row. Bound by *one row or padding* and *what is done has nothing left*.
        is_done: T,
        /// The operation, in the order of [`Kind::ALL`]. Bound by *one operation or padding* and the fetch.
        is_kind: [T; Kind::ALL.len()],
        /// The execution tuple. Bound by the execution bus.
        execution: [T; EXECUTION_CELLS],
        /// Gas of the row (operators). Bound by the fetch.
        gas: T,
        /// First of the operand slots. Bound by the fetch.
        a_slot: T,
        /// Base cells of the destination table and of the source. Bound by the fetch.
        x: [T; 4],
        /// Limbs of the destination, or of the first range. Bound by the access to its slot, as the next two.
        target: [T; 2],
        /// Limbs of the source, of the second range, or of the element that fills.
        source: [T; 4],
        /// Limbs of the count.
        count: [T; 2],
        /// Limbs of the count less the part. Bound by *the count shrinks* and range lookups.
        left: [T; 2],
        /// Limbs of the three slots afterwards. Bound by *operands advance*.
        target_after: [T; 2],
        /// See `target_after`; an element that fills stays.
        source_after: [T; 2],
        /// Bound by *nothing is left behind a difference*.
        count_after: [T; 2],
        /// Limbs of slot a + 3 before. Bound by its access.
        fourth: [T; 4],
        /// Limbs of slot a + 3 afterwards. Bound by *a copy keeps its direction* and *a verdict is that of the difference*.
        fourth_after: [T; 2],
        /// Carries of destination and source. Bound by *operands advance*.
        carry: [T; 2],
        /// 1 where one passes 2^32. Bound by *operands advance*.
        wraps: [T; 2],
        /// Borrow of the count. Bound by *the count shrinks*.
        borrow: T,
        /// 1 if a copy works from the end. Bound by *a copy keeps its direction*, or by range lookups of the distance.
        is_descending: T,
        /// Borrow of that distance's low limb. Bound by a range lookup.
        distance_borrow: T,
        /// Elements before the one that a descending step moves. Bound by *a descending copy begins with its last element*.
        skipped: T,
        /// Bytes or elements that the row takes. Bound by *a part is what is covered*.
        taken: T,
        /// What the operands grow by. Bound by *operands advance*.
        up: T,
        /// 1 if the row checks its source. Bound by *a fill has no source*.
        checks_source: T,
        /// Limbs of the bounds of both ranges (bytes or elements). Bound by *memory ends with its pages*, or by the access to a size.
        bound: [[T; 2]; 2],
        /// Limbs of what lies behind the ranges. Bound by *a range ends within its bound* and range lookups.
        gap: [[T; 2]; 2],
        /// Carries of the ranges' ends: 0, 1 or 2. Bound by *a range ends within its bound*.
        gap_carry: [T; 2],
        /// 1 where a range lies in the input window. Bound by *memory ends with its pages* and a range lookup.
        is_window: [T; 2],
        /// Bits 3..16 of the two addresses. Bound by *an address is a cell and a byte* and range lookups.
        cell_in_page: [T; 2],
        /// The two cells. Bound by *cells are those of the operands*.
        cell: [T; 2],
        /// Positions of the first byte within its cells. Bound by *the first byte is where the mask begins* and *a source byte is the destination's, shifted*.
        byte: [T; 2],
        /// Bytes of the two cells behind the part. Bound by *a part lies in one cell of each range*.
        room: [T; 2],
        /// Which byte of the source cell is byte 0 of the destination, modulo 8: one is 1. Bound by *one shift*.
        shift: [T; 8],
        /// 1 if the source's byte is below the destination's. Bound by *a source byte is the destination's, shifted*.
        shift_wraps: T,
        /// 1 for each byte covered. Bound by *a mask is one run of bits*.
        mask: [T; 8],
        /// Bytes of the source cell. Bound by its read, or by *a fill takes its element*.
        read: [T; 8],
        /// The same as they lie in the destination. Bound by *bytes are shifted*.
        moved: [T; 8],
        /// Bytes of the destination cell before. Bound by its access.
        old: [T; 8],
        /// Limbs of the destination cell afterwards. Bound by *covered bytes are the source's*.
        new: [T; 4],
        /// 1 for the first byte that differs. Bound by *bytes are equal before the first difference*.
        first_difference: [T; 8],
        /// 1 if the first range is greater there. Bound by *a difference has a sign*.
        is_greater: T,
        /// 1 if it is less. Bound like `is_greater`.
        is_less: T,
        /// By how much. Bound by *a difference has a sign* and a byte lookup.
        distance: T,
        /// Accesses to the four slots.
        slots: [[T; ACCESS_CELLS]; 4],
        /// Accesses to the sizes of destination and source.
        sizes: [[T; ACCESS_CELLS]; 2],
        /// Accesses to the cells of destination and source.
        cells: [[T; ACCESS_CELLS]; 2],
    }
}
