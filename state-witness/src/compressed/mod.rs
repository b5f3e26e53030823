//! The compressed state: what of a recorded state cannot be derived, in one canonical order; and the compressed witness around it.
//!
//! A recorded state repeats every hash: once as the SHA-256 of a node or value, and once inside the node above it. Here each node is
//! one record, children come before their parent by position, and a hash is sent only where what it names is absent. The reader
//! hashes every record once, from the leaves to the root, and ends with the root.
//!
//! # Layout
//!
//! Everything is little-endian and counts in words of 8 bytes, so that a value lies aligned and is hashed where it lies, without being
//! copied. The state of an empty trie, or one of which nothing was recorded, is no bytes at all; any other is
//!
//! ```text
//! state   node_count u32 | value_count u32                      entries that follow: nodes, and values that are inline
//!         record*                                               post-order: children in ascending order, then their parent
//!
//! record  flags u8 | …                                          one of:
//!   leaf          0 | 0 u8          | extension_len u16 | value u32
//!   branch        1 | 0 u8          | children mask u16 | inline mask u16 | 0 u16
//!   branch+value  2 | 0 u8          | children mask u16 | inline mask u16 | 0 u16 || value u32 | 0 u32
//!   extension     3 | inline u8 0/1 | extension_len u16 | 0 u32
//!   reference  0x40 | 0 u24         | entry u32                 the child is an earlier node: no more follows
//!
//!   then, each only if it is needed, each padded with zeros to a whole word:
//!         alias u32 | 0 u32                                     flag 0x08: an earlier value has the same bytes as this node
//!         memory_usage u64                                      unless flag 0x04: it is what its parts add up to
//!         extension                                             hex-prefix encoded, as in the node
//!         value_hash 32                                         if the value is absent
//!         child_hash 32                                         for each child that is not inline, ascending
//!         value                                                 if it is inline
//!
//! flags   bits 0-1 kind, 0x04 memory usage derived, 0x08 alias, bits 4-5 the value: 0 none, 1 inline, 2 absent, 3 earlier entry
//! value u32   its length, or for an earlier entry that entry's number
//! ```
//!
//! Entries are numbered from 0 in the order of appearance; a record's inline value comes before its node.
//!
//! # One state, one encoding
//!
//! What may be inline must be (an absent hash may name no entry), what occurred before must be a reference (no two entries have the
//! same hash), memory usage that can be derived must be, nothing lies between or after the records, and padding is zero. So decoding
//! and encoding again gives the same bytes, and a state has exactly as many entries as distinct hashes: the recorder's sizes, which
//! count distinct hashes, cannot be driven up by repetition (rule 26 of the processor). [`Order`] says how distinctness is shown.
//!
//! # Why nodes are assembled
//!
//! SHA-256 of a node needs its borsh bytes in one piece, and these contain the hashes that are not sent; the input is read-only, so
//! the gaps cannot be filled in place. Sending the hashes and comparing would cost four input words and a comparison for each; copying
//! costs a 32-byte copy. So the reader assembles each node in one growing buffer, from runs that are copied whole (extension, run of
//! absent hashes), at an 8-aligned offset, and hashes it there; the trie then borrows the same bytes.

mod decode;
mod encode;
mod records;
mod witness;

pub use decode::{DecodedState, Order};
pub use encode::{Compressed, compress};
pub use witness::{CompressedWitness, WitnessSections, compress_witness};

use no_std_near_core::types::hash::CryptoHash;

const KIND_MASK: u8 = 0b11;
const KIND_LEAF: u8 = 0;
const KIND_BRANCH: u8 = 1;
const KIND_BRANCH_WITH_VALUE: u8 = 2;
const KIND_EXTENSION: u8 = 3;
const MEMORY_DERIVED: u8 = 0x04;
const ALIAS: u8 = 0x08;
const VALUE_SHIFT: u32 = 4;
const VALUE_MASK: u8 = 0b11;
const VALUE_NONE: u8 = 0;
const VALUE_INLINE: u8 = 1;
const VALUE_ABSENT: u8 = 2;
const VALUE_EARLIER: u8 = 3;
const REFERENCE: u8 = 0x40;

/// Bytes of a word.
const WORD_BYTES: usize = 8;
/// Words of a hash.
const HASH_WORDS: usize = 4;
/// Cost of a node, and once more of a value, in memory-usage units.
const NODE_COST: u64 = 50;
/// Cost of a byte of an encoded extension in memory-usage units.
const EXTENSION_BYTE_COST: u64 = 2;

/// Why a state cannot be compressed, or bytes are no compressed state.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CompressionError {
    /// A node that is referred to is not a node.
    #[error("entry {0} is referred to as a node and is none")]
    NotANode(CryptoHash),
    /// A node states another length of a value than the value has.
    #[error("value {hash}: its node states {expected} bytes, it has {found}")]
    ValueLength {
        /// Hash of the value.
        hash: CryptoHash,
        /// What the node says.
        expected: u32,
        /// What the value has.
        found: usize,
    },
    /// More than the format can count.
    #[error("{0} exceeds what the format can count")]
    TooLarge(&'static str),
    /// The bytes end inside a record.
    #[error("word {word}: the bytes end inside {what}")]
    Truncated {
        /// Word at which they end.
        word: usize,
        /// What was being read.
        what: &'static str,
    },
    /// The length is not a whole number of words.
    #[error("expected whole words of 8 bytes, found {0} bytes")]
    NotWholeWords(usize),
    /// The bytes are no record.
    #[error("word {word}: {what}")]
    BadRecord {
        /// Word at which the record begins.
        word: usize,
        /// What is wrong with it.
        what: &'static str,
    },
    /// Another encoding of the same state exists and is the right one.
    #[error("word {word}: not canonical, {what}")]
    NotCanonical {
        /// Word at which the record begins.
        word: usize,
        /// What the canonical encoding does differently.
        what: &'static str,
    },
    /// Another number of entries than announced.
    #[error("expected {expected_nodes} nodes and {expected_values} values, found {found_nodes} and {found_values}")]
    EntryCount {
        /// Announced nodes.
        expected_nodes: u32,
        /// Announced values.
        expected_values: u32,
        /// Nodes read.
        found_nodes: u32,
        /// Values read.
        found_values: u32,
    },
    /// The records are several trees, or none.
    #[error("expected one tree, found {0} roots")]
    Roots(usize),
    /// Two entries have the same hash, or the advice on their order is wrong.
    #[error("entries are not distinct, or the advice on their order is wrong, at position {0}")]
    NotDistinct(usize),
    /// A hash is sent as absent although an entry has it.
    #[error("hash {0} is sent as absent and names an entry")]
    AbsentIsPresent(CryptoHash),
}

/// Memory usage of a node itself, without what is below it; `None` if it leaves the range of 64 bits.
fn own_memory_usage(extension_len: usize, value_len: Option<u64>) -> Option<u64> {
    let extension = u64::try_from(extension_len).ok()?.checked_mul(EXTENSION_BYTE_COST)?;
    let value = match value_len {
        Some(len) => len.checked_add(NODE_COST)?,
        None => 0,
    };
    NODE_COST.checked_add(extension)?.checked_add(value)
}

/// Bytes up to the next whole word.
const fn padding(len: usize) -> usize {
    len.wrapping_neg() & (WORD_BYTES - 1)
}
