//! The checks on a chunk's own body, which a proof does not cover: its new transactions and the erasure-coded root.
//!
//! Mirrors the first step of `pre_validate_chunk_state_witness`, `validate_chunk_with_encoded_merkle_root` of
//! `chain/chain/src/validate.rs` and `core/primitives/src/reed_solomon.rs` (spec §A.3.2, §A.4.9–10). They stay with whoever reads
//! the chunk's parts; a native replay does them.

use alloc::vec::Vec;

use no_std_near_core::crypto::Crypto;
use no_std_near_core::merkle::root_of_leaves;
use no_std_near_core::params::Params;
use no_std_near_core::types::append_bytes;
use no_std_near_core::types::chunk_header::ShardChunkHeader;
use no_std_near_core::types::hash::CryptoHash;
use no_std_near_core::types::receipt::Receipt;
use reed_solomon_erasure::galois_8::ReedSolomon;

use crate::decode::TransactionList;

/// Most parts that the code's field allows.
const MAX_PARTS: usize = 256;

/// Why a chunk's body is not the one its header commits to.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChunkBodyError {
    /// A new transaction is larger than the protocol allows.
    #[error("new transaction {index}: expected at most {limit_bytes} bytes, found {found_bytes}")]
    TransactionTooLarge {
        /// Position in the chunk.
        index: usize,
        /// The limit.
        limit_bytes: u64,
        /// Its size.
        found_bytes: u64,
    },
    /// The new transactions are not the header's.
    #[error("new transactions root: expected {expected}, found {found}")]
    TransactionsRoot {
        /// What the header says.
        expected: CryptoHash,
        /// What the transactions give.
        found: CryptoHash,
    },
    /// The body's length is not the header's.
    #[error("encoded length: expected {expected_bytes} bytes, found {found_bytes}")]
    EncodedLength {
        /// What the header says.
        expected_bytes: u64,
        /// What the body has.
        found_bytes: u64,
    },
    /// The erasure-coded body is not the header's.
    #[error("encoded Merkle root: expected {expected}, found {found}")]
    EncodedMerkleRoot {
        /// What the header says.
        expected: CryptoHash,
        /// What the parts give.
        found: CryptoHash,
    },
    /// A number of parts that cannot be coded.
    #[error("number of parts: expected 2 to {MAX_PARTS}, found {0}")]
    PartCount(usize),
}

/// Checks the chunk's new transactions and, if the number of parts is known, its erasure-coded root.
///
/// `total_parts` is the number of block producer seats (100 on mainnet).
///
/// # Errors
/// [`ChunkBodyError`] names the first check that fails.
pub fn check_chunk_body<C: Crypto>(
    header: &ShardChunkHeader,
    new_transactions: &TransactionList<'_>,
    outgoing_receipts: &[Receipt],
    params: &Params,
    total_parts: Option<usize>,
) -> Result<(), ChunkBodyError> {
    let limit_bytes = params.wasm_config.limit_config.max_transaction_size;
    for (index, encoded) in new_transactions.encoded_each.iter().enumerate() {
        let found_bytes = encoded.len() as u64;
        if found_bytes > limit_bytes {
            return Err(ChunkBodyError::TransactionTooLarge {
                index,
                limit_bytes,
                found_bytes,
            });
        }
    }
    let leaves = new_transactions
        .encoded_each
        .iter()
        .map(|encoded| C::sha256(encoded))
        .collect();
    let found = root_of_leaves::<C>(leaves);
    let expected = header.inner.tx_root;
    if found != expected {
        return Err(ChunkBodyError::TransactionsRoot { expected, found });
    }
    let body = encode_body(new_transactions, outgoing_receipts);
    let (expected_bytes, found_bytes) = (header.inner.encoded_length, body.len() as u64);
    if expected_bytes != found_bytes {
        return Err(ChunkBodyError::EncodedLength {
            expected_bytes,
            found_bytes,
        });
    }
    let Some(total_parts) = total_parts else { return Ok(()) };
    let (expected, found) = (
        header.inner.encoded_merkle_root,
        encoded_merkle_root::<C>(body, total_parts)?,
    );
    if found == expected {
        Ok(())
    } else {
        Err(ChunkBodyError::EncodedMerkleRoot { expected, found })
    }
}

/// The number of parts in `candidates` with which the body gives the header's root, if any: for recordings that do not say it.
pub fn find_total_parts<C: Crypto>(
    header: &ShardChunkHeader,
    new_transactions: &TransactionList<'_>,
    outgoing_receipts: &[Receipt],
    candidates: impl IntoIterator<Item = usize>,
) -> Option<usize> {
    let body = encode_body(new_transactions, outgoing_receipts);
    candidates.into_iter().find(|total_parts| {
        encoded_merkle_root::<C>(body.clone(), *total_parts) == Ok(header.inner.encoded_merkle_root)
    })
}

/// Borsh of (new transactions, outgoing receipts).
fn encode_body(new_transactions: &TransactionList<'_>, outgoing_receipts: &[Receipt]) -> Vec<u8> {
    let mut body = Vec::from(new_transactions.encoded);
    append_bytes(outgoing_receipts, &mut body);
    body
}

/// Merkle root over the parts of the erasure code. A third of the parts carry the data, padded with zeros.
fn encoded_merkle_root<C: Crypto>(mut body: Vec<u8>, total_parts: usize) -> Result<CryptoHash, ChunkBodyError> {
    let bad_count = ChunkBodyError::PartCount(total_parts);
    if !(2..=MAX_PARTS).contains(&total_parts) {
        return Err(bad_count);
    }
    let data_parts = if total_parts <= 3 {
        1
    } else {
        total_parts.saturating_sub(1).div_euclid(3)
    };
    let part_len = body.len().div_ceil(data_parts).max(1);
    body.resize(part_len.saturating_mul(data_parts), 0);
    let mut parts: Vec<Vec<u8>> = body.chunks(part_len).map(Vec::from).collect();
    parts.resize(total_parts, alloc::vec![0; part_len]);
    let code = ReedSolomon::new(data_parts, total_parts.saturating_sub(data_parts)).map_err(|_| bad_count.clone())?;
    code.encode(&mut parts).map_err(|_| bad_count.clone())?;
    let len_prefix = u32::try_from(part_len).map_err(|_| bad_count)?.to_le_bytes();
    let mut leaves: Vec<CryptoHash> = Vec::with_capacity(parts.len());
    let mut previous: Option<&Vec<u8>> = None;
    for part in &parts {
        // A code with one data part repeats it: what is equal is hashed once.
        let leaf = match leaves.last() {
            Some(leaf) if previous == Some(part) => *leaf,
            _ => C::sha256_parts(&[&len_prefix, part]),
        };
        leaves.push(leaf);
        previous = Some(part);
    }
    Ok(root_of_leaves::<C>(leaves))
}
