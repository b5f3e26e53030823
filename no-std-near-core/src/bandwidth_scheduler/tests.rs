//! The scheduler as a whole: what is granted, what is remembered.

use alloc::vec;
use alloc::vec::Vec;

use super::*;
use crate::crypto::NativeCrypto;
use crate::types::bandwidth::{
    Bandwidth, BandwidthRequest, BandwidthRequestBitmap, BandwidthRequestsV1, LinkAllowance,
};
use crate::types::congestion_info::{CongestionInfo, CongestionInfoV1};

/// Not in order of index, as in real layouts.
const SHARDS: [ShardId; 3] = [7, 3, 5];
const BASE: Bandwidth = 100_000;
const MAX_SHARD: Bandwidth = 4_500_000;
const FAIR_SHARE: Bandwidth = MAX_SHARD / 3;

fn idle(allowed_shard: u16) -> ExtendedCongestionInfo {
    let info = CongestionInfoV1 {
        allowed_shard,
        ..CongestionInfoV1::default()
    };
    ExtendedCongestionInfo {
        congestion_info: CongestionInfo::V1(info),
        missed_chunks_count: 0,
    }
}

fn full(allowed_shard: u16) -> ExtendedCongestionInfo {
    let info = CongestionInfoV1 {
        receipt_bytes: 1_000_000_000,
        allowed_shard,
        ..CongestionInfoV1::default()
    };
    ExtendedCongestionInfo {
        congestion_info: CongestionInfo::V1(info),
        missed_chunks_count: 0,
    }
}

fn missing() -> ExtendedCongestionInfo {
    ExtendedCongestionInfo {
        missed_chunks_count: 1,
        ..idle(3)
    }
}

fn all_idle() -> Vec<(ShardId, ExtendedCongestionInfo)> {
    vec![(3, idle(3)), (5, idle(3)), (7, idle(3))]
}

fn request(to_shard: u16, values: &[usize]) -> BandwidthRequest {
    let mut requested_values_bitmap = BandwidthRequestBitmap::default();
    values.iter().for_each(|value| requested_values_bitmap.set_bit(*value));
    BandwidthRequest {
        to_shard,
        requested_values_bitmap,
    }
}

fn requests(from_shard: ShardId, requests: Vec<BandwidthRequest>) -> (ShardId, BandwidthRequests) {
    (from_shard, BandwidthRequests::V1(BandwidthRequestsV1 { requests }))
}

fn stored(allowances: &[(ShardId, ShardId, Bandwidth)]) -> BandwidthSchedulerState {
    let link = |&(sender, receiver, allowance): &_| LinkAllowance {
        sender,
        receiver,
        allowance,
    };
    let link_allowances = allowances.iter().map(link).collect();
    BandwidthSchedulerState::V1(BandwidthSchedulerStateV1 {
        link_allowances,
        sanity_check_hash: CryptoHash::ZERO,
    })
}

fn run(
    congestion: &[(ShardId, ExtendedCongestionInfo)],
    requests: &[(ShardId, BandwidthRequests)],
    previous: Option<BandwidthSchedulerState>,
) -> BandwidthSchedulerOutput {
    let input = BandwidthSchedulerInput {
        shard_ids: &SHARDS,
        congestion,
        requests,
        prev_block_hash: CryptoHash([9; 32]),
    };
    run_bandwidth_scheduler::<NativeCrypto>(&Params::production_86(), &input, previous)
}

fn allowance(output: &BandwidthSchedulerOutput, sender: ShardId, receiver: ShardId) -> Bandwidth {
    let BandwidthSchedulerState::V1(state) = &output.state;
    let is_link = |link: &&LinkAllowance| (link.sender, link.receiver) == (sender, receiver);
    state.link_allowances.iter().find(is_link).unwrap().allowance
}

fn total_sent(output: &BandwidthSchedulerOutput, sender: ShardId) -> Bandwidth {
    SHARDS
        .iter()
        .map(|receiver| output.granted_bandwidth.get(sender, *receiver))
        .sum()
}

fn total_received(output: &BandwidthSchedulerOutput, receiver: ShardId) -> Bandwidth {
    SHARDS
        .iter()
        .map(|sender| output.granted_bandwidth.get(*sender, receiver))
        .sum()
}

#[test]
fn without_requests_everything_is_shared_equally() {
    let output = run(&all_idle(), &[], None);
    for sender in SHARDS {
        for receiver in SHARDS {
            assert_eq!(output.granted_bandwidth.get(sender, receiver), FAIR_SHARE);
            assert_eq!(allowance(&output, sender, receiver), FAIR_SHARE - BASE);
        }
    }
}

#[test]
fn links_are_remembered_sender_by_sender_in_layout_order() {
    let BandwidthSchedulerState::V1(state) = run(&all_idle(), &[], Some(stored(&[]))).state;
    let links: Vec<_> = state
        .link_allowances
        .iter()
        .map(|link| (link.sender, link.receiver))
        .collect();
    assert_eq!(
        links,
        [(7, 7), (7, 3), (7, 5), (3, 7), (3, 3), (3, 5), (5, 7), (5, 3), (5, 5)]
    );
}

#[test]
fn the_sanity_hash_runs_over_the_layouts() {
    let BandwidthSchedulerState::V1(first) = run(&all_idle(), &[], None).state;
    let shards = NativeCrypto::hash_borsh(&SHARDS.to_vec());
    let expected = NativeCrypto::sha256_parts(&[&[0; 32], &shards.0]);
    assert_eq!(first.sanity_check_hash, expected);
    let BandwidthSchedulerState::V1(second) = run(&all_idle(), &[], Some(BandwidthSchedulerState::V1(first))).state;
    assert_eq!(
        second.sanity_check_hash,
        NativeCrypto::sha256_parts(&[&expected.0, &shards.0])
    );
}

#[test]
fn allowance_grows_by_the_fair_share_up_to_its_limit() {
    let output = run(&[], &[], Some(stored(&[(7, 3, 5), (3, 7, MAX_SHARD - 1), (99, 3, 8)])));
    assert_eq!(allowance(&output, 7, 3), FAIR_SHARE + 5);
    assert_eq!(allowance(&output, 3, 7), MAX_SHARD);
    assert_eq!(allowance(&output, 5, 5), FAIR_SHARE);
}

#[test]
fn a_shard_with_a_missing_chunk_neither_sends_nor_receives() {
    let congestion = [(3, idle(3)), (5, missing()), (7, idle(3))];
    let output = run(&congestion, &[], None);
    assert_eq!((total_sent(&output, 5), total_received(&output, 5)), (0, 0));
    assert_eq!(output.granted_bandwidth.get(7, 3), MAX_SHARD / 2);
}

#[test]
fn a_shard_that_the_block_does_not_know_receives_nothing_but_may_send() {
    let output = run(&[(3, idle(3)), (7, idle(3))], &[], None);
    assert_eq!(total_received(&output, 5), 0);
    assert_eq!(total_sent(&output, 5), 2 * FAIR_SHARE);
}

#[test]
fn a_full_shard_receives_from_its_allowed_shard_only() {
    let output = run(&[(3, idle(3)), (5, full(7)), (7, idle(3))], &[], None);
    assert_eq!(output.granted_bandwidth.get(3, 5), 0);
    assert_eq!(output.granted_bandwidth.get(5, 5), 0);
    assert!(output.granted_bandwidth.get(7, 5) >= BASE);

    let unknown_allowed = run(&[(3, idle(3)), (5, full(99)), (7, idle(3))], &[], None);
    assert_eq!(total_received(&unknown_allowed, 5), 0);
}

#[test]
fn the_largest_request_is_served_next_to_the_base_of_all_others() {
    let output = run(&all_idle(), &[requests(7, vec![request(3, &[39])])], None);
    // 105 696 bytes are left to sender 7, and as many to receiver 3: a third of that goes to each of their links.
    assert_eq!(output.granted_bandwidth.get(7, 3), 4_194_304 + 35_232);
    assert_eq!(allowance(&output, 7, 3), 0);
    assert_eq!(output.granted_bandwidth.get(7, 7), BASE + 35_232);
    assert_eq!(output.granted_bandwidth.get(3, 3), BASE + 35_232);
    assert_eq!(output.granted_bandwidth.get(3, 7), BASE + (4_200_000 - 35_232) / 2);
}

#[test]
fn of_two_large_requests_the_one_with_more_allowance_wins() {
    for (favoured, other) in [(7, 5), (5, 7)] {
        let both = [
            requests(5, vec![request(3, &[39])]),
            requests(7, vec![request(3, &[39])]),
        ];
        let output = run(&all_idle(), &both, Some(stored(&[(favoured, 3, 1)])));
        assert!(output.granted_bandwidth.get(favoured, 3) >= 4_194_304);
        assert!(output.granted_bandwidth.get(other, 3) < 200_000);
    }
}

#[test]
fn ties_are_broken_by_the_previous_block_hash() {
    let both = [
        requests(5, vec![request(3, &[39])]),
        requests(7, vec![request(3, &[39])]),
    ];
    let winners: Vec<bool> = (0..16)
        .map(|seed| {
            let prev_block_hash = CryptoHash([seed; 32]);
            let input = BandwidthSchedulerInput {
                shard_ids: &SHARDS,
                congestion: &all_idle(),
                requests: &both,
                prev_block_hash,
            };
            let output = run_bandwidth_scheduler::<NativeCrypto>(&Params::production_86(), &input, None);
            output.granted_bandwidth.get(5, 3) > output.granted_bandwidth.get(7, 3)
        })
        .collect();
    assert!(winners.contains(&true) && winners.contains(&false), "{winners:?}");
}

#[test]
fn increases_are_tried_one_by_one_until_one_fails() {
    let params = BandwidthSchedulerParams::new(3, &Params::production_86());
    let values = params.request_values();
    // After its base and value 20, shard 7 has no room for value 39 as well: the step between them is larger than what is left
    // once shard 5 has taken value 20 towards the same receiver.
    let wanted = [
        requests(5, vec![request(3, &[20])]),
        requests(7, vec![request(3, &[15, 39])]),
    ];
    let output = run(&all_idle(), &wanted, None);
    assert!(output.granted_bandwidth.get(5, 3) >= values[20]);
    assert!(output.granted_bandwidth.get(7, 3) >= values[15]);
    assert!(output.granted_bandwidth.get(7, 3) < values[39]);
    assert_eq!(allowance(&output, 7, 3), FAIR_SHARE.saturating_sub(values[15]));
}

#[test]
fn requests_of_and_to_unknown_shards_are_ignored() {
    let strange = [
        requests(3, vec![request(99, &[39]), request(5, &[])]),
        requests(99, vec![request(3, &[39])]),
    ];
    let (with, without) = (run(&all_idle(), &strange, None), run(&all_idle(), &[], None));
    assert_eq!(with, without);
}

#[test]
fn budgets_hold_whatever_is_asked_for() {
    let mut random = 0x2545_f491_4f6c_dd1d_u64;
    let mut draw = move |below: u64| {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        random % below
    };
    let mut state = None;
    for _ in 0..300 {
        let congestion = [3, 5, 7].map(|shard| match draw(6) {
            0 => (shard, missing()),
            1 => (shard, full([3, 5, 7][draw(3) as usize])),
            _ => (shard, idle(3)),
        });
        let wanted = [3, 5, 7].map(|shard| {
            let bits: Vec<usize> = (0..40).filter(|_| draw(4) == 0).collect();
            requests(shard, [3, 5, 7].map(|to_shard| request(to_shard, &bits)).to_vec())
        });
        let output = run(&congestion, &wanted, state);
        for shard in SHARDS {
            assert!(total_sent(&output, shard) <= MAX_SHARD);
            assert!(total_received(&output, shard) <= MAX_SHARD);
            for receiver in SHARDS {
                assert!(allowance(&output, shard, receiver) <= MAX_SHARD);
            }
        }
        state = Some(output.state);
    }
}

#[test]
fn a_layout_without_shards_grants_nothing() {
    let prev_block_hash = CryptoHash::ZERO;
    let input = BandwidthSchedulerInput {
        shard_ids: &[],
        congestion: &[],
        requests: &[],
        prev_block_hash,
    };
    let output = run_bandwidth_scheduler::<NativeCrypto>(&Params::production_86(), &input, None);
    assert_eq!(output.granted_bandwidth.get(0, 0), 0);
}
