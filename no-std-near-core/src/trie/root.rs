//! The root after the changes: every changed node is written and hashed once, from the bottom up.
//!
//! Mirrors `flatten_nodes` of `core/store/src/trie/trie_storage_update.rs`; differs in: a node that came out as it went in keeps its
//! hash, which is found by comparing bytes.

use super::StorageError;
use super::edit::{Child, EditKind, EditNode, Extension, ROOT, TrieEditor, Value};
use super::node::{HASH_LEN, TAG_BRANCH, TAG_BRANCH_WITH_VALUE, TAG_EXTENSION, TAG_LEAF};
use crate::crypto::Crypto;
use crate::types::hash::CryptoHash;
use alloc::vec::Vec;

impl<'a: 'v, 'v, C: Crypto> TrieEditor<'_, 'a, 'v, C> {
    /// The root of the changed trie: 32 zero bytes if nothing is left.
    ///
    /// # Errors
    /// A value is longer than 2^32 - 1 bytes.
    pub fn finish(self) -> Result<CryptoHash, StorageError> {
        let mut hashes: Vec<Option<[u8; HASH_LEN]>> = alloc::vec![None; self.nodes.len()];
        let mut pending = alloc::vec![ROOT];
        let mut bytes = Vec::new();
        while let Some(&top) = pending.last() {
            let below = pending.len();
            self.for_each_edited_child(top, |child| {
                if hashes[child].is_none() {
                    pending.push(child);
                }
            });
            if pending.len() > below {
                continue;
            }
            pending.pop();
            if hashes[top].is_none() {
                hashes[top] = Some(self.hash_node(top, &hashes, &mut bytes)?);
            }
        }
        Ok(CryptoHash(hashes[ROOT].unwrap_or_default()))
    }

    fn for_each_edited_child(&self, node: usize, mut visit: impl FnMut(usize)) {
        let mut visit_child = |child: &Child<'_>| {
            if let Child::Edited(child) = *child {
                visit(child);
            }
        };
        match &self.nodes[node].kind {
            EditKind::Empty | EditKind::Leaf { .. } => {}
            EditKind::Extension { child, .. } => visit_child(child),
            EditKind::Branch { children, .. } => children.iter().for_each(visit_child),
        }
    }

    /// Hash of a node below which all hashes are known; zeros for an empty one.
    fn hash_node(
        &self,
        node: usize,
        hashes: &[Option<[u8; HASH_LEN]>],
        bytes: &mut Vec<u8>,
    ) -> Result<[u8; HASH_LEN], StorageError> {
        let EditNode {
            kind,
            memory_usage,
            origin,
        } = &self.nodes[node];
        let hash_of = |child: &Child<'v>| match *child {
            Child::Old { hash, .. } => *hash,
            Child::Edited(child) => hashes[child].unwrap_or_default(),
            Child::None => [0; HASH_LEN],
        };
        bytes.clear();
        match kind {
            EditKind::Empty => return Ok([0; HASH_LEN]),
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
                let mask = children
                    .iter()
                    .enumerate()
                    .fold(0u16, |mask, (i, child)| mask | u16::from(child.is_some()) << i);
                bytes.extend_from_slice(&mask.to_le_bytes());
                for child in children.iter().filter(|child| child.is_some()) {
                    bytes.extend_from_slice(&hash_of(child));
                }
            }
        }
        bytes.extend_from_slice(&memory_usage.to_le_bytes());
        match *origin {
            Some(entry) if self.trie.bytes_at(entry) == bytes.as_slice() => Ok(*self.trie.hash_at(entry)),
            _ => Ok(C::sha256(bytes).0),
        }
    }
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
