//! Honest, edge and forged 2-byte stores.

use super::columns::Store16Cols;
use super::{Store16, store_16_trace};
use crate::chips::builder::{Chip, Val};
use crate::chips::check::CheckBuilder;
use crate::chips::gadgets::store::StoreCols;
use crate::chips::memory_testing::{MINUS_ONE, MemoryProgram, Tables, partners_with_pages, stores};
use crate::isa::{Opcode, Space};

fn eval(builder: &mut CheckBuilder<'_>) {
    Store16.eval(builder);
}

fn tables(program: MemoryProgram) -> Tables<'static> {
    Tables::new("store_16", &eval, program, |events, lookups| {
        store_16_trace(events, 2, lookups)
    })
}

fn corpus() -> Tables<'static> {
    tables(stores(Opcode::Store16, Opcode::Store16Imm, &[0, 2, 4, 6]))
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
    let own = |name| forgery.column::<Store16Cols<Val>>(name);
    forgery.set(0, own("at"), 2).breaks("each offset is a bit");
    forgery.set(0, own("at") + 1, 1).breaks("one offset or padding");
    for limb in 0..4 {
        forgery
            .set(0, own("new") + limb, 70_000)
            .breaks("the value is in the cell");
    }
    let slot = tables.row_of(Opcode::Store16, false);
    let immediate = tables.row_of(Opcode::Store16Imm, false);
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
        .set(padding, forgery.column::<Store16Cols<Val>>("at"), 1)
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
    let slot = tables.row_of(Opcode::Store16, false);
    tables.assert_bound::<Store16Cols<Val>, StoreCols<Val>>(slot, &[], &[]);
    // With an immediate, the value's slot is not read: its two access cells are on no bus.
    let immediate = tables.row_of(Opcode::Store16Imm, false);
    tables.assert_bound::<Store16Cols<Val>, StoreCols<Val>>(immediate, &["read_value"], &["store"]);
}
