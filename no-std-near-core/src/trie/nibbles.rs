//! Keys as sequences of half-bytes, and the hex-prefix encoding in which nodes store them.
//!
//! Mirrors `core/store/src/trie/nibble_slice.rs`; differs in: a view has an end as well as a start, so that every part of a key is
//! borrowed and never copied.

use super::words;
use alloc::vec::Vec;

/// Marks an encoded extension that belongs to a leaf.
const LEAF_FLAG: u8 = 0x20;
/// Marks an encoded extension with an odd number of nibbles: the first one shares the flag byte.
const ODD_FLAG: u8 = 0x10;

/// A borrowed sequence of nibbles, high nibble of a byte first.
///
/// Invariant: `start <= end <= 2 * bytes.len()`.
#[derive(Clone, Copy, Debug)]
pub struct Nibbles<'a> {
    bytes: &'a [u8],
    start: usize,
    end: usize,
}

impl<'a> Nibbles<'a> {
    /// All nibbles of `bytes`.
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self {
            bytes,
            start: 0,
            end: bytes.len() * 2,
        }
    }

    /// The nibbles of a hex-prefix encoded extension; `None` if it is empty. Flags are not looked at beyond the parity.
    pub fn from_encoded(encoded: &'a [u8]) -> Option<Self> {
        let first = *encoded.first()?;
        let start = if first & ODD_FLAG != 0 { 1 } else { 2 };
        Some(Self {
            bytes: encoded,
            start,
            end: encoded.len() * 2,
        })
    }

    /// How many nibbles.
    pub const fn len(&self) -> usize {
        self.end - self.start
    }

    /// Whether there are none.
    pub const fn is_empty(&self) -> bool {
        self.start == self.end
    }

    /// The first nibble, if any.
    pub fn first(&self) -> Option<u8> {
        (!self.is_empty()).then(|| self.at(0))
    }

    /// Nibble `index`; the caller keeps `index < len()`.
    pub fn at(&self, index: usize) -> u8 {
        let position = self.start + index;
        let byte = self.bytes.get(position / 2).copied().unwrap_or(0);
        if position & 1 == 0 { byte >> 4 } else { byte & 0xf }
    }

    /// What follows the first `count` nibbles (nothing, if there are fewer).
    #[must_use]
    pub fn skip(&self, count: usize) -> Self {
        Self {
            start: (self.start + count).min(self.end),
            ..*self
        }
    }

    /// The first `count` nibbles (all, if there are fewer).
    #[must_use]
    pub fn take(&self, count: usize) -> Self {
        Self {
            end: (self.start + count).min(self.end),
            ..*self
        }
    }

    /// The nibbles one by one.
    pub fn iter(self) -> impl Iterator<Item = u8> + 'a {
        (0..self.len()).map(move |index| self.at(index))
    }

    /// The length of the longest common prefix.
    pub fn common_prefix_len(&self, other: &Nibbles<'_>) -> usize {
        let limit = self.len().min(other.len());
        if (self.start ^ other.start) & 1 != 0 {
            let pairs = (0..limit & !1).step_by(2);
            let equal = pairs
                .take_while(|index| self.pair_at(*index) == other.pair_at(*index))
                .count();
            return self.first_difference(other, 2 * equal, limit);
        }
        // Same alignment: one nibble to reach a byte border, then whole bytes.
        let head = (self.start & 1).min(limit);
        if head == 1 && self.at(0) != other.at(0) {
            return 0;
        }
        let whole_bytes = (limit - head) / 2;
        let own = self.byte_range(head, whole_bytes);
        let others = other.byte_range(head, whole_bytes);
        let equal_bytes = words::common_prefix_len(own, others);
        let equal = head + 2 * equal_bytes;
        // One byte that differs, or half a byte at the end, is left.
        if equal < limit && self.at(equal) == other.at(equal) {
            equal + 1
        } else {
            equal
        }
    }

    /// Whether the sequence begins with all of `prefix`.
    pub fn starts_with(&self, prefix: &Nibbles<'_>) -> bool {
        let len = prefix.len();
        if len > self.len() {
            return false;
        }
        if (self.start ^ prefix.start) & 1 != 0 {
            let mut pairs = (0..len & !1).step_by(2);
            return (len & 1 == 0 || self.at(len - 1) == prefix.at(len - 1))
                && pairs.all(|index| self.pair_at(index) == prefix.pair_at(index));
        }
        let head = (self.start & 1).min(len);
        let whole_bytes = (len - head) / 2;
        let is_even = head + 2 * whole_bytes == len;
        (head == 0 || self.at(0) == prefix.at(0))
            && (is_even || self.at(len - 1) == prefix.at(len - 1))
            && words::equal(self.byte_range(head, whole_bytes), prefix.byte_range(head, whole_bytes))
    }

    /// `count` whole bytes from nibble `from` on, which lies on a byte border.
    /// The half-bytes at `index` and behind it, as one byte.
    fn pair_at(&self, index: usize) -> u8 {
        let position = self.start + index;
        let byte = |index: usize| self.bytes.get(index).copied().unwrap_or(0);
        if position & 1 == 0 {
            byte(position / 2)
        } else {
            byte(position / 2) << 4 | byte(position / 2 + 1) >> 4
        }
    }

    fn byte_range(&self, from: usize, count: usize) -> &'a [u8] {
        let first = (self.start + from) / 2;
        self.bytes.get(first..first + count).unwrap_or_default()
    }

    fn first_difference(&self, other: &Nibbles<'_>, from: usize, limit: usize) -> usize {
        (from..limit)
            .find(|&index| self.at(index) != other.at(index))
            .unwrap_or(limit)
    }

    /// Length in bytes of the hex-prefix encoding.
    pub const fn encoded_len(&self) -> usize {
        1 + self.len() / 2
    }

    /// Appends the hex-prefix encoding to `out`.
    pub fn encode_into(&self, is_leaf: bool, out: &mut Vec<u8>) {
        Self::encode_pair_into(*self, Nibbles::new(&[]), is_leaf, out);
    }

    /// Appends the hex-prefix encoding of `head` followed by `tail` to `out`.
    pub fn encode_pair_into(head: Nibbles<'_>, tail: Nibbles<'_>, is_leaf: bool, out: &mut Vec<u8>) {
        let len = head.len() + tail.len();
        let at = |index: usize| {
            if index < head.len() {
                head.at(index)
            } else {
                tail.at(index - head.len())
            }
        };
        let flag = if is_leaf { LEAF_FLAG } else { 0 };
        let odd = len & 1;
        out.push(if odd == 1 { flag | ODD_FLAG | at(0) } else { flag });
        let mut index = odd;
        if tail.is_empty() && (head.start + odd) & 1 == 0 {
            out.extend_from_slice(head.byte_range(odd, (len - odd) / 2));
            return;
        }
        while index < len {
            out.push(at(index) << 4 | at(index + 1));
            index += 2;
        }
    }
}

impl PartialEq for Nibbles<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.starts_with(other)
    }
}

impl Eq for Nibbles<'_> {}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;
    use proptest::prelude::*;

    fn unpack(nibbles: Nibbles<'_>) -> Vec<u8> {
        nibbles.iter().collect()
    }

    fn encoded(nibbles: Nibbles<'_>, is_leaf: bool) -> Vec<u8> {
        let mut out = Vec::new();
        nibbles.encode_into(is_leaf, &mut out);
        out
    }

    #[test]
    fn even_and_odd_extensions_are_encoded_as_nearcore_does() {
        let key = [0x01, 0x23, 0x45];
        let all = Nibbles::new(&key);
        assert_eq!(encoded(all, false), [0x00, 0x01, 0x23, 0x45]);
        assert_eq!(encoded(all, true), [0x20, 0x01, 0x23, 0x45]);
        assert_eq!(encoded(all.skip(1), false), [0x11, 0x23, 0x45]);
        assert_eq!(encoded(all.skip(1).take(3), true), [0x31, 0x23]);
        assert_eq!(encoded(all.take(3), true), [0x30, 0x12]);
        assert_eq!(encoded(all.skip(6), true), [0x20]);
    }

    #[test]
    fn empty_encoding_is_refused() {
        assert!(Nibbles::from_encoded(&[]).is_none());
        assert!(Nibbles::from_encoded(&[0x00]).is_some_and(|nibbles| nibbles.is_empty()));
    }

    proptest! {
        #[test]
        fn views_behave_like_vectors_of_nibbles(
            left in prop::collection::vec(0u8..4, 0..6), right in prop::collection::vec(0u8..4, 0..6),
            cuts in prop::array::uniform4(0usize..12), is_leaf: bool,
        ) {
            let left_view = Nibbles::new(&left).skip(cuts[0]).take(cuts[1]);
            let right_view = Nibbles::new(&right).skip(cuts[2]).take(cuts[3]);
            let (l, r) = (unpack(left_view), unpack(right_view));
            let common = l.iter().zip(&r).take_while(|(a, b)| a == b).count();
            prop_assert_eq!(left_view.common_prefix_len(&right_view), common);
            prop_assert_eq!(left_view.starts_with(&right_view), l.starts_with(&r));
            prop_assert_eq!(left_view == right_view, l == r);

            let mut joined = vec![];
            Nibbles::encode_pair_into(left_view, right_view, is_leaf, &mut joined);
            prop_assert_eq!(joined.len(), 1 + (l.len() + r.len()) / 2);
            prop_assert_eq!(joined[0] & LEAF_FLAG != 0, is_leaf);
            let decoded = Nibbles::from_encoded(&joined).unwrap();
            prop_assert_eq!(unpack(decoded), [l, r].concat());
        }
    }
}
