//! Removals, and the canonical shape afterwards.
//!
//! Mirrors `generic_delete` of `core/store/src/trie/ops/insert_delete.rs`, and `ops/squash.rs` (spec §B.12); differs as
//! [`edit`](super::edit) does.

use super::StorageError;
use super::edit::{ROOT, Step, TrieEditor};
use super::edit_node::{Child, EditKind, Extension, add};
use super::nibbles::Nibbles;
use crate::crypto::Crypto;
use alloc::vec::Vec;

impl<'a: 'v, 'v, C: Crypto> TrieEditor<'_, 'a, 'v, C> {
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
                Some(nibble) if children.get(nibble).is_some() => {
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
                let removed = |node: usize| matches!(self.nodes[node].kind, EditKind::Empty);
                let lost: Vec<u8> = children
                    .edited()
                    .filter(|(_, child)| removed(*child))
                    .map(|(nibble, _)| nibble)
                    .collect();
                lost.iter().for_each(|nibble| children.set(*nibble, Child::None));
                match (children.count(), children.first(), value) {
                    (0, _, None) => {}
                    (0, _, Some(value)) => {
                        let extension = Extension::Part(Nibbles::new(&[]));
                        let leaf = EditKind::Leaf { extension, value };
                        let cost = leaf.own_cost();
                        self.put(node, leaf, cost);
                    }
                    (1, Some(nibble), None) => {
                        let extension = Extension::Encoded(&SINGLE_NIBBLES[usize::from(nibble)]);
                        self.extend_child(node, extension, children.get(nibble))?;
                    }
                    _ if lost.is_empty() => self.put_back(node, EditKind::Branch { children, value }, usage),
                    _ => self.put(node, EditKind::Branch { children, value }, usage),
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
