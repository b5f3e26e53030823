//! The allocator: blocks of powers of two, freed blocks kept by size.
//!
//! A fresh leaf of memory costs a proof more than dozens of instructions, so what was touched once is handed out again first.
//! A block is never split or joined: the cost of an allocation is a handful of instructions.

use core::alloc::{GlobalAlloc, Layout};
use core::arch::wasm32;
use core::cell::UnsafeCell;
use core::ptr::null_mut;

/// Smallest block: what a free block needs to name the next one, and the alignment that precompiles ask for.
const MIN_BLOCK_BYTES: usize = 16;

/// Largest class: half of the memory there may be.
const MAX_CLASS: usize = 30;

const PAGE_BYTES: usize = 1 << 16;

struct State {
    /// Freed blocks by the logarithm of their size.
    free: [*mut u8; 32],
    /// Untouched memory.
    next: usize,
    end: usize,
}

struct Allocator(UnsafeCell<State>);

// SAFETY: a guest has one thread.
unsafe impl Sync for Allocator {}

#[global_allocator]
static ALLOCATOR: Allocator = Allocator(UnsafeCell::new(State {
    free: [null_mut(); 32],
    next: 0,
    end: 0,
}));

unsafe extern "C" {
    /// Placed by the linker behind the stack and all static data.
    static __heap_base: u8;
}

/// Logarithm of the size of the block for a layout. Alignments above the size are met by taking a block of that size.
const fn size_class(layout: Layout) -> usize {
    let size = if layout.align() > MIN_BLOCK_BYTES && layout.align() > layout.size() {
        layout.align()
    } else {
        layout.size()
    };
    // An empty layout is never asked for; it would get the largest class, of which there are no blocks.
    (usize::BITS - (size.wrapping_sub(1) | (MIN_BLOCK_BYTES - 1)).leading_zeros()) as usize
}

// SAFETY: blocks of one class have that size, are aligned to it or to 64 KiB, and are handed out once until they are freed.
unsafe impl GlobalAlloc for Allocator {
    #[inline(always)]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let class = size_class(layout);
        // SAFETY: a guest has one thread, and nothing here calls back.
        let state = unsafe { &mut *self.0.get() };
        let Some(head) = state.free.get_mut(class) else {
            return null_mut();
        };
        let freed = *head;
        if freed.is_null() {
            return state.take(class, layout.align());
        }
        // SAFETY: a free block holds the address of the next one.
        *head = unsafe { freed.cast::<*mut u8>().read() };
        freed
    }

    #[inline(always)]
    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        let class = size_class(layout);
        // SAFETY: a guest has one thread; the block is at least 16 bytes long and unused from here on.
        unsafe {
            let state = &mut *self.0.get();
            if let Some(head) = state.free.get_mut(class) {
                block.cast::<*mut u8>().write(*head);
                *head = block;
            }
        }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        // SAFETY: the caller vouches for the new size.
        let new_layout = unsafe { Layout::from_size_align_unchecked(new_size, layout.align()) };
        if size_class(new_layout) == size_class(layout) {
            return block;
        }
        // SAFETY: as the caller of `realloc` vouches.
        unsafe {
            let new = self.alloc(new_layout);
            if !new.is_null() {
                new.copy_from_nonoverlapping(block, layout.size().min(new_size));
                self.dealloc(block, layout);
            }
            new
        }
    }
}

impl State {
    /// Untouched memory of a class, aligned as asked and at least to 16 bytes.
    #[inline(never)]
    fn take(&mut self, class: usize, align: usize) -> *mut u8 {
        if class > MAX_CLASS {
            return null_mut();
        }
        // Alignments are powers of two, and whatever was handed out before ended at a multiple of the smallest block.
        let start = self.next.wrapping_add(align - 1) & align.wrapping_neg();
        let end = start.wrapping_add(1 << class);
        if end > self.end || end < start {
            return self.grow(class, align);
        }
        self.next = end;
        start as *mut u8
    }

    /// [`Self::take`] where the memory there is does not suffice, or nothing was taken yet.
    #[cold]
    #[inline(never)]
    fn grow(&mut self, class: usize, align: usize) -> *mut u8 {
        if self.end == 0 {
            self.next = (&raw const __heap_base).addr().next_multiple_of(MIN_BLOCK_BYTES);
            self.end = wasm32::memory_size(0) * PAGE_BYTES;
        }
        let end = self
            .next
            .checked_next_multiple_of(align)
            .and_then(|start| start.checked_add(1 << class));
        let Some(end) = end else {
            return null_mut();
        };
        if end > self.end {
            let pages = (end - self.end).div_ceil(PAGE_BYTES);
            if wasm32::memory_grow(0, pages) == usize::MAX {
                return null_mut();
            }
            self.end += pages * PAGE_BYTES;
        }
        self.take(class, align)
    }
}
