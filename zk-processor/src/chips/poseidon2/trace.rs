//! How the Poseidon2 table is filled.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use p3_field::PrimeCharacteristicRing;
use p3_koala_bear::{
    GenericPoseidon2LinearLayersKoalaBear as Layers, KOALABEAR_POSEIDON2_RC_16_EXTERNAL_FINAL as LAST_CONSTANTS,
    KOALABEAR_POSEIDON2_RC_16_EXTERNAL_INITIAL as FIRST_CONSTANTS,
    KOALABEAR_POSEIDON2_RC_16_INTERNAL as PARTIAL_CONSTANTS,
};
use p3_poseidon2::GenericPoseidon2LinearLayers;

use super::columns::Poseidon2Cols;
use super::{DIGEST_WIDTH, HALF_FULL_ROUNDS, PARTIAL_ROUNDS, STATE_WIDTH};
use crate::chips::builder::{Columns, Val};
use crate::chips::trace::Trace;
use crate::program::commitment::Hasher;

/// Compressions that other chips look up, each with its count.
#[derive(Clone, Debug, Default)]
pub struct PoseidonLookups {
    hasher: Hasher,
    times: BTreeMap<[Val; STATE_WIDTH], u32>,
}

impl PoseidonLookups {
    /// One lookup of the compression of `left` and `right`; returns the digest.
    pub fn ask(&mut self, left: &[Val; DIGEST_WIDTH], right: &[Val; DIGEST_WIDTH]) -> [Val; DIGEST_WIDTH] {
        let mut input = [Val::ZERO; STATE_WIDTH];
        for (cell, value) in input.iter_mut().zip(left.iter().chain(right)) {
            *cell = *value;
        }
        *self.times.entry(input).or_insert(0) += 1;
        self.hasher.compress_nodes(left, right)
    }

    /// Distinct compressions asked for: rows of the table.
    pub fn rows(&self) -> usize {
        self.times.len()
    }
}

/// One row for each distinct compression, padded with permutations of zeros that count nothing.
pub fn poseidon2_trace(lookups: &PoseidonLookups, minimum_height_log2: u32) -> Trace {
    let height_log2 = lookups.rows().max(1).next_power_of_two().ilog2();
    let mut tables = poseidon2_tables(lookups, &[height_log2.max(minimum_height_log2)]);
    tables.remove(0)
}

/// The distinct compressions over tables of these heights, one after the other.
pub fn poseidon2_tables(lookups: &PoseidonLookups, heights_log2: &[u32]) -> Vec<Trace> {
    let padding = permutation_row([Val::ZERO; STATE_WIDTH], 0);
    let mut asked = lookups.times.iter();
    let table = |height_log2: &u32| {
        let mut trace = Trace::zero(Poseidon2Cols::<Val>::WIDTH, *height_log2);
        for row in 0..trace.height() {
            match asked.next() {
                Some((input, times)) => trace.write(row, &permutation_row(*input, *times)),
                None => trace.write(row, &padding),
            }
        }
        trace
    };
    heights_log2.iter().map(table).collect()
}

/// The row of one permutation.
pub(in crate::chips) fn permutation_row(input: [Val; STATE_WIDTH], times: u32) -> Poseidon2Cols<Val> {
    let mut state = input;
    Layers::external_linear_layer(&mut state);
    let first_rounds = core::array::from_fn::<_, HALF_FULL_ROUNDS, _>(|round| {
        full_round(&mut state, &FIRST_CONSTANTS[round]);
        state
    });
    let partial_cubes = core::array::from_fn::<_, PARTIAL_ROUNDS, _>(|round| {
        let cube = (state[0] + PARTIAL_CONSTANTS[round]).cube();
        state[0] = cube;
        Layers::internal_linear_layer(&mut state);
        cube
    });
    let last_rounds = core::array::from_fn::<_, { HALF_FULL_ROUNDS - 1 }, _>(|round| {
        full_round(&mut state, &LAST_CONSTANTS[round]);
        state
    });
    full_round(&mut state, &LAST_CONSTANTS[HALF_FULL_ROUNDS - 1]);
    let output = core::array::from_fn(|element| state[element]);
    Poseidon2Cols {
        times: Val::from_u32(times),
        input,
        first_rounds,
        partial_cubes,
        last_rounds,
        output,
    }
}

fn full_round(state: &mut [Val; STATE_WIDTH], constants: &[Val; STATE_WIDTH]) {
    for (element, constant) in state.iter_mut().zip(constants) {
        *element = (*element + *constant).cube();
    }
    Layers::external_linear_layer(state);
}
