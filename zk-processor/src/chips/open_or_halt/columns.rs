//! The row of an opening or a halt.

use super::{OPENED_CELLS, SPAN_CELLS};
use crate::chips::gadgets::access::ACCESS_CELLS;
use crate::chips::gadgets::control::RUNTIME_CELLS;
use crate::columns;

columns! {
    /// One opening or halt.
    pub struct OpenOrHaltCols<T> {
        /// 1 for `sandbox_open`. Bound by *one operation or padding* and the fetch.
        is_open: T,
        /// 1 for `halt`. Bound by *one operation or padding* and the fetch.
        is_halt: T,
        /// 1 if the bytes lie in the input window. Bound by *memory or window* and the bound.
        is_window: T,
        /// The tuple of context 0. Bound by the execution bus.
        runtime: [T; RUNTIME_CELLS],
        /// Slot of the address. Bound by the fetch.
        a_slot: T,
        /// Bits 3..16 of the address. Bound by the read of its slot and a range lookup.
        cell_in_page: T,
        /// Bits 16..32 of the address. Bound by the read of its slot.
        page: T,
        /// Pages that may be read. Bound by *the limit is the memory's or the window's*.
        limit: T,
        /// Low part of the number of cells behind the bytes. Bound by two range lookups.
        room_low: T,
        /// The bytes. Bound by their reads, or by the input.
        cells: [[T; 4]; SPAN_CELLS],
        /// Reads of the cells, unused in the window.
        reads: [[T; ACCESS_CELLS]; SPAN_CELLS],
        /// Read of the address.
        read_slot: [T; ACCESS_CELLS],
        /// Number of contexts opened before. Bound by the access that overwrites it, as all old values.
        counter: T,
        /// The tuple saved before.
        old_tuple: [T; 4],
        /// Both halves of the root held before.
        old_roots: [[T; 4]; 2],
        /// The event before.
        old_kind: T,
        /// Limbs of pages before.
        old_pages: [T; 2],
        /// Accesses to counter, live context, tuple, both halves of the root, event and pages.
        controls: [[T; ACCESS_CELLS]; OPENED_CELLS],
        /// The program's handle. Bound by the lookups of its root and header.
        handle: T,
        /// Variant, initial pages, max pages, rows, functions, start + 1. Bound by the header.
        header: [T; 6],
        /// Root of the initial context. Bound by the header.
        initial_root: [T; 8],
        /// Bits 0..16 of the initial pages. Bound by a range lookup.
        pages_low: T,
        /// Bit 16 of the initial pages. Bound by *pages are 17 bits*.
        pages_high: T,
    }
}
