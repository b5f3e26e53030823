//! Honest, edge and forged bulk operations in steps of one cell.

use alloc::vec::Vec;

use p3_field::PrimeCharacteristicRing;

use super::columns::CellStepCols;
use super::{CellStepChip, Kind, cell_step_trace};
use crate::chips::bench::Effect;
use crate::chips::builder::{Chip, Val};
use crate::chips::buses::Tag;
use crate::chips::byte_table::ByteLookups;
use crate::chips::operation_testing::{Account, Operation, Part, SLOT};
use crate::executor::time;
use crate::isa::rows::cell_step_len;
use crate::isa::spaces::{INPUT_BASE, PAGE_BYTES};
use crate::isa::{Instruction, Space};

/// Base cells of two tables and a segment, and their sizes.
const TABLES: [u32; 2] = [0x1_0040, 0x1_0400];
const SEGMENT: u32 = 0x2_0008;
const SIZE: u64 = 0x1_0010;

fn bases(kind: Kind) -> [u32; 2] {
    let [first, second] = TABLES;
    match kind {
        Kind::Compare => [0, 0],
        Kind::MemoryInit => [0, SEGMENT],
        Kind::TableCopy => [first, second],
        Kind::TableFill => [first, 0],
        Kind::TableInit => [first, SEGMENT],
    }
}

fn is_window(account: &Account, address: u64) -> bool {
    account.state.context == 0 && address >= u64::from(INPUT_BASE)
}

/// Reads the cell of a range, or looks it up; the executor's order and times.
fn touch(account: &mut Account, space: Space, cell: u64, offset: u64, new: Option<u64>) -> u64 {
    if space == Space::Memory && is_window(account, cell * 8) {
        account.input_cells.push(cell as u32 - (INPUT_BASE >> 3));
        return Account::initial_cell(cell as u32);
    }
    let context = account.state.context;
    let old = account.value(space, context, cell as u32);
    account.access(space, context, cell as u32, offset, new);
    old
}

fn source_space(kind: Kind) -> Space {
    match kind {
        Kind::Compare => Space::Memory,
        Kind::TableCopy => Space::Table,
        _ => Space::Segment,
    }
}

fn read_sizes(account: &mut Account, kind: Kind, [to, from]: [u32; 2]) {
    if !kind.is_bytes() {
        touch(account, Space::Table, u64::from(to), time::READ, None);
    }
    if kind.has_sized_source() {
        let offset = if kind == Kind::TableCopy {
            time::WRITE
        } else {
            time::READ
        };
        touch(account, source_space(kind), u64::from(from), offset, None);
    }
}

fn run(account: &mut Account, kind: Kind, target: u64, source: u64, count: u64) {
    run_between(account, kind, bases(kind), [target, source, count]);
}

/// Runs begin, steps and done, as the executor would.
fn run_between(account: &mut Account, kind: Kind, bases: [u32; 2], [target, source, count]: [u64; 3]) {
    let [begin, step] = kind.opcodes();
    let [to, from] = bases;
    let x = u64::from(to) | u64::from(from) << 32;
    let row = |opcode| Instruction {
        gas: 3,
        x,
        ..Instruction::new(opcode, 0, SLOT, 0)
    };
    let context = account.state.context;
    for (space, base) in TABLES
        .map(|base| (Space::Table, base))
        .into_iter()
        .chain([(Space::Segment, SEGMENT)])
    {
        account.plant(space, context, base, SIZE);
    }
    let descends = kind == Kind::TableCopy && target > source;
    account.plant_slots(&[target, source, count, 0xdead_beef_dead_beef]);
    let fourth = matches!(kind, Kind::Compare | Kind::TableCopy).then_some(u64::from(descends));
    let slots = |values: [u64; 3], fourth: Option<u64>| values.into_iter().chain(fourth).collect::<Vec<_>>();
    account.access_slots(&slots([target, source, count], fourth));
    read_sizes(account, kind, bases);
    account.finish(row(begin), Effect::Writes(0));
    loop {
        let [target, source, count, verdict] = [0, 1, 2, 3].map(|index| account.slot(index));
        let fourth = fourth.map(|_| verdict);
        if count == 0 {
            let answer = if kind == Kind::Compare { verdict } else { target };
            account.access_slots(&slots([answer, source, 0], fourth));
            account.finish(row(step), Effect::Writes(0));
            return;
        }
        let pc = account.state.pc;
        if kind.is_bytes() {
            bytes_step(account, kind, from, [target, source, count], fourth);
        } else {
            element_step(account, kind, bases, [target, source, count], fourth);
        }
        account.finish(row(step), Effect::GoesTo(pc));
    }
}

fn bytes_step(account: &mut Account, kind: Kind, from: u32, [target, source, count]: [u64; 3], fourth: Option<u64>) {
    let part = cell_step_len(target, source, count);
    let base = if kind == Kind::Compare { 0 } else { u64::from(from) + 1 };
    let context = account.state.context;
    let peek = |account: &mut Account, space: Space, cell: u64| {
        if space == Space::Memory && is_window(account, cell * 8) {
            Account::initial_cell(cell as u32).to_le_bytes()
        } else {
            account.value(space, context, cell as u32).to_le_bytes()
        }
    };
    let source_cell = peek(account, source_space(kind), base + source / 8);
    let target_cell = peek(account, Space::Memory, target / 8);
    let range = |start: u64| (start % 8) as usize..(start % 8 + part) as usize;
    let (first, second) = (&target_cell[range(target)], &source_cell[range(source)]);
    let order = first.cmp(second);
    let after = match order {
        core::cmp::Ordering::Greater if kind == Kind::Compare => ([target, source, 0], Some(1)),
        core::cmp::Ordering::Less if kind == Kind::Compare => ([target, source, 0], Some(u64::from(u32::MAX))),
        _ => {
            let up = [target, source].map(|address| u64::from((address + part) as u32));
            ([up[0], up[1], count - part], fourth)
        }
    };
    let mut new = target_cell;
    if kind == Kind::MemoryInit {
        new[range(target)].copy_from_slice(second);
    }
    account.access_slots(&after.0.into_iter().chain(after.1).collect::<Vec<_>>());
    read_sizes(account, kind, [0, from]);
    touch(account, source_space(kind), base + source / 8, time::READ, None);
    touch(
        account,
        Space::Memory,
        target / 8,
        time::WRITE,
        Some(u64::from_le_bytes(new)),
    );
}

fn element_step(
    account: &mut Account,
    kind: Kind,
    bases: [u32; 2],
    [target, source, count]: [u64; 3],
    fourth: Option<u64>,
) {
    let descends = kind == Kind::TableCopy && fourth == Some(1);
    let (skipped, up) = if descends { (count - 1, 0) } else { (0, 1) };
    let source_up = if kind == Kind::TableFill { 0 } else { up };
    let after = [target + up, source + source_up, count - 1];
    account.access_slots(&after.into_iter().chain(fourth).collect::<Vec<_>>());
    read_sizes(account, kind, bases);
    let [to, from] = bases.map(|base| u64::from(base) + 1 + skipped);
    let element = if kind == Kind::TableFill {
        source
    } else {
        touch(account, source_space(kind), from + source, time::READ, None)
    };
    touch(account, Space::Table, to + target, time::WRITE, Some(element));
}

fn operation(account: &Account) -> Operation {
    let mut lookups = ByteLookups::default();
    let trace = cell_step_trace(&account.events, 4, &Account::input_cell, &mut lookups);
    let part = Part::new::<_, CellStepCols<Val>>(&CellStepChip, |b| CellStepChip.eval(b), trace);
    Operation::new(Vec::from([part]), &lookups, account.partners())
}

fn plant_elements(account: &mut Account) {
    let context = account.state.context;
    for index in 0..40 {
        for base in TABLES {
            let value = u64::from(base) << 16 | u64::from(index);
            account.plant(Space::Table, context, base + 1 + index, value);
        }
        let bytes = u64::from_le_bytes(core::array::from_fn(|byte| (index as u8) << 3 | byte as u8));
        account.plant(Space::Segment, context, SEGMENT + 1 + index, bytes);
    }
}

/// Two equal strings at 0x1003 and 0x2005, the second one twice, and one that is less in byte 12.
fn plant_strings(account: &mut Account) {
    for (start, changed) in [(0x1003_u32, 255_u32), (0x2005, 255), (0x3003, 12)] {
        for at in 0..30 {
            let (cell, byte) = ((start + at) / 8, (start + at) % 8);
            let mut bytes = account.value(Space::Memory, account.state.context, cell).to_le_bytes();
            bytes[byte as usize] = 0x80 + at as u8 - u8::from(at == changed);
            account.plant(Space::Memory, account.state.context, cell, u64::from_le_bytes(bytes));
        }
    }
}

/// Each operation, at odd places, with equal and different strings in both directions.
fn corpus() -> Account {
    let mut account = Account::new(0, 3);
    plant_strings(&mut account);
    plant_elements(&mut account);
    run(&mut account, Kind::Compare, 0x1003, 0x2005, 9);
    run(&mut account, Kind::Compare, 0x1003, 0x3003, 20);
    run(&mut account, Kind::Compare, 0x3003, 0x2005, 20);
    run(
        &mut account,
        Kind::Compare,
        u64::from(INPUT_BASE) + 3,
        u64::from(INPUT_BASE) + 3,
        6,
    );
    run(&mut account, Kind::MemoryInit, 0x4003, 0x1006, 4);
    run(&mut account, Kind::MemoryInit, 0x4103, 0x6, 11);
    run(&mut account, Kind::TableCopy, 4, 6, 2);
    run(&mut account, Kind::TableCopy, 9, 8, 2);
    run(&mut account, Kind::TableFill, 0x1_0003, 0x1_2345_6789, 2);
    run(&mut account, Kind::TableInit, 5, 3, 2);
    account
}

#[test]
fn honest_operations_balance() {
    operation(&corpus()).assert_honest();
    operation(&Account::new(0, 3)).assert_honest();
}

#[test]
fn bytes_between_all_alignments() {
    for context in [0, 3] {
        let mut account = Account::new(context, 1);
        plant_elements(&mut account);
        for target in 0..8 {
            for source in 0..8 {
                run(&mut account, Kind::MemoryInit, 0x100 + target, 9 + source, 13);
                run(&mut account, Kind::Compare, 0x100 + target, 0x1000 + source, 13);
                run(&mut account, Kind::Compare, 0x100 + target, 0x100 + target, 11);
            }
        }
        operation(&account).assert_honest();
    }
}

/// What is left in memory is what the segment holds there.
#[test]
fn an_initialised_range_holds_the_segments_bytes() {
    let mut account = Account::new(2, 1);
    plant_elements(&mut account);
    run(&mut account, Kind::MemoryInit, 0x105, 3, 50);
    for at in 0..50 {
        let cell = account.value(Space::Memory, 2, (0x105 + at) / 8);
        assert_eq!(cell.to_le_bytes()[(0x105 + at as usize) % 8], 3 + at as u8);
    }
}

#[test]
fn edges_of_bounds_balance() {
    let mut account = Account::new(0, 2);
    let end = 2 * PAGE_BYTES;
    run(&mut account, Kind::Compare, end, end, 0);
    run(&mut account, Kind::Compare, 0, 0, 0);
    run(&mut account, Kind::Compare, end - 3, end - 3, 3);
    run(&mut account, Kind::Compare, (1 << 32) - 5, (1 << 32) - 5, 5);
    run(&mut account, Kind::MemoryInit, end - 2, SIZE - 2, 2);
    run(&mut account, Kind::MemoryInit, end, SIZE, 0);
    run(&mut account, Kind::TableCopy, SIZE - 1, SIZE - 1, 1);
    run(&mut account, Kind::TableCopy, SIZE, SIZE, 0);
    run(&mut account, Kind::TableFill, SIZE, u64::MAX, 0);
    run(&mut account, Kind::TableInit, 0xffff, 0xfffe, 3);
    let [table, _] = TABLES;
    // Both tables are one, and ranges overlap.
    run_between(&mut account, Kind::TableCopy, [table; 2], [3, 1, 4]);
    run_between(&mut account, Kind::TableCopy, [table; 2], [1, 3, 4]);
    run_between(&mut account, Kind::TableCopy, [table; 2], [2, 2, 1]);
    operation(&account).assert_honest();
}

fn row_of(operation: &Operation, kind: Kind, row: &str) -> usize {
    let index = Kind::ALL.iter().position(|other| *other == kind).expect("in the list");
    operation.row_where(0, |cell| cell("is_kind", index) == Val::ONE && cell(row, 0) == Val::ONE)
}

fn different(operation: &Operation, sign: &str) -> usize {
    operation.row_where(0, |cell| cell(sign, 0) == Val::ONE)
}

#[test]
fn forged_kinds_and_operands_break_a_claim_by_name() {
    let operation = operation(&corpus());
    let at = |kind, row| operation.forge(0, row_of(&operation, kind, row));
    let copy = || at(Kind::TableCopy, "is_advance");
    let compare = || at(Kind::Compare, "is_advance");
    copy().set("is_done", 0, 1).breaks("one row or padding");
    copy().set("is_kind", 3, 1).breaks("one operation or padding");
    copy()
        .set("is_advance", 0, 0)
        .set("is_done", 0, 1)
        .breaks("what is done has nothing left");
    compare()
        .set("is_descending", 0, 1)
        .breaks("only a copy has a direction");
    copy().set("is_descending", 0, 2).breaks("a direction is a bit");
    copy()
        .set("distance_borrow", 0, 1)
        .breaks("only a begin has a distance");
    copy().add("fourth_after", 0, 1).breaks("a copy keeps its direction");
    copy().add("fourth_after", 1, 1).breaks("a copy keeps its direction");
    copy().add("fourth", 0, 1).breaks("a copy keeps its direction");
    copy()
        .add("fourth", 2, 1)
        .breaks("slot a + 3 has 32 bits after the first row");
    compare()
        .add("fourth", 3, 1)
        .breaks("slot a + 3 has 32 bits after the first row");
    compare()
        .add("fourth_after", 0, 1)
        .breaks("a verdict is that of the difference");
    at(Kind::Compare, "is_begin")
        .set("fourth_after", 0, 1)
        .breaks("a verdict is that of the difference");
    at(Kind::Compare, "is_done")
        .add("target_after", 0, 1)
        .breaks("the last row answers");
    copy().add("left", 0, 1).breaks("the count shrinks");
    copy().add("left", 1, 1).breaks("the count shrinks");
    copy().set("borrow", 0, 2).breaks("the count shrinks");
    copy()
        .add("count_after", 0, 1)
        .breaks("nothing is left behind a difference");
    copy().add("up", 0, 1).breaks("operands advance");
    copy().add("target_after", 0, 1).breaks("operands advance");
    copy().add("source_after", 1, 1).breaks("operands advance");
    copy().set("carry", 0, 2).breaks("operands advance");
    copy().set("wraps", 1, 1).breaks("operands advance");
    copy().add("taken", 0, 1).breaks("a part is what is covered");
    compare().add("taken", 0, 1).breaks("a part is what is covered");
    copy().set("source", 2, 1).breaks("only an element has 64 bits");
    copy().set("checks_source", 0, 0).breaks("a fill has no source");
    at(Kind::TableFill, "is_begin")
        .set("checks_source", 0, 1)
        .breaks("a fill has no source");
}

#[test]
fn forged_differences_break_a_claim_by_name() {
    let operation = operation(&corpus());
    let (greater, less) = (different(&operation, "is_greater"), different(&operation, "is_less"));
    let equal = || operation.forge(0, row_of(&operation, Kind::Compare, "is_advance"));
    let at = |row| operation.forge(0, row);
    // What is greater is called less, with the verdict that follows.
    at(greater)
        .set("is_greater", 0, 0)
        .set("is_less", 0, 1)
        .set("fourth_after", 0, 0xffff)
        .set("fourth_after", 1, 0xffff)
        .breaks("a difference has a sign");
    // A distance of the other sign satisfies that, and is no byte.
    let forged = at(less)
        .set("is_less", 0, 0)
        .set("is_greater", 0, 1)
        .set("fourth_after", 0, 1)
        .set("fourth_after", 1, 0);
    let distance = -1;
    forged
        .set("distance", 0, distance)
        .looks_up_what_does_not_exist(Tag::BytePair);
    at(greater).set("is_less", 0, 1).breaks("a difference has one sign");
    // A difference that is not there: an equal byte is marked.
    equal()
        .set("is_greater", 0, 1)
        .set("first_difference", 7, 1)
        .set("fourth_after", 0, 1)
        .breaks("a difference has a sign");
    equal()
        .set("first_difference", 7, 1)
        .breaks("one byte is the first that differs");
    equal()
        .set("first_difference", 0, 1)
        .breaks("only a covered byte differs");
    equal().set("distance", 0, 1).breaks("a difference has a sign");
    // A difference that is passed over.
    let byte = (0..8).find(|byte| at(less).cell("first_difference", *byte) == Val::ONE);
    at(less)
        .set("first_difference", byte.expect("one is marked"), 0)
        .breaks("bytes are equal before the first difference");
    operation
        .forge(0, row_of(&operation, Kind::MemoryInit, "is_advance"))
        .set("is_greater", 0, 1)
        .breaks("only a step of a comparison finds a difference");
}

#[test]
fn forged_bytes_and_places_break_a_claim_by_name() {
    let operation = operation(&corpus());
    let at = |kind| operation.forge(0, row_of(&operation, kind, "is_advance"));
    let init = || at(Kind::MemoryInit);
    init().add("new", 2, 1).breaks("covered bytes are the source's");
    init().add("moved", 5, 1).breaks("bytes are shifted");
    init().set("shift", 0, 1).breaks("one shift");
    init().set("mask", 0, 1).breaks("a mask is one run of bits");
    init().set("mask", 4, 2).breaks("a mask is one run of bits");
    init()
        .add("byte", 0, 1)
        .breaks("the first byte is where the mask begins");
    init()
        .add("byte", 1, 1)
        .breaks("a source byte is the destination's, shifted");
    init()
        .set("shift_wraps", 0, 1)
        .breaks("a source byte is the destination's, shifted");
    init().add("room", 1, 1).breaks("a part lies in one cell of each range");
    init()
        .add("cell_in_page", 0, 1)
        .breaks("an address is a cell and a byte");
    init()
        .add("cell_in_page", 1, 1)
        .breaks("an address is a cell and a byte");
    init().add("cell", 0, 1).breaks("cells are those of the operands");
    init().add("cell", 1, 1).breaks("cells are those of the operands");
    at(Kind::TableCopy)
        .add("cell", 1, 1)
        .breaks("cells are those of the operands");
    at(Kind::TableCopy)
        .add("skipped", 0, 1)
        .breaks("a descending copy begins with its last element");
    at(Kind::TableFill)
        .set("mask", 7, 0)
        .breaks("an element is covered whole");
    at(Kind::TableFill).add("read", 0, 1).breaks("a fill takes its element");
    operation
        .forge(0, row_of(&operation, Kind::MemoryInit, "is_done"))
        .set("mask", 3, 1)
        .breaks("only an advance covers bytes");
    operation
        .forge(0, row_of(&operation, Kind::MemoryInit, "is_done"))
        .set("read", 3, 1)
        .breaks("only an advance reads");
}

/// A byte less than fits, with operands that agree.
#[test]
fn a_part_is_as_long_as_it_can_be() {
    let mut account = Account::new(2, 1);
    plant_elements(&mut account);
    run(&mut account, Kind::MemoryInit, 0x100, 0, 16);
    let operation = operation(&account);
    operation
        .forge(0, row_of(&operation, Kind::MemoryInit, "is_advance"))
        .set("mask", 7, 0)
        .set("room", 0, 1)
        .set("room", 1, 1)
        .set("taken", 0, 7)
        .set("up", 0, 7)
        .add("left", 0, 1)
        .add("count_after", 0, 1)
        .add("target_after", 0, -1)
        .add("source_after", 0, -1)
        .breaks("a part is as long as it can be");
}

/// A source that would begin in the cell before or behind its own.
#[test]
fn a_source_byte_is_a_position_in_its_cell() {
    let operation = operation(&corpus());
    // The last step: however long it is, nothing is left.
    let row = operation.row_where(0, |cell| {
        let is_last = cell("left", 0) == Val::ZERO && cell("left", 1) == Val::ZERO;
        cell("is_kind", 1) == Val::ONE && cell("is_advance", 0) == Val::ONE && is_last
    });
    let wraps = operation.forge(0, row).cell("shift_wraps", 0) == Val::ONE;
    let (bit, by) = if wraps { (0, 8) } else { (1, -8) };
    operation
        .forge(0, row)
        .set("shift_wraps", 0, bit)
        .add("byte", 1, by)
        .add("room", 1, -by)
        .add("cell_in_page", 1, -by / 8)
        .add("cell", 1, -by / 8)
        .looks_up_what_does_not_exist(Tag::BytePair);
}

#[test]
fn what_lies_out_of_bounds_is_not_touched() {
    let mut account = Account::new(2, 2);
    plant_elements(&mut account);
    run(&mut account, Kind::MemoryInit, 0x1_fffe, SIZE - 2, 2);
    run(&mut account, Kind::TableCopy, 1, SIZE - 1, 1);
    let name = "a range ends within its bound";
    let honest = operation(&account);
    for kind in [Kind::MemoryInit, Kind::TableCopy] {
        for row in ["is_begin", "is_advance"] {
            let row = row_of(&honest, kind, row);
            for index in 0..4 {
                honest.forge(0, row).add("gap", index, 1).breaks(name);
                honest
                    .forge(0, row)
                    .add("bound", index, 1)
                    .breaks(if kind == Kind::MemoryInit && index < 2 {
                        "memory ends with its pages"
                    } else {
                        name
                    });
            }
            honest.forge(0, row).set("gap_carry", 0, 3).breaks(name);
            // One byte or element less, and a gap that agrees: −1.
            let forged = honest.forge(0, row).add("bound", 2, -1).add("gap", 2, -1);
            forged.looks_up_what_does_not_exist(Tag::Range16);
        }
    }
    // One page less, with everyone's agreement.
    for event in &mut account.events {
        (event.before.pages, event.after.pages) = (1, 1);
    }
    operation(&account)
        .forge(0, 0)
        .add("gap", 1, -1)
        .breaks("a range ends within its bound");
    operation(&account).forge(0, 0).breaks("a range ends within its bound");
}

#[test]
fn the_window_is_that_of_context_0_and_of_its_addresses() {
    let operation = operation(&corpus());
    let at = operation.row_where(0, |cell| {
        cell("is_window", 0) == Val::ONE && cell("is_advance", 0) == Val::ONE
    });
    let name = "only a comparison in context 0 has a window";
    operation.forge(0, at).set("execution", 4, 1).breaks(name);
    operation.forge(0, at).set("is_window", 1, 2).breaks(name);
    operation
        .forge(0, row_of(&operation, Kind::MemoryInit, "is_advance"))
        .set("is_window", 0, 1)
        .breaks(name);
    operation
        .forge(0, row_of(&operation, Kind::Compare, "is_done"))
        .set("is_window", 0, 1)
        .breaks(name);
    // An address below the window: the bound agrees, the page does not.
    let below = operation.row_where(0, |cell| {
        cell("is_kind", 0) == Val::ONE && cell("is_begin", 0) == Val::ONE && cell("is_window", 0) == Val::ZERO
    });
    let pages = 3;
    operation
        .forge(0, below)
        .set("is_window", 0, 1)
        .set("bound", 1, 1 << 16)
        .add("gap", 1, (1 << 16) - pages)
        .looks_up_what_does_not_exist(Tag::Range16);
}

#[test]
fn a_direction_is_that_of_the_operands() {
    let operation = operation(&corpus());
    for direction in [0, 1] {
        let row = operation.row_where(0, |cell| {
            let is_begin = cell("is_kind", 2) == Val::ONE && cell("is_begin", 0) == Val::ONE;
            is_begin && cell("is_descending", 0) == Val::from_u32(direction)
        });
        let other = 1 - i64::from(direction);
        operation
            .forge(0, row)
            .set("is_descending", 0, other)
            .set("fourth_after", 0, other)
            .looks_up_what_does_not_exist(Tag::Range16);
    }
}

#[test]
fn padding_does_not_speak() {
    let operation = operation(&corpus());
    let padding = operation.row_where(0, |cell| {
        ["is_begin", "is_advance", "is_done"]
            .iter()
            .all(|kind| cell(kind, 0) == Val::ZERO)
    });
    let forge = || operation.forge(0, padding);
    forge().set("is_kind", 0, 1).breaks("one operation or padding");
    forge().set("is_begin", 0, 1).breaks("one operation or padding");
    forge()
        .set("is_window", 0, 1)
        .breaks("only a comparison in context 0 has a window");
}

#[test]
fn every_column_of_every_kind_is_bound() {
    let operation = operation(&corpus());
    for kind in Kind::ALL {
        for row in ["is_begin", "is_advance", "is_done"] {
            let at = row_of(&operation, kind, row);
            let is_done = row == "is_done";
            let mut free = Vec::new();
            // Slot a + 3 and the sizes are touched by some only, and cells by advances; a done row checks nothing.
            let mut frees = |name: &'static str, is_free: bool| {
                if is_free {
                    free.push(name);
                }
            };
            let has_fourth = matches!(kind, Kind::Compare | Kind::TableCopy);
            let has_sizes = !kind.is_bytes() && kind.has_sized_source() && !is_done;
            frees("fourth", !has_fourth);
            frees("fourth_after", !has_fourth);
            // Where the last row of a comparison answers, slot a does not grow.
            frees("carry", kind == Kind::Compare && is_done);
            frees("wraps", kind == Kind::Compare && is_done);
            frees("bound", (is_done && kind != Kind::Compare) || kind == Kind::TableFill);
            frees("gap", is_done || kind == Kind::TableFill);
            frees("gap_carry", is_done || kind == Kind::TableFill);
            frees("slots", !has_fourth);
            frees("sizes", !has_sizes);
            frees("cells", row != "is_advance" || kind == Kind::TableFill);
            operation.assert_columns_bound::<CellStepCols<Val>>(0, at, &free);
        }
    }
}
