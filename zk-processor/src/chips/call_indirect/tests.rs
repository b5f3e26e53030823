//! Honest, edge and forged calls through a table.

use alloc::vec::Vec;

use p3_field::PrimeCharacteristicRing;

use super::columns::CallIndirectCols;
use super::{CallIndirect, call_indirect_trace};
use crate::chips::bench::{Planned, Run, Suspect};
use crate::chips::builder::{Sign, Val};
use crate::chips::buses::{Message, Tag};
use crate::chips::event::Event;
use crate::executor::time;
use crate::isa::spaces::MAX_FRAME_POINTER;
use crate::isa::{Instruction, Opcode, Space};

const BASE: u32 = 0x1_0003;
const TYPE: u32 = 0x1_0007;

/// A call of function `function` at `index` of a table of `size` elements, whose entry is at row `entry`.
fn call(run: &mut Run, [index, size, function, entry]: [u32; 4], offset: u16) {
    let caller = *run.state_mut();
    let frame = caller.frame_pointer + u32::from(offset);
    let x = u64::from(BASE) | u64::from(TYPE) << 32;
    let instruction = Instruction {
        gas: 7,
        ..Instruction::new(Opcode::CallIndirect, offset.into(), 3, x)
    };
    let link = u64::from(caller.pc + 1) | u64::from(caller.frame_pointer) << 32;
    let planned = [
        Planned::read(Space::Frame, 3, time::A, index.into()),
        Planned::read(Space::Table, BASE, time::READ, size.into()),
        Planned::read(
            Space::Table,
            BASE.wrapping_add(1).wrapping_add(index),
            time::READ,
            u64::from(function.wrapping_add(1)),
        ),
        Planned::write(Space::Link, frame, time::READ, link),
        Planned::write(Space::Link, frame, time::READ, caller.stack_left.into()),
    ];
    run.run_planned(instruction, &planned, |state| {
        state.pc = entry;
        state.frame_pointer = frame;
    });
}

/// What the program's entry map provides.
fn entries(events: &[Event]) -> Vec<(Sign, Message<Val>)> {
    let provided = |event: &Event| {
        let function = event.accesses[2].old as u32 - 1;
        let fields = [event.before.handle, function, event.after.pc, event.instruction.high()];
        (Sign::Receive, Message::new(Tag::Entry, fields.map(Val::from_u32)))
    };
    events.iter().map(provided).collect()
}

/// First and last elements of small and large tables, functions with two limbs, frames up to the last, a link overwritten in the same frame.
fn corpus() -> Vec<Event> {
    let mut run = Run::default();
    for place in [
        [3, 7, 5, 500],
        [0, 1, 0, 1],
        [0xffff, 0x1_0000, 0xffff, 9],
        [0x1_0000, 0x1_0001, 0x1_0000, 9],
        [0, 0x100_0000, (1 << 20) - 1, 70_000],
        [0xff_ffff, 0x100_0000, 1, 2],
    ] {
        run.state_mut().frame_pointer = 100;
        call(&mut run, place, 0x10);
    }
    run.state_mut().frame_pointer = MAX_FRAME_POINTER - 1 - 0xffff;
    call(&mut run, [1, 2, 3, 4], 0xffff);
    run.state_mut().frame_pointer = 1;
    call(&mut run, [1, 2, 3, 4], 1);
    run.events
}

fn suspect_of(events: Vec<Event>, entries: &[(Sign, Message<Val>)]) -> Suspect<CallIndirect> {
    Suspect::with_partners(CallIndirect, call_indirect_trace, events, entries)
}

fn suspect() -> Suspect<CallIndirect> {
    let events = corpus();
    let entries = entries(&events);
    suspect_of(events, &entries)
}

#[test]
fn honest_calls_balance_at_every_edge() {
    suspect().assert_honest();
}

#[test]
fn forged_calls_break_the_claim_they_lie_about() {
    let suspect = suspect();
    let forge = || suspect.forge::<CallIndirectCols<Val>>(0);
    forge().set("is_real", 0, 2).breaks("real or padding");
    forge()
        .set("frame_offset", 0, 0)
        .breaks("a call has a frame of its own");
    forge().add("room_low", 0, 1).breaks("the difference carries a bit");
    // Where the call goes, and what it leaves for its return, are on the buses.
    forge().add("entry", 0, 1).stays_unanswered(Tag::Entry);
    forge().add("element", 0, 1).stays_unanswered(Tag::Entry);
    forge().add("x", 2, 1).stays_unanswered(Tag::Entry);
    forge().add("old_link", 0, 1).stays_unanswered(Tag::Memory);
}

/// Everyone agrees on an element behind the table's end; the room for its index would be -1.
#[test]
fn an_index_behind_the_table_calls_nothing() {
    for [index, size] in [
        [7, 7],
        [0x1_0000, 0x1_0000],
        [0, 0],
        [0x1_0000, 0xffff],
        [u32::MAX - 1, 5],
    ] {
        let mut run = Run::default();
        call(&mut run, [index, size, 5, 500], 0x10);
        let entries = entries(&run.events);
        let suspect = suspect_of(run.events, &entries);
        suspect
            .forge::<CallIndirectCols<Val>>(0)
            .looks_up_what_does_not_exist(Tag::Range16);
    }
}

/// A null element names function -1, which no entry map has.
#[test]
fn a_null_element_calls_nothing() {
    let mut run = Run::default();
    call(&mut run, [3, 7, u32::MAX, 500], 0x10);
    let suspect = suspect_of(run.events, &[]);
    suspect.forge::<CallIndirectCols<Val>>(0).stays_unanswered(Tag::Entry);
}

#[test]
fn a_function_of_another_type_is_not_called() {
    let mut run = Run::default();
    call(&mut run, [3, 7, 5, 500], 0x10);
    let mut entries = entries(&run.events);
    entries[0].1.fields[3] += Val::ONE;
    let suspect = suspect_of(run.events, &entries);
    suspect.forge::<CallIndirectCols<Val>>(0).stays_unanswered(Tag::Entry);
}

#[test]
fn a_frame_beyond_the_last_is_not_entered() {
    let mut run = Run::default();
    run.state_mut().frame_pointer = MAX_FRAME_POINTER - 1;
    call(&mut run, [3, 7, 5, 500], 1);
    let entries = entries(&run.events);
    let suspect = suspect_of(run.events, &entries);
    suspect
        .forge::<CallIndirectCols<Val>>(0)
        .looks_up_what_does_not_exist(Tag::BytePair);
}

#[test]
fn a_padding_row_cannot_speak() {
    let suspect = suspect();
    suspect
        .forge_padding::<CallIndirectCols<Val>>()
        .set("is_real", 0, 1)
        .breaks("a call has a frame of its own");
    suspect
        .forge_padding::<CallIndirectCols<Val>>()
        .set("is_real", 0, 1)
        .set("frame_offset", 0, 1)
        .set("offset_inverse", 0, 1)
        .set("size", 0, 1)
        .stays_unanswered(Tag::Exec);
}

#[test]
fn every_column_of_a_real_row_is_bound() {
    suspect().assert_columns_bound_by::<CallIndirectCols<Val>>(&[(Opcode::CallIndirect, &[])], entries);
}
