//! The row of a call.

use crate::chips::gadgets::access::ACCESS_CELLS;
use crate::chips::gadgets::execution::EXECUTION_CELLS;
use crate::chips::gadgets::link::LINK_CELLS;
use crate::columns;

columns! {
    /// One call or prologue.
    pub struct CallCols<T> {
        /// 1 for a direct call. Bound by *one operation or padding* and the fetch.
        is_call: T,
        /// 1 for a prologue. Bound by *one operation or padding* and the fetch.
        is_prologue: T,
        /// The execution tuple. Bound by the execution bus.
        execution: [T; EXECUTION_CELLS],
        /// Gas of the row (operators). Bound by the fetch.
        gas: T,
        /// Row of the callee, 0 for a prologue. Bound by the fetch.
        dst: T,
        /// Slots from the caller's frame to the callee's, 0 for a prologue. Bound by the fetch.
        frame_offset: T,
        /// x0 x1: stack charge of the callee (bytes). Bound by the fetch.
        stack_charge: [T; 2],
        /// x2 x3: entry gas of the callee (operators). Bound by the fetch.
        entry_gas: [T; 2],
        /// The next row. Bound by *the next row is the callee or the one below*.
        next_pc: T,
        /// Inverse of the frame offset. Bound by *a call has a frame of its own*.
        offset_inverse: T,
        /// Low part of the gas afterwards. Bound by two range lookups.
        gas_low: T,
        /// Bits 0..16 of the stack budget afterwards. Bound by a range and a byte lookup.
        stack_low: T,
        /// Bits 0..16 of the frame pointer afterwards. Bound by a range and a byte lookup.
        frame_low: T,
        /// The link before. Bound by the access that overwrites it.
        old_link: [T; LINK_CELLS],
        /// Write of the link, unused by a prologue.
        write: [T; ACCESS_CELLS],
    }
}
