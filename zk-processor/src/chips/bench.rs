//! A bench for attacks on instruction chips: events as the executor would record them, an honest table, and forgeries in it.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use core::fmt::Debug;

use p3_field::{PrimeCharacteristicRing, PrimeField32};

use super::builder::{Chip, Columns, Sign, Val};
use super::buses::{Message, Tag};
use super::byte_table::{ByteLookups, ByteTable, byte_table_trace};
use super::check::{Failure, Ledger, Table};
use super::event::{Access, Event, State};
use super::testing::assert_columns_bound_with;
use super::trace::Trace;
use crate::executor::time;
use crate::isa::spaces::TIME_STEP;
use crate::isa::{Instruction, Opcode, Shape, Space};

/// 32-bit pairs: an ordinary one first, then every pair of edge values.
pub(crate) fn pairs_32() -> Vec<(u32, u32)> {
    let edges = [0, 1, 0xffff, 0x1_0000, 0x7fff_ffff, 0x8000_0000, 0xffff_8000, u32::MAX];
    let pairs = edges.iter().flat_map(|a| edges.map(|b| (*a, b)));
    core::iter::once((0x9234_5678, 0x1f0d_9abc)).chain(pairs).collect()
}

/// 64-bit pairs: an ordinary one first, then every pair of edge values.
pub(crate) fn pairs_64() -> Vec<(u64, u64)> {
    let edges = [
        0,
        1,
        0xffff,
        0x1_0000,
        u64::from(u32::MAX),
        1 << 32,
        i64::MAX as u64,
        1 << 63,
        u64::MAX,
    ];
    let pairs = edges.iter().flat_map(|a| edges.map(|b| (*a, b)));
    let ordinary = (0x9234_5678_9abc_def0, 0x1f0d_9abc_5678_1234);
    core::iter::once(ordinary).chain(pairs).collect()
}

/// What an instruction does, computed by the test from the instruction's definition.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Effect {
    /// The slot dst, or the global of a `global_set`, gets this value.
    Writes(u64),
    /// The slots dst and x1 get these values.
    WritesTwo(u64, u64),
    /// Control goes to this row.
    GoesTo(u32),
}

/// An access that a test plans.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Planned {
    /// The space.
    pub(crate) space: Space,
    /// The cell; slots count from the frame pointer.
    pub(crate) cell: u32,
    /// Time after the instruction's.
    pub(crate) offset: u64,
    /// What the cell is given first, as if something before had written it.
    pub(crate) planted: Option<u64>,
    /// What it becomes; `None` if it stays.
    pub(crate) new: Option<u64>,
}

impl Planned {
    /// A read of a cell that holds this value.
    pub(crate) fn read(space: Space, cell: u32, offset: u64, value: u64) -> Self {
        Self {
            space,
            cell,
            offset,
            planted: Some(value),
            new: None,
        }
    }

    /// A write of this value over what the cell holds.
    pub(crate) fn write(space: Space, cell: u32, offset: u64, new: u64) -> Self {
        Self {
            space,
            cell,
            offset,
            planted: None,
            new: Some(new),
        }
    }
}

/// Writes events as the executor would: cells with their values and times, the tuple, one instruction after the other.
#[derive(Clone, Debug)]
pub(crate) struct Run {
    pub(crate) events: Vec<Event>,
    state: State,
    cells: BTreeMap<(Space, u32), (u32, u64)>,
}

impl Default for Run {
    fn default() -> Self {
        let state = State {
            handle: 1,
            pc: 10,
            frame_pointer: 100,
            // Late enough for time differences above 2^16.
            time: TIME_STEP << 15,
            context: 2,
            pages: 3,
            gas_left: 1_000_000,
            stack_left: 4_000,
        };
        Self {
            events: Vec::new(),
            state,
            cells: BTreeMap::new(),
        }
    }
}

impl Run {
    /// The row that executes next.
    pub(crate) fn pc(&self) -> u32 {
        self.state.pc
    }

    /// Runs an instruction. The cells it reads get the values `operands` first, as if something before had written them: slots, or the global
    /// of a `global_get`.
    pub(crate) fn run(&mut self, instruction: Instruction, operands: &[u64], effect: Effect) {
        let before = self.state;
        let at = |offset: u64| before.time + offset as u32;
        let frame = |slot: u16| (Space::Frame, before.frame_pointer + u32::from(slot));
        let global = (Space::Global, instruction.low());
        let slots = instruction.slots_read().into_iter().flatten().map(frame);
        let read: Vec<_> = match instruction.opcode.shape() {
            Shape::GlobalGet => Vec::from([(global, time::READ)]),
            _ => slots.zip([time::A, time::B, time::C]).collect(),
        };
        for ((cell, _), value) in read.iter().zip(operands) {
            self.cells.entry(*cell).or_default().1 = *value;
        }
        let mut accesses = Vec::new();
        for (cell, offset) in read {
            let value = self.cells.get(&cell).map_or(0, |(_, value)| *value);
            accesses.push(self.touch(cell, at(offset), value));
        }
        self.state.pc += 1;
        match effect {
            Effect::GoesTo(pc) => self.state.pc = pc,
            Effect::Writes(value) if instruction.opcode.shape() == Shape::GlobalSet => {
                accesses.push(self.touch(global, at(time::READ), value));
            }
            Effect::WritesTwo(value, second) => {
                let slot = instruction.slot_written().expect("an instruction that writes");
                accesses.push(self.touch(frame(slot), at(time::DESTINATION), value));
                accesses.push(self.touch(frame(instruction.c()), at(time::SECOND_DESTINATION), second));
            }
            Effect::Writes(value) => {
                let slot = instruction.slot_written().expect("an instruction that writes");
                accesses.push(self.touch(frame(slot), at(time::DESTINATION), value));
            }
        }
        self.state.time += TIME_STEP;
        self.state.gas_left -= u32::from(instruction.gas);
        self.events.push(Event {
            before,
            after: self.state,
            instruction,
            accesses,
        });
    }

    /// The tuple before the next instruction.
    pub(crate) fn state_mut(&mut self) -> &mut State {
        &mut self.state
    }

    /// Runs an instruction with these accesses; `change` makes the tuple afterwards from that of a row that pays its gas and goes to the next row.
    pub(crate) fn run_planned(
        &mut self,
        instruction: Instruction,
        planned: &[Planned],
        change: impl FnOnce(&mut State),
    ) {
        let before = self.state;
        let mut accesses = Vec::with_capacity(planned.len());
        for (index, plan) in planned.iter().enumerate() {
            let frame = if plan.space == Space::Frame {
                before.frame_pointer
            } else {
                0
            };
            let cell = frame + plan.cell;
            // The second access to a link is the other half of its cell.
            let is_second = plan.space == Space::Link && index > 0 && planned[index - 1].space == Space::Link;
            let key = (plan.space, if is_second { cell | 1 << 31 } else { cell });
            let entry = self.cells.entry(key).or_default();
            entry.1 = plan.planted.unwrap_or(entry.1);
            let new = plan.new.unwrap_or(entry.1);
            let access = self.touch(key, before.time + plan.offset as u32, new);
            accesses.push(Access { cell, ..access });
        }
        self.state.pc += 1;
        self.state.time += TIME_STEP;
        self.state.gas_left = self.state.gas_left.wrapping_sub(u32::from(instruction.gas));
        change(&mut self.state);
        self.events.push(Event {
            before,
            after: self.state,
            instruction,
            accesses,
        });
    }

    fn touch(&mut self, (space, cell): (Space, u32), time: u32, new: u64) -> Access {
        let (previous, old) = self.cells.insert((space, cell), (time, new)).unwrap_or_default();
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

    /// An instruction with operands in slots 3 and 4, on distinct slots with gas 7, then, if a = b, with all operands in one slot.
    pub(crate) fn run_on_slots(&mut self, opcode: Opcode, a: u64, b: u64, result: u64) {
        let apart = Instruction {
            gas: 7,
            ..Instruction::new(opcode, 9, 3, 4)
        };
        self.run(apart, &[a, b], Effect::Writes(result));
        if a == b {
            self.run(Instruction::new(opcode, 5, 5, 5), &[a, b], Effect::Writes(result));
        }
    }

    /// An instruction with the immediate b, writing its own operand if a is odd.
    pub(crate) fn run_on_immediate(&mut self, opcode: Opcode, a: u64, b: u64, result: u64) {
        let dst = if a % 2 == 1 { 3 } else { 9 };
        self.run(Instruction::new(opcode, dst, 3, b), &[a], Effect::Writes(result));
    }

    /// A branch on slots and its immediate form, with the target above, below and at the row itself in turn.
    pub(crate) fn run_branches(&mut self, [on_slots, on_immediate]: [Opcode; 2], a: u64, b: u64, is_taken: bool) {
        let target = [500, 20, self.pc()][self.events.len() % 3];
        for (opcode, x) in [(on_slots, 4), (on_immediate, b)] {
            let instruction = Instruction {
                gas: 7,
                ..Instruction::new(opcode, target, 3, x)
            };
            let next = if is_taken { target } else { self.pc() + 1 };
            self.run(instruction, &[a, b], Effect::GoesTo(next));
        }
    }
}

/// How a chip's table is filled.
pub(crate) type Fill = fn(&[Event], u32, &mut ByteLookups) -> Trace;

/// A chip with an honest table, and everybody else's messages booked.
#[derive(Debug)]
pub(crate) struct Suspect<C> {
    chip: C,
    fill: Fill,
    events: Vec<Event>,
    trace: Trace,
    ledger: Ledger,
}

impl<C: Chip + Copy + Debug> Suspect<C> {
    /// The table of these events, with at least one row of padding.
    pub(crate) fn new(chip: C, fill: Fill, events: Vec<Event>) -> Self {
        Self::with_partners(chip, fill, events, &[])
    }

    /// Like [`Self::new`], with messages of partners besides those of every event.
    pub(crate) fn with_partners(chip: C, fill: Fill, events: Vec<Event>, partners: &[(Sign, Message<Val>)]) -> Self {
        let mut lookups = ByteLookups::default();
        let minimum = (events.len() + 1).next_power_of_two().ilog2();
        let trace = fill(&events, minimum, &mut lookups);
        assert_eq!(trace.width(), chip.width());
        let mut ledger = Ledger::default();
        ledger.add_partners(&events.iter().flat_map(Event::partners).collect::<Vec<_>>());
        ledger.add_partners(partners);
        let bytes = byte_table_trace(&lookups);
        assert_eq!(
            ledger.add_table(&Table::of(&|b| ByteTable.eval(b), "byte_table", &bytes)),
            []
        );
        Self {
            chip,
            fill,
            events,
            trace,
            ledger,
        }
    }

    fn failures(&self, trace: &Trace) -> Vec<Failure> {
        let mut ledger = self.ledger.clone();
        let mut failures = ledger.add_table(&Table::of(&|b| self.chip.eval(b), self.chip.name(), trace));
        failures.extend(ledger.surplus());
        failures
    }

    /// Asserts that the honest table holds, and so does an empty one.
    pub(crate) fn assert_honest(&self) {
        assert_eq!(self.failures(&self.trace), []);
        let nothing = Self::new(self.chip, self.fill, Vec::new());
        assert_eq!(nothing.failures(&nothing.trace), []);
    }

    /// The first row of this opcode.
    pub(crate) fn row_of(&self, opcode: Opcode) -> usize {
        self.row_where(|event| event.instruction.opcode == opcode)
    }

    /// The first row whose event is like this.
    pub(crate) fn row_where(&self, is_wanted: impl Fn(&Event) -> bool) -> usize {
        self.events.iter().position(is_wanted).expect("in the corpus")
    }

    /// The event of a row.
    pub(crate) fn event(&self, row: usize) -> &Event {
        &self.events[row]
    }

    /// A forgery that changes nothing yet on this row.
    pub(crate) fn forge<Cols: Columns<Val>>(&self, row: usize) -> Forged<'_, C> {
        Forged {
            suspect: self,
            names: Cols::NAMES,
            row,
            trace: self.trace.clone(),
        }
    }

    /// A forgery on the first row of padding.
    pub(crate) fn forge_padding<Cols: Columns<Val>>(&self) -> Forged<'_, C> {
        self.forge::<Cols>(self.events.len())
    }

    /// Asserts that no column of the first row of each opcode can change unnoticed, except `free` ones, for which the test says why.
    pub(crate) fn assert_columns_bound<Cols: Columns<Val>>(&self, opcodes: &[(Opcode, &[&str])]) {
        self.assert_columns_bound_by::<Cols>(opcodes, |_| Vec::new());
    }

    /// Like [`Self::assert_columns_bound`], with messages of partners besides those of every event.
    pub(crate) fn assert_columns_bound_by<Cols: Columns<Val>>(
        &self,
        opcodes: &[(Opcode, &[&str])],
        partners: impl FnOnce(&[Event]) -> Vec<(Sign, Message<Val>)>,
    ) {
        let rows: Vec<_> = opcodes
            .iter()
            .map(|(opcode, free)| (self.row_of(*opcode), *free))
            .collect();
        self.assert_rows_bound::<Cols>(&rows, partners);
    }

    /// Number of events.
    pub(crate) fn rows(&self) -> usize {
        self.events.len()
    }

    /// Asserts that no column of these rows can change unnoticed, except `free` ones, for which the test says why.
    pub(crate) fn assert_rows_bound<Cols: Columns<Val>>(
        &self,
        rows: &[(usize, &[&str])],
        partners: impl FnOnce(&[Event]) -> Vec<(Sign, Message<Val>)>,
    ) {
        // A small table: these events only.
        let events: Vec<_> = rows.iter().map(|(row, _)| self.events[*row].clone()).collect();
        let mut lookups = ByteLookups::default();
        let trace = (self.fill)(&events, 2, &mut lookups);
        let bytes = byte_table_trace(&lookups);
        let mut partners = partners(&events);
        partners.extend(events.iter().flat_map(Event::partners));
        for (row, (_, free)) in rows.iter().enumerate() {
            assert_columns_bound_with::<Cols>(
                self.chip.name(),
                &|b| self.chip.eval(b),
                &trace,
                row,
                &[Table::of(&|b| ByteTable.eval(b), "byte_table", &bytes)],
                &partners,
                free,
            );
        }
    }
}

/// A table in which one row lies.
#[derive(Clone, Debug)]
pub(crate) struct Forged<'a, C> {
    suspect: &'a Suspect<C>,
    names: &'static [&'static str],
    row: usize,
    trace: Trace,
}

impl<C: Chip + Copy + Debug> Forged<'_, C> {
    fn column(&self, name: &str, index: usize) -> usize {
        let first = self.names.iter().position(|column| *column == name);
        first.unwrap_or_else(|| panic!("no column {name}")) + index
    }

    /// The cell as it is now.
    pub(crate) fn cell(&self, name: &str, index: usize) -> Val {
        self.trace.cell(self.row, self.column(name, index))
    }

    /// The `index`-th cell of the columns `name` is this value.
    pub(crate) fn set(mut self, name: &str, index: usize, value: impl Into<i64>) -> Self {
        let value = value.into();
        let magnitude = Val::from_u64(value.unsigned_abs());
        let value = if value < 0 { -magnitude } else { magnitude };
        self.trace.set(self.row, self.column(name, index), value);
        self
    }

    /// The `index`-th cell of the columns `name` is larger by this much.
    pub(crate) fn add(mut self, name: &str, index: usize, value: i32) -> Self {
        let cell = self.cell(name, index) + Val::from_i32(value);
        self.trace.set(self.row, self.column(name, index), cell);
        self
    }

    fn broken(&self) -> (Vec<&'static str>, Vec<Failure>) {
        let mut claims = Vec::new();
        let mut others = Vec::new();
        for failure in self.suspect.failures(&self.trace) {
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
        let name = self.suspect.chip.name();
        assert!(
            claims.contains(&claim),
            "{name}: expected \"{claim}\" to break, broke {claims:?}"
        );
    }

    /// Asserts that all claims hold, but the row looks up what is in no table.
    pub(crate) fn looks_up_what_does_not_exist(self, tag: Tag) {
        let (claims, others) = self.broken();
        assert!(claims.is_empty(), "{claims:?}");
        let does_not_exist = |failure: &Failure| match failure {
            Failure::Bus { tag: at, fields, .. } if *at == tag => match (tag, fields.as_slice()) {
                (Tag::Range16, [value]) => *value >= 1 << 16,
                (Tag::BytePair, [a, b]) => *a >= 1 << 8 || *b >= 1 << 8,
                (Tag::Bytes, [a, b, and]) => *a >= 1 << 8 || *b >= 1 << 8 || a & b != *and,
                _ => false,
            },
            _ => false,
        };
        assert!(others.iter().any(does_not_exist), "{others:?}");
    }

    /// Asserts that all claims hold, but nobody sent the message of this kind that the row receives, or receives the one it sends.
    pub(crate) fn stays_unanswered(self, tag: Tag) {
        let (claims, others) = self.broken();
        assert!(claims.is_empty(), "{claims:?}");
        let noticed = |failure: &Failure| matches!(failure, Failure::Bus { tag: at, .. } if *at == tag);
        assert!(others.iter().any(noticed), "{others:?}");
    }
}

/// A cell as a number.
pub(crate) fn number(cell: Val) -> u32 {
    cell.as_canonical_u32()
}
