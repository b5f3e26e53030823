//! The arena: which bytes stand behind a hash, whether they are authentic, and what has been touched and recorded.
//!
//! Mirrors `core/store/src/trie/trie_recording.rs` and the node retrieval of `core/store/src/trie/mod.rs` (spec §C.10); differs in:
//! recording is a bit per entry, since an arena has one entry per distinct hash; and an entry is hashed when it is first touched.
//!
//! An entry holds the bytes of a node or a value. The references in a node's bytes (child hashes, the value's hash) are its *links*,
//! numbered in the order of the bytes; each link names the entry behind the hash, or nothing if that was not recorded. A link is
//! believed only after the hash of its entry has been compared with the hash in the node's bytes, once.

use super::StorageError;
use super::node::{HASH_LEN, Node};
use super::words::equal_hashes;
use crate::crypto::Crypto;
use crate::types::hash::CryptoHash;
use alloc::vec::Vec;
use hashbrown::HashTable;

/// Position of an entry in its arena.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct EntryId(pub(super) u32);

impl EntryId {
    /// The position as a number: entries are numbered from 0 in the order in which they were added.
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// What a read leaves behind besides its result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Nothing (nearcore's `AccessOptions::NO_SIDE_EFFECTS`). The entry still counts as touched, hence as part of a witness.
    Silent,
    /// The entry counts towards the recorded size (`AccessOptions::DEFAULT`).
    Recorded,
    /// Recorded, and counted as a trie node access of a contract (`AccessOptions::contract_runtime`). Each node on the way and each
    /// value counts; [`PartialTrie::take_node_counts`] gives the sums.
    Counted,
}

/// Trie node accesses of a contract, split as they are charged (spec §D.6).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TrieNodesCount {
    /// First accesses of this chunk to an entry.
    pub db_reads: u64,
    /// Repeated accesses of this chunk to an entry.
    pub mem_reads: u64,
}

/// Added to the recorded size for each removal of contract data, in bytes.
const REMOVAL_SURCHARGE_BYTES: u64 = 2000;

/// The entry was needed.
const TOUCHED: u8 = 1;
/// The entry was recorded.
const RECORDED: u8 = 2;
/// The entry was accessed by a counted read.
const COUNTED: u8 = 4;
/// `hash` is the hash of `bytes`.
const HASHED: u8 = 8;

/// Set in a link whose entry was found to have the expected hash.
const VERIFIED: u32 = 1 << 31;
/// A link to nothing.
pub(super) const NO_ENTRY: u32 = VERIFIED - 1;

#[derive(Clone, Debug)]
pub(super) struct Entry<'a> {
    pub(super) bytes: &'a [u8],
    hash: [u8; HASH_LEN],
    first_link: u32,
    link_count: u32,
    flags: u8,
}

/// A state of which only the recorded nodes and values are known.
#[derive(Clone, Debug)]
pub struct PartialTrie<'a> {
    pub(super) root: CryptoHash,
    pub(super) entries: Vec<Entry<'a>>,
    pub(super) links: Vec<u32>,
    /// Where the root is; the same form as `links`.
    pub(super) root_link: u32,
    /// Entries sorted by hash, if the arena was made from blobs.
    pub(super) by_hash: Vec<u32>,
    /// Whether it is known that no two entries have the same hash.
    pub(super) is_distinct: bool,
    /// If it is not: the entries entered so far, to find duplicates.
    distinct: HashTable<u32>,
    recorded_bytes: u64,
    counts: TrieNodesCount,
}

impl<'a> PartialTrie<'a> {
    pub(super) const fn empty(root: CryptoHash) -> Self {
        Self {
            root,
            entries: Vec::new(),
            links: Vec::new(),
            root_link: NO_ENTRY,
            by_hash: Vec::new(),
            is_distinct: false,
            distinct: HashTable::new(),
            recorded_bytes: 0,
            counts: TrieNodesCount {
                db_reads: 0,
                mem_reads: 0,
            },
        }
    }

    /// The root of the state.
    pub const fn root(&self) -> CryptoHash {
        self.root
    }

    /// Whether the state has no keys: its root is 32 zero bytes.
    pub fn is_empty(&self) -> bool {
        self.root.0 == [0; HASH_LEN]
    }

    /// How many entries the arena has.
    pub fn entry_count(&self) -> usize {
        self.entries.len()
    }

    /// All entries, in the order in which they were added.
    pub fn entry_ids(&self) -> impl Iterator<Item = EntryId> + use<> {
        (0..self.entries.len() as u32).map(EntryId)
    }

    /// The entry of the root, if it was recorded.
    pub fn root_entry(&self) -> Option<EntryId> {
        entry_of(self.root_link)
    }

    /// The bytes of an entry: a node or a value.
    pub fn entry_bytes(&self, entry: EntryId) -> &'a [u8] {
        self.entries.get(entry.index()).map_or(&[], |entry| entry.bytes)
    }

    /// The entries behind the references of an entry, in the order of its bytes; none for what was never reached as a node.
    pub fn entry_links(&self, entry: EntryId) -> impl Iterator<Item = Option<EntryId>> {
        let range = self.entries.get(entry.index()).map_or(0..0, |entry| {
            let first = entry.first_link as usize;
            first..first + entry.link_count as usize
        });
        self.links
            .get(range)
            .unwrap_or_default()
            .iter()
            .map(|&link| entry_of(link))
    }

    /// Whether anything needed the entry, be it a lookup or the computation of a new root: touched entries are the witness.
    pub fn is_touched(&self, entry: EntryId) -> bool {
        self.flags(entry) & TOUCHED != 0
    }

    /// Whether the entry counts towards the recorded size.
    pub fn is_recorded(&self, entry: EntryId) -> bool {
        self.flags(entry) & RECORDED != 0
    }

    /// The bytes with this hash wherever they are referenced, without side effects: contract code that was appended to a recorded
    /// state. Finds nothing in an arena made by [`PartialTrieBuilder`](super::PartialTrieBuilder).
    pub fn find_by_hash(&self, hash: &CryptoHash) -> Option<&'a [u8]> {
        let found = self
            .by_hash
            .binary_search_by(|&id| self.hash_at(id).cmp(&hash.0))
            .ok()?;
        self.by_hash
            .get(found)
            .and_then(|&id| self.entries.get(id as usize))
            .map(|entry| entry.bytes)
    }

    /// nearcore's `recorded_storage_size_upper_bound`: total length in bytes of what was recorded, plus 2000 for each removal of
    /// contract data.
    pub const fn recorded_storage_size_upper_bound(&self) -> u64 {
        self.recorded_bytes
    }

    /// Adds the surcharge for the removal of one key of contract data.
    pub const fn record_key_removal(&mut self) {
        self.recorded_bytes = self.recorded_bytes.saturating_add(REMOVAL_SURCHARGE_BYTES);
    }

    /// Trie node accesses counted since the last call.
    pub const fn take_node_counts(&mut self) -> TrieNodesCount {
        let counts = self.counts;
        self.counts = TrieNodesCount {
            db_reads: 0,
            mem_reads: 0,
        };
        counts
    }

    /// Goes from the root's hash to its entry; `None` if the trie is empty.
    pub(super) fn enter_root<C: Crypto>(&mut self, access: Access) -> Result<Option<u32>, StorageError> {
        if self.is_empty() {
            return Ok(None);
        }
        let root = self.root.0;
        if self.root_link & VERIFIED == 0 {
            self.verify::<C>(self.root_link, &root)?;
            self.root_link |= VERIFIED;
        }
        let entry = self.root_link & !VERIFIED;
        self.mark(entry, access);
        Ok(Some(entry))
    }

    /// Goes along link number `link` of the arena, where the node says that `expected` is the hash of what it finds.
    #[inline]
    pub(super) fn follow<C: Crypto>(
        &mut self,
        link: u32,
        expected: &[u8; HASH_LEN],
        access: Access,
    ) -> Result<u32, StorageError> {
        let target = self.links.get(link as usize).copied().unwrap_or(NO_ENTRY);
        if target & VERIFIED == 0 {
            self.verify::<C>(target, expected)?;
            if let Some(slot) = self.links.get_mut(link as usize) {
                *slot |= VERIFIED;
            }
        }
        let entry = target & !VERIFIED;
        self.mark(entry, access);
        Ok(entry)
    }

    /// Reads an entry as a node.
    #[inline(always)]
    pub(super) fn node(&self, entry: u32) -> Result<Node<'a>, StorageError> {
        let Some(Entry { bytes, hash, .. }) = self.entries.get(entry as usize) else {
            return Err(StorageError::MissingTrieValue(CryptoHash([0; HASH_LEN])));
        };
        Node::decode(bytes).map_err(|reason| StorageError::UndecodableNode {
            hash: CryptoHash(*hash),
            reason,
        })
    }

    /// Number of the entry's link `ordinal` in the arena. An ordinal that the builder did not provide gives a link to nothing.
    #[inline(always)]
    pub(super) fn link(&self, entry: u32, ordinal: usize) -> u32 {
        match self.entries.get(entry as usize) {
            Some(entry) if ordinal < entry.link_count as usize => entry.first_link + ordinal as u32,
            _ => NO_ENTRY,
        }
    }

    /// The numbers of all of the entry's links in the arena.
    #[inline(always)]
    pub(super) fn links_of(&self, entry: u32) -> core::ops::Range<u32> {
        self.entries
            .get(entry as usize)
            .map_or(0..0, |entry| entry.first_link..entry.first_link + entry.link_count)
    }

    /// The verified hash of an entry that has been entered.
    pub(super) fn hash_at(&self, entry: u32) -> &[u8; HASH_LEN] {
        self.entries
            .get(entry as usize)
            .map_or(&[0; HASH_LEN], |entry| &entry.hash)
    }

    /// The bytes of an entry that has been entered.
    #[inline(always)]
    pub(super) fn bytes_at(&self, entry: u32) -> &'a [u8] {
        self.entries.get(entry as usize).map_or(&[], |entry| entry.bytes)
    }

    fn flags(&self, entry: EntryId) -> u8 {
        self.entries.get(entry.index()).map_or(0, |entry| entry.flags)
    }

    #[inline(never)]
    fn verify<C: Crypto>(&mut self, target: u32, expected: &[u8; HASH_LEN]) -> Result<(), StorageError> {
        let missing = || StorageError::MissingTrieValue(CryptoHash(*expected));
        let entry = self.entries.get_mut(target as usize).ok_or_else(missing)?;
        let first_time = entry.flags & HASHED == 0;
        if first_time {
            entry.hash = C::sha256(entry.bytes).0;
            entry.flags |= HASHED;
        }
        if !equal_hashes(&entry.hash, expected) {
            return Err(missing());
        }
        if !self.is_distinct && entry.flags & TOUCHED == 0 {
            self.insist_on_distinct(target, expected)?;
        }
        Ok(())
    }

    /// Recorded sizes count each hash once, so a second entry with a hash already entered is refused.
    fn insist_on_distinct(&mut self, entry: u32, hash: &[u8; HASH_LEN]) -> Result<(), StorageError> {
        let short_hash = |hash: &[u8; HASH_LEN]| CryptoHash(*hash).short();
        let entries = &self.entries;
        let hash_of = |id: u32| entries.get(id as usize).map_or([0; HASH_LEN], |entry| entry.hash);
        if self
            .distinct
            .find(short_hash(hash), |&other| other != entry && hash_of(other) == *hash)
            .is_some()
        {
            return Err(StorageError::DuplicateEntry(CryptoHash(*hash)));
        }
        self.distinct
            .insert_unique(short_hash(hash), entry, |&other| short_hash(&hash_of(other)));
        Ok(())
    }

    #[inline]
    fn mark(&mut self, entry: u32, access: Access) {
        let Some(entry) = self.entries.get_mut(entry as usize) else {
            return;
        };
        if access == Access::Counted {
            if entry.flags & COUNTED == 0 {
                self.counts.db_reads += 1;
            } else {
                self.counts.mem_reads += 1;
            }
            entry.flags |= COUNTED;
        }
        if access != Access::Silent && entry.flags & RECORDED == 0 {
            self.recorded_bytes = self.recorded_bytes.saturating_add(entry.bytes.len() as u64);
            entry.flags |= RECORDED;
        }
        entry.flags |= TOUCHED;
    }
}

impl<'a> Entry<'a> {
    /// An entry whose hash is not known yet.
    pub(super) const fn unhashed(bytes: &'a [u8], first_link: u32, link_count: u32) -> Self {
        Self {
            bytes,
            hash: [0; HASH_LEN],
            first_link,
            link_count,
            flags: 0,
        }
    }

    /// An entry whose hash was computed from its bytes.
    pub(super) const fn hashed(bytes: &'a [u8], hash: [u8; HASH_LEN], first_link: u32, link_count: u32) -> Self {
        Self {
            bytes,
            hash,
            first_link,
            link_count,
            flags: HASHED,
        }
    }

    pub(super) const fn set_links(&mut self, first_link: u32, link_count: u32) {
        self.first_link = first_link;
        self.link_count = link_count;
    }

    pub(super) const fn hash(&self) -> [u8; HASH_LEN] {
        self.hash
    }

    pub(super) const fn links(&self) -> core::ops::Range<usize> {
        self.first_link as usize..self.first_link as usize + self.link_count as usize
    }
}

/// A link to `entry` that need not be compared any more.
pub(super) const fn verified(entry: u32) -> u32 {
    entry | VERIFIED
}

pub(super) fn entry_of(link: u32) -> Option<EntryId> {
    let entry = link & !VERIFIED;
    (entry != NO_ENTRY).then_some(EntryId(entry))
}
