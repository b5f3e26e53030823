//! The row of a bulk step's cell.

use crate::chips::gadgets::access::ACCESS_CELLS;
use crate::columns;

columns! {
    /// One destination cell, or the last source cell.
    pub struct BulkCellsCols<T> {
        /// 1 on a row with a destination. Bound by *a row writes or trails*.
        writes: T,
        /// 1 on the row behind the last destination. Bound by *a row writes or trails*.
        is_trailing: T,
        /// 1 on the first row of a step. Bound by *a step is one run of rows* and the message.
        is_first: T,
        /// 1 if the next row belongs to the same step. Bound by *a step is one run of rows*.
        continues: T,
        /// 1 if the row reads its source cell. Bound by *bytes come from somewhere*.
        loads: T,
        /// 1 if the source lies in the input window. Bound by the message and *a step keeps its place*.
        is_input: T,
        /// 1 if the source is one byte. Bound like `is_input`.
        is_fill: T,
        /// Time of the step. Bound by the message and *a step keeps its place*.
        time: T,
        /// Context of the destination. Bound like `time`.
        target_context: T,
        /// Context of the source, or the byte of a fill. Bound like `time`.
        source_context: T,
        /// The destination cell. Bound by the message and *cells count up*.
        target_cell: T,
        /// The source cell whose bytes begin this row's. Bound like `target_cell`.
        source_cell: T,
        /// Bytes that this row and the next ones cover. Bound by the message, *the bytes count down* and *a step covers its bytes*.
        remaining: T,
        /// First byte covered in this cell. Bound by *the first byte is where the mask begins*.
        start_byte: T,
        /// Which byte of the source cell is byte 0 of the destination: one is 1. Bound by *one shift* and the message.
        shift: [T; 8],
        /// 1 for each byte covered. Bound by *a mask is one run of bits*, *all cells but the first and last are covered* and the bytes' number.
        mask: [T; 8],
        /// Bytes of the source cell. Bound by the read, or by *a fill has one byte*.
        source: [T; 8],
        /// Bytes of the destination cell before. Bound by its access.
        old: [T; 8],
        /// Limbs of the destination cell afterwards. Bound by *covered bytes are the source's*.
        new: [T; 4],
        /// Read of the source cell, unused in the window.
        read: [T; ACCESS_CELLS],
        /// Access to the destination cell.
        write: [T; ACCESS_CELLS],
    }
}
