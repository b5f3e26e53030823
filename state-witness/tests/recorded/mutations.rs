//! Damaged witnesses, made from recorded ones: one generator for the tests and for a fuzzer's first corpus.

use no_std_near_core::merkle::MerklePathItem;
use no_std_near_core::types::hash::CryptoHash;
use no_std_near_core::types::{append_bytes, to_bytes};
use rand::Rng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha20Rng;
use state_witness::decode::{ReceiptProof, Transition};
use state_witness::{ChunkStateWitness, DecodeError};

/// A way to damage a witness.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Mutation {
    /// The end is cut off.
    Truncated,
    /// A length in the middle becomes enormous.
    OversizedLength,
    /// A bit of any byte.
    BitFlip,
    /// A byte takes another value.
    Byte,
    /// A bit of a recorded node or value.
    DamagedBlob,
    /// A recorded node or value is left out.
    MissingBlob,
    /// A recorded node or value is given twice.
    DuplicateBlob,
    /// Blobs that nobody needs are added.
    UselessBlob,
    /// A hash on a receipt's path is another one.
    ReceiptPath,
    /// A receipt proof names other shards.
    ReceiptShards,
    /// A receipt proof is left out.
    MissingReceiptProof,
    /// A receipt proof for a chunk that sent nothing is added.
    ExtraReceiptProof,
    /// Two receipt proofs stand under each other's chunk.
    SwappedReceiptProofs,
    /// Receipts of one sender in another order.
    ReceiptOrder,
    /// Transactions in another order, or one too few or too many.
    Transactions,
    /// The root claimed by the header is another one.
    ClaimedRoot,
    /// The announced root of a transition is another one.
    AnnouncedRoot,
    /// The header claims other gas.
    ClaimedGas,
    /// An implicit transition too few or too many.
    ImplicitTransitions,
}

impl Mutation {
    /// All of them.
    pub(crate) const ALL: [Self; 19] = [
        Self::Truncated,
        Self::OversizedLength,
        Self::BitFlip,
        Self::Byte,
        Self::DamagedBlob,
        Self::MissingBlob,
        Self::DuplicateBlob,
        Self::UselessBlob,
        Self::ReceiptPath,
        Self::ReceiptShards,
        Self::MissingReceiptProof,
        Self::ExtraReceiptProof,
        Self::SwappedReceiptProofs,
        Self::ReceiptOrder,
        Self::Transactions,
        Self::ClaimedRoot,
        Self::AnnouncedRoot,
        Self::ClaimedGas,
        Self::ImplicitTransitions,
    ];

    /// A damaged copy; `None` if the witness has nothing to damage in this way.
    pub(crate) fn apply(self, honest: &[u8], rng: &mut ChaCha20Rng) -> Option<Vec<u8>> {
        match self {
            Self::Truncated => Some(honest[..rng.gen_range(0..honest.len())].to_vec()),
            Self::OversizedLength => {
                let mut bytes = honest.to_vec();
                let at = rng.gen_range(0..bytes.len() - 4);
                let length = *[u32::MAX, i32::MAX as u32, 1 << 26, 0x1_0000].choose(rng)?;
                bytes[at..at + 4].copy_from_slice(&length.to_le_bytes());
                Some(bytes)
            }
            Self::BitFlip => {
                let mut bytes = honest.to_vec();
                *bytes.choose_mut(rng)? ^= 1 << rng.gen_range(0..8);
                Some(bytes)
            }
            Self::Byte => {
                let mut bytes = honest.to_vec();
                *bytes.choose_mut(rng)? = rng.r#gen();
                Some(bytes)
            }
            Self::DamagedBlob => {
                let mut witness = ChunkStateWitness::decode(honest).ok()?;
                let blob = witness.main_transition.base_state.choose_mut(rng)?;
                let mut damaged = blob.to_vec();
                *damaged.choose_mut(rng)? ^= 1 << rng.gen_range(0..8);
                *blob = &damaged;
                Some(encode(&witness))
            }
            _ => {
                let mut witness = ChunkStateWitness::decode(honest).ok()?;
                self.change(&mut witness, rng)?;
                Some(encode(&witness))
            }
        }
    }

    fn change(self, witness: &mut ChunkStateWitness<'_>, rng: &mut ChaCha20Rng) -> Option<()> {
        let proofs = &mut witness.source_receipt_proofs;
        let state = &mut witness.main_transition.base_state;
        match self {
            Self::MissingBlob => {
                let index = rng.gen_range(0..state.len().max(1));
                (index < state.len()).then(|| state.remove(index))?;
            }
            Self::DuplicateBlob => {
                let copy = *state.choose(rng)?;
                state.insert(rng.gen_range(0..state.len()), copy);
            }
            Self::UselessBlob => state.extend([&b""[..], b"useless", &[0; 1000]]),
            Self::ReceiptPath => {
                let (_, proof) = proofs.choose_mut(rng)?;
                let item: &mut MerklePathItem = proof.path.choose_mut(rng)?;
                item.hash.0[rng.gen_range(0..32)] ^= 1;
            }
            Self::ReceiptShards => {
                let (_, proof) = proofs.choose_mut(rng)?;
                *(if rng.r#gen() {
                    &mut proof.from_shard_id
                } else {
                    &mut proof.to_shard_id
                }) ^= 1 << rng.gen_range(0..64);
            }
            Self::MissingReceiptProof => {
                let index = rng.gen_range(0..proofs.len().max(1));
                (index < proofs.len()).then(|| proofs.remove(index))?;
            }
            Self::ExtraReceiptProof => {
                let extra: ReceiptProof<'_> = proofs.choose(rng)?.1.clone();
                proofs.push((CryptoHash(rng.r#gen()), extra));
                proofs.sort_by_key(|(hash, _)| *hash);
            }
            Self::SwappedReceiptProofs => {
                (proofs.len() > 1).then_some(())?;
                let first = proofs[0].1.clone();
                proofs[0].1 = proofs[1].1.clone();
                proofs[1].1 = first;
            }
            Self::ReceiptOrder => {
                let (_, proof) = proofs.iter_mut().find(|(_, proof)| proof.receipts.len() > 1)?;
                proof.receipts.reverse();
                // The bytes are taken from the list, see `encode`.
                proof.encoded_receipts = &[];
            }
            Self::Transactions => {
                let list = &mut witness.transactions.transactions;
                match rng.gen_range(0..3) {
                    0 if list.len() > 1 => list.reverse(),
                    1 => list.push(list.first()?.clone()),
                    _ => drop(list.pop()?),
                }
            }
            Self::ClaimedRoot => witness.chunk_header.inner.prev_state_root.0[rng.gen_range(0..32)] ^= 1,
            Self::AnnouncedRoot => witness.main_transition.post_state_root.0[rng.gen_range(0..32)] ^= 1,
            Self::ClaimedGas => witness.chunk_header.inner.prev_gas_used ^= 1 << rng.gen_range(0..50),
            Self::ImplicitTransitions => {
                if witness.implicit_transitions.pop().is_none() {
                    witness.implicit_transitions.push(witness.main_transition.clone());
                }
            }
            _ => return None,
        }
        Some(())
    }
}

/// The borsh form of a witness.
pub(crate) fn encode(witness: &ChunkStateWitness<'_>) -> Vec<u8> {
    let mut bytes = vec![1];
    append_bytes(&witness.epoch_id, &mut bytes);
    append_bytes(&witness.chunk_header, &mut bytes);
    encode_transition(&witness.main_transition, &mut bytes);
    append_bytes(&(witness.source_receipt_proofs.len() as u32), &mut bytes);
    for (chunk_hash, proof) in &witness.source_receipt_proofs {
        append_bytes(chunk_hash, &mut bytes);
        append_bytes(&proof.receipts, &mut bytes);
        append_bytes(&proof.from_shard_id, &mut bytes);
        append_bytes(&proof.to_shard_id, &mut bytes);
        append_bytes(&proof.path, &mut bytes);
    }
    append_bytes(&witness.applied_receipts_hash, &mut bytes);
    append_bytes(&witness.transactions.transactions, &mut bytes);
    append_bytes(&(witness.implicit_transitions.len() as u32), &mut bytes);
    for transition in &witness.implicit_transitions {
        encode_transition(transition, &mut bytes);
    }
    append_bytes(&witness.new_transactions.transactions, &mut bytes);
    bytes
}

fn encode_transition(transition: &Transition<'_>, bytes: &mut Vec<u8>) {
    append_bytes(&transition.block_hash, bytes);
    bytes.push(0);
    bytes.extend(to_bytes(&transition.base_state));
    append_bytes(&transition.post_state_root, bytes);
}

/// Whether decoding and encoding is the identity on these bytes.
pub(crate) fn round_trips(bytes: &[u8]) -> Result<bool, DecodeError> {
    ChunkStateWitness::decode(bytes).map(|witness| encode(&witness) == bytes)
}
