//! The partial trie against [`ReferenceTrie`], with random keys that collide often, and against hostile bytes.

use super::reference::ReferenceTrie;
use super::*;
use crate::crypto::{Crypto, NativeCrypto};
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec;
use alloc::vec::Vec;
use proptest::prelude::*;

mod edits;
mod hostile;
mod resharding;

type Map = BTreeMap<Vec<u8>, Vec<u8>>;
type Changes = BTreeMap<Vec<u8>, Option<Vec<u8>>>;

/// Short keys over few nibbles: every shape of node occurs.
fn any_key() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(prop::sample::select(vec![0x00, 0x01, 0x10, 0x11, 0xf0]), 0..5)
}

/// Few different values, some of them equal, one empty.
fn any_value() -> impl Strategy<Value = Vec<u8>> {
    (0u8..4, 0usize..40).prop_map(|(byte, len)| vec![byte; len])
}

fn any_map() -> impl Strategy<Value = Map> {
    prop::collection::btree_map(any_key(), any_value(), 0..40)
}

/// Changes to a map; half of the keys that are touched exist.
fn any_map_and_changes() -> impl Strategy<Value = (Map, Changes)> {
    (
        any_map(),
        prop::collection::btree_map(any_key(), prop::option::of(any_value()), 0..20),
    )
}

fn applied(map: &Map, changes: &Changes) -> Map {
    let mut map = map.clone();
    for (key, value) in changes {
        match value {
            Some(value) => map.insert(key.clone(), value.clone()),
            None => map.remove(key),
        };
    }
    map
}

fn reference(map: &Map) -> ReferenceTrie {
    ReferenceTrie::new::<NativeCrypto>(map)
}

fn partial<'a>(root: CryptoHash, blobs: impl IntoIterator<Item = &'a Vec<u8>>) -> PartialTrie<'a> {
    PartialTrie::from_blobs::<NativeCrypto>(root, blobs.into_iter().map(Vec::as_slice))
}

fn get<'a>(trie: &mut PartialTrie<'a>, key: &[u8]) -> Result<Option<&'a [u8]>, StorageError> {
    trie.get::<NativeCrypto>(key, Access::Recorded)
}

fn edit(trie: &mut PartialTrie<'_>, changes: &Changes) -> Result<CryptoHash, StorageError> {
    let mut editor = TrieEditor::<NativeCrypto>::new(trie)?;
    for (key, value) in changes {
        match value {
            Some(value) => editor.insert(key, value)?,
            None => editor.remove(key)?,
        }
    }
    editor.finish()
}

/// The same arena as from blobs, given piece by piece in depth-first order as a compressed witness does it.
fn built<'a>(blobs: &PartialTrie<'a>, hashed: bool) -> PartialTrie<'a> {
    let mut builder = PartialTrieBuilder::with_capacity(0, 0);
    let mut places = BTreeMap::new();
    let root = blobs.root_entry().map(|root| {
        let root_place = place(blobs, root, hashed, &mut builder, &mut places);
        let mut pending = vec![root];
        let mut done = BTreeSet::new();
        while let Some(entry) = pending.pop() {
            if !done.insert(entry) {
                continue;
            }
            for (ordinal, child) in blobs.entry_links(entry).enumerate() {
                let Some(child) = child else { continue };
                let child_place = place(blobs, child, hashed, &mut builder, &mut places);
                builder.link(places[&entry], ordinal, child_place);
                pending.push(child);
            }
        }
        root_place
    });
    if hashed {
        builder.finish_distinct(blobs.root(), root)
    } else {
        builder.finish(blobs.root(), root)
    }
}

fn place<'a>(
    blobs: &PartialTrie<'a>,
    entry: EntryId,
    hashed: bool,
    builder: &mut PartialTrieBuilder<'a>,
    places: &mut BTreeMap<EntryId, EntryId>,
) -> EntryId {
    *places.entry(entry).or_insert_with(|| {
        let bytes = blobs.entry_bytes(entry);
        let links = blobs.entry_links(entry).count() as u32;
        if hashed {
            builder.add_hashed(bytes, NativeCrypto::sha256(bytes), links)
        } else {
            builder.add(bytes, links)
        }
    })
}

proptest! {
    #[test]
    fn lookups_agree_with_the_map(map in any_map(), keys in prop::collection::vec(any_key(), 1..20)) {
        let whole = reference(&map);
        let blobs = whole.to_partial_state();
        let mut trie = partial(whole.root, &blobs);
        for key in map.keys().chain(&keys) {
            prop_assert_eq!(get(&mut trie, key), Ok(map.get(key).map(Vec::as_slice)));
            let handle = trie.lookup::<NativeCrypto>(key, Access::Silent).unwrap();
            prop_assert_eq!(handle.map(|handle| handle.len_bytes() as usize), map.get(key).map(Vec::len));
            prop_assert_eq!(handle.map(|handle| handle.hash()), map.get(key).map(|value| NativeCrypto::sha256(value)));
        }
    }

    #[test]
    fn prefixes_agree_with_the_map(map in any_map(), prefix in any_key()) {
        let whole = reference(&map);
        let blobs = whole.to_partial_state();
        let mut trie = partial(whole.root, &blobs);
        let expected: Vec<_> =
            map.iter().filter(|(key, _)| key.starts_with(&prefix)).map(|(key, value)| (key.clone(), &value[..])).collect();
        let found = trie.entries_with_prefix::<NativeCrypto>(&prefix, Access::Recorded).unwrap();
        prop_assert_eq!(found, expected);
    }

    #[test]
    fn recorded_size_is_the_length_of_distinct_recorded_entries(
        map in any_map(), keys in prop::collection::vec((any_key(), 0u8..3), 0..20), removals in 0u64..3,
    ) {
        let whole = reference(&map);
        let blobs = whole.to_partial_state();
        let mut trie = partial(whole.root, &blobs);
        for (key, kind) in &keys {
            match kind {
                0 => drop(trie.lookup::<NativeCrypto>(key, Access::Recorded).unwrap()),
                1 => drop(trie.get::<NativeCrypto>(key, Access::Counted).unwrap()),
                _ => drop(trie.get::<NativeCrypto>(key, Access::Silent).unwrap()),
            }
        }
        (0..removals).for_each(|_| trie.record_key_removal());
        let recorded: usize =
            trie.entry_ids().filter(|id| trie.is_recorded(*id)).map(|id| trie.entry_bytes(id).len()).sum();
        prop_assert_eq!(trie.recorded_storage_size_upper_bound(), recorded as u64 + 2000 * removals);
    }

    #[test]
    fn arena_built_piece_by_piece_behaves_like_one_from_blobs(
        (map, changes) in any_map_and_changes(), keys in prop::collection::vec(any_key(), 0..10), hashed: bool,
    ) {
        let whole = reference(&map);
        let blobs = whole.to_partial_state();
        let mut from_blobs = partial(whole.root, &blobs);
        let mut pieces = built(&from_blobs, hashed);
        for key in &keys {
            prop_assert_eq!(get(&mut pieces, key), get(&mut from_blobs, key));
            let bounds = [&pieces, &from_blobs].map(PartialTrie::recorded_storage_size_upper_bound);
            prop_assert_eq!(bounds[0], bounds[1]);
        }
        prop_assert_eq!(edit(&mut pieces, &changes), edit(&mut from_blobs, &changes));
    }

    #[test]
    fn counted_accesses_are_split_into_first_and_repeated(map in any_map(), key in any_key()) {
        let whole = reference(&map);
        let blobs = whole.to_partial_state();
        let mut trie = partial(whole.root, &blobs);
        trie.lookup::<NativeCrypto>(&key, Access::Counted).unwrap();
        let first = trie.take_node_counts();
        let touched = trie.entry_ids().filter(|id| trie.is_touched(*id)).count() as u64;
        prop_assert_eq!(first, TrieNodesCount { db_reads: touched, mem_reads: 0 });
        trie.lookup::<NativeCrypto>(&key, Access::Counted).unwrap();
        prop_assert_eq!(trie.take_node_counts(), TrieNodesCount { db_reads: 0, mem_reads: touched });
        trie.lookup::<NativeCrypto>(&key, Access::Recorded).unwrap();
        prop_assert_eq!(trie.take_node_counts(), TrieNodesCount::default());
    }
}

#[test]
fn empty_trie_needs_no_entries() {
    let mut trie = partial(CryptoHash([0; 32]), []);
    assert_eq!(get(&mut trie, b"key"), Ok(None));
    assert_eq!(
        edit(&mut trie, &Changes::from([(b"key".to_vec(), None)])),
        Ok(CryptoHash([0; 32]))
    );
    assert_eq!(
        trie.entries_with_prefix::<NativeCrypto>(b"", Access::Recorded),
        Ok(vec![])
    );
}

#[test]
fn contract_code_is_found_by_hash_only() {
    let blobs = vec![b"code".to_vec()];
    let trie = partial(CryptoHash([0; 32]), &blobs);
    assert_eq!(trie.find_by_hash(&NativeCrypto::sha256(b"code")), Some(&b"code"[..]));
    assert_eq!(trie.find_by_hash(&NativeCrypto::sha256(b"edoc")), None);
    assert_eq!(trie.recorded_storage_size_upper_bound(), 0);
}
