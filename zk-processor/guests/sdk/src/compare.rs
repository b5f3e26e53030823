//! Comparison of byte strings, which the compiler calls by name: eight bytes at a time, where its own goes byte by byte.

/// Negative, zero or positive as the bytes at `left` sort before, like or behind those at `right`.
///
/// # Safety
/// Both ranges are readable over `len` bytes.
#[unsafe(no_mangle)]
unsafe extern "C" fn memcmp(left: *const u8, right: *const u8, len: usize) -> i32 {
    let mut at = 0;
    while at + 8 <= len {
        // SAFETY: the word ends within the ranges.
        let (a, b) = unsafe {
            (
                left.add(at).cast::<u64>().read_unaligned(),
                right.add(at).cast::<u64>().read_unaligned(),
            )
        };
        if a != b {
            let shift = (a ^ b).trailing_zeros() & !7;
            return (a >> shift & 0xff) as i32 - (b >> shift & 0xff) as i32;
        }
        at += 8;
    }
    while at < len {
        // SAFETY: the byte lies within the ranges.
        let (a, b) = unsafe { (left.add(at).read(), right.add(at).read()) };
        if a != b {
            return i32::from(a) - i32::from(b);
        }
        at += 1;
    }
    0
}

/// Zero exactly if the ranges are equal.
///
/// # Safety
/// As for [`memcmp`].
#[unsafe(no_mangle)]
unsafe extern "C" fn bcmp(left: *const u8, right: *const u8, len: usize) -> i32 {
    // SAFETY: as the caller vouches.
    unsafe { memcmp(left, right, len) }
}
