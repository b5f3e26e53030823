//! Honest, edge and forged loads at any address.

use super::air::OPCODES;
use super::columns::LoadUnalignedCols;
use super::{LoadUnaligned, load_unaligned_trace};
use crate::chips::builder::{Chip, Val};
use crate::chips::buses::Tag;
use crate::chips::check::CheckBuilder;
use crate::chips::memory_testing::{MINUS_ONE, MemoryProgram, Tables, input_cell, loads, partners_with_pages};
use crate::isa::spaces::INPUT_BASE;
use crate::isa::{Instruction, Opcode};

type Cols = LoadUnalignedCols<Val>;

fn eval(builder: &mut CheckBuilder<'_>) {
    LoadUnaligned.eval(builder);
}

fn tables(program: MemoryProgram) -> Tables<'static> {
    Tables::new("load_unaligned", &eval, program, |events, lookups| {
        load_unaligned_trace(events, 3, &input_cell, lookups)
    })
}

/// One load of each kind in context 0: (opcode, address).
fn few(kinds: &[(Opcode, u32)]) -> Tables<'static> {
    let mut program = MemoryProgram::new(0, 3);
    for (opcode, address) in kinds {
        let instruction = Instruction {
            gas: 7,
            ..Instruction::new(*opcode, 9, 3, 8)
        };
        program.load(instruction, address - 8);
    }
    tables(program)
}

/// Odd within a cell, odd over two, even over two.
const KINDS: [(Opcode, u32); 3] = [
    (Opcode::Load16S64, 0x101),
    (Opcode::Load64, 0xffff),
    (Opcode::Load32S64, 0x206),
];

#[test]
fn honest_loads_balance_at_every_address() {
    // Aligned ones too: nothing keeps them out.
    let tables = tables(loads(0, &OPCODES, &[0, 1, 2, 3, 4, 5, 6, 7]));
    assert_eq!(tables.failures(), []);
}

#[test]
fn honest_loads_reach_the_end_of_the_largest_memory() {
    assert_eq!(tables(loads(5, &OPCODES, &[1, 4, 7])).failures(), []);
}

#[test]
fn no_loads_is_an_honest_table() {
    assert_eq!(tables(MemoryProgram::new(2, 3)).failures(), []);
}

#[test]
fn forged_loads_break_the_claim_they_lie_about() {
    let tables = few(&[KINDS[0], KINDS[1], KINDS[2], (Opcode::Load64, INPUT_BASE + 0x1_0001)]);
    let forgery = tables.forgery();
    let column = |name| forgery.column::<Cols>(name);
    let (short, crossing, even, window) = (0, 1, 2, 3);
    for (row, name, index, value, claim) in [
        (short, "is_opcode", 2, 2, "each opcode is a bit"),
        (short, "is_opcode", 0, 1, "one width"),
        (short, "at", 0, 2, "each offset is a bit"),
        (short, "at", 1, 1, "one offset or padding"),
        (short, "is_odd", 0, 2, "odd or even"),
        (4, "is_odd", 0, 1, "only a real row is odd"),
        (short, "is_crossing", 0, 1, "a second cell if the bytes need it"),
        (crossing, "is_crossing", 0, 0, "a second cell if the bytes need it"),
        (even, "is_crossing", 0, 0, "a second cell if the bytes need it"),
        (short, "is_window", 0, 2, "memory or window"),
        (4, "is_window", 0, 1, "memory or window"),
        (window, "execution", 4, 1, "only context 0 has a window"),
        (short, "end", 0, 4, "memory ends with its pages"),
        (window, "end", 0, 1 << 17, "the window ends at 2^32"),
        (short, "is_window", 0, 1, "the window ends at 2^32"),
        (window, "is_window", 0, 0, "memory ends with its pages"),
        (short, "address", 0, 1, "the address is the sum"),
        (short, "sign", 0, 2, "the sign is a bit"),
        (crossing, "sign", 0, 1, "only a signed load extends"),
        (short, "top", 0, 3, "the top limb is the value's"),
        (even, "top", 0, 3, "the top limb is the value's"),
        (even, "tail", 0, 1, "an even access splits no limb"),
    ] {
        forgery.set(row, column(name) + index, value).breaks(claim);
    }
    for limb in 0..5 {
        for part in ["tail", "head"] {
            forgery
                .set(crossing, column(part) + limb, 300)
                .breaks("a limb is its parts");
        }
    }
    for row in [short, crossing, even] {
        for limb in 0..3 {
            forgery
                .set(row, column("upper") + limb, 3)
                .breaks("the value fills the result");
        }
    }
}

#[test]
fn a_limb_has_no_other_bytes() {
    let tables = few(&[KINDS[1]]);
    let forgery = tables.forgery();
    let column = |name| forgery.column::<Cols>(name);
    let shifted = |column: usize, by: Val| forgery.value(0, column) + by;
    let forged = forgery
        .set_value(0, column("tail"), shifted(column("tail"), Val::new(256)))
        .set_value(0, column("head"), shifted(column("head"), -Val::new(1)));
    tables.assert_looks_up_what_does_not_exist(&forged, Tag::BytePair);
}

#[test]
fn a_wrong_sign_is_looked_up_in_vain() {
    for (opcode, address) in [
        (Opcode::Load16S32, 0x103),
        (Opcode::Load16S64, 0x20b),
        (Opcode::Load32S64, 0x30d),
    ] {
        for base in (0..).map(|place| address + 16 * place).take(8) {
            let tables = few(&[(opcode, base)]);
            let forgery = tables.forgery();
            let column = |name| forgery.column::<Cols>(name);
            let other = Val::new(1) - forgery.value(0, column("sign"));
            // The result follows the sign; everyone else is silent.
            let fill = Val::new(0xffff) * other;
            let mut forged = forgery.set_value(0, column("sign"), other);
            let filled = match opcode {
                Opcode::Load16S32 => 0..1,
                Opcode::Load16S64 => 0..3,
                _ => 1..3,
            };
            for limb in filled {
                forged = forged.set_value(0, column("upper") + limb, fill);
            }
            tables.assert_looks_up_what_does_not_exist(&forged, Tag::Range16);
        }
    }
}

/// The first cell is the memory's last, the second lies behind it: the room for it would be -1.
#[test]
fn a_second_cell_behind_the_memory_is_no_load() {
    let tables = few(&[(Opcode::Load64, 0x1_ffff)]);
    let forgery = tables.forgery();
    let column = |name| forgery.column::<Cols>(name);
    let forged = forgery.set(0, column("execution") + 5, 2).and(0, column("end"), 2);
    forged.is_unbalanced(&partners_with_pages(&tables.program, 0, 2));
    tables.assert_looks_up_what_does_not_exist(&forged.and(0, column("room_low"), MINUS_ONE), Tag::Range16);
}

/// Eight bytes of which four lie before 2^31, with an end that leaves room: the window's first page sees it.
#[test]
fn a_load_cannot_begin_before_the_window() {
    let tables = few(&[(Opcode::Load64, INPUT_BASE - 4)]);
    let forgery = tables.forgery();
    let column = |name| forgery.column::<Cols>(name);
    let forged = forgery
        .set(0, column("is_window"), 1)
        .and(0, column("end"), 1 << 16)
        .and(0, column("room_low"), 0x1fff);
    tables.assert_looks_up_what_does_not_exist(&forged, Tag::Range16);
}

/// The window's last whole access, moved up by a cell.
#[test]
fn a_load_cannot_end_behind_the_window() {
    let tables = few(&[(Opcode::Load64, u32::MAX - 14)]);
    let forgery = tables.forgery();
    let column = |name| forgery.column::<Cols>(name);
    let up = |column: usize, by: u32| forgery.value(0, column) + Val::new(by);
    let forged = forgery
        .set_value(0, column("address") + 2, up(column("address") + 2, 8))
        .set_value(0, column("address") + 4, up(column("address") + 4, 1));
    tables.assert_looks_up_what_does_not_exist(&forged, Tag::Range16);
}

#[test]
fn a_padding_row_cannot_speak() {
    let tables = few(&KINDS);
    let forgery = tables.forgery();
    let column = |name| forgery.column::<Cols>(name);
    let padding = tables.program.events.len();
    forgery.set(padding, column("is_opcode"), 1).breaks("one width");
    forgery.set(padding, column("at"), 1).breaks("one width");
    forgery
        .set(padding, column("is_opcode"), 1)
        .and(padding, column("at"), 1)
        .is_unbalanced(&tables.program.partners());
}

#[test]
fn every_column_of_a_real_row_is_bound() {
    let tables = few(&[KINDS[0], KINDS[1], KINDS[2], (Opcode::Load64, INPUT_BASE + 0x1_0001)]);
    // Without a second cell, that cell is on no bus; in the window no cell of memory is read.
    let free: [&[&str]; 4] = [&["second", "read_second"], &[], &[], &["read_first", "read_second"]];
    for (row, free) in free.into_iter().enumerate() {
        tables.assert_bound::<Cols, Cols>(row, free, free);
    }
}
