//! A compressed state holds what can be reached, in one encoding, and applying it gives the same result.

use std::collections::BTreeSet;

use no_std_near_core::contract_runner::NoContracts;
use no_std_near_core::crypto::NativeCrypto;
use no_std_near_core::trie::node::{Node, NodeKind};
use no_std_near_core::types::hash::CryptoHash;
use state_witness::compressed::{CompressionError, DecodedState, Order, WitnessSections, compress, compress_witness};
use state_witness::statement::MainKind;
use state_witness::{CheckedWitness, validate};

use crate::support::{recorded, sha256, witness};

fn decode(bytes: &[u8]) -> Result<DecodedState<'_>, CompressionError> {
    DecodedState::decode::<NativeCrypto>(bytes, CryptoHash::ZERO, Order::Sort)
}

/// The main transition's root and state of every recorded chunk that is not genesis.
fn states() -> impl Iterator<Item = (&'static str, CryptoHash, Vec<&'static [u8]>)> {
    recorded()
        .filter(|(_, recorded)| recorded.apply.is_some())
        .map(|(chunk, recorded)| {
            let decoded = witness(chunk);
            let derived = recorded.derive(&decoded).unwrap();
            let MainKind::NewChunk(main) = derived.statement.main.kind else {
                panic!("{}: genesis", chunk.id)
            };
            (
                chunk.id.as_str(),
                main.chunk.prev_state_root,
                decoded.main_transition.base_state,
            )
        })
}

#[test]
fn compressing_and_back_gives_what_is_reachable() {
    let (mut raw, mut small) = (0, 0);
    for (id, root, blobs) in states() {
        let compressed = compress::<NativeCrypto>(root, &blobs).unwrap();
        let state = decode(&compressed.bytes).unwrap();
        assert_eq!(state.root(), root, "{id}");
        let unreachable: BTreeSet<&[u8]> = compressed.unreachable.iter().map(|position| blobs[*position]).collect();
        let reachable: BTreeSet<&[u8]> = blobs
            .iter()
            .copied()
            .filter(|blob| !unreachable.contains(blob))
            .collect();
        let entries: Vec<&[u8]> = (0..state.entry_count())
            .map(|entry| state.entry_bytes(entry).unwrap())
            .collect();
        assert_eq!(entries.iter().copied().collect::<BTreeSet<_>>(), reachable, "{id}");
        assert_eq!(entries.len(), reachable.len(), "{id}");
        assert_eq!(
            compress::<NativeCrypto>(root, &entries).unwrap().bytes,
            compressed.bytes,
            "{id}"
        );
        raw += blobs.iter().map(|blob| blob.len() + 4).sum::<usize>();
        small += compressed.bytes.len();
    }
    assert!(small * 10 <= raw * 8, "{small} of {raw} bytes");
}

#[test]
fn the_order_of_blobs_does_not_matter_and_repetitions_are_dropped() {
    let (_, root, blobs) = states().max_by_key(|(_, _, blobs)| blobs.len()).unwrap();
    let compressed = compress::<NativeCrypto>(root, &blobs).unwrap();
    let mut shuffled = blobs.clone();
    shuffled.reverse();
    shuffled.push(blobs[0]);
    shuffled.push(b"nobody refers to this");
    let again = compress::<NativeCrypto>(root, &shuffled).unwrap();
    assert_eq!(again.bytes, compressed.bytes);
    assert_eq!(again.unreachable, [blobs.len() + 1]);
    assert_eq!(again.duplicates.len(), 1);
}

#[test]
fn a_guest_with_statement_and_compressed_states_gets_the_same_result() {
    let mut compared = 0;
    for (chunk, recorded) in recorded() {
        let derived = recorded.derive(&witness(chunk)).unwrap();
        let params: Vec<_> = recorded.params.iter().collect();
        let checked = CheckedWitness::from_witness::<NativeCrypto>(witness(chunk), &derived).unwrap();
        let Ok(expected) = validate::<NativeCrypto, _>(checked, &params, &mut NoContracts) else {
            continue;
        };

        let compressed = compress_witness::<NativeCrypto>(&witness(chunk), &derived).unwrap();
        let sections = WitnessSections::parse(&compressed.bytes).unwrap();
        let states = sections.states::<NativeCrypto>().unwrap();
        let parts = sections.into_parts(&states).unwrap();
        let checked = CheckedWitness::from_parts::<NativeCrypto>(&derived.statement, parts).unwrap();
        let found = validate::<NativeCrypto, _>(checked, &params, &mut NoContracts).unwrap();
        assert_eq!(found.chunk_extra, expected.chunk_extra, "{}", chunk.id);
        assert_eq!(
            found.outgoing_receipts_root, expected.outgoing_receipts_root,
            "{}",
            chunk.id
        );
        let recorded_size = |result: &state_witness::ValidationResult| {
            result.main.as_ref().map(|main| main.recorded_storage_size_bytes)
        };
        assert_eq!(recorded_size(&found), recorded_size(&expected), "{}", chunk.id);
        compared += 1;
    }
    assert!(compared > 0);
}

#[test]
fn a_damaged_compressed_witness_is_refused_or_proves_nothing_else() {
    let (chunk, known) = recorded()
        .find(|(chunk, known)| {
            known.params.is_some() && known.apply.is_some() && !witness(chunk).implicit_transitions.is_empty()
        })
        .unwrap();
    let derived = known.derive(&witness(chunk)).unwrap();
    let params: Vec<_> = known.params.iter().collect();
    let honest = compress_witness::<NativeCrypto>(&witness(chunk), &derived)
        .unwrap()
        .bytes;
    let accepts = |bytes: &[u8]| -> Option<bool> {
        let sections = WitnessSections::parse(bytes).ok()?;
        let states = sections.states::<NativeCrypto>().ok()?;
        let parts = sections.into_parts(&states).ok()?;
        let checked = CheckedWitness::from_parts::<NativeCrypto>(&derived.statement, parts).ok()?;
        let result = validate::<NativeCrypto, _>(checked, &params, &mut NoContracts).ok()?;
        Some(result.difference.is_none())
    };
    assert_eq!(accepts(&honest), Some(true));
    for bit in (0..honest.len() * 8).step_by(5) {
        let mut forged = honest.clone();
        forged[bit / 8] ^= 1 << (bit % 8);
        assert_ne!(accepts(&forged), Some(true), "bit {bit}: one witness, one encoding");
    }
    for len in 0..honest.len() {
        assert!(accepts(&honest[..len]).is_none(), "length {len}");
    }
    assert!(accepts(&[&honest[..], &[0; 8]].concat()).is_none());
}

#[test]
fn a_flipped_bit_never_decodes_to_the_same_state() {
    let (_, root, blobs) = states().find(|(_, _, blobs)| (10..40).contains(&blobs.len())).unwrap();
    let honest = compress::<NativeCrypto>(root, &blobs).unwrap().bytes;
    for bit in 0..honest.len() * 8 {
        let mut forged = honest.clone();
        forged[bit / 8] ^= 1 << (bit % 8);
        if let Ok(state) = decode(&forged) {
            assert_ne!(state.root(), root, "bit {bit}");
        }
    }
    for len in 0..honest.len() {
        if let Ok(state) = decode(&honest[..len]) {
            assert_ne!(state.root(), root, "length {len}");
        }
    }
}

#[test]
fn wrong_advice_on_the_order_is_refused() {
    let (_, root, blobs) = states().find(|(_, _, blobs)| blobs.len() >= 10).unwrap();
    let bytes = compress::<NativeCrypto>(root, &blobs).unwrap().bytes;
    let advice = decode(&bytes).unwrap().order_advice();
    let with = |advice: &[u32]| {
        DecodedState::decode::<NativeCrypto>(&bytes, CryptoHash::ZERO, Order::Advice(advice)).map(|state| state.root())
    };
    assert_eq!(with(&advice), Ok(root));
    let mut swapped = advice.clone();
    swapped.swap(3, 4);
    assert_eq!(with(&swapped), Err(CompressionError::NotDistinct(4)));
    let mut repeated = advice.clone();
    repeated[4] = repeated[3];
    assert_eq!(with(&repeated), Err(CompressionError::NotDistinct(4)));
    let mut beyond = advice.clone();
    *beyond.last_mut().unwrap() = u32::MAX;
    assert_eq!(with(&beyond), Err(CompressionError::NotDistinct(advice.len() - 1)));
    assert_eq!(with(&advice[1..]), Err(CompressionError::NotDistinct(advice.len() - 1)));
}

// --- states made by hand: what recorded chunks do not contain ---

fn leaf(extension: &[u8], value: &[u8], memory_usage: u64) -> Vec<u8> {
    let mut node = vec![0];
    node.extend(borsh::to_vec(extension).unwrap());
    node.extend(u32::try_from(value.len()).unwrap().to_le_bytes());
    node.extend(sha256(value).0);
    node.extend(memory_usage.to_le_bytes());
    node
}

fn branch(children: &[(u8, CryptoHash)], value: Option<&[u8]>, memory_usage: u64) -> Vec<u8> {
    let mut node = vec![if value.is_some() { 2 } else { 1 }];
    if let Some(value) = value {
        node.extend(u32::try_from(value.len()).unwrap().to_le_bytes());
        node.extend(sha256(value).0);
    }
    let mask = children.iter().fold(0u16, |mask, (nibble, _)| mask | 1 << nibble);
    node.extend(mask.to_le_bytes());
    for (_, hash) in children {
        node.extend(hash.0);
    }
    node.extend(memory_usage.to_le_bytes());
    node
}

fn extension(extension: &[u8], child: CryptoHash, memory_usage: u64) -> Vec<u8> {
    let mut node = vec![3];
    node.extend(borsh::to_vec(extension).unwrap());
    node.extend(child.0);
    node.extend(memory_usage.to_le_bytes());
    node
}

/// Compresses, decompresses and compares; gives the compressed bytes.
fn check(root: &[u8], others: &[&[u8]]) -> Vec<u8> {
    let mut blobs = vec![root];
    blobs.extend(others);
    let compressed = compress::<NativeCrypto>(sha256(root), &blobs).unwrap();
    assert_eq!(compressed.unreachable, [0usize; 0]);
    let state = decode(&compressed.bytes).unwrap();
    assert_eq!(state.root(), sha256(root));
    let entries: BTreeSet<&[u8]> = (0..state.entry_count())
        .map(|entry| state.entry_bytes(entry).unwrap())
        .collect();
    assert_eq!(entries, blobs.iter().copied().collect());
    assert_eq!(state.entry_count(), blobs.len());
    let entries: Vec<&[u8]> = entries.into_iter().collect();
    assert_eq!(
        compress::<NativeCrypto>(state.root(), &entries).unwrap().bytes,
        compressed.bytes
    );
    compressed.bytes
}

#[test]
fn a_leaf_is_a_head_its_extension_and_its_value() {
    let value = [7u8; 9];
    let root = leaf(&[0x20, 0x12], &value, 50 + 2 * 2 + 9 + 50);
    let bytes = check(&root, &[&value]);
    // Counts; flags (leaf, derived, inline), extension length, value length; extension; value with padding.
    assert_eq!(bytes[..8], [1, 0, 0, 0, 1, 0, 0, 0]);
    assert_eq!(bytes[8..16], [0x14, 0, 2, 0, 9, 0, 0, 0]);
    assert_eq!(bytes[16..24], [0x20, 0x12, 0, 0, 0, 0, 0, 0]);
    assert_eq!(bytes[24..], [7, 7, 7, 7, 7, 7, 7, 7, 7, 0, 0, 0, 0, 0, 0, 0]);
}

#[test]
fn memory_usage_that_does_not_add_up_is_sent() {
    let value = [7u8; 8];
    let odd = check(&leaf(&[0x20], &value, 12345), &[&value]);
    let even = check(&leaf(&[0x20], &value, 50 + 2 + 8 + 50), &[&value]);
    assert_eq!(odd.len(), even.len() + 8);
    assert_eq!(odd[16..24], 12345u64.to_le_bytes());
}

#[test]
fn equal_subtrees_and_values_are_sent_once() {
    let value = b"the same";
    let twin = leaf(&[0x20], value, 110);
    let other = leaf(&[0x31], value, 110);
    let below = branch(
        &[(0, sha256(&twin)), (5, sha256(&twin)), (15, sha256(&other))],
        Some(value),
        0,
    );
    let root = extension(&[0x11], sha256(&below), 1);
    let bytes = check(&root, &[value, &twin, &other, &below]);
    assert_eq!(bytes[4..8], [1, 0, 0, 0], "one inline value");
}

#[test]
fn absent_children_and_values_are_sent_as_hashes() {
    let (absent_node, absent_value) = (sha256(b"a node"), b"a value that nobody read");
    let present = leaf(&[0x20], absent_value, 126);
    let root = branch(&[(1, absent_node), (2, sha256(&present)), (3, absent_node)], None, 99);
    let bytes = check(&root, &[&present]);
    assert_eq!(bytes.windows(32).filter(|window| *window == absent_node.0).count(), 2);
    assert_eq!(
        bytes
            .windows(32)
            .filter(|window| *window == sha256(absent_value).0)
            .count(),
        1
    );
}

#[test]
fn a_value_with_the_bytes_of_a_node_is_one_entry_in_either_order() {
    // Whoever stores the bytes of a trie node as a contract's value makes one hash stand for both.
    let inner_value = b"inner";
    let node = leaf(&[0x20], inner_value, 107);
    let holder = leaf(&[0x32], &node, 0);
    let node_first = branch(&[(0, sha256(&node)), (1, sha256(&holder))], None, 0);
    check(&node_first, &[inner_value, &node, &holder]);
    let value_first = branch(&[(0, sha256(&holder)), (1, sha256(&node))], None, 0);
    let bytes = check(&value_first, &[inner_value, &node, &holder]);

    let state = decode(&bytes).unwrap();
    let mut trie = state.to_trie();
    let access = no_std_near_core::trie::Access::Recorded;
    // Key 0 2.. leads through the holder to the node's bytes as a value, key 1.. through the node to the inner value.
    assert_eq!(
        trie.get::<NativeCrypto>(&[0x02], access).unwrap(),
        Some(node.as_slice())
    );
    let before = trie.recorded_storage_size_upper_bound();
    let _ = trie.get::<NativeCrypto>(&[0x10], access).unwrap();
    assert_eq!(
        trie.recorded_storage_size_upper_bound(),
        before,
        "the node was recorded as a value already"
    );
}

#[test]
fn what_could_be_said_in_another_way_is_refused() {
    let value = b"eight by";
    let twin = leaf(&[0x20], value, 110);
    let root = branch(&[(0, sha256(&twin)), (5, sha256(&twin))], None, 50 + 2 * 110);
    let honest = check(&root, &[value, &twin]);
    let words: Vec<&[u8]> = honest.chunks(8).collect();
    // counts | leaf head | extension | value | reference | branch head
    assert_eq!(words.len(), 6);
    let refused = |parts: &[&[u8]]| decode(&parts.concat()).map(|state| state.root()).unwrap_err();

    let again: &[u8] = &[2, 0, 0, 0, 2, 0, 0, 0];
    let two_leaves = [
        &[3u8, 0, 0, 0, 2, 0, 0, 0][..],
        words[1],
        words[2],
        words[3],
        words[1],
        words[2],
        words[3],
        words[5],
    ];
    assert!(matches!(refused(&two_leaves), CompressionError::NotDistinct(_)));
    assert!(matches!(
        refused(&[again, words[1], words[2], words[3], words[4], words[5]]),
        CompressionError::EntryCount { .. }
    ));

    let stated = [
        words[0],
        words[1],
        words[2],
        words[3],
        words[4],
        &[0x01],
        &words[5][1..],
        &270u64.to_le_bytes(),
    ];
    assert!(matches!(
        refused(&stated),
        CompressionError::NotCanonical {
            what: "memory usage is derived",
            ..
        }
    ));

    let padded = [
        words[0],
        words[1],
        &[0x20, 0, 0, 0, 0, 0, 0, 1],
        words[3],
        words[4],
        words[5],
    ];
    assert!(matches!(
        refused(&padded),
        CompressionError::NotCanonical {
            what: "padding is zero",
            ..
        }
    ));

    // The second twin as an absent hash: memory usage must then be sent too.
    let absent_head = [0x01, 0, 0b100001, 0, 0b1, 0, 0, 0];
    let twin_hash = sha256(&twin);
    let absent = [
        &[2u8, 0, 0, 0, 1, 0, 0, 0][..],
        words[1],
        words[2],
        words[3],
        &absent_head,
        &270u64.to_le_bytes(),
        &twin_hash.0,
    ];
    assert_eq!(refused(&absent), CompressionError::AbsentIsPresent(twin_hash));

    assert_eq!(refused(&[&[0; 8]]), CompressionError::Roots(0));
    assert_eq!(
        refused(&[&[1, 0, 0, 0, 1, 0, 0, 0], words[1], words[2], words[3], words[4]]),
        CompressionError::Roots(2)
    );
    assert_eq!(refused(&[&honest, &[0]]), CompressionError::NotWholeWords(49));
    let lone_reference = [&[0u8; 8][..], words[4]];
    assert!(matches!(refused(&lone_reference), CompressionError::BadRecord { .. }));
}

#[test]
fn a_state_that_no_chain_records_is_refused() {
    let value = b"value";
    let mut liar = leaf(&[0x20], value, 107);
    liar[6] += 1;
    let error = compress::<NativeCrypto>(sha256(&liar), &[&liar, value]).unwrap_err();
    assert!(matches!(
        error,
        CompressionError::ValueLength {
            expected: 6,
            found: 5,
            ..
        }
    ));
    let root = extension(&[0x11], sha256(b"no node"), 0);
    let error = compress::<NativeCrypto>(sha256(&root), &[&root, b"no node"]).unwrap_err();
    assert_eq!(error, CompressionError::NotANode(sha256(b"no node")));
}

#[test]
fn nothing_recorded_is_no_bytes() {
    let compressed = compress::<NativeCrypto>(sha256(b"some root"), &[b"unrelated"]).unwrap();
    assert_eq!(compressed.bytes, [0u8; 0]);
    let state = DecodedState::decode::<NativeCrypto>(&[], sha256(b"some root"), Order::Sort).unwrap();
    assert_eq!((state.root(), state.entry_count()), (sha256(b"some root"), 0));
    let mut trie = state.to_trie();
    assert!(
        trie.get::<NativeCrypto>(b"key", no_std_near_core::trie::Access::Recorded)
            .is_err(),
        "missing, not absent"
    );
}

#[test]
fn every_node_of_a_recorded_state_keeps_its_kind() {
    let mut kinds = [0usize; 4];
    for (_, root, blobs) in states() {
        let bytes = compress::<NativeCrypto>(root, &blobs).unwrap().bytes;
        let state = decode(&bytes).unwrap();
        for entry in (0..state.entry_count()).filter_map(|entry| state.entry_bytes(entry)) {
            if let Ok(node) = Node::decode(entry) {
                kinds[match node.kind {
                    NodeKind::Leaf { .. } => 0,
                    NodeKind::Branch { value: None, .. } => 1,
                    NodeKind::Branch { .. } => 2,
                    NodeKind::Extension { .. } => 3,
                }] += 1;
            }
        }
    }
    assert!(kinds.iter().all(|count| *count > 0), "{kinds:?}");
}
