//! The root after the changes: every changed node is written and hashed once, from the bottom up.
//!
//! Mirrors `flatten_nodes` of `core/store/src/trie/trie_storage_update.rs`; differs in: a node that came out as it went in keeps its
//! hash, and one of which only children changed is its old bytes with some hashes replaced.

use super::StorageError;
use super::edit::{ROOT, TrieEditor};
use super::edit_node::{Child, EditKind, EditNode, Extension, Value};
use super::node::{HASH_LEN, TAG_BRANCH, TAG_BRANCH_WITH_VALUE, TAG_EXTENSION, TAG_LEAF};
use crate::crypto::Crypto;
use crate::types::hash::CryptoHash;
use alloc::vec::Vec;

/// Length of a value's length and hash in a node.
const VALUE_REF_LEN: usize = 4 + HASH_LEN;
/// Length of the memory usage at the end of a node.
const MEMORY_USAGE_LEN: usize = 8;

/// What became of a node.
#[derive(Clone, Copy, Debug)]
struct Finished {
    hash: [u8; HASH_LEN],
    /// Whether the node, and with it all below, is what it was.
    is_unchanged: bool,
}

/// A node that nothing hangs from yet; an empty one has this hash.
const EMPTY: Finished = Finished {
    hash: [0; HASH_LEN],
    is_unchanged: false,
};

impl<'a: 'v, 'v, C: Crypto> TrieEditor<'_, 'a, 'v, C> {
    /// The root of the changed trie: 32 zero bytes if nothing is left.
    ///
    /// # Errors
    /// A value is longer than 2^32 - 1 bytes.
    pub fn finish(self) -> Result<CryptoHash, StorageError> {
        let mut finished = alloc::vec![EMPTY; self.nodes.len()];
        // Each node is met twice: before the nodes below it, and after them.
        let mut pending = alloc::vec![(ROOT, false)];
        let mut bytes = Vec::new();
        while let Some((node, is_below_done)) = pending.pop() {
            if is_below_done {
                finished[node] = self.finish_node(node, &finished, &mut bytes)?;
                continue;
            }
            pending.push((node, true));
            match &self.nodes[node].kind {
                EditKind::Empty | EditKind::Leaf { .. } => {}
                EditKind::Extension { child, .. } => pending.extend(child.edited().map(|child| (child, false))),
                EditKind::Branch { children, .. } => {
                    pending.extend(children.edited().map(|(_, child)| (child, false)));
                }
            }
        }
        Ok(CryptoHash(finished[ROOT].hash))
    }

    /// Hashes a node below which all nodes are finished.
    fn finish_node(&self, node: usize, finished: &[Finished], bytes: &mut Vec<u8>) -> Result<Finished, StorageError> {
        let EditNode {
            kind,
            memory_usage,
            origin,
        } = &self.nodes[node];
        bytes.clear();
        match (kind, *origin) {
            (EditKind::Empty, _) => return Ok(EMPTY),
            (_, Some(entry)) => {
                if self.patch(entry, kind, *memory_usage, finished, bytes) {
                    let hash = *self.trie.hash_at(entry);
                    return Ok(Finished {
                        hash,
                        is_unchanged: true,
                    });
                }
            }
            (_, None) => {
                write_node::<C>(kind, finished, bytes)?;
                bytes.extend_from_slice(&memory_usage.to_le_bytes());
            }
        }
        Ok(Finished {
            hash: C::sha256(bytes).0,
            is_unchanged: false,
        })
    }

    /// Writes the bytes of a node that differs from an entry at most in its memory usage and its edited children. Says whether it
    /// does not differ at all.
    fn patch(
        &self,
        entry: u32,
        kind: &EditKind<'_>,
        memory_usage: u64,
        finished: &[Finished],
        bytes: &mut Vec<u8>,
    ) -> bool {
        let old = self.trie.bytes_at(entry);
        bytes.extend_from_slice(old);
        let mut is_unchanged = true;
        let mut replace = |at: usize, new: &[u8]| {
            if let Some(place) = bytes.get_mut(at..at + new.len()) {
                place.copy_from_slice(new);
            }
            is_unchanged = false;
        };
        let memory_usage_at = old.len().saturating_sub(MEMORY_USAGE_LEN);
        if old.last_chunk() != Some(&memory_usage.to_le_bytes()) {
            replace(memory_usage_at, &memory_usage.to_le_bytes());
        }
        let changed = |child: usize| Some(finished[child]).filter(|child| !child.is_unchanged);
        match kind {
            EditKind::Empty | EditKind::Leaf { .. } => {}
            EditKind::Extension { child, .. } => {
                if let Some(child) = child.edited().and_then(changed) {
                    replace(memory_usage_at.saturating_sub(HASH_LEN), &child.hash);
                }
            }
            EditKind::Branch { children, value } => {
                let first_at = 1 + 2 + if value.is_some() { VALUE_REF_LEN } else { 0 };
                for (nibble, child) in children.edited() {
                    if let Some(child) = changed(child) {
                        replace(first_at + HASH_LEN * children.ordinal(nibble), &child.hash);
                    }
                }
            }
        }
        is_unchanged
    }
}

/// Writes a node without its memory usage.
fn write_node<C: Crypto>(kind: &EditKind<'_>, finished: &[Finished], bytes: &mut Vec<u8>) -> Result<(), StorageError> {
    let hash_of = |child: &Child<'_>| match *child {
        Child::Old { hash, .. } => *hash,
        Child::Edited(child) => finished[child].hash,
        Child::None => [0; HASH_LEN],
    };
    match kind {
        EditKind::Empty => {}
        EditKind::Leaf { extension, value } => {
            bytes.push(TAG_LEAF);
            write_extension(extension, true, bytes);
            write_value::<C>(value, bytes)?;
        }
        EditKind::Extension { extension, child } => {
            bytes.push(TAG_EXTENSION);
            write_extension(extension, false, bytes);
            bytes.extend_from_slice(&hash_of(child));
        }
        EditKind::Branch { children, value } => {
            match value {
                None => bytes.push(TAG_BRANCH),
                Some(value) => {
                    bytes.push(TAG_BRANCH_WITH_VALUE);
                    write_value::<C>(value, bytes)?;
                }
            }
            bytes.extend_from_slice(&children.mask().to_le_bytes());
            for child in children.iter() {
                bytes.extend_from_slice(&hash_of(&child));
            }
        }
    }
    Ok(())
}

fn write_extension(extension: &Extension<'_>, is_leaf: bool, bytes: &mut Vec<u8>) {
    match extension {
        Extension::Encoded(encoded) => {
            bytes.extend_from_slice(&(encoded.len() as u32).to_le_bytes());
            bytes.extend_from_slice(encoded);
        }
        other => {
            let nibbles = other.nibbles();
            bytes.extend_from_slice(&(nibbles.encoded_len() as u32).to_le_bytes());
            nibbles.encode_into(is_leaf, bytes);
        }
    }
}

fn write_value<C: Crypto>(value: &Value<'_>, bytes: &mut Vec<u8>) -> Result<(), StorageError> {
    let (length, hash) = match value {
        Value::Old(reference) => (reference.length_bytes, *reference.hash),
        Value::New(new) => {
            let length = u32::try_from(new.len()).map_err(|_| StorageError::inconsistent("value longer than 4 GiB"))?;
            (length, C::sha256(new).0)
        }
    };
    bytes.extend_from_slice(&length.to_le_bytes());
    bytes.extend_from_slice(&hash);
    Ok(())
}
