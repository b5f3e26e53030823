//! Insertions and removals: the trie as a tree of nodes that can be changed.
//!
//! Mirrors `core/store/src/trie/ops/{insert_delete,squash}.rs` and `trie_storage_update.rs` (spec §B.12); differs in: nodes change in
//! place; extensions are views of the old nodes and the new keys and are only copied when two are joined.
//!
//! Memory usage is not computed from the tree but carried along: each step changes the stored numbers exactly as nearcore does, with
//! saturating arithmetic where nearcore has it, since the numbers below unread siblings are opaque. On the way down a node's number
//! is reduced by that of the child that is about to change; on the way up the child's new number is added.

use super::StorageError;
use super::nibbles::Nibbles;
use super::node::{EXTENSION_BYTE_COST, HASH_LEN, NODE_COST, Node, NodeKind, ValueRef};
use super::partial::{Access, PartialTrie};
use crate::crypto::Crypto;
use alloc::boxed::Box;
use alloc::vec::Vec;
use core::marker::PhantomData;

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
    fn skip(&self, count: usize) -> Self {
        self.part(|nibbles| nibbles.skip(count))
    }

    fn take(&self, count: usize) -> Self {
        self.part(|nibbles| nibbles.take(count))
    }

    fn part(&self, cut: impl for<'n> Fn(Nibbles<'n>) -> Nibbles<'n>) -> Self {
        match self {
            Self::Encoded(bytes) => Self::Part(cut(Nibbles::from_encoded(bytes).unwrap_or(Nibbles::new(&[])))),
            Self::Part(nibbles) => Self::Part(cut(*nibbles)),
            Self::Joined(_) => Self::join(cut(self.nibbles()), Nibbles::new(&[])),
        }
    }

    fn join(head: Nibbles<'_>, tail: Nibbles<'_>) -> Self {
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

pub(super) type BranchChildren<'v> = [Child<'v>; 16];

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
    fn cost_below(&self) -> u64 {
        self.memory_usage.saturating_sub(self.kind.own_cost())
    }
}

/// Where an insertion or removal stands after one node.
enum Step {
    /// The node was the last one on the way.
    Done,
    /// The trie does not have the key that is to be removed.
    NotFound,
    /// The node changed its kind: look at it again.
    Again,
    /// Continue below, after this many nibbles of the key.
    Descend(usize, usize),
}

/// Changes to a partial trie. `'v` is the lifetime of the old nodes and of the keys and values that are inserted.
#[derive(Debug)]
pub struct TrieEditor<'t, 'a, 'v, C> {
    pub(super) trie: &'t mut PartialTrie<'a>,
    pub(super) nodes: Vec<EditNode<'v>>,
    path: Vec<usize>,
    crypto: PhantomData<C>,
}

/// The root's position among the nodes.
pub(super) const ROOT: usize = 0;

impl<'t, 'a: 'v, 'v, C: Crypto> TrieEditor<'t, 'a, 'v, C> {
    /// Starts to change a trie.
    ///
    /// # Errors
    /// The root is missing or cannot be decoded.
    pub fn new(trie: &'t mut PartialTrie<'a>) -> Result<Self, StorageError> {
        let root = trie.enter_root::<C>(Access::Recorded)?;
        let mut editor = Self {
            trie,
            nodes: Vec::new(),
            path: Vec::new(),
            crypto: PhantomData,
        };
        match root {
            Some(entry) => editor.load(entry)?,
            None => editor.place(EditKind::Empty, 0),
        };
        Ok(editor)
    }

    /// Gives `key` the value `value`, new or in place of another.
    ///
    /// # Errors
    /// A node on the way is missing or cannot be decoded; a memory usage overflows.
    pub fn insert(&mut self, key: &'v [u8], value: &'v [u8]) -> Result<(), StorageError> {
        let mut rest = Nibbles::new(key);
        let mut node = ROOT;
        self.path.clear();
        loop {
            self.path.push(node);
            match self.insert_step(node, rest, value)? {
                Step::Done | Step::NotFound => break,
                Step::Again => {
                    self.path.pop();
                }
                Step::Descend(child, consumed) => {
                    node = child;
                    rest = rest.skip(consumed);
                }
            }
        }
        let mut below = 0;
        let path = core::mem::take(&mut self.path);
        for &node in path.iter().rev() {
            let node = &mut self.nodes[node];
            node.memory_usage = add(node.memory_usage, below)?;
            below = node.memory_usage;
        }
        self.path = path;
        Ok(())
    }

    /// Removes `key`. A key that the trie does not have is no error, but the way to where it would be has to be readable.
    ///
    /// # Errors
    /// A node on the way, or the last remaining sibling of a removed node, is missing or cannot be decoded; a memory usage overflows.
    pub fn remove(&mut self, key: &[u8]) -> Result<(), StorageError> {
        let mut rest = Nibbles::new(key);
        let mut node = ROOT;
        self.path.clear();
        let removed = loop {
            self.path.push(node);
            match self.remove_step(node, rest)? {
                Step::Done | Step::Again => break true,
                Step::NotFound => break false,
                Step::Descend(child, consumed) => {
                    node = child;
                    rest = rest.skip(consumed);
                }
            }
        };
        let mut below = 0;
        let path = core::mem::take(&mut self.path);
        for &node in path.iter().rev() {
            self.nodes[node].memory_usage = add(self.nodes[node].memory_usage, below)?;
            if removed {
                self.squash(node)?;
            }
            below = self.nodes[node].memory_usage;
        }
        self.path = path;
        Ok(())
    }

    /// Makes a node of the editor out of an entry.
    pub(super) fn load(&mut self, entry: u32) -> Result<usize, StorageError> {
        let Node { kind, memory_usage } = self.trie.node(entry)?;
        let link = |ordinal| self.trie.link(entry, ordinal);
        let kind = match kind {
            NodeKind::Leaf { extension, value } => EditKind::Leaf {
                extension: Extension::Encoded(extension),
                value: Value::Old(value),
            },
            NodeKind::Extension { extension, child } => EditKind::Extension {
                extension: Extension::Encoded(extension),
                child: Child::Old {
                    link: link(0),
                    hash: child,
                },
            },
            NodeKind::Branch { children, value } => {
                let mut slots = [Child::None; 16];
                let first = usize::from(value.is_some());
                for (ordinal, (nibble, hash)) in children.iter().enumerate() {
                    slots[usize::from(nibble)] = Child::Old {
                        link: link(first + ordinal),
                        hash,
                    };
                }
                EditKind::Branch {
                    children: Box::new(slots),
                    value: value.map(Value::Old),
                }
            }
        };
        self.nodes.push(EditNode {
            kind,
            memory_usage,
            origin: Some(entry),
        });
        Ok(self.nodes.len() - 1)
    }

    /// The node of the editor for a child, read now if it was not yet. `Child::None` gives an empty node.
    pub(super) fn edited(&mut self, child: Child<'v>) -> Result<usize, StorageError> {
        match child {
            Child::Edited(node) => Ok(node),
            Child::None => Ok(self.place(EditKind::Empty, 0)),
            Child::Old { link, hash } => {
                let entry = self.trie.follow::<C>(link, hash, Access::Recorded)?;
                self.load(entry)
            }
        }
    }

    pub(super) fn place(&mut self, kind: EditKind<'v>, memory_usage: u64) -> usize {
        self.nodes.push(EditNode {
            kind,
            memory_usage,
            origin: None,
        });
        self.nodes.len() - 1
    }

    /// Gives a node a new content.
    pub(super) fn put(&mut self, node: usize, kind: EditKind<'v>, memory_usage: u64) {
        self.put_back(node, kind, memory_usage);
        self.nodes[node].origin = None;
    }

    /// Gives a node the content that was taken from it, with children that may have been edited.
    fn put_back(&mut self, node: usize, kind: EditKind<'v>, memory_usage: u64) {
        let node = &mut self.nodes[node];
        node.kind = kind;
        node.memory_usage = memory_usage;
    }

    /// Takes a node's content, leaving it empty: its number and cost below go with it.
    pub(super) fn take(&mut self, node: usize) -> (EditKind<'v>, u64, u64) {
        let node = &mut self.nodes[node];
        let below = node.cost_below();
        (
            core::mem::replace(&mut node.kind, EditKind::Empty),
            core::mem::take(&mut node.memory_usage),
            below,
        )
    }

    fn insert_step(&mut self, node: usize, rest: Nibbles<'v>, value: &'v [u8]) -> Result<Step, StorageError> {
        match self.nodes[node].kind {
            EditKind::Empty => {
                let kind = EditKind::Leaf {
                    extension: Extension::Part(rest),
                    value: Value::New(value),
                };
                let cost = kind.own_cost();
                self.put(node, kind, cost);
                Ok(Step::Done)
            }
            EditKind::Branch { .. } => self.insert_at_branch(node, rest, value),
            EditKind::Leaf { .. } => self.insert_at_leaf(node, rest, value),
            EditKind::Extension { .. } => self.insert_at_extension(node, rest),
        }
    }

    fn insert_at_branch(&mut self, node: usize, rest: Nibbles<'v>, new: &'v [u8]) -> Result<Step, StorageError> {
        let below = self.nodes[node].cost_below();
        let Some(nibble) = rest.first() else {
            let EditNode {
                kind,
                memory_usage,
                origin,
            } = &mut self.nodes[node];
            if let EditKind::Branch { value, .. } = kind {
                *value = Some(Value::New(new));
            }
            *memory_usage = add(below, kind.own_cost())?;
            *origin = None;
            return Ok(Step::Done);
        };
        let child = self.descend_branch(node, nibble, below)?;
        Ok(Step::Descend(child, 1))
    }

    /// Makes the child at `nibble` editable and takes its number out of the branch's.
    fn descend_branch(&mut self, node: usize, nibble: u8, below: u64) -> Result<usize, StorageError> {
        let slot = usize::from(nibble);
        let old = match &self.nodes[node].kind {
            EditKind::Branch { children, .. } => children[slot],
            _ => Child::None,
        };
        let child = self.edited(old)?;
        let child_usage = self.nodes[child].memory_usage;
        let EditNode {
            kind,
            memory_usage,
            origin,
        } = &mut self.nodes[node];
        if let EditKind::Branch { children, .. } = kind {
            children[slot] = Child::Edited(child);
        }
        if !old.is_some() {
            *origin = None;
        }
        *memory_usage = below.saturating_add(kind.own_cost()).saturating_sub(child_usage);
        Ok(child)
    }

    fn insert_at_leaf(&mut self, node: usize, rest: Nibbles<'v>, new: &'v [u8]) -> Result<Step, StorageError> {
        let (EditKind::Leaf { extension, value }, ..) = self.take(node) else {
            return Ok(Step::NotFound);
        };
        let existing_len = extension.nibbles().len();
        let common = rest.common_prefix_len(&extension.nibbles());
        if common == existing_len && common == rest.len() {
            let kind = EditKind::Leaf {
                extension,
                value: Value::New(new),
            };
            let cost = kind.own_cost();
            self.put(node, kind, cost);
            return Ok(Step::Done);
        }
        if common > 0 {
            // A shared beginning becomes an extension, the leaf moves below it.
            let leaf = EditKind::Leaf {
                extension: extension.skip(common),
                value,
            };
            let leaf_cost = leaf.own_cost();
            let leaf = self.place(leaf, leaf_cost);
            let kind = EditKind::Extension {
                extension: Extension::Part(rest.take(common)),
                child: Child::Edited(leaf),
            };
            let cost = kind.own_cost();
            self.put(node, kind, cost);
            return Ok(Step::Descend(leaf, common));
        }
        // The leaf becomes a branch with one child, or with a value if it had no extension.
        let mut children = Box::new([Child::None; 16]);
        let mut below = 0;
        let mut branch_value = None;
        match extension.nibbles().first() {
            None => branch_value = Some(value),
            Some(nibble) => {
                let leaf = EditKind::Leaf {
                    extension: extension.skip(1),
                    value,
                };
                below = leaf.own_cost();
                children[usize::from(nibble)] = Child::Edited(self.place(leaf, below));
            }
        }
        let kind = EditKind::Branch {
            children,
            value: branch_value,
        };
        let usage = add(kind.own_cost(), below)?;
        self.put(node, kind, usage);
        Ok(Step::Again)
    }

    fn insert_at_extension(&mut self, node: usize, rest: Nibbles<'v>) -> Result<Step, StorageError> {
        let (EditKind::Extension { extension, child }, _, below) = self.take(node) else {
            return Ok(Step::NotFound);
        };
        let existing = extension.nibbles();
        let existing_len = existing.len();
        let common = rest.common_prefix_len(&existing);
        if common == existing_len {
            let child = self.edited(child)?;
            let kind = EditKind::Extension {
                extension,
                child: Child::Edited(child),
            };
            let cost = kind.own_cost();
            self.put_back(node, kind, cost);
            return Ok(Step::Descend(child, common));
        }
        if common > 0 {
            // The rest of the extension moves below a shorter one; the next step makes a branch of it.
            let inner = EditKind::Extension {
                extension: extension.skip(common),
                child,
            };
            let inner_usage = add(below, inner.own_cost())?;
            let inner = self.place(inner, inner_usage);
            let kind = EditKind::Extension {
                extension: extension.take(common),
                child: Child::Edited(inner),
            };
            let cost = kind.own_cost();
            self.put(node, kind, cost);
            return Ok(Step::Descend(inner, common));
        }
        // Nothing in common: the extension becomes a branch with one child.
        let first = usize::from(existing.at(0));
        let (child, child_usage) = if existing_len == 1 {
            (child, below)
        } else {
            let inner = EditKind::Extension {
                extension: extension.skip(1),
                child,
            };
            let usage = add(below, inner.own_cost())?;
            (Child::Edited(self.place(inner, usage)), usage)
        };
        let mut children = Box::new([Child::None; 16]);
        children[first] = child;
        let kind = EditKind::Branch { children, value: None };
        let usage = add(kind.own_cost(), child_usage)?;
        self.put(node, kind, usage);
        Ok(Step::Again)
    }

    fn remove_step(&mut self, node: usize, rest: Nibbles<'_>) -> Result<Step, StorageError> {
        let below = self.nodes[node].cost_below();
        match &mut self.nodes[node].kind {
            EditKind::Empty => Ok(Step::NotFound),
            EditKind::Leaf { extension, .. } => {
                if extension.nibbles() != rest {
                    return Ok(Step::NotFound);
                }
                self.put(node, EditKind::Empty, 0);
                Ok(Step::Done)
            }
            EditKind::Branch { children, value } => match rest.first() {
                Some(nibble) if children[usize::from(nibble)].is_some() => {
                    let child = self.descend_branch(node, nibble, below)?;
                    Ok(Step::Descend(child, 1))
                }
                Some(_) => Ok(Step::NotFound),
                None if value.is_none() => Ok(Step::NotFound),
                None => {
                    *value = None;
                    let node = &mut self.nodes[node];
                    node.origin = None;
                    node.memory_usage = below.saturating_add(node.kind.own_cost());
                    Ok(Step::Done)
                }
            },
            EditKind::Extension { extension, child } => {
                let len = extension.nibbles().len();
                if !rest.starts_with(&extension.nibbles()) {
                    return Ok(Step::NotFound);
                }
                let child = *child;
                let child = self.edited(child)?;
                let child_usage = self.nodes[child].memory_usage;
                let node = &mut self.nodes[node];
                if let EditKind::Extension { child: slot, .. } = &mut node.kind {
                    *slot = Child::Edited(child);
                }
                node.memory_usage = below.saturating_add(node.kind.own_cost()).saturating_sub(child_usage);
                Ok(Step::Descend(child, len))
            }
        }
    }

    /// Restores the canonical shape of a node below which something was removed.
    pub(super) fn squash(&mut self, node: usize) -> Result<(), StorageError> {
        let (kind, usage, _) = self.take(node);
        match kind {
            EditKind::Empty => Ok(()),
            EditKind::Extension { extension, child } => self.extend_child(node, extension, child),
            EditKind::Leaf { .. } => {
                self.put_back(node, kind, usage);
                Ok(())
            }
            EditKind::Branch { mut children, value } => {
                let mut lost_child = false;
                for child in children.iter_mut() {
                    if let Child::Edited(edited) = *child
                        && matches!(self.nodes[edited].kind, EditKind::Empty)
                    {
                        *child = Child::None;
                        lost_child = true;
                    }
                }
                let mut present = children.iter().enumerate().filter(|(_, child)| child.is_some());
                let (first, second) = (present.next(), present.next());
                match (first, second, value) {
                    (None, _, None) => {}
                    (None, _, Some(value)) => {
                        let leaf = EditKind::Leaf {
                            extension: Extension::Part(Nibbles::new(&[])),
                            value,
                        };
                        let cost = leaf.own_cost();
                        self.put(node, leaf, cost);
                    }
                    (Some((nibble, &child)), None, None) => {
                        let extension = Extension::Encoded(&SINGLE_NIBBLES[nibble]);
                        self.extend_child(node, extension, child)?;
                    }
                    _ if lost_child => self.put(node, EditKind::Branch { children, value }, usage),
                    _ => self.put_back(node, EditKind::Branch { children, value }, usage),
                }
                Ok(())
            }
        }
    }

    /// Puts an extension above `child` into `node`, joined with the child if that is a leaf or an extension.
    fn extend_child(&mut self, node: usize, extension: Extension<'v>, child: Child<'v>) -> Result<(), StorageError> {
        let child = self.edited(child)?;
        let child_usage = self.nodes[child].memory_usage;
        if let EditKind::Branch { .. } = self.nodes[child].kind {
            let kind = EditKind::Extension {
                extension,
                child: Child::Edited(child),
            };
            let usage = add(child_usage, kind.own_cost())?;
            self.put(node, kind, usage);
            return Ok(());
        }
        let (kind, _, below) = self.take(child);
        match kind {
            EditKind::Leaf { extension: tail, value } => {
                let extension = Extension::join(extension.nibbles(), tail.nibbles());
                let kind = EditKind::Leaf { extension, value };
                let cost = kind.own_cost();
                self.put(node, kind, cost);
            }
            EditKind::Extension { extension: tail, child } => {
                let extension = Extension::join(extension.nibbles(), tail.nibbles());
                let kind = EditKind::Extension { extension, child };
                let usage = add(kind.own_cost(), below)?;
                self.put(node, kind, usage);
            }
            EditKind::Empty | EditKind::Branch { .. } => self.put(node, EditKind::Empty, 0),
        }
        Ok(())
    }
}

/// The encoded extensions of one nibble.
static SINGLE_NIBBLES: [[u8; 1]; 16] = {
    let mut encoded = [[0x10]; 16];
    let mut nibble = 0;
    while nibble < 16 {
        encoded[nibble] = [0x10 | nibble as u8];
        nibble += 1;
    }
    encoded
};

/// nearcore's plain `+` on memory usages, which aborts on overflow.
pub(super) fn add(left: u64, right: u64) -> Result<u64, StorageError> {
    left.checked_add(right)
        .ok_or(StorageError::MemoryUsageOverflow("a sum exceeds 64 bits"))
}
