//! The arithmetic of four rounds over two rows: words as bits, sums by 16-bit limbs.

use p3_field::PrimeCharacteristicRing;

use super::columns::Sha256Cols;
use super::{ROUND_CONSTANTS, ROUNDS};
use crate::chips::builder::ChipBuilder;

/// Words of this row, then those of the next: eight words, the oldest first.
type Words<E> = [[E; 32]; 2 * ROUNDS];

/// The words of two rows.
pub(super) struct Window<E> {
    a: Words<E>,
    e: Words<E>,
    w: Words<E>,
}

impl<E: PrimeCharacteristicRing> Window<E> {
    /// The words of a row and its next.
    pub(super) fn of<V: Copy + Into<E>>(row: &Sha256Cols<V>, next: &Sha256Cols<V>) -> Self {
        let words = |first: &[[V; 32]; ROUNDS], second: &[[V; 32]; ROUNDS]| -> Words<E> {
            core::array::from_fn(|word| {
                let bits = if word < ROUNDS {
                    &first[word]
                } else {
                    &second[word - ROUNDS]
                };
                bits.map(Into::into)
            })
        };
        Self {
            a: words(&row.a, &next.a),
            e: words(&row.e, &next.e),
            w: words(&row.w, &next.w),
        }
    }
}

/// Adds up bits into two limbs of 16.
pub(super) fn limbs_of<E: PrimeCharacteristicRing>(bit: impl Fn(usize) -> E) -> [E; 2] {
    [0, 16].map(|first| {
        (first..first + 16)
            .rev()
            .fold(E::ZERO, |sum, at| sum.double() + bit(at))
    })
}

fn xor<E: PrimeCharacteristicRing>(a: &E, b: &E) -> E {
    a.clone() + b.clone() - (a.clone() * b.clone()).double()
}

/// The XOR of a word rotated to the right by three amounts; by the last one it is shifted, if `shifts`.
pub(super) fn sigma<E: PrimeCharacteristicRing>(
    word: &[E; 32],
    [first, second, third]: [usize; 3],
    shifts: bool,
) -> [E; 2] {
    limbs_of(|bit| {
        let pair = xor(&word[(bit + first) % 32], &word[(bit + second) % 32]);
        if shifts && bit + third >= 32 {
            pair
        } else {
            xor(&pair, &word[(bit + third) % 32])
        }
    })
}

fn majority<E: PrimeCharacteristicRing>(a: &[E; 32], b: &[E; 32], c: &[E; 32]) -> [E; 2] {
    limbs_of(|bit| {
        let both = a[bit].clone() * b[bit].clone();
        let either = a[bit].clone() + b[bit].clone() - both.double();
        both + either * c[bit].clone()
    })
}

fn choice<E: PrimeCharacteristicRing>(e: &[E; 32], f: &[E; 32], g: &[E; 32]) -> [E; 2] {
    limbs_of(|bit| g[bit].clone() + e[bit].clone() * (f[bit].clone() - g[bit].clone()))
}

/// Sum of limbs that leaves `word` and the carries: 0 = parts − word − 2^16 · carry for each limb.
fn sums<E: PrimeCharacteristicRing>(parts: [E; 2], word: [E; 2], [low, high]: [E; 2]) -> [E; 2] {
    let ([part_low, part_high], [word_low, word_high]) = (parts, word);
    let unit = E::from_u32(1 << 16);
    [
        part_low - word_low - low.clone() * unit.clone(),
        part_high + low - word_high - high * unit,
    ]
}

fn add<E: PrimeCharacteristicRing>(left: [E; 2], right: [E; 2]) -> [E; 2] {
    let ([low, high], [more_low, more_high]) = (left, right);
    [low + more_low, high + more_high]
}

fn cells<V: Copy + Into<E>, E>(limbs: [V; 2]) -> [E; 2] {
    limbs.map(Into::into)
}

/// Carries from pairs of bits: low limb's, high limb's, each less `bias`.
fn carries<V: Copy + Into<E>, E: PrimeCharacteristicRing>([l0, l1, h0, h1]: [V; 4], bias: E) -> [E; 2] {
    [(l0, l1), (h0, h1)].map(|(one, two)| one.into() + two.into().double() - bias.clone())
}

/// Σ and the choices of the rounds that lead to the next row's words.
pub(super) fn round_sums_are_right<B: ChipBuilder>(
    builder: &mut B,
    words: &Window<B::Expr>,
    next: &Sha256Cols<B::Var>,
) {
    for round in 0..ROUNDS {
        let [c, b, a] = [1, 2, 3].map(|back| &words.a[round + back]);
        let upper = add(sigma(a, [2, 13, 22], false), majority(a, b, c));
        for (sum, cell) in upper.into_iter().zip(next.upper_sum[round]) {
            builder.claim_equal("sigma and majority", sum, cell);
        }
        let [g, f, e] = [1, 2, 3].map(|back| &words.e[round + back]);
        let lower = add(sigma(e, [6, 11, 25], false), choice(e, f, g));
        for (sum, cell) in lower.into_iter().zip(next.lower_sum[round]) {
            builder.claim_equal("sigma and choice", sum, cell);
        }
    }
}

/// The next row's words are those of four rounds, if it is a row of rounds.
pub(super) fn rounds_are_right<B: ChipBuilder>(builder: &mut B, words: &Window<B::Expr>, next: &Sha256Cols<B::Var>) {
    let is_round = next.group.into_iter().fold(B::Expr::ZERO, |sum, bit| sum + bit.into());
    for round in 0..ROUNDS {
        let [d, a] = [&words.a[round], &words.a[round + ROUNDS]].map(|word| limbs_of(|bit| word[bit].clone()));
        let [h, e] = [&words.e[round], &words.e[round + ROUNDS]].map(|word| limbs_of(|bit| word[bit].clone()));
        let w = limbs_of(|bit| words.w[round + ROUNDS][bit].clone());
        let terms = add(
            add(d.clone(), h),
            add(cells(next.lower_sum[round]), add(constants::<B>(next, round), w)),
        );
        let threes = cells(next.e_carry_threes[round]).map(|bit: B::Expr| bit.clone() + bit.double());
        let carry = add(threes, cells(next.e_carry_rest[round]));
        for zero in sums(terms, e.clone(), carry) {
            builder.claim("e is the sum", is_round.clone() * zero);
        }
        let [d_low, d_high] = d;
        let terms = add(add(e, [-d_low, -d_high]), cells(next.upper_sum[round]));
        for zero in sums(terms, a, carries(next.a_carry[round], B::Expr::ONE)) {
            builder.claim("a is the sum", is_round.clone() * zero);
        }
    }
}

/// Limbs of the constant of one of the four rounds.
fn constants<B: ChipBuilder>(row: &Sha256Cols<B::Var>, round: usize) -> [B::Expr; 2] {
    let mut sum = [B::Expr::ZERO, B::Expr::ZERO];
    for (sixteen, group) in ROUND_CONSTANTS.chunks_exact(16).zip(row.group) {
        for (four, quarter) in sixteen.chunks_exact(ROUNDS).zip(row.quarter) {
            let selected: B::Expr = group * quarter.into();
            let constant = four.get(round).copied().unwrap_or_default();
            let limb = |shift: u32| selected.clone() * B::Expr::from_u32(constant >> shift & 0xffff);
            sum = add(sum, [limb(0), limb(16)]);
        }
    }
    sum
}

/// `w[t+16]` = `w[t]` + σ0(`w[t+1]`) + `w[t+9]` + σ1(`w[t+14]`): the first three travel down three rows. Every claim but the third sum's holds on any two rows, because
/// what it defines is of no use elsewhere.
pub(super) fn schedule_is_right<B: ChipBuilder>(
    builder: &mut B,
    words: &Window<B::Expr>,
    row: &Sha256Cols<B::Var>,
    next: &Sha256Cols<B::Var>,
) {
    let word = |index: usize| limbs_of(|bit| words.w[index][bit].clone());
    // The row after the next is one of words by the schedule.
    let [_, _, _, last_quarter] = next.quarter;
    let [block, second, third, fourth] = next.group;
    let scheduled_after =
        block * last_quarter.into() + second.into() + third.into() + fourth * (B::Expr::ONE - last_quarter.into());
    for index in 0..ROUNDS {
        let first = add(word(index), sigma(&words.w[index + 1], [7, 18, 3], true));
        for (sum, cell) in first.into_iter().zip(next.first_sum[index]) {
            builder.claim_equal("the schedule's first sum", sum, cell);
        }
        let nothing = [B::Expr::ZERO, B::Expr::ZERO];
        let is_last = index == ROUNDS - 1;
        let ninth = if is_last {
            nothing.clone()
        } else {
            word(ROUNDS + index + 1)
        };
        for (sum, cell) in add(cells(row.first_sum[index]), ninth)
            .into_iter()
            .zip(next.second_sum[index])
        {
            builder.claim_equal("the schedule's second sum", sum, cell);
        }
        let ninth = if is_last { word(ROUNDS) } else { nothing };
        for (sum, cell) in add(cells(row.second_sum[index]), ninth)
            .into_iter()
            .zip(next.third_sum[index])
        {
            builder.claim(
                "the schedule's third sum",
                scheduled_after.clone() * (sum - cell.into()),
            );
        }
        let terms = add(
            cells(row.third_sum[index]),
            sigma(&words.w[index + 2], [17, 19, 10], true),
        );
        for zero in sums(terms, word(ROUNDS + index), carries(next.w_carry[index], B::Expr::ZERO)) {
            builder.claim("the schedule goes on", zero);
        }
    }
}

/// A state row's words as the sixteen limbs of a state in memory's order: a, b, …, h, low limb first.
pub(super) fn state_of<V: Copy + Into<E>, E: PrimeCharacteristicRing>(row: &Sha256Cols<V>) -> [E; 16] {
    let mut limbs = row
        .a
        .iter()
        .rev()
        .chain(row.e.iter().rev())
        .flat_map(|word| limbs_of(|bit| word[bit].into()));
    core::array::from_fn(|_| limbs.next().unwrap_or(E::ZERO))
}

/// The limbs of the state before, which a state row keeps in its cells of w.
pub(super) fn state_before<V: Copy>(row: &Sha256Cols<V>) -> [V; 16] {
    let [first, ..] = row.w;
    core::array::from_fn(|limb| first[limb])
}

/// A state that ends a block is the state before plus the words after the last round; one that does not is the state before.
pub(super) fn states_are_right<B: ChipBuilder>(builder: &mut B, row: &Sha256Cols<B::Var>, next: &Sha256Cols<B::Var>) {
    let fresh: B::Expr = row.is_state - row.is_joined;
    for (own, before) in state_of::<_, B::Expr>(row).into_iter().zip(state_before(row)) {
        builder.claim(
            "a step begins with the state it was given",
            fresh.clone() * (own - before.into()),
        );
    }
    let (own, before, words): ([B::Expr; 16], _, [B::Expr; 16]) = (state_of(next), state_before(next), state_of(row));
    // Two carries for each word, in the same order.
    let mut bits = [0, 2]
        .into_iter()
        .flat_map(|pair| next.a_carry.iter().rev().map(move |bits| [bits[pair], bits[pair + 1]]));
    for word in 0..8 {
        let Some(carry) = bits.next() else { continue };
        let limbs = |from: &[B::Expr; 16]| [from[2 * word].clone(), from[2 * word + 1].clone()];
        let terms = add(cells([before[2 * word], before[2 * word + 1]]), limbs(&words));
        for zero in sums(terms, limbs(&own), cells(carry)) {
            builder.claim("a state is the sum", next.is_joined.into() * zero);
        }
    }
}
