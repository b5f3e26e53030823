//! Insertions and removals, and what of a trie they need.

use super::*;

proptest! {
    #[test]
    fn changed_root_is_the_root_of_the_changed_map((map, changes) in any_map_and_changes()) {
        let whole = reference(&map);
        let blobs = whole.to_partial_state();
        let mut trie = partial(whole.root, &blobs);
        prop_assert_eq!(edit(&mut trie, &changes), Ok(reference(&applied(&map, &changes)).root));
    }

    #[test]
    fn removing_every_key_leaves_the_empty_root(map in any_map()) {
        let whole = reference(&map);
        let blobs = whole.to_partial_state();
        let mut trie = partial(whole.root, &blobs);
        let changes = map.keys().map(|key| (key.clone(), None)).collect();
        prop_assert_eq!(edit(&mut trie, &changes), Ok(CryptoHash([0; 32])));
    }

    #[test]
    fn repeated_edits_of_one_editor_do_not_depend_on_their_order(
        map in any_map(), steps in prop::collection::vec((any_key(), prop::option::of(any_value())), 0..30),
    ) {
        let whole = reference(&map);
        let blobs = whole.to_partial_state();
        let mut trie = partial(whole.root, &blobs);
        let mut editor = TrieEditor::<NativeCrypto>::new(&mut trie).unwrap();
        let mut expected = map;
        for (key, value) in &steps {
            match value {
                Some(value) => editor.insert(key, value).unwrap(),
                None => editor.remove(key).unwrap(),
            }
            expected = applied(&expected, &Changes::from([(key.clone(), value.clone())]));
        }
        prop_assert_eq!(editor.finish(), Ok(reference(&expected).root));
    }

    #[test]
    fn touched_entries_suffice_and_none_can_be_left_out(
        (map, changes) in any_map_and_changes(), keys in prop::collection::vec(any_key(), 0..6),
    ) {
        let whole = reference(&map);
        let blobs = whole.to_partial_state();
        let mut trie = partial(whole.root, &blobs);
        let answers: Vec<_> = keys.iter().map(|key| get(&mut trie, key).unwrap().map(<[u8]>::to_vec)).collect();
        let root = edit(&mut trie, &changes).unwrap();
        let size = trie.recorded_storage_size_upper_bound();
        let touched: Vec<Vec<u8>> =
            trie.entry_ids().filter(|id| trie.is_touched(*id)).map(|id| trie.entry_bytes(id).to_vec()).collect();

        let again = |blobs: &[Vec<u8>]| {
            let mut trie = partial(whole.root, blobs);
            let mut answers = Vec::new();
            for key in &keys {
                answers.push(get(&mut trie, key)?.map(<[u8]>::to_vec));
            }
            let root = edit(&mut trie, &changes)?;
            Ok((answers, root, trie.recorded_storage_size_upper_bound()))
        };
        prop_assert_eq!(again(&touched), Ok((answers, root, size)));
        for left_out in 0..touched.len() {
            let mut rest = touched.clone();
            let missing = NativeCrypto::sha256(&rest.remove(left_out));
            prop_assert_eq!(again(&rest), Err(StorageError::MissingTrieValue(missing)));
        }
    }
}

/// A branch below which two leaves lie, with a memory usage that is too small by far.
#[test]
fn inconsistent_memory_usage_is_changed_as_nearcore_changes_it() {
    let map = Map::from([(vec![0x00], vec![1; 10]), (vec![0x10], vec![2; 10])]);
    let whole = reference(&map);
    let mut blobs = whole.to_partial_state();
    let branch = blobs.iter_mut().find(|bytes| bytes.len() == 1 + 2 + 64 + 8).unwrap();
    branch[67..].copy_from_slice(&7u64.to_le_bytes());
    let root = NativeCrypto::sha256(branch);
    let mut expected_branch = branch.clone();

    let mut trie = partial(root, &blobs);
    let changes = Changes::from([(vec![0x00], Some(vec![3; 20]))]);
    let changed = edit(&mut trie, &changes).unwrap();

    // Way down: 7 - 50 stops at 0, and 0 + 50 - 112 (the old leaf) stops at 0. Way up: the new leaf is added.
    let new_leaf_usage = 50 + 2 + 50 + 20u64;
    let value_hash = NativeCrypto::sha256(&[3; 20]).0;
    let leaf = [
        &[0, 1, 0, 0, 0, 0x30, 20, 0, 0, 0][..],
        &value_hash,
        &new_leaf_usage.to_le_bytes(),
    ]
    .concat();
    expected_branch[3..35].copy_from_slice(&NativeCrypto::sha256(&leaf).0);
    expected_branch[67..].copy_from_slice(&new_leaf_usage.to_le_bytes());
    assert_eq!(changed, NativeCrypto::sha256(&expected_branch));
}

#[test]
fn collapsing_a_branch_needs_the_remaining_sibling() {
    let map = Map::from([(vec![0x00], vec![1; 10]), (vec![0x10], vec![2; 10])]);
    let whole = reference(&map);
    let sibling = {
        let blobs = whole.to_partial_state();
        let mut trie = partial(whole.root, &blobs);
        get(&mut trie, &[0x10]).unwrap();
        let sibling = trie
            .entry_ids()
            .find(|id| trie.is_touched(*id) && Some(*id) != trie.root_entry() && trie.entry_links(*id).count() == 1);
        trie.entry_bytes(sibling.unwrap()).to_vec()
    };
    let blobs: Vec<_> = whole
        .to_partial_state()
        .into_iter()
        .filter(|bytes| *bytes != sibling)
        .collect();
    let mut trie = partial(whole.root, &blobs);
    let changes = Changes::from([(vec![0x00], None)]);
    let missing = NativeCrypto::sha256(&sibling);
    assert_eq!(edit(&mut trie, &changes), Err(StorageError::MissingTrieValue(missing)));
}

/// A state over many chunks: each sees only what the one before it left, as a witness.
#[test]
fn deep_long_histories_stay_equal_to_the_map() {
    let config = ProptestConfig {
        cases: 1_000,
        ..ProptestConfig::default()
    };
    let strategy = (
        any_map(),
        prop::collection::vec(
            prop::collection::btree_map(any_key(), prop::option::of(any_value()), 0..30),
            1..12,
        ),
    );
    let mut runner = proptest::test_runner::TestRunner::new(config);
    let outcome = runner.run(&strategy, |(mut map, history)| {
        for changes in history {
            let whole = reference(&map);
            let blobs = whole.to_partial_state();
            let mut trie = partial(whole.root, &blobs);
            map = applied(&map, &changes);
            let expected = Ok(reference(&map).root);
            prop_assert_eq!(edit(&mut trie, &changes), expected.clone());
            let witness: Vec<Vec<u8>> = trie
                .entry_ids()
                .filter(|id| trie.is_touched(*id))
                .map(|id| trie.entry_bytes(id).to_vec())
                .collect();
            let mut from_witness = built(&partial(whole.root, &witness), true);
            prop_assert_eq!(edit(&mut from_witness, &changes), expected);
        }
        Ok(())
    });
    outcome.unwrap();
}
