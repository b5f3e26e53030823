//! Recorded states: the partial trie reads what nearcore recorded, and splits it as nearcore did.

use borsh::BorshDeserialize;
use near_primitives::state::PartialState;
use near_primitives::stateless_validation::state_witness::ChunkStateWitness;
use no_std_near_core::crypto::{Crypto, NativeCrypto};
use no_std_near_core::state::StateUpdate;
use no_std_near_core::state::accessors::get_bandwidth_scheduler_state;
use no_std_near_core::trie::node::{Node, NodeKind};
use no_std_near_core::trie::{
    EntryId, Nibbles, PartialTrie, RetainMode, TrieEditor, find_trie_split, retain_split_shard,
};
use no_std_near_core::types::chunk_extra::ChunkExtra;
use no_std_near_core::types::hash::CryptoHash;
use serde_json::Value;
use std::collections::BTreeSet;
use testnet_fixtures::Chunk;

/// The blobs of a file with a `PartialState`.
fn blobs_of(bytes: &[u8]) -> Vec<Vec<u8>> {
    let PartialState::TrieValues(values) = PartialState::try_from_slice(bytes).expect("a recorded state");
    to_blobs(&values)
}

fn to_blobs(values: &[std::sync::Arc<[u8]>]) -> Vec<Vec<u8>> {
    values.iter().map(|value| value.to_vec()).collect()
}

fn json(chunk: &Chunk, name: &str) -> Option<Value> {
    chunk
        .file(name)
        .map(|bytes| serde_json::from_slice(bytes).expect("JSON"))
}

fn hash(value: &Value) -> CryptoHash {
    value.as_str().expect("a hash").parse().expect("a hash")
}

/// Recorded chunks with the root of the state before them and what was recorded of it.
fn recorded_states() -> impl Iterator<Item = (&'static Chunk, CryptoHash, Vec<Vec<u8>>)> {
    testnet_fixtures::chunks().iter().filter_map(|chunk| {
        let apply = json(chunk, "apply.json")?;
        Some((
            chunk,
            hash(&apply["prev_state_root"]),
            blobs_of(chunk.file("nodes.borsh")?),
        ))
    })
}

/// Entries that hang from the root.
fn reachable(trie: &PartialTrie<'_>) -> BTreeSet<EntryId> {
    let mut pending: Vec<_> = trie.root_entry().into_iter().collect();
    let mut seen: BTreeSet<_> = pending.iter().copied().collect();
    while let Some(entry) = pending.pop() {
        pending.extend(trie.entry_links(entry).flatten().filter(|child| seen.insert(*child)));
    }
    seen
}

#[test]
fn every_recorded_blob_hangs_from_the_root_or_is_contract_code() {
    let mut checked = 0;
    for (chunk, root, blobs) in recorded_states() {
        let trie = PartialTrie::from_partial_state::<NativeCrypto>(root, &blobs);
        let reachable = reachable(&trie);
        for entry in trie.entry_ids().filter(|entry| !reachable.contains(entry)) {
            // A validator appends code that it had to fetch.
            let code = trie.entry_bytes(entry);
            assert!(code.starts_with(b"\0asm"), "{}", chunk.id);
            assert_eq!(
                trie.find_by_hash(&NativeCrypto::sha256(code)),
                Some(code),
                "{}",
                chunk.id
            );
        }
        checked += 1;
    }
    assert!(checked > 100, "only {checked} chunks");
}

#[test]
fn recorded_state_answers_what_every_chunk_asks() {
    for (chunk, root, blobs) in recorded_states() {
        let trie = PartialTrie::from_partial_state::<NativeCrypto>(root, &blobs);
        let mut state = StateUpdate::<NativeCrypto>::new(trie);
        let scheduler = get_bandwidth_scheduler_state(&state).unwrap_or_else(|error| panic!("{}: {error}", chunk.id));
        if let Some(scheduler) = scheduler {
            // Written as it was read: nothing changes.
            no_std_near_core::state::accessors::set_bandwidth_scheduler_state(&mut state, &scheduler);
            state.commit();
        }
        assert_eq!(state.finalize(), Ok(root), "{}", chunk.id);
    }
}

/// Keys and values that were recorded, found by walking down from the root.
fn recorded_rows(trie: &PartialTrie<'_>) -> Vec<(Vec<u8>, Vec<u8>)> {
    let mut rows = Vec::new();
    let mut pending: Vec<_> = trie.root_entry().map(|root| (root, Vec::new())).into_iter().collect();
    while let Some((entry, path)) = pending.pop() {
        let node = Node::decode(trie.entry_bytes(entry)).expect("a node");
        let with = |encoded| {
            let extension = Nibbles::from_encoded(encoded).expect("an extension");
            path.iter().copied().chain(extension.iter()).collect::<Vec<u8>>()
        };
        let (value_path, child_paths) = match node.kind {
            NodeKind::Leaf { extension, .. } => (Some(with(extension)), vec![]),
            NodeKind::Extension { extension, .. } => (None, vec![with(extension)]),
            NodeKind::Branch { children, value } => {
                let below = children
                    .iter()
                    .map(|(nibble, _)| [&path[..], &[nibble]].concat())
                    .collect();
                (value.map(|_| path.clone()), below)
            }
        };
        let has_value = usize::from(value_path.is_some());
        let links: Vec<_> = trie.entry_links(entry).collect();
        if let (Some(path), Some(value)) = (value_path, links[0]) {
            let key = path.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect();
            rows.push((key, trie.entry_bytes(value).to_vec()));
        }
        for (child, path) in links[has_value..].iter().zip(child_paths) {
            pending.extend(child.map(|child| (child, path)));
        }
    }
    rows
}

#[test]
fn recorded_nodes_are_written_as_they_were_read() {
    for (chunk, root, blobs) in recorded_states() {
        let mut trie = PartialTrie::from_partial_state::<NativeCrypto>(root, &blobs);
        let rows = recorded_rows(&trie);
        let mut editor = TrieEditor::<NativeCrypto>::new(&mut trie).expect("a root");
        for (key, value) in &rows {
            editor.insert(key, value).expect("the way is recorded");
        }
        assert_eq!(editor.finish(), Ok(root), "{}", chunk.id);
    }
}

/// The account at which two shard layouts differ, and on which side of it a shard of the second lies.
fn split_of(before: &Value, after: &Value, shard: u64) -> Option<(String, RetainMode)> {
    let boundaries = |layout: &Value| -> Vec<String> {
        let layout = layout
            .as_object()
            .expect("a layout")
            .values()
            .next()
            .expect("a version");
        let accounts = layout["boundary_accounts"].as_array().expect("accounts");
        accounts
            .iter()
            .map(|account| account.as_str().expect("an account").to_owned())
            .collect()
    };
    let (before, after_boundaries) = (boundaries(before), boundaries(after));
    let boundary = after_boundaries.iter().find(|account| !before.contains(account))?;
    let layout = after.as_object()?.values().next()?;
    let index = layout["shard_ids"]
        .as_array()?
        .iter()
        .position(|id| id.as_u64() == Some(shard))?;
    let is_left = after_boundaries.get(index) == Some(boundary);
    Some((
        boundary.clone(),
        if is_left { RetainMode::Left } else { RetainMode::Right },
    ))
}

#[test]
fn children_of_split_shards_have_the_roots_that_nearcore_computed() {
    let mut checked = 0;
    for chunk in testnet_fixtures::chunks() {
        let (Some(result), Some(apply)) = (json(chunk, "result.json"), json(chunk, "apply.json")) else {
            continue;
        };
        if result["main_shard_id"] == result["witness_shard_id"] {
            continue;
        }
        let shard = result["witness_shard_id"].as_u64().expect("a shard");
        let blocks = json(chunk, "blocks.json").expect("blocks");
        let (boundary, mode) =
            split_of(&apply["shard_layout"], &blocks[0]["next_block_shard_layout"], shard).expect("a split");
        let boundary = boundary.parse().expect("an account");
        let bytes = chunk.file("witness.borsh").expect("a witness");
        let ChunkStateWitness::V2(witness) = ChunkStateWitness::try_from_slice(bytes).expect("a witness");
        let mut root = hash(&result["main_state_root"]);
        let mut found = 0;
        for transition in &witness.implicit_transitions {
            let PartialState::TrieValues(values) = &transition.base_state;
            let blobs = to_blobs(values);
            let mut trie = PartialTrie::from_partial_state::<NativeCrypto>(root, &blobs);
            let child_root = retain_split_shard::<NativeCrypto>(&mut trie, &boundary, mode);
            root = CryptoHash(transition.post_state_root.0);
            found += usize::from(child_root == Ok(root));
        }
        assert_eq!(found, 1, "{}", chunk.id);
        checked += 1;
    }
    assert!(checked > 0);
}

#[test]
fn proposed_splits_are_those_of_nearcore() {
    let mut checked = 0;
    for (chunk, root, blobs) in recorded_states() {
        let extra = ChunkExtra::try_from_slice(chunk.file("main_chunk_extra.borsh").expect("a chunk extra"));
        let Some(split) = extra.expect("a chunk extra").proposed_split else {
            continue;
        };
        let mut trie = PartialTrie::from_partial_state::<NativeCrypto>(root, &blobs);
        assert_eq!(find_trie_split::<NativeCrypto>(&mut trie), Ok(split), "{}", chunk.id);
        checked += 1;
    }
    assert!(checked > 0);
}
