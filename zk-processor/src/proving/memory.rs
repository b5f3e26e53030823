//! The memory trees of a run, from segment to segment.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;

use p3_field::{PrimeCharacteristicRing, PrimeField32};

use crate::chips::builder::Val;
use crate::chips::memory_leaf::LeafEvent;
use crate::chips::memory_tree::{ContextTree, DEPTH, TreeLeaf};
use crate::program::Image;
use crate::program::commitment::{Digest, Hasher};

type Node = [Val; 8];

/// The memory of every context that is open, as trees.
#[derive(Clone, Debug)]
pub struct Memories {
    hasher: Hasher,
    /// Digests of empty subtrees by level.
    empty: Vec<Node>,
    trees: BTreeMap<u32, BTreeMap<(u32, u32), Node>>,
}

impl Default for Memories {
    fn default() -> Self {
        let hasher = Hasher::new();
        let leaf = leaf_digest(&hasher, &[[0; 4]; 8]);
        let mut empty = Vec::from([leaf]);
        for level in 0..DEPTH {
            empty.push(compress(&hasher, &empty[level], &empty[level]));
        }
        Self {
            hasher,
            empty,
            trees: BTreeMap::new(),
        }
    }
}

impl Memories {
    /// Opens a context with the initial values of a program.
    pub fn open(&mut self, context: u32, image: &Image) {
        let leaves = image.leaves().iter().map(|leaf| {
            let cells = leaf
                .cells
                .map(|cell| core::array::from_fn(|limb| (cell >> (16 * limb)) as u32 & 0xffff));
            (leaf.index, leaf_digest(&self.hasher, &cells))
        });
        let leaves: Vec<_> = leaves.collect();
        self.trees.insert(context, BTreeMap::new());
        self.update(context, leaves);
    }

    /// Forgets a context.
    pub fn close(&mut self, context: u32) {
        self.trees.remove(&context);
    }

    /// Contexts that are open.
    pub fn contexts(&self) -> impl Iterator<Item = u32> + '_ {
        self.trees.keys().copied()
    }

    /// Digest of an empty leaf.
    #[must_use]
    pub fn empty_leaf(&self) -> Node {
        self.empty[0]
    }

    /// Root of a context; zeros if it is not open.
    #[must_use]
    pub fn root(&self, context: u32) -> Digest {
        self.trees.get(&context).map_or([0; 8], |nodes| {
            self.node(nodes, DEPTH as u32, 0)
                .map(|element| element.as_canonical_u32())
        })
    }

    /// The tree of a context before a segment, with the leaves that the segment touches.
    #[must_use]
    pub fn context_tree(&self, context: u32, leaves: Vec<TreeLeaf>) -> ContextTree {
        ContextTree {
            context,
            nodes: self.trees.get(&context).cloned().unwrap_or_default(),
            leaves,
        }
    }

    /// Leaves have new digests.
    pub fn update(&mut self, context: u32, leaves: impl IntoIterator<Item = (u32, Node)>) {
        let Some(mut nodes) = self.trees.remove(&context) else {
            return;
        };
        let mut changed = BTreeSet::new();
        for (index, digest) in leaves {
            nodes.insert((0, index), digest);
            changed.insert(index / 2);
        }
        for level in 1..=DEPTH as u32 {
            let mut above = BTreeSet::new();
            for index in changed {
                let child = |side| self.node(&nodes, level - 1, index * 2 + side);
                let digest = compress(&self.hasher, &child(0), &child(1));
                nodes.insert((level, index), digest);
                above.insert(index / 2);
            }
            changed = above;
        }
        self.trees.insert(context, nodes);
    }

    fn node(&self, nodes: &BTreeMap<(u32, u32), Node>, level: u32, index: u32) -> Node {
        nodes
            .get(&(level, index))
            .copied()
            .unwrap_or(self.empty[level as usize])
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

fn compress(hasher: &Hasher, left: &Node, right: &Node) -> Node {
    let number = |node: &Node| node.map(|element| element.as_canonical_u32());
    hasher.compress(&number(left), &number(right)).map(Val::from_u32)
}

fn leaf_digest(hasher: &Hasher, cells: &[[u32; 4]; 8]) -> Node {
    let part = |from: usize| core::array::from_fn(|i| cells[from + i / 4][i % 4]);
    let (left, right) = (hasher.compress(&part(0), &part(2)), hasher.compress(&part(4), &part(6)));
    hasher.compress(&left, &right).map(Val::from_u32)
}
