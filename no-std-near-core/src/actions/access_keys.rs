//! AddKey and DeleteKey, for ordinary keys and for gas keys with their rows of nonces.
//!
//! Mirrors `runtime/runtime/src/access_keys.rs` (spec §C.9).

use super::contract_storage::add_storage_usage;
use crate::crypto::Crypto;
use crate::error::ApplyError;
use crate::params::Params;
use crate::params::fees::{safe_add_balance, safe_add_compute, storage_removes_compute};
use crate::receipts::{ActionError, ActionInput, ActionResult};
use crate::state::StateUpdate;
use crate::state::accessors::{
    get_access_key, remove_access_key, remove_gas_key_nonce, set_access_key, set_gas_key_nonce,
};
use crate::state::keys;
use crate::types::access_key::{AccessKey, GasKeyInfo};
use crate::types::account::Account;
use crate::types::action::{AddKeyAction, DeleteKeyAction};
use crate::types::keys::PublicKey;
use crate::types::{Nonce, StorageUsage, len_bytes};

/// Adds a key. Its nonce starts at the height's range, so that no transaction of an earlier key of the same name is valid again.
///
/// # Errors
/// Aborts on storage errors and on overflow.
pub(super) fn add<C: Crypto>(
    action: &AddKeyAction,
    input: &ActionInput<'_>,
    account: &mut Account,
    state: &mut StateUpdate<'_, C>,
    result: &mut ActionResult,
) -> Result<(), ApplyError> {
    let (account_id, public_key) = (input.account_id(), &action.public_key);
    if get_access_key(state, account_id, public_key)?.is_some() {
        result.result = Err(ActionError::KeyAlreadyExists(account_id.clone()));
        return Ok(());
    }
    let nonce = initial_nonce(input)?;
    let mut access_key = action.access_key.clone();
    match access_key.gas_key_info().map(|info| info.num_nonces) {
        Some(num_nonces) => {
            access_key.nonce = 0;
            (0..num_nonces).for_each(|index| set_gas_key_nonce(state, account_id, public_key, index, nonce));
        }
        None => access_key.nonce = nonce,
    }
    set_access_key(state, account_id, public_key, &access_key);
    add_storage_usage(account, storage_usage(input.context.params, public_key, &access_key))
}

/// Deletes a key; what a gas key still holds is burnt, up to a limit above which the action fails.
///
/// # Errors
/// Aborts on storage errors and on overflow.
pub(super) fn delete<C: Crypto>(
    action: &DeleteKeyAction,
    input: &ActionInput<'_>,
    account: &mut Account,
    state: &mut StateUpdate<'_, C>,
    result: &mut ActionResult,
) -> Result<(), ApplyError> {
    let (account_id, public_key) = (input.account_id(), &action.public_key);
    let Some(access_key) = get_access_key(state, account_id, public_key)? else {
        result.result = Err(ActionError::KeyDoesNotExist(account_id.clone()));
        return Ok(());
    };
    if let Some(info) = access_key.gas_key_info() {
        if info.balance > GasKeyInfo::MAX_BALANCE_TO_BURN {
            result.result = Err(ActionError::GasKeyBalanceTooHigh(info.balance));
            return Ok(());
        }
        result.tokens_burnt = safe_add_balance(result.tokens_burnt, info.balance)?;
        delete_nonces(info, input, public_key, state, result)?;
    }
    remove_access_key(state, account_id, public_key);
    let freed = storage_usage(input.context.params, public_key, &access_key);
    account.set_storage_usage(account.storage_usage().saturating_sub(freed));
    Ok(())
}

fn delete_nonces<C: Crypto>(
    info: &GasKeyInfo,
    input: &ActionInput<'_>,
    public_key: &PublicKey,
    state: &mut StateUpdate<'_, C>,
    result: &mut ActionResult,
) -> Result<(), ApplyError> {
    let account_id = input.account_id();
    (0..info.num_nonces).for_each(|index| remove_gas_key_nonce(state, account_id, public_key, index));
    let count = u64::from(info.num_nonces);
    let key_len_bytes = keys::gas_key_nonce(account_id, &public_key.handle::<C>(), 0).len() as u64;
    let value_len_bytes = AccessKey::NONCE_VALUE_LEN_BYTES as u64;
    let compute = storage_removes_compute(
        input.context.params,
        count,
        key_len_bytes * count,
        value_len_bytes * count,
    )?;
    result.compute_usage = safe_add_compute(result.compute_usage, compute)?;
    Ok(())
}

/// Bytes that a key occupies. The state names a long key by its hash, which is what counts.
fn storage_usage(params: &Params, public_key: &PublicKey, access_key: &AccessKey) -> StorageUsage {
    let bytes_per_record = params.fees.storage_usage_config.num_extra_bytes_record;
    let name_bytes = public_key.trie_id_len() as u64;
    let key_bytes = name_bytes + len_bytes(access_key) + bytes_per_record;
    let nonce_count = access_key.gas_key_info().map_or(0, |info| u64::from(info.num_nonces));
    let index_bytes = size_of::<u16>() as u64;
    let nonce_bytes = name_bytes + index_bytes + AccessKey::NONCE_VALUE_LEN_BYTES as u64 + bytes_per_record;
    key_bytes + nonce_count * nonce_bytes
}

/// First nonce of a key added at this height.
///
/// # Errors
/// Aborts at height zero, where nothing is ever applied.
pub(super) fn initial_nonce(input: &ActionInput<'_>) -> Result<Nonce, ApplyError> {
    let height = input.context.block_height;
    height
        .checked_sub(1)
        .and_then(|height| height.checked_mul(AccessKey::ACCESS_KEY_NONCE_RANGE_MULTIPLIER))
        .ok_or(ApplyError::IntegerOverflow("range of nonces at this height"))
}
