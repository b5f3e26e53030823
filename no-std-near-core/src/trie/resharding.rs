//! What remains of a trie for one child when its shard is split at an account.
//!
//! Mirrors `core/store/src/trie/ops/resharding.rs` (spec §A.6.2); differs in: subtrees that stay or go as a whole are not loaded for
//! editing, and a missing node is an error where nearcore panics.

use super::edit::{ROOT, TrieEditor};
use super::edit_node::{Child, EditKind, add};
use super::partial::{Access, PartialTrie};
use super::{Nibbles, StorageError};
use crate::crypto::Crypto;
use crate::state::keys::column;
use crate::types::account_id::AccountId;
use crate::types::hash::CryptoHash;
use alloc::vec::Vec;
use core::ops::Range;

/// Which child of a split shard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RetainMode {
    /// Accounts before the boundary account, and the outgoing buffers.
    Left,
    /// The boundary account and those after it.
    Right,
}

/// What becomes of the keys below a node.
enum Decision {
    RetainAll,
    DiscardAll,
    Descend,
}

/// Keys to keep, as ranges of nibbles.
type Intervals = Vec<Range<Vec<u8>>>;

/// Root of a child's state after its shard was split at `boundary_account`, which belongs to the right child.
///
/// # Errors
/// A node that the split needs is missing or cannot be decoded, or a memory usage overflows.
pub fn retain_split_shard<C: Crypto>(
    trie: &mut PartialTrie<'_>,
    boundary_account: &AccountId,
    mode: RetainMode,
) -> Result<CryptoHash, StorageError> {
    let mut editor = TrieEditor::<C>::new(trie)?;
    editor.retain(ROOT, &mut Vec::new(), &intervals(boundary_account, mode))?;
    editor.finish()
}

fn intervals(boundary_account: &AccountId, mode: RetainMode) -> Intervals {
    let boundary = |column: u8| [&[column], boundary_account.as_bytes()].concat();
    let split = column::WITH_ACCOUNT_ID.iter().map(|&column| match mode {
        RetainMode::Left => [column].to_vec()..boundary(column),
        RetainMode::Right => boundary(column)..[column + 1].to_vec(),
    });
    let left_only: &[u8] = match mode {
        RetainMode::Left => &column::LEFT_CHILD_ONLY,
        RetainMode::Right => &[],
    };
    let whole = column::COPIED_TO_BOTH_CHILDREN.iter().chain(left_only);
    let whole = whole.map(|&column| [column].to_vec()..[column + 1].to_vec());
    let unpack = |bytes: &[u8]| Nibbles::new(bytes).iter().collect();
    split
        .chain(whole)
        .map(|interval| unpack(&interval.start)..unpack(&interval.end))
        .collect()
}

fn decide(path: &[u8], intervals: &Intervals) -> Decision {
    let mut decision = Decision::DiscardAll;
    for interval in intervals {
        if interval.start.starts_with(path) || interval.end.starts_with(path) {
            // A border lies below: some keys may be inside, others outside.
            decision = Decision::Descend;
        } else if contains(interval, path) {
            return Decision::RetainAll;
        }
    }
    decision
}

fn contains(interval: &Range<Vec<u8>>, path: &[u8]) -> bool {
    *interval.start <= *path && *path < *interval.end
}

fn is_retained(path: &[u8], intervals: &Intervals) -> bool {
    intervals.iter().any(|interval| contains(interval, path))
}

impl<'a: 'v, 'v, C: Crypto> TrieEditor<'_, 'a, 'v, C> {
    /// Drops the keys outside the intervals from the subtree of `node`, whose way from the root is `path`.
    ///
    /// Goes deeper only along the borders of the intervals, so no deeper than a boundary account is long.
    fn retain(&mut self, node: usize, path: &mut Vec<u8>, intervals: &Intervals) -> Result<(), StorageError> {
        match decide(path, intervals) {
            Decision::RetainAll => return Ok(()),
            Decision::DiscardAll => {
                self.put(node, EditKind::Empty, 0);
                return Ok(());
            }
            Decision::Descend => {}
        }
        let (kind, usage, _) = self.take(node);
        let above = path.len();
        match kind {
            EditKind::Empty => return Ok(()),
            EditKind::Leaf { extension, value } => {
                path.extend(extension.nibbles().iter());
                if is_retained(path, intervals) {
                    self.put(node, EditKind::Leaf { extension, value }, usage);
                }
                path.truncate(above);
                return Ok(());
            }
            EditKind::Branch { mut children, value } => {
                let value = value.filter(|_| is_retained(path, intervals));
                let mut below = 0;
                for nibble in 0..16 {
                    path.push(nibble);
                    let (child, child_usage) = self.retain_child(children.get(nibble), path, intervals)?;
                    children.set(nibble, child);
                    below = add(below, child_usage)?;
                    path.truncate(above);
                }
                let kind = EditKind::Branch { children, value };
                let usage = add(below, kind.own_cost())?;
                self.put(node, kind, usage);
            }
            EditKind::Extension { extension, child } => {
                let child = self.edited(child)?;
                path.extend(extension.nibbles().iter());
                self.retain(child, path, intervals)?;
                path.truncate(above);
                let kind = EditKind::Extension {
                    extension,
                    child: Child::Edited(child),
                };
                let usage = add(kind.own_cost(), self.nodes[child].memory_usage)?;
                self.put(node, kind, usage);
            }
        }
        self.squash(node)
    }

    /// Treats one child of a branch: what remains of it, and the memory usage of that.
    fn retain_child(
        &mut self,
        child: Child<'v>,
        path: &mut Vec<u8>,
        intervals: &Intervals,
    ) -> Result<(Child<'v>, u64), StorageError> {
        match (child, decide(path, intervals)) {
            (Child::None, _) | (_, Decision::DiscardAll) => Ok((Child::None, 0)),
            (Child::Old { link, hash }, Decision::RetainAll) => {
                let entry = self.trie.follow::<C>(link, hash, Access::Recorded)?;
                Ok((child, self.trie.node(entry)?.memory_usage))
            }
            _ => {
                let edited = self.edited(child)?;
                self.retain(edited, path, intervals)?;
                let remaining = &self.nodes[edited];
                let is_empty = matches!(remaining.kind, EditKind::Empty);
                let child = if is_empty { Child::None } else { Child::Edited(edited) };
                Ok((child, remaining.memory_usage))
            }
        }
    }
}
