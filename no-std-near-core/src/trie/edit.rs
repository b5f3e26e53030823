//! Insertions: the trie as a tree of nodes that can be changed.
//!
//! Mirrors `core/store/src/trie/ops/insert_delete.rs` and `trie_storage_update.rs` (spec §B.12); differs in: nodes change in place;
//! extensions are views of the old nodes and the new keys and are only copied when two are joined. Removals are in
//! `remove`, what nodes are made of in `edit_node`.
//!
//! Memory usage is not computed from the tree but carried along: each step changes the stored numbers exactly as nearcore does, with
//! saturating arithmetic where nearcore has it, since the numbers below unread siblings are opaque. On the way down a node's number
//! is reduced by that of the child that is about to change; on the way up the child's new number is added.

use super::StorageError;
use super::edit_node::{BranchChildren, Child, EditKind, EditNode, Extension, Value, add};
use super::nibbles::Nibbles;
use super::node::{Node, NodeKind};
use super::partial::{Access, PartialTrie};
use crate::crypto::Crypto;
use alloc::boxed::Box;
use alloc::vec::Vec;
use core::marker::PhantomData;

/// Where an insertion or removal stands after one node.
pub(super) enum Step {
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
    pub(super) path: Vec<usize>,
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

    /// Makes a node of the editor out of an entry.
    pub(super) fn load(&mut self, entry: u32) -> Result<usize, StorageError> {
        let Node { kind, memory_usage } = self.trie.node(entry)?;
        let kind = match kind {
            NodeKind::Leaf { extension, value } => EditKind::Leaf {
                extension: Extension::Encoded(extension),
                value: Value::Old(value),
            },
            NodeKind::Extension { extension, child } => EditKind::Extension {
                extension: Extension::Encoded(extension),
                child: Child::Old {
                    link: self.trie.link(entry, 0),
                    hash: child,
                },
            },
            NodeKind::Branch { children, value } => {
                // The value's link comes first.
                let mut links = self.trie.links_of(entry);
                links.start = links.end.min(links.start + u32::from(value.is_some()));
                EditKind::Branch {
                    children: Box::new(BranchChildren::read(children, links)),
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
    pub(super) fn put_back(&mut self, node: usize, kind: EditKind<'v>, memory_usage: u64) {
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

    /// Gives the leaf another value, if it is that of the key: the usual change, made in place.
    fn replace_value(&mut self, node: usize, rest: Nibbles<'v>, new: &'v [u8]) -> bool {
        let node = &mut self.nodes[node];
        let EditKind::Leaf { extension, value } = &mut node.kind else {
            return false;
        };
        if extension.nibbles() != rest {
            return false;
        }
        *value = Value::New(new);
        node.memory_usage = node.kind.own_cost();
        node.origin = None;
        true
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
    pub(super) fn descend_branch(&mut self, node: usize, nibble: u8, below: u64) -> Result<usize, StorageError> {
        let old = match &self.nodes[node].kind {
            EditKind::Branch { children, .. } => children.get(nibble),
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
            children.set(nibble, Child::Edited(child));
        }
        if !old.is_some() {
            *origin = None;
        }
        *memory_usage = below.saturating_add(kind.own_cost()).saturating_sub(child_usage);
        Ok(child)
    }

    fn insert_at_leaf(&mut self, node: usize, rest: Nibbles<'v>, new: &'v [u8]) -> Result<Step, StorageError> {
        if self.replace_value(node, rest, new) {
            return Ok(Step::Done);
        }
        let (EditKind::Leaf { extension, value }, ..) = self.take(node) else {
            return Ok(Step::NotFound);
        };
        let common = rest.common_prefix_len(&extension.nibbles());
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
        let mut children = Box::<BranchChildren<'_>>::default();
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
                children.set(nibble, Child::Edited(self.place(leaf, below)));
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
        let first = existing.at(0);
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
        let mut children = Box::<BranchChildren<'_>>::default();
        children.set(first, child);
        let kind = EditKind::Branch { children, value: None };
        let usage = add(kind.own_cost(), child_usage)?;
        self.put(node, kind, usage);
        Ok(Step::Again)
    }
}
