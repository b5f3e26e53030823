//! Comparison of byte strings, which the compiler calls by name: eight bytes at a time, where its own goes byte by byte.

/// Negative, zero or positive as the bytes at `left` sort before, like or behind those at `right`.
///
/// # Safety
/// Both ranges are readable over `len` bytes.
#[unsafe(no_mangle)]
unsafe extern "C" fn memcmp(left: *const u8, right: *const u8, len: usize) -> i32 {
    if len < WORD_BYTES {
        // What differs mostly does so at once.
        for at in 0..len {
            // SAFETY: the byte lies within the ranges.
            let (a, b) = unsafe { (left.add(at).read(), right.add(at).read()) };
            if a != b {
                return i32::from(a) - i32::from(b);
            }
        }
        return 0;
    }
    // SAFETY: the length is that of a word or more.
    let (a, b) = unsafe { first_different_words(left, right, len) };
    if a == b {
        return 0;
    }
    let shift = (a ^ b).trailing_zeros() & !7;
    (a >> shift & 0xff) as i32 - (b >> shift & 0xff) as i32
}

/// Zero exactly if the ranges are equal.
///
/// # Safety
/// As for [`memcmp`].
#[unsafe(no_mangle)]
unsafe extern "C" fn bcmp(left: *const u8, right: *const u8, len: usize) -> i32 {
    // SAFETY: as the caller vouches, and by the lengths.
    let (a, b) = unsafe {
        if len < WORD_BYTES {
            (short_word(left, len), short_word(right, len))
        } else {
            first_different_words(left, right, len)
        }
    };
    i32::from(a != b)
}

/// Bytes that are compared at a time.
const WORD_BYTES: usize = 8;

/// The first words that differ, or the last ones. The last word may begin with bytes of the one before.
///
/// # Safety
/// Both ranges are readable over `len` bytes, which are at least 8.
#[inline(always)]
unsafe fn first_different_words(left: *const u8, right: *const u8, len: usize) -> (u64, u64) {
    // SAFETY: offsets are at most that of the last word.
    let words = |at: usize| unsafe {
        (
            left.add(at).cast::<u64>().read_unaligned(),
            right.add(at).cast::<u64>().read_unaligned(),
        )
    };
    let last = len - WORD_BYTES;
    let mut at = 0;
    while at < last {
        let (a, b) = words(at);
        if a != b {
            return (a, b);
        }
        at += WORD_BYTES;
    }
    words(last)
}

/// All of fewer than 8 bytes in one word, some perhaps twice.
///
/// # Safety
/// The range is readable over `len` bytes, which are fewer than 8.
#[inline(always)]
unsafe fn short_word(bytes: *const u8, len: usize) -> u64 {
    // SAFETY: all of the reads lie within the range.
    unsafe {
        if len >= 4 {
            let first = bytes.cast::<u32>().read_unaligned();
            let last = bytes.add(len - 4).cast::<u32>().read_unaligned();
            return u64::from(first) | u64::from(last) << 32;
        }
        if len == 0 {
            return 0;
        }
        let (first, middle, last) = (bytes.read(), bytes.add(len / 2).read(), bytes.add(len - 1).read());
        u64::from(first) | u64::from(middle) << 8 | u64::from(last) << 16
    }
}
