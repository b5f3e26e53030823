//! From the compressed form to authenticated entries and the trie over them.

use alloc::vec::Vec;

use no_std_near_core::crypto::Crypto;
use no_std_near_core::trie::{EntryId, PartialTrie, PartialTrieBuilder};
use no_std_near_core::types::hash::CryptoHash;

use super::records::read_records;
use super::{CompressionError, WORD_BYTES};

/// How it is shown that no two entries have the same hash.
#[derive(Clone, Copy, Debug)]
pub enum Order<'o> {
    /// The decoder sorts the entries. It also looks that no absent hash names an entry.
    Sort,
    /// The numbers of all entries in ascending order of their hashes, given as advice: it is enough to see that the hashes ascend
    /// strictly. Absent hashes are not looked up: naming an entry as absent can only make a read of it fail.
    Advice(&'o [u32]),
}

/// No entry.
pub(super) const NO_ENTRY: u32 = u32::MAX;

/// Where an entry's bytes are.
#[derive(Clone, Copy, Debug)]
pub(super) enum Place {
    Input { start: usize, len: usize },
    Assembled { start: usize, len: usize },
}

/// A node or value, hashed.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) place: Place,
    pub(super) hash: CryptoHash,
    pub(super) first_link: usize,
    pub(super) link_count: u32,
    /// Memory usage, if the entry is a node.
    pub(super) node_memory: Option<u64>,
}

/// A compressed state, decoded: every entry hashed, once.
#[derive(Clone, Debug)]
pub struct DecodedState<'a> {
    pub(super) input: &'a [u8],
    /// Nodes in their borsh form, each at an 8-aligned offset.
    pub(super) assembled: Vec<u8>,
    pub(super) entries: Vec<Entry>,
    /// Entry behind each reference of a node, in the order of the node's bytes.
    pub(super) links: Vec<u32>,
    pub(super) root_entry: u32,
    pub(super) root: CryptoHash,
}

impl<'a> DecodedState<'a> {
    /// Decodes the state with this root.
    ///
    /// # Errors
    /// [`CompressionError`] if the bytes are not the one encoding of some state. Whether the root is the expected one is for the
    /// caller to compare; a state of which nothing was recorded has no bytes and takes `empty_root`.
    pub fn decode<C: Crypto>(
        input: &'a [u8],
        empty_root: CryptoHash,
        order: Order<'_>,
    ) -> Result<Self, CompressionError> {
        if !input.len().is_multiple_of(WORD_BYTES) {
            return Err(CompressionError::NotWholeWords(input.len()));
        }
        let mut state = Self {
            input,
            assembled: Vec::with_capacity(input.len()),
            entries: Vec::new(),
            links: Vec::new(),
            root_entry: NO_ENTRY,
            root: empty_root,
        };
        let absent = if input.is_empty() {
            Vec::new()
        } else {
            read_records::<C>(&mut state)?
        };
        check_distinct(&state.entries, order, &absent)?;
        Ok(state)
    }

    /// Root of the state.
    pub const fn root(&self) -> CryptoHash {
        self.root
    }

    /// How many nodes and values the state has.
    pub const fn entry_count(&self) -> usize {
        self.entries.len()
    }

    /// The bytes of an entry.
    pub fn entry_bytes(&self, entry: usize) -> Option<&[u8]> {
        self.entries.get(entry).and_then(|entry| self.bytes_at(entry.place))
    }

    /// The numbers of all entries in ascending order of their hashes: the advice for [`Order::Advice`].
    pub fn order_advice(&self) -> Vec<u32> {
        let mut order: Vec<u32> = (0..).take(self.entries.len()).collect();
        order.sort_unstable_by_key(|entry| hash_of(&self.entries, *entry));
        order
    }

    /// The trie over the entries. It borrows their bytes; no entry is hashed again.
    pub fn to_trie(&self) -> PartialTrie<'_> {
        let mut builder = PartialTrieBuilder::with_capacity(self.entries.len(), self.links.len());
        let ids: Vec<EntryId> = self
            .entries
            .iter()
            .map(|entry| {
                let bytes = self.bytes_at(entry.place).unwrap_or_default();
                builder.add_hashed(bytes, entry.hash, entry.link_count)
            })
            .collect();
        let id_of = |entry: u32| usize::try_from(entry).ok().and_then(|entry| ids.get(entry)).copied();
        for (entry, id) in self.entries.iter().zip(&ids) {
            let links = self.links.iter().skip(entry.first_link);
            let count = usize::try_from(entry.link_count).unwrap_or(0);
            for (ordinal, link) in links.take(count).enumerate() {
                if let Some(child) = id_of(*link) {
                    builder.link(*id, ordinal, child);
                }
            }
        }
        // Distinct: that is what decoding has checked.
        builder.finish_distinct(self.root, id_of(self.root_entry))
    }

    fn bytes_at(&self, place: Place) -> Option<&[u8]> {
        let (bytes, start, len) = match place {
            Place::Input { start, len } => (self.input, start, len),
            Place::Assembled { start, len } => (self.assembled.as_slice(), start, len),
        };
        bytes.get(start..)?.get(..len)
    }
}

pub(super) fn hash_of(entries: &[Entry], entry: u32) -> Option<CryptoHash> {
    usize::try_from(entry)
        .ok()
        .and_then(|entry| entries.get(entry))
        .map(|entry| entry.hash)
}

/// Strictly ascending hashes of as many valid entry numbers as there are entries: then the numbers are a permutation and no two
/// hashes are equal.
fn check_distinct(entries: &[Entry], order: Order<'_>, absent: &[&[u8; 32]]) -> Result<(), CompressionError> {
    let sorted;
    let advice = match order {
        Order::Advice(advice) => advice,
        Order::Sort => {
            let mut numbers: Vec<u32> = (0..).take(entries.len()).collect();
            numbers.sort_unstable_by_key(|entry| hash_of(entries, *entry));
            sorted = numbers;
            &sorted
        }
    };
    if advice.len() != entries.len() {
        return Err(CompressionError::NotDistinct(advice.len()));
    }
    let mut previous: Option<CryptoHash> = None;
    for (position, entry) in advice.iter().enumerate() {
        let hash = hash_of(entries, *entry).ok_or(CompressionError::NotDistinct(position))?;
        if previous.is_some_and(|previous| previous >= hash) {
            return Err(CompressionError::NotDistinct(position));
        }
        previous = Some(hash);
    }
    if matches!(order, Order::Sort) {
        for hash in absent {
            let hash = CryptoHash(**hash);
            if advice
                .binary_search_by(|entry| hash_of(entries, *entry).cmp(&Some(hash)))
                .is_ok()
            {
                return Err(CompressionError::AbsentIsPresent(hash));
            }
        }
    }
    Ok(())
}
