//! SHA-256 by the precompile: whole blocks in one operation, in place where they lie 8-byte aligned.
//!
//! What has to be gathered or padded goes through one buffer that all hashes share: memory that was touched once costs nothing
//! more, and nothing is cleared that is about to be overwritten.

use core::cell::UnsafeCell;

use crate::intrinsics;

const BLOCK_BYTES: usize = 64;

/// Blocks that are gathered when the data does not lie aligned.
const GATHERED: usize = 16;

/// Bytes of the padding's end: the length in bits.
const LENGTH_BYTES: usize = 8;

#[repr(C, align(8))]
struct Aligned<T>(T);

/// Where data is gathered. A hash borrows it from its first byte to its digest, and nothing else runs meanwhile.
struct Buffer(UnsafeCell<Aligned<[u8; BLOCK_BYTES * GATHERED]>>);

// SAFETY: a guest has one thread.
unsafe impl Sync for Buffer {}

static BUFFER: Buffer = Buffer(UnsafeCell::new(Aligned([0; BLOCK_BYTES * GATHERED])));

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

/// A hash on its way through the shared buffer.
struct Hash<'b> {
    state: Aligned<[u32; 8]>,
    buffer: &'b mut [u8; BLOCK_BYTES * GATHERED],
    buffered: usize,
}

impl Hash<'_> {
    /// Hashes `parts` one after the other.
    #[inline(always)]
    fn digest(parts: &[&[u8]]) -> [u8; 32] {
        let mut hash = Hash {
            state: Aligned(INITIAL),
            // SAFETY: the borrow ends with this call, which calls nothing that hashes.
            buffer: unsafe { &mut (*BUFFER.0.get()).0 },
            buffered: 0,
        };
        let mut len = 0;
        for part in parts {
            len += part.len() as u64;
            hash.update(part);
        }
        hash.finish(len)
    }

    #[inline(always)]
    fn update(&mut self, bytes: &[u8]) {
        let mut rest = bytes;
        if self.buffered == 0 && rest.len() >= BLOCK_BYTES && rest.as_ptr().addr() % 8 == 0 {
            let whole = rest.len() / BLOCK_BYTES;
            // SAFETY: state and blocks are 8-byte aligned; the blocks are initialised.
            unsafe { intrinsics::sha256(&raw mut self.state.0, rest.as_ptr(), whole) };
            rest = &rest[whole * BLOCK_BYTES..];
        }
        while rest.len() >= self.buffer.len() - self.buffered {
            let (part, behind) = rest.split_at(self.buffer.len() - self.buffered);
            self.buffer[self.buffered..].copy_from_slice(part);
            self.compress(GATHERED);
            self.buffered = 0;
            rest = behind;
        }
        if !rest.is_empty() {
            self.buffer[self.buffered..self.buffered + rest.len()].copy_from_slice(rest);
            self.buffered += rest.len();
        }
    }

    #[inline(always)]
    fn finish(mut self, len: u64) -> [u8; 32] {
        // There is room for at least one more byte.
        let mut end = (self.buffered + 1 + LENGTH_BYTES).next_multiple_of(BLOCK_BYTES);
        self.buffer[self.buffered] = 0x80;
        self.buffered += 1;
        if end > self.buffer.len() {
            self.buffer[self.buffered..].fill(0);
            self.compress(GATHERED);
            (self.buffered, end) = (0, BLOCK_BYTES);
        }
        self.buffer[self.buffered..end - LENGTH_BYTES].fill(0);
        self.buffer[end - LENGTH_BYTES..end].copy_from_slice(&(len * 8).to_be_bytes());
        self.compress(end / BLOCK_BYTES);
        digest_of(&self.state.0)
    }

    #[inline(always)]
    fn compress(&mut self, blocks: usize) {
        // SAFETY: state and buffer are 8-byte aligned; the buffer is initialised.
        unsafe { intrinsics::sha256(&raw mut self.state.0, self.buffer.as_ptr(), blocks) };
    }
}

/// The words of a state as the bytes of a digest.
#[inline(always)]
fn digest_of(state: &[u32; 8]) -> [u8; 32] {
    let mut digest = [0; 32];
    for (bytes, words) in digest.as_chunks_mut::<8>().0.iter_mut().zip(state.as_chunks::<2>().0) {
        *bytes = turn_words(u64::from(words[0]) | u64::from(words[1]) << 32).to_le_bytes();
    }
    digest
}

/// Two words of four bytes, each with its bytes turned round.
const fn turn_words(pair: u64) -> u64 {
    const BYTES: u64 = 0x00ff_00ff_00ff_00ff;
    const HALVES: u64 = 0x0000_ffff_0000_ffff;
    let pair = (pair & BYTES) << 8 | pair >> 8 & BYTES;
    (pair & HALVES) << 16 | pair >> 16 & HALVES
}

/// The digest of a byte string.
#[must_use]
pub fn digest(bytes: &[u8]) -> [u8; 32] {
    // The usual case in one go: whole blocks where they lie, if they lie well, and the rest fits the buffer together with its padding.
    let whole = if bytes.as_ptr().addr() % 8 == 0 {
        bytes.len() & !(BLOCK_BYTES - 1)
    } else {
        0
    };
    let rest = &bytes[whole..];
    if rest.len() > MAX_REST_BYTES {
        return Hash::digest(&[bytes]);
    }
    let mut state = Aligned(INITIAL);
    if whole > 0 {
        // SAFETY: state and blocks are 8-byte aligned; the blocks are initialised.
        unsafe { intrinsics::sha256(&raw mut state.0, bytes.as_ptr(), whole / BLOCK_BYTES) };
    }
    // SAFETY: the borrow ends with this call, which calls nothing that hashes.
    let buffer = unsafe { &mut (*BUFFER.0.get()).0 };
    let end = (rest.len() + 1 + LENGTH_BYTES).next_multiple_of(BLOCK_BYTES);
    buffer[..rest.len()].copy_from_slice(rest);
    buffer[rest.len()..end].fill(0);
    buffer[rest.len()] = 0x80;
    buffer[end - LENGTH_BYTES..end].copy_from_slice(&(bytes.len() as u64 * 8).to_be_bytes());
    // SAFETY: state and buffer are 8-byte aligned; the buffer is initialised.
    unsafe { intrinsics::sha256(&raw mut state.0, buffer.as_ptr(), end / BLOCK_BYTES) };
    digest_of(&state.0)
}

/// The longest rest that the buffer holds together with its padding.
const MAX_REST_BYTES: usize = BLOCK_BYTES * GATHERED - 1 - LENGTH_BYTES;

/// The digest of the concatenation of several byte strings.
#[must_use]
pub fn digest_parts(parts: &[&[u8]]) -> [u8; 32] {
    Hash::digest(parts)
}

/// Two blocks: two digests one after the other, and the padding behind them, which never changes.
struct Pair(UnsafeCell<Aligned<[u8; 2 * BLOCK_BYTES]>>);

// SAFETY: a guest has one thread.
unsafe impl Sync for Pair {}

static PAIR: Pair = Pair(UnsafeCell::new(Aligned({
    let mut blocks = [0; 2 * BLOCK_BYTES];
    blocks[BLOCK_BYTES] = 0x80;
    // 64 bytes are 0x200 bits.
    blocks[2 * BLOCK_BYTES - 2] = 0x02;
    blocks
})));

/// The digest of two digests, one after the other: a node of a Merkle tree.
#[must_use]
pub fn digest_pair(left: &[u8; 32], right: &[u8; 32]) -> [u8; 32] {
    // SAFETY: the borrow ends with this call, which calls nothing that hashes.
    let blocks = unsafe { &mut (*PAIR.0.get()).0 };
    let (halves, _) = blocks.as_chunks_mut::<32>();
    halves[0] = *left;
    halves[1] = *right;
    let mut state = Aligned(INITIAL);
    // SAFETY: state and blocks are 8-byte aligned; the blocks are initialised.
    unsafe { intrinsics::sha256(&raw mut state.0, blocks.as_ptr(), 2) };
    digest_of(&state.0)
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
