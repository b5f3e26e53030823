//! How the table of entry leaves is filled.

use alloc::vec::Vec;

use p3_field::PrimeCharacteristicRing;

use super::columns::EntryLeafCols;
use crate::chips::builder::{Columns, Val};
use crate::chips::gadgets::leaf_hash::leaf_digests;
use crate::chips::poseidon2::PoseidonLookups;
use crate::chips::trace::Trace;
use crate::program::Entry;
use crate::program::commitment::ENTRIES_PER_LEAF;

/// A leaf of an entry map in which functions were looked up.
#[derive(Clone, Copy, Debug)]
pub struct EntryLeafEvent {
    /// The program.
    pub handle: u32,
    /// Position of the leaf: `function / 16`.
    pub index: u32,
    /// Its entries; zero beyond the last function.
    pub entries: [Entry; ENTRIES_PER_LEAF],
    /// How often each was looked up.
    pub times: [u32; ENTRIES_PER_LEAF],
}

/// One row per leaf; returns the leaves' digests in the same order.
pub fn entry_leaf_trace(
    leaves: &[EntryLeafEvent],
    minimum_height_log2: u32,
    hashes: &mut PoseidonLookups,
) -> (Trace, Vec<[Val; 8]>) {
    let mut trace = Trace::with_rows(EntryLeafCols::<Val>::WIDTH, leaves.len(), minimum_height_log2);
    let mut digests = Vec::with_capacity(leaves.len());
    for (row, leaf) in leaves.iter().enumerate() {
        let entries = leaf
            .entries
            .map(|entry| [entry.pc, entry.type_index].map(Val::from_u32));
        let leaf_digests = leaf_digests(&core::array::from_fn(|i| entries[i / 2][i % 2]), hashes);
        digests.push(leaf_digests[2]);
        let columns = EntryLeafCols {
            is_real: Val::ONE,
            handle: Val::from_u32(leaf.handle),
            index: Val::from_u32(leaf.index),
            entries,
            digests: leaf_digests,
            times: leaf.times.map(Val::from_u32),
        };
        trace.write(row, &columns);
    }
    (trace, digests)
}
