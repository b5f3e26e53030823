//! From a decoded witness to a checked one: everything bound to the statement, in the order in which it will be applied.
//!
//! Mirrors `pre_validate_chunk_state_witness` of `chain/chain/src/stateless_validation/chunk_validation.rs` (spec §A.3); differs in:
//! what the validator knows comes as a [`ChunkStatement`], so that a proof's guest, which knows nothing else, checks with the same
//! code; the checks on the new chunk's own transactions are in [`crate::chunk_body`].

use alloc::vec::Vec;

use no_std_near_core::crypto::Crypto;
use no_std_near_core::merkle::root_of_leaves;
use no_std_near_core::trie::PartialTrie;
use no_std_near_core::types::hash::CryptoHash;
use no_std_near_core::types::receipt::Receipt;
use no_std_near_core::types::to_bytes;
use no_std_near_core::types::transaction::SignedTransaction;
use no_std_near_core::types::validator::ValidatorAccountsUpdate;

use crate::compressed::DecodedState;
use crate::decode::{ChunkStateWitness, ReceiptProof, TransactionList};
use crate::error::WitnessError;
use crate::source_receipts::{arrange_proofs, receipts_to_apply};
use crate::statement::{ChunkStatement, DerivedStatement, ImplicitTransition, MainKind, NewChunk};

/// A recorded state in one of its two forms.
#[derive(Clone, Debug)]
pub enum StateSource<'a> {
    /// Nodes and values in no particular order, as a witness has them.
    Blobs(Vec<&'a [u8]>),
    /// A compressed state, decoded: all of its nodes are hashed.
    Compressed(&'a DecodedState<'a>),
}

impl<'a> StateSource<'a> {
    /// The partial trie with this root.
    ///
    /// # Errors
    /// [`WitnessError::StateRoot`] if a compressed state has another root. Blobs are authenticated when they are touched.
    pub fn into_trie<C: Crypto>(self, root: CryptoHash) -> Result<PartialTrie<'a>, WitnessError> {
        match self {
            Self::Blobs(blobs) => Ok(PartialTrie::from_blobs::<C>(root, blobs)),
            // Nothing was recorded: whatever is needed will be missing.
            Self::Compressed(state) if state.entry_count() == 0 => Ok(PartialTrie::from_blobs::<C>(root, [])),
            Self::Compressed(state) if state.root() == root => Ok(state.to_trie()),
            Self::Compressed(state) => Err(WitnessError::StateRoot {
                expected: root,
                found: state.root(),
            }),
        }
    }
}

/// The untrusted parts that go with a statement.
#[derive(Clone, Debug)]
pub struct WitnessParts<'a> {
    /// State of the main transition; not looked at if that is genesis.
    pub main_state: StateSource<'a>,
    /// State of each implicit transition.
    pub implicit_states: Vec<StateSource<'a>>,
    /// One proof per source chunk, in the statement's order.
    pub receipt_proofs: Vec<ReceiptProof<'a>>,
    /// The chunk's transactions.
    pub transactions: TransactionList<'a>,
    /// Update of validator accounts in the main transition.
    pub main_validator_update: Option<ValidatorAccountsUpdate>,
    /// The same for each implicit transition.
    pub implicit_validator_updates: Vec<Option<ValidatorAccountsUpdate>>,
}

/// What the main transition applies.
#[derive(Clone, Debug)]
pub(crate) struct CheckedContent {
    pub(crate) transactions: Vec<SignedTransaction>,
    pub(crate) transaction_is_current: Vec<bool>,
    pub(crate) receipts: Vec<Receipt>,
    pub(crate) validator_update: Option<ValidatorAccountsUpdate>,
}

/// State and validator update of one implicit transition.
#[derive(Clone, Debug)]
pub(crate) struct CheckedImplicit<'a> {
    pub(crate) state: StateSource<'a>,
    pub(crate) validator_update: Option<ValidatorAccountsUpdate>,
}

/// A witness whose transactions, receipts and updates are those of a statement. Its states are still to be authenticated, which
/// happens node by node while [`validate`](crate::validate::validate) reads them.
#[derive(Clone, Debug)]
pub struct CheckedWitness<'a> {
    pub(crate) statement: &'a ChunkStatement,
    pub(crate) main_state: StateSource<'a>,
    pub(crate) content: CheckedContent,
    pub(crate) implicit: Vec<CheckedImplicit<'a>>,
    /// Announced post-state roots: main, then implicit; empty if none were announced.
    pub(crate) announced_roots: Vec<CryptoHash>,
}

impl<'a> CheckedWitness<'a> {
    /// Checks a witness as it came over the network against what the validator derived by itself.
    ///
    /// # Errors
    /// [`WitnessError`] names the first check that fails.
    pub fn from_witness<C: Crypto>(
        witness: ChunkStateWitness<'a>,
        derived: &'a DerivedStatement,
    ) -> Result<Self, WitnessError> {
        if witness.epoch_id != derived.witness_epoch_id {
            return Err(WitnessError::WrongEpoch {
                expected: derived.witness_epoch_id,
                found: witness.epoch_id,
            });
        }
        let announced_roots: Vec<CryptoHash> = core::iter::once(&witness.main_transition)
            .chain(&witness.implicit_transitions)
            .map(|transition| transition.post_state_root)
            .collect();
        let parts = WitnessParts {
            main_state: StateSource::Blobs(witness.main_transition.base_state),
            implicit_states: witness
                .implicit_transitions
                .into_iter()
                .map(|transition| StateSource::Blobs(transition.base_state))
                .collect(),
            receipt_proofs: arrange_proofs(witness.source_receipt_proofs, &derived.source_chunks)?,
            transactions: witness.transactions,
            main_validator_update: derived.main_validator_update.clone(),
            implicit_validator_updates: derived.implicit_validator_updates.clone(),
        };
        let mut checked = Self::from_parts::<C>(&derived.statement, parts)?;
        let found = C::sha256(&to_bytes(&checked.content.receipts));
        if found != witness.applied_receipts_hash {
            return Err(WitnessError::AppliedReceiptsHash {
                expected: witness.applied_receipts_hash,
                found,
            });
        }
        checked.announced_roots = announced_roots;
        Ok(checked)
    }

    /// Checks untrusted parts against a statement and nothing else: the way of a proof's guest.
    ///
    /// # Errors
    /// [`WitnessError`] names the first check that fails.
    pub fn from_parts<C: Crypto>(statement: &'a ChunkStatement, parts: WitnessParts<'a>) -> Result<Self, WitnessError> {
        let expected = statement.implicit.len();
        for found in [parts.implicit_states.len(), parts.implicit_validator_updates.len()] {
            if found != expected {
                return Err(WitnessError::ImplicitTransitionCount { expected, found });
            }
        }
        let content = match &statement.main.kind {
            MainKind::Genesis(_) => empty_for_genesis(&parts)?,
            MainKind::NewChunk(chunk) => check_content::<C>(
                statement,
                chunk,
                parts.receipt_proofs,
                parts.transactions,
                parts.main_validator_update,
            )?,
        };
        let mut implicit = Vec::with_capacity(expected);
        let updates = parts.implicit_states.into_iter().zip(parts.implicit_validator_updates);
        for (transition, (state, validator_update)) in statement.implicit.iter().zip(updates) {
            let expected = match transition {
                ImplicitTransition::OldChunk(old) => old.validator_update_hash,
                ImplicitTransition::Resharding(_) => None,
            };
            check_update::<C>("an implicit transition", expected, validator_update.as_ref())?;
            implicit.push(CheckedImplicit {
                state,
                validator_update,
            });
        }
        let main_state = parts.main_state;
        Ok(Self {
            statement,
            main_state,
            content,
            implicit,
            announced_roots: Vec::new(),
        })
    }

    /// Forgets the roots that the witness announces, so that a validation that ends elsewhere gives its whole result instead of
    /// stopping at the first root. What counts, the comparison with the chunk header, stays.
    #[must_use]
    pub fn ignoring_announced_roots(mut self) -> Self {
        self.announced_roots.clear();
        self
    }

    /// The statement the witness was checked against.
    pub const fn statement(&self) -> &'a ChunkStatement {
        self.statement
    }

    /// The transactions to apply.
    pub fn transactions(&self) -> &[SignedTransaction] {
        &self.content.transactions
    }

    /// For each transaction, whether its base block is valid.
    pub fn transaction_is_current(&self) -> &[bool] {
        &self.content.transaction_is_current
    }

    /// The incoming receipts in the order of their application.
    pub fn receipts(&self) -> &[Receipt] {
        &self.content.receipts
    }
}

fn empty_for_genesis(parts: &WitnessParts<'_>) -> Result<CheckedContent, WitnessError> {
    if !parts.receipt_proofs.is_empty() {
        return Err(WitnessError::NotEmptyForGenesis("receipt proofs"));
    }
    if !parts.transactions.transactions.is_empty() {
        return Err(WitnessError::NotEmptyForGenesis("transactions"));
    }
    if parts.main_validator_update.is_some() {
        return Err(WitnessError::NotEmptyForGenesis("update of validator accounts"));
    }
    Ok(CheckedContent {
        transactions: Vec::new(),
        transaction_is_current: Vec::new(),
        receipts: Vec::new(),
        validator_update: None,
    })
}

fn check_content<C: Crypto>(
    statement: &ChunkStatement,
    chunk: &NewChunk,
    receipt_proofs: Vec<ReceiptProof<'_>>,
    transactions: TransactionList<'_>,
    validator_update: Option<ValidatorAccountsUpdate>,
) -> Result<CheckedContent, WitnessError> {
    check_update::<C>(
        "the main transition",
        chunk.validator_update_hash,
        validator_update.as_ref(),
    )?;
    let layout = statement
        .layout(statement.main.layout)
        .ok_or(crate::error::DecodeError::NotCanonical {
            what: "number of shard layouts",
        })?;
    let receipts = receipts_to_apply::<C>(&chunk.receipt_sources, receipt_proofs, layout, statement.main.shard_id)?;
    let found = root_of_leaves::<C>(transactions.encoded_each.iter().map(|bytes| C::sha256(bytes)).collect());
    if found != chunk.chunk.tx_root {
        return Err(WitnessError::TransactionsRoot {
            expected: chunk.chunk.tx_root,
            found,
        });
    }
    let transactions = transactions.transactions;
    let transaction_is_current = base_block_flags(&transactions, &chunk.base_blocks)?;
    Ok(CheckedContent {
        transactions,
        transaction_is_current,
        receipts,
        validator_update,
    })
}

/// The flag of each transaction. Every transaction's base block must be listed, and every listed one must be some transaction's:
/// otherwise one chunk would have several statements.
fn base_block_flags(
    transactions: &[SignedTransaction],
    base_blocks: &[(CryptoHash, bool)],
) -> Result<Vec<bool>, WitnessError> {
    let mut is_used = alloc::vec![false; base_blocks.len()];
    let mut flags = Vec::with_capacity(transactions.len());
    // Many transactions in a row build on the same block.
    let mut position = 0;
    for signed in transactions {
        let base = signed.transaction.block_hash();
        if base_blocks.get(position).is_none_or(|(hash, _)| hash != base) {
            let found = base_blocks.binary_search_by(|(hash, _)| hash.cmp(base));
            position = found.map_err(|_| WitnessError::BaseBlocks(*base))?;
        }
        if let (Some((_, is_valid)), Some(used)) = (base_blocks.get(position), is_used.get_mut(position)) {
            flags.push(*is_valid);
            *used = true;
        }
    }
    match base_blocks.iter().zip(is_used).find(|(_, used)| !used) {
        Some(((unused, _), _)) => Err(WitnessError::BaseBlocks(*unused)),
        None => Ok(flags),
    }
}

fn check_update<C: Crypto>(
    transition: &'static str,
    expected: Option<CryptoHash>,
    update: Option<&ValidatorAccountsUpdate>,
) -> Result<(), WitnessError> {
    let found = update.map(C::hash_borsh);
    if found == expected {
        Ok(())
    } else {
        Err(WitnessError::ValidatorUpdate {
            transition,
            expected,
            found,
        })
    }
}
