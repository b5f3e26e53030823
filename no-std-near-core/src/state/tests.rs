//! The state against a plain map, its queues and its metadata.

use super::queues::{DelayedReceiptQueue, OutgoingBuffers, OutgoingMetadatas};
use super::*;
use crate::crypto::NativeCrypto;
use crate::trie::reference::ReferenceTrie;
use crate::types::access_key::{AccessKey, AccessKeyPermission, GasKeyInfo};
use crate::types::account_id::AccountId;
use crate::types::keys::PublicKeyHandle;
use crate::types::receipt::{DataReceipt, Receipt, ReceiptEnum};
use crate::types::stored_receipt::StateStoredReceiptMetadata;
use alloc::collections::{BTreeMap, VecDeque};
use alloc::vec;
use proptest::prelude::*;

type Map = BTreeMap<Vec<u8>, Vec<u8>>;
type State<'a> = StateUpdate<'a, NativeCrypto>;

fn empty_state() -> State<'static> {
    State::new(PartialTrie::from_blobs::<NativeCrypto>(CryptoHash::ZERO, []))
}

fn account(name: &str) -> AccountId {
    name.parse().expect("an account")
}

fn any_key() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(prop::sample::select(vec![0x00, 0x01, 0x09, 0x10]), 0..4)
}

fn any_map() -> impl Strategy<Value = Map> {
    prop::collection::btree_map(any_key(), prop::collection::vec(0u8..3, 0..4), 0..20)
}

/// One thing done to a state.
#[derive(Clone, Debug)]
enum Step {
    Set(Vec<u8>, Vec<u8>),
    Remove(Vec<u8>),
    Commit,
    Rollback,
}

fn any_step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (any_key(), prop::collection::vec(0u8..3, 0..4)).prop_map(|(key, value)| Step::Set(key, value)),
        2 => any_key().prop_map(Step::Remove),
        1 => Just(Step::Commit),
        1 => Just(Step::Rollback),
    ]
}

proptest! {
    #[test]
    fn state_behaves_like_a_map(
        map in any_map(), steps in prop::collection::vec(any_step(), 0..40), keys in prop::collection::vec(any_key(), 5),
    ) {
        let whole = ReferenceTrie::new::<NativeCrypto>(&map);
        let blobs = whole.to_partial_state();
        let mut state = State::new(PartialTrie::from_partial_state::<NativeCrypto>(whole.root, &blobs));
        let (mut committed, mut newest) = (map.clone(), map);
        for step in steps {
            match step {
                Step::Set(key, value) => {
                    state.set(&key, value.clone());
                    newest.insert(key, value);
                }
                Step::Remove(key) => {
                    state.remove(&key);
                    newest.remove(&key);
                }
                Step::Commit => {
                    state.commit();
                    committed = newest.clone();
                }
                Step::Rollback => {
                    state.rollback();
                    newest = committed.clone();
                }
            }
            for key in &keys {
                let expected = newest.get(key);
                prop_assert_eq!(state.get(key), Ok(expected.map(Vec::as_slice)));
                prop_assert_eq!(state.contains_key(key), Ok(expected.is_some()));
                prop_assert_eq!(state.value_len(key), Ok(expected.map(|value| value.len() as u64)));
                prop_assert_eq!(state.value_hash(key), Ok(expected.map(|value| NativeCrypto::sha256(value))));
                let below: Vec<_> = newest.keys().filter(|other| other.starts_with(key)).cloned().collect();
                prop_assert_eq!(state.keys_with_prefix(key), Ok(below));
            }
        }
        state.commit();
        prop_assert_eq!(state.finalize(), Ok(ReferenceTrie::new::<NativeCrypto>(&newest).root));
    }

    #[test]
    fn key_of_an_access_key_row_says_what_it_is(handle in any_handle(), index: Option<u16>) {
        let alice = account("alice.near");
        let (key, expected) = match index {
            None => (keys::access_key(&alice, &handle), keys::AccessKeyRow::AccessKey(handle)),
            Some(index) => {
                (keys::gas_key_nonce(&alice, &handle, index), keys::AccessKeyRow::GasKeyNonce(handle, index))
            }
        };
        prop_assert_eq!(keys::parse_access_key_row(&key, &alice), Ok(expected));
        for cut in 0..key.len() {
            // A row without its index is an access key; anything shorter is nothing.
            let parsed = keys::parse_access_key_row(&key[..cut], &alice);
            prop_assert!(parsed.is_err() || (index.is_some() && cut == key.len() - 2));
        }
    }

    #[test]
    fn receipt_groups_describe_the_buffer(
        loads in prop::collection::vec((1u64..150_000, 0u64..1 << 40), 0..40), pops in 0usize..40,
    ) {
        let mut state = empty_state();
        let mut metadatas = OutgoingMetadatas::default();
        for &(size, gas) in &loads {
            metadatas.on_receipt_pushed(&mut state, 3, size, gas).unwrap();
        }
        let pops = pops.min(loads.len());
        for &(size, gas) in &loads[..pops] {
            metadatas.on_receipt_popped(&mut state, 3, size, gas).unwrap();
        }
        state.commit();
        let reloaded = OutgoingMetadatas::load(&state, [3, 4]).unwrap();
        prop_assert!(reloaded.get(4).is_none());
        prop_assume!(!loads.is_empty());
        let rest = &loads[pops..];
        let queue = reloaded.get(3).unwrap();
        prop_assert_eq!(queue.total_receipts_num(), rest.len() as u64);
        prop_assert_eq!(queue.total_size(), rest.iter().map(|load| load.0).sum::<u64>());
        prop_assert_eq!(queue.total_gas(), rest.iter().map(|load| u128::from(load.1)).sum::<u128>());

        // A group takes receipts while it stays within its bound; those sent are missing from the first groups.
        let mut groups: VecDeque<Vec<u64>> = VecDeque::new();
        for &(size, _) in &loads {
            match groups.back_mut() {
                Some(group) if group.iter().sum::<u64>() + size <= 100_000 => group.push(size),
                _ => groups.push_back(vec![size]),
            }
        }
        for _ in 0..pops {
            let first = groups.front_mut().unwrap();
            first.remove(0);
            if first.is_empty() {
                groups.pop_front();
            }
        }
        let sizes: Vec<u64> = queue.group_sizes(&state).collect::<Result<_, _>>().unwrap();
        prop_assert_eq!(sizes, groups.iter().map(|group| group.iter().sum::<u64>()).collect::<Vec<_>>());
    }
}

fn any_handle() -> impl Strategy<Value = PublicKeyHandle> {
    prop_oneof![
        any::<[u8; 32]>().prop_map(PublicKeyHandle::ED25519),
        any::<[u8; 32]>().prop_map(|half| PublicKeyHandle::SECP256K1([half, half].concat().try_into().unwrap())),
        any::<[u8; 32]>().prop_map(PublicKeyHandle::MlDsa65),
    ]
}

fn receipt(id: u8) -> Receipt {
    Receipt {
        predecessor_id: account("alice.near"),
        receiver_id: account("bob.near"),
        receipt_id: CryptoHash([id; 32]),
        receipt: ReceiptEnum::Data(DataReceipt {
            data_id: CryptoHash([id; 32]),
            data: None,
        }),
    }
}

const METADATA: StateStoredReceiptMetadata = StateStoredReceiptMetadata {
    congestion_gas: 5,
    congestion_size: 7,
};

#[test]
fn delayed_receipts_come_out_in_the_order_in_which_they_went_in() {
    let mut state = empty_state();
    let mut queue = DelayedReceiptQueue::load(&state).unwrap();
    for id in 0..3 {
        queue.push_back(&mut state, &receipt(id), METADATA).unwrap();
    }
    state.commit();
    let mut queue = DelayedReceiptQueue::load(&state).unwrap();
    assert_eq!(queue.range(), 0..3);
    for id in 0..3 {
        let stored = queue.pop_front(&mut state).unwrap().unwrap();
        assert_eq!(stored.metadata(), Some(METADATA));
        assert_eq!(stored.into_receipt(), receipt(id));
    }
    assert_eq!(queue.pop_front(&mut state), Ok(None));
    assert!(DelayedReceiptQueue::load(&state).unwrap().is_empty());
    // The indices stay, the entries do not.
    assert_eq!(state.keys_with_prefix(&[7]), Ok(vec![vec![7]]));
}

#[test]
fn outgoing_buffers_are_apart_and_lose_their_front() {
    let mut state = empty_state();
    let mut buffers = OutgoingBuffers::load(&state).unwrap();
    for (shard, id) in [(2, 0), (5, 1), (2, 2), (2, 3)] {
        buffers.push_back(&mut state, shard, &receipt(id), METADATA).unwrap();
    }
    assert_eq!(buffers.remove_front(&mut state, 2, 2), Ok(2));
    assert_eq!(buffers.remove_front(&mut state, 9, 2), Ok(0));
    let buffers = OutgoingBuffers::load(&state).unwrap();
    assert_eq!(buffers.shards(), [2, 5]);
    assert_eq!(
        (buffers.range(2), buffers.range(5), buffers.range(9)),
        (2..3, 0..1, 0..0)
    );
    assert_eq!(buffers.read(&state, 2, 2).unwrap().into_receipt(), receipt(3));
    assert!(matches!(
        buffers.read(&state, 2, 1),
        Err(StorageError::StorageInconsistentState(_))
    ));
}

#[test]
fn shard_beyond_16_bits_has_no_buffer() {
    let mut state = empty_state();
    let mut buffers = OutgoingBuffers::load(&state).unwrap();
    assert!(buffers.push_back(&mut state, 65_536, &receipt(0), METADATA).is_err());
}

#[test]
fn undecodable_value_is_an_inconsistent_state() {
    let mut state = empty_state();
    let alice = account("alice.near");
    for malformed in [vec![], vec![0; 71], vec![0; 73]] {
        state.set(&keys::account(&alice), malformed);
        let found = accessors::get_account(&state, &alice);
        assert!(
            matches!(found, Err(StorageError::StorageInconsistentState(_))),
            "{found:?}"
        );
    }
}

#[test]
fn removed_account_leaves_nothing_and_pays_for_its_data() {
    let (alice, alice2) = (account("alice.near"), account("alice.near2"));
    let handle = PublicKeyHandle::ED25519([1; 32]);
    let gas_key = |balance| {
        let permission = AccessKeyPermission::GasKeyFullAccess(GasKeyInfo { balance, num_nonces: 2 });
        crate::types::to_bytes(&AccessKey { nonce: 0, permission })
    };
    let mut map = Map::new();
    for (id, balance) in [(&alice, 5), (&alice2, 50)] {
        map.insert(keys::account(id).to_vec(), vec![0; 72]);
        map.insert(keys::contract_code(id), b"code".to_vec());
        map.insert(keys::access_key(id, &handle), gas_key(balance));
        map.insert(keys::gas_key_nonce(id, &handle, 0), vec![0; 8]);
        map.insert(keys::gas_key_nonce(id, &handle, 1), vec![0; 8]);
        map.insert(keys::contract_data(id, b"one"), b"1".to_vec());
        map.insert(keys::contract_data(id, b""), b"2".to_vec());
    }
    let whole = ReferenceTrie::new::<NativeCrypto>(&map);
    let blobs = whole.to_partial_state();
    let mut state = State::new(PartialTrie::from_partial_state::<NativeCrypto>(whole.root, &blobs));
    assert_eq!(accessors::compute_gas_key_balance_sum(&state, &alice), Ok(5));
    let size_before = state.recorded_storage_size_upper_bound();
    state.set(&keys::contract_data(&alice, b"new"), b"3".to_vec());
    let removed = accessors::remove_account(&mut state, &alice).unwrap();
    let nonce_key_len = 1 + 10 + 1 + 33 + 2;
    assert_eq!(
        (removed.gas_key_nonce_count, removed.gas_key_nonce_total_key_bytes),
        (2, 2 * nonce_key_len)
    );
    assert!(state.recorded_storage_size_upper_bound() - size_before > 3 * 2000);
    state.commit();
    map.retain(|key, _| key[1..].starts_with(alice2.as_bytes()));
    assert_eq!(state.finalize(), Ok(ReferenceTrie::new::<NativeCrypto>(&map).root));
}

#[test]
fn uncommitted_changes_cannot_be_finalized() {
    let mut state = empty_state();
    state.set(b"key", vec![1]);
    assert!(matches!(
        state.finalize(),
        Err(StorageError::StorageInconsistentState(_))
    ));
}

#[test]
fn overlay_answers_without_recording() {
    let map = Map::from([(b"key".to_vec(), b"value".to_vec())]);
    let whole = ReferenceTrie::new::<NativeCrypto>(&map);
    let blobs = whole.to_partial_state();
    let mut state = State::new(PartialTrie::from_partial_state::<NativeCrypto>(whole.root, &blobs));
    state.set(b"key", b"other".to_vec());
    assert_eq!(state.get(b"key"), Ok(Some(&b"other"[..])));
    assert_eq!(state.recorded_storage_size_upper_bound(), 0);
    assert_eq!(state.get_unchanged(b"key"), Ok(Some(&b"value"[..])));
    let all: usize = blobs.iter().map(Vec::len).sum();
    assert_eq!(state.recorded_storage_size_upper_bound(), all as u64);
}
