//! Tools that attack a chip: forge a cell and name the claim that must break; change every column and see it rejected.

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

use p3_field::PrimeCharacteristicRing;

use super::builder::Sign;
use super::builder::{Columns, Val};
use super::buses::{Message, Tag};
use super::check::{CheckBuilder, Failure, Ledger, Table, check, check_with};
use super::event::{Access, Event, State};
use super::gadgets::slots::offset;
use super::trace::Trace;
use crate::isa::spaces::TIME_STEP;
use crate::isa::{Instruction, Space};

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

    /// The cell as it is now.
    pub fn value(&self, row: usize, column: usize) -> Val {
        self.trace.cell(row, column)
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

impl Forgery<'_> {
    /// Asserts that no claim breaks but a bus does: the forgery is caught by what other chips say (`partners`, without the lookup tables).
    ///
    /// # Panics
    /// If a claim breaks, or if the buses show no more failures than those of the absent lookup tables.
    pub fn is_unbalanced(&self, partners: &[(Sign, Message<Val>)]) {
        let table = Table {
            name: self.name,
            eval: self.eval,
            trace: &self.trace,
            public_values: &[],
        };
        let failures = check_with(&[table], partners);
        let claims = failures
            .iter()
            .filter(|failure| matches!(failure, Failure::Claim { .. }))
            .count();
        assert_eq!(claims, 0, "{}: {failures:?}", self.name);
        let caught = failures.iter().any(|failure| match failure {
            Failure::Bus {
                tag: Tag::Range16,
                fields,
                ..
            } => fields.iter().any(|value| *value >= 1 << 16),
            Failure::Bus {
                tag: Tag::BytePair,
                fields,
                ..
            } => fields.iter().any(|value| *value >= 1 << 8),
            Failure::Bus { tag: Tag::Bytes, .. } => false,
            Failure::Bus { .. } => true,
            _ => false,
        });
        assert!(caught, "{}: no bus notices the forgery", self.name);
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
    assert_columns_bound_with::<C>(name, eval, honest, row, others, &[], free);
}

/// Like [`assert_columns_bound`], with messages of partners that are not there.
///
/// # Panics
/// See [`assert_columns_bound`].
pub fn assert_columns_bound_with<C: Columns<Val>>(
    name: &str,
    eval: Eval<'_>,
    honest: &Trace,
    row: usize,
    others: &[Table<'_>],
    partners: &[(Sign, Message<Val>)],
    free: &[&str],
) {
    // What the other tables say does not change: it is booked once.
    let mut ledger = Ledger::default();
    ledger.add_partners(partners);
    let elsewhere: Vec<_> = others.iter().flat_map(|table| ledger.add_table(table)).collect();
    assert_eq!(elsewhere, [], "{name}: the other tables must hold");
    let fails = |trace: &Trace| {
        let mut ledger = ledger.clone();
        let mut failures = ledger.add_table(&Table {
            name,
            eval,
            trace,
            public_values: &[],
        });
        failures.extend(ledger.surplus());
        failures
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

/// Writes events as an executor would: the frame's slots with their values and times, the execution tuple, one instruction after the other.
#[derive(Clone, Debug)]
pub struct Program {
    /// What happened so far.
    pub events: Vec<Event>,
    state: State,
    last_access: BTreeMap<(Space, u32), (u32, u64)>,
}

impl Default for Program {
    fn default() -> Self {
        let state = State {
            handle: 1,
            pc: 10,
            frame_pointer: 100,
            time: TIME_STEP,
            context: 2,
            pages: 3,
            gas_left: 1_000_000,
            stack_left: 4_000,
        };
        Self {
            events: Vec::new(),
            state,
            last_access: BTreeMap::new(),
        }
    }
}

impl Program {
    /// Runs an instruction that reads slots and writes one, then goes to the next row. The slots it reads get the values `operands` first, as if
    /// something before had written them; `result` is what the instruction's definition says, computed by the test.
    pub fn run(&mut self, instruction: Instruction, operands: &[u64], result: u64) {
        let before = self.state;
        let mut accesses = Vec::new();
        for (offset, (slot, value)) in (0..).zip(instruction.slots_read().into_iter().flatten().zip(operands)) {
            let cell = before.frame_pointer + u32::from(slot);
            self.plant(Space::Frame, cell, *value);
            accesses.push(self.touch(Space::Frame, cell, before.time + offset, *value));
        }
        if let Some(slot) = instruction.slot_written() {
            // An immediate takes the place of the second read: the write stays at its own time.
            let cell = before.frame_pointer + u32::from(slot);
            accesses.push(self.touch(Space::Frame, cell, before.time + offset::DESTINATION, result));
        }
        self.state.pc += 1;
        self.state.time += TIME_STEP;
        self.state.gas_left -= u32::from(instruction.gas);
        self.events.push(Event {
            before,
            after: self.state,
            instruction,
            accesses,
        });
    }

    /// Gives a cell a value without an event, keeping the time of its last access.
    fn plant(&mut self, space: Space, cell: u32, value: u64) {
        self.last_access.entry((space, cell)).or_default().1 = value;
    }

    fn touch(&mut self, space: Space, cell: u32, time: u32, new: u64) -> Access {
        let (previous, old) = self.last_access.insert((space, cell), (time, new)).unwrap_or_default();
        Access {
            space,
            context: self.state.context,
            cell,
            time,
            previous,
            old,
            new,
        }
    }
}
