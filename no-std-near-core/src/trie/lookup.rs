//! Reading the trie: the value of a key, and the keys that begin with a prefix.
//!
//! Mirrors `lookup_from_state_column` of `core/store/src/trie/mod.rs` and, for prefixes, `core/store/src/trie/ops/iter.rs`; differs in:
//! a prefix is read in one go, because every caller consumes the whole iteration.

use super::StorageError;
use super::nibbles::Nibbles;
use super::node::{NodeKind, ValueRef, plain_branch};
use super::partial::{Access, PartialTrie};
use crate::crypto::Crypto;
use crate::types::hash::CryptoHash;
use alloc::vec::Vec;

/// A key and its value.
pub type KeyAndValue<'a> = (Vec<u8>, &'a [u8]);

/// Where a value is: its length and hash are known, its bytes have not been read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ValueHandle<'a> {
    link: u32,
    reference: ValueRef<'a>,
}

impl ValueHandle<'_> {
    /// Length of the value in bytes, as its node states it.
    pub const fn len_bytes(&self) -> u32 {
        self.reference.length_bytes
    }

    /// SHA-256 of the value.
    pub const fn hash(&self) -> CryptoHash {
        CryptoHash(*self.reference.hash)
    }
}

impl<'a> PartialTrie<'a> {
    /// Finds the value of `key`; `None` if the trie proves that there is none. Every node on the way is accessed, the value is not.
    ///
    /// # Errors
    /// A node on the way is missing or cannot be decoded.
    pub fn lookup<C: Crypto>(&mut self, key: &[u8], access: Access) -> Result<Option<ValueHandle<'a>>, StorageError> {
        let Some(mut entry) = self.enter_root::<C>(access)? else {
            return Ok(None);
        };
        let mut rest = Nibbles::new(key);
        loop {
            if let Some(children) = plain_branch(self.bytes_at(entry)) {
                let Some((ordinal, child)) = rest.first().and_then(|nibble| children.get(nibble)) else {
                    return Ok(None);
                };
                rest = rest.skip(1);
                entry = self.follow::<C>(self.link(entry, ordinal), child, access)?;
                continue;
            }
            let (ordinal, child) = match self.node(entry)?.kind {
                NodeKind::Leaf { extension, value } => {
                    let found = Nibbles::from_encoded(extension) == Some(rest);
                    return Ok(found.then(|| self.handle(entry, value)));
                }
                NodeKind::Extension { extension, child } => {
                    let Some(rest_below) = strip(rest, extension) else {
                        return Ok(None);
                    };
                    rest = rest_below;
                    (0, child)
                }
                NodeKind::Branch { children, value } => {
                    let Some(nibble) = rest.first() else {
                        return Ok(value.map(|value| self.handle(entry, value)));
                    };
                    let Some((ordinal, child)) = children.get(nibble) else {
                        return Ok(None);
                    };
                    rest = rest.skip(1);
                    (ordinal + usize::from(value.is_some()), child)
                }
            };
            entry = self.follow::<C>(self.link(entry, ordinal), child, access)?;
        }
    }

    /// The bytes of a value that a lookup found.
    ///
    /// # Errors
    /// The value was not recorded.
    pub fn value<C: Crypto>(&mut self, handle: &ValueHandle<'a>, access: Access) -> Result<&'a [u8], StorageError> {
        let entry = self.follow::<C>(handle.link, handle.reference.hash, access)?;
        Ok(self.bytes_at(entry))
    }

    /// Finds and reads the value of `key`.
    ///
    /// # Errors
    /// A node on the way or the value is missing, or a node cannot be decoded.
    pub fn get<C: Crypto>(&mut self, key: &[u8], access: Access) -> Result<Option<&'a [u8]>, StorageError> {
        match self.lookup::<C>(key, access)? {
            Some(handle) => self.value::<C>(&handle, access).map(Some),
            None => Ok(None),
        }
    }

    /// All keys that begin with `prefix`, ascending, with their values. Accesses the nodes on the way to the prefix, every node below
    /// it, and every value below it.
    ///
    /// # Errors
    /// One of these is missing or cannot be decoded, or a key has an odd number of nibbles.
    pub fn entries_with_prefix<C: Crypto>(
        &mut self,
        prefix: &[u8],
        access: Access,
    ) -> Result<Vec<KeyAndValue<'a>>, StorageError> {
        let Some(top) = self.enter_prefix::<C>(prefix, access)? else {
            return Ok(Vec::new());
        };
        let mut found = Vec::new();
        let mut pending = alloc::vec![top];
        while let Some(Visit { entry, path }) = pending.pop() {
            match self.node(entry)?.kind {
                NodeKind::Leaf { extension, value } => {
                    let path = extended(path, extension);
                    found.push((pack(&path)?, self.value::<C>(&self.handle(entry, value), access)?));
                }
                NodeKind::Extension { extension, child } => {
                    let path = extended(path, extension);
                    let entry = self.follow::<C>(self.link(entry, 0), child, access)?;
                    pending.push(Visit { entry, path });
                }
                NodeKind::Branch { children, value } => {
                    if let Some(value) = value {
                        found.push((pack(&path)?, self.value::<C>(&self.handle(entry, value), access)?));
                    }
                    let below = pending.len();
                    let first_child = usize::from(value.is_some());
                    for (ordinal, (nibble, child)) in children.iter().enumerate() {
                        let child_entry = self.follow::<C>(self.link(entry, first_child + ordinal), child, access)?;
                        let mut path = path.clone();
                        path.push(nibble);
                        pending.push(Visit {
                            entry: child_entry,
                            path,
                        });
                    }
                    pending[below..].reverse();
                }
            }
        }
        Ok(found)
    }

    /// Walks to the highest node below which all keys begin with `prefix` (and no others do).
    fn enter_prefix<C: Crypto>(&mut self, prefix: &[u8], access: Access) -> Result<Option<Visit>, StorageError> {
        let Some(mut entry) = self.enter_root::<C>(access)? else {
            return Ok(None);
        };
        let mut rest = Nibbles::new(prefix);
        loop {
            let path = || {
                Nibbles::new(prefix)
                    .take(2 * prefix.len() - rest.len())
                    .iter()
                    .collect()
            };
            let (ordinal, child) = match self.node(entry)?.kind {
                NodeKind::Leaf { extension, .. } => {
                    let below = Nibbles::from_encoded(extension).is_some_and(|nibbles| nibbles.starts_with(&rest));
                    return Ok(below.then(|| Visit { entry, path: path() }));
                }
                NodeKind::Extension { extension, child } => {
                    let Some(rest_below) = strip(rest, extension) else {
                        let below = Nibbles::from_encoded(extension).is_some_and(|nibbles| nibbles.starts_with(&rest));
                        return Ok(below.then(|| Visit { entry, path: path() }));
                    };
                    rest = rest_below;
                    (0, child)
                }
                NodeKind::Branch { children, value } => {
                    let Some(nibble) = rest.first() else {
                        return Ok(Some(Visit { entry, path: path() }));
                    };
                    let Some((ordinal, child)) = children.get(nibble) else {
                        return Ok(None);
                    };
                    rest = rest.skip(1);
                    (ordinal + usize::from(value.is_some()), child)
                }
            };
            entry = self.follow::<C>(self.link(entry, ordinal), child, access)?;
        }
    }

    fn handle(&self, entry: u32, reference: ValueRef<'a>) -> ValueHandle<'a> {
        // A value is the first reference of the node that has it.
        ValueHandle {
            link: self.link(entry, 0),
            reference,
        }
    }
}

/// A node still to be read, and the nibbles of the way to it.
struct Visit {
    entry: u32,
    path: Vec<u8>,
}

/// What remains of `key` below an extension, if the key goes there.
fn strip<'k>(key: Nibbles<'k>, extension: &[u8]) -> Option<Nibbles<'k>> {
    let extension = Nibbles::from_encoded(extension)?;
    key.starts_with(&extension).then(|| key.skip(extension.len()))
}

fn extended(mut path: Vec<u8>, extension: &[u8]) -> Vec<u8> {
    path.extend(Nibbles::from_encoded(extension).into_iter().flat_map(Nibbles::iter));
    path
}

fn pack(nibbles: &[u8]) -> Result<Vec<u8>, StorageError> {
    let (pairs, rest) = nibbles.as_chunks::<2>();
    if !rest.is_empty() {
        return Err(StorageError::inconsistent(
            "a key in the trie has an odd number of nibbles",
        ));
    }
    Ok(pairs.iter().map(|[high, low]| high << 4 | low).collect())
}
