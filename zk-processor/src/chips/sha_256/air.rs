//! Why a row of SHA-256 cannot lie.

use p3_field::PrimeCharacteristicRing;

use super::columns::Sha256Cols;
use super::rounds::{
    Window, round_sums_are_right, rounds_are_right, schedule_is_right, state_before, state_of, states_are_right,
};
use super::{BLOCK_CELLS, ROUNDS};
use crate::chips::builder::{Chip, ChipBuilder, Columns, Val};
use crate::chips::buses::{Message, Tag};
use crate::chips::gadgets::access::{AccessCols, Place, high_bytes_of};
use crate::executor::time;
use crate::isa::Space;
use crate::isa::spaces::INPUT_BASE;

/// The chip.
#[derive(Clone, Copy, Debug)]
pub struct Sha256;

impl Chip for Sha256 {
    fn name(&self) -> &'static str {
        "sha_256"
    }

    fn width(&self) -> usize {
        Sha256Cols::<Val>::WIDTH
    }

    fn max_degree(&self) -> usize {
        3
    }

    fn uses_next_row(&self) -> bool {
        true
    }

    fn eval<B: ChipBuilder>(&self, builder: &mut B) {
        let row: Sha256Cols<B::Var> = builder.current();
        let next: Sha256Cols<B::Var> = builder.next();
        cells_are_small(builder, &row);
        rows_are_in_order(builder, &row, &next);
        step_keeps_its_place(builder, &row, &next);

        let words = Window::of(&row, &next);
        round_sums_are_right(builder, &words, &next);
        rounds_are_right(builder, &words, &next);
        schedule_is_right(builder, &words, &row, &next);
        states_are_right(builder, &row, &next);

        states_are_handed_on(builder, &row);
        block_is_read(builder, &row);
    }
}

/// Bits are bits, and carries are small numbers: sums of limbs stay far below p, so a carry is what the integers say.
fn cells_are_small<B: ChipBuilder>(builder: &mut B, row: &Sha256Cols<B::Var>) {
    for bit in row.a.iter().chain(&row.e).flatten() {
        builder.claim_boolean("words are bits", *bit);
    }
    // On a state row the first sixteen cells of w are limbs.
    let no_state = B::Expr::ONE - row.is_state.into();
    for (place, bit) in row.w.into_iter().flatten().enumerate() {
        let bit: B::Expr = bit.into();
        let zero = bit.clone() * bit.clone() - bit;
        builder.claim(
            "words are bits",
            if place < 16 { no_state.clone() * zero } else { zero },
        );
    }
    for bit in row.a_carry.iter().chain(&row.w_carry).flatten() {
        builder.claim_boolean("a carry is small", *bit);
    }
    for (threes, rest) in row
        .e_carry_threes
        .iter()
        .flatten()
        .zip(row.e_carry_rest.iter().flatten())
    {
        builder.claim_boolean("a carry is small", *threes);
        let rest: B::Expr = (*rest).into();
        let others = (rest.clone() - B::Expr::ONE) * (rest.clone() - B::Expr::TWO);
        builder.claim("a carry is small", rest * others);
    }
}

/// State, sixteen rows of rounds, state: by induction from a first row that is neither round nor end of a block, at most one group and one quarter are 1.
fn rows_are_in_order<B: ChipBuilder>(builder: &mut B, row: &Sha256Cols<B::Var>, next: &Sha256Cols<B::Var>) {
    for bit in row
        .group
        .into_iter()
        .chain(row.quarter)
        .chain([row.is_state, row.is_joined, row.starts])
    {
        builder.claim_boolean("selectors are bits", bit);
    }
    let sum = |bits: [B::Var; 4]| bits.into_iter().fold(B::Expr::ZERO, |sum, bit| sum + bit.into());
    let (is_round, no_state) = (sum(row.group), B::Expr::ONE - row.is_state.into());
    builder.claim_boolean(
        "a row is a state or four rounds",
        is_round.clone() + row.is_state.into(),
    );
    builder.claim_equal("a row is a state or four rounds", is_round.clone(), sum(row.quarter));
    builder.claim(
        "only a state begins or ends a block",
        no_state.clone() * row.is_joined.into(),
    );
    builder.claim("only a state begins or ends a block", no_state * row.starts.into());

    let (first, transition) = (builder.is_first_row(), builder.is_transition());
    let last = B::Expr::ONE - transition.clone();
    builder.claim(
        "the table begins outside of a step",
        first * (is_round.clone() + row.is_joined.into()),
    );
    builder.claim(
        "the table ends outside of a step",
        last * (is_round + row.starts.into()),
    );

    let [.., turns] = row.quarter;
    let [.., last_group] = row.group;
    let ends = last_group * turns.into();
    builder.claim(
        "a block ends with a state",
        transition.clone() * (next.is_joined.into() - ends.clone()),
    );
    let starts: B::Expr = row.starts.into();
    let mut before = starts.clone() + turns.into() - ends;
    for (quarter, after) in row.quarter.into_iter().zip(next.quarter) {
        builder.claim("rounds follow each other", transition.clone() * (after.into() - before));
        before = quarter.into();
    }
    let mut before = starts;
    for (group, after) in row.group.into_iter().zip(next.group) {
        let group: B::Expr = group.into();
        let moves = group.clone() * turns.into();
        builder.claim(
            "rounds follow each other",
            transition.clone() * (after.into() - (group - moves.clone()) - before),
        );
        before = moves;
    }
}

/// Within a step, time and place stay and the cell counts up.
fn step_keeps_its_place<B: ChipBuilder>(builder: &mut B, row: &Sha256Cols<B::Var>, next: &Sha256Cols<B::Var>) {
    let goes_on = row
        .group
        .into_iter()
        .fold(row.starts.into(), |sum: B::Expr, bit| sum + bit.into());
    let goes_on = builder.is_transition() * goes_on;
    builder.claim("a step keeps its time", goes_on.clone() * (next.time - row.time));
    builder.claim(
        "a step keeps its place",
        goes_on.clone() * (next.is_window - row.is_window),
    );
    let [is_block, ..] = row.group;
    let read = is_block.into().double();
    builder.claim(
        "a row of block words reads two cells",
        goes_on * (next.cell - row.cell - read),
    );
}

/// A state row takes the state before the last block (or the step's) and hands on its own.
fn states_are_handed_on<B: ChipBuilder>(builder: &mut B, row: &Sha256Cols<B::Var>) {
    let message = |cell: B::Expr, phase: B::Expr, state: [B::Expr; 16]| {
        let key = [row.time.into(), cell, row.is_window.into(), phase];
        Message::new(Tag::HashState, key.into_iter().chain(state))
    };
    let (cell, joined): (B::Expr, B::Expr) = (row.cell.into(), row.is_joined.into());
    let first_cell = cell.clone() - joined.clone() * B::Expr::from_u32(BLOCK_CELLS);
    builder.receive(
        message(first_cell, joined, state_before(row).map(Into::into)),
        row.is_state,
    );
    builder.send(message(cell, B::Expr::ONE, state_of(row)), row.is_state);
}

/// The words of the first four rows are two cells of the block each, in the window or in memory.
fn block_is_read<B: ChipBuilder>(builder: &mut B, row: &Sha256Cols<B::Var>) {
    let [is_block, ..] = row.group;
    let in_window = is_block * row.is_window.into();
    let in_memory = is_block.into() - in_window.clone();
    builder.claim_boolean("window or memory", row.is_window);
    for (index, read) in (0..).zip(row.reads) {
        let words = [row.w[2 * index], row.w[2 * index + 1]];
        let value = cell_of::<B>(&words);
        let cell: B::Expr = row.cell.into() + B::Expr::from_usize(index);
        let input_cell = cell.clone() - B::Expr::from_u32(INPUT_BASE >> 3);
        let input = Message::new(Tag::Input, core::iter::once(input_cell).chain(value.clone()));
        builder.send(input, in_window.clone());
        let place = Place {
            space: Space::Memory,
            context: B::Expr::ZERO,
            cell,
            time: row.time.into() + B::Expr::from_u32(time::READ as u32),
        };
        AccessCols::from_cells(read).read(builder, &place, value, &in_memory);
    }
    let [first, second] = row.reads.map(|cells| AccessCols::from_cells(cells).difference_high);
    high_bytes_of(builder, first, second, &in_memory);
}

/// The limbs of a cell that holds two big-endian words: the bytes of a word are its limbs' bytes the other way round.
fn cell_of<B: ChipBuilder>(words: &[[B::Var; 32]; ROUNDS / 2]) -> [B::Expr; 4] {
    let byte = |word: &[B::Var; 32], from: usize| {
        (from..from + 8)
            .rev()
            .fold(B::Expr::ZERO, |sum, bit| sum.double() + word[bit].into())
    };
    let limb = |word: &[B::Var; 32], from: usize| byte(word, from + 8) + byte(word, from) * B::Expr::from_u32(1 << 8);
    let [first, second] = words;
    [limb(first, 16), limb(first, 0), limb(second, 16), limb(second, 0)]
}
