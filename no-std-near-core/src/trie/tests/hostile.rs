//! Bytes that are not what they should be: typed errors, never a panic, never another answer.

use super::*;

/// Everything that reads a trie, one after the other.
fn read_in_every_way(root: CryptoHash, blobs: &[Vec<u8>], key: &[u8]) -> Vec<StorageError> {
    let boundary = "near".parse().unwrap();
    let mut errors = Vec::new();
    errors.extend(get(&mut partial(root, blobs), key).err());
    errors.extend(
        partial(root, blobs)
            .entries_with_prefix::<NativeCrypto>(key, Access::Recorded)
            .err(),
    );
    errors.extend(
        edit(
            &mut partial(root, blobs),
            &Changes::from([(key.to_vec(), Some(vec![1]))]),
        )
        .err(),
    );
    errors.extend(edit(&mut partial(root, blobs), &Changes::from([(key.to_vec(), None)])).err());
    errors.extend(retain_split_shard::<NativeCrypto>(&mut partial(root, blobs), &boundary, RetainMode::Left).err());
    errors.extend(retain_split_shard::<NativeCrypto>(&mut partial(root, blobs), &boundary, RetainMode::Right).err());
    if let Err(FindSplitError::Storage(error)) = find_trie_split::<NativeCrypto>(&mut partial(root, blobs)) {
        errors.push(error);
    }
    errors
}

/// Nodes as a liar would write them: right form, any content, all linked.
fn any_lying_node(children: Vec<[u8; 32]>) -> impl Strategy<Value = Vec<u8>> {
    let hash = prop::sample::select(children);
    let extension = prop::collection::vec(any::<u8>(), 0..4);
    let usage = prop::sample::select(vec![0, 1, 49, 200, u64::MAX - 60, u64::MAX]);
    let length = prop::sample::select(vec![0u32, 3, u32::MAX]);
    let branch = (
        prop::sample::select(vec![0u16, 1, 3, 0x8001, 0xffff]),
        prop::collection::vec(hash.clone(), 17),
    );
    (0u8..5, extension, hash, branch, length, usage).prop_map(
        |(tag, extension, hash, (mask, hashes), length, usage)| {
            let extension = [&(extension.len() as u32).to_le_bytes()[..], &extension].concat();
            let value = [&length.to_le_bytes()[..], &hash].concat();
            let children: Vec<u8> = mask
                .to_le_bytes()
                .into_iter()
                .chain(hashes.into_iter().take(mask.count_ones() as usize).flatten())
                .collect();
            let body = match tag {
                0 => [extension, value].concat(),
                1 => children,
                2 => [value, children].concat(),
                _ => [extension, hash.to_vec()].concat(),
            };
            [vec![tag], body, usage.to_le_bytes().to_vec()].concat()
        },
    )
}

proptest! {
    #[test]
    fn arbitrary_bytes_as_root_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..80), key in any_key()) {
        let root = NativeCrypto::sha256(&bytes);
        read_in_every_way(root, &[bytes], &key);
    }

    #[test]
    fn lying_nodes_never_panic(
        key in any_key(),
        bottom in any_lying_node(vec![[0; 32], [7; 32]]),
        seed in prop::collection::vec(any::<prop::sample::Index>(), 3),
        shapes in prop::collection::vec(any_lying_node(vec![[0xaa; 32]]), 3),
    ) {
        // Each node refers to one below it, wherever its shape has a hash.
        let mut blobs = vec![bottom];
        for (shape, index) in shapes.into_iter().zip(seed) {
            let below = NativeCrypto::sha256(index.get::<Vec<u8>>(&blobs)).0;
            let mut bytes = shape;
            while let Some(at) = bytes.windows(32).position(|window| window == [0xaa; 32]) {
                bytes[at..at + 32].copy_from_slice(&below);
            }
            blobs.push(bytes);
        }
        let root = NativeCrypto::sha256(blobs.last().unwrap());
        read_in_every_way(root, &blobs, &key);
    }

    #[test]
    fn a_changed_byte_is_a_missing_entry(
        (map, changes) in any_map_and_changes(), key in any_key(), which: prop::sample::Index, bit in 0usize..800,
    ) {
        let whole = reference(&map);
        let mut blobs = whole.to_partial_state();
        prop_assume!(!blobs.is_empty());
        let honest = get(&mut partial(whole.root, &blobs), &key).map(|value| value.map(<[u8]>::to_vec));
        let honest_root = edit(&mut partial(whole.root, &blobs), &changes).unwrap();
        let changed = which.index(blobs.len());
        prop_assume!(!blobs[changed].is_empty());
        let missing = NativeCrypto::sha256(&blobs[changed]);
        let at = bit / 8 % blobs[changed].len();
        blobs[changed][at] ^= 1 << (bit % 8);
        let found = get(&mut partial(whole.root, &blobs), &key).map(|value| value.map(<[u8]>::to_vec));
        prop_assert!(found == honest || found == Err(StorageError::MissingTrieValue(missing)));
        let root = edit(&mut partial(whole.root, &blobs), &changes);
        prop_assert!(root == Ok(honest_root) || root == Err(StorageError::MissingTrieValue(missing)));
    }
}

#[test]
fn trailing_bytes_and_empty_extensions_are_refused() {
    let hash = [9u8; 32];
    let extension = |encoded: &[u8]| {
        [
            &[3][..],
            &(encoded.len() as u32).to_le_bytes(),
            encoded,
            &hash,
            &50u64.to_le_bytes(),
        ]
        .concat()
    };
    let undecodable = |bytes: &Vec<u8>| match get(&mut partial(NativeCrypto::sha256(bytes), [bytes]), b"key") {
        Err(StorageError::UndecodableNode { reason, .. }) => Some(reason),
        _ => None,
    };
    let mut trailing = extension(&[0x11]);
    trailing.push(0);
    assert_eq!(undecodable(&trailing), Some(node::NodeError::TrailingBytes(1)));
    assert_eq!(undecodable(&extension(&[])), Some(node::NodeError::EmptyExtension));
    assert_eq!(undecodable(&extension(&[0x00])), Some(node::NodeError::EmptyExtension));
    assert_eq!(
        undecodable(&extension(&[0x11])[..20].to_vec()),
        Some(node::NodeError::Truncated)
    );
    assert_eq!(undecodable(&vec![4]), Some(node::NodeError::UnknownTag(4)));
    assert_eq!(undecodable(&vec![]), Some(node::NodeError::Truncated));
}

#[test]
fn an_entry_given_twice_is_refused() {
    let map = Map::from([(vec![0x00], vec![1; 10]), (vec![0x11], vec![1; 10])]);
    let whole = reference(&map);
    let blobs = whole.to_partial_state();
    let honest = partial(whole.root, &blobs);
    let root = honest.root_entry().unwrap();
    let mut builder = PartialTrieBuilder::with_capacity(8, 8);
    let new_root = builder.add(honest.entry_bytes(root), 2);
    for (ordinal, leaf) in honest.entry_links(root).flatten().enumerate() {
        let new_leaf = builder.add(honest.entry_bytes(leaf), 1);
        builder.link(new_root, ordinal, new_leaf);
        // Both leaves have the same value, which an honest witness holds once.
        let value = honest.entry_links(leaf).flatten().next().unwrap();
        let new_value = builder.add(honest.entry_bytes(value), 0);
        builder.link(new_leaf, 0, new_value);
    }
    let mut trie = builder.finish(whole.root, Some(new_root));
    assert!(get(&mut trie, &[0x00]).is_ok());
    let value_hash = NativeCrypto::sha256(&[1; 10]);
    assert_eq!(get(&mut trie, &[0x11]), Err(StorageError::DuplicateEntry(value_hash)));
}

#[test]
fn wrong_links_are_missing_entries() {
    let map = Map::from([(vec![0x00], vec![1; 10]), (vec![0x10], vec![2; 10])]);
    let whole = reference(&map);
    let blobs = whole.to_partial_state();
    let honest = partial(whole.root, &blobs);
    let root = honest.root_entry().unwrap();
    let leaves: Vec<_> = honest.entry_links(root).flatten().collect();
    let mut builder = PartialTrieBuilder::with_capacity(8, 8);
    let new_root = builder.add(honest.entry_bytes(root), 2);
    let first = builder.add(honest.entry_bytes(leaves[0]), 1);
    builder.link(new_root, 1, first);
    builder.link(new_root, 2, first);
    builder.link(first, 0, new_root);
    let mut trie = builder.finish(whole.root, Some(new_root));
    let leaf_hash = |index: usize| NativeCrypto::sha256(honest.entry_bytes(leaves[index]));
    assert_eq!(
        get(&mut trie, &[0x00]),
        Err(StorageError::MissingTrieValue(leaf_hash(0)))
    );
    assert_eq!(
        get(&mut trie, &[0x10]),
        Err(StorageError::MissingTrieValue(leaf_hash(1)))
    );
    let mut wrong_root = PartialTrieBuilder::with_capacity(1, 0);
    let entry = wrong_root.add(b"not the root", 0);
    let mut trie = wrong_root.finish(whole.root, Some(entry));
    assert_eq!(get(&mut trie, &[0x00]), Err(StorageError::MissingTrieValue(whole.root)));
}
