//! Initial values of a context: the leaves of its tree that are not zero.

use alloc::vec::Vec;

use crate::isa::Space;
use crate::isa::spaces::{LEAF_CELLS, SPACE_LEAVES_LOG2};

/// A leaf of the context tree: 8 cells, 64 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ImageLeaf {
    /// Position in the tree: space · 2^26 + leaf within the space.
    pub index: u32,
    /// The cells.
    pub cells: [u64; LEAF_CELLS],
}

/// The initial values, as leaves by ascending index; no leaf is all zero.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Image {
    leaves: Vec<ImageLeaf>,
}

/// Position of the leaf that holds a cell.
#[must_use]
pub const fn leaf_index(space: Space, cell: u32) -> u32 {
    ((space as u32) << SPACE_LEAVES_LOG2) | (cell / LEAF_CELLS as u32)
}

impl Image {
    /// The leaves, by ascending index.
    #[must_use]
    pub fn leaves(&self) -> &[ImageLeaf] {
        &self.leaves
    }

    /// The image with these leaves; zero leaves are left out.
    ///
    /// Returns `None` if the indices do not ascend.
    #[must_use]
    pub fn from_leaves(mut leaves: Vec<ImageLeaf>) -> Option<Self> {
        let ascending = leaves
            .windows(2)
            .all(|pair| matches!(pair, [first, second] if first.index < second.index));
        leaves.retain(|leaf| leaf.cells != [0; LEAF_CELLS]);
        ascending.then_some(Self { leaves })
    }

    /// Initial value of a cell.
    #[must_use]
    pub fn cell(&self, space: Space, cell: u32) -> u64 {
        let index = leaf_index(space, cell);
        match self.leaves.binary_search_by_key(&index, |leaf| leaf.index) {
            Ok(position) => self.leaves[position].cells[cell as usize % LEAF_CELLS],
            Err(_) => 0,
        }
    }

    /// The non-zero cells of a space: (cell index, value).
    pub fn cells(&self, space: Space) -> impl Iterator<Item = (u32, u64)> + '_ {
        let first = (space as u32) << SPACE_LEAVES_LOG2;
        let from = self.leaves.partition_point(|leaf| leaf.index < first);
        let to = self
            .leaves
            .partition_point(|leaf| leaf.index < first + (1 << SPACE_LEAVES_LOG2));
        self.leaves[from..to].iter().flat_map(move |leaf| {
            let base = (leaf.index - first) * LEAF_CELLS as u32;
            (base..).zip(leaf.cells).filter(|(_, value)| *value != 0)
        })
    }
}
