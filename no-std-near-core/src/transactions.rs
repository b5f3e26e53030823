//! A signed transaction is verified against its signer's account and key, charged, and becomes a receipt.
//!
//! Nothing here touches the state: the caller reads account, key and nonce, and writes what [`TransactionVerdict`] says.
//!
//! Mirrors `runtime/runtime/src/verifier.rs` (spec §C.5); differs in: there are
//! no pending constraints, which only chunk producers have.

use alloc::string::{String, ToString};

use crate::crypto::{Crypto, KnownKey};
use crate::params::fees::{TransactionCost, price_of};
use crate::params::{IntegerOverflowError, Params};
use crate::types::access_key::{AccessKey, FunctionCallPermission};
use crate::types::account::Account;
use crate::types::account_id::AccountId;
use crate::types::action::Action;
use crate::types::hash::CryptoHash;
use crate::types::transaction::{NonceMode, SignedTransaction, Transaction};
use crate::types::{Balance, BlockHeight, Nonce};
use crate::validation::{ValidateReceiptMode, validate_actions, validate_transaction_size};

/// Storage up to which an account needs no balance (NEP-448), in bytes.
pub const ZERO_BALANCE_ACCOUNT_STORAGE_LIMIT_BYTES: u64 = 770;

/// Why a transaction does not become a receipt. Only for people: its outcome says no more than "failed".
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidTransaction {
    /// Its base block is too old or not on this chain.
    #[error("the transaction is expired")]
    Expired,
    /// An action is not well-formed.
    #[error("actions: {0}")]
    Actions(String),
    /// Larger than allowed.
    #[error("{0}")]
    TooLarge(String),
    /// The signature does not fit hash and key.
    #[error("the signature is invalid")]
    Signature,
    /// Its cost does not fit 128 bits.
    #[error("the cost of the transaction overflows")]
    CostOverflow,
    /// The signer's account does not exist.
    #[error("the signer does not exist")]
    SignerDoesNotExist,
    /// The signer has no such key, or not of the kind that the transaction needs.
    #[error("the signer has no such access key")]
    AccessKeyNotFound,
    /// A gas key needs an index within its nonces, an ordinary key must not have one.
    #[error("the nonce index does not fit the key")]
    NonceIndex,
    /// The nonce does not follow the key's nonce.
    #[error("nonce {nonce} does not follow {key_nonce}")]
    Nonce {
        /// Nonce of the transaction.
        nonce: Nonce,
        /// Nonce of the key.
        key_nonce: Nonce,
    },
    /// The nonce is above the range of the height.
    #[error("nonce {nonce} is not below {upper_bound}")]
    NonceTooLarge {
        /// Nonce of the transaction.
        nonce: Nonce,
        /// First nonce that is too large.
        upper_bound: Nonce,
    },
    /// Account, key allowance or gas key cannot pay.
    #[error("{payer} has {available} yoctoNEAR of {cost}")]
    NotEnough {
        /// Who pays.
        payer: &'static str,
        /// What it has, in yoctoNEAR.
        available: Balance,
        /// What it should pay, in yoctoNEAR.
        cost: Balance,
    },
    /// What remains would not cover the signer's storage.
    #[error("{missing} yoctoNEAR are missing to cover the signer's storage")]
    LackBalanceForState {
        /// What is missing, in yoctoNEAR.
        missing: Balance,
    },
    /// The key is restricted and does not allow this.
    #[error("the access key does not allow this: {0}")]
    Permission(&'static str),
    /// The account's numbers contradict each other.
    #[error("the signer's account overflows its storage cost")]
    AccountOverflow,
}

/// What charging a transaction changes in the signer's account and key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Charge {
    /// Balance of the account afterwards, in yoctoNEAR.
    pub account_amount: Balance,
    /// The key afterwards.
    pub access_key: AccessKey,
    /// For gas keys: nonce index and its nonce afterwards.
    pub gas_key_nonce: Option<(u16, Nonce)>,
}

/// Whether a transaction becomes a receipt, and who pays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TransactionVerdict {
    /// It does.
    Success(Charge),
    /// It does not, because the account cannot cover the deposit; the gas key pays for the attempt.
    DepositFailed(Charge, InvalidTransaction),
    /// It does not, and nobody pays.
    Failed(InvalidTransaction),
}

/// Checks everything about a transaction that needs no state: its actions, its size, its signature. `hash` and `size_bytes` are
/// [`SignedTransaction::hash_and_wire_len_bytes`]; `known` is the transaction's key.
///
/// # Errors
/// The first rule it breaks.
pub fn validate_transaction<C: Crypto>(
    params: &Params,
    known: &mut KnownKey<'_>,
    signed: &SignedTransaction,
    hash: &CryptoHash,
    size_bytes: u64,
) -> Result<(), InvalidTransaction> {
    let limits = &params.wasm_config.limit_config;
    let mode = ValidateReceiptMode::NewReceipt;
    validate_actions::<C>(
        limits,
        signed.transaction.actions(),
        signed.transaction.receiver_id(),
        mode,
    )
    .map_err(|error| InvalidTransaction::Actions(error.to_string()))?;
    validate_transaction_size(limits, size_bytes).map_err(|error| InvalidTransaction::TooLarge(error.to_string()))?;
    if !C::verify_one_of_many(known, hash.as_bytes(), &signed.signature) {
        return Err(InvalidTransaction::Signature);
    }
    Ok(())
}

/// Verifies and charges a transaction of an ordinary key.
pub fn verify_and_charge(
    params: &Params,
    account: &Account,
    access_key: &AccessKey,
    transaction: &Transaction,
    cost: &TransactionCost,
    block_height: BlockHeight,
) -> TransactionVerdict {
    match charge_ordinary_key(params, account, access_key, transaction, cost, block_height) {
        Ok(charge) => TransactionVerdict::Success(charge),
        Err(error) => TransactionVerdict::Failed(error),
    }
}

fn charge_ordinary_key(
    params: &Params,
    account: &Account,
    access_key: &AccessKey,
    transaction: &Transaction,
    cost: &TransactionCost,
    block_height: BlockHeight,
) -> Result<Charge, InvalidTransaction> {
    // Gas keys have nonces of their own and may only be used with an index.
    if access_key.gas_key_info().is_some() {
        return Err(InvalidTransaction::NonceIndex);
    }
    let nonce = transaction.nonce().nonce();
    verify_nonce(nonce, access_key.nonce, block_height, transaction.nonce_mode())?;
    let account_amount = subtract("the account", account.amount(), cost.total_cost)?;
    let mut access_key = access_key.clone();
    access_key.nonce = nonce;
    if let Some(permission) = access_key.permission.function_call_permission_mut() {
        if let Some(allowance) = permission.allowance {
            permission.allowance = Some(subtract("the key's allowance", allowance, cost.total_cost)?);
        }
        verify_permission(permission, transaction)?;
    }
    match missing_storage_stake(account, account_amount, params) {
        Ok(None) => Ok(Charge {
            account_amount,
            access_key,
            gas_key_nonce: None,
        }),
        Ok(Some(missing)) => Err(InvalidTransaction::LackBalanceForState { missing }),
        Err(IntegerOverflowError) => Err(InvalidTransaction::AccountOverflow),
    }
}

/// Verifies and charges a transaction of a gas key: the key pays for gas, the account for deposits.
pub fn verify_and_charge_gas_key(
    params: &Params,
    account: &Account,
    access_key: &AccessKey,
    key_nonce: Nonce,
    transaction: &Transaction,
    cost: &TransactionCost,
    block_height: BlockHeight,
) -> TransactionVerdict {
    let keys = match charge_gas_key(access_key, key_nonce, transaction, cost, block_height) {
        Ok(keys) => keys,
        Err(error) => return TransactionVerdict::Failed(error),
    };
    let gas_key_nonce = transaction
        .nonce()
        .nonce_index()
        .map(|index| (index, transaction.nonce().nonce()));
    let charge = |account_amount, access_key| Charge {
        account_amount,
        access_key,
        gas_key_nonce,
    };
    let deposit_failed =
        |error| TransactionVerdict::DepositFailed(charge(account.amount(), keys.after_failure.clone()), error);
    let account_amount = match subtract("the account", account.amount(), cost.deposit_cost) {
        Ok(account_amount) => account_amount,
        Err(error) => return deposit_failed(error),
    };
    match missing_storage_stake(account, account_amount, params) {
        Ok(None) => TransactionVerdict::Success(charge(account_amount, keys.after_success)),
        Ok(Some(missing)) => deposit_failed(InvalidTransaction::LackBalanceForState { missing }),
        Err(IntegerOverflowError) => TransactionVerdict::Failed(InvalidTransaction::AccountOverflow),
    }
}

/// A gas key after it paid for everything, and after it paid only for the attempt.
struct ChargedGasKeys {
    after_success: AccessKey,
    after_failure: AccessKey,
}

fn charge_gas_key(
    access_key: &AccessKey,
    key_nonce: Nonce,
    transaction: &Transaction,
    cost: &TransactionCost,
    block_height: BlockHeight,
) -> Result<ChargedGasKeys, InvalidTransaction> {
    let info = access_key.gas_key_info().ok_or(InvalidTransaction::AccessKeyNotFound)?;
    if transaction
        .nonce()
        .nonce_index()
        .is_none_or(|index| index >= info.num_nonces)
    {
        return Err(InvalidTransaction::NonceIndex);
    }
    verify_nonce(
        transaction.nonce().nonce(),
        key_nonce,
        block_height,
        transaction.nonce_mode(),
    )?;
    let with_balance_less = |amount| {
        let balance = subtract("the gas key", info.balance, amount)?;
        let mut charged = access_key.clone();
        if let Some(info) = charged.gas_key_info_mut() {
            info.balance = balance;
        }
        Ok(charged)
    };
    let after_success = with_balance_less(cost.gas_cost)?;
    let after_failure = with_balance_less(cost.burnt_amount)?;
    if let Some(permission) = access_key.permission.function_call_permission() {
        verify_permission(permission, transaction)?;
    }
    Ok(ChargedGasKeys {
        after_success,
        after_failure,
    })
}

/// A nonce must be above the key's (or be the next one, if the transaction says so) and within the height's range.
fn verify_nonce(
    nonce: Nonce,
    key_nonce: Nonce,
    block_height: BlockHeight,
    mode: NonceMode,
) -> Result<(), InvalidTransaction> {
    let follows = match mode {
        NonceMode::Monotonic => nonce > key_nonce,
        NonceMode::Strict => key_nonce.checked_add(1) == Some(nonce),
    };
    if !follows {
        return Err(InvalidTransaction::Nonce { nonce, key_nonce });
    }
    let upper_bound = block_height.saturating_mul(AccessKey::ACCESS_KEY_NONCE_RANGE_MULTIPLIER);
    if nonce >= upper_bound {
        return Err(InvalidTransaction::NonceTooLarge { nonce, upper_bound });
    }
    Ok(())
}

/// A restricted key allows exactly one function call without deposit, to one receiver, perhaps of some methods only.
///
/// # Errors
/// Which of these is not met.
pub(crate) fn check_function_call_permission(
    permission: &FunctionCallPermission,
    receiver_id: &AccountId,
    actions: &[Action],
) -> Result<(), &'static str> {
    let [Action::FunctionCall(call)] = actions else {
        return Err("it must be a single function call");
    };
    if call.deposit > 0 {
        return Err("no deposit may be attached");
    }
    if receiver_id.as_str() != permission.receiver_id {
        return Err("the receiver is another one");
    }
    if !permission.method_names.is_empty() && !permission.method_names.contains(&call.method_name) {
        return Err("the method is not listed");
    }
    Ok(())
}

fn verify_permission(permission: &FunctionCallPermission, transaction: &Transaction) -> Result<(), InvalidTransaction> {
    check_function_call_permission(permission, transaction.receiver_id(), transaction.actions())
        .map_err(InvalidTransaction::Permission)
}

/// What an account with balance `amount` lacks to cover its storage; `None` if nothing, or if it is so small that it needs
/// none.
///
/// # Errors
/// [`IntegerOverflowError`] when the account's own numbers overflow: its cost of storage, or its total balance.
pub fn missing_storage_stake(
    account: &Account,
    amount: Balance,
    params: &Params,
) -> Result<Option<Balance>, IntegerOverflowError> {
    let byte_price = params.fees.storage_usage_config.storage_amount_per_byte;
    let required = price_of(byte_price, account.storage_usage())?;
    let available = amount.checked_add(account.locked()).ok_or(IntegerOverflowError)?;
    let covered = available >= required || account.storage_usage() <= ZERO_BALANCE_ACCOUNT_STORAGE_LIMIT_BYTES;
    Ok(if covered { None } else { Some(required - available) })
}

fn subtract(payer: &'static str, available: Balance, cost: Balance) -> Result<Balance, InvalidTransaction> {
    available
        .checked_sub(cost)
        .ok_or(InvalidTransaction::NotEnough { payer, available, cost })
}

#[cfg(test)]
mod tests;
