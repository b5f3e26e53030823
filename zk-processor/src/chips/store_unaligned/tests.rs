//! Honest, edge and forged stores at any address.

use super::columns::StoreUnalignedCols;
use super::{StoreUnaligned, store_unaligned_trace};
use crate::chips::builder::{Chip, Val};
use crate::chips::buses::Tag;
use crate::chips::check::CheckBuilder;
use crate::chips::memory_testing::{MemoryProgram, Tables, VALUE_SLOT, partners_with_pages, stores};
use crate::isa::{Instruction, Opcode, Shape};

type Cols = StoreUnalignedCols<Val>;

const FORMS: [(Opcode, Opcode); 3] = [
    (Opcode::Store16, Opcode::Store16Imm),
    (Opcode::Store32, Opcode::Store32Imm),
    (Opcode::Store64, Opcode::Store64Imm),
];

fn eval(builder: &mut CheckBuilder<'_>) {
    StoreUnaligned.eval(builder);
}

fn tables(program: MemoryProgram) -> Tables<'static> {
    Tables::new("store_unaligned", &eval, program, |events, lookups| {
        store_unaligned_trace(events, 3, lookups)
    })
}

/// One store of each kind: (opcode, address).
fn few(kinds: &[(Opcode, u32)]) -> Tables<'static> {
    let mut program = MemoryProgram::new(2, 3);
    for (opcode, address) in kinds {
        let is_immediate = opcode.shape() == Shape::StoreImm;
        let (dst, x) = match is_immediate {
            true => (0, 8 | 0x8765_4321 << 32),
            false => (VALUE_SLOT.into(), 8),
        };
        let instruction = Instruction {
            gas: 7,
            ..Instruction::new(*opcode, dst, 3, x)
        };
        program.store(instruction, address - 8, 0x0123_4567_89ab_cdef);
    }
    tables(program)
}

/// Odd within a cell, odd over two, even over two, and an immediate.
const KINDS: [(Opcode, u32); 4] = [
    (Opcode::Store16, 0x101),
    (Opcode::Store64, 0xffff),
    (Opcode::Store32, 0x206),
    (Opcode::Store32Imm, 0x305),
];

#[test]
fn honest_stores_balance_at_every_address() {
    // Aligned ones too: nothing keeps them out.
    for (slot, immediate) in FORMS {
        let tables = tables(stores(slot, immediate, &[0, 1, 2, 3, 4, 5, 6, 7]));
        assert_eq!(tables.failures(), []);
    }
}

#[test]
fn no_stores_is_an_honest_table() {
    assert_eq!(tables(MemoryProgram::new(2, 3)).failures(), []);
}

#[test]
fn forged_stores_break_the_claim_they_lie_about() {
    let tables = few(&KINDS);
    let forgery = tables.forgery();
    let column = |name| forgery.column::<Cols>(name);
    let (short, crossing, even, immediate, padding) = (0, 1, 2, 3, 4);
    for (row, name, index, value, claim) in [
        (short, "is_width", 0, 2, "each width is a bit"),
        (short, "is_width", 1, 1, "one width"),
        (short, "at", 0, 2, "each offset is a bit"),
        (short, "at", 1, 1, "one offset or padding"),
        (short, "is_odd", 0, 2, "odd or even"),
        (padding, "is_odd", 0, 1, "only a real row is odd"),
        (short, "is_crossing", 0, 1, "a second cell if the bytes need it"),
        (crossing, "is_crossing", 0, 0, "a second cell if the bytes need it"),
        (even, "is_crossing", 0, 0, "a second cell if the bytes need it"),
        (short, "is_immediate", 0, 2, "slot or immediate"),
        (padding, "is_immediate", 0, 1, "slot or immediate"),
        (short, "immediate", 0, 1, "without an immediate x2 x3 are 0"),
        (short, "address", 0, 1, "the address is the sum"),
        (even, "high", 0, 1, "an even access splits no limb"),
        (even, "kept_low", 0, 1, "an even access splits no limb"),
        (even, "lost_low", 0, 1, "an even access splits no limb"),
        (short, "kept_low", 0, 3, "the first limb is its parts"),
        (short, "lost_high", 0, 300, "the first limb is its parts"),
        (short, "lost_low", 0, 300, "the last limb is its parts"),
        (even, "kept_high", 0, 300, "the last limb is its parts"),
    ] {
        forgery.set(row, column(name) + index, value).breaks(claim);
    }
    for limb in 0..4 {
        forgery
            .set(immediate, column("low") + limb, 300)
            .breaks("the immediate is the value");
        forgery
            .set(immediate, column("high") + limb, 300)
            .breaks("the immediate is the value");
    }
}

/// Each limb of both cells, wherever the access begins: within the five it is the value's, outside it stays.
#[test]
fn no_limb_can_become_another() {
    for address in 0x100..0x108 {
        for (slot, _) in FORMS {
            let tables = few(&[(slot, address)]);
            let forgery = tables.forgery();
            let begin = address as usize % 8 / 2;
            for limb in 0..8 {
                let claim = if (begin..=begin + 4).contains(&limb) {
                    "the value is in the cells"
                } else {
                    "other limbs stay"
                };
                let new = forgery.column::<Cols>("new") + limb;
                let other = forgery.value(0, new) + Val::new(1);
                forgery.set_value(0, new, other).breaks(claim);
            }
        }
    }
}

#[test]
fn a_limb_has_no_other_bytes() {
    let tables = few(&[(Opcode::Store16, 0x101)]);
    let forgery = tables.forgery();
    let column = |name| forgery.column::<Cols>(name);
    let shifted = |column: usize, by: Val| forgery.value(0, column) + by;
    // The value's upper limbs are in no cell; what is kept of the first and the last limb moves with it.
    let (up, down) = (Val::new(256), -Val::new(1));
    let value = forgery
        .set_value(0, column("low") + 3, shifted(column("low") + 3, up))
        .set_value(0, column("high") + 3, shifted(column("high") + 3, down));
    tables.assert_looks_up_what_does_not_exist(&value, Tag::BytePair);
    let first = forgery
        .set_value(0, column("kept_low"), shifted(column("kept_low"), up))
        .set_value(0, column("lost_high"), shifted(column("lost_high"), down))
        .set_value(0, column("new"), shifted(column("new"), up));
    tables.assert_looks_up_what_does_not_exist(&first, Tag::BytePair);
    let last = forgery
        .set_value(0, column("lost_low"), shifted(column("lost_low"), up))
        .set_value(0, column("kept_high"), shifted(column("kept_high"), down))
        .set_value(0, column("new") + 1, shifted(column("new") + 1, -up));
    tables.assert_looks_up_what_does_not_exist(&last, Tag::BytePair);
}

/// The first cell is the memory's last, the second lies behind it: the room for it would be -1.
#[test]
fn a_second_cell_behind_the_memory_is_no_store() {
    let tables = few(&[(Opcode::Store64, 0x1_ffff)]);
    let forgery = tables.forgery();
    let pages = forgery.column::<Cols>("execution") + 5;
    let forged = forgery.set(0, pages, 2);
    forged.is_unbalanced(&partners_with_pages(&tables.program, 0, 2));
    tables.assert_looks_up_what_does_not_exist(&forged, Tag::Range16);
}

#[test]
fn a_padding_row_cannot_speak() {
    let tables = few(&KINDS);
    let forgery = tables.forgery();
    let column = |name| forgery.column::<Cols>(name);
    let padding = tables.program.events.len();
    forgery.set(padding, column("is_width"), 1).breaks("one width");
    forgery.set(padding, column("at"), 1).breaks("one width");
    forgery
        .set(padding, column("is_width"), 1)
        .and(padding, column("at"), 1)
        .is_unbalanced(&tables.program.partners());
}

#[test]
fn every_column_of_a_real_row_is_bound() {
    let tables = few(&KINDS);
    // Without a second cell that cell is on no bus, with an immediate no slot is.
    let free: [&[&str]; 4] = [&["write_second"], &[], &[], &["read_value"]];
    for (row, free) in free.into_iter().enumerate() {
        tables.assert_bound::<Cols, Cols>(row, free, free);
    }
}
