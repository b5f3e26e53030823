//! The border between nearcore's crates and ours: values cross it in their borsh form, and both sides must write the same bytes.

use borsh::{BorshDeserialize, BorshSerialize};
use no_std_near_core::types::block::Block;
use no_std_near_core::types::to_bytes;
use state_witness::decode::{ChunkStateWitness, decode_block};

use crate::record::Record;

/// Two decoders that do not agree.
#[derive(Debug, thiserror::Error)]
#[error("{what}: {reason}")]
pub struct EdgeError {
    what: String,
    reason: String,
}

impl EdgeError {
    fn new(what: &str, reason: impl core::fmt::Display) -> Self {
        Self {
            what: what.to_owned(),
            reason: reason.to_string(),
        }
    }
}

/// Carries a value from nearcore's type to ours.
///
/// # Errors
/// When our decoder refuses nearcore's bytes, or writes other bytes for what it has read.
pub fn cross<A: BorshSerialize, B: BorshDeserialize + BorshSerialize>(
    recorded: &A,
    what: &str,
) -> Result<B, EdgeError> {
    let bytes = borsh::to_vec(recorded).map_err(|error| EdgeError::new(what, error))?;
    let ours: B = borsh::from_slice(&bytes).map_err(|error| {
        EdgeError::new(
            what,
            format!("near-primitives 0.37 wrote what our decoder refuses: {error}"),
        )
    })?;
    same_bytes(what, &bytes, &to_bytes(&ours))?;
    Ok(ours)
}

/// Decodes the record's blocks with our decoder; nearcore's has read them already.
///
/// # Errors
/// When the decoders do not agree on a block or its hash.
pub fn blocks(record: &Record) -> Result<Vec<Block>, EdgeError> {
    let mut blocks = Vec::with_capacity(record.block_bytes.len());
    for (bytes, recorded) in record.block_bytes.iter().zip(&record.blocks) {
        let what = format!("block at height {}", recorded.header().height());
        let block = decode_block(bytes).map_err(|error| EdgeError::new(&what, error))?;
        same_bytes(&what, bytes, &to_bytes(&block))?;
        let re_encoded = borsh::to_vec(recorded).map_err(|error| EdgeError::new(&what, error))?;
        same_bytes(&what, bytes, &re_encoded)?;
        let found = block.hash::<no_std_near_core::crypto::NativeCrypto>();
        if found.0 != recorded.hash().0 {
            return Err(EdgeError::new(
                &what,
                format!("expected hash {} (near-primitives), found {found}", recorded.hash()),
            ));
        }
        blocks.push(block);
    }
    Ok(blocks)
}

/// Decodes the record's witness with our decoder and compares the parts with nearcore's.
///
/// # Errors
/// When our decoder refuses the witness, or reads something else in it.
pub fn witness(record: &Record) -> Result<ChunkStateWitness<'_>, EdgeError> {
    let what = "witness.borsh";
    let witness = ChunkStateWitness::decode(&record.witness_bytes).map_err(|error| EdgeError::new(what, error))?;
    let recorded = &record.witness;
    let encoded =
        |value: &dyn Fn() -> Result<Vec<u8>, borsh::io::Error>| value().map_err(|error| EdgeError::new(what, error));
    same_bytes(
        "witnessed header",
        &encoded(&|| borsh::to_vec(recorded.chunk_header()))?,
        &to_bytes(&witness.chunk_header),
    )?;
    same_bytes(
        "transactions",
        &encoded(&|| borsh::to_vec(recorded.transactions()))?,
        witness.transactions.encoded,
    )?;
    same_bytes(
        "transactions",
        witness.transactions.encoded,
        &to_bytes(&witness.transactions.transactions),
    )?;
    same_bytes(
        "new transactions",
        &encoded(&|| borsh::to_vec(recorded.new_transactions()))?,
        witness.new_transactions.encoded,
    )?;
    for (chunk_hash, proof) in &witness.source_receipt_proofs {
        let recorded = recorded
            .source_receipt_proofs()
            .iter()
            .find(|(hash, _)| hash.0.0 == chunk_hash.0)
            .ok_or_else(|| {
                EdgeError::new(
                    what,
                    format!("near-primitives reads no receipt proof of chunk {chunk_hash}"),
                )
            })?;
        same_bytes(
            "receipts of a proof",
            &encoded(&|| borsh::to_vec(&recorded.1.0))?,
            proof.encoded_receipts,
        )?;
        same_bytes(
            "receipts of a proof",
            proof.encoded_receipts,
            &to_bytes(&proof.receipts),
        )?;
    }
    Ok(witness)
}

fn same_bytes(what: &str, expected: &[u8], found: &[u8]) -> Result<(), EdgeError> {
    if expected == found {
        return Ok(());
    }
    let at = expected
        .iter()
        .zip(found)
        .take_while(|(expected, found)| expected == found)
        .count();
    Err(EdgeError::new(
        what,
        format!(
            "expected {} bytes as near-primitives writes them, found {} bytes that differ from byte {at} on",
            expected.len(),
            found.len()
        ),
    ))
}
