//! How the table of input leaves is filled.

use p3_field::PrimeCharacteristicRing;

use super::LEAF_CELLS;
use super::columns::InputLeafCols;
use crate::chips::builder::{Columns, Val};
use crate::chips::byte_table::ByteLookups;
use crate::chips::event::limbs;
use crate::chips::gadgets::leaf_hash::leaf_digests;
use crate::chips::gadgets::slots::limbs16;
use crate::chips::poseidon2::PoseidonLookups;
use crate::chips::trace::Trace;

/// A leaf of the input from which cells were looked up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct InputLeafEvent {
    /// Position of the leaf: `cell / 8`.
    pub index: u32,
    /// Its cells.
    pub cells: [u64; LEAF_CELLS],
    /// How often each was looked up.
    pub times: [u32; LEAF_CELLS],
}

/// One row per leaf.
pub fn input_leaf_trace(
    leaves: &[InputLeafEvent],
    minimum_height_log2: u32,
    bytes: &mut ByteLookups,
    hashes: &mut PoseidonLookups,
) -> Trace {
    let mut trace = Trace::with_rows(InputLeafCols::<Val>::WIDTH, leaves.len(), minimum_height_log2);
    for (row, leaf) in leaves.iter().enumerate() {
        for limb in leaf.cells.into_iter().flat_map(limbs16) {
            bytes.ask_range16(limb);
        }
        let cells = leaf.cells.map(limbs);
        let columns = InputLeafCols {
            is_real: Val::ONE,
            index: Val::from_u32(leaf.index),
            cells,
            digests: leaf_digests(&core::array::from_fn(|i| cells[i / 4][i % 4]), hashes),
            times: leaf.times.map(Val::from_u32),
        };
        trace.write(row, &columns);
    }
    trace
}
