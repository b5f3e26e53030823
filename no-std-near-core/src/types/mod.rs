//! Everything that has a wire format: own types with nearcore's exact borsh encoding.
//!
//! Decoding untrusted bytes never panics, never allocates more than a small multiple of the bytes it has read, and recurses to
//! a fixed depth: a delegate action cannot hold another one.

pub mod access_key;
pub mod account;
pub mod account_id;
pub mod action;
pub mod bandwidth;
pub mod block;
pub mod chunk_extra;
pub mod chunk_header;
pub mod congestion_info;
pub mod hash;
pub mod identifiers;
pub mod keys;
pub mod outcome;
pub mod queues;
pub mod receipt;
pub mod shard_layout;
pub mod stored_receipt;
pub mod transaction;
pub mod validator;

use alloc::vec::Vec;
use borsh::BorshSerialize;

/// The borsh form of a value. Every length in this crate's types fits the 32 bits that borsh gives it: they come from decoded
/// values or are bounded by the protocol's limits.
#[must_use]
pub fn to_bytes<T: BorshSerialize + ?Sized>(value: &T) -> Vec<u8> {
    // Accounts, keys and most receipts fit without growing; growing copies.
    let mut bytes = Vec::with_capacity(128);
    append_bytes(value, &mut bytes);
    bytes
}

/// Appends the borsh form of a value.
pub fn append_bytes<T: BorshSerialize + ?Sized>(value: &T, bytes: &mut Vec<u8>) {
    value.serialize(bytes).expect("a value in memory has a borsh form");
}

/// Length of the borsh form of a value, counted without writing it down.
#[must_use]
pub fn len_bytes<T: BorshSerialize + ?Sized>(value: &T) -> u64 {
    borsh::object_length(value).expect("a value in memory has a borsh form") as u64
}

/// YoctoNEAR.
pub type Balance = u128;
/// Gas.
pub type Gas = u64;
/// Compute: gas weighted by what it costs validators to spend it.
pub type Compute = u64;
/// Bytes of storage.
pub type StorageUsage = u64;
/// Height of a block.
pub type BlockHeight = u64;
/// Height of an epoch.
pub type EpochHeight = u64;
/// Identifier of a shard.
pub type ShardId = u64;
/// Nonce of a transaction or of an access key.
pub type Nonce = u64;
/// Which of a gas key's nonces.
pub type NonceIndex = u16;
/// Version of the protocol.
pub type ProtocolVersion = u32;
/// Root of the trie of a shard.
pub type StateRoot = hash::CryptoHash;
