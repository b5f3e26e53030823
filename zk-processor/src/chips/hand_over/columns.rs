//! The row of a hand-over.

use crate::chips::gadgets::access::ACCESS_CELLS;
use crate::columns;

columns! {
    /// One hand-over from a sandbox to the runtime.
    pub struct HandOverCols<T> {
        /// 1 on real rows. Bound by *real or padding*.
        is_real: T,
        /// The sandbox's pc, fp, time, context, pages, gas and stack. Bound by the message.
        tuple: [T; 7],
        /// Kind, three limbs of the detail, settled. Bound by the message.
        event: [T; 5],
        /// Inverse of the context. Bound by *context 0 gives nothing back*.
        context_inverse: T,
        /// Bits 0..16 of gas left. Bound by three range lookups.
        gas_low: T,
        /// Bits 0..16 of pages. Bound by a range and a byte lookup.
        pages_low: T,
        /// The runtime's pc, fp, pages and stack. Bound by the read.
        runtime: [T; 4],
        /// The sandbox's tuple as it was saved before. Bound by the access that overwrites it, as all old values.
        old_tuple: [T; 4],
        /// Kind, three limbs of the detail, settled before.
        old_event: [T; 5],
        /// Limbs of gas left before.
        old_gas: [T; 2],
        /// Limbs of pages before.
        old_pages: [T; 2],
        /// Read of the runtime's tuple, writes of the sandbox's, of kind, detail, settled, gas left and pages.
        accesses: [[T; ACCESS_CELLS]; 7],
    }
}
