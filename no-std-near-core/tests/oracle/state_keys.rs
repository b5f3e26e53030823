//! Keys of the state, each against nearcore's `TrieKey`.

use near_primitives::hash::CryptoHash as TheirHash;
use near_primitives::trie_key::{GlobalContractCodeIdentifier, TrieKey, col};
use no_std_near_core::state::keys::{self, column};
use no_std_near_core::types::account_id::AccountId;
use no_std_near_core::types::action::GlobalContractIdentifier;
use no_std_near_core::types::hash::CryptoHash;
use no_std_near_core::types::keys::PublicKeyHandle;

const DATA: [u8; 32] = [7; 32];

/// Keys of what waits on an account, ours and theirs.
fn keys_of_receipts(ours: &AccountId, theirs: &near_primitives::types::AccountId) -> [(keys::Key, TrieKey); 7] {
    let receiver_id = theirs.clone();
    let (id, data_id, receipt_id) = (CryptoHash(DATA), TheirHash(DATA), TheirHash(DATA));
    [
        (
            keys::received_data(ours, &id),
            TrieKey::ReceivedData {
                receiver_id: receiver_id.clone(),
                data_id,
            },
        ),
        (
            keys::postponed_receipt_id(ours, &id),
            TrieKey::PostponedReceiptId {
                receiver_id: receiver_id.clone(),
                data_id,
            },
        ),
        (
            keys::pending_data_count(ours, &id),
            TrieKey::PendingDataCount {
                receiver_id: receiver_id.clone(),
                receipt_id,
            },
        ),
        (
            keys::postponed_receipt(ours, &id),
            TrieKey::PostponedReceipt {
                receiver_id: receiver_id.clone(),
                receipt_id,
            },
        ),
        (
            keys::promise_yield_receipt(ours, &id),
            TrieKey::PromiseYieldReceipt {
                receiver_id: receiver_id.clone(),
                data_id,
            },
        ),
        (
            keys::promise_yield_status(ours, &id),
            TrieKey::PromiseYieldStatus {
                receiver_id: receiver_id.clone(),
                data_id,
            },
        ),
        (
            keys::data_id_to_yield_id(ours, &id),
            TrieKey::DataIdToYieldId { receiver_id, data_id },
        ),
    ]
}

#[test]
#[allow(clippy::too_many_lines, reason = "one pair for each key")]
fn keys_of_accounts_are_those_of_nearcore() {
    for name in [
        "aa",
        "alice.near",
        "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
    ] {
        let ours: AccountId = name.parse().expect("an account");
        let account_id: near_primitives::types::AccountId = name.parse().expect("an account");
        let of_account = [
            (
                keys::account(&ours).to_vec(),
                TrieKey::Account {
                    account_id: account_id.clone(),
                },
            ),
            (
                keys::contract_code(&ours),
                TrieKey::ContractCode {
                    account_id: account_id.clone(),
                },
            ),
            (
                keys::contract_data(&ours, b"key"),
                TrieKey::ContractData {
                    account_id: account_id.clone(),
                    key: b"key".to_vec(),
                },
            ),
        ];
        let of_receipts = keys_of_receipts(&ours, &account_id);
        for (ours, theirs) in of_account.into_iter().chain(of_receipts) {
            assert_eq!(ours, theirs.to_vec(), "{theirs:?}");
        }
        let id = CryptoHash(DATA);
        let mut mapping = keys::yield_id_to_data_id(&ours, &id);
        assert_eq!(mapping[0], col::YIELD_ID_TO_DATA_ID);
        mapping[0] = column::DATA_ID_TO_YIELD_ID;
        assert_eq!(mapping, keys::data_id_to_yield_id(&ours, &id));
    }
}

#[test]
fn keys_of_access_keys_are_those_of_nearcore() {
    let ours: AccountId = "alice.near".parse().expect("an account");
    let account_id: near_primitives::types::AccountId = "alice.near".parse().expect("an account");
    let secp = || [[3; 32], [4; 32]].concat();
    let handles = [
        PublicKeyHandle::ED25519([1; 32]),
        PublicKeyHandle::SECP256K1(secp().try_into().expect("64 bytes")),
        PublicKeyHandle::MlDsa65([2; 32]),
    ];
    for handle in handles {
        let bytes = borsh::to_vec(&handle).expect("in memory");
        let key_handle: near_crypto::PublicKeyHandle = borsh::from_slice(&bytes).expect("the same form");
        let access_key = TrieKey::AccessKey {
            account_id: account_id.clone(),
            key_handle: key_handle.clone(),
        };
        assert_eq!(keys::access_key(&ours, &handle), access_key.to_vec());
        assert!(access_key.to_vec().starts_with(&keys::access_keys_prefix(&ours)));
        let nonce = TrieKey::GasKeyNonce {
            account_id: account_id.clone(),
            key_handle,
            index: 0x0201,
        };
        assert_eq!(keys::gas_key_nonce(&ours, &handle, 0x0201), nonce.to_vec());
    }
}

#[test]
fn keys_without_account_are_those_of_nearcore() {
    let (shard, index) = (0x0102u64, 0x0304_0506u64);
    let receiving_shard = shard.into();
    let pairs = [
        (keys::delayed_receipt_indices(), TrieKey::DelayedReceiptIndices),
        (keys::delayed_receipt(index), TrieKey::DelayedReceipt { index }),
        (keys::promise_yield_indices(), TrieKey::PromiseYieldIndices),
        (
            keys::promise_yield_timeout(index),
            TrieKey::PromiseYieldTimeout { index },
        ),
        (keys::buffered_receipt_indices(), TrieKey::BufferedReceiptIndices),
        (
            keys::buffered_receipt(shard, index).expect("16 bits"),
            TrieKey::BufferedReceipt { receiving_shard, index },
        ),
        (keys::bandwidth_scheduler_state(), TrieKey::BandwidthSchedulerState),
        (
            keys::buffered_receipt_groups_queue_data(shard),
            TrieKey::BufferedReceiptGroupsQueueData { receiving_shard },
        ),
        (
            keys::buffered_receipt_groups_queue_item(shard, index),
            TrieKey::BufferedReceiptGroupsQueueItem { receiving_shard, index },
        ),
    ];
    for (ours, theirs) in pairs {
        assert_eq!(ours, theirs.to_vec(), "{theirs:?}");
    }
    let account_id = "alice.near";
    let names = [
        (
            GlobalContractIdentifier::CodeHash(CryptoHash(DATA)),
            GlobalContractCodeIdentifier::CodeHash(TheirHash(DATA)),
        ),
        (
            GlobalContractIdentifier::AccountId(account_id.parse().expect("an account")),
            GlobalContractCodeIdentifier::AccountId(account_id.parse().expect("an account")),
        ),
    ];
    for (ours, identifier) in names {
        let code = TrieKey::GlobalContractCode {
            identifier: identifier.clone(),
        };
        assert_eq!(keys::global_contract_code(&ours), code.to_vec());
        let nonce = TrieKey::GlobalContractNonce { identifier };
        assert_eq!(keys::global_contract_nonce(&ours), nonce.to_vec());
    }
}

#[test]
fn every_column_of_nearcore_has_its_place_in_a_split() {
    let with_account: Vec<u8> = col::COLUMNS_WITH_ACCOUNT_ID_IN_KEY
        .iter()
        .map(|(column, _)| *column)
        .collect();
    assert_eq!(with_account, column::WITH_ACCOUNT_ID);
    let mut ours = [
        &column::WITH_ACCOUNT_ID[..],
        &column::COPIED_TO_BOTH_CHILDREN,
        &column::LEFT_CHILD_ONLY,
    ]
    .concat();
    ours.sort_unstable();
    let mut theirs: Vec<u8> = col::ALL_COLUMNS_WITH_NAMES.iter().map(|(column, _)| *column).collect();
    theirs.sort_unstable();
    assert_eq!(ours, theirs);
}
