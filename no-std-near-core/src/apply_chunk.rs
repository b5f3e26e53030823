//! The entry: one chunk in, one result out.
//!
//! [`apply_chunk`] reads as the phases in nearcore's order: validator update, bandwidth scheduler, buffered receipts,
//! transactions, receipts, finalisation. [`apply_missing_chunk`] is the same block seen by a shard whose chunk is missing: only
//! the first two phases happen.
//!
//! Mirrors `Runtime::apply` and `validate_apply_state_update` of `runtime/runtime/src/lib.rs` and `process_state_update` of
//! `chain/chain/src/runtime/mod.rs` (spec §C).

use alloc::collections::BTreeSet;
use alloc::vec::Vec;

use crate::bandwidth_scheduler::{BandwidthSchedulerInput, BandwidthSchedulerOutput, run_bandwidth_scheduler};
use crate::congestion::allowed_shard;
use crate::context::ApplyContext;
use crate::contract_runner::ContractRunner;
use crate::crypto::Crypto;
use crate::receipts::delayed_queue::DelayedReceipts;
use crate::receipts::outgoing_buffer::ReceiptSink;
use crate::receipts::{BalanceTotals, ChunkInProgress};
use crate::state::{StateUpdate, accessors};
use crate::types::bandwidth::BandwidthRequests;
use crate::types::chunk_extra::ChunkExtra;
use crate::types::chunk_header::TrieSplit;
use crate::types::congestion_info::CongestionInfo;
use crate::types::hash::CryptoHash;
use crate::types::outcome::{ExecutionOutcomeWithId, outcome_root};
use crate::types::receipt::Receipt;
use crate::types::transaction::SignedTransaction;
use crate::types::validator::{ValidatorAccountsUpdate, ValidatorStake};
use crate::types::{Gas, ShardId};
use crate::validator_accounts::update_validator_accounts;

pub use crate::context::ChainFacts;
pub use crate::error::ApplyError;

mod bootstrap;
mod signers;
mod transactions;

/// What a new chunk brings: its own transactions and the receipts that others sent.
#[derive(Debug, Clone, Copy)]
pub struct ChunkContent<'a> {
    /// Transactions in chunk order.
    pub transactions: &'a [SignedTransaction],
    /// For each transaction, whether its base block is recent enough and an ancestor.
    pub transaction_is_current: &'a [bool],
    /// Receipts in the order in which they are applied (spec §A.3.4).
    pub incoming_receipts: &'a [Receipt],
}

/// Result of a new chunk.
#[derive(Debug, Clone)]
pub struct ApplyResult {
    /// State root after the chunk.
    pub state_root: CryptoHash,
    /// Receipts sent, in emission order.
    pub outgoing_receipts: Vec<Receipt>,
    /// For each of them the shard it goes to under the layout of the chunk.
    pub outgoing_shard_ids: Vec<ShardId>,
    /// Outcomes in processing order.
    pub outcomes: Vec<ExecutionOutcomeWithId>,
    /// Stake proposals, the last of each account, in reversed order of their making.
    pub validator_proposals: Vec<ValidatorStake>,
    /// Gas burnt by all outcomes.
    pub gas_burnt: Gas,
    /// Tokens burnt and added.
    pub balance: BalanceTotals,
    /// Congestion of this shard for the next chunk header.
    pub congestion_info: CongestionInfo,
    /// Bandwidth requests for the next chunk header.
    pub bandwidth_requests: BandwidthRequests,
    /// Hash of the scheduler's new state; equal on all shards.
    pub bandwidth_scheduler_state_hash: CryptoHash,
    /// Length of the delayed queue.
    pub delayed_receipts_count: u64,
    /// Storage proof as the recorder counts it, in bytes.
    pub recorded_storage_size_bytes: u64,
}

impl ApplyResult {
    /// Merkle root of all outcomes (spec §B.9).
    pub fn outcome_root<C: Crypto>(&self) -> CryptoHash {
        outcome_root::<C>(&self.outcomes)
    }

    /// What the next chunk header must repeat (spec §A.5.2). `gas_limit` is the chunk's.
    ///
    /// # Errors
    /// Aborts when the sum of burnt tokens does not fit.
    pub fn chunk_extra<C: Crypto>(
        &self,
        gas_limit: Gas,
        proposed_split: Option<TrieSplit>,
    ) -> Result<ChunkExtra, ApplyError> {
        Ok(ChunkExtra {
            state_root: self.state_root,
            outcome_root: self.outcome_root::<C>(),
            validator_proposals: self.validator_proposals.clone(),
            gas_used: self.gas_burnt,
            gas_limit,
            balance_burnt: self.balance.balance_burnt()?,
            congestion_info: self.congestion_info,
            bandwidth_requests: self.bandwidth_requests.clone(),
            proposed_split,
        })
    }
}

/// Applies a new chunk on top of `state`.
///
/// # Errors
/// Aborts when no valid result exists; see [`ApplyError`].
pub fn apply_chunk<C: Crypto, R: ContractRunner<C>>(
    context: &ApplyContext<'_>,
    validator_update: Option<&ValidatorAccountsUpdate>,
    content: ChunkContent<'_>,
    mut state: StateUpdate<'_, C>,
    runner: &mut R,
) -> Result<ApplyResult, ApplyError> {
    context.check()?;
    if let Some(update) = validator_update {
        update_validator_accounts(&mut state, update)?;
    }
    let delayed = DelayedReceipts::load(&state)?;
    let scheduler = schedule_bandwidth(context, &mut state)?;
    let own_congestion_info = match context.congestion_of(context.shard_id) {
        Some(extended) => extended.congestion_info,
        None => bootstrap::congestion_info(context, &state)?,
    };
    let mut sink = ReceiptSink::new(context, &state, own_congestion_info, scheduler)?;
    sink.forward_from_buffers(context, &mut state)?;

    let mut chunk = ChunkInProgress::new(context, state, runner, sink, delayed);
    chunk.process_transactions(content.transactions, content.transaction_is_current)?;
    chunk.process_receipts(content.incoming_receipts)?;
    finalize(chunk)
}

/// Applies a block to a shard whose chunk is missing in it, and returns the new state root.
///
/// # Errors
/// Aborts when no valid result exists; see [`ApplyError`].
pub fn apply_missing_chunk<C: Crypto>(
    context: &ApplyContext<'_>,
    validator_update: Option<&ValidatorAccountsUpdate>,
    mut state: StateUpdate<'_, C>,
) -> Result<CryptoHash, ApplyError> {
    context.check()?;
    if let Some(update) = validator_update {
        update_validator_accounts(&mut state, update)?;
    }
    // Read, and thereby recorded, although nothing is popped.
    DelayedReceipts::load(&state)?;
    schedule_bandwidth(context, &mut state)?;
    Ok(state.finalize()?)
}

/// Runs the bandwidth scheduler and stores its new state. Happens at every height, chunk or no chunk.
pub(crate) fn schedule_bandwidth<C: Crypto>(
    context: &ApplyContext<'_>,
    state: &mut StateUpdate<'_, C>,
) -> Result<BandwidthSchedulerOutput, ApplyError> {
    let previous = accessors::get_bandwidth_scheduler_state(state)?;
    let shard_ids: Vec<ShardId> = context.shard_layout.shard_ids().collect();
    let input = BandwidthSchedulerInput {
        shard_ids: &shard_ids,
        congestion: context.congestion_info,
        requests: context.bandwidth_requests,
        prev_block_hash: context.prev_block_hash,
    };
    let output = run_bandwidth_scheduler::<C>(context.params, &input, previous);
    accessors::set_bandwidth_scheduler_state(state, &output.state);
    state.commit();
    Ok(output)
}

/// Congestion, requests, proposals and the new root.
fn finalize<C: Crypto, R>(chunk: ChunkInProgress<'_, '_, C, R>) -> Result<ApplyResult, ApplyError> {
    let ChunkInProgress {
        context,
        mut state,
        mut sink,
        delayed,
        balance,
        outcomes,
        validator_proposals,
        ..
    } = chunk;
    delayed.apply_to_congestion(&mut sink.own_congestion_info)?;
    let shard_ids: Vec<ShardId> = context.shard_layout.shard_ids().collect();
    let own_index = shard_ids
        .iter()
        .take_while(|shard_id| **shard_id != context.shard_id)
        .count() as u64;
    let CongestionInfo::V1(congestion_info) = &mut sink.own_congestion_info;
    congestion_info.allowed_shard = allowed_shard(
        context.shard_id,
        &shard_ids,
        context.block_height.wrapping_add(own_index),
    );
    let bandwidth_requests = sink.bandwidth_requests(context, &state)?;
    state.commit();
    let recorded_storage_size_bytes = state.recorded_storage_size_upper_bound();
    let state_root = state.finalize()?;

    let gas_burnt = outcomes
        .iter()
        .try_fold(0_u64, |sum, executed| sum.checked_add(executed.outcome.gas_burnt))
        .ok_or(ApplyError::IntegerOverflow("gas burnt by the chunk"))?;
    Ok(ApplyResult {
        state_root,
        outgoing_receipts: sink.outgoing_receipts,
        outgoing_shard_ids: sink.outgoing_shard_ids,
        outcomes,
        validator_proposals: last_proposals(validator_proposals),
        gas_burnt,
        balance,
        congestion_info: sink.own_congestion_info,
        bandwidth_requests,
        bandwidth_scheduler_state_hash: C::hash_borsh(&sink.scheduler.state),
        delayed_receipts_count: delayed.len(),
        recorded_storage_size_bytes,
    })
}

/// Keeps each account's last proposal. The result is in reversed order, and that order is part of the chunk.
fn last_proposals(proposals: Vec<ValidatorStake>) -> Vec<ValidatorStake> {
    let mut seen = BTreeSet::new();
    proposals
        .into_iter()
        .rev()
        .filter(|proposal| seen.insert(proposal.account_id().clone()))
        .collect()
}

#[cfg(test)]
#[expect(
    clippy::unwrap_used,
    reason = "a test that cannot be set up fails, which is the point"
)]
mod tests {
    use super::*;
    use crate::contract_runner::NoContracts;
    use crate::crypto::NativeCrypto;
    use crate::test_support::{NEAR, OTHER_SHARD, World, empty_state, id, state_with};
    use crate::types::bandwidth::BandwidthSchedulerState;
    use crate::types::keys::PublicKey;
    use alloc::vec;

    const NOTHING: ChunkContent<'_> = ChunkContent {
        transactions: &[],
        transaction_is_current: &[],
        incoming_receipts: &[],
    };

    #[test]
    fn an_empty_chunk_and_a_missing_one_leave_the_same_state() {
        let world = World::new();
        let context = world.context();
        let empty = apply_chunk(&context, None, NOTHING, empty_state(), &mut NoContracts).unwrap();
        let missing_root = apply_missing_chunk(&context, None, empty_state()).unwrap();
        assert_eq!(
            empty.state_root, missing_root,
            "the scheduler's state, and nothing else"
        );
        assert_ne!(missing_root, CryptoHash::ZERO);
        assert_eq!(empty.outcome_root::<NativeCrypto>(), CryptoHash::ZERO);
        assert_eq!(empty.balance.balance_burnt(), Ok(0));
    }

    #[test]
    fn the_scheduler_remembers_every_link() {
        let world = World::new();
        let mut state = empty_state();
        schedule_bandwidth(&world.context(), &mut state).unwrap();
        let BandwidthSchedulerState::V1(stored) = accessors::get_bandwidth_scheduler_state(&state).unwrap().unwrap();
        assert_eq!(
            stored.link_allowances.len(),
            4,
            "two shards, both ways and to themselves"
        );
    }

    #[test]
    fn a_shard_that_the_block_does_not_know_counts_its_queues() {
        let mut world = World::new();
        world.congestion.retain(|(shard_id, _)| *shard_id == OTHER_SHARD);
        let result = apply_chunk(
            &world.context(),
            None,
            NOTHING,
            state_with(&["alice"]),
            &mut NoContracts,
        )
        .unwrap();
        let congestion = result.congestion_info;
        assert_eq!((congestion.receipt_bytes(), congestion.delayed_receipts_gas()), (0, 0));
    }

    #[test]
    fn a_shard_outside_the_layout_aborts() {
        let world = World::new();
        let mut context = world.context();
        context.shard_id = 99;
        let result = apply_chunk(&context, None, NOTHING, empty_state(), &mut NoContracts);
        assert!(matches!(result, Err(ApplyError::InvalidInput(_))));
        assert!(apply_missing_chunk(&context, None, empty_state()).is_err());
    }

    #[test]
    fn of_each_accounts_proposals_the_last_counts_and_the_order_is_reversed() {
        let proposal = |account_id, stake| ValidatorStake::new(id(account_id), PublicKey::ZERO_ED25519, stake);
        let proposals = vec![proposal("aa", 1), proposal("bb", 2), proposal("aa", 3 * NEAR)];
        assert_eq!(last_proposals(proposals), [proposal("aa", 3 * NEAR), proposal("bb", 2)]);
    }

    #[test]
    fn the_allowed_shard_changes_with_the_height() {
        let mut world = World::new();
        let mut allowed = Vec::new();
        for height in [1000, 1001] {
            world.block_height = height;
            let result = apply_chunk(&world.context(), None, NOTHING, empty_state(), &mut NoContracts).unwrap();
            allowed.push(result.congestion_info.allowed_shard());
        }
        allowed.sort_unstable();
        assert_eq!(allowed, [3, 7], "both shards in turn");
    }
}
