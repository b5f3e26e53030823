//! How the table of code leaves is filled.

use alloc::vec::Vec;

use p3_field::PrimeCharacteristicRing;

use super::columns::CodeLeafCols;
use crate::chips::builder::{Columns, Val};
use crate::chips::byte_table::ByteLookups;
use crate::chips::gadgets::leaf_hash::leaf_digests;
use crate::chips::poseidon2::PoseidonLookups;
use crate::chips::trace::Trace;
use crate::isa::Instruction;
use crate::program::commitment::ROWS_PER_LEAF;

/// A leaf of a code tree from which rows were fetched.
#[derive(Clone, Copy, Debug)]
pub struct CodeLeafEvent {
    /// The program.
    pub handle: u32,
    /// Position of the leaf: `pc / 4`.
    pub index: u32,
    /// Its rows; beyond the end of the code, `None`.
    pub rows: [Option<Instruction>; ROWS_PER_LEAF],
    /// How often each was fetched.
    pub times: [u32; ROWS_PER_LEAF],
}

/// One row per leaf; returns the leaves' digests in the same order.
pub fn code_leaf_trace(
    leaves: &[CodeLeafEvent],
    minimum_height_log2: u32,
    bytes: &mut ByteLookups,
    hashes: &mut PoseidonLookups,
) -> (Trace, Vec<[Val; 8]>) {
    let mut trace = Trace::with_rows(CodeLeafCols::<Val>::WIDTH, leaves.len(), minimum_height_log2);
    let mut digests = Vec::with_capacity(leaves.len());
    for (row, leaf) in leaves.iter().enumerate() {
        let rows = leaf
            .rows
            .map(|row| row.map_or([0; 8], |row| row.to_elements()).map(Val::from_u32));
        let [first, second, third, fourth] = leaf.rows.map(|row| row.map_or(0, |row| row.gas));
        bytes.ask_pair(first, second);
        bytes.ask_pair(third, fourth);
        let leaf_digests = leaf_digests(&core::array::from_fn(|i| rows[i / 8][i % 8]), hashes);
        digests.push(leaf_digests[2]);
        let columns = CodeLeafCols {
            is_real: Val::ONE,
            handle: Val::from_u32(leaf.handle),
            index: Val::from_u32(leaf.index),
            rows,
            digests: leaf_digests,
            times: leaf.times.map(Val::from_u32),
        };
        trace.write(row, &columns);
    }
    (trace, digests)
}
