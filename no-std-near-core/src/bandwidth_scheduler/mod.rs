//! Who may send how many bytes of receipts to whom at this height.
//!
//! Mirrors `runtime/runtime/src/bandwidth_scheduler` and the parts of `core/primitives/src/bandwidth_scheduler.rs` that compute;
//! differs in: a pure function from the old state to the new one (reading and writing column 15 is the caller's), links are
//! rows of one vector, and a request is a set of bits rather than a queue of increases.
//!
//! Every shard runs this with the same inputs at every height, chunk or no chunk, and gets the same grants. Each link
//! (sender, receiver) first gets a base for free; requests for more are served in order of allowance, a credit that grows by the
//! fair share and shrinks by what was granted; what is left is spread evenly.

use alloc::vec::Vec;

use crate::congestion::{CongestionControl, ExtendedCongestionInfo};
use crate::crypto::Crypto;
use crate::params::Params;
use crate::types::ShardId;
use crate::types::bandwidth::{BandwidthRequests, BandwidthSchedulerState, BandwidthSchedulerStateV1};
use crate::types::hash::CryptoHash;

mod distribute_remaining;
mod params;
mod requests;
mod scheduler;
#[cfg(test)]
mod tests;

pub use params::BandwidthSchedulerParams;
pub use requests::make_bandwidth_request;
pub use scheduler::{GrantedBandwidth, ShardStatus};

/// What every shard knows when the scheduler runs.
#[derive(Debug, Clone, Copy)]
pub struct BandwidthSchedulerInput<'a> {
    /// The shards of the current layout, by index.
    pub shard_ids: &'a [ShardId],
    /// Congestion of each shard as the block's chunk headers say, ascending by shard.
    pub congestion: &'a [(ShardId, ExtendedCongestionInfo)],
    /// Requests of each shard as the block's chunk headers say, ascending by shard.
    pub requests: &'a [(ShardId, BandwidthRequests)],
    /// Seeds the order in which equally entitled requests are served.
    pub prev_block_hash: CryptoHash,
}

/// What the scheduler decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BandwidthSchedulerOutput {
    /// Bytes granted on each link at this height.
    pub granted_bandwidth: GrantedBandwidth,
    /// Parameters for this number of shards; also needed to make the next requests.
    pub params: BandwidthSchedulerParams,
    /// What is to be stored for the next height.
    pub state: BandwidthSchedulerState,
}

/// Runs the scheduler for one height. `previous` is the stored state, absent at the first height of a chain.
pub fn run_bandwidth_scheduler<C: Crypto>(
    params: &Params,
    input: &BandwidthSchedulerInput<'_>,
    previous: Option<BandwidthSchedulerState>,
) -> BandwidthSchedulerOutput {
    let scheduler_params = BandwidthSchedulerParams::new(input.shard_ids.len() as u64, params);
    let nothing_stored = BandwidthSchedulerState::V1(BandwidthSchedulerStateV1::default());
    let BandwidthSchedulerState::V1(mut state) = previous.unwrap_or(nothing_stored);
    let statuses = shard_statuses(params, input);
    let seed = input.prev_block_hash.0;
    let granted_bandwidth = scheduler::schedule(
        input.shard_ids,
        &mut state,
        &scheduler_params,
        input.requests,
        &statuses,
        seed,
    );
    state.sanity_check_hash = next_sanity_check_hash::<C>(&state.sanity_check_hash, input.shard_ids);
    BandwidthSchedulerOutput {
        granted_bandwidth,
        params: scheduler_params,
        state: BandwidthSchedulerState::V1(state),
    }
}

/// By index in the layout; shards of the layout that the block says nothing about have no status.
fn shard_statuses(params: &Params, input: &BandwidthSchedulerInput<'_>) -> Vec<Option<ShardStatus>> {
    let mut statuses = alloc::vec![None; input.shard_ids.len()];
    for (shard_id, extended) in input.congestion {
        let Some(status) = index_of(input.shard_ids, *shard_id).and_then(|index| statuses.get_mut(index)) else {
            continue;
        };
        let control = CongestionControl {
            config: &params.congestion_control_config,
            info: &extended.congestion_info,
            missed_chunks_count: extended.missed_chunks_count,
        };
        let allowed_shard = ShardId::from(extended.congestion_info.allowed_shard());
        *status = Some(ShardStatus {
            last_chunk_missing: extended.missed_chunks_count > 0,
            is_fully_congested: control.is_fully_congested(),
            allowed_sender_index: index_of(input.shard_ids, allowed_shard),
        });
    }
    statuses
}

/// A running hash over the layouts that the scheduler has seen, so that shards that disagree notice.
fn next_sanity_check_hash<C: Crypto>(previous: &CryptoHash, shard_ids: &[ShardId]) -> CryptoHash {
    let mut list = Vec::with_capacity(4 + 8 * shard_ids.len());
    list.extend_from_slice(&(shard_ids.len() as u32).to_le_bytes());
    for shard_id in shard_ids {
        list.extend_from_slice(&shard_id.to_le_bytes());
    }
    let mut pair = [0; 64];
    pair[..32].copy_from_slice(&previous.0);
    pair[32..].copy_from_slice(&C::sha256(&list).0);
    C::sha256(&pair)
}

fn index_of(shard_ids: &[ShardId], shard_id: ShardId) -> Option<usize> {
    shard_ids.iter().position(|candidate| *candidate == shard_id)
}
