//! An allocator that counts what the current thread takes.

#![expect(unsafe_code, reason = "an allocator that counts is an unsafe trait")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

struct Counting;

thread_local! {
    static LIVE: Cell<usize> = const { Cell::new(0) };
    static PEAK: Cell<usize> = const { Cell::new(0) };
    static REQUESTED: Cell<u64> = const { Cell::new(0) };
}

// SAFETY: every call is passed on to the system allocator with the arguments it came with.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let live = LIVE.get().wrapping_add(layout.size());
        LIVE.set(live);
        PEAK.set(PEAK.get().max(live));
        REQUESTED.set(REQUESTED.get().wrapping_add(layout.size() as u64));
        // SAFETY: the caller keeps the contract of `alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // What another thread gave may be freed here.
        LIVE.set(LIVE.get().wrapping_sub(layout.size()));
        // SAFETY: the caller keeps the contract of `dealloc`.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// What some work took.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Usage {
    /// Memory at once, above what was in use before.
    pub(crate) peak_bytes: usize,
    /// All memory asked for, one piece after the other: no work that fills memory again and again escapes it.
    pub(crate) requested_bytes: u64,
}

/// Does some work and says what it took.
pub(crate) fn measured<T>(work: impl FnOnce() -> T) -> (T, Usage) {
    let (before, requested) = (LIVE.get(), REQUESTED.get());
    PEAK.set(before);
    let result = work();
    let usage = Usage {
        peak_bytes: PEAK.get().saturating_sub(before),
        requested_bytes: REQUESTED.get() - requested,
    };
    (result, usage)
}
