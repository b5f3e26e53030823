//! How the table of leaves is filled.

use p3_field::PrimeCharacteristicRing;

use super::columns::MemoryLeafCols;
use super::{CELL_LIMBS, LEAF_CELLS};
use crate::chips::builder::{Columns, Val};
use crate::chips::byte_table::ByteLookups;
use crate::chips::gadgets::leaf_hash::{LEAF_ELEMENTS, leaf_digests};
use crate::chips::poseidon2::PoseidonLookups;
use crate::chips::trace::Trace;
use crate::isa::Space;
use crate::isa::spaces::SPACE_LEAVES_LOG2;

/// A leaf that was touched in a segment. Limbs are field elements: link and control cells hold more than 16 bits (rule 8).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LeafEvent {
    /// The context.
    pub context: u32,
    /// Whether the context outlives the segment; if not, its values are not hashed again.
    pub is_kept: bool,
    /// The space.
    pub space: Space,
    /// Number of the leaf within its space, below 2^26.
    pub leaf: u32,
    /// Limbs of the cells before.
    pub old: [[u32; CELL_LIMBS]; LEAF_CELLS],
    /// Limbs of the cells after.
    pub new: [[u32; CELL_LIMBS]; LEAF_CELLS],
    /// Time of the last access to each cell, 0 if there was none.
    pub last_time: [u32; LEAF_CELLS],
}

impl LeafEvent {
    /// Position in the context's tree.
    pub const fn index(&self) -> u32 {
        (self.space as u32) << SPACE_LEAVES_LOG2 | self.leaf
    }
}

/// One row per leaf, and for each leaf its digests before and after, as the tree needs them; the latter is zero if the context is discarded.
pub fn memory_leaf_trace(
    leaves: &[LeafEvent],
    minimum_height_log2: u32,
    bytes: &mut ByteLookups,
    hashes: &mut PoseidonLookups,
) -> (Trace, alloc::vec::Vec<[[Val; 8]; 2]>) {
    let mut trace = Trace::with_rows(MemoryLeafCols::<Val>::WIDTH, leaves.len(), minimum_height_log2);
    let mut digests = alloc::vec::Vec::with_capacity(leaves.len());
    for (row, leaf) in leaves.iter().enumerate() {
        let columns = fill_row(leaf, bytes, hashes);
        digests.push([columns.old_digests[2], columns.new_digests[2]]);
        trace.write(row, &columns);
    }
    (trace, digests)
}

fn fill_row(leaf: &LeafEvent, bytes: &mut ByteLookups, hashes: &mut PoseidonLookups) -> MemoryLeafCols<Val> {
    let high = (leaf.leaf >> 16) as u16;
    bytes.ask_range16(leaf.leaf as u16);
    bytes.ask_range16(high << (32 - SPACE_LEAVES_LOG2));
    bytes.ask_range16(high);
    let old = leaf.old.map(|cell| cell.map(Val::from_u32));
    let new = leaf.new.map(|cell| cell.map(Val::from_u32));
    let new_digests = if leaf.is_kept {
        leaf_digests(&flat(&new), hashes)
    } else {
        Default::default()
    };
    MemoryLeafCols {
        is_real: Val::ONE,
        is_kept: Val::from_bool(leaf.is_kept),
        context: Val::from_u32(leaf.context),
        space_bits: core::array::from_fn(|bit| Val::from_u32(leaf.space as u32 >> bit & 1)),
        leaf_low: Val::from_u16(leaf.leaf as u16),
        leaf_high: Val::from_u16(high),
        old,
        new,
        last_time: leaf.last_time.map(Val::from_u32),
        old_digests: leaf_digests(&flat(&old), hashes),
        new_digests,
    }
}

fn flat(cells: &[[Val; CELL_LIMBS]; LEAF_CELLS]) -> [Val; LEAF_ELEMENTS] {
    core::array::from_fn(|i| cells[i / CELL_LIMBS][i % CELL_LIMBS])
}
