//! How the table of tree nodes is filled.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;

use p3_field::PrimeCharacteristicRing;

use super::DEPTH;
use super::columns::MemoryTreeCols;
use crate::chips::builder::{Columns, Val};
use crate::chips::poseidon2::{DIGEST_WIDTH, PoseidonLookups};
use crate::chips::read_tree::SparseTree;
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

/// The memory of one context, and what a segment did to it. It lasts: when the table is filled, the tree becomes that after the segment.
#[derive(Clone, Debug)]
pub struct ContextTree {
    /// The context.
    pub context: u32,
    /// Whether the context outlives the segment.
    pub is_kept: bool,
    /// Its nodes before the segment; made with [`DEPTH`].
    pub tree: SparseTree,
    /// Leaves that the segment touched. Taken when the table is filled.
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

/// One row per inner node above a touched leaf, for every context; returns the roots in the same order. The trees become those after the segment.
pub fn memory_tree_trace(
    contexts: &mut [ContextTree],
    minimum_height_log2: u32,
    hashes: &mut PoseidonLookups,
) -> (Trace, Vec<Roots>) {
    let mut rows = Vec::new();
    let mut all_roots = Vec::new();
    for tree in contexts {
        all_roots.push(fill_context(tree, hashes, &mut rows));
    }
    let mut trace = Trace::with_rows(MemoryTreeCols::<Val>::WIDTH, rows.len(), minimum_height_log2);
    for (row, columns) in rows.iter().enumerate() {
        trace.write(row, columns);
    }
    (trace, all_roots)
}

/// Level by level from the leaves: each node's children are then known on both sides.
fn fill_context(context: &mut ContextTree, hashes: &mut PoseidonLookups, rows: &mut Vec<MemoryTreeCols<Val>>) -> Roots {
    let leaves = core::mem::take(&mut context.leaves);
    let mut touched: BTreeMap<u32, [Digest; 2]> = leaves.iter().map(|leaf| (leaf.index, leaf.digests)).collect();
    let mut roots = [Digest::default(); 2];
    for level in 1..=DEPTH as u32 {
        let is_root = level == DEPTH as u32;
        // The root row exists even when nothing was touched: opening and closing must meet.
        let mut parents: BTreeSet<u32> = touched.keys().map(|index| index / 2).collect();
        if is_root {
            parents.insert(0);
        }
        let mut above = BTreeMap::new();
        for index in parents {
            let child = |side: u32| {
                let child = index * 2 + side;
                let untouched = || ([context.tree.node(level - 1, child); 2], false);
                touched.get(&child).map_or_else(untouched, |digests| (*digests, true))
            };
            let ((left, left_touched), (right, right_touched)) = (child(0), child(1));
            let old = hashes.ask(&left[0], &right[0]);
            let new = if context.is_kept {
                hashes.ask(&left[1], &right[1])
            } else {
                Digest::default()
            };
            let digest = [old, new];
            rows.push(MemoryTreeCols {
                is_inner: Val::from_bool(!is_root),
                is_root: Val::from_bool(is_root),
                is_kept: Val::from_bool(context.is_kept),
                context: Val::from_u32(context.context),
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
        for (index, [_, new]) in touched {
            context.tree.set_node(level - 1, index, new);
        }
        touched = above;
    }
    let [_, new] = roots;
    context.tree.set_node(DEPTH as u32, 0, new);
    Roots {
        context: context.context,
        roots,
    }
}
