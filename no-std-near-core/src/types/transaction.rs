//! Transactions, versions 0 and 1.
//!
//! Mirrors `core/primitives/src/transaction.rs`; differs in: the hash is computed on demand (hashing lives behind
//! [`crate::crypto::Crypto`]), not kept in the transaction.

use super::account_id::AccountId;
use super::action::Action;
use super::hash::CryptoHash;
use super::keys::{PublicKey, Signature};
use super::{Nonce, NonceIndex};
use crate::crypto::Crypto;
use alloc::format;
use alloc::vec::Vec;
use borsh::io::{Error, ErrorKind, Read, Result as IoResult, Write};
use borsh::{BorshDeserialize, BorshSerialize};

/// What the signer signs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Transaction {
    /// Without a version mark.
    V0(TransactionV0),
    /// Marked by a leading 1.
    V1(TransactionV1),
}

/// Version 0.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct TransactionV0 {
    /// Who signs and pays.
    pub signer_id: AccountId,
    /// The signer's key.
    pub public_key: PublicKey,
    /// Greater than the key's last nonce.
    pub nonce: Nonce,
    /// Who receives the actions.
    pub receiver_id: AccountId,
    /// A recent block; the transaction expires some blocks after it.
    pub block_hash: CryptoHash,
    /// What to do.
    pub actions: Vec<Action>,
}

/// Version 1: also for gas keys, and with a choice of how the nonce is checked.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct TransactionV1 {
    /// Who signs and pays.
    pub signer_id: AccountId,
    /// The signer's key.
    pub public_key: PublicKey,
    /// Greater than the last of the key's nonces that it names.
    pub nonce: TransactionNonce,
    /// Who receives the actions.
    pub receiver_id: AccountId,
    /// A recent block; the transaction expires some blocks after it.
    pub block_hash: CryptoHash,
    /// What to do.
    pub actions: Vec<Action>,
    /// How the nonce is checked.
    pub nonce_mode: NonceMode,
}

/// A nonce of an ordinary key, or one of a gas key's nonces.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum TransactionNonce {
    /// Of an ordinary key.
    Nonce {
        /// The nonce.
        nonce: Nonce,
    },
    /// Of a gas key.
    GasKeyNonce {
        /// The nonce.
        nonce: Nonce,
        /// Which of the key's nonces it advances.
        nonce_index: NonceIndex,
    },
}

impl TransactionNonce {
    /// The nonce.
    #[must_use]
    pub const fn nonce(self) -> Nonce {
        match self {
            Self::Nonce { nonce } | Self::GasKeyNonce { nonce, .. } => nonce,
        }
    }

    /// Which of a gas key's nonces it is.
    #[must_use]
    pub const fn nonce_index(self) -> Option<NonceIndex> {
        match self {
            Self::Nonce { .. } => None,
            Self::GasKeyNonce { nonce_index, .. } => Some(nonce_index),
        }
    }
}

/// How a nonce is checked against the key's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum NonceMode {
    /// It must be greater.
    #[default]
    Monotonic,
    /// It must be the next one.
    Strict,
}

impl Transaction {
    /// Who signs and pays.
    #[must_use]
    pub const fn signer_id(&self) -> &AccountId {
        match self {
            Self::V0(transaction) => &transaction.signer_id,
            Self::V1(transaction) => &transaction.signer_id,
        }
    }

    /// Who receives the actions.
    #[must_use]
    pub const fn receiver_id(&self) -> &AccountId {
        match self {
            Self::V0(transaction) => &transaction.receiver_id,
            Self::V1(transaction) => &transaction.receiver_id,
        }
    }

    /// The signer's key.
    #[must_use]
    pub const fn public_key(&self) -> &PublicKey {
        match self {
            Self::V0(transaction) => &transaction.public_key,
            Self::V1(transaction) => &transaction.public_key,
        }
    }

    /// The nonce.
    #[must_use]
    pub const fn nonce(&self) -> TransactionNonce {
        match self {
            Self::V0(transaction) => TransactionNonce::Nonce {
                nonce: transaction.nonce,
            },
            Self::V1(transaction) => transaction.nonce,
        }
    }

    /// How the nonce is checked.
    #[must_use]
    pub const fn nonce_mode(&self) -> NonceMode {
        match self {
            Self::V0(_) => NonceMode::Monotonic,
            Self::V1(transaction) => transaction.nonce_mode,
        }
    }

    /// What to do.
    #[must_use]
    pub fn actions(&self) -> &[Action] {
        match self {
            Self::V0(transaction) => &transaction.actions,
            Self::V1(transaction) => &transaction.actions,
        }
    }

    /// What to do, taken out.
    #[must_use]
    pub fn into_actions(self) -> Vec<Action> {
        match self {
            Self::V0(transaction) => transaction.actions,
            Self::V1(transaction) => transaction.actions,
        }
    }

    /// The block on which the transaction builds.
    #[must_use]
    pub const fn block_hash(&self) -> &CryptoHash {
        match self {
            Self::V0(transaction) => &transaction.block_hash,
            Self::V1(transaction) => &transaction.block_hash,
        }
    }

    /// The transaction's identity, which is also what is signed, and the length of its borsh form (§B.3).
    #[must_use]
    pub fn hash_and_len_bytes<C: Crypto>(&self) -> (CryptoHash, u64) {
        let bytes = super::to_bytes(self);
        (C::sha256(&bytes), bytes.len() as u64)
    }
}

impl BorshSerialize for Transaction {
    fn serialize<W: Write>(&self, writer: &mut W) -> IoResult<()> {
        match self {
            Self::V0(transaction) => transaction.serialize(writer),
            Self::V1(transaction) => {
                writer.write_all(&[1])?;
                transaction.serialize(writer)
            }
        }
    }
}

impl BorshDeserialize for Transaction {
    /// Version 0 starts with the 4-byte length of an account identifier, of at most 64 bytes: its second byte is zero. Version 1
    /// starts with a 1 and then the same length, whose first byte is not zero.
    fn deserialize_reader<R: Read>(reader: &mut R) -> IoResult<Self> {
        let start = <[u8; 2]>::deserialize_reader(reader)?;
        match start {
            [_, 0] => TransactionV0::deserialize_reader(&mut Unread::new(&start, reader)).map(Self::V0),
            [1, _] => TransactionV1::deserialize_reader(&mut Unread::new(&start[1..], reader)).map(Self::V1),
            [tag, _] => Err(Error::new(
                ErrorKind::InvalidData,
                format!("expected transaction version 0 or 1, found {tag}"),
            )),
        }
    }
}

/// A reader some of whose bytes were looked at and put back.
pub(crate) struct Unread<'a, R> {
    start: &'a [u8],
    rest: &'a mut R,
}

impl<'a, R: Read> Unread<'a, R> {
    pub(crate) const fn new(start: &'a [u8], rest: &'a mut R) -> Self {
        Self { start, rest }
    }
}

impl<R: Read> Read for Unread<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> IoResult<usize> {
        if self.start.is_empty() {
            self.rest.read(buffer)
        } else {
            self.start.read(buffer)
        }
    }
}

/// A transaction and the signature of its hash.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct SignedTransaction {
    /// What was signed.
    pub transaction: Transaction,
    /// By the key that the transaction names.
    pub signature: Signature,
}

impl SignedTransaction {
    /// The transaction's hash, and the length of the whole signed transaction, which is what limits count.
    #[must_use]
    pub fn hash_and_wire_len_bytes<C: Crypto>(&self) -> (CryptoHash, u64) {
        let (hash, len_bytes) = self.transaction.hash_and_len_bytes::<C>();
        (hash, len_bytes + self.signature.len() as u64)
    }
}
