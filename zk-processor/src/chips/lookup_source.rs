//! What an instruction's row looks up besides bytes: the input window and programs.
//!
//! Whoever answers also counts, so that the provider's table says as often what was asked.

use crate::program::commitment::Digest;
use crate::program::{Entry, Header};

/// The programs of a segment. Each call is one lookup by one row.
pub trait ProgramSource {
    /// The handle of the program with this root R; the message `Program`.
    fn handle(&self, root: &Digest) -> Option<u32>;
    /// A program's header; the message `Header`.
    fn header(&self, handle: u32) -> Option<Header>;
    /// Where a function begins, zeros beyond the last; the message `Entry`.
    fn entry(&self, handle: u32, function: u32) -> Option<Entry>;
}
