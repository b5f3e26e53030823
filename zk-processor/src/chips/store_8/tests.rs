//! Honest, edge and forged 1-byte stores.

use super::columns::Store8Cols;
use super::{Store8, store_8_trace};
use crate::chips::builder::{Chip, Val};
use crate::chips::buses::Tag;
use crate::chips::check::CheckBuilder;
use crate::chips::gadgets::store::StoreCols;
use crate::chips::memory_testing::{MINUS_ONE, MemoryProgram, Tables, partners_with_pages, stores};
use crate::isa::{Opcode, Space};

fn eval(builder: &mut CheckBuilder<'_>) {
    Store8.eval(builder);
}

fn tables(program: MemoryProgram) -> Tables<'static> {
    Tables::new("store_8", &eval, program, |events, lookups| {
        store_8_trace(events, 2, lookups)
    })
}

fn corpus() -> Tables<'static> {
    tables(stores(Opcode::Store8, Opcode::Store8Imm, &[0, 1, 2, 3, 4, 5, 6, 7]))
}

#[test]
fn honest_stores_balance_at_every_edge() {
    assert_eq!(corpus().failures(), []);
}

#[test]
fn no_stores_is_an_honest_table() {
    assert_eq!(tables(MemoryProgram::new(2, 3)).failures(), []);
}

#[test]
fn forged_stores_break_the_claim_they_lie_about() {
    let tables = corpus();
    let forgery = tables.forgery();
    let shared = |name| forgery.column::<StoreCols<Val>>(name);
    let own = |name| forgery.column::<Store8Cols<Val>>(name);
    forgery.set(0, own("at"), 2).breaks("each offset is a bit");
    forgery.set(0, own("at") + 1, 1).breaks("one offset or padding");
    for limb in 0..4 {
        forgery
            .set(0, own("new") + limb, 70_000)
            .breaks("the byte is in the cell");
    }
    forgery.set(0, own("is_odd"), 2).breaks("the address is odd or even");
    forgery.set(0, own("bytes"), 3).breaks("the bytes are the limb");
    // A byte that is more than the value's low byte: the rest of the limb is then no byte.
    let row = tables.row(|event| event.accesses[0].old % 2 == 0);
    let byte = forgery.value(row, own("byte")) + Val::new(1);
    let new = own("new") + (tables.program.events[row].accesses[0].old as usize % 8) / 2;
    let changed = forgery.value(row, new) + Val::new(1);
    let forged = forgery.set_value(row, own("byte"), byte).set_value(row, new, changed);
    tables.assert_looks_up_what_does_not_exist(&forged, Tag::BytePair);
    let slot = tables.row_of(Opcode::Store8, false);
    let immediate = tables.row_of(Opcode::Store8Imm, false);
    forgery.set(slot, shared("is_immediate"), 2).breaks("slot or immediate");
    for limb in 0..4 {
        forgery
            .set(immediate, shared("value") + limb, 7)
            .breaks("the immediate is the value");
    }
    forgery
        .set(slot, shared("immediate"), 1)
        .breaks("without an immediate x2 x3 are 0");
    forgery.set(slot, shared("address"), 1).breaks("the address is the sum");
}

#[test]
fn an_access_behind_the_memory_is_no_store() {
    let tables = corpus();
    let forgery = tables.forgery();
    // A tuple with fewer pages than the row's page needs: no 16-bit value is left between them.
    let row = tables.row(|event| {
        event
            .accesses
            .iter()
            .any(|access| access.space == Space::Memory && access.cell >> 13 == 2)
    });
    let pages = forgery.column::<StoreCols<Val>>("execution") + 5;
    forgery
        .set(row, pages, 2)
        .is_unbalanced(&partners_with_pages(&tables.program, row, 2));
}

#[test]
fn a_padding_row_cannot_speak() {
    let tables = corpus();
    let forgery = tables.forgery();
    let padding = tables.program.events.len();
    let partners = tables.program.partners();
    forgery
        .set(padding, forgery.column::<Store8Cols<Val>>("at"), 1)
        .is_unbalanced(&partners);
    let is_immediate = forgery.column::<StoreCols<Val>>("is_immediate");
    forgery.set(padding, is_immediate, 1).breaks("slot or immediate");
    forgery
        .set(padding, is_immediate, MINUS_ONE)
        .breaks("slot or immediate");
}

#[test]
fn every_column_of_a_real_row_is_bound() {
    let tables = corpus();
    let slot = tables.row_of(Opcode::Store8, false);
    tables.assert_bound::<Store8Cols<Val>, StoreCols<Val>>(slot, &[], &[]);
    // With an immediate, the value's slot is not read: its two access cells are on no bus.
    let immediate = tables.row_of(Opcode::Store8Imm, false);
    tables.assert_bound::<Store8Cols<Val>, StoreCols<Val>>(immediate, &["read_value"], &["store"]);
}

#[test]
fn the_inverse_is_the_inverse() {
    assert_eq!(Val::new(super::air::INVERSE_OF_2_8) * Val::new(1 << 8), Val::new(1));
}
