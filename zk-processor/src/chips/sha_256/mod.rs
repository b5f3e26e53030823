//! SHA-256 compressions of the blocks of one hash step, chained.
//!
//! # Proves
//! For each step that a row of [`hash_step`](super::hash_step) announces by a `HashState` message (time, cell, window, 0, state): compressing the
//! blocks from `cell` on, read at the step's time in linear memory of context 0 or in the input window, leads to the states that go back as
//! (time, cell behind the block, window, 1, state), one after each block. The head takes the one behind its last block.
//!
//! # Rows
//! A block is 17 rows: a *state* row, whose words `a` and `e` are the chaining value, and 16 rows of four rounds each. Then comes the next state row: the sum of
//! the last four rounds and the chaining value before. The last one of a step ends the chain, so a step of n blocks has 17·n + 1 rows. Words stand as bits;
//! the four words of `a` and `e` in this row and in the next are all that a round looks at. The message words of the first four rows are those of the block, big-endian;
//! the others follow the schedule, whose sum `w[t]` + σ0(`w[t+1]`) + `w[t+9]` travels down three rows in `first_sum`, `second_sum` and `third_sum`.
//!
//! | message | side | count |
//! |---|---|---|
//! | HashState | received and sent | state rows |
//! | Input | sent | two cells a row, first four rows of a block, window |
//! | Memory, Range16, BytePair | received and sent | two cells a row, first four rows of a block, memory |
//!
//! The table begins and ends outside of a step. Claims on sums hold on every row, padding included, so they need no selector; the trace begins and
//! ends with rows of zeros, which follow each other under either backend. Degree 3.
//!
//! # Not proved here
//! That the blocks lie in bounds, that the context is 0, and what becomes of the state in memory: see [`hash_step`](super::hash_step). Source: FIPS 180-4.

mod air;
mod columns;
mod rounds;
#[cfg(test)]
mod tests;
mod trace;

pub use air::Sha256;
pub use columns::Sha256Cols;
pub use trace::{EDGE_ROWS, sha_256_rows, sha_256_trace};

/// Rounds in a row.
pub const ROUNDS: usize = 4;

/// Rows of a block: its state row and 16 rows of rounds.
pub const BLOCK_ROWS: usize = 17;

/// Cells of a block.
pub const BLOCK_CELLS: u32 = 8;

/// The round constants.
pub const ROUND_CONSTANTS: [u32; 64] = [
    0x428a_2f98,
    0x7137_4491,
    0xb5c0_fbcf,
    0xe9b5_dba5,
    0x3956_c25b,
    0x59f1_11f1,
    0x923f_82a4,
    0xab1c_5ed5,
    0xd807_aa98,
    0x1283_5b01,
    0x2431_85be,
    0x550c_7dc3,
    0x72be_5d74,
    0x80de_b1fe,
    0x9bdc_06a7,
    0xc19b_f174,
    0xe49b_69c1,
    0xefbe_4786,
    0x0fc1_9dc6,
    0x240c_a1cc,
    0x2de9_2c6f,
    0x4a74_84aa,
    0x5cb0_a9dc,
    0x76f9_88da,
    0x983e_5152,
    0xa831_c66d,
    0xb003_27c8,
    0xbf59_7fc7,
    0xc6e0_0bf3,
    0xd5a7_9147,
    0x06ca_6351,
    0x1429_2967,
    0x27b7_0a85,
    0x2e1b_2138,
    0x4d2c_6dfc,
    0x5338_0d13,
    0x650a_7354,
    0x766a_0abb,
    0x81c2_c92e,
    0x9272_2c85,
    0xa2bf_e8a1,
    0xa81a_664b,
    0xc24b_8b70,
    0xc76c_51a3,
    0xd192_e819,
    0xd699_0624,
    0xf40e_3585,
    0x106a_a070,
    0x19a4_c116,
    0x1e37_6c08,
    0x2748_774c,
    0x34b0_bcb5,
    0x391c_0cb3,
    0x4ed8_aa4a,
    0x5b9c_ca4f,
    0x682e_6ff3,
    0x748f_82ee,
    0x78a5_636f,
    0x84c8_7814,
    0x8cc7_0208,
    0x90be_fffa,
    0xa450_6ceb,
    0xbef9_a3f7,
    0xc671_78f2,
];
