//! The partial trie: the nodes and values of one state that a witness recorded, and nothing else.
//!
//! Mirrors `core/store/src/trie` (spec §B.12, §C.10); differs in: one arena over borrowed bytes with one entry per distinct hash, in
//! place of a map from hashes to owned bytes; nodes are read in place. A hash that has no entry is
//! [`StorageError::MissingTrieValue`], never an absent key (spec §A.11).
//!
//! | module | what it answers |
//! |---|---|
//! | [`nibbles`] | how a key is cut into half-bytes and how nodes store the pieces |
//! | [`node`] | what bytes say as a node |
//! | [`partial`] | which entry is behind a hash, is it authentic, what has been touched and recorded |
//! | [`builder`] | how an arena is made from a `PartialState` or from a compressed witness |
//! | [`lookup`] | which value belongs to a key; which keys begin with a prefix |
//! | [`edit`], `remove` | how the trie changes under insertions and removals |
//! | `edit_node` | what changing nodes are made of |
//! | [`root`] | what the root is after the changes |
//! | [`resharding`] | what remains of a trie for one child of a split shard |
//! | [`split`] | where a shard would best be split |
//! | [`reference`](mod@reference) | the whole trie of given keys and values, for tests |

pub mod builder;
pub mod edit;
mod edit_node;
pub mod lookup;
pub mod nibbles;
pub mod node;
pub mod partial;
pub mod reference;
mod remove;
pub mod resharding;
pub mod root;
pub mod split;
pub(crate) mod words;

pub use builder::PartialTrieBuilder;
pub use edit::TrieEditor;
pub use lookup::ValueHandle;
pub use nibbles::Nibbles;
pub use partial::{Access, EntryId, PartialTrie, TrieNodesCount};
pub use resharding::{RetainMode, retain_split_shard};
pub use split::{FindSplitError, find_trie_split, total_memory_usage};

use crate::types::hash::CryptoHash;
use alloc::string::String;
use node::NodeError;

/// The state cannot be read: there is no valid chunk result (an abort, never an outcome).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StorageError {
    /// A node or value that is needed is not among the recorded ones, or other bytes stand in its place.
    #[error("trie node or value {0:?} is needed but was not recorded")]
    MissingTrieValue(CryptoHash),
    /// The bytes behind a node's hash are not a node.
    #[error("trie node {hash:?} cannot be decoded: {reason}")]
    UndecodableNode {
        /// Hash of the bytes.
        hash: CryptoHash,
        /// What is wrong with them.
        reason: NodeError,
    },
    /// Two entries of the arena have the same hash: what was recorded would be counted twice.
    #[error("trie entry {0:?} was given twice")]
    DuplicateEntry(CryptoHash),
    /// The memory usage of a subtree does not fit 64 bits, or parts of it exceed the whole.
    #[error("memory usage of the trie overflows: {0}")]
    MemoryUsageOverflow(&'static str),
    /// A value, or a relation between values, is not what the runtime writes.
    #[error("inconsistent state: {0}")]
    StorageInconsistentState(String),
}

impl StorageError {
    /// A [`StorageError::StorageInconsistentState`] from any text.
    pub fn inconsistent(what: impl Into<String>) -> Self {
        Self::StorageInconsistentState(what.into())
    }
}

#[cfg(test)]
mod tests;
