//! The memory trees of a run, from segment to segment.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use p3_field::PrimeField32;

use crate::chips::memory_leaf::LeafEvent;
use crate::chips::memory_tree::{ContextTree, DEPTH, TreeLeaf};
use crate::chips::read_tree::SparseTree;
use crate::isa::spaces::LEAF_CELLS;
use crate::program::Image;
use crate::program::commitment::{Digest, Hasher, Node, cell_elements};

/// The memory of every context that is open, as trees.
#[derive(Clone, Debug)]
pub struct Memories {
    hasher: Hasher,
    empty_leaf: Node,
    trees: BTreeMap<u32, SparseTree>,
}

impl Default for Memories {
    fn default() -> Self {
        let hasher = Hasher::new();
        let empty_leaf = hasher.leaf(&cell_elements(&[0; LEAF_CELLS]));
        Self {
            hasher,
            empty_leaf,
            trees: BTreeMap::new(),
        }
    }
}

impl Memories {
    /// Opens a context with the initial values of a program.
    pub fn open(&mut self, context: u32, image: &Image) {
        let leaves = image.leaves();
        let digests = self.hasher.leaves(leaves.iter().map(|leaf| cell_elements(&leaf.cells)));
        let indices = leaves.iter().map(|leaf| leaf.index);
        let tree = SparseTree::new(indices.zip(digests), self.empty_leaf, DEPTH as u32);
        self.trees.insert(context, tree);
    }

    /// Contexts that are open.
    pub fn contexts(&self) -> impl Iterator<Item = u32> + '_ {
        self.trees.keys().copied()
    }

    /// Root of a context; zeros if it is not open.
    #[must_use]
    pub fn root(&self, context: u32) -> Digest {
        self.trees
            .get(&context)
            .map_or([0; 8], |tree| tree.root().map(|element| element.as_canonical_u32()))
    }

    /// Hands out the tree of a context before a segment, with the leaves that the segment touches; [`Self::put`] takes it back.
    pub(super) fn take(&mut self, context: u32, is_kept: bool, leaves: Vec<TreeLeaf>) -> Option<ContextTree> {
        let tree = self.trees.remove(&context)?;
        Some(ContextTree {
            context,
            is_kept,
            tree,
            leaves,
        })
    }

    /// Takes back the tree as it is behind the segment, unless the context was discarded.
    pub(super) fn put(&mut self, tree: ContextTree) {
        if tree.is_kept {
            self.trees.insert(tree.context, tree.tree);
        }
    }
}

/// The leaves of one context with their digests.
pub fn tree_leaves(context: u32, leaves: &[LeafEvent], digests: &[[Node; 2]]) -> Vec<TreeLeaf> {
    let of_context = leaves.iter().zip(digests).filter(|(leaf, _)| leaf.context == context);
    let mut all: Vec<_> = of_context
        .map(|(leaf, digests)| TreeLeaf {
            index: leaf.index(),
            digests: *digests,
        })
        .collect();
    all.sort_by_key(|leaf| leaf.index);
    all
}
