//! The compressed witness: all untrusted parts that go with a statement, in one canonical byte string. This is a guest's input.
//!
//! ```text
//! "NEARCW01"  implicit_count u64
//! section*    length u64 | bytes | zeros to the next multiple of 8
//! ```
//!
//! The sections are: transactions (borsh list), receipt proofs (borsh list, in the statement's order, without keys), and then for the
//! main transition and each implicit one: update of validator accounts (borsh option), compressed state (see [`super`]), order of
//! its entries as u32 each (advice, see [`Order::Advice`]). So every compressed state begins at a multiple of 8.

use alloc::vec::Vec;

use no_std_near_core::crypto::Crypto;
use no_std_near_core::types::hash::CryptoHash;
use no_std_near_core::types::validator::ValidatorAccountsUpdate;
use no_std_near_core::types::{append_bytes, to_bytes};

use super::{DecodedState, Order, WORD_BYTES, compress, padding};
use crate::checked::{StateSource, WitnessParts};
use crate::decode::{ChunkStateWitness, Input, ReceiptProof, TransactionList, Transition};
use crate::error::{DecodeError, WitnessError};
use crate::source_receipts::arrange_proofs;
use crate::statement::{DerivedStatement, MainKind};

const MAGIC: [u8; WORD_BYTES] = *b"NEARCW01";
/// A chain on which one shard misses more chunks in a row than that has other problems.
const MAX_IMPLICIT: usize = 1 << 16;

/// A compressed witness, and what was left out of its states.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompressedWitness {
    /// The encoding.
    pub bytes: Vec<u8>,
    /// Nodes and values that cannot be reached from the roots: dropped. Contract code that was appended to a state is among them,
    /// unless the state reaches it.
    pub unreachable_count: usize,
}

/// Compresses a witness for a guest that knows the statement.
///
/// # Errors
/// [`WitnessError`] if receipt proofs do not fit the statement's sources or a state cannot be compressed. Everything else is checked
/// by whoever reads the result.
pub fn compress_witness<C: Crypto>(
    witness: &ChunkStateWitness<'_>,
    derived: &DerivedStatement,
) -> Result<CompressedWitness, WitnessError> {
    let implicit = &witness.implicit_transitions;
    let mut bytes = Vec::from(MAGIC);
    bytes.extend_from_slice(&(implicit.len() as u64).to_le_bytes());
    write_section(&mut bytes, witness.transactions.encoded);
    let proofs = arrange_proofs(witness.source_receipt_proofs.clone(), &derived.source_chunks)?;
    write_section(&mut bytes, &encode_proofs(&proofs));

    let main_root = match &derived.statement.main.kind {
        MainKind::Genesis(_) => None,
        MainKind::NewChunk(chunk) => Some(chunk.chunk.prev_state_root),
    };
    let mut unreachable_count = 0usize;
    let mut write =
        |transition: &Transition<'_>, root: Option<CryptoHash>, update: Option<&ValidatorAccountsUpdate>| {
            let blobs = if root.is_some() {
                transition.base_state.as_slice()
            } else {
                &[]
            };
            let root = root.unwrap_or_default();
            let compressed = compress::<C>(root, blobs)?;
            unreachable_count = unreachable_count.saturating_add(compressed.unreachable.len());
            let advice = DecodedState::decode::<C>(&compressed.bytes, root, Order::Sort)?.order_advice();
            write_section(&mut bytes, &to_bytes(&update));
            write_section(&mut bytes, &compressed.bytes);
            let advice: Vec<u8> = advice.iter().flat_map(|entry| entry.to_le_bytes()).collect();
            write_section(&mut bytes, &advice);
            Ok::<(), WitnessError>(())
        };
    write(
        &witness.main_transition,
        main_root,
        derived.main_validator_update.as_ref(),
    )?;
    let mut root = witness.main_transition.post_state_root;
    let updates = derived
        .implicit_validator_updates
        .iter()
        .map(Option::as_ref)
        .chain(core::iter::repeat(None));
    for (transition, update) in implicit.iter().zip(updates) {
        write(transition, Some(root), update)?;
        root = transition.post_state_root;
    }
    Ok(CompressedWitness {
        bytes,
        unreachable_count,
    })
}

fn encode_proofs(proofs: &[ReceiptProof<'_>]) -> Vec<u8> {
    let mut bytes = Vec::new();
    append_bytes(&u32::try_from(proofs.len()).unwrap_or(u32::MAX), &mut bytes);
    for proof in proofs {
        bytes.extend_from_slice(proof.encoded_receipts);
        append_bytes(&(proof.from_shard_id, proof.to_shard_id, &proof.path), &mut bytes);
    }
    bytes
}

fn write_section(bytes: &mut Vec<u8>, section: &[u8]) {
    bytes.extend_from_slice(&(section.len() as u64).to_le_bytes());
    bytes.extend_from_slice(section);
    let padded = bytes.len().saturating_add(padding(section.len()));
    bytes.resize(padded, 0);
}

/// The sections of one transition.
#[derive(Clone, Debug)]
struct TransitionSections<'a> {
    update: Option<ValidatorAccountsUpdate>,
    state: &'a [u8],
    advice: Vec<u32>,
}

/// A compressed witness, taken apart. Its states are decoded by [`states`](Self::states), and both together give the parts to check.
#[derive(Clone, Debug)]
pub struct WitnessSections<'a> {
    transactions: TransactionList<'a>,
    receipt_proofs: Vec<ReceiptProof<'a>>,
    /// Main, then implicit.
    transitions: Vec<TransitionSections<'a>>,
}

impl<'a> WitnessSections<'a> {
    /// Takes the byte string apart.
    ///
    /// # Errors
    /// [`DecodeError`]: not a compressed witness, not canonical, trailing bytes.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, DecodeError> {
        let mut reader = SectionReader { rest: bytes };
        if reader.word()? != MAGIC {
            return Err(DecodeError::NotCanonical {
                what: "first bytes of a compressed witness",
            });
        }
        let implicit_count = usize::try_from(u64::from_le_bytes(reader.word()?));
        let implicit_count = implicit_count
            .ok()
            .filter(|count| *count <= MAX_IMPLICIT)
            .ok_or_else(truncated)?;
        let mut input = Input::new(reader.section()?);
        let transactions = input.transactions("transactions")?;
        input.end("transactions")?;
        let mut input = Input::new(reader.section()?);
        let receipt_proofs = input.list("receipt proofs", Input::receipt_proof)?;
        input.end("receipt proofs")?;
        let mut transitions = Vec::new();
        for _ in 0..=implicit_count {
            transitions.push(reader.transition()?);
        }
        match reader.rest.len() {
            0 => Ok(Self {
                transactions,
                receipt_proofs,
                transitions,
            }),
            count => Err(DecodeError::TrailingBytes {
                what: "compressed witness",
                count,
            }),
        }
    }

    /// Decodes the states, main and then implicit: hashes every node and value once.
    ///
    /// # Errors
    /// [`WitnessError::Compressed`].
    pub fn states<C: Crypto>(&self) -> Result<Vec<DecodedState<'a>>, WitnessError> {
        self.transitions
            .iter()
            .map(|transition| {
                let order = Order::Advice(&transition.advice);
                Ok(DecodedState::decode::<C>(transition.state, CryptoHash::ZERO, order)?)
            })
            .collect()
    }

    /// The parts to check against a statement. `states` are those that [`states`](Self::states) gave.
    ///
    /// # Errors
    /// [`WitnessError::ImplicitTransitionCount`] if they are not.
    pub fn into_parts(self, states: &'a [DecodedState<'a>]) -> Result<WitnessParts<'a>, WitnessError> {
        let expected = self.transitions.len();
        let wrong_count = WitnessError::ImplicitTransitionCount {
            expected,
            found: states.len(),
        };
        if states.len() != expected {
            return Err(wrong_count);
        }
        let (main_state, implicit_states) = states.split_first().ok_or_else(|| wrong_count.clone())?;
        let mut updates = self.transitions.into_iter().map(|transition| transition.update);
        Ok(WitnessParts {
            main_state: StateSource::Compressed(main_state),
            implicit_states: implicit_states.iter().map(StateSource::Compressed).collect(),
            receipt_proofs: self.receipt_proofs,
            transactions: self.transactions,
            main_validator_update: updates.next().ok_or(wrong_count)?,
            implicit_validator_updates: updates.collect(),
        })
    }
}

fn truncated() -> DecodeError {
    DecodeError::Malformed {
        what: "compressed witness",
        offset: 0,
        reason: "a section ends beyond the bytes".into(),
    }
}

struct SectionReader<'a> {
    rest: &'a [u8],
}

impl<'a> SectionReader<'a> {
    fn word(&mut self) -> Result<[u8; WORD_BYTES], DecodeError> {
        let (word, rest) = self.rest.split_first_chunk().ok_or_else(truncated)?;
        self.rest = rest;
        Ok(*word)
    }

    fn section(&mut self) -> Result<&'a [u8], DecodeError> {
        let len = usize::try_from(u64::from_le_bytes(self.word()?)).map_err(|_| truncated())?;
        let (section, rest) = self.rest.split_at_checked(len).ok_or_else(truncated)?;
        let (zeros, rest) = rest.split_at_checked(padding(len)).ok_or_else(truncated)?;
        if zeros.iter().any(|byte| *byte != 0) {
            return Err(DecodeError::NotCanonical {
                what: "padding of a compressed witness",
            });
        }
        self.rest = rest;
        Ok(section)
    }

    fn transition(&mut self) -> Result<TransitionSections<'a>, DecodeError> {
        let encoded_update = self.section()?;
        let mut input = Input::new(encoded_update);
        let update: Option<ValidatorAccountsUpdate> = input.value("validator accounts update")?;
        if to_bytes(&update) != encoded_update {
            return Err(DecodeError::NotCanonical {
                what: "validator accounts update",
            });
        }
        let state = self.section()?;
        let (entries, rest) = self.section()?.as_chunks();
        if !rest.is_empty() {
            return Err(DecodeError::NotCanonical {
                what: "order of entries",
            });
        }
        let advice = entries.iter().map(|entry| u32::from_le_bytes(*entry)).collect();
        Ok(TransitionSections { update, state, advice })
    }
}
