//! What the nodes of a [`TrieEditor`](super::edit::TrieEditor) are made of.

use super::StorageError;
use super::nibbles::Nibbles;
use super::node::{Children, EXTENSION_BYTE_COST, HASH_LEN, NODE_COST, ValueRef};
use super::partial::NO_ENTRY;
use alloc::boxed::Box;
use alloc::vec::Vec;
use core::ops::Range;

/// The pieces of keys between nodes.
#[derive(Clone, Debug)]
pub(super) enum Extension<'v> {
    /// The bytes of an existing node, taken over as they are.
    Encoded(&'v [u8]),
    /// Part of an existing extension or of a key.
    Part(Nibbles<'v>),
    /// Two extensions joined, encoded.
    Joined(Box<[u8]>),
}

impl<'v> Extension<'v> {
    pub(super) fn nibbles(&self) -> Nibbles<'_> {
        match self {
            Self::Encoded(bytes) => Nibbles::from_encoded(bytes).unwrap_or(Nibbles::new(&[])),
            Self::Part(nibbles) => *nibbles,
            Self::Joined(bytes) => Nibbles::from_encoded(bytes).unwrap_or(Nibbles::new(&[])),
        }
    }

    /// What remains after the first `count` nibbles; borrowed if possible.
    pub(super) fn skip(&self, count: usize) -> Self {
        self.part(|nibbles| nibbles.skip(count))
    }

    pub(super) fn take(&self, count: usize) -> Self {
        self.part(|nibbles| nibbles.take(count))
    }

    fn part(&self, cut: impl for<'n> Fn(Nibbles<'n>) -> Nibbles<'n>) -> Self {
        match self {
            Self::Encoded(bytes) => Self::Part(cut(Nibbles::from_encoded(bytes).unwrap_or(Nibbles::new(&[])))),
            Self::Part(nibbles) => Self::Part(cut(*nibbles)),
            Self::Joined(_) => Self::join(cut(self.nibbles()), Nibbles::new(&[])),
        }
    }

    pub(super) fn join(head: Nibbles<'_>, tail: Nibbles<'_>) -> Self {
        let mut bytes = Vec::with_capacity(1 + (head.len() + tail.len()) / 2);
        // Whether it belongs to a leaf is decided when the node is written.
        Nibbles::encode_pair_into(head, tail, false, &mut bytes);
        Self::Joined(bytes.into_boxed_slice())
    }

    fn cost(&self) -> u64 {
        let encoded_len = match self {
            Self::Encoded(bytes) => bytes.len(),
            Self::Part(nibbles) => nibbles.encoded_len(),
            Self::Joined(bytes) => bytes.len(),
        };
        EXTENSION_BYTE_COST * encoded_len as u64
    }
}

/// A value under a key: already in the trie, or new.
#[derive(Clone, Copy, Debug)]
pub(super) enum Value<'v> {
    Old(ValueRef<'v>),
    New(&'v [u8]),
}

impl Value<'_> {
    fn cost(&self) -> u64 {
        let length_bytes = match self {
            Self::Old(reference) => u64::from(reference.length_bytes),
            Self::New(bytes) => bytes.len() as u64,
        };
        NODE_COST + length_bytes
    }
}

/// What is below a node.
#[derive(Clone, Copy, Debug)]
pub(super) enum Child<'v> {
    None,
    /// An unchanged subtree: the link to it, and its hash.
    Old {
        link: u32,
        hash: &'v [u8; HASH_LEN],
    },
    /// A node of the editor.
    Edited(usize),
}

impl Child<'_> {
    /// The node of the editor, if the child is one.
    pub(super) const fn edited(&self) -> Option<usize> {
        match self {
            Self::Edited(node) => Some(*node),
            Self::None | Self::Old { .. } => None,
        }
    }

    pub(super) const fn is_some(&self) -> bool {
        !matches!(self, Self::None)
    }
}

/// The children of a branch by nibble. Those that were read are looked up in the node's bytes.
#[derive(Clone, Debug, Default)]
pub(super) struct BranchChildren<'v> {
    /// As the node was read, and the links behind it.
    read: Children<'v>,
    links: Range<u32>,
    /// Unchanged subtrees that came from elsewhere: hardly ever any.
    moved: Vec<(u8, Child<'v>)>,
    /// Nodes of the editor, where `edited` says so.
    nodes: [u32; 16],
    /// Bit i: there is a child at nibble i.
    present: u16,
    /// Bit i: the child at nibble i is a node of the editor.
    edited: u16,
}

impl<'v> BranchChildren<'v> {
    /// The children of a node that was read, and the links to them.
    pub(super) fn read(children: Children<'v>, links: Range<u32>) -> Self {
        Self {
            read: children,
            links,
            present: children.mask(),
            ..Self::default()
        }
    }

    #[inline]
    pub(super) fn get(&self, nibble: u8) -> Child<'v> {
        let (nibble, bit) = (nibble & 0xf, 1 << (nibble & 0xf));
        if self.edited & bit != 0 {
            return Child::Edited(self.nodes[usize::from(nibble)] as usize);
        }
        if self.present & bit == 0 {
            return Child::None;
        }
        if let Some((_, child)) = self.moved.iter().find(|(moved, _)| *moved == nibble) {
            return *child;
        }
        match self.read.get(nibble) {
            Some((ordinal, hash)) => {
                let link = self.links.clone().nth(ordinal).unwrap_or(NO_ENTRY);
                Child::Old { link, hash }
            }
            None => Child::None,
        }
    }

    #[inline]
    pub(super) fn set(&mut self, nibble: u8, child: Child<'v>) {
        let (nibble, bit) = (nibble & 0xf, 1 << (nibble & 0xf));
        self.present |= bit;
        self.edited &= !bit;
        if !self.moved.is_empty() {
            self.moved.retain(|(moved, _)| *moved != nibble);
        }
        match child {
            Child::None => self.present &= !bit,
            Child::Old { .. } => self.moved.push((nibble, child)),
            Child::Edited(node) => {
                self.edited |= bit;
                self.nodes[usize::from(nibble)] = node as u32;
            }
        }
    }

    /// Which nibbles have a child.
    pub(super) const fn mask(&self) -> u16 {
        self.present
    }

    pub(super) const fn count(&self) -> u32 {
        self.present.count_ones()
    }

    /// The lowest nibble with a child.
    pub(super) fn first(&self) -> Option<u8> {
        Bits(self.present).next()
    }

    /// How many children come before the one at `nibble`.
    pub(super) const fn ordinal(&self, nibble: u8) -> usize {
        (self.present & ((1 << (nibble & 0xf)) - 1)).count_ones() as usize
    }

    /// The children there are, ascending.
    pub(super) fn iter(&self) -> impl Iterator<Item = Child<'v>> {
        Bits(self.present).map(|nibble| self.get(nibble))
    }

    /// Nibble and node of the children that are nodes of the editor, ascending.
    pub(super) fn edited(&self) -> impl Iterator<Item = (u8, usize)> {
        Bits(self.edited).filter_map(|nibble| Some((nibble, self.get(nibble).edited()?)))
    }
}

/// The positions of the bits that are set, ascending.
struct Bits(u16);

impl Iterator for Bits {
    type Item = u8;

    fn next(&mut self) -> Option<u8> {
        if self.0 == 0 {
            return None;
        }
        let position = self.0.trailing_zeros() as u8;
        self.0 &= self.0 - 1;
        Some(position)
    }
}

#[derive(Clone, Debug)]
pub(super) enum EditKind<'v> {
    /// The whole trie is empty, or (for a moment) a child that was removed.
    Empty,
    Leaf {
        extension: Extension<'v>,
        value: Value<'v>,
    },
    Extension {
        extension: Extension<'v>,
        child: Child<'v>,
    },
    Branch {
        children: Box<BranchChildren<'v>>,
        value: Option<Value<'v>>,
    },
}

impl EditKind<'_> {
    /// Cost of the node itself in memory-usage units.
    pub(super) fn own_cost(&self) -> u64 {
        match self {
            Self::Empty => 0,
            Self::Leaf { extension, value } => NODE_COST + extension.cost() + value.cost(),
            Self::Extension { extension, .. } => NODE_COST + extension.cost(),
            Self::Branch { value, .. } => NODE_COST + value.map_or(0, |value| value.cost()),
        }
    }
}

#[derive(Clone, Debug)]
pub(super) struct EditNode<'v> {
    pub(super) kind: EditKind<'v>,
    pub(super) memory_usage: u64,
    /// The entry from which the node was read, as long as the node differs from it at most in its memory usage and in the hashes of
    /// children that were edited.
    pub(super) origin: Option<u32>,
}

impl EditNode<'_> {
    /// What the stored number leaves for the nodes below.
    pub(super) fn cost_below(&self) -> u64 {
        self.memory_usage.saturating_sub(self.kind.own_cost())
    }
}

/// nearcore's plain `+` on memory usages, which aborts on overflow.
pub(super) fn add(left: u64, right: u64) -> Result<u64, StorageError> {
    left.checked_add(right)
        .ok_or(StorageError::MemoryUsageOverflow("a sum exceeds 64 bits"))
}
