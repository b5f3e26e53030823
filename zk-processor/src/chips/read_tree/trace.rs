//! How the table of read-only nodes is filled.

use alloc::collections::BTreeMap;
use alloc::vec;
use alloc::vec::Vec;

use p3_field::PrimeCharacteristicRing;

use super::columns::ReadTreeCols;
use crate::chips::builder::{Columns, Val};
use crate::chips::buses::ReadTree;
use crate::chips::poseidon2::PoseidonLookups;
use crate::chips::trace::Trace;
use crate::program::commitment::Hasher;

type Digest = [Val; 8];

/// All nodes of a tree that are not roots of empty subtrees.
#[derive(Clone, Debug, Default)]
pub struct SparseTree {
    /// Digests by level, by index.
    levels: Vec<BTreeMap<u32, Digest>>,
    /// Digest of an empty subtree by level.
    empty: Vec<Digest>,
}

impl SparseTree {
    /// The tree of these leaves; every other leaf has the digest `empty_leaf`.
    pub fn new(leaves: impl IntoIterator<Item = (u32, Digest)>, empty_leaf: Digest, depth: u32) -> Self {
        let hasher = Hasher::new();
        let mut empty = Vec::from([empty_leaf]);
        for level in 0..depth as usize {
            empty.push(hasher.compress_nodes(&empty[level], &empty[level]));
        }
        let mut tree = Self {
            levels: vec![BTreeMap::new(); depth as usize + 1],
            empty,
        };
        tree.set_leaves(leaves);
        tree
    }

    /// Levels above the leaves.
    fn depth(&self) -> u32 {
        self.levels.len().saturating_sub(1) as u32
    }

    /// Gives leaves new digests: one compression for each node above them.
    pub fn set_leaves(&mut self, leaves: impl IntoIterator<Item = (u32, Digest)>) {
        let hasher = Hasher::new();
        let mut changed: BTreeMap<u32, Digest> = leaves.into_iter().collect();
        for level in 0..=self.depth() {
            let mut above: Vec<u32> = changed.keys().map(|index| index / 2).collect();
            above.dedup();
            self.levels[level as usize].append(&mut changed);
            let children = |index: &u32| [self.node(level, index * 2), self.node(level, index * 2 + 1)];
            let pairs: Vec<_> = above.iter().map(children).collect();
            changed = above.into_iter().zip(hasher.compress_all(&pairs)).collect();
        }
    }

    /// Sets one node, for those who know the nodes above it and set them too.
    pub(crate) fn set_node(&mut self, level: u32, index: u32, digest: Digest) {
        self.levels[level as usize].insert(index, digest);
    }

    /// Digest of a node.
    pub fn node(&self, level: u32, index: u32) -> Digest {
        self.levels[level as usize]
            .get(&index)
            .copied()
            .unwrap_or(self.empty[level as usize])
    }

    /// Digest of the root.
    pub fn root(&self) -> Digest {
        self.node(self.depth(), 0)
    }
}

/// A leaf that some row looks up.
#[derive(Clone, Copy, Debug)]
pub struct LeafLookup {
    /// Position of the leaf.
    pub index: u32,
    /// How many rows look it up.
    pub times: u32,
}

/// The rows of one tree above the leaves that are looked up.
pub fn read_tree_rows(
    handle: u32,
    kind: ReadTree,
    tree: &SparseTree,
    leaves: &[LeafLookup],
    hashes: &mut PoseidonLookups,
) -> Vec<ReadTreeCols<Val>> {
    let mut rows = Vec::new();
    let mut wanted: BTreeMap<u32, u32> = leaves.iter().map(|leaf| (leaf.index, leaf.times)).collect();
    for level in 1..=tree.depth() {
        let mut above = BTreeMap::new();
        for index in wanted.keys().map(|index| index / 2) {
            above.insert(index, 1);
        }
        for index in above.keys() {
            let (left, right) = (tree.node(level - 1, index * 2), tree.node(level - 1, index * 2 + 1));
            let times = |side: u32| wanted.get(&(index * 2 + side)).copied().unwrap_or_default();
            rows.push(ReadTreeCols {
                is_code: Val::from_bool(kind == ReadTree::Code),
                is_entry: Val::from_bool(kind == ReadTree::Entry),
                is_input: Val::from_bool(kind == ReadTree::Input),
                handle: Val::from_u32(handle),
                level: Val::from_u32(level),
                index: Val::from_u32(*index),
                left,
                right,
                digest: hashes.ask(&left, &right),
                times: [0, 1].map(|side| Val::from_u32(times(side))),
            });
        }
        wanted = above;
    }
    rows
}

/// The table of all rows of all trees.
pub fn read_tree_trace(rows: &[ReadTreeCols<Val>], minimum_height_log2: u32) -> Trace {
    let mut trace = Trace::with_rows(ReadTreeCols::<Val>::WIDTH, rows.len(), minimum_height_log2);
    for (row, columns) in rows.iter().enumerate() {
        trace.write(row, columns);
    }
    trace
}
