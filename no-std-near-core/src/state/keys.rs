//! Keys of the state: one builder per column, and parsers for what iterations find.
//!
//! Mirrors `core/primitives/src/trie_key.rs` (spec §B.7); differs in: keys are plain bytes from the start, so that a lookup builds
//! them once.

use super::StorageError;
use crate::types::account_id::AccountId;
use crate::types::action::GlobalContractIdentifier;
use crate::types::hash::CryptoHash;
use crate::types::keys::PublicKeyHandle;
use crate::types::{NonceIndex, ShardId, append_bytes};
use alloc::vec::Vec;
use borsh::BorshDeserialize;

/// First byte of every key: what kind of value it has.
pub mod column {
    /// Accounts.
    pub const ACCOUNT: u8 = 0;
    /// Wasm deployed on an account.
    pub const CONTRACT_CODE: u8 = 1;
    /// Access keys, and the nonces of gas keys.
    pub const ACCESS_KEY: u8 = 2;
    /// Data that arrived before its receipt.
    pub const RECEIVED_DATA: u8 = 3;
    /// Which receipt waits for a piece of data.
    pub const POSTPONED_RECEIPT_ID: u8 = 4;
    /// How many pieces of data a receipt still waits for.
    pub const PENDING_DATA_COUNT: u8 = 5;
    /// Receipts that wait for data.
    pub const POSTPONED_RECEIPT: u8 = 6;
    /// Queue of delayed receipts, and (the key without an index) its indices.
    pub const DELAYED_RECEIPT_OR_INDICES: u8 = 7;
    /// Data of contracts.
    pub const CONTRACT_DATA: u8 = 9;
    /// Indices of the queue of yield timeouts.
    pub const PROMISE_YIELD_INDICES: u8 = 10;
    /// Queue of yield timeouts.
    pub const PROMISE_YIELD_TIMEOUT: u8 = 11;
    /// Receipts that wait for a resume.
    pub const PROMISE_YIELD_RECEIPT: u8 = 12;
    /// Indices of all outgoing buffers.
    pub const BUFFERED_RECEIPT_INDICES: u8 = 13;
    /// Outgoing buffers.
    pub const BUFFERED_RECEIPT: u8 = 14;
    /// State of the bandwidth scheduler.
    pub const BANDWIDTH_SCHEDULER_STATE: u8 = 15;
    /// Totals and indices of the receipt groups of an outgoing buffer.
    pub const BUFFERED_RECEIPT_GROUPS_QUEUE_DATA: u8 = 16;
    /// Receipt groups of an outgoing buffer.
    pub const BUFFERED_RECEIPT_GROUPS_QUEUE_ITEM: u8 = 17;
    /// Wasm of global contracts.
    pub const GLOBAL_CONTRACT_CODE: u8 = 18;
    /// Nonce of the last deployment of a global contract.
    pub const GLOBAL_CONTRACT_NONCE: u8 = 19;
    /// How far a yield has come.
    pub const PROMISE_YIELD_STATUS: u8 = 20;
    /// Data id of a yield that was given a name.
    pub const YIELD_ID_TO_DATA_ID: u8 = 22;
    /// The name of a yield with this data id.
    pub const DATA_ID_TO_YIELD_ID: u8 = 23;

    /// Columns whose keys begin with an account: a split of the shard cuts them at the boundary account.
    pub const WITH_ACCOUNT_ID: [u8; 12] = [
        ACCOUNT,
        CONTRACT_CODE,
        ACCESS_KEY,
        RECEIVED_DATA,
        POSTPONED_RECEIPT_ID,
        PENDING_DATA_COUNT,
        POSTPONED_RECEIPT,
        CONTRACT_DATA,
        PROMISE_YIELD_RECEIPT,
        PROMISE_YIELD_STATUS,
        YIELD_ID_TO_DATA_ID,
        DATA_ID_TO_YIELD_ID,
    ];

    /// Columns that both children of a split shard get.
    pub const COPIED_TO_BOTH_CHILDREN: [u8; 6] = [
        DELAYED_RECEIPT_OR_INDICES,
        PROMISE_YIELD_INDICES,
        PROMISE_YIELD_TIMEOUT,
        BANDWIDTH_SCHEDULER_STATE,
        GLOBAL_CONTRACT_CODE,
        GLOBAL_CONTRACT_NONCE,
    ];

    /// Columns that only the left child of a split shard gets.
    pub const LEFT_CHILD_ONLY: [u8; 4] = [
        BUFFERED_RECEIPT_INDICES,
        BUFFERED_RECEIPT,
        BUFFERED_RECEIPT_GROUPS_QUEUE_DATA,
        BUFFERED_RECEIPT_GROUPS_QUEUE_ITEM,
    ];
}

/// Between an account and what follows, except in access keys.
pub const ACCOUNT_DATA_SEPARATOR: u8 = b',';
/// Between an account and its public key (the column number, for historical reasons).
pub const ACCESS_KEY_SEPARATOR: u8 = column::ACCESS_KEY;

/// The bytes of a key.
pub type Key = Vec<u8>;

fn join(parts: &[&[u8]]) -> Key {
    let mut key = Vec::with_capacity(parts.iter().map(|part| part.len()).sum());
    parts.iter().for_each(|part| key.extend_from_slice(part));
    key
}

fn of_account_and(column: u8, account_id: &AccountId, rest: &[u8]) -> Key {
    join(&[&[column], account_id.as_bytes(), &[ACCOUNT_DATA_SEPARATOR], rest])
}

/// Key of an account, which is looked for more often than anything else: not on the heap.
#[derive(Clone, Copy, Debug)]
pub struct AccountKey {
    bytes: [u8; 1 + AccountId::MAX_LEN_BYTES],
    len: usize,
}

impl core::ops::Deref for AccountKey {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }
}

/// Key of an account.
pub fn account(account_id: &AccountId) -> AccountKey {
    let text = account_id.as_bytes();
    let mut bytes = [column::ACCOUNT; 1 + AccountId::MAX_LEN_BYTES];
    if let Some(place) = bytes.get_mut(1..1 + text.len()) {
        place.copy_from_slice(text);
    }
    AccountKey {
        bytes,
        len: 1 + text.len(),
    }
}

/// Key of the Wasm deployed on an account.
pub fn contract_code(account_id: &AccountId) -> Key {
    join(&[&[column::CONTRACT_CODE], account_id.as_bytes()])
}

/// What all access keys and gas key nonces of an account begin with.
pub fn access_keys_prefix(account_id: &AccountId) -> Key {
    join(&[&[column::ACCESS_KEY], account_id.as_bytes(), &[ACCESS_KEY_SEPARATOR]])
}

/// Key of an access key.
pub fn access_key(account_id: &AccountId, public_key: &PublicKeyHandle) -> Key {
    let (column, separator) = ([column::ACCESS_KEY], [ACCESS_KEY_SEPARATOR]);
    let mut key = Vec::with_capacity(1 + account_id.len() + 1 + public_key.len());
    for part in [&column, account_id.as_bytes(), &separator] {
        key.extend_from_slice(part);
    }
    append_bytes(public_key, &mut key);
    key
}

/// Key of one of the nonces of a gas key.
pub fn gas_key_nonce(account_id: &AccountId, public_key: &PublicKeyHandle, index: NonceIndex) -> Key {
    let mut key = access_key(account_id, public_key);
    key.extend_from_slice(&index.to_le_bytes());
    key
}

/// Key of data that arrived for an account.
pub fn received_data(receiver_id: &AccountId, data_id: &CryptoHash) -> Key {
    of_account_and(column::RECEIVED_DATA, receiver_id, &data_id.0)
}

/// Key of the identifier of the receipt that waits for a piece of data.
pub fn postponed_receipt_id(receiver_id: &AccountId, data_id: &CryptoHash) -> Key {
    of_account_and(column::POSTPONED_RECEIPT_ID, receiver_id, &data_id.0)
}

/// Key of the number of pieces of data that a receipt waits for.
pub fn pending_data_count(receiver_id: &AccountId, receipt_id: &CryptoHash) -> Key {
    of_account_and(column::PENDING_DATA_COUNT, receiver_id, &receipt_id.0)
}

/// Key of a receipt that waits for data.
pub fn postponed_receipt(receiver_id: &AccountId, receipt_id: &CryptoHash) -> Key {
    of_account_and(column::POSTPONED_RECEIPT, receiver_id, &receipt_id.0)
}

/// Key of the indices of the queue of delayed receipts.
pub fn delayed_receipt_indices() -> Key {
    join(&[&[column::DELAYED_RECEIPT_OR_INDICES]])
}

/// Key of an entry of the queue of delayed receipts.
pub fn delayed_receipt(index: u64) -> Key {
    join(&[&[column::DELAYED_RECEIPT_OR_INDICES], &index.to_le_bytes()])
}

/// Key of a piece of contract data.
pub fn contract_data(account_id: &AccountId, data_key: &[u8]) -> Key {
    of_account_and(column::CONTRACT_DATA, account_id, data_key)
}

/// What all contract data of an account whose own key begins with `data_prefix` begins with.
pub fn contract_data_prefix(account_id: &AccountId, data_prefix: &[u8]) -> Key {
    contract_data(account_id, data_prefix)
}

/// Key of the indices of the queue of yield timeouts.
pub fn promise_yield_indices() -> Key {
    join(&[&[column::PROMISE_YIELD_INDICES]])
}

/// Key of an entry of the queue of yield timeouts.
pub fn promise_yield_timeout(index: u64) -> Key {
    join(&[&[column::PROMISE_YIELD_TIMEOUT], &index.to_le_bytes()])
}

/// Key of a receipt that waits for a resume.
pub fn promise_yield_receipt(receiver_id: &AccountId, data_id: &CryptoHash) -> Key {
    of_account_and(column::PROMISE_YIELD_RECEIPT, receiver_id, &data_id.0)
}

/// Key of the indices of all outgoing buffers.
pub fn buffered_receipt_indices() -> Key {
    join(&[&[column::BUFFERED_RECEIPT_INDICES]])
}

/// Key of an entry of the outgoing buffer towards a shard.
///
/// # Errors
/// The shard's number does not fit the 16 bits that it has in this key (nearcore panics).
pub fn buffered_receipt(receiving_shard: ShardId, index: u64) -> Result<Key, StorageError> {
    let shard = u16::try_from(receiving_shard)
        .map_err(|_| StorageError::inconsistent("shard id of an outgoing buffer exceeds 16 bits"))?;
    Ok(join(&[
        &[column::BUFFERED_RECEIPT],
        &shard.to_le_bytes(),
        &index.to_le_bytes(),
    ]))
}

/// Key of the state of the bandwidth scheduler.
pub fn bandwidth_scheduler_state() -> Key {
    join(&[&[column::BANDWIDTH_SCHEDULER_STATE]])
}

/// Key of totals and indices of the receipt groups towards a shard.
pub fn buffered_receipt_groups_queue_data(receiving_shard: ShardId) -> Key {
    join(&[
        &[column::BUFFERED_RECEIPT_GROUPS_QUEUE_DATA],
        &receiving_shard.to_le_bytes(),
    ])
}

/// Key of a receipt group towards a shard.
pub fn buffered_receipt_groups_queue_item(receiving_shard: ShardId, index: u64) -> Key {
    let column = [column::BUFFERED_RECEIPT_GROUPS_QUEUE_ITEM];
    join(&[&column, &receiving_shard.to_le_bytes(), &index.to_le_bytes()])
}

/// Key of the Wasm of a global contract.
pub fn global_contract_code(identifier: &GlobalContractIdentifier) -> Key {
    let mut key = alloc::vec![column::GLOBAL_CONTRACT_CODE];
    append_bytes(identifier, &mut key);
    key
}

/// Key of the nonce of the last deployment of a global contract.
pub fn global_contract_nonce(identifier: &GlobalContractIdentifier) -> Key {
    let mut key = alloc::vec![column::GLOBAL_CONTRACT_NONCE];
    append_bytes(identifier, &mut key);
    key
}

/// Key of how far a yield has come.
pub fn promise_yield_status(receiver_id: &AccountId, data_id: &CryptoHash) -> Key {
    of_account_and(column::PROMISE_YIELD_STATUS, receiver_id, &data_id.0)
}

/// Key of the data id of a yield that was given a name.
pub fn yield_id_to_data_id(receiver_id: &AccountId, yield_id: &CryptoHash) -> Key {
    of_account_and(column::YIELD_ID_TO_DATA_ID, receiver_id, &yield_id.0)
}

/// Key of the name of a yield.
pub fn data_id_to_yield_id(receiver_id: &AccountId, data_id: &CryptoHash) -> Key {
    of_account_and(column::DATA_ID_TO_YIELD_ID, receiver_id, &data_id.0)
}

/// Whether the key belongs to contract data, whose removal is surcharged in the recorded size.
pub fn is_contract_data(key: &[u8]) -> bool {
    key.first() == Some(&column::CONTRACT_DATA)
}

/// What a key that begins with [`access_keys_prefix`] stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AccessKeyRow {
    /// An access key.
    AccessKey(PublicKeyHandle),
    /// One of the nonces of a gas key.
    GasKeyNonce(PublicKeyHandle, NonceIndex),
}

/// Reads a key that begins with [`access_keys_prefix`] of this account.
///
/// # Errors
/// What follows the prefix is neither a public key nor a public key and a nonce index.
pub fn parse_access_key_row(key: &[u8], account_id: &AccountId) -> Result<AccessKeyRow, StorageError> {
    let malformed = || StorageError::inconsistent("a key in the column of access keys is malformed");
    let prefix_len = 2 + account_id.len();
    let mut rest = key.get(prefix_len..).ok_or_else(malformed)?;
    let public_key = PublicKeyHandle::deserialize(&mut rest).map_err(|_| malformed())?;
    if rest.is_empty() {
        return Ok(AccessKeyRow::AccessKey(public_key));
    }
    let index = <[u8; 2]>::try_from(rest).map_err(|_| malformed())?;
    Ok(AccessKeyRow::GasKeyNonce(public_key, NonceIndex::from_le_bytes(index)))
}
