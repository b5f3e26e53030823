//! Tools that attack a chip: forge a cell and name the claim that must break; change every column and see it rejected.

use alloc::string::String;
use alloc::vec::Vec;

use p3_field::PrimeCharacteristicRing;

use super::builder::{Columns, Val};
use super::check::{CheckBuilder, Failure, Table, check};
use super::trace::Trace;

/// A chip's evaluation under the no-proof check.
pub type Eval<'a> = &'a dyn Fn(&mut CheckBuilder<'_>);

/// An honest trace of one chip, and cells to change in it.
#[derive(Clone)]
pub struct Forgery<'a> {
    name: &'a str,
    eval: Eval<'a>,
    trace: Trace,
}

impl core::fmt::Debug for Forgery<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Forgery")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

impl<'a> Forgery<'a> {
    /// Starts from an honest trace.
    pub fn new(name: &'a str, eval: Eval<'a>, trace: Trace) -> Self {
        Self { name, eval, trace }
    }

    /// The first column called `name`.
    ///
    /// # Panics
    /// If there is none: the test names a column that does not exist.
    pub fn column<C: Columns<Val>>(&self, name: &str) -> usize {
        C::NAMES
            .iter()
            .position(|column| *column == name)
            .unwrap_or_else(|| panic!("no column {name}"))
    }

    /// A copy with one more cell changed.
    #[must_use]
    pub fn set(&self, row: usize, column: usize, value: u32) -> Self {
        self.set_value(row, column, Val::from_u32(value))
    }

    /// Like [`Self::set`], on a forgery already begun.
    #[must_use]
    pub fn and(self, row: usize, column: usize, value: u32) -> Self {
        self.set(row, column, value)
    }

    /// A copy with one more cell changed to a field element.
    #[must_use]
    pub fn set_value(&self, row: usize, column: usize, value: Val) -> Self {
        let mut forged = self.clone();
        forged.trace.set(row, column, value);
        forged
    }

    /// Asserts that the claim called `claim` breaks.
    ///
    /// # Panics
    /// If it holds.
    pub fn breaks(&self, claim: &str) {
        let failures = check(&[Table {
            name: self.name,
            eval: self.eval,
            trace: &self.trace,
            public_values: &[],
        }]);
        let broken: Vec<_> = failures
            .iter()
            .filter_map(|failure| match failure {
                Failure::Claim { claim, .. } => Some(*claim),
                _ => None,
            })
            .collect();
        assert!(
            broken.contains(&claim),
            "{}: expected \"{claim}\" to break, broke {broken:?}",
            self.name
        );
    }
}

/// Changes each column of `row` to its value + 1 and to an unrelated value; each change must be rejected by a claim or by a bus that `others` balance.
/// `free` lists columns that may survive, with the reason beside the list in the test.
///
/// # Panics
/// If the honest tables fail, if a change survives, or if a column listed as free is in fact bound.
pub fn assert_columns_bound<C: Columns<Val>>(
    name: &str,
    eval: Eval<'_>,
    honest: &Trace,
    row: usize,
    others: &[Table<'_>],
    free: &[&str],
) {
    let fails = |trace: &Trace| {
        let mut tables = alloc::vec![Table {
            name,
            eval,
            trace,
            public_values: &[]
        }];
        tables.extend(others.iter().map(|table| Table { ..*table }));
        check(&tables)
    };
    assert_eq!(fails(honest), [], "{name}: the honest trace must hold");
    let mut survivors: Vec<String> = Vec::new();
    for (column, column_name) in C::NAMES.iter().enumerate() {
        let cell = honest.cell(row, column);
        let survives = [cell + Val::ONE, cell + Val::from_u32(1_234_567)]
            .into_iter()
            .any(|value| {
                let mut forged = honest.clone();
                forged.set(row, column, value);
                fails(&forged).is_empty()
            });
        if survives {
            survivors.push((*column_name).into());
        }
    }
    survivors.dedup();
    assert_eq!(survivors, free, "{name}: columns that can be changed on row {row}");
}
