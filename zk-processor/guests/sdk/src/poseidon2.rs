//! Poseidon2 over KoalaBear, width 16, by the precompile.

use crate::intrinsics;

/// A state of 16 elements, canonical after each operation.
#[repr(C, align(8))]
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct State(pub [u32; 16]);

/// Blocks of 8 elements, 8-byte aligned; elements count modulo p.
#[repr(C, align(8))]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Block(pub [u32; 8]);

impl State {
    /// For each block: the first half of the state becomes the block, then the permutation.
    pub fn absorb(&mut self, blocks: &[Block]) {
        // SAFETY: the types are 8-byte aligned and 64 and 32 bytes long; all is initialised.
        unsafe { intrinsics::poseidon2(&raw mut self.0, blocks.as_ptr().cast(), blocks.len()) };
    }

    /// The permutation.
    pub fn permute(&mut self) {
        let mut block = Block::default();
        block.0.copy_from_slice(&self.0[..8]);
        self.absorb(&[block]);
    }
}
