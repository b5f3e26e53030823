//! The whole trie of given keys and values, made by definition: for tests, here and in the crates above.
//!
//! The shape of a trie is a function of its keys and values (spec §B.12). This module writes that function down as plainly as possible
//! and shares nothing with the modules that it is compared with: keys are vectors of nibbles, nodes are written field by field.

use crate::crypto::Crypto;
use crate::types::hash::CryptoHash;
use alloc::collections::BTreeMap;
use alloc::vec::Vec;

/// A trie of which every node and value is known.
#[derive(Clone, Debug)]
pub struct ReferenceTrie {
    /// Root of the trie; zeros if it has no keys.
    pub root: CryptoHash,
    /// Memory usage of the root.
    pub memory_usage: u64,
    /// Bytes of all nodes and values by hash.
    pub blobs: BTreeMap<CryptoHash, Vec<u8>>,
}

impl ReferenceTrie {
    /// The trie with exactly these keys and values.
    pub fn new<C: Crypto>(entries: &BTreeMap<Vec<u8>, Vec<u8>>) -> Self {
        let unpacked: Vec<(Vec<u8>, &[u8])> = entries
            .iter()
            .map(|(key, value)| {
                (
                    key.iter().flat_map(|byte| [byte >> 4, byte & 0xf]).collect(),
                    &value[..],
                )
            })
            .collect();
        let mut trie = Self {
            root: CryptoHash([0; 32]),
            memory_usage: 0,
            blobs: BTreeMap::new(),
        };
        if !unpacked.is_empty() {
            (trie.root, trie.memory_usage) = trie.subtree::<C>(&unpacked, 0);
        }
        trie
    }

    /// The blobs as a recorded state would hold them.
    pub fn to_partial_state(&self) -> Vec<Vec<u8>> {
        self.blobs.values().cloned().collect()
    }

    /// Hash and memory usage of the node for entries (at least one, ascending) that agree in their first `depth` nibbles.
    fn subtree<C: Crypto>(&mut self, entries: &[(Vec<u8>, &[u8])], depth: usize) -> (CryptoHash, u64) {
        let (first, last) = (&entries[0].0[depth..], &entries[entries.len() - 1].0[depth..]);
        if let [(_, value)] = entries {
            let extension = hex_prefix(first, true);
            let mut bytes = [&[0][..], &length(&extension), &extension].concat();
            bytes.extend(self.value_ref::<C>(value));
            return self.node::<C>(bytes, 50 + 2 * extension.len() as u64 + 50 + value.len() as u64);
        }
        let shared = first.iter().zip(last).take_while(|(first, last)| first == last).count();
        if shared > 0 {
            let (child, child_usage) = self.subtree::<C>(entries, depth + shared);
            let extension = hex_prefix(&first[..shared], false);
            let bytes = [&[3][..], &length(&extension), &extension, &child.0].concat();
            return self.node::<C>(bytes, 50 + 2 * extension.len() as u64 + child_usage);
        }
        self.branch::<C>(entries, depth)
    }

    fn branch<C: Crypto>(&mut self, entries: &[(Vec<u8>, &[u8])], depth: usize) -> (CryptoHash, u64) {
        let mut usage = 50;
        let mut bytes = alloc::vec![1];
        if entries[0].0.len() == depth {
            bytes = alloc::vec![2];
            bytes.extend(self.value_ref::<C>(entries[0].1));
            usage += 50 + entries[0].1.len() as u64;
        }
        let mut mask = 0u16;
        let mut hashes = Vec::new();
        for nibble in 0..16 {
            let below: Vec<_> = entries
                .iter()
                .filter(|(key, _)| key.get(depth) == Some(&nibble))
                .cloned()
                .collect();
            if !below.is_empty() {
                let (hash, below_usage) = self.subtree::<C>(&below, depth + 1);
                mask |= 1 << nibble;
                hashes.extend(hash.0);
                usage += below_usage;
            }
        }
        bytes.extend(mask.to_le_bytes());
        bytes.extend(hashes);
        self.node::<C>(bytes, usage)
    }

    fn value_ref<C: Crypto>(&mut self, value: &[u8]) -> Vec<u8> {
        let hash = C::sha256(value);
        self.blobs.insert(hash, value.to_vec());
        [&length(value)[..], &hash.0].concat()
    }

    fn node<C: Crypto>(&mut self, mut bytes: Vec<u8>, usage: u64) -> (CryptoHash, u64) {
        bytes.extend(usage.to_le_bytes());
        let hash = C::sha256(&bytes);
        self.blobs.insert(hash, bytes);
        (hash, usage)
    }
}

fn length(bytes: &[u8]) -> [u8; 4] {
    (bytes.len() as u32).to_le_bytes()
}

fn hex_prefix(nibbles: &[u8], is_leaf: bool) -> Vec<u8> {
    let flag = if is_leaf { 2 } else { 0 };
    let padded = if nibbles.len() % 2 == 1 {
        [&[flag + 1], nibbles].concat()
    } else {
        [&[flag, 0], nibbles].concat()
    };
    padded.chunks(2).map(|pair| pair[0] * 16 + pair[1]).collect()
}
