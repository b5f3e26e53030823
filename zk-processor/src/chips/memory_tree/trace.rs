//! How the table of tree nodes is filled.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;

use p3_field::PrimeCharacteristicRing;

use super::DEPTH;
use super::columns::MemoryTreeCols;
use crate::chips::builder::{Columns, Val};
use crate::chips::poseidon2::{DIGEST_WIDTH, PoseidonLookups};
use crate::chips::trace::Trace;

type Digest = [Val; DIGEST_WIDTH];

/// A touched leaf: its index and its digests before and after.
#[derive(Clone, Copy, Debug)]
pub struct TreeLeaf {
    /// Position among the leaves.
    pub index: u32,
    /// Digests before and after.
    pub digests: [Digest; 2],
}

/// The memory of one context: the nodes that are not defaults before the segment, and the leaves that the segment touched.
#[derive(Clone, Debug, Default)]
pub struct ContextTree {
    /// The context.
    pub context: u32,
    /// Digests before the segment by (level, index); a node that is not here is the root of an empty subtree.
    pub nodes: BTreeMap<(u32, u32), Digest>,
    /// Touched leaves.
    pub leaves: Vec<TreeLeaf>,
}

/// What filling the table of one context yields.
#[derive(Clone, Debug)]
pub struct Roots {
    /// The context.
    pub context: u32,
    /// Roots before and after.
    pub roots: [Digest; 2],
}

/// One row per inner node above a touched leaf, for every context; returns the roots in the same order. `empty_leaf` is the digest of a leaf of zeros.
pub fn memory_tree_trace(
    contexts: &[ContextTree],
    empty_leaf: &Digest,
    minimum_height_log2: u32,
    hashes: &mut PoseidonLookups,
) -> (Trace, Vec<Roots>) {
    let mut rows = Vec::new();
    let mut all_roots = Vec::new();
    let empty = empty_subtrees(empty_leaf);
    for tree in contexts {
        all_roots.push(fill_context(tree, &empty, hashes, &mut rows));
    }
    let mut trace = Trace::with_rows(MemoryTreeCols::<Val>::WIDTH, rows.len(), minimum_height_log2);
    for (row, columns) in rows.iter().enumerate() {
        trace.write(row, columns);
    }
    (trace, all_roots)
}

/// Digest of an empty subtree of each height, leaves first.
fn empty_subtrees(empty_leaf: &Digest) -> Vec<Digest> {
    // A scratch count: only digests are wanted here.
    let mut scratch = PoseidonLookups::default();
    let mut levels = Vec::from([*empty_leaf]);
    for level in 0..DEPTH {
        let below = levels[level];
        levels.push(scratch.ask(&below, &below));
    }
    levels
}

/// Level by level from the leaves: each node's children are then known on both sides.
fn fill_context(
    tree: &ContextTree,
    empty: &[Digest],
    hashes: &mut PoseidonLookups,
    rows: &mut Vec<MemoryTreeCols<Val>>,
) -> Roots {
    let mut touched: BTreeMap<u32, [Digest; 2]> = tree.leaves.iter().map(|leaf| (leaf.index, leaf.digests)).collect();
    let mut roots = [Digest::default(); 2];
    for level in 1..=DEPTH as u32 {
        let before = |index: u32| {
            let below = level - 1;
            tree.nodes
                .get(&(below, index))
                .copied()
                .unwrap_or(empty[below as usize])
        };
        // The root row exists even when nothing was touched: opening and closing must meet.
        let mut parents: BTreeSet<u32> = touched.keys().map(|index| index / 2).collect();
        if level == DEPTH as u32 {
            parents.insert(0);
        }
        let mut above = BTreeMap::new();
        for index in parents {
            let child = |side: u32| {
                let child = index * 2 + side;
                touched
                    .get(&child)
                    .map_or(([before(child); 2], false), |digests| (*digests, true))
            };
            let ((left, left_touched), (right, right_touched)) = (child(0), child(1));
            let digest = core::array::from_fn(|side| hashes.ask(&left[side], &right[side]));
            let is_root = level == DEPTH as u32;
            rows.push(MemoryTreeCols {
                is_inner: Val::from_bool(!is_root),
                is_root: Val::from_bool(is_root),
                context: Val::from_u32(tree.context),
                level: Val::from_u32(level),
                index: Val::from_u32(index),
                left_touched: Val::from_bool(left_touched),
                right_touched: Val::from_bool(right_touched),
                left,
                right,
                digest,
            });
            above.insert(index, digest);
            roots = digest;
        }
        touched = above;
    }
    Roots {
        context: tree.context,
        roots,
    }
}
