//! Decoding is nearcore's decoding.

use near_primitives::stateless_validation::state_witness::ChunkStateWitness as TheirWitness;
use no_std_near_core::crypto::NativeCrypto;
use no_std_near_core::types::to_bytes;
use state_witness::decode_block_list;

use crate::support::{chunks, witness};

#[test]
fn a_witness_decodes_to_what_nearcore_decodes() {
    for chunk in chunks() {
        let bytes = chunk.file("witness.borsh").unwrap();
        let theirs: TheirWitness = borsh::from_slice(bytes).unwrap();
        let ours = witness(chunk);
        assert_eq!(ours.epoch_id.0, theirs.epoch_id().0.0);
        let header = theirs.chunk_header();
        assert_eq!(to_bytes(&ours.chunk_header), borsh::to_vec(header).unwrap());
        assert_eq!(
            ours.chunk_header.chunk_hash::<NativeCrypto>().0,
            header.chunk_hash().0.0
        );
        let near_primitives::state::PartialState::TrieValues(values) = &theirs.main_state_transition().base_state;
        assert!(
            ours.main_transition
                .base_state
                .iter()
                .copied()
                .eq(values.iter().map(|value| &**value))
        );
        assert_eq!(ours.source_receipt_proofs.len(), theirs.source_receipt_proofs().len());
        for (chunk_hash, proof) in &ours.source_receipt_proofs {
            let key = near_primitives::sharding::ChunkHash(near_primitives::hash::CryptoHash(chunk_hash.0));
            let their_proof = &theirs.source_receipt_proofs()[&key];
            assert_eq!(proof.encoded_receipts, borsh::to_vec(&their_proof.0).unwrap());
            assert_eq!(to_bytes(&proof.receipts), proof.encoded_receipts);
        }
        assert_eq!(ours.transactions.encoded, borsh::to_vec(theirs.transactions()).unwrap());
        assert_eq!(to_bytes(&ours.transactions.transactions), ours.transactions.encoded);
        assert_eq!(ours.implicit_transitions.len(), theirs.implicit_transitions().len());
        assert_eq!(
            ours.new_transactions.encoded,
            borsh::to_vec(theirs.new_transactions()).unwrap()
        );
    }
}

#[test]
fn a_block_decodes_to_what_nearcore_decodes() {
    for chunk in chunks() {
        let bytes = chunk.file("blocks.borsh").unwrap();
        let blobs: Vec<Vec<u8>> = borsh::from_slice(bytes).unwrap();
        let ours = decode_block_list(bytes).unwrap();
        for (blob, ours) in blobs.iter().zip(ours) {
            let theirs: near_primitives::block::Block = borsh::from_slice(blob).unwrap();
            assert_eq!(ours.hash::<NativeCrypto>().0, theirs.hash().0);
            assert_eq!(&to_bytes(&ours), blob);
            assert_eq!(ours.header.height(), theirs.header().height());
            assert_eq!(
                ours.header.inner_rest.next_gas_price,
                theirs.header().next_gas_price().as_yoctonear()
            );
        }
    }
}

#[test]
fn another_version_is_refused_by_name() {
    let mut bytes = chunks()[0].file("witness.borsh").unwrap().to_vec();
    bytes[0] = 0;
    let error = state_witness::ChunkStateWitness::decode(&bytes).unwrap_err();
    assert_eq!(
        error.to_string(),
        "chunk state witness: expected version discriminant 1, found 0"
    );
}

#[test]
fn trailing_bytes_are_refused() {
    let mut bytes = chunks()[0].file("witness.borsh").unwrap().to_vec();
    bytes.push(0);
    let error = state_witness::ChunkStateWitness::decode(&bytes).unwrap_err();
    assert_eq!(
        error.to_string(),
        "chunk state witness: expected the end, found 1 more bytes"
    );
}
