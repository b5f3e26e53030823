//! The embedded selection is what its README promises.

use std::collections::{BTreeMap, BTreeSet};
use testnet_fixtures::{ARCHIVES, INDEX, chunk, chunks};

/// Height and shard as the folder's name tells them.
fn height_and_shard(id: &str) -> (u64, u64) {
    let name = id.rsplit('/').next().unwrap_or_default();
    let (height, rest) = name.split_once("-s").expect("a name like 180000018-s1");
    let shard = rest.split('-').next().unwrap_or_default();
    (height.parse().expect("a height"), shard.parse().expect("a shard"))
}

#[test]
fn height_and_shard_name_one_chunk() {
    let mut seen: BTreeMap<(u64, u64), &str> = BTreeMap::new();
    for chunk in chunks() {
        if let Some(other) = seen.insert(height_and_shard(&chunk.id), &chunk.id) {
            panic!("{} and {other} have the same height and shard", chunk.id);
        }
    }
}

#[test]
fn the_packed_selection_weighs_at_most_12_megabytes() {
    let total: usize = ARCHIVES.iter().map(|(_, bytes)| bytes.len()).sum();
    assert!(total <= 12 << 20, "{total} bytes");
}

#[test]
fn the_index_names_exactly_the_chunks_and_says_why() {
    let ids: BTreeSet<&str> = chunks().iter().map(|chunk| chunk.id.as_str()).collect();
    let entries: Vec<&str> = INDEX.split("[[chunk]]").skip(1).collect();
    let mut indexed = BTreeSet::new();
    for entry in entries {
        let id = entry.split('"').nth(1).expect("an id");
        let (height, shard) = height_and_shard(id);
        assert!(
            entry.contains(&format!("\nheight = {height}\nshard = {shard}\n")),
            "{id}: height and shard"
        );
        let why = entry
            .split_once("why = [")
            .map(|(_, why)| why.matches('"').count())
            .unwrap_or_default();
        assert!(why >= 2, "{id}: at least one reason");
        indexed.insert(id);
    }
    assert_eq!(ids, indexed);
}

#[test]
fn every_chunk_has_a_witness_and_its_blocks() {
    for chunk in chunks() {
        for name in [
            "witness.borsh",
            "blocks.borsh",
            "blocks.json",
            "result.json",
            "final_chunk_extra.borsh",
        ] {
            assert!(chunk.file(name).is_some(), "{} lacks {name}", chunk.id);
        }
    }
}

#[test]
fn a_chunk_is_found_by_its_id_only() {
    assert!(chunk("transfers/180000018-s1").is_some());
    assert!(chunk("180000018-s1").is_none());
    assert!(chunk("").is_none());
}
