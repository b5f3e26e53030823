//! Why a row of the Poseidon2 chip cannot lie: every element of the state is bound to the state before it, from the input on, so the input decides the
//! whole row.

use p3_field::PrimeCharacteristicRing;
use p3_koala_bear::{
    GenericPoseidon2LinearLayersKoalaBear as Layers, KOALABEAR_POSEIDON2_RC_16_EXTERNAL_FINAL as LAST_CONSTANTS,
    KOALABEAR_POSEIDON2_RC_16_EXTERNAL_INITIAL as FIRST_CONSTANTS,
    KOALABEAR_POSEIDON2_RC_16_INTERNAL as PARTIAL_CONSTANTS,
};
use p3_poseidon2::GenericPoseidon2LinearLayers;

use super::columns::Poseidon2Cols;
use super::{DIGEST_WIDTH, HALF_FULL_ROUNDS, PARTIAL_ROUNDS, STATE_WIDTH};
use crate::chips::builder::{Chip, ChipBuilder, Columns, Val};
use crate::chips::buses::Message;

/// The chip.
#[derive(Clone, Copy, Debug)]
pub struct Poseidon2;

impl Chip for Poseidon2 {
    fn name(&self) -> &'static str {
        "poseidon2"
    }

    fn width(&self) -> usize {
        Poseidon2Cols::<Val>::WIDTH
    }

    fn max_degree(&self) -> usize {
        3
    }

    fn uses_next_row(&self) -> bool {
        false
    }

    fn eval<B: ChipBuilder>(&self, builder: &mut B) {
        eval(builder);
    }
}

/// Claims and messages of the Poseidon2 chip.
fn eval<B: ChipBuilder>(builder: &mut B) {
    let row: Poseidon2Cols<B::Var> = builder.current();
    let rounds = Rounds {
        first: row.first_rounds,
        partial_cubes: row.partial_cubes,
        last: row.last_rounds,
    };
    let state = permuted(builder, row.input.map(Into::into), &rounds);
    for (computed, output) in state.into_iter().zip(row.output) {
        builder.claim_equal("the output is the first half of the last round", computed, output);
    }

    let half = |from: usize| core::array::from_fn(|element| row.input[from + element].into());
    builder.provide(
        Message::poseidon(half(0), half(DIGEST_WIDTH), row.output.map(Into::into)),
        row.times,
    );
}

/// The state between the rounds of one permutation.
pub(in crate::chips) struct Rounds<T> {
    pub(in crate::chips) first: [[T; STATE_WIDTH]; HALF_FULL_ROUNDS],
    pub(in crate::chips) partial_cubes: [T; PARTIAL_ROUNDS],
    pub(in crate::chips) last: [[T; STATE_WIDTH]; HALF_FULL_ROUNDS - 1],
}

/// The permutation of `state`, of degree 3 in the last cells; the cells between the rounds are bound to it. `state` is affine in the cells.
pub(in crate::chips) fn permuted<B: ChipBuilder>(
    builder: &mut B,
    mut state: [B::Expr; STATE_WIDTH],
    rounds: &Rounds<B::Var>,
) -> [B::Expr; STATE_WIDTH] {
    Layers::external_linear_layer(&mut state);
    for (constants, after) in FIRST_CONSTANTS.iter().zip(&rounds.first) {
        full_round(&mut state, constants);
        state_is(builder, &mut state, after);
    }
    for (constant, cube) in PARTIAL_CONSTANTS.iter().zip(&rounds.partial_cubes) {
        let element = state[0].clone() + B::Expr::from(*constant);
        builder.claim_equal("a partial round was computed", element.cube(), *cube);
        state[0] = (*cube).into();
        Layers::internal_linear_layer(&mut state);
    }
    for (constants, after) in LAST_CONSTANTS.iter().zip(&rounds.last) {
        full_round(&mut state, constants);
        state_is(builder, &mut state, after);
    }
    if let Some(constants) = LAST_CONSTANTS.last() {
        full_round(&mut state, constants);
    }
    state
}

/// One full round: constants, cubes, linear layer. Degree 3 in the cells that `state` is made of.
fn full_round<R: PrimeCharacteristicRing + From<Val>>(state: &mut [R; STATE_WIDTH], constants: &[Val; STATE_WIDTH]) {
    for (element, constant) in state.iter_mut().zip(constants) {
        *element = (element.clone() + R::from(*constant)).cube();
    }
    Layers::external_linear_layer(state);
}

/// Binds the cells of `after` to the computed state and goes on from the cells, so that degrees do not grow.
fn state_is<B: ChipBuilder>(builder: &mut B, state: &mut [B::Expr; STATE_WIDTH], after: &[B::Var; STATE_WIDTH]) {
    for (element, cell) in state.iter_mut().zip(after) {
        builder.claim_equal("a full round was computed", element.clone(), *cell);
        *element = (*cell).into();
    }
}
