//! Shard layouts, chunk headers and chunk extras against nearcore's own types. (Whole blocks are compared in `state-witness`, on
//! recorded ones.)

extern crate alloc;

use alloc::collections::BTreeMap;
use borsh::BorshDeserialize;
use near_primitives::shard_layout::ShardLayout as TheirLayout;
use near_primitives::sharding::{ShardChunkHeader as TheirHeader, ShardChunkHeaderV3};
use near_primitives::trie_split::TrieSplit as TheirSplit;
use near_primitives::types::chunk_extra::ChunkExtra as TheirExtra;
use near_primitives::types::{AccountId as TheirAccountId, Balance, Gas, ShardId};
use no_std_near_core::crypto::NativeCrypto;
use no_std_near_core::types::account_id::AccountId;
use no_std_near_core::types::chunk_extra::ChunkExtra;
use no_std_near_core::types::chunk_header::{ShardChunkHeader, TrieSplit};
use no_std_near_core::types::shard_layout::{ShardLayout, ShardLayoutError};

fn accounts(ids: &[&str]) -> Vec<TheirAccountId> {
    ids.iter().map(|id| id.parse().unwrap()).collect()
}

fn shards(ids: &[u64]) -> Vec<ShardId> {
    ids.iter().copied().map(ShardId::new).collect()
}

/// `impl Into<u64>` is what the type offers.
fn number(shard_id: ShardId) -> u64 {
    shard_id.into()
}

#[expect(deprecated, reason = "old layouts have a wire format too")]
fn layouts() -> Vec<TheirLayout> {
    let split = |parts: &[(u64, &[u64])]| -> BTreeMap<ShardId, Vec<ShardId>> {
        parts
            .iter()
            .map(|(parent, children)| (ShardId::new(*parent), shards(children)))
            .collect()
    };
    let v1 = TheirLayout::v1(accounts(&["bbb", "ddd"]), Some(vec![shards(&[0, 1]), shards(&[2])]), 1);
    let first = TheirLayout::v2(accounts(&["bbb", "ddd", "near"]), shards(&[3, 1, 0, 2]), None);
    let second = TheirLayout::derive_shard_layout(&first, "cat.near".parse().unwrap());
    let third = second
        .derive_v3("zoo.near".parse().unwrap(), || vec![second.clone(), first.clone()])
        .unwrap();
    let fourth = third.derive_v3("a00".parse().unwrap(), Vec::new).unwrap();
    vec![
        TheirLayout::v0(1, 0),
        TheirLayout::v0(7, 3),
        TheirLayout::v1(accounts(&["aurora", "kkuuue2akv_1630967379.near"]), None, 1),
        v1,
        TheirLayout::single_shard(),
        TheirLayout::v2(
            accounts(&["bbb", "ddd"]),
            shards(&[4, 5, 2]),
            Some(split(&[(1, &[4, 5]), (2, &[2])])),
        ),
        first,
        second,
        third,
        fourth,
    ]
}

const IDS: [&str; 12] = [
    "a0",
    "a00",
    "aurora",
    "bbb",
    "bbb.near",
    "cat.near",
    "cat.near.x",
    "ddd",
    "near",
    "zoo.near",
    "zz",
    "zoo.near-0",
];

#[test]
fn layouts_have_nearcore_s_bytes_and_answers() {
    for theirs in layouts() {
        let bytes = borsh::to_vec(&theirs).unwrap();
        let ours = ShardLayout::try_from_slice(&bytes).unwrap();
        assert_eq!(borsh::to_vec(&ours).unwrap(), bytes, "{theirs:?}");
        assert_eq!(ours.num_shards(), theirs.num_shards());
        assert_eq!(ours.version(), theirs.version());
        assert!(ours.shard_ids().eq(theirs.shard_ids().map(number)));
        for id in IDS {
            let account = AccountId::new(id).unwrap();
            let expected = theirs.account_id_to_shard_id(&id.parse().unwrap());
            assert_eq!(
                ours.account_id_to_shard_id(&account),
                number(expected),
                "{id} in {theirs:?}"
            );
        }
        for shard in 0..12 {
            let their_id = ShardId::new(shard);
            let is_known = theirs.shard_ids().any(|id| id == their_id);
            assert_eq!(ours.contains(shard), is_known);
            if is_known {
                assert_eq!(
                    ours.get_shard_index(shard).unwrap(),
                    theirs.get_shard_index(their_id).unwrap() as u64
                );
                let parent = theirs.try_get_parent_shard_id(their_id).unwrap().map(number);
                assert_eq!(
                    ours.try_get_parent_shard_id(shard).unwrap(),
                    parent,
                    "{shard} in {theirs:?}"
                );
            } else {
                assert_eq!(
                    ours.get_shard_index(shard),
                    Err(ShardLayoutError::InvalidShardId { shard_id: shard })
                );
            }
            let children = theirs.get_children_shards_ids(their_id);
            let children = children.map(|ids| ids.into_iter().map(number).collect::<Vec<_>>());
            assert_eq!(ours.get_children_shards_ids(shard), children, "{shard} in {theirs:?}");
            let current = theirs.resolve_to_current_shard(their_id).map(number);
            assert_eq!(ours.resolve_to_current_shard(shard), current, "{shard} in {theirs:?}");
        }
        let parents: Vec<u64> = theirs.get_split_parent_shard_ids().into_iter().map(number).collect();
        assert!(ours.get_split_parent_shard_ids().into_iter().eq(parents), "{theirs:?}");
    }
}

#[test]
fn a_layout_that_contradicts_itself_is_refused() {
    for theirs in layouts().iter().skip(2) {
        let bytes = borsh::to_vec(theirs).unwrap();
        let mut accepted = 0;
        for bit in 0..bytes.len() * 8 {
            let mut forged = bytes.clone();
            forged[bit / 8] ^= 1 << (bit % 8);
            if let Ok(layout) = ShardLayout::try_from_slice(&forged) {
                // A flipped bit of a boundary account or of the version makes another consistent layout.
                accepted += 1;
                assert!(layout.shard_ids().count() as u64 == layout.num_shards());
                for id in IDS {
                    assert!(layout.contains(layout.account_id_to_shard_id(&AccountId::new(id).unwrap())));
                }
            }
        }
        assert!(accepted < bytes.len() * 8 / 2, "{accepted}");
    }
    let again = |ids: Vec<u64>| ShardLayout::v2(vec![AccountId::new("bbb").unwrap()], ids, None, 3);
    assert!(again(vec![0, 0]).is_err());
    assert!(again(vec![0]).is_err());
    let cycle = BTreeMap::from([(5, vec![6, 7]), (6, vec![5, 8])]);
    assert!(ShardLayout::v3(vec![], vec![0], cycle, 5).is_err());
}

#[test]
fn chunk_headers_have_nearcore_s_bytes_and_hashes() {
    let prev = near_primitives::hash::CryptoHash::hash_bytes(b"prev");
    let theirs = TheirHeader::V3(ShardChunkHeaderV3::new_dummy(17, ShardId::new(3), prev));
    let bytes = borsh::to_vec(&theirs).unwrap();
    let ours = ShardChunkHeader::try_from_slice(&bytes).unwrap();
    assert_eq!(borsh::to_vec(&ours).unwrap(), bytes);
    assert_eq!(ours.chunk_hash::<NativeCrypto>().0, theirs.chunk_hash().0.0);
    assert_eq!((ours.inner.height_created, ours.inner.shard_id), (17, 3));
    let mut old = bytes.clone();
    old[0] = 1;
    let error = ShardChunkHeader::try_from_slice(&old).unwrap_err();
    assert_eq!(
        error.to_string(),
        "chunk header version: expected V3 (2), found discriminant 1"
    );
    let mut inner = bytes;
    inner[1] = 5;
    let error = ShardChunkHeader::try_from_slice(&inner).unwrap_err();
    assert_eq!(
        error.to_string(),
        "inner chunk header version: expected V4 (3) or V5 (4), found discriminant 5"
    );
}

#[test]
fn a_chunk_extra_has_nearcore_s_bytes() {
    let split = TheirSplit::new("mid.near".parse().unwrap(), 5, 6);
    let theirs = TheirExtra::new(
        &near_primitives::hash::CryptoHash::hash_bytes(b"state"),
        near_primitives::hash::CryptoHash::hash_bytes(b"outcomes"),
        vec![],
        Gas::from_gas(1),
        Gas::from_gas(2),
        Balance::from_yoctonear(3),
        Some(near_primitives::congestion_info::CongestionInfo::default()),
        near_primitives::bandwidth_scheduler::BandwidthRequests::empty(),
        Some(split),
    );
    let bytes = borsh::to_vec(&theirs).unwrap();
    let ours = ChunkExtra::try_from_slice(&bytes).unwrap();
    assert_eq!(borsh::to_vec(&ours).unwrap(), bytes);
    assert_eq!((ours.gas_used, ours.gas_limit, ours.balance_burnt), (1, 2, 3));
    let boundary_account = AccountId::new("mid.near").unwrap();
    assert_eq!(
        ours.proposed_split,
        Some(TrieSplit {
            boundary_account,
            left_memory: 5,
            right_memory: 6
        })
    );
}
