//! The allocator of the binaries that prove: jemalloc with huge pages, which keeps what it has. Tables of gigabytes are written once a segment; without this a
//! quarter of the time goes into page faults.

#![allow(
    unsafe_code,
    reason = "jemalloc reads its options from a symbol, which only an unsafe attribute can name"
)]

pub use tikv_jemallocator::Jemalloc;

/// jemalloc's options, under the name where it looks for them.
#[allow(non_upper_case_globals, reason = "the name is jemalloc's")]
// SAFETY: jemalloc reads this symbol as a pointer to a null-terminated string, and nothing else defines it.
#[unsafe(export_name = "_rjem_malloc_conf")]
pub static malloc_conf: &[u8; 67] = b"thp:always,metadata_thp:always,dirty_decay_ms:-1,muzzy_decay_ms:-1\0";
