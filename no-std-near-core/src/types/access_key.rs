//! Access keys and their permissions.
//!
//! Mirrors `core/primitives-core/src/account.rs`.

use super::{Balance, Nonce, NonceIndex};
use alloc::string::String;
use alloc::vec::Vec;
use borsh::{BorshDeserialize, BorshSerialize};

/// What a public key may do on behalf of its account.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct AccessKey {
    /// The last transaction's nonce. Gas keys keep theirs in separate rows and leave 0 here.
    pub nonce: Nonce,
    /// Everything, or certain function calls; with or without a balance of its own.
    pub permission: AccessKeyPermission,
}

/// The four kinds of permission.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum AccessKeyPermission {
    /// Certain function calls.
    FunctionCall(FunctionCallPermission),
    /// Everything.
    FullAccess,
    /// Certain function calls, gas paid from the key's own balance.
    GasKeyFunctionCall(GasKeyInfo, FunctionCallPermission),
    /// Everything, gas paid from the key's own balance.
    GasKeyFullAccess(GasKeyInfo),
}

/// The prepaid part of a gas key.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct GasKeyInfo {
    /// Pays for gas, yoctoNEAR.
    pub balance: Balance,
    /// How many parallel nonces the key has.
    pub num_nonces: NonceIndex,
}

/// Which function calls a key may make.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct FunctionCallPermission {
    /// What the key may still spend on gas, yoctoNEAR; none means any amount.
    pub allowance: Option<Balance>,
    /// The only receiver. A plain text: old records hold texts that are no account identifiers.
    pub receiver_id: String,
    /// The only methods; empty means any.
    pub method_names: Vec<String>,
}

impl GasKeyInfo {
    /// Deleting keys burns at most this much of their balances, and fails above it. One NEAR.
    pub const MAX_BALANCE_TO_BURN: Balance = 1_000_000_000_000_000_000_000_000;
    /// Length of the borsh form.
    pub const LEN_BYTES: usize = 18;
}

impl AccessKey {
    /// A new key starts with the nonce `(height - 1) * this`, so that no old transaction becomes valid again.
    pub const ACCESS_KEY_NONCE_RANGE_MULTIPLIER: Nonce = 1_000_000;
    /// Length of the row that holds one nonce of a gas key.
    pub const NONCE_VALUE_LEN_BYTES: usize = 8;
    /// Length of the shortest access key with a gas key permission.
    pub const MIN_GAS_KEY_LEN_BYTES: usize = 8 + 1 + GasKeyInfo::LEN_BYTES;

    /// A key with nonce zero that may do everything.
    #[must_use]
    pub const fn full_access() -> Self {
        Self {
            nonce: 0,
            permission: AccessKeyPermission::FullAccess,
        }
    }

    /// The prepaid part, if this is a gas key.
    #[must_use]
    pub const fn gas_key_info(&self) -> Option<&GasKeyInfo> {
        match &self.permission {
            AccessKeyPermission::GasKeyFunctionCall(info, _) | AccessKeyPermission::GasKeyFullAccess(info) => {
                Some(info)
            }
            AccessKeyPermission::FunctionCall(_) | AccessKeyPermission::FullAccess => None,
        }
    }

    /// The prepaid part, if this is a gas key.
    #[must_use]
    pub const fn gas_key_info_mut(&mut self) -> Option<&mut GasKeyInfo> {
        match &mut self.permission {
            AccessKeyPermission::GasKeyFunctionCall(info, _) | AccessKeyPermission::GasKeyFullAccess(info) => {
                Some(info)
            }
            AccessKeyPermission::FunctionCall(_) | AccessKeyPermission::FullAccess => None,
        }
    }
}

impl AccessKeyPermission {
    /// A gas key has at least one nonce and at most this many.
    pub const MAX_NONCES_FOR_GAS_KEY: NonceIndex = 1024;

    /// The restriction to certain function calls, if there is one.
    #[must_use]
    pub const fn function_call_permission(&self) -> Option<&FunctionCallPermission> {
        match self {
            Self::FunctionCall(permission) | Self::GasKeyFunctionCall(_, permission) => Some(permission),
            Self::FullAccess | Self::GasKeyFullAccess(_) => None,
        }
    }

    /// The restriction to certain function calls, if there is one.
    #[must_use]
    pub const fn function_call_permission_mut(&mut self) -> Option<&mut FunctionCallPermission> {
        match self {
            Self::FunctionCall(permission) | Self::GasKeyFunctionCall(_, permission) => Some(permission),
            Self::FullAccess | Self::GasKeyFullAccess(_) => None,
        }
    }
}
