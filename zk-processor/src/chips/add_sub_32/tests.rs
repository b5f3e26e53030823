//! Honest, edge and forged sums.

use alloc::vec::Vec;

use p3_field::PrimeCharacteristicRing;

use super::columns::AddSub32Cols;
use super::{AddSub32, add_sub_32_trace};
use crate::chips::builder::{Chip, Sign, Val};
use crate::chips::buses::Message;
use crate::chips::byte_table::{ByteLookups, ByteTable, byte_table_trace};
use crate::chips::check::{Failure, Table, check_with};
use crate::chips::event::Event;
use crate::chips::testing::{Forgery, Program, assert_columns_bound_with};
use crate::chips::trace::Trace;
use crate::isa::{Instruction, Opcode};

const EDGES: [u32; 7] = [0, 1, 0xffff, 0x1_0000, 0x7fff_ffff, 0x8000_0000, u32::MAX];

/// Every opcode on every pair of edge values and on aliased slots, as an independent account of what should happen.
fn events() -> Vec<Event> {
    let mut program = Program::default();
    for a in EDGES {
        for b in EDGES {
            program.run(
                Instruction::new(Opcode::Add32, 9, 3, 4),
                &[a.into(), b.into()],
                a.wrapping_add(b).into(),
            );
            program.run(
                Instruction::new(Opcode::Sub32, 9, 3, 4),
                &[a.into(), b.into()],
                a.wrapping_sub(b).into(),
            );
            let immediate = Instruction {
                gas: 7,
                ..Instruction::new(Opcode::Add32Imm, 9, 3, b.into())
            };
            program.run(immediate, &[a.into()], a.wrapping_add(b).into());
            program.run(
                Instruction::new(Opcode::Add32, 5, 5, 5),
                &[a.into(), a.into()],
                a.wrapping_add(a).into(),
            );
        }
    }
    program.events
}

struct Tables {
    sums: Trace,
    bytes: Trace,
    partners: Vec<(Sign, Message<Val>)>,
}

fn tables(events: &[Event]) -> Tables {
    let mut lookups = ByteLookups::default();
    let sums = add_sub_32_trace(events, 2, &mut lookups);
    let partners = events.iter().flat_map(Event::partners).collect();
    Tables {
        sums,
        bytes: byte_table_trace(&lookups),
        partners,
    }
}

fn failures(tables: &Tables) -> Vec<Failure> {
    let all = [
        Table::of(&|b| AddSub32.eval(b), "add_sub_32", &tables.sums),
        Table::of(&|b| ByteTable.eval(b), "byte_table", &tables.bytes),
    ];
    check_with(&all, &tables.partners)
}

#[test]
fn honest_sums_balance_at_every_edge() {
    assert_eq!(failures(&tables(&events())), []);
}

#[test]
fn no_sums_is_an_honest_table() {
    assert_eq!(failures(&tables(&[])), []);
}

#[test]
fn forged_sums_break_the_claim_they_lie_about() {
    let events = events();
    let forgery = Forgery::new("add_sub_32", &|b| AddSub32.eval(b), tables(&events).sums);
    let column = |name| forgery.column::<AddSub32Cols<Val>>(name);
    let row_of = |opcode| {
        events
            .iter()
            .position(|event| event.instruction.opcode == opcode)
            .expect("in the corpus")
    };
    let (add, sub, immediate) = (row_of(Opcode::Add32), row_of(Opcode::Sub32), row_of(Opcode::Add32Imm));
    forgery.set(add, column("result"), 3).breaks("the sum is right");
    forgery.set(sub, column("result") + 1, 3).breaks("the sum is right");
    forgery.set(add, column("is_sub"), 1).breaks("one operation or padding");
    forgery.set(add, column("is_add"), 2).breaks("each selector is a bit");
    forgery.set(immediate, column("b"), 5).breaks("the immediate is b");
    forgery.set(add, column("x1"), 1).breaks("without an immediate x1 is 0");
    // Where the low limbs carry: 2^16 more in the low limb and one less above is the same number, but no pair of limbs. Only the range lookup sees it.
    let carries = |event: &Event| {
        let [a, .., write] = event.accesses.as_slice() else {
            return false;
        };
        event.instruction.opcode == Opcode::Add32 && (write.new as u16) < (a.old as u16) && write.new >> 16 > 0
    };
    let row = events.iter().position(carries).expect("a sum with a carry");
    let result = events[row].accesses.last().map_or(0, |write| write.new as u32);
    forgery
        .set(row, column("result"), (result & 0xffff) + 0x1_0000)
        .and(row, column("result") + 1, (result >> 16) - 1)
        .is_unbalanced(&tables(&events).partners);
}

#[test]
fn a_padding_row_cannot_speak() {
    let events = events();
    let forgery = Forgery::new("add_sub_32", &|b| AddSub32.eval(b), tables(&events).sums);
    let padding = events.len();
    let is_add = forgery.column::<AddSub32Cols<Val>>("is_add");
    forgery.set(padding, is_add, 1).is_unbalanced(&tables(&events).partners);
}

#[test]
fn every_column_of_a_real_row_is_bound() {
    let events = events();
    let Tables { sums, bytes, partners } = tables(&events);
    let others = [Table::of(&|b| ByteTable.eval(b), "byte_table", &bytes)];
    for opcode in [Opcode::Add32, Opcode::Sub32, Opcode::Add32Imm] {
        let row = events
            .iter()
            .position(|event| event.instruction.opcode == opcode)
            .expect("in the corpus");
        // With an immediate, slot b is not read: its two access cells are on no bus.
        let free: &[&str] = if opcode == Opcode::Add32Imm { &["read_b"] } else { &[] };
        assert_columns_bound_with::<AddSub32Cols<Val>>(
            "add_sub_32",
            &|b| AddSub32.eval(b),
            &sums,
            row,
            &others,
            &partners,
            free,
        );
    }
}

#[test]
fn the_inverse_is_the_inverse() {
    assert_eq!(
        Val::from_u32(super::air::INVERSE_OF_2_16) * Val::from_u32(1 << 16),
        Val::ONE
    );
}
