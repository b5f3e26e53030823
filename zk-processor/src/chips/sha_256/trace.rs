//! How the table of SHA-256 is filled.

use alloc::vec::Vec;

use p3_field::PrimeCharacteristicRing;

use super::columns::Sha256Cols;
use super::rounds::{limbs_of, sigma};
use super::{BLOCK_CELLS, BLOCK_ROWS, ROUND_CONSTANTS, ROUNDS};
use crate::chips::builder::{Columns, Val};
use crate::chips::byte_table::ByteLookups;
use crate::chips::event::{Access, Event};
use crate::chips::gadgets::access::{AccessCols, ask_high_bytes};
use crate::chips::gadgets::slots::zero_row;
use crate::chips::hash_step::HashStep;
use crate::chips::trace::Trace;
use crate::isa::Opcode;
use crate::isa::spaces::INPUT_BASE;

/// Rows of zeros at the end: what the last words of a step define reaches two rows further.
const PADDING_ROWS: usize = 3;

/// Rows of a table besides those of its steps: one before and three behind.
pub const EDGE_ROWS: usize = PADDING_ROWS + 1;

/// Rows that an event has.
pub fn sha_256_rows(event: &Event) -> usize {
    let blocks = HashStep::of(event).map_or(0, |step| step.part as usize);
    let is_step = event.instruction.opcode == Opcode::Sha256Step && blocks > 0;
    if is_step { BLOCK_ROWS * blocks + 1 } else { 0 }
}

/// What a row is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Kind {
    #[default]
    Padding,
    State {
        is_joined: bool,
        starts: bool,
    },
    /// The rounds from 4 · n on.
    Rounds(usize),
}

/// Carries out of the two limbs of each word.
type Carries = [[i64; 2]; ROUNDS];

/// A row before it is cells.
#[derive(Clone, Copy, Debug, Default)]
struct Row<'a> {
    kind: Kind,
    time: u32,
    cell: u32,
    is_window: bool,
    a: [u32; ROUNDS],
    e: [u32; ROUNDS],
    w: [u32; ROUNDS],
    /// The state before, on a state row.
    before: [u32; 8],
    a_carry: Carries,
    e_carry: Carries,
    w_carry: Carries,
    reads: Option<[&'a Access; 2]>,
}

impl Row<'_> {
    fn is_state(&self) -> bool {
        matches!(self.kind, Kind::State { .. })
    }

    fn w_cells(&self) -> [[Val; 32]; ROUNDS] {
        let mut cells = self.w.map(bits);
        if self.is_state() {
            let [first, ..] = &mut cells;
            for (cell, limb) in first.iter_mut().zip(self.before.into_iter().flat_map(limbs)) {
                *cell = Val::from_u32(limb);
            }
        }
        cells
    }
}

/// The table of the steps among these events; other events have no rows here. `input` gives the cells of the input window.
pub fn sha_256_trace(
    events: &[Event],
    minimum_height_log2: u32,
    input: &dyn Fn(u32) -> u64,
    lookups: &mut ByteLookups,
) -> Trace {
    let steps = events
        .iter()
        .filter(|event| event.instruction.opcode == Opcode::Sha256Step);
    // Under one backend the first row is the last one's successor, under the other the last row is: both are zero.
    let mut rows = Vec::from([Row::default()]);
    for step in steps.filter_map(HashStep::of).filter(|step| step.part > 0) {
        append_step(&step, input, &mut rows);
    }
    let mut trace = Trace::with_rows(Sha256Cols::<Val>::WIDTH, rows.len() + PADDING_ROWS, minimum_height_log2);
    let height = trace.height();
    rows.resize(height, Row::default());
    for at in 0..height {
        let near = [height - 2, height - 1, 0, 1].map(|offset| &rows[(at + offset) % height]);
        trace.write(at, &fill_row(near, lookups));
    }
    trace
}

fn append_step<'a>(step: &HashStep<'a>, input: &dyn Fn(u32) -> u64, rows: &mut Vec<Row<'a>>) {
    let mut state = step.words_before();
    let mut head = Row {
        kind: Kind::State {
            is_joined: false,
            starts: true,
        },
        time: step.event.before.time,
        cell: step.first_cell(),
        is_window: step.blocks.is_empty(),
        before: state,
        ..Row::default()
    };
    (head.a, head.e) = words_of(&state);
    rows.push(head);
    for block in 0..step.part {
        let first = head.cell;
        let value = |index: u32| match step.blocks.get((block * BLOCK_CELLS + index) as usize) {
            Some(access) => access.old,
            None => input((first + index).wrapping_sub(INPUT_BASE >> 3)),
        };
        let mut w = [0; 64];
        for (index, pair) in (0..BLOCK_CELLS).zip(w.as_chunks_mut::<2>().0) {
            *pair = words_of_cell(value(index));
        }
        let schedule = extend(&mut w);
        let mut row = head;
        for four in 0..16 {
            row = four_rounds(&row, four, &w, &schedule);
            row.cell = first + 2 * (four as u32).min(BLOCK_CELLS / 2);
            row.reads = (four < 4).then_some(()).and_then(|()| {
                let at = (block * BLOCK_CELLS) as usize + 2 * four;
                Some([step.blocks.get(at)?, step.blocks.get(at + 1)?])
            });
            rows.push(row);
        }
        head = Row {
            kind: Kind::State {
                is_joined: true,
                starts: block + 1 < step.part,
            },
            cell: first + BLOCK_CELLS,
            before: state,
            reads: None,
            ..row
        };
        (head.w, head.e_carry, head.w_carry) = Default::default();
        state = add_state(&mut head, &row);
        rows.push(head);
    }
}

/// A state as the words of a state row: d, c, b, a and h, g, f, e.
fn words_of([a, b, c, d, e, f, g, h]: &[u32; 8]) -> ([u32; ROUNDS], [u32; ROUNDS]) {
    ([*d, *c, *b, *a], [*h, *g, *f, *e])
}

/// The two big-endian words of a cell.
fn words_of_cell(cell: u64) -> [u32; 2] {
    [(cell as u32).swap_bytes(), ((cell >> 32) as u32).swap_bytes()]
}

/// The state after a block: words and carries of its state row.
fn add_state(head: &mut Row<'_>, last: &Row<'_>) -> [u32; 8] {
    let [d, c, b, a] = last.a;
    let [h, g, f, e] = last.e;
    let mut after = head.before;
    let mut carries = [[0; 2]; 8];
    for ((word, added), carry) in after.iter_mut().zip([a, b, c, d, e, f, g, h]).zip(&mut carries) {
        let terms = [limbs(*word), limbs(added)];
        (*word, *carry) = sum(|limb| terms.iter().map(|term| i64::from(term[limb])).sum());
    }
    (head.a, head.e) = words_of(&after);
    // The carries of a and e share the cells of a's: see `state_carries`.
    head.a_carry = core::array::from_fn(|round| carries[ROUNDS - 1 - round]);
    head.e_carry = core::array::from_fn(|round| carries[2 * ROUNDS - 1 - round]);
    after
}

/// The word of a sum of limbs and the carries out of the two.
fn sum(limb: impl Fn(usize) -> i64) -> (u32, [i64; 2]) {
    let low = limb(0);
    let high = limb(1) + (low >> 16);
    (
        (low & 0xffff) as u32 | ((high & 0xffff) as u32) << 16,
        [low >> 16, high >> 16],
    )
}

/// Completes the schedule from its first sixteen words; the carries of each word's sum.
fn extend(w: &mut [u32; 64]) -> [[i64; 2]; 64] {
    let mut carries = [[0; 2]; 64];
    for at in 16..64 {
        let terms = [
            w[at - 16],
            small_sigma_0(w[at - 15]),
            w[at - 7],
            small_sigma_1(w[at - 2]),
        ]
        .map(limbs);
        (w[at], carries[at]) = sum(|limb| terms.iter().map(|term| i64::from(term[limb])).sum());
    }
    carries
}

fn four_rounds<'a>(before: &Row<'a>, four: usize, w: &[u32; 64], schedule: &[[i64; 2]; 64]) -> Row<'a> {
    let first = ROUNDS * four;
    let mut row = Row {
        kind: Kind::Rounds(four),
        w: core::array::from_fn(|round| w[first + round]),
        w_carry: core::array::from_fn(|round| schedule[first + round]),
        ..*before
    };
    for round in 0..ROUNDS {
        let (upper, lower) = round_sums(before, &row, round);
        let at = |words: [[u32; ROUNDS]; 2]| words[round / ROUNDS][round % ROUNDS];
        let (d, h) = (limbs(at([before.a, row.a])), limbs(at([before.e, row.e])));
        let (constant, w) = (limbs(ROUND_CONSTANTS[first + round]), limbs(row.w[round]));
        (row.e[round], row.e_carry[round]) = sum(|limb| {
            [d, h, lower, constant, w]
                .iter()
                .map(|term| i64::from(term[limb]))
                .sum()
        });
        let e = limbs(row.e[round]);
        (row.a[round], row.a_carry[round]) =
            sum(|limb| i64::from(e[limb]) - i64::from(d[limb]) + i64::from(upper[limb]));
    }
    row
}

/// Unreduced limbs of Σ0 + Maj and of Σ1 + Ch for a round that leads to a word of `row`.
fn round_sums(before: &Row<'_>, row: &Row<'_>, round: usize) -> ([u32; 2], [u32; 2]) {
    let word = |first: &[u32; ROUNDS], second: &[u32; ROUNDS], back: usize| {
        let at = round + ROUNDS - back;
        if at < ROUNDS { first[at] } else { second[at - ROUNDS] }
    };
    let [a, b, c] = [1, 2, 3].map(|back| word(&before.a, &row.a, back));
    let [e, f, g] = [1, 2, 3].map(|back| word(&before.e, &row.e, back));
    let upper = add(
        limbs(xor_3(a.rotate_right(2), a.rotate_right(13), a.rotate_right(22))),
        limbs((a & b) ^ (a & c) ^ (b & c)),
    );
    let lower = add(
        limbs(xor_3(e.rotate_right(6), e.rotate_right(11), e.rotate_right(25))),
        limbs((e & f) ^ (!e & g)),
    );
    (upper, lower)
}

fn xor_3(a: u32, b: u32, c: u32) -> u32 {
    a ^ b ^ c
}

fn small_sigma_0(word: u32) -> u32 {
    xor_3(word.rotate_right(7), word.rotate_right(18), word >> 3)
}

fn small_sigma_1(word: u32) -> u32 {
    xor_3(word.rotate_right(17), word.rotate_right(19), word >> 10)
}

fn limbs(word: u32) -> [u32; 2] {
    [word & 0xffff, word >> 16]
}

fn add([low, high]: [u32; 2], [more_low, more_high]: [u32; 2]) -> [u32; 2] {
    [low + more_low, high + more_high]
}

fn bits(word: u32) -> [Val; 32] {
    core::array::from_fn(|bit| Val::from_u32(word >> bit & 1))
}

/// A row's cells, with the two rows before and the one after.
fn fill_row([earlier, before, row, after]: [&Row<'_>; 4], lookups: &mut ByteLookups) -> Sha256Cols<Val> {
    let mut cells: Sha256Cols<Val> = zero_row();
    fill_selectors(row, &mut cells);
    (cells.a, cells.e, cells.w) = (row.a.map(bits), row.e.map(bits), row.w_cells());
    let word = |round: usize| limbs_of(|bit| cells.w[round][bit]);
    for round in 0..ROUNDS {
        let (upper, lower) = round_sums(before, row, round);
        (cells.upper_sum[round], cells.lower_sum[round]) = (upper.map(Val::from_u32), lower.map(Val::from_u32));
    }
    cells.first_sum = first_sums(before, row);
    let ninths: [[Val; 2]; ROUNDS] = core::array::from_fn(|index| {
        if index + 1 < ROUNDS {
            word(index + 1)
        } else {
            [Val::ZERO; 2]
        }
    });
    for ((second, first), ninth) in cells.second_sum.iter_mut().zip(first_sums(earlier, before)).zip(ninths) {
        *second = [first[0] + ninth[0], first[1] + ninth[1]];
    }
    cells.third_sum = third_sums(row, after);
    fill_carries(row, &mut cells);
    if let Some(reads) = row.reads {
        let [first, second] = reads.map(|access| AccessCols::filled(access.previous, access.time, lookups));
        ask_high_bytes(&first, Some(&second), lookups);
        cells.reads = [first.into_cells(), second.into_cells()];
    }
    cells
}

fn fill_selectors(row: &Row<'_>, cells: &mut Sha256Cols<Val>) {
    match row.kind {
        Kind::Padding => {}
        Kind::State { is_joined, starts } => {
            cells.is_state = Val::ONE;
            cells.is_joined = Val::from_bool(is_joined);
            cells.starts = Val::from_bool(starts);
        }
        Kind::Rounds(four) => {
            cells.group[four / 4 % 4] = Val::ONE;
            cells.quarter[four % 4] = Val::ONE;
        }
    }
    cells.time = Val::from_u32(row.time);
    cells.cell = Val::from_u32(row.cell);
    cells.is_window = Val::from_bool(row.is_window);
}

fn fill_carries(row: &Row<'_>, cells: &mut Sha256Cols<Val>) {
    let pair = |carry: i64| [Val::from_bool(carry & 1 != 0), Val::from_bool(carry & 2 != 0)];
    for round in 0..ROUNDS {
        let ([a_low, a_high], [e_low, e_high]) = (row.a_carry[round], row.e_carry[round]);
        if row.is_state() {
            cells.a_carry[round] = [a_low, a_high, e_low, e_high].map(|carry| Val::from_bool(carry == 1));
            continue;
        }
        if row.kind != Kind::Padding {
            let ([l0, l1], [h0, h1]) = (pair(a_low + 1), pair(a_high + 1));
            cells.a_carry[round] = [l0, l1, h0, h1];
        }
        cells.e_carry_threes[round] = row.e_carry[round].map(|carry| Val::from_bool(carry >= 3));
        cells.e_carry_rest[round] = row.e_carry[round].map(|carry| Val::from_i64(carry % 3));
        let ([l0, l1], [h0, h1]) = (pair(row.w_carry[round][0]), pair(row.w_carry[round][1]));
        cells.w_carry[round] = [l0, l1, h0, h1];
    }
}

/// `w[t]` + σ0(`w[t+1]`) for the words of `before`, of which the last one's successor is in `row`.
fn first_sums(before: &Row<'_>, row: &Row<'_>) -> [[Val; 2]; ROUNDS] {
    let [next, ..] = row.w;
    let [_, second, third, fourth] = before.w;
    let successors = [second, third, fourth, next];
    if !before.is_state() && !row.is_state() {
        return core::array::from_fn(|index| {
            add(limbs(before.w[index]), limbs(small_sigma_0(successors[index]))).map(Val::from_u32)
        });
    }
    // A state row has limbs among its cells of w.
    let (cells, [next, ..]) = (before.w_cells(), row.w_cells());
    core::array::from_fn(|index| {
        let [low, high] = limbs_of(|bit| cells[index][bit]);
        let [more_low, more_high] = sigma(cells.get(index + 1).unwrap_or(&next), [7, 18, 3], true);
        [low + more_low, high + more_high]
    })
}

/// What the words of `after` leave when σ1 is taken off: the third sum where they follow the schedule.
fn third_sums(row: &Row<'_>, after: &Row<'_>) -> [[Val; 2]; ROUNDS] {
    let (here, there) = (row.w_cells(), after.w_cells());
    let [_, _, third, fourth] = here;
    let [first, second, ..] = there;
    let before = [third, fourth, first, second];
    core::array::from_fn(|index| {
        let [sigma_low, sigma_high] = if row.is_state() || after.is_state() {
            sigma(&before[index], [17, 19, 10], true)
        } else {
            let words = [row.w[2], row.w[3], after.w[0], after.w[1]];
            limbs(small_sigma_1(words[index])).map(Val::from_u32)
        };
        let [low, high] = limbs_of(|bit| there[index][bit]);
        let [carry_low, carry_high] = after.w_carry[index].map(Val::from_i64);
        let unit = Val::from_u32(1 << 16);
        [
            low + carry_low * unit - sigma_low,
            high + carry_high * unit - sigma_high - carry_low,
        ]
    })
}
