//! The row of an access out of bounds.

use super::cases::{ACCESS_WIDTHS, BULK_OPERATIONS};
use crate::chips::gadgets::access::ACCESS_CELLS;
use crate::chips::gadgets::execution::EXECUTION_CELLS;
use crate::columns;

columns! {
    /// One access out of bounds.
    pub struct BoundsTrapCols<T> {
        /// 1 for a load or store of this sort. Bound by *one case or padding* and the fetch, as all selectors.
        access: [T; ACCESS_WIDTHS],
        /// The opcode less the first of its sort. Bound by *a variant is an opcode of its sort* and the fetch.
        variant: T,
        /// 1 for `table_get`.
        is_get: T,
        /// 1 for `table_set`.
        is_set: T,
        /// 1 for `call_indirect` with an undefined element.
        is_undefined: T,
        /// 1 for `call_indirect` with a null element.
        is_null: T,
        /// 1 for `call_indirect` with an element of another type.
        is_mismatch: T,
        /// 1 for `call_indirect` with a frame that is too high.
        is_frame: T,
        /// 1 for the first row of this bulk operation.
        bulk: [T; BULK_OPERATIONS],
        /// 1 if the second range of a bulk operation is out of bounds. Bound by *an operation with one range has no second*.
        is_source: T,
        /// The execution tuple. Bound by the execution bus.
        execution: [T; EXECUTION_CELLS],
        /// Gas of the row (operands). Bound by the fetch.
        gas: T,
        /// Destination field. Bound by the fetch.
        dst: T,
        /// First operand slot. Bound by the fetch.
        a: T,
        /// Further fields. Bound by the fetch.
        x: [T; 4],
        /// Limbs of slot a. Bound by its read.
        first_slot: [T; 2],
        /// Slots a + 1 and a + 3 of a bulk operation. Bound by their reads.
        other_slots: [[T; 4]; 2],
        /// Limbs of slot a + 2 of a bulk operation. Bound by its read.
        count: [T; 2],
        /// The cell of the size that is passed. Bound by *the size is the operand's*.
        size_cell: T,
        /// Limbs of that size. Bound by its read.
        size: [T; 2],
        /// Limbs of the destination table's size where the source is out of bounds. Bound by its read.
        passed_size: [T; 2],
        /// Limbs of the table's element. Bound by its read.
        element: [T; 2],
        /// The element's entry: row and type. Bound by its lookup.
        entry: [T; 2],
        /// Inverse of the difference of types. Bound by *another type differs*.
        type_inverse: T,
        /// First summand of the comparison. Bound by *the comparison is the case's*.
        first: [T; 2],
        /// Second summand. Bound by *the comparison is the case's*.
        second: [T; 2],
        /// The bound. Bound by *the comparison is the case's*.
        bound: [T; 2],
        /// Bits 0..16 of the excess. Bound by a range and a byte lookup.
        low: T,
        /// Bits 16..32 of the excess. Bound by a range and a byte lookup.
        high: T,
        /// Reads of the slots a, a + 1, a + 2, a + 3, of the size, the destination's size and the element.
        reads: [[T; ACCESS_CELLS]; 7],
    }
}
