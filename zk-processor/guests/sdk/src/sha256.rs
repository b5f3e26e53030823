//! SHA-256 by the precompile: whole blocks in one operation, in place where they lie 8-byte aligned.

use crate::intrinsics;

const BLOCK_BYTES: usize = 64;

/// Blocks that are gathered when the data does not lie aligned.
const GATHERED: usize = 16;

#[repr(C, align(8))]
struct Aligned<T>(T);

/// A running hash.
#[expect(missing_debug_implementations, reason = "nothing to show")]
pub struct Sha256 {
    state: Aligned<[u32; 8]>,
    buffer: Aligned<[u8; BLOCK_BYTES * GATHERED]>,
    buffered: usize,
    len: u64,
}

const INITIAL: [u32; 8] = [
    0x6a09_e667,
    0xbb67_ae85,
    0x3c6e_f372,
    0xa54f_f53a,
    0x510e_527f,
    0x9b05_688c,
    0x1f83_d9ab,
    0x5be0_cd19,
];

impl Default for Sha256 {
    fn default() -> Self {
        Self::new()
    }
}

impl Sha256 {
    /// A hash of nothing yet.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            state: Aligned(INITIAL),
            buffer: Aligned([0; BLOCK_BYTES * GATHERED]),
            buffered: 0,
            len: 0,
        }
    }

    /// Hashes more bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        self.len += bytes.len() as u64;
        let mut rest = bytes;
        if self.buffered == 0 && rest.as_ptr().addr() % 8 == 0 {
            let whole = rest.len() / BLOCK_BYTES;
            // SAFETY: state and blocks are 8-byte aligned; the blocks are initialised.
            unsafe { intrinsics::sha256(&raw mut self.state.0, rest.as_ptr(), whole) };
            rest = &rest[whole * BLOCK_BYTES..];
        }
        while !rest.is_empty() {
            let part = rest.len().min(self.buffer.0.len() - self.buffered);
            self.buffer.0[self.buffered..self.buffered + part].copy_from_slice(&rest[..part]);
            self.buffered += part;
            rest = &rest[part..];
            if self.buffered == self.buffer.0.len() {
                self.compress_buffer();
            }
        }
    }

    /// The digest.
    #[must_use]
    pub fn finish(mut self) -> [u8; 32] {
        let bits = self.len * 8;
        self.buffer.0[self.buffered] = 0x80;
        let end = (self.buffered + 1 + 8).next_multiple_of(BLOCK_BYTES);
        if end > self.buffer.0.len() {
            self.buffer.0[self.buffered + 1..].fill(0);
            self.buffered = self.buffer.0.len();
            self.compress_buffer();
            self.buffer.0[..BLOCK_BYTES - 8].fill(0);
            self.buffer.0[BLOCK_BYTES - 8..BLOCK_BYTES].copy_from_slice(&bits.to_be_bytes());
            self.buffered = BLOCK_BYTES;
        } else {
            self.buffer.0[self.buffered + 1..end - 8].fill(0);
            self.buffer.0[end - 8..end].copy_from_slice(&bits.to_be_bytes());
            self.buffered = end;
        }
        self.compress_buffer();
        let mut digest = [0; 32];
        for (bytes, word) in digest.chunks_exact_mut(4).zip(self.state.0) {
            bytes.copy_from_slice(&word.to_be_bytes());
        }
        digest
    }

    fn compress_buffer(&mut self) {
        // SAFETY: state and buffer are 8-byte aligned; the buffer is initialised.
        unsafe {
            intrinsics::sha256(
                &raw mut self.state.0,
                self.buffer.0.as_ptr(),
                self.buffered / BLOCK_BYTES,
            )
        };
        self.buffered = 0;
    }
}

/// The digest of a byte string.
#[must_use]
pub fn digest(bytes: &[u8]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    hasher.update(bytes);
    hasher.finish()
}

/// The compression function: absorbs whole blocks, of which there may be any number, into a state of 8 words.
pub fn compress(state: &mut [u32; 8], blocks: &[[u8; BLOCK_BYTES]]) {
    let mut aligned = Aligned(*state);
    let bytes = blocks.as_flattened();
    if bytes.as_ptr().addr() % 8 == 0 {
        // SAFETY: state and blocks are 8-byte aligned; the blocks are initialised.
        unsafe { intrinsics::sha256(&raw mut aligned.0, bytes.as_ptr(), blocks.len()) };
    } else {
        for block in blocks {
            let block = Aligned(*block);
            // SAFETY: as above, with a copy of the block.
            unsafe { intrinsics::sha256(&raw mut aligned.0, block.0.as_ptr(), 1) };
        }
    }
    *state = aligned.0;
}
