//! The state that a chunk changes: a partial trie under an overlay of pending changes, with keys and values typed.
//!
//! Mirrors `core/store/src/trie/update.rs` and `update/iterator.rs` (nearcore's `TrieUpdate`); differs in: keys are bytes, prefix
//! iterations are read in one go, and reads of the trie are what records (spec §C.10) – reads that the overlay answers are not.
//!
//! | module | what it answers |
//! |---|---|
//! | [`keys`] | under which key a value is |
//! | [`accessors`] | what a value says |
//! | [`queues`] | delayed receipts and outgoing buffers |
//! | [`outgoing_metadata`] | sizes of what is buffered, in groups |

pub mod accessors;
pub mod keys;
pub mod outgoing_metadata;
mod overlay;
pub mod queues;

pub use crate::trie::StorageError;

use crate::crypto::Crypto;
use crate::trie::{Access, PartialTrie, TrieEditor, TrieNodesCount, ValueHandle};
use crate::types::hash::CryptoHash;
use alloc::collections::BTreeSet;
use alloc::vec::Vec;
use core::cell::{Ref, RefCell};
use core::marker::PhantomData;
use overlay::Overlay;

/// A state and the changes to it.
///
/// Changes are *prospective* until [`commit`](Self::commit) or [`rollback`](Self::rollback); only committed ones reach the new root.
/// Every read sees the newest change of a key.
#[derive(Clone, Debug)]
pub struct StateUpdate<'a, C> {
    /// Reads mark what they touch, hence the cell.
    trie: RefCell<PartialTrie<'a>>,
    overlay: Overlay,
    crypto: PhantomData<C>,
}

/// A value that was found but not read: nearcore's `TrieUpdateValuePtr`.
#[derive(Clone, Copy, Debug)]
pub enum ValuePtr<'s, 'a> {
    /// A pending change. Reading it has no side effects.
    Overlay(&'s [u8]),
    /// In the trie. Reading it accesses one more entry.
    Trie(ValueHandle<'a>),
}

impl ValuePtr<'_, '_> {
    /// Length of the value in bytes.
    pub const fn len_bytes(&self) -> u64 {
        match self {
            Self::Overlay(value) => value.len() as u64,
            Self::Trie(handle) => handle.len_bytes() as u64,
        }
    }

    /// SHA-256 of the value.
    pub fn hash<C: Crypto>(&self) -> CryptoHash {
        match self {
            Self::Overlay(value) => C::sha256(value),
            Self::Trie(handle) => handle.hash(),
        }
    }
}

impl<'a, C: Crypto> StateUpdate<'a, C> {
    /// The state as it is in the trie, without changes.
    pub fn new(trie: PartialTrie<'a>) -> Self {
        let seed = table_seed(&trie.root());
        Self {
            trie: RefCell::new(trie),
            overlay: Overlay::new(seed),
            crypto: PhantomData,
        }
    }

    /// Root of the state before the changes.
    pub fn root(&self) -> CryptoHash {
        self.trie.borrow().root()
    }

    /// The trie below the changes.
    pub fn trie(&self) -> Ref<'_, PartialTrie<'a>> {
        self.trie.borrow()
    }

    /// The trie below the changes, to be read with side effects of the caller's choice.
    pub fn trie_mut(&mut self) -> &mut PartialTrie<'a> {
        self.trie.get_mut()
    }

    /// Value of a key; `None` if the state has none. Recorded, unless a change answers.
    ///
    /// # Errors
    /// A node or the value is missing, or a node cannot be decoded.
    pub fn get(&self, key: &[u8]) -> Result<Option<&[u8]>, StorageError> {
        self.get_with(key, Access::Recorded)
    }

    /// [`get`](Self::get) with side effects of the caller's choice.
    ///
    /// # Errors
    /// As for [`get`](Self::get).
    pub fn get_with(&self, key: &[u8], access: Access) -> Result<Option<&[u8]>, StorageError> {
        match self.overlay.get(key) {
            Some(changed) => Ok(changed),
            None => self.trie.borrow_mut().get::<C>(key, access),
        }
    }

    /// Value of a key in the trie below the changes. Recorded.
    ///
    /// # Errors
    /// As for [`get`](Self::get).
    pub fn get_unchanged(&self, key: &[u8]) -> Result<Option<&'a [u8]>, StorageError> {
        self.trie.borrow_mut().get::<C>(key, Access::Recorded)
    }

    /// The newest change of a key, without a look at the trie: `None` if it was not changed, `Some(None)` if it was removed.
    pub fn get_change(&self, key: &[u8]) -> Option<Option<&[u8]>> {
        self.overlay.get(key)
    }

    /// Finds the value of a key without reading it: nodes are accessed, the value is not.
    ///
    /// # Errors
    /// A node is missing or cannot be decoded.
    pub fn find(&self, key: &[u8], access: Access) -> Result<Option<ValuePtr<'_, 'a>>, StorageError> {
        match self.overlay.get(key) {
            Some(changed) => Ok(changed.map(ValuePtr::Overlay)),
            None => Ok(self.trie.borrow_mut().lookup::<C>(key, access)?.map(ValuePtr::Trie)),
        }
    }

    /// Reads a value that was found.
    ///
    /// # Errors
    /// The value was not recorded.
    pub fn read<'s>(&'s self, value: &ValuePtr<'s, 'a>, access: Access) -> Result<&'s [u8], StorageError> {
        match value {
            ValuePtr::Overlay(value) => Ok(value),
            ValuePtr::Trie(handle) => self.trie.borrow_mut().value::<C>(handle, access),
        }
    }

    /// Whether the state has a value for the key. Nodes are recorded, the value is not read.
    ///
    /// # Errors
    /// A node is missing or cannot be decoded.
    pub fn contains_key(&self, key: &[u8]) -> Result<bool, StorageError> {
        Ok(self.find(key, Access::Recorded)?.is_some())
    }

    /// Length in bytes of the value of a key. Nodes are recorded, the value is not read.
    ///
    /// # Errors
    /// A node is missing or cannot be decoded.
    pub fn value_len(&self, key: &[u8]) -> Result<Option<u64>, StorageError> {
        Ok(self.find(key, Access::Recorded)?.map(|value| value.len_bytes()))
    }

    /// SHA-256 of the value of a key. Nodes are recorded, the value is not read.
    ///
    /// # Errors
    /// A node is missing or cannot be decoded.
    pub fn value_hash(&self, key: &[u8]) -> Result<Option<CryptoHash>, StorageError> {
        Ok(self.find(key, Access::Recorded)?.map(|value| value.hash::<C>()))
    }

    /// Gives a key a value, prospectively.
    pub fn set(&mut self, key: &[u8], value: Vec<u8>) {
        self.overlay.change(key, Some(value));
    }

    /// Removes a key, prospectively. The removal of contract data counts 2000 bytes towards the recorded size, whether or not there
    /// was any, and is not taken back by a rollback.
    pub fn remove(&mut self, key: &[u8]) {
        if keys::is_contract_data(key) {
            self.trie.get_mut().record_key_removal();
        }
        self.overlay.change(key, None);
    }

    /// Makes the prospective changes part of the result.
    pub fn commit(&mut self) {
        self.overlay.commit();
    }

    /// Takes the prospective changes back.
    pub fn rollback(&mut self) {
        self.overlay.rollback();
    }

    /// All keys that begin with `prefix`, ascending. Records the way to the prefix and every node and value of the trie below it,
    /// also where changes replace them.
    ///
    /// # Errors
    /// One of these is missing or cannot be decoded.
    pub fn keys_with_prefix(&self, prefix: &[u8]) -> Result<Vec<Vec<u8>>, StorageError> {
        let in_trie = self
            .trie
            .borrow_mut()
            .entries_with_prefix::<C>(prefix, Access::Recorded)?;
        let mut keys: BTreeSet<Vec<u8>> = in_trie.into_iter().map(|(key, _)| key).collect();
        for (key, change) in self.overlay.changes_with_prefix(prefix) {
            match change {
                Some(_) => keys.insert(key.to_vec()),
                None => keys.remove(key),
            };
        }
        Ok(keys.into_iter().collect())
    }

    /// nearcore's `recorded_storage_size_upper_bound`, in bytes (spec §C.10).
    pub fn recorded_storage_size_upper_bound(&self) -> u64 {
        self.trie.borrow().recorded_storage_size_upper_bound()
    }

    /// Trie node accesses by reads with [`Access::Counted`] since the last call.
    pub fn take_node_counts(&self) -> TrieNodesCount {
        self.trie.borrow_mut().take_node_counts()
    }

    /// The root of the state with the committed changes.
    ///
    /// # Errors
    /// Changes are neither committed nor taken back, or a node that the changes need is missing or cannot be decoded.
    pub fn finalize(self) -> Result<CryptoHash, StorageError> {
        self.finalize_with_trie().map(|(root, _)| root)
    }

    /// [`finalize`](Self::finalize), and the trie as it was before the changes, with marks on everything that was needed.
    ///
    /// # Errors
    /// As for [`finalize`](Self::finalize).
    pub fn finalize_with_trie(self) -> Result<(CryptoHash, PartialTrie<'a>), StorageError> {
        if self.overlay.has_prospective() {
            return Err(StorageError::inconsistent(
                "changes are neither committed nor taken back",
            ));
        }
        let mut trie = self.trie.into_inner();
        let mut editor = TrieEditor::<C>::new(&mut trie)?;
        for (key, value) in self.overlay.committed() {
            match value {
                Some(value) => editor.insert(key, value)?,
                None => editor.remove(key)?,
            }
        }
        let root = editor.finish()?;
        Ok((root, trie))
    }
}

/// A seed for tables of what a chunk brings: who chooses its keys does not know the root on which they will meet.
pub(crate) fn table_seed(root: &CryptoHash) -> u64 {
    let (words, _) = root.0.as_chunks();
    words.iter().fold(0, |seed, word| seed ^ u64::from_le_bytes(*word))
}

#[cfg(test)]
mod tests;
