//! Comparing bytes eight at a time.
//!
//! In a guest of a proof system comparisons of slices are loops over bytes; hashes and keys are compared often enough to matter.

use core::cmp::Ordering;

/// Whether two hashes are equal.
#[inline]
pub(crate) fn equal_hashes(left: &[u8; 32], right: &[u8; 32]) -> bool {
    let (left, _) = left.as_chunks::<8>();
    let (right, _) = right.as_chunks::<8>();
    left.iter()
        .zip(right)
        .all(|(left, right)| u64::from_le_bytes(*left) == u64::from_le_bytes(*right))
}

/// Whether two slices are equal.
pub(crate) fn equal(left: &[u8], right: &[u8]) -> bool {
    if left.len() != right.len() {
        return false;
    }
    let (left_words, left_rest) = left.as_chunks::<8>();
    let (right_words, right_rest) = right.as_chunks::<8>();
    let is_same = |(left, right): (&[u8; 8], &[u8; 8])| u64::from_le_bytes(*left) == u64::from_le_bytes(*right);
    if !left_words.iter().zip(right_words).all(is_same) {
        return false;
    }
    match (left.last_chunk(), right.last_chunk()) {
        // The rest, together with bytes before it that are known to be equal, is one more word.
        (Some(left), Some(right)) => is_same((left, right)),
        _ => left_rest.iter().zip(right_rest).all(|(left, right)| left == right),
    }
}

/// How many bytes two slices have in common at their beginning.
pub(crate) fn common_prefix_len(left: &[u8], right: &[u8]) -> usize {
    let len = left.len().min(right.len());
    let (left, right) = (
        left.get(..len).unwrap_or_default(),
        right.get(..len).unwrap_or_default(),
    );
    let (left_words, left_rest) = left.as_chunks::<8>();
    let (right_words, right_rest) = right.as_chunks::<8>();
    for (index, (left, right)) in left_words.iter().zip(right_words).enumerate() {
        if let Some(equal_bytes) = first_difference(left, right) {
            return 8 * index + equal_bytes;
        }
    }
    match (left.last_chunk(), right.last_chunk()) {
        // The rest, together with bytes before it that are known to be equal, is one more word.
        (Some(left), Some(right)) => first_difference(left, right).map_or(len, |equal_bytes| len - 8 + equal_bytes),
        _ => left_rest
            .iter()
            .zip(right_rest)
            .take_while(|(left, right)| left == right)
            .count(),
    }
}

/// How many bytes of two words are equal before the first that is not; `None` if all are.
#[inline]
fn first_difference(left: &[u8; 8], right: &[u8; 8]) -> Option<usize> {
    let difference = u64::from_le_bytes(*left) ^ u64::from_le_bytes(*right);
    (difference != 0).then(|| difference.trailing_zeros() as usize / 8)
}

/// The first eight bytes of a slice as a number that is ordered as slices are; zeros stand for what is missing.
pub(crate) fn beginning(bytes: &[u8]) -> u64 {
    match bytes.first_chunk() {
        Some(beginning) => u64::from_be_bytes(*beginning),
        None => {
            let number = bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte));
            number << (64 - 8 * bytes.len()).min(63)
        }
    }
}

/// The order of two slices, as slices are ordered.
pub(crate) fn compare(left: &[u8], right: &[u8]) -> Ordering {
    let common = common_prefix_len(left, right);
    left.get(common).cmp(&right.get(common))
}

/// A hash of bytes for tables. The seed makes it hard to choose bytes that collide: it should not be known to who chooses them.
pub(crate) fn seeded_hash(seed: u64, bytes: &[u8]) -> u64 {
    /// Two halves of an odd number with no pattern in its bits.
    const HALVES: (u64, u64) = (0x9e37_79b9, 0x7f4a_7c15);
    // The product of the two halves of state and word: a choice of words that collides for one seed does not for another. A
    // product of 128 bits would mix better, and is a loop on machines without one.
    let mix = |state: u64, word: u64| {
        let mixed = state ^ word;
        let product = ((mixed & u64::from(u32::MAX)) ^ HALVES.0).wrapping_mul((mixed >> 32) ^ HALVES.1);
        product ^ mixed.rotate_left(29)
    };
    let (words, rest) = bytes.as_chunks::<8>();
    let state = words.iter().fold(seed ^ bytes.len() as u64, |state, word| {
        mix(state, u64::from_le_bytes(*word))
    });
    // The rest, together with bytes before it, is one more word.
    let tail = match bytes.last_chunk() {
        Some(tail) => u64::from_le_bytes(*tail),
        None => rest.iter().rev().fold(0, |tail, byte| tail << 8 | u64::from(*byte)),
    };
    // Once more: tables look at the low bits and at the highest.
    mix(mix(state, tail), HALVES.1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn slices_compare_as_slices_do(
            shared in prop::collection::vec(any::<u8>(), 0..20),
            left in prop::collection::vec(0u8..3, 0..20), right in prop::collection::vec(0u8..3, 0..20),
        ) {
            let left = [&shared[..], &left].concat();
            let right = [&shared[..], &right].concat();
            let common = left.iter().zip(&right).take_while(|(left, right)| left == right).count();
            prop_assert_eq!(common_prefix_len(&left, &right), common);
            prop_assert_eq!(compare(&left, &right), left.cmp(&right));
            let by_beginning = beginning(&left).cmp(&beginning(&right));
            prop_assert!(by_beginning.is_eq() || by_beginning == left.cmp(&right));
            prop_assert_eq!(equal(&left, &right), left == right);
        }

        #[test]
        fn hashes_differ_in_any_byte(hash: [u8; 32], at in 0usize..32, change in 1u8..) {
            let mut other = hash;
            other[at] ^= change;
            prop_assert!(equal_hashes(&hash, &hash) && !equal_hashes(&hash, &other));
        }
    }
}
