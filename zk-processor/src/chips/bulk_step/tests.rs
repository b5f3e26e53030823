//! Honest, edge and forged bulk operations: heads together with the table of cells.

use alloc::vec::Vec;

use p3_field::PrimeCharacteristicRing;

use super::columns::BulkStepCols;
use super::{BulkStepChip, bulk_step_trace};
use crate::chips::bench::Effect;
use crate::chips::builder::{Chip, Val};
use crate::chips::bulk_cells::{BulkCells, BulkCellsCols, bulk_cells_trace};
use crate::chips::buses::Tag;
use crate::chips::byte_table::ByteLookups;
use crate::chips::operation_testing::{Account, Operation, Part, SLOT};
use crate::executor::time;
use crate::isa::rows::byte_step_len;
use crate::isa::spaces::INPUT_BASE;
use crate::isa::{ControlCell, Instruction, Opcode, Space};

/// Positions of the two tables.
pub(crate) const HEAD: usize = 0;
pub(crate) const CELLS: usize = 1;

/// The live sandbox of every account here, and its pages.
const LIVE: u32 = 5;
const LIVE_PAGES: u32 = 2;

/// One of the four operations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Copy,
    Fill,
    Read,
    Write,
}

impl Kind {
    fn opcodes(self) -> [Opcode; 2] {
        match self {
            Self::Copy => [Opcode::MemoryCopyBegin, Opcode::MemoryCopyStep],
            Self::Fill => [Opcode::MemoryFillBegin, Opcode::MemoryFillStep],
            Self::Read => [Opcode::SandboxReadBegin, Opcode::SandboxReadStep],
            Self::Write => [Opcode::SandboxWriteBegin, Opcode::SandboxWriteStep],
        }
    }

    /// Contexts of destination and source.
    fn contexts(self, own: u32) -> [u32; 2] {
        match self {
            Self::Copy | Self::Fill => [own, own],
            Self::Read => [own, LIVE],
            Self::Write => [LIVE, own],
        }
    }
}

fn byte(account: &mut Account, context: u32, address: u64) -> u8 {
    if context == 0 && address >= u64::from(INPUT_BASE) {
        return Account::initial_byte(address);
    }
    let cell = account.value(Space::Memory, context, (address / 8) as u32);
    cell.to_le_bytes()[address as usize % 8]
}

fn read_controls(account: &mut Account, kind: Kind) {
    if matches!(kind, Kind::Read | Kind::Write) {
        for cell in [ControlCell::Live, ControlCell::Live, ControlCell::Pages] {
            account.access(Space::Control, 0, cell as u32, time::READ, None);
        }
        // A machine-owned cell is two accesses at one time.
        account.join_halves();
    }
}

/// Runs begin, steps and done, as the executor would.
pub(crate) fn run(account: &mut Account, kind: Kind, target: u64, source: u64, count: u64) {
    let [begin, step] = kind.opcodes();
    let row = |opcode| Instruction {
        gas: 3,
        ..Instruction::new(opcode, 0, SLOT, 0)
    };
    let descends = kind == Kind::Copy && target > source;
    account.plant(Space::Control, 0, ControlCell::Live as u32, u64::from(LIVE) | 9 << 32);
    account.plant(Space::Control, 0, ControlCell::Pages as u32, u64::from(LIVE_PAGES));
    account.plant_slots(&[target, source, count]);
    let direction = (kind == Kind::Copy).then_some(u64::from(descends));
    let slots = |values: [u64; 3]| values.into_iter().chain(direction).collect::<Vec<_>>();
    account.access_slots(&slots([target, source, count]));
    read_controls(account, kind);
    account.finish(row(begin), Effect::Writes(0));
    loop {
        let [target, source, count] = [0, 1, 2].map(|index| account.slot(index));
        let part = byte_step_len(target, count, descends);
        let skipped = if descends { count - part } else { 0 };
        let up = if descends { 0 } else { part };
        let source_up = if kind == Kind::Fill { 0 } else { up };
        let after = [target + up, source + source_up].map(|address| u64::from(address as u32));
        account.access_slots(&slots([after[0], after[1], count - part]));
        read_controls(account, kind);
        if part == 0 {
            account.finish(row(step), Effect::Writes(0));
            return;
        }
        move_bytes(account, kind, [target + skipped, source + skipped], part);
        let pc = account.state.pc;
        account.finish(row(step), Effect::GoesTo(pc));
    }
}

fn move_bytes(account: &mut Account, kind: Kind, [target, source]: [u64; 2], part: u64) {
    let [target_context, source_context] = kind.contexts(account.state.context);
    let fill = account.slot(1) as u8;
    let bytes: Vec<u8> = (source..source + part)
        .map(|address| {
            if kind == Kind::Fill {
                fill
            } else {
                byte(account, source_context, address)
            }
        })
        .collect();
    if kind != Kind::Fill {
        for cell in source / 8..=(source + part - 1) / 8 {
            if source_context == 0 && source >= u64::from(INPUT_BASE) {
                account.input_cells.push(cell as u32 - (INPUT_BASE >> 3));
            } else {
                account.access(Space::Memory, source_context, cell as u32, time::READ, None);
            }
        }
    }
    for cell in target / 8..=(target + part - 1) / 8 {
        let old = account.value(Space::Memory, target_context, cell as u32).to_le_bytes();
        let new = core::array::from_fn(|index| {
            let address = 8 * cell + index as u64;
            let at = address.checked_sub(target).and_then(|at| bytes.get(at as usize));
            at.copied().unwrap_or(old[index])
        });
        let new = u64::from_le_bytes(new);
        account.access(Space::Memory, target_context, cell as u32, time::WRITE, Some(new));
    }
}

pub(crate) fn operation(account: &Account) -> Operation {
    let mut lookups = ByteLookups::default();
    let head = bulk_step_trace(&account.events, 4, &mut lookups);
    let cells = bulk_cells_trace(&account.events, 4, &Account::input_cell, &mut lookups);
    let parts = Vec::from([
        Part::new::<_, BulkStepCols<Val>>(&BulkStepChip, |b| BulkStepChip.eval(b), head),
        Part::new::<_, BulkCellsCols<Val>>(&BulkCells, |b| BulkCells.eval(b), cells),
    ]);
    Operation::new(parts, &lookups, account.partners())
}

/// One operation of each kind, at odd places.
pub(crate) fn corpus() -> Account {
    let mut account = Account::new(0, 3);
    run(&mut account, Kind::Copy, 0x103, 0x1_fff4, 21);
    run(&mut account, Kind::Copy, 0x2005, 0x2002, 30);
    run(&mut account, Kind::Copy, 0x40, u64::from(INPUT_BASE) + 0x10, 8);
    run(&mut account, Kind::Fill, 0x7, 0xabcd_12ee, 10);
    run(&mut account, Kind::Read, 0x2_fff9, 0x1_0001, 7);
    run(&mut account, Kind::Write, 0x1_fffb, 0x13, 5);
    account
}

#[test]
fn honest_operations_balance() {
    operation(&corpus()).assert_honest();
}

#[test]
fn no_operations_are_honest_tables() {
    operation(&Account::new(0, 3)).assert_honest();
}

#[test]
fn bytes_move_between_all_alignments() {
    let mut account = Account::new(3, 1);
    for target in 0..8 {
        for source in 0..8 {
            for count in [1, 7, 8, 9, 17] {
                run(&mut account, Kind::Copy, 0x100 + target, 0x1000 + source, count);
            }
        }
    }
    operation(&account).assert_honest();
}

/// What is left in memory is what a copy of bytes leaves: the account moves them all at once, the rows by parts.
#[test]
fn long_and_overlapping_ranges_move_as_a_whole() {
    for (target, source) in [
        (0x105, 0x100),
        (0x100, 0x105),
        (0x100, 0x100),
        (0x101, 0x1103),
        (0x1102, 0x107),
    ] {
        let mut account = Account::new(2, 1);
        let count = 5_000;
        let bytes: Vec<u8> = (source..source + count).map(Account::initial_byte).collect();
        run(&mut account, Kind::Copy, target, source, count);
        let moved: Vec<u8> = (target..target + count)
            .map(|address| byte(&mut account, 2, address))
            .collect();
        assert_eq!(moved, bytes);
        operation(&account).assert_honest();
    }
}

#[test]
fn nothing_and_exactly_one_step_are_moved() {
    let mut account = Account::new(0, 2);
    run(&mut account, Kind::Copy, 0, 0, 0);
    run(&mut account, Kind::Copy, 0x2_0000, 0x2_0000, 0);
    run(&mut account, Kind::Copy, 0x1_f800, 0, 2048);
    run(&mut account, Kind::Copy, 0, 0x1_f800, 2048);
    run(&mut account, Kind::Fill, 0x1_0000, 7, 0x1_0000);
    run(&mut account, Kind::Fill, 0, 0, 0);
    run(&mut account, Kind::Copy, 0, u64::from(u32::MAX) - 4_000, 4_001);
    run(&mut account, Kind::Write, 0, u64::from(INPUT_BASE) + 3, 100);
    operation(&account).assert_honest();
}

#[test]
fn forged_kinds_break_a_claim_by_name() {
    let operation = operation(&corpus());
    let row = |name: &str, kind: &str| {
        operation.row_where(HEAD, |cell| cell(name, 0) == Val::ONE && cell(kind, 0) == Val::ONE)
    };
    let forge = |row| operation.forge(HEAD, row);
    let advance = row("is_copy", "is_advance");
    forge(advance).set("is_done", 0, 1).breaks("one row kind or padding");
    forge(advance).set("is_fill", 0, 1).breaks("one operation or padding");
    forge(31).set("is_copy", 0, 1).breaks("one operation or padding");
    forge(advance)
        .set("is_advance", 0, 0)
        .set("is_done", 0, 1)
        .breaks("what is done has no bytes");
    forge(advance)
        .set("is_advance", 0, 0)
        .set("is_done", 0, 1)
        .breaks("only an advance has a part");
    forge(row("is_fill", "is_begin"))
        .set("is_descending", 0, 1)
        .breaks("only a copy has a direction");
    forge(advance)
        .set("distance_borrow", 0, 1)
        .breaks("only a begin has a distance");
    forge(row("is_fill", "is_begin"))
        .set("distance_borrow", 0, 1)
        .breaks("only a begin has a distance");
    forge(advance).set("is_descending", 0, 2).breaks("a direction is a bit");
    forge(advance)
        .set("direction", 0, 1)
        .breaks("a copy keeps its direction");
    forge(advance)
        .set("direction", 2, 1)
        .breaks("a copy keeps its direction");
    forge(advance)
        .set("is_down", 0, 1)
        .breaks("a descending part is the last one");
    forge(row("is_read", "is_advance"))
        .set("execution", 4, 1)
        .breaks("only context 0 reaches the sandbox");
    forge(row("is_read", "is_advance"))
        .set("live", 0, 0)
        .breaks("a sandbox is live");
    forge(advance)
        .set("live", 1, 1)
        .breaks("only copies look at the sandbox");
    forge(advance)
        .set("sandbox_pages", 1, 1)
        .breaks("only copies look at the sandbox");
    forge(row("is_write", "is_advance"))
        .set("target_context", 0, 0)
        .breaks("contexts are right");
    forge(row("is_read", "is_advance"))
        .set("source_context", 0, 0)
        .breaks("contexts are right");
    forge(row("is_fill", "is_begin"))
        .set("checks_source", 0, 1)
        .breaks("a fill has no source");
}

#[test]
fn a_direction_is_that_of_the_addresses() {
    let operation = operation(&corpus());
    for (row, direction) in [(0, 0), (1, 1)] {
        let begins = |cell: &dyn Fn(&str, usize) -> Val| {
            let is_begin = cell("is_copy", 0) == Val::ONE && cell("is_begin", 0) == Val::ONE;
            is_begin && cell("is_descending", 0) == Val::from_u32(direction)
        };
        let at = operation.row_where(HEAD, begins);
        let forged = operation
            .forge(HEAD, at)
            .set("is_descending", 0, 1 - i64::from(direction));
        forged.looks_up_what_does_not_exist(Tag::Range16);
        assert!(row <= at);
    }
}

#[test]
fn a_part_is_as_large_as_it_can_be() {
    let mut account = Account::new(2, 1);
    run(&mut account, Kind::Copy, 0x103, 0x1000, 5_000);
    run(&mut account, Kind::Copy, 0x1003, 0x100, 5_000);
    let operation = operation(&account);
    let name = "a part fills 256 cells or is the rest";
    for down in [0, 1] {
        let full = operation.row_where(HEAD, |cell| {
            cell("is_full", 0) == Val::ONE && cell("is_down", 0) == Val::from_u32(down)
        });
        let rest = operation.row_where(HEAD, |cell| {
            cell("is_advance", 0) == Val::ONE
                && cell("is_full", 0) == Val::ZERO
                && cell("is_down", 0) == Val::from_u32(down)
        });
        operation.forge(HEAD, full).set("is_full", 0, 0).breaks(name);
        operation.forge(HEAD, full).add("part", 0, -8).breaks(name);
        operation.forge(HEAD, full).set("is_full", 0, 2).breaks(name);
        operation
            .forge(HEAD, rest)
            .add("part", 0, -1)
            .breaks("the count shrinks");
        let slack = operation.forge(HEAD, full).add("slack", 0, 1).add("part", 0, -1);
        slack.breaks(if down == 0 {
            "slack is what is off a multiple of 8"
        } else {
            "the count shrinks"
        });
        operation
            .forge(HEAD, full)
            .add("cells", 0, 1)
            .breaks("slack is what is off a multiple of 8");
    }
    // Slack of 8 and more, a cell less: everything agrees but the byte table.
    let begin = operation.row_where(HEAD, |cell| cell("is_begin", 0) == Val::ONE);
    operation
        .forge(HEAD, begin)
        .set("slack", 0, 8)
        .breaks("slack is what is off a multiple of 8");
}

#[test]
fn operands_advance_by_the_part() {
    let operation = operation(&corpus());
    let advance = operation.row_where(HEAD, |cell| cell("is_advance", 0) == Val::ONE);
    let forge = || operation.forge(HEAD, advance);
    forge().add("target_after", 0, 1).breaks("addresses advance");
    forge().add("target_after", 1, 1).breaks("addresses advance");
    forge().add("source_after", 0, 1).breaks("addresses advance");
    forge().add("source_after", 1, 1).breaks("addresses advance");
    forge().set("carry", 0, 2).breaks("addresses advance");
    forge().set("wraps", 1, 1).breaks("addresses advance");
    forge().add("count_after", 0, 1).breaks("the count shrinks");
    forge().add("count_after", 1, 1).breaks("the count shrinks");
    forge().set("borrow", 0, 1).breaks("the count shrinks");
}

#[test]
fn what_lies_out_of_bounds_is_not_moved() {
    let mut account = Account::new(0, 3);
    run(&mut account, Kind::Copy, 0x2_fff0, 0x2_ffe0, 16);
    // One page less, with everyone's agreement.
    for event in &mut account.events {
        (event.before.pages, event.after.pages) = (2, 2);
    }
    let mut lookups = ByteLookups::default();
    let head = bulk_step_trace(&account.events, 4, &mut lookups);
    let part = Part::new::<_, BulkStepCols<Val>>(&BulkStepChip, |b| BulkStepChip.eval(b), head);
    let operation = Operation::new(Vec::from([part]), &lookups, account.partners());
    // The room is negative: in the field, but no 16-bit value.
    operation.forge(HEAD, 0).looks_up_what_does_not_exist(Tag::Range16);
    operation
        .forge(HEAD, 0)
        .set("room", 0, 0)
        .breaks("the last byte lies in bounds");
    operation
        .forge(HEAD, 1)
        .set("room", 1, 0)
        .breaks("the last byte lies in bounds");
    operation
        .forge(HEAD, 1)
        .set("last_carry", 0, 2)
        .breaks("the last byte lies in bounds");
}

#[test]
fn the_window_is_that_of_context_0_and_of_its_addresses() {
    let operation = operation(&corpus());
    let window = operation.row_where(HEAD, |cell| {
        cell("is_window", 0) == Val::ONE && cell("is_advance", 0) == Val::ONE
    });
    let name = "only context 0 has a window";
    operation.forge(HEAD, window).set("execution", 4, 2).breaks(name);
    operation.forge(HEAD, window).set("is_window", 0, 2).breaks(name);
    let read = operation.row_where(HEAD, |cell| {
        cell("is_read", 0) == Val::ONE && cell("is_advance", 0) == Val::ONE
    });
    operation.forge(HEAD, read).set("is_window", 0, 1).breaks(name);
    let fill = operation.row_where(HEAD, |cell| cell("is_fill", 0) == Val::ONE);
    operation.forge(HEAD, fill).set("is_window", 0, 1).breaks(name);
    // An address of memory as one of the window.
    let forged = operation.forge(HEAD, 1).set("is_window", 0, 1);
    let room = 65_536 - 1 - 2;
    forged.set("room", 1, room).looks_up_what_does_not_exist(Tag::Range16);
}

#[test]
fn a_part_begins_where_the_operands_say() {
    let operation = operation(&corpus());
    let advance = operation.row_where(HEAD, |cell| cell("is_advance", 0) == Val::ONE);
    for index in 0..2 {
        let forge = || operation.forge(HEAD, advance);
        forge()
            .add("cell_in_page", index, 1)
            .breaks("the part's address is right");
        forge().add("byte", index, 1).breaks("the part's address is right");
        forge().add("page", index, 1).breaks("the part's address is right");
        forge()
            .add("part_carry", index, 1)
            .breaks("the part's address is right");
        // The next cell with eight bytes less is the same address, but no position in a cell.
        let forged = forge().add("cell_in_page", index, 1).add("byte", index, -8);
        if index == 1 {
            forged.stays_unanswered(Tag::Operation);
        } else {
            forged.breaks("slack is what is off a multiple of 8");
        }
    }
}

#[test]
fn every_column_of_every_kind_is_bound() {
    let operation = operation(&corpus());
    for kind in ["is_copy", "is_fill", "is_read", "is_write"] {
        for row in ["is_begin", "is_advance", "is_done"] {
            let at = operation.row_where(HEAD, |cell| cell(kind, 0) == Val::ONE && cell(row, 0) == Val::ONE);
            // A done row and the source of a fill have no place.
            let place: &[&str] = match (kind, row) {
                (_, "is_done") | ("is_fill", "is_begin") => &["byte", "page", "part_carry", "last_carry"],
                ("is_fill", _) => &["part_carry", "last_carry"],
                _ => &[],
            };
            let (direction, slots): (&[&str], &[&str]) = if kind == "is_copy" {
                (&[], &[])
            } else {
                (&["direction"], &["slots"])
            };
            let is_sandbox = matches!(kind, "is_read" | "is_write");
            let (live, controls): (&[&str], &[&str]) = if is_sandbox {
                (&[], &[])
            } else {
                (&["live_inverse"], &["controls"])
            };
            let free = [direction, place, live, slots, controls].concat();
            operation.assert_columns_bound::<BulkStepCols<Val>>(HEAD, at, &free);
        }
    }
}
