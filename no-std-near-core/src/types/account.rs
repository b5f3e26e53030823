//! Accounts, versions 1 and 2.
//!
//! Mirrors `core/primitives-core/src/account.rs`. An account starts as version 1, becomes version 2 when it is given a global
//! contract, and never goes back (§B.8).

use super::account_id::AccountId;
use super::action::GlobalContractIdentifier;
use super::hash::CryptoHash;
use super::{Balance, StorageUsage};
use alloc::format;
use borsh::io::{Error, ErrorKind, Read, Result as IoResult, Write};
use borsh::{BorshDeserialize, BorshSerialize};

/// In place of version 1's balance, this says that a versioned account follows: more yoctoNEAR than can exist.
const VERSIONED_SENTINEL: Balance = Balance::MAX;

/// An account as the trie stores it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Account {
    /// With or without a contract of its own.
    V1(AccountV1),
    /// With any kind of contract.
    V2(AccountV2),
}

/// Version 1: 72 bytes, without a version mark.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct AccountV1 {
    /// Not locked, yoctoNEAR.
    pub amount: Balance,
    /// Locked by staking, yoctoNEAR.
    pub locked: Balance,
    /// Hash of the account's own code; zero means none.
    pub code_hash: CryptoHash,
    /// Bytes that the account occupies.
    pub storage_usage: StorageUsage,
}

/// Version 2.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct AccountV2 {
    /// Not locked, yoctoNEAR.
    pub amount: Balance,
    /// Locked by staking, yoctoNEAR.
    pub locked: Balance,
    /// Bytes that the account occupies.
    pub storage_usage: StorageUsage,
    /// The contract, if any.
    pub contract: AccountContract,
}

/// Which contract an account runs.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum AccountContract {
    /// None.
    None,
    /// Its own code, by hash.
    Local(CryptoHash),
    /// A global contract, by hash.
    Global(CryptoHash),
    /// Whatever global contract the named account has deployed last.
    GlobalByAccount(AccountId),
}

impl AccountContract {
    /// A zero hash means no contract.
    #[must_use]
    pub fn from_local_code_hash(code_hash: CryptoHash) -> Self {
        if code_hash == CryptoHash::ZERO {
            Self::None
        } else {
            Self::Local(code_hash)
        }
    }

    /// Hash of the account's own code, if it has any.
    #[must_use]
    pub const fn local_code(&self) -> Option<CryptoHash> {
        match self {
            Self::Local(hash) => Some(*hash),
            Self::None | Self::Global(_) | Self::GlobalByAccount(_) => None,
        }
    }

    /// Whether there is no contract.
    #[must_use]
    pub const fn is_none(&self) -> bool {
        matches!(self, Self::None)
    }

    /// Whether the code is the account's own.
    #[must_use]
    pub const fn is_local(&self) -> bool {
        matches!(self, Self::Local(_))
    }

    /// Bytes charged for remembering a global contract's identifier.
    #[must_use]
    pub fn identifier_storage_usage(&self) -> StorageUsage {
        match self {
            Self::None | Self::Local(_) => 0,
            Self::Global(_) => 32,
            Self::GlobalByAccount(account_id) => account_id.len() as u64,
        }
    }
}

impl From<GlobalContractIdentifier> for AccountContract {
    fn from(identifier: GlobalContractIdentifier) -> Self {
        match identifier {
            GlobalContractIdentifier::CodeHash(hash) => Self::Global(hash),
            GlobalContractIdentifier::AccountId(account_id) => Self::GlobalByAccount(account_id),
        }
    }
}

impl Account {
    /// Largest storage usage, contract code left out, with which an account can be deleted.
    pub const MAX_ACCOUNT_DELETION_STORAGE_USAGE: StorageUsage = 10_000;

    /// A new account: version 1 unless its contract is a global one.
    #[must_use]
    pub fn new(amount: Balance, locked: Balance, contract: AccountContract, storage_usage: StorageUsage) -> Self {
        match contract {
            AccountContract::None => Self::V1(AccountV1 {
                amount,
                locked,
                code_hash: CryptoHash::ZERO,
                storage_usage,
            }),
            AccountContract::Local(code_hash) => Self::V1(AccountV1 {
                amount,
                locked,
                code_hash,
                storage_usage,
            }),
            AccountContract::Global(_) | AccountContract::GlobalByAccount(_) => Self::V2(AccountV2 {
                amount,
                locked,
                storage_usage,
                contract,
            }),
        }
    }

    /// Not locked, yoctoNEAR.
    #[must_use]
    pub const fn amount(&self) -> Balance {
        match self {
            Self::V1(account) => account.amount,
            Self::V2(account) => account.amount,
        }
    }

    /// Locked by staking, yoctoNEAR.
    #[must_use]
    pub const fn locked(&self) -> Balance {
        match self {
            Self::V1(account) => account.locked,
            Self::V2(account) => account.locked,
        }
    }

    /// Bytes that the account occupies.
    #[must_use]
    pub const fn storage_usage(&self) -> StorageUsage {
        match self {
            Self::V1(account) => account.storage_usage,
            Self::V2(account) => account.storage_usage,
        }
    }

    /// The contract, if any.
    #[must_use]
    pub fn contract(&self) -> AccountContract {
        match self {
            Self::V1(account) => AccountContract::from_local_code_hash(account.code_hash),
            Self::V2(account) => account.contract.clone(),
        }
    }

    /// Replaces the free balance.
    pub const fn set_amount(&mut self, amount: Balance) {
        match self {
            Self::V1(account) => account.amount = amount,
            Self::V2(account) => account.amount = amount,
        }
    }

    /// Replaces the locked balance.
    pub const fn set_locked(&mut self, locked: Balance) {
        match self {
            Self::V1(account) => account.locked = locked,
            Self::V2(account) => account.locked = locked,
        }
    }

    /// Replaces the storage usage.
    pub const fn set_storage_usage(&mut self, storage_usage: StorageUsage) {
        match self {
            Self::V1(account) => account.storage_usage = storage_usage,
            Self::V2(account) => account.storage_usage = storage_usage,
        }
    }

    /// Replaces the contract; a global one turns a version 1 account into version 2.
    pub fn set_contract(&mut self, contract: AccountContract) {
        match (&mut *self, &contract) {
            (Self::V1(account), AccountContract::None) => account.code_hash = CryptoHash::ZERO,
            (Self::V1(account), AccountContract::Local(code_hash)) => account.code_hash = *code_hash,
            (Self::V1(account), AccountContract::Global(_) | AccountContract::GlobalByAccount(_)) => {
                let AccountV1 {
                    amount,
                    locked,
                    storage_usage,
                    ..
                } = *account;
                *self = Self::V2(AccountV2 {
                    amount,
                    locked,
                    storage_usage,
                    contract,
                });
            }
            (Self::V2(account), _) => account.contract = contract,
        }
    }
}

impl Account {
    /// Length of the form that accounts without a global contract have, in bytes.
    const V1_LEN_BYTES: usize = 72;

    /// The account that these bytes are the borsh form of. Gives what decoding as borsh gives; the usual form is read at once instead of
    /// field by field.
    ///
    /// # Errors
    /// As decoding.
    pub fn from_bytes(bytes: &[u8]) -> IoResult<Self> {
        if let Ok(bytes) = <&[u8; Self::V1_LEN_BYTES]>::try_from(bytes)
            && let Some(account) = AccountV1::from_array(bytes)
        {
            return Ok(Self::V1(account));
        }
        Self::try_from_slice(bytes)
    }
}

impl AccountV1 {
    fn to_array(&self) -> [u8; Account::V1_LEN_BYTES] {
        let mut bytes = [0; Account::V1_LEN_BYTES];
        bytes[..16].copy_from_slice(&self.amount.to_le_bytes());
        bytes[16..32].copy_from_slice(&self.locked.to_le_bytes());
        bytes[32..64].copy_from_slice(&self.code_hash.0);
        bytes[64..].copy_from_slice(&self.storage_usage.to_le_bytes());
        bytes
    }

    /// `None` if the first field marks another version.
    fn from_array(bytes: &[u8; Account::V1_LEN_BYTES]) -> Option<Self> {
        let (amount, rest) = bytes.split_first_chunk()?;
        let (locked, rest) = rest.split_first_chunk()?;
        let (code_hash, rest) = rest.split_first_chunk()?;
        let amount = Balance::from_le_bytes(*amount);
        (amount != VERSIONED_SENTINEL).then_some(Self {
            amount,
            locked: Balance::from_le_bytes(*locked),
            code_hash: CryptoHash(*code_hash),
            storage_usage: StorageUsage::from_le_bytes(*rest.first_chunk()?),
        })
    }
}

impl BorshSerialize for Account {
    fn serialize<W: Write>(&self, writer: &mut W) -> IoResult<()> {
        match self {
            Self::V1(account) => writer.write_all(&account.to_array()),
            Self::V2(account) => {
                VERSIONED_SENTINEL.serialize(writer)?;
                writer.write_all(&[0])?;
                account.serialize(writer)
            }
        }
    }
}

impl BorshDeserialize for Account {
    fn deserialize_reader<R: Read>(reader: &mut R) -> IoResult<Self> {
        let amount = Balance::deserialize_reader(reader)?;
        if amount != VERSIONED_SENTINEL {
            let locked = Balance::deserialize_reader(reader)?;
            let code_hash = CryptoHash::deserialize_reader(reader)?;
            let storage_usage = StorageUsage::deserialize_reader(reader)?;
            return Ok(Self::V1(AccountV1 {
                amount,
                locked,
                code_hash,
                storage_usage,
            }));
        }
        match u8::deserialize_reader(reader)? {
            0 => AccountV2::deserialize_reader(reader).map(Self::V2),
            tag => Err(Error::new(
                ErrorKind::InvalidData,
                format!("expected account version tag 0, found {tag}"),
            )),
        }
    }
}
