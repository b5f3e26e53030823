//! Identifiers that are hashes: receipts, actions, data (§B.10), and the hashes that delegate actions sign.
//!
//! Mirrors `core/primitives/src/utils.rs` and `core/primitives/src/signable_message.rs`.

use super::BlockHeight;
use super::account_id::AccountId;
use super::action::{Action, DelegateAction, DeterministicAccountStateInit, VersionedDelegateActionPayload};
use super::hash::CryptoHash;
use crate::crypto::Crypto;
use alloc::string::String;
use alloc::vec::Vec;
use borsh::BorshSerialize;

/// `H(base || height || salt)`, numbers little-endian. The height is that of the block whose chunk is applied.
fn hash_index<C: Crypto>(base: &CryptoHash, block_height: BlockHeight, salt: u64) -> CryptoHash {
    let mut bytes = [0; 48];
    bytes[..32].copy_from_slice(base.as_bytes());
    bytes[32..40].copy_from_slice(&block_height.to_le_bytes());
    bytes[40..].copy_from_slice(&salt.to_le_bytes());
    C::sha256(&bytes)
}

/// Identifier of the receipt that a transaction becomes.
#[must_use]
pub fn receipt_id_from_transaction<C: Crypto>(transaction_hash: &CryptoHash, block_height: BlockHeight) -> CryptoHash {
    hash_index::<C>(transaction_hash, block_height, 0)
}

/// Identifier of the `index`-th receipt that a receipt makes, refunds and data receipts included.
#[must_use]
pub fn receipt_id_from_receipt<C: Crypto>(
    receipt_id: &CryptoHash,
    block_height: BlockHeight,
    index: u64,
) -> CryptoHash {
    hash_index::<C>(receipt_id, block_height, index)
}

/// Identifier of the `action_index`-th action of a receipt. Its salts count downwards so as not to meet those of receipts.
#[must_use]
pub fn action_hash<C: Crypto>(receipt_id: &CryptoHash, block_height: BlockHeight, action_index: u64) -> CryptoHash {
    hash_index::<C>(receipt_id, block_height, u64::MAX.wrapping_sub(action_index))
}

/// Identifier of the `index`-th data that an action makes.
#[must_use]
pub fn data_id_from_action_hash<C: Crypto>(
    action_hash: &CryptoHash,
    block_height: BlockHeight,
    index: u64,
) -> CryptoHash {
    hash_index::<C>(action_hash, block_height, index)
}

/// Identifier of the `index`-th receipt for a timed-out yield that a chunk emits.
#[must_use]
pub fn receipt_id_from_data_id<C: Crypto>(data_id: &CryptoHash, block_height: BlockHeight, index: u64) -> CryptoHash {
    hash_index::<C>(data_id, block_height, index)
}

/// The random seed that a contract sees: of its action's hash and the block's random value.
#[must_use]
pub fn random_seed<C: Crypto>(action_hash: &CryptoHash, block_random_value: &CryptoHash) -> CryptoHash {
    C::sha256_parts(&[action_hash.as_bytes(), block_random_value.as_bytes()])
}

/// NEP-461 prefixes: on-chain messages start at 2^30, plus the number of the proposal that defines the message.
const DELEGATE_ACTION_PREFIX: u32 = (1 << 30) + 366;
const DELEGATE_ACTION_V2_PREFIX: u32 = (1 << 30) + 611;

fn prefixed_hash<C: Crypto, T: BorshSerialize>(prefix: u32, message: &T) -> CryptoHash {
    let mut bytes = Vec::new();
    bytes.extend_from_slice(&prefix.to_le_bytes());
    super::append_bytes(message, &mut bytes);
    C::sha256(&bytes)
}

impl DelegateAction {
    /// What the sender signs.
    #[must_use]
    pub fn nep461_hash<C: Crypto>(&self) -> CryptoHash {
        prefixed_hash::<C, _>(DELEGATE_ACTION_PREFIX, self)
    }
}

impl VersionedDelegateActionPayload {
    /// What the sender signs.
    #[must_use]
    pub fn nep461_hash<C: Crypto>(&self) -> CryptoHash {
        prefixed_hash::<C, _>(DELEGATE_ACTION_V2_PREFIX, self)
    }
}

impl Action {
    /// Whether the sender of a delegate action has signed it; none for every other action.
    #[must_use]
    pub fn verify_delegate_signature<C: Crypto>(&self) -> Option<bool> {
        let (hash, public_key, signature) = match self {
            Self::Delegate(signed) => {
                let action = &signed.delegate_action;
                (action.nep461_hash::<C>(), &action.public_key, &signed.signature)
            }
            Self::DelegateV2(signed) => {
                let VersionedDelegateActionPayload::V2(action) = &signed.delegate_action;
                (
                    signed.delegate_action.nep461_hash::<C>(),
                    &action.public_key,
                    &signed.signature,
                )
            }
            _ => return None,
        };
        Some(C::verify(public_key, hash.as_bytes(), signature))
    }
}

/// The account that a state init creates: `0s` and the last 20 bytes of the Keccak-256 hash of its borsh form.
#[must_use]
pub fn deterministic_account_id<C: Crypto>(state_init: &DeterministicAccountStateInit) -> AccountId {
    const HEX_DIGITS: &[u8; 16] = b"0123456789abcdef";
    let hash = C::keccak256(&super::to_bytes(state_init));
    let mut text = String::with_capacity(42);
    text.push_str("0s");
    for byte in &hash[12..] {
        text.push(char::from(HEX_DIGITS[usize::from(byte >> 4)]));
        text.push(char::from(HEX_DIGITS[usize::from(byte & 15)]));
    }
    AccountId::from_valid(&text)
}
