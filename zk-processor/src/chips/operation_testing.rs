//! Operations of several rows and tables: an account of what happened, kept in plain Rust, and a bench for attacks on any of the tables.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use p3_field::PrimeCharacteristicRing;

use super::bench::Effect;
use super::builder::{Chip, Columns, Sign, Val};
use super::buses::{Message, Tag};
use super::byte_table::{ByteLookups, ByteTable, byte_table_trace};
use super::check::{CheckBuilder, Failure, Ledger, Table};
use super::event::{Access, Event, State, limbs};
use super::testing::assert_columns_bound_with;
use super::trace::Trace;
use crate::executor::time;
use crate::isa::spaces::TIME_STEP;
use crate::isa::{Instruction, Space};

/// First of the operand slots of every operation here.
pub(crate) const SLOT: u16 = 3;

/// Cells with their values and times, and the events so far.
#[derive(Clone, Debug)]
pub(crate) struct Account {
    pub(crate) events: Vec<Event>,
    pub(crate) state: State,
    pub(crate) input_cells: Vec<u32>,
    cells: BTreeMap<(Space, u32, u32), (u32, u64)>,
    accesses: Vec<Access>,
}

impl Account {
    pub(crate) fn new(context: u32, pages: u32) -> Self {
        let state = State {
            handle: 1,
            pc: 10,
            frame_pointer: 100,
            // Late enough for time differences above 2^16.
            time: TIME_STEP << 15,
            context,
            pages,
            gas_left: 1_000_000,
            stack_left: 4_000,
        };
        Self {
            events: Vec::new(),
            state,
            input_cells: Vec::new(),
            cells: BTreeMap::new(),
            accesses: Vec::new(),
        }
    }

    /// A byte that the input window holds, or that memory holds at first.
    pub(crate) fn initial_byte(address: u64) -> u8 {
        ((address as u32).wrapping_mul(0x9e37_79b1) >> 24) as u8
    }

    /// A cell of the input window, or of memory at first.
    pub(crate) fn initial_cell(cell: u32) -> u64 {
        u64::from_le_bytes(core::array::from_fn(|byte| {
            Self::initial_byte(u64::from(cell) * 8 + byte as u64)
        }))
    }

    /// The input window by the cell within it, as traces ask for it.
    pub(crate) fn input_cell(cell: u32) -> u64 {
        Self::initial_cell(cell + (1 << 28))
    }

    fn entry(&mut self, space: Space, context: u32, cell: u32) -> &mut (u32, u64) {
        let initial = if space == Space::Memory {
            Self::initial_cell(cell)
        } else {
            0
        };
        self.cells.entry((space, context, cell)).or_insert((0, initial))
    }

    /// The cell's value.
    pub(crate) fn value(&mut self, space: Space, context: u32, cell: u32) -> u64 {
        self.entry(space, context, cell).1
    }

    /// Gives a cell a value without an event, as if something before had written it.
    pub(crate) fn plant(&mut self, space: Space, context: u32, cell: u32, value: u64) {
        self.entry(space, context, cell).1 = value;
    }

    /// The value of the n-th operand slot.
    pub(crate) fn slot(&mut self, index: u16) -> u64 {
        let cell = self.state.frame_pointer + u32::from(SLOT + index);
        self.value(Space::Frame, self.state.context, cell)
    }

    /// Sets the operand slots.
    pub(crate) fn plant_slots(&mut self, values: &[u64]) {
        for (cell, value) in (self.state.frame_pointer + u32::from(SLOT)..).zip(values) {
            self.plant(Space::Frame, self.state.context, cell, *value);
        }
    }

    /// An access of the row that is about to end.
    pub(crate) fn access(&mut self, space: Space, context: u32, cell: u32, offset: u64, new: Option<u64>) {
        let time = self.state.time + offset as u32;
        let entry = self.entry(space, context, cell);
        let (previous, old) = *entry;
        *entry = (time, new.unwrap_or(old));
        self.accesses.push(Access {
            space,
            context,
            cell,
            time,
            previous,
            old,
            new: new.unwrap_or(old),
        });
    }

    /// The last accesses are, in order, the two halves of a machine-owned cell and others: both halves go back to the same time.
    pub(crate) fn join_halves(&mut self) {
        for at in 1..self.accesses.len() {
            let first = self.accesses[at - 1];
            let second = &mut self.accesses[at];
            if first.is_machine_owned() && (first.space, first.cell) == (second.space, second.cell) {
                (second.previous, second.old, second.new) = (first.previous, 0, 0);
            }
        }
    }

    /// Accesses to the operand slots, which get these values.
    pub(crate) fn access_slots(&mut self, values: &[u64]) {
        for (cell, value) in (self.state.frame_pointer + u32::from(SLOT)..).zip(values) {
            self.access(Space::Frame, self.state.context, cell, time::A, Some(*value));
        }
    }

    /// Ends the row.
    pub(crate) fn finish(&mut self, instruction: Instruction, effect: Effect) {
        let before = self.state;
        self.state.time += TIME_STEP;
        self.state.gas_left -= u32::from(instruction.gas);
        self.state.pc = match effect {
            Effect::GoesTo(pc) => pc,
            Effect::Writes(_) | Effect::WritesTwo(..) => before.pc + 1,
        };
        self.events.push(Event {
            before,
            after: self.state,
            instruction,
            accesses: core::mem::take(&mut self.accesses),
        });
    }

    /// What all other chips say.
    pub(crate) fn partners(&self) -> Vec<(Sign, Message<Val>)> {
        let mut partners: Vec<_> = self.events.iter().flat_map(Event::partners).collect();
        for cell in &self.input_cells {
            let fields = core::iter::once(Val::from_u32(*cell)).chain(limbs(Self::input_cell(*cell)));
            partners.push((Sign::Receive, Message::new(Tag::Input, fields)));
        }
        partners
    }
}

/// A chip with its table.
pub(crate) struct Part {
    name: &'static str,
    names: &'static [&'static str],
    eval: fn(&mut CheckBuilder<'_>),
    trace: Trace,
}

impl Part {
    pub(crate) fn new<C: Chip, Cols: Columns<Val>>(chip: &C, eval: fn(&mut CheckBuilder<'_>), trace: Trace) -> Self {
        assert_eq!(trace.width(), chip.width());
        assert_eq!(Cols::WIDTH, chip.width());
        Self {
            name: chip.name(),
            names: Cols::NAMES,
            eval,
            trace,
        }
    }

    fn table<'a>(&'a self, eval: &'a dyn Fn(&mut CheckBuilder<'_>), trace: &'a Trace) -> Table<'a> {
        Table::of(eval, self.name, trace)
    }
}

/// The tables of one operation, with everybody else's messages.
pub(crate) struct Operation {
    parts: Vec<Part>,
    bytes: Trace,
    partners: Vec<(Sign, Message<Val>)>,
}

impl Operation {
    pub(crate) fn new(parts: Vec<Part>, lookups: &ByteLookups, partners: Vec<(Sign, Message<Val>)>) -> Self {
        Self {
            parts,
            bytes: byte_table_trace(lookups),
            partners,
        }
    }

    /// Books everything but one table.
    fn ledger_without(&self, part: usize) -> Ledger {
        let mut ledger = Ledger::default();
        ledger.add_partners(&self.partners);
        let bytes = Table::of(&|b| ByteTable.eval(b), "byte_table", &self.bytes);
        assert_eq!(ledger.add_table(&bytes), []);
        for (_, other) in self.parts.iter().enumerate().filter(|(index, _)| *index != part) {
            assert_eq!(ledger.add_table(&other.table(&other.eval, &other.trace)), []);
        }
        ledger
    }

    pub(crate) fn assert_honest(&self) {
        let failures = failures(self.ledger_without(usize::MAX), None);
        assert_eq!(failures.len(), 0, "{:?}", &failures[..failures.len().min(6)]);
    }

    /// The first row of a table where these cells are like this.
    pub(crate) fn row_where(&self, part: usize, is_wanted: impl Fn(&dyn Fn(&str, usize) -> Val) -> bool) -> usize {
        let part = &self.parts[part];
        let mut rows = 0..part.trace.height();
        rows.find(|row| is_wanted(&|name, index| part.trace.cell(*row, column(part.names, name, index))))
            .expect("in the corpus")
    }

    /// A forgery in one table.
    pub(crate) fn forge(&self, part: usize, row: usize) -> Forged<'_> {
        Forged {
            operation: self,
            part,
            row,
            trace: self.parts[part].trace.clone(),
        }
    }

    /// Asserts that no column of the row can change unnoticed, except `free` ones.
    pub(crate) fn assert_columns_bound<Cols: Columns<Val>>(&self, part: usize, row: usize, free: &[&str]) {
        let target = &self.parts[part];
        let evals: Vec<_> = self.parts.iter().map(|part| part.eval).collect();
        let others = self
            .parts
            .iter()
            .zip(&evals)
            .enumerate()
            .filter(|(index, _)| *index != part);
        let mut tables: Vec<_> = others.map(|(_, (part, eval))| part.table(eval, &part.trace)).collect();
        tables.push(Table::of(&|b| ByteTable.eval(b), "byte_table", &self.bytes));
        assert_columns_bound_with::<Cols>(
            target.name,
            &target.eval,
            &target.trace,
            row,
            &tables,
            &self.partners,
            free,
        );
    }
}

fn column(names: &[&str], name: &str, index: usize) -> usize {
    let first = names.iter().position(|column| *column == name);
    first.unwrap_or_else(|| panic!("no column {name}")) + index
}

fn failures(mut ledger: Ledger, table: Option<Table<'_>>) -> Vec<Failure> {
    let mut failures = table.map_or_else(Vec::new, |table| ledger.add_table(&table));
    failures.extend(ledger.surplus());
    failures
}

/// Tables of which one lies.
#[derive(Clone)]
pub(crate) struct Forged<'a> {
    operation: &'a Operation,
    part: usize,
    row: usize,
    trace: Trace,
}

impl Forged<'_> {
    fn at(&self, name: &str, index: usize) -> usize {
        column(self.operation.parts[self.part].names, name, index)
    }

    /// Goes on with another row.
    pub(crate) fn row(mut self, row: usize) -> Self {
        self.row = row;
        self
    }

    /// The cell as it is now.
    pub(crate) fn cell(&self, name: &str, index: usize) -> Val {
        self.trace.cell(self.row, self.at(name, index))
    }

    /// The `index`-th cell of the columns `name` is this value.
    pub(crate) fn set(mut self, name: &str, index: usize, value: impl Into<i64>) -> Self {
        let column = self.at(name, index);
        self.trace.set(self.row, column, Val::from_i64(value.into()));
        self
    }

    /// The `index`-th cell of the columns `name` is larger by this much.
    pub(crate) fn add(mut self, name: &str, index: usize, value: i64) -> Self {
        let cell = self.cell(name, index) + Val::from_i64(value);
        let column = self.at(name, index);
        self.trace.set(self.row, column, cell);
        self
    }

    fn broken(&self) -> (Vec<&'static str>, Vec<Failure>) {
        let part = &self.operation.parts[self.part];
        let table = part.table(&part.eval, &self.trace);
        let mut claims = Vec::new();
        let mut others = Vec::new();
        for failure in failures(self.operation.ledger_without(self.part), Some(table)) {
            match failure {
                Failure::Claim { claim, .. } => claims.push(claim),
                other => others.push(other),
            }
        }
        (claims, others)
    }

    /// Asserts that this claim breaks.
    pub(crate) fn breaks(self, claim: &str) {
        let (claims, _) = self.broken();
        assert!(
            claims.contains(&claim),
            "expected \"{claim}\" to break, broke {claims:?}"
        );
    }

    /// Asserts that all claims hold, but a row looks up what is in no table.
    pub(crate) fn looks_up_what_does_not_exist(self, tag: Tag) {
        let (claims, others) = self.broken();
        assert!(claims.is_empty(), "{claims:?}");
        let does_not_exist = |failure: &Failure| match failure {
            Failure::Bus { tag: at, fields, .. } if *at == tag => match (tag, fields.as_slice()) {
                (Tag::Range16, [value]) => *value >= 1 << 16,
                (Tag::BytePair, [a, b]) => *a >= 1 << 8 || *b >= 1 << 8,
                _ => false,
            },
            _ => false,
        };
        assert!(others.iter().any(does_not_exist), "{others:?}");
    }

    /// Asserts that all claims hold, but a message of this kind finds nobody.
    pub(crate) fn stays_unanswered(self, tag: Tag) {
        let (claims, others) = self.broken();
        assert!(claims.is_empty(), "{claims:?}");
        let noticed = |failure: &Failure| matches!(failure, Failure::Bus { tag: at, .. } if *at == tag);
        assert!(others.iter().any(noticed), "{others:?}");
    }
}
