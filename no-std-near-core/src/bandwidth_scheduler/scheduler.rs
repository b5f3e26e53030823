//! The algorithm itself, on indices into the layout.
//!
//! The order of every step is consensus: links are visited sender by sender, requests with equal allowance are shuffled with one
//! random generator for the whole run, and a request that was served comes back under its new allowance.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use super::distribute_remaining::distribute_remaining_bandwidth;
use super::requests::requested_bits;
use super::{BandwidthSchedulerParams, index_of};
use crate::shuffle::ChaCha20;
use crate::types::ShardId;
use crate::types::bandwidth::{
    BANDWIDTH_REQUEST_VALUES_NUM, Bandwidth, BandwidthRequest, BandwidthRequests, BandwidthSchedulerStateV1,
    LinkAllowance,
};

/// What decides whether anything may be sent to, or from, a shard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ShardStatus {
    /// Only the allowed sender may send to it.
    pub is_fully_congested: bool,
    /// Receipts sent to it earlier are still waiting, and it sends none itself.
    pub last_chunk_missing: bool,
    /// Index of the allowed sender, if it is in the layout.
    pub allowed_sender_index: Option<usize>,
}

/// Bytes granted on each link of a layout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrantedBandwidth {
    shard_ids: Vec<ShardId>,
    /// Row by sender, column by receiver.
    grants: Vec<Bandwidth>,
}

impl GrantedBandwidth {
    /// Bytes that `sender` may send to `receiver`; nothing between shards that are not in the layout.
    pub fn get(&self, sender: ShardId, receiver: ShardId) -> Bandwidth {
        let row = index_of(&self.shard_ids, sender);
        let column = index_of(&self.shard_ids, receiver);
        let (Some(row), Some(column)) = (row, column) else {
            return 0;
        };
        self.grants
            .get(row * self.shard_ids.len() + column)
            .copied()
            .unwrap_or(0)
    }
}

/// A value for each pair of shards of the layout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Links<T> {
    num_shards: usize,
    values: Vec<T>,
}

/// A sender and a receiver, as indices into the layout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Link {
    pub(super) sender: usize,
    pub(super) receiver: usize,
}

impl<T: Copy> Links<T> {
    pub(super) fn new(num_shards: usize, value: T) -> Self {
        Self {
            num_shards,
            values: alloc::vec![value; num_shards * num_shards],
        }
    }

    /// All links, sender by sender.
    pub(super) fn all(num_shards: usize) -> impl Iterator<Item = Link> + 'static {
        (0..num_shards).flat_map(move |sender| (0..num_shards).map(move |receiver| Link { sender, receiver }))
    }

    pub(super) fn get(&self, link: Link) -> T {
        self.values[link.sender * self.num_shards + link.receiver]
    }

    pub(super) fn set(&mut self, link: Link, value: T) {
        self.values[link.sender * self.num_shards + link.receiver] = value;
    }
}

/// Runs all stages and leaves the new allowances in `state`.
pub(super) fn schedule(
    shard_ids: &[ShardId],
    state: &mut BandwidthSchedulerStateV1,
    params: &BandwidthSchedulerParams,
    requests: &[(ShardId, BandwidthRequests)],
    statuses: &[Option<ShardStatus>],
    seed: [u8; 32],
) -> GrantedBandwidth {
    let mut run = Run::new(shard_ids, state, params, statuses);
    run.increase_allowances();
    run.grant_base_bandwidth();
    run.process_requests(shard_ids, requests, seed);
    run.distribute_remaining();
    state.link_allowances = run.allowances_by_id(shard_ids);
    GrantedBandwidth {
        shard_ids: shard_ids.to_vec(),
        grants: run.granted.values,
    }
}

/// The increases over the base that one link asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct PendingRequest {
    link: Link,
    /// Bit `i`: value `i` is still to be tried; every value is above the one before it and above `total`.
    values: u64,
    /// What is granted if all increases so far were.
    total: Bandwidth,
}

impl PendingRequest {
    /// `None` for shards outside the layout and for values that are not above the base.
    fn new(
        shard_ids: &[ShardId],
        sender: ShardId,
        request: &BandwidthRequest,
        values: &[Bandwidth; BANDWIDTH_REQUEST_VALUES_NUM],
        base_bandwidth: Bandwidth,
    ) -> Option<Self> {
        let sender = index_of(shard_ids, sender)?;
        let receiver = index_of(shard_ids, ShardId::from(request.to_shard))?;
        let named = requested_bits(&request.requested_values_bitmap);
        let mut increasing = 0;
        let mut total = base_bandwidth;
        for (bit, value) in values.iter().enumerate() {
            if named >> bit & 1 == 1 && *value > total {
                increasing |= 1 << bit;
                total = *value;
            }
        }
        let link = Link { sender, receiver };
        (increasing != 0).then_some(Self {
            link,
            values: increasing,
            total: base_bandwidth,
        })
    }

    /// Takes the next increase.
    fn pop_increase(&mut self, values: &[Bandwidth; BANDWIDTH_REQUEST_VALUES_NUM]) -> Option<Bandwidth> {
        let value = *values.get(self.values.trailing_zeros() as usize)?;
        self.values &= self.values - 1;
        let increase = value - self.total;
        self.total = value;
        Some(increase)
    }
}

struct Run<'a> {
    params: &'a BandwidthSchedulerParams,
    num_shards: usize,
    is_allowed: Links<bool>,
    allowances: Links<Bandwidth>,
    granted: Links<Bandwidth>,
    sender_budgets: Vec<Bandwidth>,
    receiver_budgets: Vec<Bandwidth>,
}

impl<'a> Run<'a> {
    fn new(
        shard_ids: &[ShardId],
        state: &BandwidthSchedulerStateV1,
        params: &'a BandwidthSchedulerParams,
        statuses: &[Option<ShardStatus>],
    ) -> Self {
        let num_shards = shard_ids.len();
        let mut allowances = Links::new(num_shards, 0);
        for stored in &state.link_allowances {
            let (sender, receiver) = (index_of(shard_ids, stored.sender), index_of(shard_ids, stored.receiver));
            // Shards that are gone since a change of the layout take their allowance with them.
            if let (Some(sender), Some(receiver)) = (sender, receiver) {
                allowances.set(Link { sender, receiver }, stored.allowance);
            }
        }
        let mut is_allowed = Links::new(num_shards, false);
        for link in Links::<bool>::all(num_shards) {
            is_allowed.set(link, is_link_allowed(link, statuses));
        }
        Self {
            params,
            num_shards,
            is_allowed,
            allowances,
            granted: Links::new(num_shards, 0),
            sender_budgets: alloc::vec![params.max_shard_bandwidth; num_shards],
            receiver_budgets: alloc::vec![params.max_shard_bandwidth; num_shards],
        }
    }

    /// Every link gets its fair share of credit.
    fn increase_allowances(&mut self) {
        let fair_share = self.params.max_shard_bandwidth / (self.num_shards as u64).max(1);
        for allowance in &mut self.allowances.values {
            *allowance = allowance.saturating_add(fair_share).min(self.params.max_allowance);
        }
    }

    /// Links that are not allowed, or whose budget is used up, go without.
    fn grant_base_bandwidth(&mut self) {
        for link in Links::<bool>::all(self.num_shards) {
            self.try_grant(link, self.params.base_bandwidth);
        }
    }

    /// Serves requests one increase at a time, always those of the highest allowance next.
    fn process_requests(&mut self, shard_ids: &[ShardId], requests: &[(ShardId, BandwidthRequests)], seed: [u8; 32]) {
        if requests
            .iter()
            .all(|(_, BandwidthRequests::V1(requests))| requests.requests.is_empty())
        {
            return;
        }
        let values = self.params.request_values();
        let mut by_allowance: BTreeMap<Bandwidth, Vec<PendingRequest>> = BTreeMap::new();
        for (sender, BandwidthRequests::V1(requests)) in requests {
            for request in &requests.requests {
                let base = self.params.base_bandwidth;
                if let Some(pending) = PendingRequest::new(shard_ids, *sender, request, &values, base) {
                    by_allowance
                        .entry(self.allowances.get(pending.link))
                        .or_default()
                        .push(pending);
                }
            }
        }
        let mut random = ChaCha20::from_seed(&seed);
        while let Some((_, mut equals)) = by_allowance.pop_last() {
            random.shuffle(&mut equals);
            for mut pending in equals {
                let Some(increase) = pending.pop_increase(&values) else {
                    continue;
                };
                if self.try_grant(pending.link, increase) && pending.values != 0 {
                    by_allowance
                        .entry(self.allowances.get(pending.link))
                        .or_default()
                        .push(pending);
                }
            }
        }
    }

    /// Spreads what the budgets still hold; this is a gift and costs no allowance.
    fn distribute_remaining(&mut self) {
        distribute_remaining_bandwidth(
            &self.sender_budgets,
            &self.receiver_budgets,
            &self.is_allowed,
            |link, grant| self.granted.set(link, self.granted.get(link).saturating_add(grant)),
        );
    }

    /// Grants `bandwidth` on a link if it is allowed and both budgets have it.
    fn try_grant(&mut self, link: Link, bandwidth: Bandwidth) -> bool {
        let (sender, receiver) = (
            &mut self.sender_budgets[link.sender],
            &mut self.receiver_budgets[link.receiver],
        );
        if !self.is_allowed.get(link) || *sender < bandwidth || *receiver < bandwidth {
            return false;
        }
        *sender -= bandwidth;
        *receiver -= bandwidth;
        self.allowances
            .set(link, self.allowances.get(link).saturating_sub(bandwidth));
        self.granted.set(link, self.granted.get(link).saturating_add(bandwidth));
        true
    }

    fn allowances_by_id(&self, shard_ids: &[ShardId]) -> Vec<LinkAllowance> {
        let links = shard_ids
            .iter()
            .flat_map(|sender| shard_ids.iter().map(move |receiver| (*sender, *receiver)));
        links
            .zip(&self.allowances.values)
            .map(|((sender, receiver), allowance)| LinkAllowance {
                sender,
                receiver,
                allowance: *allowance,
            })
            .collect()
    }
}

/// Nothing goes to a shard whose chunk is missing or unknown, nothing comes from one whose chunk is missing, and a fully congested
/// shard hears only its allowed sender.
fn is_link_allowed(link: Link, statuses: &[Option<ShardStatus>]) -> bool {
    let status_of = |index: usize| statuses.get(index).copied().flatten();
    let Some(receiver) = status_of(link.receiver) else {
        return false;
    };
    let sender_missing = status_of(link.sender).is_some_and(|sender| sender.last_chunk_missing);
    if receiver.last_chunk_missing || sender_missing {
        return false;
    }
    !receiver.is_fully_congested || receiver.allowed_sender_index == Some(link.sender)
}
