//! How an arena is made: from a `PartialState`, whose blobs are in no particular order, or piece by piece from a compressed witness.

use super::node::Node;
use super::partial::{Entry, EntryId, NO_ENTRY, PartialTrie, entry_of, verified};
use crate::crypto::Crypto;
use crate::types::hash::CryptoHash;
use alloc::vec::Vec;

impl<'a> PartialTrie<'a> {
    /// The arena of a recorded state: hashes every blob once and links what is reachable from `root`. Blobs that occur twice count
    /// once; blobs that nothing refers to (contract code) can be found by [`PartialTrie::find_by_hash`].
    ///
    /// Never fails: what is missing or cannot be decoded is an error when it is needed.
    pub fn from_blobs<C: Crypto>(root: CryptoHash, blobs: impl IntoIterator<Item = &'a [u8]>) -> Self {
        let mut trie = Self::empty(root);
        trie.entries = blobs
            .into_iter()
            .map(|bytes| Entry::hashed(bytes, C::sha256(bytes).0, 0, 0))
            .collect();
        trie.by_hash = (0..trie.entries.len() as u32).collect();
        let entries = &trie.entries;
        let hash_of = |id: &u32| entries.get(*id as usize).map(Entry::hash);
        trie.by_hash.sort_unstable_by_key(hash_of);
        trie.by_hash.dedup_by(|left, right| hash_of(left) == hash_of(right));
        trie.is_distinct = true;
        trie.root_link = trie.link_to(&root.0);
        trie.link_reachable();
        trie
    }

    /// The arena of a recorded state given as the blobs of a `PartialState`.
    pub fn from_partial_state<C: Crypto>(root: CryptoHash, blobs: &'a [Vec<u8>]) -> Self {
        Self::from_blobs::<C>(root, blobs.iter().map(Vec::as_slice))
    }

    fn link_reachable(&mut self) {
        let mut pending: Vec<EntryId> = self.root_entry().into_iter().collect();
        while let Some(id) = pending.pop() {
            let Some(entry) = self.entries.get(id.index()) else {
                continue;
            };
            let Ok(node) = Node::decode(entry.bytes) else { continue };
            if !entry.links().is_empty() {
                continue;
            }
            let first_link = self.links.len() as u32;
            for (hash, is_value) in node.references() {
                let link = self.link_to(hash);
                self.links.push(link);
                if !is_value {
                    pending.extend(entry_of(link));
                }
            }
            let link_count = self.links.len() as u32 - first_link;
            if let Some(entry) = self.entries.get_mut(id.index()) {
                entry.set_links(first_link, link_count);
            }
        }
    }

    fn link_to(&self, hash: &[u8; 32]) -> u32 {
        let found = self.by_hash.binary_search_by(|&id| self.hash_at(id).cmp(hash));
        found
            .ok()
            .and_then(|index| self.by_hash.get(index))
            .map_or(NO_ENTRY, |&id| verified(id))
    }
}

/// Makes an arena entry by entry, for a witness that gives children by position.
///
/// The maker says which entry stands behind each reference of a node, in the order in which the references lie in the node's bytes
/// (see [`node`](super::node); a branch's value comes before its children). Nothing of this is trusted: a link whose entry does not
/// have the hash that the node states is [`MissingTrieValue`](super::StorageError::MissingTrieValue) when it is followed, and two
/// entries with the same hash are [`DuplicateEntry`](super::StorageError::DuplicateEntry) when the second is entered.
#[derive(Clone, Debug)]
pub struct PartialTrieBuilder<'a> {
    entries: Vec<Entry<'a>>,
    links: Vec<u32>,
}

impl<'a> PartialTrieBuilder<'a> {
    /// An empty arena with room for `entries` nodes and values and `links` references.
    pub fn with_capacity(entries: usize, links: usize) -> Self {
        Self {
            entries: Vec::with_capacity(entries),
            links: Vec::with_capacity(links),
        }
    }

    /// Adds a node or value whose hash is computed when it is first entered. All its `link_count` references (0 for a value) are open
    /// until [`PartialTrieBuilder::link`] closes them.
    pub fn add(&mut self, bytes: &'a [u8], link_count: u32) -> EntryId {
        let first_link = self.open_links(link_count);
        self.push(Entry::unhashed(bytes, first_link, link_count))
    }

    /// Like [`PartialTrieBuilder::add`], for bytes of which the caller has computed the hash already.
    pub fn add_hashed(&mut self, bytes: &'a [u8], hash: CryptoHash, link_count: u32) -> EntryId {
        let first_link = self.open_links(link_count);
        self.push(Entry::hashed(bytes, hash.0, first_link, link_count))
    }

    /// Says that reference number `ordinal` of `parent` is `child`. Does nothing if `parent` was not given so many references.
    pub fn link(&mut self, parent: EntryId, ordinal: usize, child: EntryId) {
        let Some(parent) = self.entries.get(parent.index()) else {
            return;
        };
        let range = parent.links();
        if let Some(link) = self.links.get_mut(range).and_then(|links| links.get_mut(ordinal)) {
            *link = child.0;
        }
    }

    /// The arena, for the state with this root, which is entry `root_entry`.
    pub fn finish(self, root: CryptoHash, root_entry: Option<EntryId>) -> PartialTrie<'a> {
        let mut trie = PartialTrie::empty(root);
        trie.entries = self.entries;
        trie.links = self.links;
        trie.root_link = root_entry.map_or(NO_ENTRY, |entry| entry.0);
        trie
    }

    /// Like [`PartialTrieBuilder::finish`], for a caller who has made sure that no two entries have the same hash: that is not looked at
    /// again. (A duplicate would count twice towards the recorded size.)
    pub fn finish_distinct(self, root: CryptoHash, root_entry: Option<EntryId>) -> PartialTrie<'a> {
        let mut trie = self.finish(root, root_entry);
        trie.is_distinct = true;
        trie
    }

    fn push(&mut self, entry: Entry<'a>) -> EntryId {
        let id = self.entries.len() as u32;
        self.entries.push(entry);
        EntryId(id)
    }

    fn open_links(&mut self, count: u32) -> u32 {
        let first = self.links.len();
        self.links.resize(first + count as usize, NO_ENTRY);
        first as u32
    }
}
