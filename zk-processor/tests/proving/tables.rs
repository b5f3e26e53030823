//! The no-proof check of a whole segment.

use zk_processor::chips::builder::Chip;
use zk_processor::chips::check::{CheckBuilder, Failure, Table, check};
use zk_processor::proving::FilledSegment;

/// What does not hold in the tables of a segment.
pub(crate) fn failures(segment: &FilledSegment) -> Vec<Failure> {
    let evals: Vec<_> = segment
        .tables
        .iter()
        .map(|table| {
            let chip = table.chip;
            move |builder: &mut CheckBuilder<'_>| chip.eval(builder)
        })
        .collect();
    let tables: Vec<_> = segment
        .tables
        .iter()
        .zip(&evals)
        .map(|(table, eval)| Table {
            name: table.chip.name(),
            eval,
            trace: &table.trace,
            public_values: &table.public_values,
        })
        .collect();
    check(&tables)
}
