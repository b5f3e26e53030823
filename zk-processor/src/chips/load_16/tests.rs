//! Honest, edge and forged 2-byte loads.

use super::columns::Load16Cols;
use super::{Load16, load_16_trace};
use crate::chips::builder::{Chip, Val};
use crate::chips::buses::Tag;
use crate::chips::check::CheckBuilder;
use crate::chips::gadgets::load::LoadCols;
use crate::chips::memory_testing::{MINUS_ONE, MemoryProgram, Tables, input_cell, loads, partners_with_pages};
use crate::isa::Opcode;

const OPCODES: &[Opcode] = &[Opcode::Load16U, Opcode::Load16S32, Opcode::Load16S64];

fn eval(builder: &mut CheckBuilder<'_>) {
    Load16.eval(builder);
}

fn tables(program: MemoryProgram) -> Tables<'static> {
    Tables::new("load_16", &eval, program, |events, lookups| {
        load_16_trace(events, 2, &input_cell, lookups)
    })
}

/// In context 0, with its window.
fn corpus() -> Tables<'static> {
    tables(loads(0, OPCODES, &[0, 2, 4, 6]))
}

#[test]
fn honest_loads_balance_at_every_edge() {
    assert_eq!(corpus().failures(), []);
}

#[test]
fn honest_loads_reach_the_end_of_the_largest_memory() {
    assert_eq!(tables(loads(5, OPCODES, &[0, 2, 4, 6])).failures(), []);
}

#[test]
fn no_loads_is_an_honest_table() {
    assert_eq!(tables(MemoryProgram::new(2, 3)).failures(), []);
}

#[test]
fn forged_loads_break_the_claim_they_lie_about() {
    let tables = corpus();
    let forgery = tables.forgery();
    let shared = |name| forgery.column::<LoadCols<Val>>(name);
    let own = |name| forgery.column::<Load16Cols<Val>>(name);
    forgery.set(0, own("at"), 2).breaks("each offset is a bit");
    forgery.set(0, own("at") + 1, 1).breaks("one offset or padding");
    forgery
        .set(0, own("is_signed_32"), 2)
        .breaks("one sign extension or none");
    let (signed, signed_64) = (OPCODES[1], OPCODES[2]);
    forgery
        .set(tables.row_of(signed, false), own("is_signed_64"), 1)
        .breaks("one sign extension or none");
    let negative = |opcode| {
        tables.row(|event| {
            let loaded = event.accesses.last().map_or(0, |write| write.new);
            event.instruction.opcode == opcode && loaded >> 31 & 1 == 1
        })
    };
    forgery
        .set(negative(signed_64), own("upper_sign"), 0)
        .breaks("the sign fills the upper half");
    forgery.set(0, own("value"), 3).breaks("the value is in the cell");
    forgery
        .set(negative(signed), own("sign"), 2)
        .breaks("the sign is a bit");
    forgery.set(0, own("sign"), 1).breaks("only a signed load extends");
    // A wrong sign keeps every claim; only the range lookup sees it.
    let forged = forgery.set(negative(signed), own("sign"), 0);
    tables.assert_looks_up_what_does_not_exist(&forged, Tag::Range16);
    let (memory, window) = (tables.row_of(OPCODES[0], false), tables.row_of(OPCODES[0], true));
    let row = memory;
    forgery.set(row, shared("is_window"), 2).breaks("memory or window");
    forgery
        .set(row, shared("is_window"), 1)
        .breaks("the address is in the window");
    forgery
        .set(window, shared("is_window"), 0)
        .breaks("the address is in memory");
    forgery.set(row, shared("room"), 7).breaks("the address is in memory");
    forgery.set(row, shared("address"), 1).breaks("the address is the sum");
    let context = shared("execution") + 4;
    forgery.set(window, context, 1).breaks("only context 0 has a window");
}

#[test]
fn an_access_behind_the_memory_is_no_load() {
    let tables = corpus();
    let forgery = tables.forgery();
    let shared = |name| forgery.column::<LoadCols<Val>>(name);
    // A tuple with fewer pages than the row's page needs: room would have to be -1.
    let row = tables.row(|event| event.accesses[1].cell >> 13 == 2);
    let pages = shared("execution") + 5;
    let partners = partners_with_pages(&tables.program, row, 2);
    forgery
        .set(row, pages, 2)
        .and(row, shared("room"), MINUS_ONE)
        .is_unbalanced(&partners);
}

#[test]
fn a_padding_row_cannot_speak() {
    let tables = corpus();
    let forgery = tables.forgery();
    let padding = tables.program.events.len();
    let speaks = forgery.set(padding, forgery.column::<Load16Cols<Val>>("at"), 1);
    speaks.breaks("the address is in memory");
    let room = forgery.column::<LoadCols<Val>>("room");
    speaks
        .and(padding, room, MINUS_ONE)
        .is_unbalanced(&tables.program.partners());
    let is_window = forgery.column::<LoadCols<Val>>("is_window");
    forgery.set(padding, is_window, 1).breaks("memory or window");
}

#[test]
fn every_column_of_a_real_row_is_bound() {
    let tables = corpus();
    for opcode in OPCODES {
        tables.assert_bound::<Load16Cols<Val>, LoadCols<Val>>(tables.row_of(*opcode, false), &[], &[]);
        // In the window no cell of memory is read: its access cells are on no bus.
        tables.assert_bound::<Load16Cols<Val>, LoadCols<Val>>(tables.row_of(*opcode, true), &["read_cell"], &["load"]);
    }
}
