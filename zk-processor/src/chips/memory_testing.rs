//! Loads and stores as an executor would make them, over a memory of bytes: the independent account that tests hold the chips against.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use p3_field::PrimeCharacteristicRing;

use super::builder::{Chip, Columns, Sign, Val};
use super::buses::{Message, Tag};
use super::byte_table::{ByteLookups, ByteTable, byte_table_trace};
use super::check::{CheckBuilder, Failure, Table, check_with};
use super::control_testing::with_lookups;
use super::event::{Access, Event, State, limbs};
use super::testing::{Eval, Forgery, assert_columns_bound_with};
use super::trace::Trace;
use crate::isa::rows::access_len;
use crate::isa::spaces::{INPUT_BASE, TIME_STEP};
use crate::isa::{Instruction, Opcode, Space};

/// Slot of the address in every program here.
pub(super) const ADDRESS_SLOT: u16 = 3;
/// Slot of a store's value.
pub(super) const VALUE_SLOT: u16 = 4;

/// p − 1.
pub(super) const MINUS_ONE: u32 = 0x7f00_0000;

/// A byte that memory or input holds before the program runs: each address another, half of them negative.
fn initial_byte(address: u32) -> u8 {
    (address.wrapping_mul(0x9e37_79b1) >> 24) as u8
}

/// A cell of the input window.
pub(super) fn input_cell(cell: u32) -> u64 {
    u64::from_le_bytes(core::array::from_fn(|byte| {
        initial_byte(INPUT_BASE + 8 * cell + byte as u32)
    }))
}

/// Runs loads and stores on bytes and writes down what happened.
pub(super) struct MemoryProgram {
    pub(super) events: Vec<Event>,
    state: State,
    bytes: BTreeMap<u32, u8>,
    last_access: BTreeMap<(Space, u32), (u32, u64)>,
    input_cells: Vec<u32>,
}

impl MemoryProgram {
    pub(super) fn new(context: u32, pages: u32) -> Self {
        let state = State {
            handle: 1,
            pc: 10,
            frame_pointer: 100,
            time: TIME_STEP,
            context,
            pages,
            gas_left: 1_000_000,
            stack_left: 4_000,
        };
        Self {
            events: Vec::new(),
            state,
            bytes: BTreeMap::new(),
            last_access: BTreeMap::new(),
            input_cells: Vec::new(),
        }
    }

    fn byte(&self, address: u32) -> u8 {
        self.bytes
            .get(&address)
            .copied()
            .unwrap_or_else(|| initial_byte(address))
    }

    fn cell(&self, cell: u32) -> u64 {
        u64::from_le_bytes(core::array::from_fn(|byte| self.byte(8 * cell + byte as u32)))
    }

    /// A load with the address operand `base`; its slot is written first, as if something before had done it.
    pub(super) fn load(&mut self, instruction: Instruction, base: u32) {
        let address = base + instruction.low();
        let bytes = core::array::from_fn(|byte| {
            if (byte as u64) < access_len(instruction.opcode) {
                self.byte(address + byte as u32)
            } else {
                0
            }
        });
        let value = extended(instruction.opcode, u64::from_le_bytes(bytes));
        let mut accesses = Vec::from([self.slot(instruction.a, 0, Some(base.into()))]);
        for cell in cells(instruction.opcode, address) {
            if address < INPUT_BASE || self.state.context != 0 {
                let value = self.cell(cell);
                accesses.push(self.memory(cell, 3, value, value));
            } else {
                self.input_cells.push(cell - INPUT_BASE / 8);
            }
        }
        accesses.push(self.write_slot(instruction.dst as u16, 5, value));
        self.finish(instruction, accesses);
    }

    /// A store of `value`, from its slot or from the instruction.
    pub(super) fn store(&mut self, instruction: Instruction, base: u32, value: u64) {
        let address = base + instruction.low();
        let mut accesses = Vec::from([self.slot(instruction.a, 0, Some(base.into()))]);
        let value = if instruction.slots_read()[1].is_some() {
            // The value's slot may be the address's: then it holds what that holds.
            let planted = (instruction.dst != u32::from(instruction.a)).then_some(value);
            let access = self.slot(instruction.dst as u16, 2, planted);
            accesses.push(access);
            access.old
        } else {
            instruction.high().into()
        };
        let old: Vec<_> = cells(instruction.opcode, address)
            .map(|cell| (cell, self.cell(cell)))
            .collect();
        let bytes = value.to_le_bytes();
        for (at, byte) in (address..).zip(bytes).take(access_len(instruction.opcode) as usize) {
            self.bytes.insert(at, byte);
        }
        for (cell, old) in old {
            let new = self.cell(cell);
            accesses.push(self.memory(cell, 4, old, new));
        }
        self.finish(instruction, accesses);
    }

    fn finish(&mut self, instruction: Instruction, accesses: Vec<Access>) {
        let before = self.state;
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

    /// A read of a slot, which is given the value `planted` first.
    fn slot(&mut self, slot: u16, offset: u32, planted: Option<u64>) -> Access {
        let last = self
            .last_access
            .entry((Space::Frame, self.state.frame_pointer + u32::from(slot)))
            .or_default();
        if let Some(value) = planted {
            last.1 = value;
        }
        let value = last.1;
        self.write_slot(slot, offset, value)
    }

    fn write_slot(&mut self, slot: u16, offset: u32, new: u64) -> Access {
        let cell = self.state.frame_pointer + u32::from(slot);
        let old = self
            .last_access
            .get(&(Space::Frame, cell))
            .map_or(0, |(_, value)| *value);
        self.access(Space::Frame, cell, offset, old, new)
    }

    fn memory(&mut self, cell: u32, offset: u32, old: u64, new: u64) -> Access {
        self.access(Space::Memory, cell, offset, old, new)
    }

    fn access(&mut self, space: Space, cell: u32, offset: u32, old: u64, new: u64) -> Access {
        let time = self.state.time + offset;
        let (previous, _) = self.last_access.insert((space, cell), (time, new)).unwrap_or_default();
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

    /// What all other chips say, the input included.
    pub(super) fn partners(&self) -> Vec<(Sign, Message<Val>)> {
        let input = |cell: &u32| {
            let fields = core::iter::once(Val::from_u32(*cell)).chain(limbs(input_cell(*cell)));
            (Sign::Receive, Message::new(Tag::Input, fields))
        };
        self.events
            .iter()
            .flat_map(Event::partners)
            .chain(self.input_cells.iter().map(input))
            .collect()
    }
}

/// The cells with the bytes of an access.
fn cells(opcode: Opcode, address: u32) -> impl Iterator<Item = u32> {
    let last = u64::from(address) + access_len(opcode) - 1;
    address / 8..=(last / 8) as u32
}

/// What all others would have to say if the instruction of `row` ran with so many pages.
pub(super) fn partners_with_pages(program: &MemoryProgram, row: usize, pages: u32) -> Vec<(Sign, Message<Val>)> {
    let mut partners = program.partners();
    let event = &program.events[row];
    for tuple in [event.before.message(), event.after.message()] {
        let said = partners
            .iter_mut()
            .filter(|(_, message)| message.tag == Tag::Exec && message.fields == tuple.fields);
        for (sign, message) in said {
            let before = message.fields[3] == Val::from_u32(event.before.time);
            if before == (*sign == Sign::Send) {
                message.fields[5] = Val::from_u32(pages);
            }
        }
    }
    partners
}

/// What a load makes of its bytes.
fn extended(opcode: Opcode, value: u64) -> u64 {
    match opcode {
        Opcode::Load8S32 => u64::from(i32::from(value as i8) as u32),
        Opcode::Load8S64 => i64::from(value as i8) as u64,
        Opcode::Load16S32 => u64::from(i32::from(value as i16) as u32),
        Opcode::Load16S64 => i64::from(value as i16) as u64,
        Opcode::Load32S64 => i64::from(value as i32) as u64,
        _ => value,
    }
}

/// A program of loads: at every offset of `bytes` modulo 8, at the edges of a page and up to the end of the memory, with and without offset and gas, dst its own
/// address, and for context 0 in the window.
pub(super) fn loads(context: u32, opcodes: &[Opcode], bytes: &[u32]) -> MemoryProgram {
    let pages = if context == 0 { 3 } else { 1 << 16 };
    let mut program = MemoryProgram::new(context, pages);
    let last_cell = if context == 0 { 3 * 0x1_0000 - 8 } else { u32::MAX - 7 };
    let end = if context == 0 { 3 << 16 } else { 1 << 32 };
    let mut cells = Vec::from([
        (0, end),
        (0xfff8, end),
        (0x1_0000, end),
        (last_cell - 8, end),
        (last_cell, end),
    ]);
    if context == 0 {
        cells.extend([INPUT_BASE, INPUT_BASE + 0xfff8, u32::MAX - 15, u32::MAX - 7].map(|cell| (cell, 1 << 32)));
    }
    for opcode in opcodes {
        for byte in bytes {
            for (cell, end) in &cells {
                let address = cell + byte;
                if u64::from(address) + access_len(*opcode) > *end {
                    continue;
                }
                for offset in [0, address & 0xffff, address] {
                    let instruction = Instruction {
                        gas: (offset % 256) as u8,
                        ..Instruction::new(*opcode, 9, ADDRESS_SLOT, offset.into())
                    };
                    program.load(instruction, address - offset);
                }
            }
            let aliased = Instruction::new(*opcode, ADDRESS_SLOT.into(), ADDRESS_SLOT, 1);
            program.load(aliased, 0x1_fff7 + byte);
        }
    }
    program
}

/// A program of stores, as [`loads`]; values from a slot whose upper half is not 0, and from the address's own slot.
pub(super) fn stores(slot: Opcode, immediate: Opcode, bytes: &[u32]) -> MemoryProgram {
    let mut program = MemoryProgram::new(2, 3);
    let values = [0, u64::MAX, 0x0123_4567_89ab_cdef, 0x8000_0000];
    for (byte, value) in bytes.iter().flat_map(|byte| values.map(|value| (byte, value))) {
        for cell in [0, 0xfff8, 0x1_0000, 3 * 0x1_0000 - 16, 3 * 0x1_0000 - 8] {
            let address = cell + byte;
            if u64::from(address) + access_len(slot) > 3 << 16 {
                continue;
            }
            for offset in [0, address & 0xffff, address] {
                let instruction = Instruction {
                    gas: (offset % 256) as u8,
                    ..Instruction::new(slot, VALUE_SLOT.into(), ADDRESS_SLOT, offset.into())
                };
                program.store(instruction, address - offset, value);
            }
            let operands = u64::from(address) | (value & 0xffff_ffff) << 32;
            program.store(Instruction::new(immediate, 0, ADDRESS_SLOT, operands), 0, value);
        }
        program.store(
            Instruction::new(slot, ADDRESS_SLOT.into(), ADDRESS_SLOT, 1),
            0x1_fff7 + byte,
            0,
        );
    }
    program
}

/// A chip's table of one program, with the byte table and what all others say.
pub(super) struct Tables<'a> {
    pub(super) name: &'a str,
    pub(super) eval: Eval<'a>,
    pub(super) trace: Trace,
    pub(super) bytes: Trace,
    pub(super) program: MemoryProgram,
}

impl<'a> Tables<'a> {
    pub(super) fn new(
        name: &'a str,
        eval: Eval<'a>,
        program: MemoryProgram,
        fill: impl FnOnce(&[Event], &mut ByteLookups) -> Trace,
    ) -> Self {
        let mut lookups = ByteLookups::default();
        let trace = fill(&program.events, &mut lookups);
        Self {
            name,
            eval,
            trace,
            bytes: byte_table_trace(&lookups),
            program,
        }
    }

    pub(super) fn failures(&self) -> Vec<Failure> {
        let byte_table = |builder: &mut CheckBuilder<'_>| ByteTable.eval(builder);
        let tables = [
            Table::of(self.eval, self.name, &self.trace),
            Table::of(&byte_table, "byte_table", &self.bytes),
        ];
        check_with(&tables, &self.program.partners())
    }

    pub(super) fn forgery(&self) -> Forgery<'a> {
        Forgery::new(self.name, self.eval, self.trace.clone())
    }

    /// Asserts that all claims hold in the forged table, but it looks up what is in no table: what only that lookup can see.
    pub(super) fn assert_looks_up_what_does_not_exist(&self, forgery: &Forgery<'_>, tag: Tag) {
        let mut forged = self.trace.clone();
        for row in 0..forged.height() {
            for column in 0..forged.width() {
                forged.set(row, column, forgery.value(row, column));
            }
        }
        let failures = check_with(&[Table::of(self.eval, self.name, &forged)], &[]);
        let claims = failures
            .iter()
            .filter(|failure| !matches!(failure, Failure::Bus { .. }))
            .count();
        assert_eq!(claims, 0, "{}: a claim breaks", self.name);
        let bound = if tag == Tag::Range16 { 1 << 16 } else { 1 << 8 };
        let does_not_exist = |failure: &Failure| matches!(failure, Failure::Bus { tag: at, fields, .. } if *at == tag && fields.iter().any(|value| *value >= bound));
        assert!(
            failures.iter().any(does_not_exist),
            "{}: every lookup exists",
            self.name
        );
    }

    /// The first row for which this holds.
    pub(super) fn row(&self, which: impl Fn(&Event) -> bool) -> usize {
        self.program.events.iter().position(which).expect("in the corpus")
    }

    /// The first row of this opcode in memory, or in the window.
    pub(super) fn row_of(&self, opcode: Opcode, in_window: bool) -> usize {
        self.row(|event| {
            let reads_memory = event.accesses.iter().any(|access| access.space == Space::Memory);
            event.instruction.opcode == opcode && reads_memory != in_window
        })
    }

    /// Every column of the row is bound but `free`, where the columns of `G` come first and those of `C` are all. The lookups that the honest table asks
    /// for are given exactly as often; that they are in the byte table is what [`Self::failures`] shows.
    pub(super) fn assert_bound<C: Columns<Val>, G: Columns<Val>>(
        &self,
        row: usize,
        free_of_group: &[&str],
        free: &[&str],
    ) {
        let partners = with_lookups(self.name, self.eval, &self.trace, &self.program.partners());
        assert_columns_bound_with::<G>(self.name, self.eval, &self.trace, row, &[], &partners, free_of_group);
        assert_columns_bound_with::<C>(self.name, self.eval, &self.trace, row, &[], &partners, free);
    }
}
