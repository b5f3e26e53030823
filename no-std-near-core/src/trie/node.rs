//! Trie nodes, read in place from their bytes.
//!
//! Mirrors `core/store/src/trie/raw_node.rs` (spec §B.12); differs in: nothing is copied out, and the two shapes that make nearcore
//! panic later (an extension of zero bytes, an extension node of zero nibbles) are refused here. Like borsh's `try_from_slice`,
//! trailing bytes are refused.
//!
//! ```text
//! Leaf            00 | len u32 | extension | value_len u32 | value_hash 32         | memory_usage u64
//! BranchNoValue   01                       | mask u16 | child_hash 32 per set bit  | memory_usage u64
//! BranchWithValue 02 | value_len u32 | value_hash 32 | mask u16 | child_hash 32 ..  | memory_usage u64
//! Extension       03 | len u32 | extension | child_hash 32                          | memory_usage u64
//! ```

use super::nibbles::Nibbles;
use alloc::vec::Vec;

/// Length of a hash in bytes.
pub(crate) const HASH_LEN: usize = 32;
/// Cost of a node (and, once more, of a value) in memory-usage units.
pub(crate) const NODE_COST: u64 = 50;
/// Cost of each byte of an encoded extension in memory-usage units.
pub(crate) const EXTENSION_BYTE_COST: u64 = 2;

pub(crate) const TAG_LEAF: u8 = 0;
pub(crate) const TAG_BRANCH: u8 = 1;
pub(crate) const TAG_BRANCH_WITH_VALUE: u8 = 2;
pub(crate) const TAG_EXTENSION: u8 = 3;

/// Why bytes are not a trie node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NodeError {
    /// The bytes end inside a field.
    #[error("the bytes end inside a field")]
    Truncated,
    /// The first byte names no kind of node.
    #[error("expected a node tag 0..=3, found {0}")]
    UnknownTag(u8),
    /// Bytes follow the last field.
    #[error("{0} bytes follow the last field")]
    TrailingBytes(usize),
    /// A leaf or extension node whose extension has no bytes, or an extension node whose extension has no nibbles.
    #[error("the extension is empty")]
    EmptyExtension,
}

/// Length and hash of a value, as its node states them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ValueRef<'a> {
    /// Length of the value in bytes, as stored in the node.
    pub length_bytes: u32,
    /// SHA-256 of the value.
    pub hash: &'a [u8; HASH_LEN],
}

/// The children of a branch: a mask of the nibbles present and one hash for each.
#[derive(Clone, Copy, Debug, Default)]
pub struct Children<'a> {
    mask: u16,
    hashes: &'a [[u8; HASH_LEN]],
}

impl<'a> Children<'a> {
    /// Position among the present children, and hash, of the child at `nibble`.
    pub fn get(&self, nibble: u8) -> Option<(usize, &'a [u8; HASH_LEN])> {
        let bit = 1u16 << (nibble & 0xf);
        if self.mask & bit == 0 {
            return None;
        }
        let ordinal = (self.mask & (bit - 1)).count_ones() as usize;
        self.hashes.get(ordinal).map(|hash| (ordinal, hash))
    }

    /// Bit i: there is a child at nibble i.
    pub(crate) const fn mask(&self) -> u16 {
        self.mask
    }

    /// How many children are present.
    pub fn count(&self) -> usize {
        self.hashes.len()
    }

    /// The children present as (nibble, hash), ascending.
    pub fn iter(self) -> impl Iterator<Item = (u8, &'a [u8; HASH_LEN])> {
        (0..16u8)
            .filter(move |nibble| self.mask >> nibble & 1 == 1)
            .zip(self.hashes)
    }
}

/// The children of a branch without value, which most nodes on a way are; `None` if the bytes are something else, be it another node or
/// none. What this accepts, [`Node::decode`] accepts.
#[inline(always)]
pub(crate) fn plain_branch(bytes: &[u8]) -> Option<Children<'_>> {
    let [TAG_BRANCH, low, high, rest @ ..] = bytes else {
        return None;
    };
    let mask = u16::from_le_bytes([*low, *high]);
    let (hashes, memory_usage) = rest.as_chunks();
    (hashes.len() == mask.count_ones() as usize && memory_usage.len() == 8).then_some(Children { mask, hashes })
}

/// What a node is.
#[derive(Clone, Copy, Debug)]
pub enum NodeKind<'a> {
    /// The end of a key, with its value.
    Leaf {
        /// Hex-prefix encoded rest of the key, at least one byte.
        extension: &'a [u8],
        /// The value.
        value: ValueRef<'a>,
    },
    /// A stretch of a key without choice.
    Extension {
        /// Hex-prefix encoded nibbles, at least one nibble.
        extension: &'a [u8],
        /// Hash of the node below.
        child: &'a [u8; HASH_LEN],
    },
    /// A choice by the next nibble, perhaps with a value for the key that ends here.
    Branch {
        /// Nodes below.
        children: Children<'a>,
        /// Value of the key that ends here.
        value: Option<ValueRef<'a>>,
    },
}

/// A node with its stored memory usage.
#[derive(Clone, Copy, Debug)]
pub struct Node<'a> {
    /// What it is.
    pub kind: NodeKind<'a>,
    /// Stored cost of the subtree in memory-usage units; an opaque number that updates change incrementally.
    pub memory_usage: u64,
}

impl<'a> Node<'a> {
    /// Reads a node that fills `bytes` exactly.
    ///
    /// # Errors
    /// [`NodeError`] says why the bytes are not a node.
    #[inline(always)]
    pub fn decode(bytes: &'a [u8]) -> Result<Self, NodeError> {
        let mut reader = Reader { rest: bytes };
        let kind = match reader.byte()? {
            TAG_LEAF => NodeKind::Leaf {
                extension: reader.extension()?,
                value: reader.value_ref()?,
            },
            TAG_BRANCH => NodeKind::Branch {
                children: reader.children()?,
                value: None,
            },
            TAG_BRANCH_WITH_VALUE => {
                let value = Some(reader.value_ref()?);
                NodeKind::Branch {
                    children: reader.children()?,
                    value,
                }
            }
            TAG_EXTENSION => {
                let extension = reader.extension()?;
                if Nibbles::from_encoded(extension).is_none_or(|nibbles| nibbles.is_empty()) {
                    return Err(NodeError::EmptyExtension);
                }
                NodeKind::Extension {
                    extension,
                    child: reader.array()?,
                }
            }
            tag => return Err(NodeError::UnknownTag(tag)),
        };
        let memory_usage = u64::from_le_bytes(*reader.array()?);
        if !reader.rest.is_empty() {
            return Err(NodeError::TrailingBytes(reader.rest.len()));
        }
        Ok(Self { kind, memory_usage })
    }

    /// How many hashes (of children and value) the node holds.
    pub fn reference_count(&self) -> usize {
        match self.kind {
            NodeKind::Leaf { .. } | NodeKind::Extension { .. } => 1,
            NodeKind::Branch { children, value } => children.count() + usize::from(value.is_some()),
        }
    }

    /// The hashes the node holds, in the order of its bytes (a branch's value comes first), each with whether it is a value's.
    pub fn references(&self) -> Vec<(&'a [u8; HASH_LEN], bool)> {
        match self.kind {
            NodeKind::Leaf { value, .. } => alloc::vec![(value.hash, true)],
            NodeKind::Extension { child, .. } => alloc::vec![(child, false)],
            NodeKind::Branch { children, value } => value
                .iter()
                .map(|value| (value.hash, true))
                .chain(children.iter().map(|(_, hash)| (hash, false)))
                .collect(),
        }
    }
}

struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    fn bytes(&mut self, len: usize) -> Result<&'a [u8], NodeError> {
        let (head, rest) = self.rest.split_at_checked(len).ok_or(NodeError::Truncated)?;
        self.rest = rest;
        Ok(head)
    }

    fn array<const LEN: usize>(&mut self) -> Result<&'a [u8; LEN], NodeError> {
        let (head, rest) = self.rest.split_first_chunk().ok_or(NodeError::Truncated)?;
        self.rest = rest;
        Ok(head)
    }

    fn byte(&mut self) -> Result<u8, NodeError> {
        let [byte] = *self.array()?;
        Ok(byte)
    }

    fn u32(&mut self) -> Result<u32, NodeError> {
        Ok(u32::from_le_bytes(*self.array()?))
    }

    fn extension(&mut self) -> Result<&'a [u8], NodeError> {
        let len = usize::try_from(self.u32()?).map_err(|_| NodeError::Truncated)?;
        if len == 0 {
            return Err(NodeError::EmptyExtension);
        }
        self.bytes(len)
    }

    fn value_ref(&mut self) -> Result<ValueRef<'a>, NodeError> {
        Ok(ValueRef {
            length_bytes: self.u32()?,
            hash: self.array()?,
        })
    }

    fn children(&mut self) -> Result<Children<'a>, NodeError> {
        let mask = u16::from_le_bytes(*self.array()?);
        let bytes = self.bytes(mask.count_ones() as usize * HASH_LEN)?;
        let (hashes, _) = bytes.as_chunks();
        Ok(Children { mask, hashes })
    }
}
