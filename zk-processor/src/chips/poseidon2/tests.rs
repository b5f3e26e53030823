//! Honest, edge and forged permutations.

use alloc::vec;
use alloc::vec::Vec;

use p3_field::PrimeCharacteristicRing;
use p3_koala_bear::default_koalabear_poseidon2_16;
use p3_symmetric::{PseudoCompressionFunction, TruncatedPermutation};

use super::columns::Poseidon2Cols;
use super::{DIGEST_WIDTH, Poseidon2, PoseidonLookups, STATE_WIDTH, poseidon2_trace};
use crate::chips::builder::{Chip, ChipBuilder, Columns, Val};
use crate::chips::buses::Message;
use crate::chips::check::{CheckBuilder, Failure, Table, check};
use crate::chips::testing::{Forgery, assert_columns_bound};
use crate::chips::trace::Trace;

type Digest = [Val; DIGEST_WIDTH];

fn compress(left: Digest, right: Digest) -> Digest {
    TruncatedPermutation::<_, 2, DIGEST_WIDTH, STATE_WIDTH>::new(default_koalabear_poseidon2_16())
        .compress([left, right])
}

fn digests() -> Vec<(Digest, Digest)> {
    let number = |n: u32| {
        core::array::from_fn(|i| Val::from_u32(n.wrapping_mul(2_654_435_761).wrapping_add(i as u32) % 2_130_706_433))
    };
    let mut all = vec![
        ([Val::ZERO; 8], [Val::ZERO; 8]),
        ([Val::NEG_ONE; 8], [Val::NEG_ONE; 8]),
        ([Val::ZERO; 8], [Val::NEG_ONE; 8]),
    ];
    all.extend((0..13).map(|n| (number(n), number(n + 100))));
    all
}

crate::columns! {
    /// A partner that asks for one compression a row.
    struct AskCols<T> {
        /// 1 on real rows.
        is_real: T,
        /// left ‖ right ‖ output.
        values: [T; 24],
    }
}

fn asking(builder: &mut CheckBuilder<'_>) {
    let row: AskCols<Val> = builder.current();
    let at = |from: usize| core::array::from_fn(|i| row.values[from + i]);
    builder.send(Message::poseidon(at(0), at(8), at(16)), row.is_real);
}

fn partner(rows: &[(Digest, Digest, Digest)]) -> Trace {
    let mut trace = Trace::with_rows(AskCols::<Val>::WIDTH, rows.len(), 0);
    for (row, (left, right, output)) in rows.iter().enumerate() {
        let mut values = left.iter().chain(right).chain(output).copied();
        trace.write(
            row,
            &AskCols {
                is_real: Val::ONE,
                values: core::array::from_fn(|_| values.next().expect("24 values")),
            },
        );
    }
    trace
}

fn failures(trace: &Trace, asked: &Trace) -> Vec<Failure> {
    check(&[
        Table {
            name: "poseidon2",
            eval: &|b| Poseidon2.eval(b),
            trace,
            public_values: &[],
        },
        Table {
            name: "partner",
            eval: &asking,
            trace: asked,
            public_values: &[],
        },
    ])
}

#[test]
fn honest_compressions_equal_plonky3_and_are_paid_once() {
    let mut lookups = PoseidonLookups::default();
    let mut rows = Vec::new();
    for (left, right) in digests() {
        let output = compress(left, right);
        for _ in 0..2 {
            assert_eq!(lookups.ask(&left, &right), output);
            rows.push((left, right, output));
        }
    }
    assert_eq!(lookups.rows(), digests().len());
    assert_eq!(failures(&poseidon2_trace(&lookups, 0), &partner(&rows)), []);
}

#[test]
fn no_lookups_is_an_honest_table() {
    assert_eq!(
        failures(&poseidon2_trace(&PoseidonLookups::default(), 3), &partner(&[])),
        []
    );
}

#[test]
fn forged_permutations_break_the_round_they_lie_about() {
    let mut lookups = PoseidonLookups::default();
    let _ = lookups.ask(&[Val::ONE; 8], &[Val::TWO; 8]);
    let forgery = Forgery::new("poseidon2", &|b| Poseidon2.eval(b), poseidon2_trace(&lookups, 0));
    let column = |name| forgery.column::<Poseidon2Cols<Val>>(name);
    forgery.set(0, column("input"), 5).breaks("a full round was computed");
    forgery
        .set(0, column("first_rounds") + 17, 5)
        .breaks("a full round was computed");
    forgery
        .set(0, column("partial_cubes") + 3, 5)
        .breaks("a partial round was computed");
    forgery
        .set(0, column("last_rounds") + 40, 5)
        .breaks("a full round was computed");
    forgery
        .set(0, column("output") + 7, 5)
        .breaks("the output is the first half of the last round");
}

#[test]
fn every_column_of_a_real_row_is_bound() {
    let (left, right) = ([Val::ONE; 8], [Val::TWO; 8]);
    let mut lookups = PoseidonLookups::default();
    let output = lookups.ask(&left, &right);
    let asked = partner(&[(left, right, output)]);
    let others = [Table {
        name: "partner",
        eval: &asking,
        trace: &asked,
        public_values: &[],
    }];
    assert_columns_bound::<Poseidon2Cols<Val>>(
        "poseidon2",
        &|b| Poseidon2.eval(b),
        &poseidon2_trace(&lookups, 0),
        0,
        &others,
        &[],
    );
}
