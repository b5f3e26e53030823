//! Applying a checked witness: main transition, implicit transitions, receipts root, comparison with the claim.
//!
//! Mirrors `validate_chunk_state_witness_impl` of `chain/chain/src/stateless_validation/chunk_validation.rs`, `to_chunk_extra` and
//! `build_receipts_hashes` of `chain/chain/src/{types,chain}.rs` (spec §A.4.1–8); differs in: a difference between result and claim
//! is part of the result, so that a replay can show it beside everything else.

use alloc::vec::Vec;

use no_std_near_core::apply_chunk::{ApplyError, ApplyResult, ChunkContent, apply_chunk, apply_missing_chunk};
use no_std_near_core::context::{ApplyContext, ChainFacts};
use no_std_near_core::contract_runner::ContractRunner;
use no_std_near_core::crypto::Crypto;
use no_std_near_core::merkle::merkle_root;
use no_std_near_core::params::Params;
use no_std_near_core::receipts::load::receiver_shard_id;
use no_std_near_core::resharding::{ShardSplit, propose_split, reassign_outgoing_receipts, split_shard};
use no_std_near_core::state::StateUpdate;
use no_std_near_core::trie::RetainMode;
use no_std_near_core::types::chunk_extra::ChunkExtra;
use no_std_near_core::types::hash::CryptoHash;
use no_std_near_core::types::receipt::Receipt;
use no_std_near_core::types::shard_layout::ShardLayout;
use no_std_near_core::types::{Gas, ShardId, append_bytes};

use crate::checked::{CheckedContent, CheckedImplicit, CheckedWitness, StateSource};
use crate::error::{DecodeError, ValidateError, WitnessError};
use crate::header_check::first_header_difference;
use crate::statement::{
    BlockContext, ChildSide, ChunkStatement, Difference, EpochStatement, ImplicitTransition, LayoutIndex, MainKind,
    NewChunk, OldChunk, Resharding,
};

/// Room for an empty list of receipts, with its shard.
const LIST_ROOM_BYTES: usize = 16;

/// What applying a witness gives. [`difference`](Self::difference) says whether that is what the chunk header claims.
#[derive(Clone, Debug)]
#[must_use = "the result may differ from what the header claims"]
pub struct ValidationResult {
    /// Everything the main transition produced; `None` if that is genesis.
    pub main: Option<ApplyResult>,
    /// Result of the main transition.
    pub main_chunk_extra: ChunkExtra,
    /// Result after all implicit transitions.
    pub chunk_extra: ChunkExtra,
    /// State root after each implicit transition.
    pub implicit_roots: Vec<CryptoHash>,
    /// Receipts that the witnessed chunk sends: those of the main transition, unless a split gave them to the sibling.
    pub outgoing_receipts: Vec<Receipt>,
    /// Root over them, per receiving shard.
    pub outgoing_receipts_root: CryptoHash,
    /// The first field in which the result differs from the claim; `None` means that the witness proves the chunk.
    pub difference: Option<Difference>,
    /// What was applied. Taking all of it apart is work: who has no use for that, like a guest about to halt, keeps the result.
    _applied: CheckedContent,
}

/// Applies a checked witness. `params` are the runtime parameters that the statement names by hash.
///
/// # Errors
/// [`ValidateError`]: parameters are not given, a transition has no valid result, or ends in another state than announced.
pub fn validate<C: Crypto, R: ContractRunner<C>>(
    checked: CheckedWitness<'_>,
    params: &[&Params],
    runner: &mut R,
) -> Result<ValidationResult, ValidateError> {
    let hashed: Vec<(CryptoHash, &Params)> = params
        .iter()
        .map(|params| (params.params_hash_by::<C>(), *params))
        .collect();
    validate_with_hashes::<C, R>(checked, &hashed, runner)
}

/// [`validate`] for parameters that were decoded from bytes with these hashes, which need not be encoded again to be hashed.
///
/// # Errors
/// As [`validate`].
pub fn validate_with_hashes<C: Crypto, R: ContractRunner<C>>(
    checked: CheckedWitness<'_>,
    params: &[(CryptoHash, &Params)],
    runner: &mut R,
) -> Result<ValidationResult, ValidateError> {
    let statement = checked.statement;
    let env = Environment { statement, params };
    let (main, main_chunk_extra, mut outgoing_receipts) = match &statement.main.kind {
        MainKind::Genesis(extra) => (None, extra.as_ref().clone(), Vec::new()),
        MainKind::NewChunk(chunk) => {
            let (mut result, extra) = env.apply_new::<C, R>(chunk, checked.main_state, &checked.content, runner)?;
            let receipts = core::mem::take(&mut result.outgoing_receipts);
            (Some(result), extra, receipts)
        }
    };
    check_announced(0, &checked.announced_roots, main_chunk_extra.state_root)?;

    let witness_layout = env.layout(statement.witness_layout)?;
    if statement.main.layout != statement.witness_layout {
        reassign_outgoing_receipts(
            &mut outgoing_receipts,
            witness_layout,
            statement.witness_shard_id,
            statement.main.shard_id,
        )
        .map_err(|error| ValidateError::Apply { transition: 0, error })?;
    }
    let shard_ids = match &main {
        Some(result) if statement.main.layout == statement.witness_layout => &result.outgoing_shard_ids,
        _ => &receiver_shard_ids(&outgoing_receipts, witness_layout)?,
    };
    let outgoing_receipts_root = outgoing_receipts_root::<C>(&outgoing_receipts, shard_ids, witness_layout)?;

    let mut chunk_extra = main_chunk_extra.clone();
    let mut implicit_roots = Vec::with_capacity(checked.implicit.len());
    for (transition, (step, implicit)) in (1usize..).zip(statement.implicit.iter().zip(checked.implicit)) {
        env.apply_implicit::<C>(transition, step, implicit, &mut chunk_extra)?;
        check_announced(transition, &checked.announced_roots, chunk_extra.state_root)?;
        implicit_roots.push(chunk_extra.state_root);
    }
    let difference = first_header_difference(
        &statement.output,
        &statement.outgoing_receipts_root,
        &chunk_extra,
        &outgoing_receipts_root,
    );
    Ok(ValidationResult {
        main,
        main_chunk_extra,
        chunk_extra,
        implicit_roots,
        outgoing_receipts,
        outgoing_receipts_root,
        difference,
        _applied: checked.content,
    })
}

/// The shard that each receipt goes to.
fn receiver_shard_ids(receipts: &[Receipt], layout: &ShardLayout) -> Result<Vec<ShardId>, WitnessError> {
    let receiver = |receipt: &Receipt| {
        receiver_shard_id(receipt, layout).map_err(|_| WitnessError::ReceiptWithoutShard(receipt.receipt_id))
    };
    receipts.iter().map(receiver).collect()
}

/// Merkle root over the receipts to each shard of the layout, in index order; shards that get nothing have an empty list. `receivers`
/// are the shards that the receipts go to, one by one.
fn outgoing_receipts_root<C: Crypto>(
    receipts: &[Receipt],
    receivers: &[ShardId],
    layout: &ShardLayout,
) -> Result<CryptoHash, WitnessError> {
    let shard_ids: Vec<ShardId> = layout.shard_ids().collect();
    // For each shard the count and what is hashed: shard, count, receipts. Each receipt is written once, and hashed where it was written.
    let mut lists: Vec<(u32, Vec<u8>)> = shard_ids
        .iter()
        .map(|shard_id| {
            let mut bytes = Vec::with_capacity(LIST_ROOM_BYTES);
            bytes.extend_from_slice(&shard_id.to_le_bytes());
            bytes.extend_from_slice(&0u32.to_le_bytes());
            (0, bytes)
        })
        .collect();
    for (receipt, receiver) in receipts.iter().zip(receivers) {
        let without_shard = || WitnessError::ReceiptWithoutShard(receipt.receipt_id);
        let position = shard_ids
            .iter()
            .position(|shard_id| shard_id == receiver)
            .ok_or_else(without_shard)?;
        let (count, bytes) = lists.get_mut(position).ok_or_else(without_shard)?;
        *count = count.saturating_add(1);
        append_bytes(receipt, bytes);
    }
    let hashes: Vec<CryptoHash> = lists
        .iter_mut()
        .map(|(count, bytes)| {
            if let Some(place) = bytes.get_mut(size_of::<ShardId>()..).and_then(<[u8]>::first_chunk_mut) {
                *place = count.to_le_bytes();
            }
            C::sha256(bytes)
        })
        .collect();
    Ok(merkle_root::<C, _>(&hashes))
}

/// Only a diagnosis: what counts is the comparison with the header at the end.
fn check_announced(transition: usize, announced: &[CryptoHash], found: CryptoHash) -> Result<(), ValidateError> {
    match announced.get(transition) {
        Some(expected) if *expected != found => Err(ValidateError::PostStateRoot {
            transition,
            expected: *expected,
            found,
        }),
        _ => Ok(()),
    }
}

/// What all transitions of a witness share.
struct Environment<'a> {
    statement: &'a ChunkStatement,
    /// With their hashes.
    params: &'a [(CryptoHash, &'a Params)],
}

impl<'a> Environment<'a> {
    fn layout(&self, index: LayoutIndex) -> Result<&'a ShardLayout, ValidateError> {
        let missing = WitnessError::Decode(DecodeError::NotCanonical {
            what: "number of shard layouts",
        });
        self.statement.layout(index).ok_or(ValidateError::Witness(missing))
    }

    fn params_of(&self, epoch: &EpochStatement) -> Result<&'a Params, ValidateError> {
        let expected = epoch.params_hash;
        let params = self.params.iter().find(|(hash, _)| *hash == expected);
        let (_, params) = *params.ok_or(ValidateError::MissingParams(expected))?;
        if params.protocol_version != epoch.protocol_version || params.variant != epoch.variant {
            let (expected, found) = (epoch.protocol_version, params.protocol_version);
            return Err(ValidateError::ParamsVersion { expected, found });
        }
        Ok(params)
    }

    fn context<'c>(
        &self,
        block: &'c BlockContext,
        epoch: &EpochStatement,
        gas_limit: Gas,
        shard: (LayoutIndex, ShardId),
        chain: &'c ChainFacts,
    ) -> Result<ApplyContext<'c>, ValidateError>
    where
        'a: 'c,
    {
        Ok(ApplyContext {
            block_height: block.height,
            prev_block_hash: block.prev_block_hash,
            block_timestamp: block.timestamp,
            gas_price: block.gas_price,
            gas_limit,
            random_value: block.random_value,
            epoch_id: epoch.epoch_id,
            epoch_height: epoch.epoch_height,
            shard_id: shard.1,
            shard_layout: self.layout(shard.0)?,
            congestion_info: &block.congestion,
            bandwidth_requests: &block.bandwidth,
            params: self.params_of(epoch)?,
            chain,
        })
    }

    fn chain_facts(&self, chunk: Option<&NewChunk>) -> ChainFacts {
        let chain = &self.statement.chain;
        ChainFacts {
            chain_id: chain.chain_id.clone(),
            minimum_stake: chunk.map_or(0, |chunk| chunk.minimum_stake),
            validators: chunk.map(|chunk| chunk.validators.clone()).unwrap_or_default(),
            validator_total_stake: chunk.map_or(0, |chunk| chunk.validator_total_stake),
            eth_wallet_contract_hash: chain.eth_wallet_contract_hash,
            eth_wallet_contract_deployed: chain.eth_wallet_contract_deployed,
        }
    }

    fn apply_new<C: Crypto, R: ContractRunner<C>>(
        &self,
        chunk: &NewChunk,
        state: StateSource<'_>,
        content: &CheckedContent,
        runner: &mut R,
    ) -> Result<(ApplyResult, ChunkExtra), ValidateError> {
        let main = &self.statement.main;
        let chain = self.chain_facts(Some(chunk));
        let gas_limit = chunk.chunk.gas_limit;
        let context = self.context(
            &chunk.block,
            &chunk.epoch,
            gas_limit,
            (main.layout, main.shard_id),
            &chain,
        )?;
        let mut state = StateUpdate::<C>::new(state.into_trie::<C>(chunk.chunk.prev_state_root)?);
        let failed = |error: ApplyError| ValidateError::Apply { transition: 0, error };
        let proposed_split = match &chunk.split_check {
            Some(config) => propose_split(&context, config, &mut state).map_err(failed)?,
            None => None,
        };
        let applied = ChunkContent {
            transactions: &content.transactions,
            transaction_is_current: &content.transaction_is_current,
            incoming_receipts: &content.receipts,
        };
        let result =
            apply_chunk(&context, content.validator_update.as_ref(), applied, state, runner).map_err(failed)?;
        let extra = ChunkExtra {
            state_root: result.state_root,
            outcome_root: result.outcome_root::<C>(),
            validator_proposals: result.validator_proposals.clone(),
            gas_used: result.gas_burnt,
            gas_limit,
            balance_burnt: result.balance.balance_burnt().map_err(failed)?,
            congestion_info: result.congestion_info,
            bandwidth_requests: result.bandwidth_requests.clone(),
            proposed_split,
        };
        Ok((result, extra))
    }

    /// Carries the state root, and after a split the congestion info, over one implicit transition.
    fn apply_implicit<C: Crypto>(
        &self,
        transition: usize,
        step: &ImplicitTransition,
        implicit: CheckedImplicit<'_>,
        chunk_extra: &mut ChunkExtra,
    ) -> Result<(), ValidateError> {
        let CheckedImplicit {
            state,
            validator_update,
        } = implicit;
        let state = StateUpdate::<C>::new(state.into_trie::<C>(chunk_extra.state_root)?);
        let failed = |error: ApplyError| ValidateError::Apply { transition, error };
        match step {
            ImplicitTransition::OldChunk(old) => {
                let OldChunk {
                    layout,
                    shard_id,
                    epoch,
                    block,
                    ..
                } = old.as_ref();
                let chain = self.chain_facts(None);
                let context = self.context(block, epoch, chunk_extra.gas_limit, (*layout, *shard_id), &chain)?;
                chunk_extra.state_root =
                    apply_missing_chunk(&context, validator_update.as_ref(), state).map_err(failed)?;
            }
            ImplicitTransition::Resharding(resharding) => {
                let split = self.split(resharding)?;
                (chunk_extra.state_root, chunk_extra.congestion_info) =
                    split_shard::<C>(&split, chunk_extra.congestion_info, state).map_err(failed)?;
            }
        }
        Ok(())
    }

    fn split<'s>(&self, resharding: &'s Resharding) -> Result<ShardSplit<'s>, ValidateError>
    where
        'a: 's,
    {
        Ok(ShardSplit {
            boundary_account: &resharding.boundary_account,
            mode: match resharding.side {
                ChildSide::Left => RetainMode::Left,
                ChildSide::Right => RetainMode::Right,
            },
            child_shard_id: resharding.child_shard_id,
            parent_layout: self.layout(resharding.parent_layout)?,
            child_layout: self.layout(resharding.child_layout)?,
        })
    }
}
