//! Forged rounds: the honest ones are with their heads in `hash_step`.

use p3_field::PrimeCharacteristicRing;

use super::columns::Sha256Cols;
use super::{BLOCK_ROWS, ROUND_CONSTANTS};
use crate::chips::builder::Val;
use crate::chips::buses::Tag;
use crate::chips::hash_step::tests::{ROUNDS, corpus, operation};

/// The first row of rounds whose group and quarter are these, in memory unless `in_window`.
fn row_of(
    operation: &crate::chips::operation_testing::Operation,
    group: usize,
    quarter: usize,
    in_window: bool,
) -> usize {
    operation.row_where(ROUNDS, |cell| {
        let is_row = cell("group", group) == Val::ONE && cell("quarter", quarter) == Val::ONE;
        is_row && cell("is_window", 0) == Val::from_bool(in_window)
    })
}

#[test]
fn round_constants_are_cube_roots_of_primes() {
    let primes = (2_u32..).filter(|n| (2..*n).all(|divisor| n % divisor != 0));
    for (constant, prime) in ROUND_CONSTANTS.into_iter().zip(primes) {
        // The largest r with r^3 <= prime · 2^96, of which the low 32 bits are meant.
        let is_below = |root: u128| root.pow(3) <= u128::from(prime) << 96;
        let root = (0..36).rev().fold(0_u128, |root, bit| {
            if is_below(root | 1 << bit) {
                root | 1 << bit
            } else {
                root
            }
        });
        assert_eq!(constant, root as u32, "{prime}");
    }
}

#[test]
fn forged_words_break_a_claim_by_name() {
    let operation = operation(&corpus());
    let row = row_of(&operation, 1, 2, false);
    let forge = || operation.forge(ROUNDS, row);
    let flip = |name: &str, bit: usize| {
        let forged = forge();
        let value = if forged.cell(name, bit) == Val::ONE { 0 } else { 1 };
        forged.set(name, bit, value)
    };
    flip("a", 40).breaks("a is the sum");
    flip("a", 40).breaks("sigma and majority");
    flip("e", 99).breaks("e is the sum");
    flip("e", 99).breaks("sigma and choice");
    flip("w", 5).breaks("the schedule goes on");
    forge().set("a", 3, 2).breaks("words are bits");
    forge().set("e", 3, 2).breaks("words are bits");
    forge().set("w", 3, 2).breaks("words are bits");
    forge().set("w", 33, 2).breaks("words are bits");
    forge().add("upper_sum", 1, 1).breaks("sigma and majority");
    forge().add("lower_sum", 1, 1).breaks("sigma and choice");
    forge().add("first_sum", 1, 1).breaks("the schedule's first sum");
    forge().add("second_sum", 1, 1).breaks("the schedule's second sum");
    forge().add("third_sum", 1, 1).breaks("the schedule's third sum");
}

#[test]
fn carries_are_small() {
    let operation = operation(&corpus());
    let row = row_of(&operation, 2, 0, false);
    // e less by 2^16 · 7, which a larger carry would allow.
    for name in ["e_carry_threes", "e_carry_rest", "a_carry", "w_carry"] {
        operation.forge(ROUNDS, row).set(name, 1, 3).breaks("a carry is small");
    }
}

#[test]
fn a_state_is_the_sum_of_the_last_one_and_the_rounds() {
    let operation = operation(&corpus());
    let joined = operation.row_where(ROUNDS, |cell| cell("is_joined", 0) == Val::ONE);
    let forged = operation.forge(ROUNDS, joined);
    let bit = if forged.cell("a", 7) == Val::ONE { 0 } else { 1 };
    forged.set("a", 7, bit).breaks("a state is the sum");
    operation
        .forge(ROUNDS, joined)
        .add("w", 3, 1)
        .breaks("a state is the sum");
    operation
        .forge(ROUNDS, 1)
        .add("w", 3, 1)
        .breaks("a step begins with the state it was given");
    // Without the rounds before it, a state that ends a block has no place.
    let fresh = operation.forge(ROUNDS, joined).set("is_joined", 0, 0);
    fresh.breaks("a block ends with a state");
}

#[test]
fn rows_cannot_leave_their_order() {
    let operation = operation(&corpus());
    let row = row_of(&operation, 1, 2, false);
    let forge = |row| operation.forge(ROUNDS, row);
    forge(row)
        .set("group", 1, 0)
        .set("group", 2, 1)
        .breaks("rounds follow each other");
    forge(row)
        .set("quarter", 2, 0)
        .set("quarter", 1, 1)
        .breaks("rounds follow each other");
    forge(row)
        .set("quarter", 2, 0)
        .breaks("a row is a state or four rounds");
    forge(row)
        .set("is_state", 0, 1)
        .breaks("a row is a state or four rounds");
    forge(row).set("group", 0, 2).breaks("selectors are bits");
    forge(row)
        .set("starts", 0, 1)
        .breaks("only a state begins or ends a block");
    forge(row)
        .set("is_joined", 0, 1)
        .breaks("only a state begins or ends a block");
    // A block that does not start, and one that does after the last.
    forge(1).set("starts", 0, 0).breaks("rounds follow each other");
    forge(1 + 2 * BLOCK_ROWS)
        .set("starts", 0, 1)
        .breaks("rounds follow each other");
    forge(0)
        .set("is_state", 0, 0)
        .set("group", 0, 1)
        .breaks("the table begins outside of a step");
    forge(127)
        .set("is_state", 0, 1)
        .set("starts", 0, 1)
        .breaks("the table ends outside of a step");
    forge(row).add("time", 0, 8).breaks("a step keeps its time");
    forge(row).set("is_window", 0, 1).breaks("a step keeps its place");
    forge(row)
        .add("cell", 0, 1)
        .breaks("a row of block words reads two cells");
}

#[test]
fn the_block_is_what_memory_or_the_input_holds() {
    let operation = operation(&corpus());
    operation
        .forge(ROUNDS, row_of(&operation, 0, 1, false))
        .set("is_window", 0, 2)
        .breaks("window or memory");
    // One step, alone in the window: everywhere else the rows agree that it is.
    let forged = operation.forge(ROUNDS, 0);
    let forged = (1..=1 + 2 * BLOCK_ROWS).fold(forged, |forged, row| forged.row(row).set("is_window", 0, 1));
    forged.stays_unanswered(Tag::Input);
}

#[test]
fn padding_cannot_speak() {
    let operation = operation(&corpus());
    let padding = 120;
    operation
        .forge(ROUNDS, padding)
        .set("is_state", 0, 1)
        .stays_unanswered(Tag::HashState);
    operation
        .forge(ROUNDS, padding)
        .set("group", 0, 1)
        .breaks("a row is a state or four rounds");
    let spoken = operation.forge(ROUNDS, padding).set("group", 0, 1).set("quarter", 0, 1);
    spoken.breaks("rounds follow each other");
}

#[test]
fn every_column_of_every_row_kind_is_bound() {
    let operation = operation(&corpus());
    let bound = |row, free: &[&str]| operation.assert_columns_bound::<Sha256Cols<Val>>(ROUNDS, row, free);
    bound(row_of(&operation, 0, 1, false), &[]);
    bound(row_of(&operation, 0, 1, true), &["reads"]);
    // Behind the block's words nothing is read.
    bound(row_of(&operation, 2, 3, false), &["reads"]);
    // A state row has no carries of e.
    bound(
        operation.row_where(ROUNDS, |cell| cell("is_joined", 0) == Val::ONE),
        &["e_carry_threes", "e_carry_rest", "reads"],
    );
}
