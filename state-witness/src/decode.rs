//! Bounded decoding of untrusted bytes: chunk state witnesses and blocks.
//!
//! Mirrors `core/primitives/src/stateless_validation/state_witness.rs` (spec §B.1). Nothing is read beyond the input, no length is
//! believed before the bytes behind it are there, and trailing bytes are refused. Trie nodes, values, receipt lists and
//! transactions stay visible as the bytes they came in, so that hashing them needs no second serialisation: a byte string that
//! hashes to what a canonical encoding hashed to *is* that encoding.
//!
//! Memory: at most some 50 bytes for each byte of input, reached by transactions whose actions are one byte each; recorded witnesses
//! take about as much as they are long.

use alloc::vec::Vec;

use borsh::BorshDeserialize;
use no_std_near_core::merkle::MerklePath;
use no_std_near_core::types::ShardId;
use no_std_near_core::types::account_id::AccountId;
use no_std_near_core::types::block::Block;
use no_std_near_core::types::chunk_header::ShardChunkHeader;
use no_std_near_core::types::hash::CryptoHash;
use no_std_near_core::types::receipt::{ActionReceipt, Receipt, ReceiptEnum};
use no_std_near_core::types::transaction::SignedTransaction;

use crate::error::DecodeError;

/// Largest witness the protocol allows, in bytes before network compression.
pub const MAX_WITNESS_BYTES: usize = 64 * 1024 * 1024;
/// Largest block accepted, in bytes; nearcore's network layer allows no larger message.
pub const MAX_BLOCK_BYTES: usize = 512 * 1024 * 1024;

const WITNESS_V2: u8 = 1;
const TRIE_VALUES: u8 = 0;

/// Proof that a chunk's outgoing receipts to one shard are these.
#[derive(Clone, Debug)]
pub struct ReceiptProof<'a> {
    /// The receipts, in the order of their emission.
    pub receipts: Vec<Receipt>,
    /// Their borsh form, count included.
    pub encoded_receipts: &'a [u8],
    /// Shard of the sending chunk.
    pub from_shard_id: ShardId,
    /// Receiving shard.
    pub to_shard_id: ShardId,
    /// Path from the list to the chunk's outgoing receipts root.
    pub path: MerklePath,
}

/// Transactions with the bytes they came in.
#[derive(Clone, Debug, Default)]
pub struct TransactionList<'a> {
    /// The transactions.
    pub transactions: Vec<SignedTransaction>,
    /// Borsh form of each.
    pub encoded_each: Vec<&'a [u8]>,
    /// Borsh form of the list, count included.
    pub encoded: &'a [u8],
}

/// A state transition: where it happens, the recorded state, and the announced result.
#[derive(Clone, Debug)]
pub struct Transition<'a> {
    /// Block in which it happens.
    pub block_hash: CryptoHash,
    /// Recorded nodes and values, in no particular order.
    pub base_state: Vec<&'a [u8]>,
    /// Announced state root afterwards; only for diagnosis.
    pub post_state_root: CryptoHash,
}

/// A `ChunkStateWitness` (V2), decoded.
#[derive(Clone, Debug)]
pub struct ChunkStateWitness<'a> {
    /// Epoch of the chunk.
    pub epoch_id: CryptoHash,
    /// Header of the chunk that is being endorsed.
    pub chunk_header: ShardChunkHeader,
    /// The transition of the last new chunk of the shard.
    pub main_transition: Transition<'a>,
    /// By hash of the sending chunk, ascending.
    pub source_receipt_proofs: Vec<(CryptoHash, ReceiptProof<'a>)>,
    /// Announced hash of the receipts to apply; only for diagnosis.
    pub applied_receipts_hash: CryptoHash,
    /// Transactions of the last new chunk.
    pub transactions: TransactionList<'a>,
    /// Missing chunks and splits since then, oldest first.
    pub implicit_transitions: Vec<Transition<'a>>,
    /// Transactions of the chunk that is being endorsed.
    pub new_transactions: TransactionList<'a>,
}

impl<'a> ChunkStateWitness<'a> {
    /// Decodes a witness from its raw borsh form (not the compressed network form).
    ///
    /// # Errors
    /// [`DecodeError`]: too large, another version, malformed, receipt proofs not ascending by chunk hash, trailing bytes.
    pub fn decode(bytes: &'a [u8]) -> Result<Self, DecodeError> {
        check_size("chunk state witness", bytes, MAX_WITNESS_BYTES)?;
        let mut input = Input::new(bytes);
        input.version("chunk state witness", WITNESS_V2)?;
        let witness = Self {
            epoch_id: input.value("epoch id")?,
            chunk_header: input.value("chunk header")?,
            main_transition: input.transition()?,
            source_receipt_proofs: input.receipt_proofs()?,
            applied_receipts_hash: input.value("applied receipts hash")?,
            transactions: input.transactions("transactions")?,
            implicit_transitions: input.list("implicit transitions", Input::transition)?,
            new_transactions: input.transactions("new transactions")?,
        };
        input.end("chunk state witness")?;
        Ok(witness)
    }
}

/// Decodes a block from its borsh form.
///
/// # Errors
/// [`DecodeError`]: too large, malformed or of an unsupported version, trailing bytes.
pub fn decode_block(bytes: &[u8]) -> Result<Block, DecodeError> {
    check_size("block", bytes, MAX_BLOCK_BYTES)?;
    let mut input = Input::new(bytes);
    let block = input.value("block")?;
    input.end("block")?;
    Ok(block)
}

/// Decodes a recorded list of blocks: borsh `Vec<Vec<u8>>`, each item a block's borsh form.
///
/// # Errors
/// As for [`decode_block`].
pub fn decode_block_list(bytes: &[u8]) -> Result<Vec<Block>, DecodeError> {
    let mut input = Input::new(bytes);
    let blobs = input.list("blocks", |input| input.byte_string("block"))?;
    input.end("blocks")?;
    blobs.into_iter().map(decode_block).collect()
}

/// Decodes a recorded state: borsh `PartialState`.
///
/// # Errors
/// [`DecodeError`]: too large, another version, malformed, trailing bytes.
pub fn decode_partial_state(bytes: &[u8]) -> Result<Vec<&[u8]>, DecodeError> {
    check_size("partial state", bytes, MAX_WITNESS_BYTES)?;
    let mut input = Input::new(bytes);
    let blobs = input.partial_state()?;
    input.end("partial state")?;
    Ok(blobs)
}

fn check_size(what: &'static str, bytes: &[u8], limit_bytes: usize) -> Result<(), DecodeError> {
    if bytes.len() > limit_bytes {
        return Err(DecodeError::TooLarge {
            what,
            limit_bytes,
            found_bytes: bytes.len(),
        });
    }
    Ok(())
}

/// What remains to be read.
pub(crate) struct Input<'a> {
    rest: &'a [u8],
    len: usize,
}

impl<'a> Input<'a> {
    pub(crate) const fn new(bytes: &'a [u8]) -> Self {
        Self {
            rest: bytes,
            len: bytes.len(),
        }
    }

    const fn offset(&self) -> usize {
        self.len.saturating_sub(self.rest.len())
    }

    fn truncated(&self, what: &'static str) -> DecodeError {
        DecodeError::Malformed {
            what,
            offset: self.offset(),
            reason: "the bytes end inside it".into(),
        }
    }

    /// A value of a type that has a borsh form.
    pub(crate) fn value<T: BorshDeserialize>(&mut self, what: &'static str) -> Result<T, DecodeError> {
        let offset = self.offset();
        T::deserialize(&mut self.rest).map_err(|error| DecodeError::Malformed {
            what,
            offset,
            reason: alloc::format!("{error}"),
        })
    }

    /// Whatever `read` reads, and the bytes it came in.
    fn with_bytes<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T, DecodeError>,
    ) -> Result<(T, &'a [u8]), DecodeError> {
        let before = self.rest;
        let value = read(self)?;
        let len = before.len().saturating_sub(self.rest.len());
        Ok((value, before.get(..len).unwrap_or_default()))
    }

    fn version(&mut self, what: &'static str, expected: u8) -> Result<(), DecodeError> {
        let found: u8 = self.value(what)?;
        if found == expected {
            Ok(())
        } else {
            Err(DecodeError::UnsupportedVersion { what, expected, found })
        }
    }

    fn byte_string(&mut self, what: &'static str) -> Result<&'a [u8], DecodeError> {
        let len: u32 = self.value(what)?;
        let split = usize::try_from(len)
            .ok()
            .and_then(|len| self.rest.split_at_checked(len));
        let (head, rest) = split.ok_or_else(|| self.truncated(what))?;
        self.rest = rest;
        Ok(head)
    }

    /// A counted list. Room is made for at most as many items as the rest of the input has bytes for (four each).
    pub(crate) fn list<T>(
        &mut self,
        what: &'static str,
        mut item: impl FnMut(&mut Self) -> Result<T, DecodeError>,
    ) -> Result<Vec<T>, DecodeError> {
        let count: u32 = self.value(what)?;
        let count = usize::try_from(count).map_err(|_| self.truncated(what))?;
        if count > self.rest.len() {
            return Err(self.truncated(what));
        }
        let item_bytes = size_of::<T>().max(1);
        let room_for = self.rest.len().checked_div(item_bytes).unwrap_or(0);
        let mut items = Vec::with_capacity(count.min(room_for));
        for _ in 0..count {
            items.push(item(self)?);
        }
        Ok(items)
    }

    fn partial_state(&mut self) -> Result<Vec<&'a [u8]>, DecodeError> {
        self.version("partial state", TRIE_VALUES)?;
        self.list("trie values", |input| input.byte_string("trie value"))
    }

    fn transition(&mut self) -> Result<Transition<'a>, DecodeError> {
        Ok(Transition {
            block_hash: self.value("block hash")?,
            base_state: self.partial_state()?,
            post_state_root: self.value("post-state root")?,
        })
    }

    /// An account identifier, checked where it lies.
    fn account_id(&mut self, what: &'static str) -> Result<AccountId, DecodeError> {
        let offset = self.offset();
        AccountId::from_ascii(self.byte_string(what)?).map_err(|error| DecodeError::Malformed {
            what,
            offset,
            reason: alloc::format!("{error}"),
        })
    }

    /// A receipt. Most were sent by whoever signed: such an account is checked and kept once.
    fn receipt(&mut self) -> Result<Receipt, DecodeError> {
        const WHAT: &str = "receipt";
        /// Tag of a receipt with actions, before the signer.
        const ACTION: u8 = 0;
        let (predecessor_id, encoded_id) = self.with_bytes(|input| input.account_id(WHAT))?;
        let receiver_id = self.account_id(WHAT)?;
        let receipt_id = self.value(WHAT)?;
        let repeated = match self.rest.split_first() {
            Some((&ACTION, rest)) => rest.strip_prefix(encoded_id),
            _ => None,
        };
        let receipt = match repeated {
            Some(rest) => {
                self.rest = rest;
                ReceiptEnum::Action(ActionReceipt {
                    signer_id: predecessor_id.clone(),
                    signer_public_key: self.value(WHAT)?,
                    gas_price: self.value(WHAT)?,
                    output_data_receivers: self.value(WHAT)?,
                    input_data_ids: self.value(WHAT)?,
                    actions: self.value(WHAT)?,
                })
            }
            None => self.value(WHAT)?,
        };
        Ok(Receipt {
            predecessor_id,
            receiver_id,
            receipt_id,
            receipt,
        })
    }

    /// One receipt proof without its key.
    pub(crate) fn receipt_proof(&mut self) -> Result<ReceiptProof<'a>, DecodeError> {
        let (receipts, encoded_receipts) = self.with_bytes(|input| input.list("receipts", Self::receipt))?;
        Ok(ReceiptProof {
            receipts,
            encoded_receipts,
            from_shard_id: self.value("sending shard")?,
            to_shard_id: self.value("receiving shard")?,
            path: self.value("receipt path")?,
        })
    }

    fn receipt_proofs(&mut self) -> Result<Vec<(CryptoHash, ReceiptProof<'a>)>, DecodeError> {
        let proofs = self.list("receipt proofs", |input| {
            Ok((input.value("chunk hash")?, input.receipt_proof()?))
        })?;
        if !proofs.is_sorted_by(|(left, _), (right, _)| left < right) {
            return Err(DecodeError::NotAscending { what: "receipt proofs" });
        }
        Ok(proofs)
    }

    pub(crate) fn transactions(&mut self, what: &'static str) -> Result<TransactionList<'a>, DecodeError> {
        let (pairs, encoded) = self.with_bytes(|input| {
            input.list(what, |input| {
                input.with_bytes(|input| input.value("signed transaction"))
            })
        })?;
        let (transactions, encoded_each) = pairs.into_iter().unzip();
        Ok(TransactionList {
            transactions,
            encoded_each,
            encoded,
        })
    }

    /// Refuses trailing bytes.
    pub(crate) const fn end(&self, what: &'static str) -> Result<(), DecodeError> {
        match self.rest.len() {
            0 => Ok(()),
            count => Err(DecodeError::TrailingBytes { what, count }),
        }
    }
}
