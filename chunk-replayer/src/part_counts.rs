//! How many parts a set's chunks are cut into by the erasure code.
//!
//! Recordings do not say it; it is the number of block producer seats of the network. For the recorded sets it was found once, as the
//! only number that fits every chunk of the set, and written down in `testnet-fixtures/part_counts.txt`.

use crate::folder::ChunkId;
use core::ops::RangeInclusive;

/// What is known of the number of parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PartCount {
    /// The number.
    Known(usize),
    /// One of these; which one is found by trying.
    OneOf(RangeInclusive<usize>),
}

/// The number of parts in the set of this chunk.
pub fn part_count(id: &ChunkId) -> PartCount {
    let set = id.set().rsplit('/').next().unwrap_or_default();
    testnet_fixtures::PART_COUNTS
        .lines()
        .filter_map(|line| line.split_once(' '))
        .find(|(name, _)| *name == set)
        .and_then(|(_, count)| count.trim().parse().ok())
        .map_or(PartCount::OneOf(2..=200), PartCount::Known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_sets_are_searched() {
        assert_eq!(part_count(&ChunkId::new("elsewhere/7-s1")), PartCount::OneOf(2..=200));
    }
}
