//! Transfer: tokens for an account, for one that the transfer creates, or back to whoever paid.
//!
//! Mirrors `action_transfer_or_implicit_account_creation` of `runtime/runtime/src/lib.rs` and the functions it calls in
//! `runtime/runtime/src/actions.rs` (spec §C.9).

use super::access_keys::initial_nonce;
use super::deterministic_state_init::new_account;
use crate::crypto::Crypto;
use crate::error::ApplyError;
use crate::params::fees::safe_add_balance;
use crate::receipts::{ActionInput, ReceiverState};
use crate::state::StateUpdate;
use crate::state::accessors::{get_access_key, set_access_key};
use crate::types::access_key::{AccessKey, AccessKeyPermission};
use crate::types::account::{Account, AccountContract};
use crate::types::account_id::{AccountId, AccountType};
use crate::types::hash::CryptoHash;
use crate::types::keys::PublicKey;
use crate::types::{Balance, len_bytes};

/// Credits `deposit`.
///
/// # Errors
/// Aborts on storage errors and on overflow.
pub(super) fn apply<C: Crypto>(
    deposit: Balance,
    input: &ActionInput<'_>,
    receiver: &mut ReceiverState,
    state: &mut StateUpdate<'_, C>,
) -> Result<(), ApplyError> {
    let Some(account) = receiver.account.as_mut() else {
        return create_implicit_account(deposit, input, receiver, state);
    };
    let account_id = input.account_id();
    let signer_key = input.action_receipt.signer_public_key;
    // Unspent gas goes back to where it was paid from: a gas key, or the account and the key's allowance.
    let is_gas_refund = input.is_refund() && input.action_receipt.signer_id == account_id;
    if is_gas_refund && refund_to_gas_key(deposit, account_id, signer_key, state)? {
        return Ok(());
    }
    account.set_amount(safe_add_balance(account.amount(), deposit)?);
    if is_gas_refund {
        restore_allowance(deposit, account_id, signer_key, state)?;
    }
    Ok(())
}

/// Credits the key if it (still) exists and is a gas key.
fn refund_to_gas_key<C: Crypto>(
    deposit: Balance,
    account_id: &AccountId,
    public_key: &PublicKey,
    state: &mut StateUpdate<'_, C>,
) -> Result<bool, ApplyError> {
    let Some(mut access_key) = get_access_key(state, account_id, public_key)? else {
        return Ok(false);
    };
    let Some(info) = access_key.gas_key_info_mut() else {
        return Ok(false);
    };
    info.balance = safe_add_balance(info.balance, deposit)?;
    set_access_key(state, account_id, public_key, &access_key);
    Ok(true)
}

/// Raises the allowance of a restricted key that (still) has one.
fn restore_allowance<C: Crypto>(
    deposit: Balance,
    account_id: &AccountId,
    public_key: &PublicKey,
    state: &mut StateUpdate<'_, C>,
) -> Result<(), ApplyError> {
    let Some(mut access_key) = get_access_key(state, account_id, public_key)? else {
        return Ok(());
    };
    if let AccessKeyPermission::FunctionCall(permission) = &mut access_key.permission
        && let Some(allowance) = permission.allowance
        && allowance.saturating_add(deposit) > allowance
    {
        permission.allowance = Some(allowance.saturating_add(deposit));
        set_access_key(state, account_id, public_key, &access_key);
    }
    Ok(())
}

/// Creates the account that the name describes: one with that key, one with the Ethereum wallet contract, or one still to be
/// initialised.
fn create_implicit_account<C: Crypto>(
    deposit: Balance,
    input: &ActionInput<'_>,
    receiver: &mut ReceiverState,
    state: &mut StateUpdate<'_, C>,
) -> Result<(), ApplyError> {
    let params = input.context.params;
    let account_id = input.account_id();
    let storage = &params.fees.storage_usage_config;
    let account = match account_id.account_type() {
        AccountType::NearImplicitAccount => {
            let public_key = key_of_implicit_account(account_id)?;
            let access_key = AccessKey {
                nonce: initial_nonce(input)?,
                ..AccessKey::full_access()
            };
            set_access_key(state, account_id, &public_key, &access_key);
            let key_bytes = public_key.trie_id_len() as u64 + len_bytes(&access_key) + storage.num_extra_bytes_record;
            Account::new(deposit, 0, AccountContract::None, storage.num_bytes_account + key_bytes)
        }
        AccountType::EthImplicitAccount => {
            let contract = AccountContract::Global(input.context.chain.eth_wallet_contract_hash);
            let storage_usage = storage.num_bytes_account + CryptoHash::LEN_BYTES as u64;
            Account::new(deposit, 0, contract, storage_usage)
        }
        AccountType::NearDeterministicAccount => new_account(params, deposit),
        AccountType::NamedAccount => {
            return Err(ApplyError::inconsistent_state(
                "a transfer was to create a named account",
            ));
        }
    };
    receiver.actor_id = account_id.clone();
    receiver.account = Some(account);
    Ok(())
}

/// The name is the key, in hexadecimal.
fn key_of_implicit_account(account_id: &AccountId) -> Result<PublicKey, ApplyError> {
    let digit = |byte: u8| char::from(byte).to_digit(16).map(|digit| digit as u8);
    let mut key = [0_u8; 32];
    let (pairs, rest) = account_id.as_bytes().as_chunks::<2>();
    let decoded = key.iter_mut().zip(pairs).try_for_each(|(byte, [high, low])| {
        *byte = digit(*high)? << 4 | digit(*low)?;
        Some(())
    });
    if decoded.is_none() || !rest.is_empty() || pairs.len() != key.len() {
        return Err(ApplyError::inconsistent_state(
            "the name of an implicit account is not a key",
        ));
    }
    Ok(PublicKey::ED25519(key))
}
