//! Degrees, measured: along a line through two random rows a claim of degree d is a polynomial of degree d, so its differences of order d + 1 vanish.
//!
//! The backend takes a chip's word for the degree of its claims and folds messages as affine expressions with counts of degree at most 2; these tests hold every
//! chip of the machine to that.

use alloc::vec;
use alloc::vec::Vec;

use p3_field::PrimeCharacteristicRing;

use super::builder::{Chip, ChipBuilder, Columns, Multiplicity, Sign, Val};
use super::buses::Message;
use super::machine::MachineChip;

/// What a chip says of one row, whatever its cells are.
#[derive(Clone, Debug, Default)]
struct Probe {
    current: Vec<Val>,
    next: Vec<Val>,
    selectors: [Val; 2],
    public_values: Vec<Val>,
    claims: Vec<(&'static str, Val)>,
    fields: Vec<Val>,
    counts: Vec<Val>,
}

impl ChipBuilder for Probe {
    type Expr = Val;
    type Var = Val;

    fn current<C: Columns<Val>>(&self) -> C {
        C::read(&self.current, Val::ZERO)
    }

    fn next<C: Columns<Val>>(&self) -> C {
        C::read(&self.next, Val::ZERO)
    }

    fn is_first_row(&self) -> Val {
        self.selectors[0]
    }

    fn is_transition(&self) -> Val {
        self.selectors[1]
    }

    fn public_value(&self, index: usize) -> Val {
        self.public_values[index]
    }

    fn claim(&mut self, name: &'static str, zero: impl Into<Val>) {
        self.claims.push((name, zero.into()));
    }

    fn message(&mut self, message: Message<Val>, count: Multiplicity<Val>, _: Sign) {
        self.fields.extend(message.fields);
        self.counts.push(match count {
            Multiplicity::Boolean(count) | Multiplicity::Provided(count) => count,
        });
    }
}

/// Random cells: splitmix64 from a seed.
fn random(len: usize, seed: u64) -> Vec<Val> {
    let number = |index: u64| {
        let mut state = (seed << 32 | index).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        state = (state ^ state >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        state = (state ^ state >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        Val::from_u64(state ^ state >> 31)
    };
    (0..len as u64).map(number).collect()
}

/// What the chip says at some points of a line.
fn probes(chip: MachineChip, points: usize) -> Vec<Probe> {
    let (width, public) = (chip.width(), chip.public_values());
    let len = 2 * width + 2 + public;
    let (start, direction) = (random(len, 1), random(len, 2));
    let probe = |point: usize| {
        let at = |index: usize| start[index] + direction[index] * Val::from_usize(point);
        let mut probe = Probe {
            current: (0..width).map(at).collect(),
            next: (width..2 * width).map(at).collect(),
            selectors: [at(2 * width), at(2 * width + 1)],
            // Public values are constants.
            public_values: start[2 * width + 2..].to_vec(),
            ..Probe::default()
        };
        chip.eval(&mut probe);
        probe
    };
    (0..points).map(probe).collect()
}

/// The difference of order `values.len() - 1`.
fn last_difference(mut values: Vec<Val>) -> Val {
    while values.len() > 1 {
        values = values.windows(2).map(|pair| pair[1] - pair[0]).collect();
    }
    values[0]
}

/// Whether the numbers that `of` picks are polynomials of at most this degree, one by one.
fn exceeding(chip: MachineChip, degree: usize, of: impl Fn(&Probe) -> Vec<Val>) -> Vec<usize> {
    let rows: Vec<Vec<Val>> = probes(chip, degree + 2).iter().map(of).collect();
    let count = rows[0].len();
    let column = |index: usize| rows.iter().map(|row| row[index]).collect();
    (0..count)
        .filter(|index| last_difference(column(*index)) != Val::ZERO)
        .collect()
}

fn claims(probe: &Probe) -> Vec<Val> {
    probe.claims.iter().map(|(_, value)| *value).collect()
}

#[test]
fn no_claim_has_a_higher_degree_than_its_chip_says() {
    for chip in MachineChip::ALL {
        let names = probes(*chip, 1).remove(0).claims;
        let higher: Vec<_> = exceeding(*chip, chip.max_degree(), claims)
            .into_iter()
            .map(|index| names[index].0)
            .collect();
        assert_eq!(higher, vec![""; 0], "{}", chip.name());
    }
}

#[test]
fn messages_are_affine_and_counts_at_most_quadratic() {
    for chip in MachineChip::ALL {
        let fields = exceeding(*chip, 1, |probe| probe.fields.clone());
        assert_eq!(fields, [0; 0], "{}", chip.name());
        let counts = exceeding(*chip, 2, |probe| probe.counts.clone());
        assert_eq!(counts, [0; 0], "{}", chip.name());
    }
}

#[test]
fn only_chips_that_say_so_read_the_next_row() {
    for chip in MachineChip::ALL {
        let mut with = probes(*chip, 1).remove(0);
        let mut without = Probe {
            claims: Vec::new(),
            fields: Vec::new(),
            counts: Vec::new(),
            next: random(chip.width(), 3),
            ..with.clone()
        };
        with.claims.clear();
        with.fields.clear();
        with.counts.clear();
        chip.eval(&mut with);
        chip.eval(&mut without);
        let reads_next = claims(&with) != claims(&without);
        assert_eq!(reads_next, chip.uses_next_row(), "{}", chip.name());
        // Messages never use it (rule 5).
        assert_eq!(
            (with.fields, with.counts),
            (without.fields, without.counts),
            "{}",
            chip.name()
        );
    }
}
