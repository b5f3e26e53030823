//! Congestion levels and limits: bit for bit those of `near_primitives::congestion_info`.

use near_primitives::congestion_info as theirs;
use near_primitives::types::ShardId as TheirShardId;
use no_std_near_core::congestion::{CongestionControl, allowed_shard};
use no_std_near_core::params::{KnownSet, Params, ProtocolVariant};
use no_std_near_core::types::congestion_info::{CongestionInfo, CongestionInfoV1};
use proptest::prelude::*;

/// Compares level and limits for one state of one shard.
fn compare(set: KnownSet, info: CongestionInfoV1, missed_chunks_count: u64) {
    let params = set.load(ProtocolVariant::RELEASED);
    let their_config = crate::params::theirs(set).congestion_control_config;
    let their_info = theirs::CongestionInfo::V1(theirs::CongestionInfoV1 {
        delayed_receipts_gas: info.delayed_receipts_gas,
        buffered_receipts_gas: info.buffered_receipts_gas,
        receipt_bytes: info.receipt_bytes,
        allowed_shard: info.allowed_shard,
    });
    let theirs = theirs::CongestionControl::new(their_config, their_info, missed_chunks_count);
    let info = CongestionInfo::V1(info);
    let ours = CongestionControl {
        config: &params.congestion_control_config,
        info: &info,
        missed_chunks_count,
    };

    let level = theirs.congestion_level();
    assert_eq!(
        ours.congestion_level().to_bits(),
        level.to_bits(),
        "{info:?} missed {missed_chunks_count}"
    );
    assert_eq!(
        ours.is_fully_congested(),
        theirs::CongestionControl::is_fully_congested(level)
    );
    for sender in [0, 1, u64::from(info.allowed_shard()), u64::MAX] {
        let limit = theirs.outgoing_gas_limit(TheirShardId::new(sender)).as_gas();
        assert_eq!(
            ours.outgoing_gas_limit(sender),
            limit,
            "{info:?} missed {missed_chunks_count} sender {sender}"
        );
    }
}

/// Numbers around everything where rounding or clamping could change.
fn around(value: u128) -> Vec<u128> {
    (0..5)
        .flat_map(|distance| [value.saturating_sub(distance), value.saturating_add(distance)])
        .collect()
}

#[test]
fn boundaries_have_nearcores_level_and_limits() {
    for set in KnownSet::ALL {
        let config = set.load(ProtocolVariant::RELEASED).congestion_control_config;
        let quarters = |max: u64| (0..=4).flat_map(move |part| around(u128::from(max) / 4 * part));
        for gas in quarters(config.max_congestion_incoming_gas)
            .chain(around(1 << 53))
            .chain([u128::MAX])
        {
            compare(
                set,
                CongestionInfoV1 {
                    delayed_receipts_gas: gas,
                    ..CongestionInfoV1::default()
                },
                0,
            );
        }
        for gas in quarters(config.max_congestion_outgoing_gas)
            .chain(around(1 << 53))
            .chain([u128::MAX])
        {
            compare(
                set,
                CongestionInfoV1 {
                    buffered_receipts_gas: gas,
                    ..CongestionInfoV1::default()
                },
                1,
            );
        }
        for bytes in quarters(config.max_congestion_memory_consumption) {
            let receipt_bytes = u64::try_from(bytes).unwrap_or(u64::MAX);
            compare(
                set,
                CongestionInfoV1 {
                    receipt_bytes,
                    ..CongestionInfoV1::default()
                },
                0,
            );
        }
        for missed in (0..130).chain([u64::MAX]) {
            compare(
                set,
                CongestionInfoV1 {
                    allowed_shard: 1,
                    ..CongestionInfoV1::default()
                },
                missed,
            );
        }
    }
}

proptest! {
    #[test]
    fn random_states_have_nearcores_level_and_limits(
        set in 0..KnownSet::ALL.len(),
        delayed_receipts_gas in prop_oneof![0..500_000_000_000_000_000_u128, any::<u128>()],
        buffered_receipts_gas in prop_oneof![0..11_000_000_000_000_000_u128, any::<u128>()],
        receipt_bytes in prop_oneof![0..1_100_000_000_u64, any::<u64>()],
        allowed_shard: u16,
        missed in prop_oneof![Just(0_u64), 0..140_u64],
    ) {
        let info = CongestionInfoV1 { delayed_receipts_gas, buffered_receipts_gas, receipt_bytes, allowed_shard };
        compare(KnownSet::ALL[set], info, missed);
    }

    #[test]
    fn one_kind_of_congestion_alone_gives_nearcores_limit(gas in 0..10_000_000_000_000_000_u128) {
        compare(KnownSet::Production, CongestionInfoV1 { buffered_receipts_gas: gas, ..CongestionInfoV1::default() }, 0);
    }

    #[test]
    fn random_interpolation_is_nearcores(
        max_outgoing_gas: u64, min_outgoing_gas: u64, gas in 0..10_000_000_000_000_000_u128,
    ) {
        let mut params = Params::production_86();
        params.congestion_control_config.max_outgoing_gas = max_outgoing_gas;
        params.congestion_control_config.min_outgoing_gas = min_outgoing_gas;
        let mut their_config = crate::params::theirs(KnownSet::Production).congestion_control_config;
        their_config.max_outgoing_gas = near_primitives::types::Gas::from_gas(max_outgoing_gas);
        their_config.min_outgoing_gas = near_primitives::types::Gas::from_gas(min_outgoing_gas);
        let mut their_info = theirs::CongestionInfo::default();
        their_info.add_buffered_receipt_gas(near_primitives::types::Gas::from_gas(gas as u64)).expect("fits");
        let theirs = theirs::CongestionControl::new(their_config, their_info, 0);
        let info = CongestionInfo::V1(CongestionInfoV1 { buffered_receipts_gas: gas, ..CongestionInfoV1::default() });
        let ours = CongestionControl { config: &params.congestion_control_config, info: &info, missed_chunks_count: 0 };
        prop_assert_eq!(ours.outgoing_gas_limit(0), theirs.outgoing_gas_limit(TheirShardId::new(0)).as_gas());
    }

    #[test]
    fn the_allowed_shard_is_nearcores(own: u16, shards in prop::collection::vec(any::<u16>(), 0..12), seed: u64) {
        let shards: Vec<u64> = shards.into_iter().map(u64::from).collect();
        let their_shards: Vec<_> = shards.iter().map(|shard| TheirShardId::new(*shard)).collect();
        let mut theirs = theirs::CongestionInfo::default();
        theirs.finalize_allowed_shard(TheirShardId::new(u64::from(own)), &their_shards, seed);
        prop_assert_eq!(allowed_shard(u64::from(own), &shards, seed), theirs.allowed_shard());
    }
}
