//! Values of the state, typed.
//!
//! Mirrors `core/store/src/utils/mod.rs`; differs in: functions for single rows take and give borrowed identifiers.

use super::{StateUpdate, StorageError, keys};
use crate::crypto::Crypto;
use crate::types::access_key::AccessKey;
use crate::types::account::Account;
use crate::types::account_id::AccountId;
use crate::types::bandwidth::BandwidthSchedulerState;
use crate::types::hash::CryptoHash;
use crate::types::keys::PublicKey;
use crate::types::queues::{
    BufferedReceiptIndices, DelayedReceiptIndices, PromiseYieldIndices, PromiseYieldStatus, PromiseYieldTimeout,
};
use crate::types::receipt::{Receipt, ReceivedData};
use crate::types::{Balance, BlockHeight, Nonce, NonceIndex, to_bytes};
use alloc::vec::Vec;
use borsh::{BorshDeserialize, BorshSerialize};
use keys::AccessKeyRow;

/// Reads and decodes the value of a key. Recorded.
///
/// # Errors
/// The trie cannot be read, or the value is not the borsh form of a `T`.
pub fn get<T: BorshDeserialize, C: Crypto>(state: &StateUpdate<'_, C>, key: &[u8]) -> Result<Option<T>, StorageError> {
    state.get(key)?.map(|bytes| decode(key, bytes)).transpose()
}

/// Decodes a value of the state.
///
/// # Errors
/// It is not the borsh form of a `T`.
pub fn decode<T: BorshDeserialize>(key: &[u8], mut bytes: &[u8]) -> Result<T, StorageError> {
    // borsh's `try_from_slice`, without its error texts.
    match T::deserialize(&mut bytes) {
        Ok(value) if bytes.is_empty() => Ok(value),
        Ok(_) => Err(undecodable(key, "has trailing bytes")),
        Err(_) => Err(undecodable(key, "is malformed")),
    }
}

fn undecodable(key: &[u8], what: &str) -> StorageError {
    StorageError::inconsistent(alloc::format!("the value in column {:?} {what}", key.first()))
}

/// Encodes and sets the value of a key, prospectively.
pub fn set<T: BorshSerialize + ?Sized, C: Crypto>(state: &mut StateUpdate<'_, C>, key: &[u8], value: &T) {
    state.set(key, to_bytes(value));
}

/// An account.
///
/// # Errors
/// As for [`get`].
pub fn get_account<C: Crypto>(
    state: &StateUpdate<'_, C>,
    account_id: &AccountId,
) -> Result<Option<Account>, StorageError> {
    let key = keys::account(account_id);
    let decode = |bytes| Account::from_bytes(bytes).map_err(|_| undecodable(&key, "is malformed"));
    state.get(&key)?.map(decode).transpose()
}

/// Sets an account.
pub fn set_account<C: Crypto>(state: &mut StateUpdate<'_, C>, account_id: &AccountId, account: &Account) {
    set(state, &keys::account(account_id), account);
}

/// An access key.
///
/// # Errors
/// As for [`get`].
pub fn get_access_key<C: Crypto>(
    state: &StateUpdate<'_, C>,
    account_id: &AccountId,
    public_key: &PublicKey,
) -> Result<Option<AccessKey>, StorageError> {
    get(state, &keys::access_key(account_id, &public_key.handle::<C>()))
}

/// Sets an access key.
pub fn set_access_key<C: Crypto>(
    state: &mut StateUpdate<'_, C>,
    account_id: &AccountId,
    public_key: &PublicKey,
    access_key: &AccessKey,
) {
    set(
        state,
        &keys::access_key(account_id, &public_key.handle::<C>()),
        access_key,
    );
}

/// Removes an access key.
pub fn remove_access_key<C: Crypto>(state: &mut StateUpdate<'_, C>, account_id: &AccountId, public_key: &PublicKey) {
    state.remove(&keys::access_key(account_id, &public_key.handle::<C>()));
}

/// One of the nonces of a gas key.
///
/// # Errors
/// As for [`get`].
pub fn get_gas_key_nonce<C: Crypto>(
    state: &StateUpdate<'_, C>,
    account_id: &AccountId,
    public_key: &PublicKey,
    index: NonceIndex,
) -> Result<Option<Nonce>, StorageError> {
    get(
        state,
        &keys::gas_key_nonce(account_id, &public_key.handle::<C>(), index),
    )
}

/// Sets one of the nonces of a gas key.
pub fn set_gas_key_nonce<C: Crypto>(
    state: &mut StateUpdate<'_, C>,
    account_id: &AccountId,
    public_key: &PublicKey,
    index: NonceIndex,
    nonce: Nonce,
) {
    set(
        state,
        &keys::gas_key_nonce(account_id, &public_key.handle::<C>(), index),
        &nonce,
    );
}

/// Removes one of the nonces of a gas key.
pub fn remove_gas_key_nonce<C: Crypto>(
    state: &mut StateUpdate<'_, C>,
    account_id: &AccountId,
    public_key: &PublicKey,
    index: NonceIndex,
) {
    state.remove(&keys::gas_key_nonce(account_id, &public_key.handle::<C>(), index));
}

/// Data that has arrived for an account.
///
/// # Errors
/// As for [`get`].
pub fn get_received_data<C: Crypto>(
    state: &StateUpdate<'_, C>,
    receiver_id: &AccountId,
    data_id: &CryptoHash,
) -> Result<Option<ReceivedData>, StorageError> {
    get(state, &keys::received_data(receiver_id, data_id))
}

/// Sets data that has arrived for an account; none if its sender failed.
pub fn set_received_data<C: Crypto>(
    state: &mut StateUpdate<'_, C>,
    receiver_id: &AccountId,
    data_id: &CryptoHash,
    data: Option<&[u8]>,
) {
    set(state, &keys::received_data(receiver_id, data_id), &data);
}

/// A receipt that waits for data.
///
/// # Errors
/// As for [`get`].
pub fn get_postponed_receipt<C: Crypto>(
    state: &StateUpdate<'_, C>,
    receiver_id: &AccountId,
    receipt_id: &CryptoHash,
) -> Result<Option<Receipt>, StorageError> {
    get(state, &keys::postponed_receipt(receiver_id, receipt_id))
}

/// Sets a receipt that waits for data.
pub fn set_postponed_receipt<C: Crypto>(state: &mut StateUpdate<'_, C>, receipt: &Receipt) {
    set(
        state,
        &keys::postponed_receipt(&receipt.receiver_id, &receipt.receipt_id),
        receipt,
    );
}

/// A receipt that waits for a resume.
///
/// # Errors
/// As for [`get`].
pub fn get_promise_yield_receipt<C: Crypto>(
    state: &StateUpdate<'_, C>,
    receiver_id: &AccountId,
    data_id: &CryptoHash,
) -> Result<Option<Receipt>, StorageError> {
    get(state, &keys::promise_yield_receipt(receiver_id, data_id))
}

/// How far a yield has come.
///
/// # Errors
/// As for [`get`].
pub fn get_promise_yield_status<C: Crypto>(
    state: &StateUpdate<'_, C>,
    receiver_id: &AccountId,
    data_id: &CryptoHash,
) -> Result<Option<PromiseYieldStatus>, StorageError> {
    get(state, &keys::promise_yield_status(receiver_id, data_id))
}

/// Sets how far a yield has come.
pub fn set_promise_yield_status<C: Crypto>(
    state: &mut StateUpdate<'_, C>,
    receiver_id: &AccountId,
    data_id: &CryptoHash,
    status: PromiseYieldStatus,
) {
    set(state, &keys::promise_yield_status(receiver_id, data_id), &status);
}

/// Gives a yield a name: both directions of the mapping.
pub fn set_yield_id_mapping<C: Crypto>(
    state: &mut StateUpdate<'_, C>,
    receiver_id: &AccountId,
    yield_id: &CryptoHash,
    data_id: &CryptoHash,
) {
    set(state, &keys::yield_id_to_data_id(receiver_id, yield_id), data_id);
    set(state, &keys::data_id_to_yield_id(receiver_id, data_id), yield_id);
}

/// Indices of the queue of yield timeouts; zeros if there never was one.
///
/// # Errors
/// As for [`get`].
pub fn get_promise_yield_indices<C: Crypto>(state: &StateUpdate<'_, C>) -> Result<PromiseYieldIndices, StorageError> {
    Ok(get(state, &keys::promise_yield_indices())?.unwrap_or_default())
}

/// Sets the indices of the queue of yield timeouts.
pub fn set_promise_yield_indices<C: Crypto>(state: &mut StateUpdate<'_, C>, indices: &PromiseYieldIndices) {
    set(state, &keys::promise_yield_indices(), indices);
}

/// Appends to the queue of yield timeouts. The indices are changed but not written.
///
/// # Errors
/// The index overflows.
pub fn enqueue_promise_yield_timeout<C: Crypto>(
    state: &mut StateUpdate<'_, C>,
    indices: &mut PromiseYieldIndices,
    account_id: AccountId,
    data_id: CryptoHash,
    expires_at: BlockHeight,
) -> Result<(), StorageError> {
    let entry = PromiseYieldTimeout {
        account_id,
        data_id,
        expires_at,
    };
    set(
        state,
        &keys::promise_yield_timeout(indices.next_available_index),
        &entry,
    );
    indices.next_available_index = indices
        .next_available_index
        .checked_add(1)
        .ok_or_else(|| StorageError::inconsistent("the index of the yield timeout queue overflows"))?;
    Ok(())
}

/// Indices of the queue of delayed receipts; zeros if there never was one.
///
/// # Errors
/// As for [`get`].
pub fn get_delayed_receipt_indices<C: Crypto>(
    state: &StateUpdate<'_, C>,
) -> Result<DelayedReceiptIndices, StorageError> {
    Ok(get(state, &keys::delayed_receipt_indices())?.unwrap_or_default())
}

/// Indices of the outgoing buffers; empty if there never was one.
///
/// # Errors
/// As for [`get`].
pub fn get_buffered_receipt_indices<C: Crypto>(
    state: &StateUpdate<'_, C>,
) -> Result<BufferedReceiptIndices, StorageError> {
    Ok(get(state, &keys::buffered_receipt_indices())?.unwrap_or_default())
}

/// State of the bandwidth scheduler.
///
/// # Errors
/// As for [`get`].
pub fn get_bandwidth_scheduler_state<C: Crypto>(
    state: &StateUpdate<'_, C>,
) -> Result<Option<BandwidthSchedulerState>, StorageError> {
    get(state, &keys::bandwidth_scheduler_state())
}

/// Sets the state of the bandwidth scheduler.
pub fn set_bandwidth_scheduler_state<C: Crypto>(state: &mut StateUpdate<'_, C>, scheduler: &BandwidthSchedulerState) {
    set(state, &keys::bandwidth_scheduler_state(), scheduler);
}

/// Sum of the balances of all gas keys of an account, yoctoNEAR. Records all rows of its access keys.
///
/// # Errors
/// The trie cannot be read, a row is malformed, or the sum overflows.
pub fn compute_gas_key_balance_sum<C: Crypto>(
    state: &StateUpdate<'_, C>,
    account_id: &AccountId,
) -> Result<Balance, StorageError> {
    let mut total: Balance = 0;
    for key in state.keys_with_prefix(&keys::access_keys_prefix(account_id))? {
        if let AccessKeyRow::GasKeyNonce(..) = keys::parse_access_key_row(&key, account_id)? {
            continue;
        }
        let access_key: Option<AccessKey> = get(state, &key)?;
        if let Some(gas_key) = access_key.as_ref().and_then(AccessKey::gas_key_info) {
            total = total
                .checked_add(gas_key.balance)
                .ok_or_else(|| StorageError::inconsistent("the sum of gas key balances overflows"))?;
        }
    }
    Ok(total)
}

/// Rows of gas keys that went away with an account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RemovedAccount {
    /// How many nonces.
    pub gas_key_nonce_count: u64,
    /// Total length of their keys in the trie, bytes: compute is charged by it.
    pub gas_key_nonce_total_key_bytes: u64,
}

/// Removes an account with its contract, its access keys and gas keys, and all its contract data. Records every row it removes.
///
/// # Errors
/// The trie cannot be read, or a row of the access keys is malformed.
pub fn remove_account<C: Crypto>(
    state: &mut StateUpdate<'_, C>,
    account_id: &AccountId,
) -> Result<RemovedAccount, StorageError> {
    state.remove(&keys::account(account_id));
    state.remove(&keys::contract_code(account_id));
    let mut removed = RemovedAccount::default();
    let access_keys: Vec<keys::Key> = state.keys_with_prefix(&keys::access_keys_prefix(account_id))?;
    for key in &access_keys {
        if let AccessKeyRow::GasKeyNonce(..) = keys::parse_access_key_row(key, account_id)? {
            removed.gas_key_nonce_count += 1;
            removed.gas_key_nonce_total_key_bytes += key.len() as u64;
        }
    }
    access_keys.iter().for_each(|key| state.remove(key));
    let data_keys = state.keys_with_prefix(&keys::contract_data_prefix(account_id, &[]))?;
    data_keys.iter().for_each(|key| state.remove(key));
    Ok(removed)
}
