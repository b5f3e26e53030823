//! Initial memory, globals, tables and passive segments.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use crate::isa::Space;
use crate::isa::spaces::LEAF_CELLS;
use crate::program::image::leaf_index;
use crate::program::{Image, ImageLeaf};

/// Collects the initial values of a context.
#[derive(Debug, Default)]
pub(super) struct ImageBuilder {
    leaves: BTreeMap<u32, [u64; LEAF_CELLS]>,
}

impl ImageBuilder {
    /// Sets a cell.
    pub(super) fn set(&mut self, space: Space, cell: u32, value: u64) {
        if value == 0 && !self.leaves.contains_key(&leaf_index(space, cell)) {
            return;
        }
        let leaf = self.leaves.entry(leaf_index(space, cell)).or_default();
        if let Some(slot) = leaf.get_mut(cell as usize % LEAF_CELLS) {
            *slot = value;
        }
    }

    /// Writes bytes, 8 to a cell, from byte `first` of the cells from `base` on.
    pub(super) fn write(&mut self, space: Space, base: u32, first: u32, bytes: &[u8]) {
        let mut position = u64::from(base) * 8 + u64::from(first);
        let mut rest = bytes;
        while !rest.is_empty() {
            let cell = (position / 8) as u32;
            let offset = (position % 8) as usize;
            let (part, tail) = rest.split_at(rest.len().min(8 - offset));
            let leaf = self.leaves.entry(leaf_index(space, cell)).or_default();
            if let Some(value) = leaf.get_mut(cell as usize % LEAF_CELLS) {
                let mut cell_bytes = value.to_le_bytes();
                if let Some(target) = cell_bytes.get_mut(offset..offset + part.len()) {
                    target.copy_from_slice(part);
                }
                *value = u64::from_le_bytes(cell_bytes);
            }
            position += part.len() as u64;
            rest = tail;
        }
    }

    /// The image.
    pub(super) fn finish(self) -> Image {
        let leaves: Vec<ImageLeaf> = self
            .leaves
            .into_iter()
            .map(|(index, cells)| ImageLeaf { index, cells })
            .collect();
        // A map yields ascending indices.
        Image::from_leaves(leaves).unwrap_or_default()
    }
}
