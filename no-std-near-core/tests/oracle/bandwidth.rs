//! Bandwidth parameters and requests: those of `near_primitives::bandwidth_scheduler`.

use core::convert::Infallible;
use core::num::NonZeroU64;

use near_primitives::bandwidth_scheduler as theirs;
use near_primitives::types::ShardId as TheirShardId;
use no_std_near_core::bandwidth_scheduler::{BandwidthSchedulerParams, make_bandwidth_request};
use no_std_near_core::params::{KnownSet, ProtocolVariant};
use proptest::prelude::*;

fn both(set: KnownSet, num_shards: u64) -> (BandwidthSchedulerParams, theirs::BandwidthSchedulerParams) {
    let ours = BandwidthSchedulerParams::new(num_shards, &set.load(ProtocolVariant::RELEASED));
    let num_shards = NonZeroU64::new(num_shards).expect("not zero");
    (
        ours,
        theirs::BandwidthSchedulerParams::new(num_shards, &crate::params::theirs(set)),
    )
}

#[test]
fn parameters_and_values_are_nearcores_for_every_number_of_shards() {
    for num_shards in 1..200 {
        let (ours, theirs) = both(KnownSet::Production, num_shards);
        assert_eq!(ours.base_bandwidth, theirs.base_bandwidth);
        assert_eq!(ours.max_shard_bandwidth, theirs.max_shard_bandwidth);
        assert_eq!(ours.max_single_grant, theirs.max_single_grant);
        assert_eq!(ours.max_receipt_size, theirs.max_receipt_size);
        assert_eq!(ours.max_allowance, theirs.max_allowance);
        assert_eq!(
            ours.request_values(),
            theirs::BandwidthRequestValues::new(&theirs).values
        );
    }
}

fn compare_requests(num_shards: u64, to_shard: u16, sizes: &[u64]) {
    let (our_params, their_params) = both(KnownSet::Production, num_shards);
    let fallible = || sizes.iter().map(|size| Ok::<_, Infallible>(*size));
    let Ok(ours) = make_bandwidth_request(u64::from(to_shard), fallible(), &our_params);
    let to_shard = TheirShardId::new(u64::from(to_shard));
    let Ok(theirs) = theirs::BandwidthRequest::make_from_receipt_sizes(to_shard, fallible(), &their_params);
    let (ours, theirs) = (
        borsh::to_vec(&ours).expect("serialises"),
        borsh::to_vec(&theirs).expect("serialises"),
    );
    assert_eq!(ours, theirs, "{num_shards} shards, sizes {sizes:?}");
}

#[test]
fn requests_at_every_value_are_nearcores() {
    for num_shards in [1, 2, 6, 9] {
        let (params, _) = both(KnownSet::Production, num_shards);
        for value in params.request_values().into_iter().chain([params.base_bandwidth]) {
            for size in [value - 1, value, value + 1] {
                compare_requests(num_shards, 7, &[size]);
                compare_requests(num_shards, 7, &[size, 1]);
            }
        }
    }
}

proptest! {
    #[test]
    fn random_requests_are_nearcores(
        num_shards in 1..20_u64,
        to_shard: u16,
        sizes in prop::collection::vec(prop_oneof![1..2_000_u64, 1..4_194_305_u64], 0..200),
    ) {
        compare_requests(num_shards, to_shard, &sizes);
    }
}
