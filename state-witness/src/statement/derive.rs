//! A statement from what a validator holds: blocks, facts, and the header of the chunk that makes the claim.

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use no_std_near_core::crypto::Crypto;
use no_std_near_core::types::account_id::AccountId;
use no_std_near_core::types::chunk_extra::ChunkExtra;
use no_std_near_core::types::chunk_header::{InnerVersion, ShardChunkHeader};
use no_std_near_core::types::hash::CryptoHash;
use no_std_near_core::types::shard_layout::ShardLayout;
use no_std_near_core::types::validator::{ValidatorAccountsUpdate, ValidatorStake};
use no_std_near_core::types::{Balance, ShardId};

use super::{
    ChainStatement, ChunkCommitments, ChunkStatement, EpochStatement, ImplicitTransition, LayoutIndex, MainKind,
    MainTransition, NewChunk, OldChunk, ReceiptSource, Resharding, SourceChunk,
};
use crate::error::{FactsError, WitnessError};
use crate::facts::{BlockSet, HeaderFacts};
use crate::transitions::{BlockRange, ImplicitStep, KnownBlock, block_context, block_range, chunk_of, shard_in};

/// First protocol version whose chunk headers may have inner version 5.
const FIRST_VERSION_WITH_INNER_V5: u32 = 85;

/// A statement, and where its parts come from.
#[derive(Clone, Debug)]
pub struct DerivedStatement {
    /// The statement.
    pub statement: ChunkStatement,
    /// Epoch of the witnessed chunk.
    pub witness_epoch_id: CryptoHash,
    /// Block of the main transition.
    pub main_block_hash: CryptoHash,
    /// Hashes of the chunks from which receipts come, in the statement's order.
    pub source_chunks: Vec<CryptoHash>,
    /// Update of validator accounts of the main transition.
    pub main_validator_update: Option<ValidatorAccountsUpdate>,
    /// The same for each implicit transition.
    pub implicit_validator_updates: Vec<Option<ValidatorAccountsUpdate>>,
}

/// Derives the statement about the chunk with this header.
///
/// Takes nothing from a witness. Programs are left empty: they depend on which contracts run.
///
/// # Errors
/// [`WitnessError::HeaderVersion`], or [`WitnessError::Facts`] if blocks or facts are missing or contradict each other.
pub fn derive_statement<C: Crypto>(
    header: &ShardChunkHeader,
    blocks: &BlockSet,
    facts: &HeaderFacts,
) -> Result<DerivedStatement, WitnessError> {
    let parent_hash = header.inner.prev_block_hash;
    let witness_epoch_id = facts.epoch_id_after(&parent_hash, blocks.get(&parent_hash)?)?;
    let witness_epoch = facts.epoch(&witness_epoch_id)?;
    check_header_version(header, witness_epoch.protocol_version)?;

    let range = block_range(header, blocks, facts)?;
    let mut layouts = Layouts(Vec::new());
    let (main, source_chunks, main_validator_update) = main_transition::<C>(&range, blocks, facts, &mut layouts)?;
    let mut implicit = Vec::with_capacity(range.implicit.len());
    let mut implicit_validator_updates = Vec::with_capacity(range.implicit.len());
    for step in &range.implicit {
        let (transition, update) = implicit_transition::<C>(step, header, &range, blocks, facts, &mut layouts)?;
        implicit.push(transition);
        implicit_validator_updates.push(update);
    }
    let witness_layout = layouts.position(&witness_epoch.shard_layout)?;
    let statement = ChunkStatement {
        chain: ChainStatement {
            chain_id: facts.chain.chain_id.clone(),
            eth_wallet_contract_hash: facts.chain.eth_wallet_contract_hash,
            eth_wallet_contract_deployed: facts.chain.eth_wallet_contract_deployed,
        },
        layouts: layouts.0,
        main,
        implicit,
        witness_layout,
        witness_shard_id: header.inner.shard_id,
        output: claimed_output(header),
        outgoing_receipts_root: header.inner.prev_outgoing_receipts_root,
        programs: Vec::new(),
    };
    Ok(DerivedStatement {
        statement,
        witness_epoch_id,
        main_block_hash: range.main.hash,
        source_chunks,
        main_validator_update,
        implicit_validator_updates,
    })
}

/// Mirrors `ShardChunkHeader::validate_version` (spec §A.3.1).
fn check_header_version(header: &ShardChunkHeader, protocol_version: u32) -> Result<(), WitnessError> {
    match header.inner.version {
        InnerVersion::V4 => Ok(()),
        InnerVersion::V5 if protocol_version >= FIRST_VERSION_WITH_INNER_V5 => Ok(()),
        InnerVersion::V5 => Err(WitnessError::HeaderVersion {
            inner_version: 5,
            protocol_version,
        }),
    }
}

/// The `prev_*` fields of a header, as the [`ChunkExtra`] they must equal (spec §A.5.2).
fn claimed_output(header: &ShardChunkHeader) -> ChunkExtra {
    let inner = &header.inner;
    ChunkExtra {
        state_root: inner.prev_state_root,
        outcome_root: inner.prev_outcome_root,
        validator_proposals: inner.prev_validator_proposals.clone(),
        gas_used: inner.prev_gas_used,
        gas_limit: inner.gas_limit,
        balance_burnt: inner.prev_balance_burnt,
        congestion_info: inner.congestion_info,
        bandwidth_requests: inner.bandwidth_requests.clone(),
        proposed_split: inner.proposed_split.clone(),
    }
}

type Main = (MainTransition, Vec<CryptoHash>, Option<ValidatorAccountsUpdate>);

fn main_transition<C: Crypto>(
    range: &BlockRange<'_>,
    blocks: &BlockSet,
    facts: &HeaderFacts,
    layouts: &mut Layouts,
) -> Result<Main, FactsError> {
    let layout = layouts.position(range.main_layout)?;
    let shard_id = range.main_shard_id;
    let at = range.main;
    if at.block.header.is_genesis() {
        let extra = facts
            .main
            .genesis_chunk_extra
            .clone()
            .ok_or(FactsError::MissingGenesisChunkExtra)?;
        return Ok((
            MainTransition {
                layout,
                shard_id,
                kind: MainKind::Genesis(Box::new(extra)),
            },
            Vec::new(),
            None,
        ));
    }
    let chunk = &chunk_of(at, range.main_layout, shard_id)?.inner;
    let prev = blocks.get(&at.block.header.prev_hash)?;
    let (receipt_sources, source_chunks) = receipt_sources::<C>(range, blocks, facts)?;
    let proposals = last_proposals(&chunk.prev_validator_proposals, range.main_layout, shard_id);
    let update = validator_update(at, facts.main.validator_update.as_ref(), proposals, facts)?;
    let kind = MainKind::NewChunk(Box::new(NewChunk {
        epoch: epoch_statement(at, facts)?,
        block: block_context(at, prev.header.inner_rest.next_gas_price)?,
        chunk: ChunkCommitments {
            prev_state_root: chunk.prev_state_root,
            gas_limit: chunk.gas_limit,
            prev_validator_proposals: chunk.prev_validator_proposals.clone(),
            tx_root: chunk.tx_root,
        },
        base_blocks: facts
            .main
            .base_blocks
            .iter()
            .map(|(hash, is_valid)| (*hash, *is_valid))
            .collect(),
        receipt_sources,
        validator_update_hash: update.as_ref().map(C::hash_borsh),
        minimum_stake: facts.main.minimum_stake,
        validators: facts.main.validators.clone(),
        validator_total_stake: facts.main.validator_total_stake,
        split_check: facts.main.split_check.clone(),
    }));
    Ok((MainTransition { layout, shard_id, kind }, source_chunks, update))
}

/// The new chunks of the blocks after the last-last new chunk, newest block first (spec §A.3.4).
fn receipt_sources<C: Crypto>(
    range: &BlockRange<'_>,
    blocks: &BlockSet,
    facts: &HeaderFacts,
) -> Result<(Vec<ReceiptSource>, Vec<CryptoHash>), FactsError> {
    let mut target_shard_id = range.main_shard_id;
    let mut sources = Vec::with_capacity(range.receipt_blocks.len());
    let mut source_chunks = Vec::new();
    for at in &range.receipt_blocks {
        let header = &at.block.header;
        let mut chunks = Vec::with_capacity(at.block.body.chunks.len());
        for chunk in at
            .block
            .body
            .chunks
            .iter()
            .filter(|chunk| chunk.is_new_chunk(header.height()))
        {
            source_chunks.push(chunk.chunk_hash::<C>());
            chunks.push(SourceChunk {
                from_shard_id: chunk.inner.shard_id,
                outgoing_receipts_root: chunk.inner.prev_outgoing_receipts_root,
            });
        }
        sources.push(ReceiptSource {
            shuffle_salt: header.prev_hash,
            target_shard_id,
            chunks,
        });
        let prev = KnownBlock {
            hash: header.prev_hash,
            block: blocks.get(&header.prev_hash)?,
        };
        target_shard_id = shard_in(prev, target_shard_id, facts)?.1;
    }
    Ok((sources, source_chunks))
}

fn implicit_transition<C: Crypto>(
    step: &ImplicitStep<'_>,
    header: &ShardChunkHeader,
    range: &BlockRange<'_>,
    blocks: &BlockSet,
    facts: &HeaderFacts,
    layouts: &mut Layouts,
) -> Result<(ImplicitTransition, Option<ValidatorAccountsUpdate>), FactsError> {
    match step {
        ImplicitStep::OldChunk { at, shard_id } => {
            blocks.get(&at.block.header.prev_hash)?;
            let epoch = facts.epoch(&at.block.header.inner_lite.epoch_id)?;
            let proposals = last_proposals(&header.inner.prev_validator_proposals, &epoch.shard_layout, *shard_id);
            let given = facts.implicit_validator_updates.get(&at.hash);
            let update = validator_update(*at, given, proposals, facts)?;
            let old = OldChunk {
                layout: layouts.position(&epoch.shard_layout)?,
                shard_id: *shard_id,
                epoch: epoch_statement(*at, facts)?,
                block: block_context(*at, at.block.header.inner_rest.next_gas_price)?,
                validator_update_hash: update.as_ref().map(C::hash_borsh),
            };
            Ok((ImplicitTransition::OldChunk(Box::new(old)), update))
        }
        ImplicitStep::Resharding(split) => {
            // As in nearcore, the layouts are those of the last chunk's epoch and of the one after it.
            let child_epoch = facts.epoch(&range.main.block.header.inner_lite.next_epoch_id)?;
            let split = Resharding {
                parent_layout: layouts.position(range.main_layout)?,
                child_layout: layouts.position(&child_epoch.shard_layout)?,
                boundary_account: split.boundary_account.clone(),
                side: split.side,
                child_shard_id: split.child_shard_id,
            };
            Ok((ImplicitTransition::Resharding(split), None))
        }
    }
}

fn epoch_statement(at: KnownBlock<'_>, facts: &HeaderFacts) -> Result<EpochStatement, FactsError> {
    let epoch_id = at.block.header.inner_lite.epoch_id;
    let epoch = facts.epoch(&epoch_id)?;
    Ok(EpochStatement {
        epoch_id,
        epoch_height: epoch.epoch_height,
        protocol_version: epoch.protocol_version,
        variant: epoch.variant,
        params_hash: epoch.params_hash,
    })
}

/// The update, if the block is the first of its epoch; an update given for another block is not used.
fn validator_update(
    at: KnownBlock<'_>,
    given: Option<&ValidatorAccountsUpdate>,
    last_proposals: BTreeMap<AccountId, Balance>,
    facts: &HeaderFacts,
) -> Result<Option<ValidatorAccountsUpdate>, FactsError> {
    if !facts.begins_epoch_after(&at.block.header.prev_hash)? {
        return Ok(None);
    }
    let update = given.cloned().ok_or(FactsError::MissingValidatorUpdate(at.hash))?;
    Ok(Some(ValidatorAccountsUpdate {
        last_proposals,
        ..update
    }))
}

/// Stakes of the shard's last proposals. Headers say them: those of the applied chunk, and for a missing chunk those that the main
/// transition made, which the witnessed header repeats. Of an account's proposals the last counts.
fn last_proposals(
    proposals: &[ValidatorStake],
    layout: &ShardLayout,
    shard_id: ShardId,
) -> BTreeMap<AccountId, Balance> {
    proposals
        .iter()
        .filter(|proposal| layout.account_id_to_shard_id(proposal.account_id()) == shard_id)
        .map(|proposal| (proposal.account_id().clone(), proposal.stake()))
        .collect()
}

/// Layouts in the order of first use.
struct Layouts(Vec<ShardLayout>);

impl Layouts {
    fn position(&mut self, layout: &ShardLayout) -> Result<LayoutIndex, FactsError> {
        let position = self.0.iter().position(|known| known == layout).unwrap_or(self.0.len());
        if position == self.0.len() {
            self.0.push(layout.clone());
        }
        // More layouts than that would take a year of splits without a chunk.
        LayoutIndex::try_from(position).map_err(|_| FactsError::UnsupportedResharding)
    }
}
