//! Splits of a shard: what each child keeps, and where the boundary is best.

use super::*;
use crate::state::keys::column;
use crate::types::account_id::AccountId;

fn any_account() -> impl Strategy<Value = AccountId> {
    "[ab]{1,3}(\\.[ab]{1,2})?".prop_filter_map("not an account", |text| text.parse().ok())
}

/// A key as the runtime writes it: a column with accounts and something after them, or one without.
fn any_state_key() -> impl Strategy<Value = Vec<u8>> {
    let of_account = (
        prop::sample::select(column::WITH_ACCOUNT_ID.to_vec()),
        any_account(),
        "(,[ab]{0,2})?",
    )
        .prop_map(|(column, account, rest)| [&[column], account.as_bytes(), rest.as_bytes()].concat());
    let global = (
        prop::sample::select([&column::COPIED_TO_BOTH_CHILDREN[..], &column::LEFT_CHILD_ONLY].concat()),
        0u8..4,
    )
        .prop_map(|(column, index)| if index == 0 { vec![column] } else { vec![column, index] });
    prop_oneof![4 => of_account, 1 => global]
}

fn any_state() -> impl Strategy<Value = Map> {
    prop::collection::btree_map(any_state_key(), any_value(), 0..60)
}

/// Whether a child keeps a key, said in terms of columns.
fn keeps(key: &[u8], boundary: &AccountId, mode: RetainMode) -> bool {
    if column::WITH_ACCOUNT_ID.contains(&key[0]) {
        let is_left = key[1..] < *boundary.as_bytes();
        return is_left == (mode == RetainMode::Left);
    }
    mode == RetainMode::Left || !column::LEFT_CHILD_ONLY.contains(&key[0])
}

proptest! {
    #[test]
    fn each_child_keeps_its_part(map in any_state(), boundary in any_account()) {
        let whole = reference(&map);
        let blobs = whole.to_partial_state();
        for mode in [RetainMode::Left, RetainMode::Right] {
            let kept: Map = map.iter().filter(|(key, _)| keeps(key, &boundary, mode)).map(|(k, v)| (k.clone(), v.clone())).collect();
            let mut trie = partial(whole.root, &blobs);
            prop_assert_eq!(retain_split_shard::<NativeCrypto>(&mut trie, &boundary, mode), Ok(reference(&kept).root));
        }
    }

    #[test]
    fn touched_entries_suffice_for_a_split(map in any_state(), boundary in any_account(), left: bool) {
        let mode = if left { RetainMode::Left } else { RetainMode::Right };
        let whole = reference(&map);
        let blobs = whole.to_partial_state();
        let mut trie = partial(whole.root, &blobs);
        let root = retain_split_shard::<NativeCrypto>(&mut trie, &boundary, mode).unwrap();
        let touched: Vec<Vec<u8>> =
            trie.entry_ids().filter(|id| trie.is_touched(*id)).map(|id| trie.entry_bytes(id).to_vec()).collect();
        for left_out in 0..touched.len() {
            let mut rest = touched.clone();
            let missing = NativeCrypto::sha256(&rest.remove(left_out));
            let again = retain_split_shard::<NativeCrypto>(&mut partial(whole.root, &rest), &boundary, mode);
            prop_assert_eq!(again, Err(StorageError::MissingTrieValue(missing)));
        }
        prop_assert_eq!(retain_split_shard::<NativeCrypto>(&mut partial(whole.root, &touched), &boundary, mode), Ok(root));
    }

    #[test]
    fn proposed_split_weighs_every_key_of_its_columns_once(map in any_state()) {
        let whole = reference(&map);
        let blobs = whole.to_partial_state();
        let mut trie = partial(whole.root, &blobs);
        if let Ok(split) = find_trie_split::<NativeCrypto>(&mut trie) {
            let weighed = split.left_memory + split.right_memory;
            prop_assert!(weighed > 0 && weighed <= whole.memory_usage);
            // A second search finds the same, and reads nothing new.
            let size = trie.recorded_storage_size_upper_bound();
            prop_assert_eq!(find_trie_split::<NativeCrypto>(&mut trie), Ok(split));
            prop_assert_eq!(trie.recorded_storage_size_upper_bound(), size);
        }
    }
}

#[test]
fn one_heavy_account_in_the_middle_goes_left() {
    let account = |name: &str, len: usize| ([&[0], name.as_bytes()].concat(), vec![0; len]);
    let map = Map::from([
        account("aa", 10),
        account("ab", 1000),
        account("ac", 10),
        account("ad", 10),
    ]);
    let whole = reference(&map);
    let blobs = whole.to_partial_state();
    let mut trie = partial(whole.root, &blobs);
    let split = find_trie_split::<NativeCrypto>(&mut trie).unwrap();
    assert_eq!(split.boundary_account.as_str(), "ab-0");
    assert_eq!(total_memory_usage::<NativeCrypto>(&mut trie), Ok(whole.memory_usage));
}

#[test]
fn trie_without_accounts_is_not_split() {
    assert_eq!(
        find_trie_split::<NativeCrypto>(&mut partial(CryptoHash([0; 32]), [])),
        Err(FindSplitError::NoRoot)
    );
    let whole = reference(&Map::from([(vec![column::PROMISE_YIELD_INDICES], vec![1])]));
    let blobs = whole.to_partial_state();
    let found = find_trie_split::<NativeCrypto>(&mut partial(whole.root, &blobs));
    assert_eq!(found, Err(FindSplitError::NotFound));
}
