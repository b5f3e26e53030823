//! The protocol's shuffle and its random generator: `rand` 0.8 over ChaCha20, as nearcore uses them (spec §B.14).
//!
//! Mirrors `ChaCha20Rng` of rand_chacha 0.3 and `SliceRandom::shuffle` of rand 0.8, which the tests compare with; differs in: one block
//! of the key stream is made at a time, and only when a number is drawn. Most shuffles draw a few numbers, or none.

/// Words of a block of the key stream, and of the cipher's state.
const BLOCK_WORDS: usize = 16;

/// Double rounds of a block.
const DOUBLE_ROUNDS: usize = 10;

/// The constant with which the state begins: "expand 32-byte k".
const CONSTANT: [u32; 4] = [0x6170_7865, 0x3320_646e, 0x7962_2d32, 0x6b20_6574];

/// ChaCha20 as a source of random numbers: key = seed, stream 0, counter from 0.
#[derive(Clone, Debug)]
pub struct ChaCha20 {
    key: [u32; 8],
    counter: u64,
    block: [u32; BLOCK_WORDS],
    /// Words of `block` that were drawn.
    drawn: usize,
}

impl ChaCha20 {
    /// The generator with this seed.
    #[must_use]
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        let mut key = [0; 8];
        for (word, bytes) in key.iter_mut().zip(seed.as_chunks::<4>().0) {
            *word = u32::from_le_bytes(*bytes);
        }
        Self {
            key,
            counter: 0,
            block: [0; BLOCK_WORDS],
            drawn: BLOCK_WORDS,
        }
    }

    /// The next 32 bits.
    pub fn next_u32(&mut self) -> u32 {
        let word = match self.block.get(self.drawn) {
            Some(word) => *word,
            None => {
                self.next_block();
                self.drawn = 0;
                self.block[0]
            }
        };
        self.drawn += 1;
        word
    }

    fn next_block(&mut self) {
        let mut state = [0; BLOCK_WORDS];
        state[..4].copy_from_slice(&CONSTANT);
        state[4..12].copy_from_slice(&self.key);
        state[12] = self.counter as u32;
        state[13] = (self.counter >> 32) as u32;
        self.counter = self.counter.wrapping_add(1);
        // Not in place: what is local stays out of memory.
        let mut block = state;
        for _ in 0..DOUBLE_ROUNDS {
            for column in 0..4 {
                quarter_round(&mut block, [column, 4 + column, 8 + column, 12 + column]);
            }
            for diagonal in 0..4 {
                let turned = |row: usize| 4 * row + (diagonal + row) % 4;
                quarter_round(&mut block, [turned(0), turned(1), turned(2), turned(3)]);
            }
        }
        for ((word, mixed), start) in self.block.iter_mut().zip(block).zip(state) {
            *word = mixed.wrapping_add(start);
        }
    }

    /// A number below `bound`, which is not 0, each equally likely.
    fn below(&mut self, bound: u32) -> u32 {
        let zone = (bound << bound.leading_zeros()).wrapping_sub(1);
        loop {
            let product = u64::from(self.next_u32()) * u64::from(bound);
            if product as u32 <= zone {
                return (product >> 32) as u32;
            }
        }
    }

    /// Shuffles the items, of which there are less than 2^32. Draws nothing for fewer than two.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            let other = self.below(last as u32 + 1) as usize;
            items.swap(last, other);
        }
    }
}

#[inline(always)]
const fn quarter_round(state: &mut [u32; BLOCK_WORDS], [a, b, c, d]: [usize; 4]) {
    state[a] = state[a].wrapping_add(state[b]);
    state[d] = (state[d] ^ state[a]).rotate_left(16);
    state[c] = state[c].wrapping_add(state[d]);
    state[b] = (state[b] ^ state[c]).rotate_left(12);
    state[a] = state[a].wrapping_add(state[b]);
    state[d] = (state[d] ^ state[a]).rotate_left(8);
    state[c] = state[c].wrapping_add(state[d]);
    state[b] = (state[b] ^ state[c]).rotate_left(7);
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;
    use proptest::prelude::*;
    use rand::seq::SliceRandom;
    use rand::{RngCore, SeedableRng};
    use rand_chacha::ChaCha20Rng;

    proptest! {
        #[test]
        fn numbers_are_those_of_rand_chacha(seed: [u8; 32]) {
            let (mut ours, mut theirs) = (ChaCha20::from_seed(&seed), ChaCha20Rng::from_seed(seed));
            for _ in 0..100 {
                prop_assert_eq!(ours.next_u32(), theirs.next_u32());
            }
        }

        #[test]
        fn one_shuffle_after_another_is_as_rand_does_them(
            seed: [u8; 32],
            lengths in prop::collection::vec(0usize..70, 1..6),
        ) {
            let (mut ours, mut theirs) = (ChaCha20::from_seed(&seed), ChaCha20Rng::from_seed(seed));
            for len in lengths {
                let mut shuffled: Vec<usize> = (0..len).collect();
                let mut expected = shuffled.clone();
                ours.shuffle(&mut shuffled);
                expected.shuffle(&mut theirs);
                prop_assert_eq!(shuffled, expected);
            }
        }
    }

    #[test]
    fn many_items_make_the_generator_reject_numbers_as_rand_does() {
        let mut ours: Vec<u32> = (0..20_000).collect();
        let mut theirs = ours.clone();
        ChaCha20::from_seed(&[7; 32]).shuffle(&mut ours);
        theirs.shuffle(&mut ChaCha20Rng::from_seed([7; 32]));
        assert_eq!(ours, theirs);
    }
}
