//! Incoming receipts: proven against the sending chunks' headers, filtered, shuffled, and put into the order of application.
//!
//! Mirrors `validate_source_receipt_proofs` of `chain/chain/src/stateless_validation/chunk_validation.rs`,
//! `filter_incoming_receipts_for_shard` of `chain/chain/src/store/mod.rs` and `chain/chain/src/sharding.rs` (spec §A.3.4, §B.14);
//! differs in: the list of receipts is hashed in the bytes it came in.

use alloc::vec::Vec;

use no_std_near_core::crypto::Crypto;
use no_std_near_core::merkle::root_from_path;
use no_std_near_core::receipts::load::receiver_shard_id;
use no_std_near_core::shuffle::ChaCha20;
use no_std_near_core::types::ShardId;
use no_std_near_core::types::hash::CryptoHash;
use no_std_near_core::types::receipt::Receipt;
use no_std_near_core::types::shard_layout::ShardLayout;

use crate::decode::ReceiptProof;
use crate::error::WitnessError;
use crate::statement::{ReceiptSource, SourceChunk};

/// Puts proofs that are keyed by sending chunk into the order of the statement's sources.
///
/// # Errors
/// A source chunk without proof, or more proofs than source chunks.
pub fn arrange_proofs<'a>(
    mut by_chunk: Vec<(CryptoHash, ReceiptProof<'a>)>,
    source_chunks: &[CryptoHash],
) -> Result<Vec<ReceiptProof<'a>>, WitnessError> {
    let found = by_chunk.len();
    let mut arranged = Vec::with_capacity(source_chunks.len().min(found));
    for chunk_hash in source_chunks {
        let position = by_chunk
            .iter()
            .position(|(hash, _)| hash == chunk_hash)
            .ok_or(WitnessError::MissingReceiptProof(*chunk_hash))?;
        arranged.push(by_chunk.swap_remove(position).1);
    }
    if by_chunk.is_empty() {
        Ok(arranged)
    } else {
        Err(WitnessError::ReceiptProofCount {
            expected: source_chunks.len(),
            found,
        })
    }
}

/// The receipts to apply, in order. `proofs` are one per source chunk, in the order of `sources`.
///
/// # Errors
/// [`WitnessError`]: another number of proofs, a proof of other shards, a path that leads elsewhere, a receipt for no shard.
pub fn receipts_to_apply<C: Crypto>(
    sources: &[ReceiptSource],
    proofs: Vec<ReceiptProof<'_>>,
    target_layout: &ShardLayout,
    target_shard_id: ShardId,
) -> Result<Vec<Receipt>, WitnessError> {
    let expected = sources
        .iter()
        .fold(0usize, |sum, source| sum.saturating_add(source.chunks.len()));
    let found = proofs.len();
    if found != expected {
        return Err(WitnessError::ReceiptProofCount { expected, found });
    }
    let mut proofs = proofs.into_iter();
    let mut receipts = Vec::new();
    for source in sources {
        let mut lists = Vec::with_capacity(source.chunks.len());
        for chunk in &source.chunks {
            let proof = proofs
                .next()
                .ok_or(WitnessError::ReceiptProofCount { expected, found })?;
            verify::<C>(&proof, chunk, source.target_shard_id)?;
            lists.push(keep_receiver(proof.receipts, target_layout, target_shard_id)?);
        }
        shuffle(&mut lists, &source.shuffle_salt);
        for mut list in lists {
            receipts.append(&mut list);
        }
    }
    Ok(receipts)
}

fn verify<C: Crypto>(proof: &ReceiptProof<'_>, chunk: &SourceChunk, to_shard_id: ShardId) -> Result<(), WitnessError> {
    if proof.from_shard_id != chunk.from_shard_id || proof.to_shard_id != to_shard_id {
        return Err(WitnessError::ReceiptProofShards {
            expected_from: chunk.from_shard_id,
            expected_to: to_shard_id,
            found_from: proof.from_shard_id,
            found_to: proof.to_shard_id,
        });
    }
    // The leaf's item is itself a hash: that of (receiving shard, list of receipts). It is hashed once more like every item.
    let item = C::sha256_parts(&[&to_shard_id.to_le_bytes(), proof.encoded_receipts]);
    let found = root_from_path::<C>(&proof.path, C::sha256(&item.0));
    if found != chunk.outgoing_receipts_root {
        return Err(WitnessError::ReceiptProofRoot {
            from_shard: chunk.from_shard_id,
            expected: chunk.outgoing_receipts_root,
            found,
        });
    }
    Ok(())
}

/// Drops receipts that a split has moved to the sibling shard.
fn keep_receiver(
    receipts: Vec<Receipt>,
    layout: &ShardLayout,
    shard_id: ShardId,
) -> Result<Vec<Receipt>, WitnessError> {
    let is_kept = |receipt: &Receipt| match receiver_shard_id(receipt, layout) {
        Ok(receiver) => Ok(receiver == shard_id),
        Err(_) => Err(WitnessError::ReceiptWithoutShard(receipt.receipt_id)),
    };
    let mut all = true;
    for receipt in &receipts {
        all &= is_kept(receipt)?;
    }
    // Without a split nobody has moved, and nothing is to be moved here.
    if all {
        return Ok(receipts);
    }
    Ok(receipts
        .into_iter()
        .filter(|receipt| is_kept(receipt) == Ok(true))
        .collect())
}

/// The protocol's shuffle, with its own random generator (spec §B.14).
pub fn shuffle<T>(items: &mut [T], salt: &CryptoHash) {
    ChaCha20::from_seed(&salt.0).shuffle(items);
}

#[cfg(test)]
mod tests {
    use super::*;
    use no_std_near_core::crypto::NativeCrypto;

    #[test]
    fn shuffle_draws_what_nearcore_draws() {
        let mut items = [0, 1, 2, 3, 4, 5, 6];
        shuffle(&mut items, &NativeCrypto::sha256(&[1, 2, 3, 4, 5]));
        assert_eq!(items, [2, 3, 1, 4, 0, 5, 6]);
    }
}
