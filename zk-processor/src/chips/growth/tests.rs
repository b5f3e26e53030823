//! Honest, edge and forged sizes, growths, elements and linear charges.

use alloc::vec::Vec;

use super::columns::GrowthCols;
use super::{Growth, growth_trace, takes};
use crate::chips::bench::{Planned, Run, Suspect};
use crate::chips::builder::Val;
use crate::chips::buses::Tag;
use crate::chips::event::Event;
use crate::executor::time;
use crate::isa::spaces::MAX_LOADED_GAS;
use crate::isa::{Instruction, Opcode, Space};

type Cols = GrowthCols<Val>;

const BASE: u32 = 0x1_0003;
const REFUSED: u32 = u32::MAX;
/// p − 1.
const MINUS_ONE: u32 = 0x7f00_0000;

fn instruction(opcode: Opcode, dst: u32, a: u16, low: u32, high: u32) -> Instruction {
    Instruction {
        gas: 7,
        ..Instruction::new(opcode, dst, a, u64::from(low) | u64::from(high) << 32)
    }
}

fn slot(slot: u32, offset: u64, value: u32) -> Planned {
    Planned::read(Space::Frame, slot, offset, value.into())
}

fn answer(dst: u32, value: u32) -> Planned {
    Planned::write(Space::Frame, dst, time::DESTINATION, value.into())
}

fn cell(space: Space, cell: u32, old: u64, new: u64) -> Planned {
    Planned {
        new: Some(new),
        ..Planned::read(space, cell, time::READ, old)
    }
}

fn memory_size(run: &mut Run, pages: u32) {
    run.state_mut().pages = pages;
    run.run_planned(instruction(Opcode::MemorySize, 9, 0, 0, 0), &[answer(9, pages)], |_| {});
}

/// Growth with the answer and the pages afterwards that somebody claims.
fn memory_grow(run: &mut Run, [pages, delta, limit]: [u32; 3], answered: u32, after: u32) {
    run.state_mut().pages = pages;
    // dst is the operand's own slot.
    let planned = [slot(3, time::A, delta), answer(3, answered)];
    run.run_planned(instruction(Opcode::MemoryGrow, 3, 3, limit, 0), &planned, |state| {
        state.pages = after;
    });
}

fn table_size(run: &mut Run, size: u32) {
    let planned = [cell(Space::Table, BASE, size.into(), size.into()), answer(9, size)];
    run.run_planned(instruction(Opcode::TableSize, 9, 0, BASE, 0), &planned, |_| {});
}

fn table_grow(run: &mut Run, [size, delta, limit]: [u32; 3], answered: u32, after: u32) {
    let planned = [
        slot(3, time::A, delta),
        cell(Space::Table, BASE, size.into(), after.into()),
        answer(9, answered),
    ];
    run.run_planned(instruction(Opcode::TableGrow, 9, 3, BASE, limit), &planned, |_| {});
}

fn element(index: u32) -> u32 {
    BASE.wrapping_add(1).wrapping_add(index)
}

fn table_get(run: &mut Run, index: u32, size: u32, value: u64) {
    let planned = [
        slot(3, time::A, index),
        cell(Space::Table, BASE, size.into(), size.into()),
        cell(Space::Table, element(index), value, value),
        Planned::write(Space::Frame, 9, time::DESTINATION, value),
    ];
    run.run_planned(instruction(Opcode::TableGet, 9, 3, BASE, 0), &planned, |_| {});
}

fn table_set(run: &mut Run, index: u32, size: u32, old: u64, value: u64) {
    let planned = [
        slot(3, time::A, index),
        Planned::read(Space::Frame, 4, time::C, value),
        cell(Space::Table, BASE, size.into(), size.into()),
        cell(Space::Table, element(index), old, value),
    ];
    run.run_planned(instruction(Opcode::TableSet, 4, 3, BASE, 0), &planned, |_| {});
}

fn segment_drop(run: &mut Run, length: u32) {
    let planned = [cell(Space::Segment, BASE, length.into(), 0)];
    run.run_planned(instruction(Opcode::SegmentDrop, 0, 0, BASE, 0), &planned, |_| {});
}

/// A charge of `gas` + `constant` + `linear` with so much gas before; the tuple afterwards is what the field makes of it.
fn charge(run: &mut Run, gas_left: u32, gas: u8, constant: u32, linear: u32) {
    const P: i64 = 0x7f00_0001;
    run.state_mut().gas_left = gas_left;
    let instruction = Instruction {
        gas,
        ..instruction(Opcode::ChargeLinear, 0, 3, constant, 0)
    };
    let charge = i64::from(gas) + i64::from(constant) + i64::from(linear);
    let after = (i64::from(gas_left) - charge).rem_euclid(P) as u32;
    run.run_planned(instruction, &[slot(3, time::A, linear)], |state| state.gas_left = after);
}

/// Growths that fit and growths that do not, up to sums of 33 bits.
const FITS: [[u32; 3]; 6] = [
    [3, 1, 4],
    [3, 0, 3],
    [0, 0, 0],
    [0xffff, 1, 0x1_0000],
    [0, 0x1_0000, 0x1_0000],
    [0x8001, 0x7fff, 0x1_0000],
];
const TOO_LARGE: [[u32; 3]; 6] = [
    [3, 2, 4],
    [0, 1, 0],
    [3, 0xffff_fffd, 16],
    [0x1_0000, u32::MAX, 0x1_0000],
    [0xffff, 0xffff, 0x1_0000],
    [1, 0x1_0000, 0x1_0000],
];

fn corpus() -> Vec<Event> {
    let mut run = Run::default();
    for pages in [3, 0, 0xffff, 0x1_0000] {
        memory_size(&mut run, pages);
        table_size(&mut run, pages * 5);
    }
    for [size, delta, limit] in FITS {
        memory_grow(&mut run, [size, delta, limit], size, size + delta);
        table_grow(&mut run, [size, delta, limit], size, size + delta);
    }
    for [size, delta, limit] in TOO_LARGE {
        memory_grow(&mut run, [size, delta, limit], REFUSED, size);
        table_grow(&mut run, [size, delta, limit], REFUSED, size);
    }
    table_grow(&mut run, [0, u32::MAX - 1, u32::MAX], 0, u32::MAX - 1);
    table_grow(&mut run, [u32::MAX; 3], REFUSED, u32::MAX);
    for (index, size) in [(2, 5), (0, 1), (0xffff, 0x1_0000), (0x1_0000, 0x1_0001), (4, 0x2_0000)] {
        table_get(&mut run, index, size, 0x0123_4567_89ab_cdef);
        table_set(&mut run, index, size, 17, u64::MAX - 5);
    }
    for length in [9, 0, u32::MAX] {
        segment_drop(&mut run, length);
    }
    for (left, gas, constant, linear) in [
        (1000, 7, 32, 900),
        (39, 7, 32, 0),
        (MAX_LOADED_GAS, 0, 32, MAX_LOADED_GAS - 32),
        (MAX_LOADED_GAS, 255, 0xffff, 0xffff),
        (0x3000_0000, 255, 0x1_ffff, 0x2_ffff),
        (0x1000_0000, 0, 0, 0),
    ] {
        charge(&mut run, left, gas, constant, linear);
    }
    run.events
}

fn suspect() -> Suspect<Growth> {
    Suspect::new(Growth, growth_trace, corpus())
}

/// Everyone agrees on one event; the row's own lookups must not.
fn no_room_is_left(happens: impl FnOnce(&mut Run)) {
    let mut run = Run::default();
    happens(&mut run);
    Suspect::new(Growth, growth_trace, run.events)
        .forge::<Cols>(0)
        .looks_up_what_does_not_exist(Tag::Range16);
}

#[test]
fn honest_rows_balance_at_every_edge() {
    suspect().assert_honest();
}

#[test]
fn every_event_that_went_through_is_taken() {
    for mut event in corpus() {
        assert!(takes(&event));
        event.after.context = 0;
        assert!(!takes(&event));
    }
}

#[test]
fn a_size_cannot_pass_its_limit() {
    for [size, delta, limit] in TOO_LARGE {
        let after = size.wrapping_add(delta);
        if u64::from(size) + u64::from(delta) < 1 << 32 {
            no_room_is_left(|run| table_grow(run, [size, delta, limit], size, after));
        }
        if u64::from(size) + u64::from(delta) < 1 << 17 {
            no_room_is_left(|run| memory_grow(run, [size, delta, limit], size, after));
        }
    }
    // p + 1 pages are one page more in the field.
    no_room_is_left(|run| memory_grow(run, [3, 0x7f00_0002, 16], 3, 4));
}

#[test]
fn what_fits_cannot_be_refused() {
    for [size, delta, limit] in FITS {
        no_room_is_left(|run| memory_grow(run, [size, delta, limit], REFUSED, size));
        no_room_is_left(|run| table_grow(run, [size, delta, limit], REFUSED, size));
    }
}

#[test]
fn an_index_behind_the_table_has_no_element() {
    for (index, size) in [
        (5, 5),
        (0, 0),
        (0x1_0000, 0x1_0000),
        (0x1_0000, 0xffff),
        (0xffff_fffe, 7),
    ] {
        no_room_is_left(|run| table_get(run, index, size, 1));
        no_room_is_left(|run| table_set(run, index, size, 1, 2));
    }
}

#[test]
fn what_is_not_covered_cannot_be_taken() {
    no_room_is_left(|run| charge(run, 38, 7, 32, 0));
    no_room_is_left(|run| charge(run, MAX_LOADED_GAS, 0, 32, MAX_LOADED_GAS - 31));
    no_room_is_left(|run| charge(run, 5, 255, u32::MAX, u32::MAX));
    // 32 + 2130706401 is p, that is 0 in the field.
    no_room_is_left(|run| charge(run, 100, 0, 32, 2_130_706_401));
    // Less than nothing was left before.
    no_room_is_left(|run| charge(run, MINUS_ONE, 0, 32, 0));
    no_room_is_left(|run| charge(run, 1 << 30, 0, 32, 0));
}

#[test]
fn forged_rows_break_the_claim_they_lie_about() {
    let suspect = suspect();
    let forge = |opcode| suspect.forge::<Cols>(suspect.row_of(opcode));
    let size = || forge(Opcode::MemorySize);
    size().set("is_kind", 0, 2).breaks("each selector is a bit");
    size().set("is_kind", 3, 1).breaks("one row or padding");
    size().add("before", 0, 1).breaks("pages are limbs");
    size()
        .add("before", 0, -0x2_0000)
        .add("before", 1, 2)
        .breaks("pages have at most 17 bits");
    forge(Opcode::ChargeLinear).add("before", 0, 1).breaks("gas is limbs");
    size().add("after", 0, 1).breaks("what does not grow stays");
    forge(Opcode::TableSet)
        .add("after", 1, 1)
        .breaks("what does not grow stays");
    forge(Opcode::SegmentDrop)
        .set("after", 0, 1)
        .breaks("a dropped segment is empty");
    for limb in 0..2 {
        for opcode in [Opcode::MemoryGrow, Opcode::TableGrow] {
            forge(opcode).add("after", limb, 1).breaks("the new size is the sum");
            forge(opcode).add("gap", limb, 1).breaks("the gap is what is left");
        }
    }
    for opcode in [Opcode::TableGet, Opcode::TableSet, Opcode::ChargeLinear] {
        for limb in 0..2 {
            forge(opcode).add("gap", limb, 1).breaks("the gap is what is left");
        }
    }
    for limb in 0..4 {
        for opcode in [
            Opcode::MemorySize,
            Opcode::MemoryGrow,
            Opcode::TableSize,
            Opcode::TableGrow,
        ] {
            forge(opcode).add("result", limb, 1).breaks("the result is the size");
        }
        let refused = suspect.row_where(|event| event.accesses.last().is_some_and(|last| last.new == REFUSED.into()));
        let refused = suspect.forge::<Cols>(refused);
        refused.add("result", limb, 1).breaks("a refusal is 2^32 - 1");
        forge(Opcode::TableGet)
            .add("result", limb, 1)
            .breaks("a get leaves the element");
        forge(Opcode::TableSet)
            .add("result", limb, 1)
            .breaks("a set leaves the slot");
    }
    size().add("next_pages", 0, 1).breaks("pages are the new size");
    forge(Opcode::TableSize)
        .add("next_pages", 0, 1)
        .breaks("pages are the new size");
    size().add("next_gas", 0, 1).breaks("the charge is taken");
    forge(Opcode::ChargeLinear)
        .add("next_gas", 0, 1)
        .breaks("the charge is taken");
}

/// The same number with 2^16 more in the low limb and one less above.
#[test]
fn numbers_have_no_other_limbs() {
    let suspect = suspect();
    let row = suspect.row_where(|event| event.before.pages == 0x1_0000 && event.accesses.len() == 1);
    suspect
        .forge::<Cols>(row)
        .add("before", 0, 1 << 16)
        .add("before", 1, -1)
        .add("after", 0, 1 << 16)
        .add("after", 1, -1)
        .add("result", 0, 1 << 16)
        .add("result", 1, -1)
        .looks_up_what_does_not_exist(Tag::Range16);
    let row = suspect.row_where(|event| {
        let [_, size, _] = event.accesses.as_slice() else {
            return false;
        };
        // The lower limbs carry, so that the carry may be 0 instead.
        event.instruction.opcode == Opcode::TableGrow && size.new == 0x1_0000 && size.old == 0xffff
    });
    suspect
        .forge::<Cols>(row)
        .add("after", 0, 1 << 16)
        .add("after", 1, -1)
        .add("gap", 0, -(1 << 16))
        .add("gap", 1, 1)
        .looks_up_what_does_not_exist(Tag::Range16);
}

/// A carry beyond a byte would be another number in the field.
#[test]
fn a_carry_is_a_small_number() {
    let suspect = suspect();
    suspect
        .forge::<Cols>(suspect.row_of(Opcode::ChargeLinear))
        .add("room_low", 0, 1)
        .looks_up_what_does_not_exist(Tag::BytePair);
}

#[test]
fn a_padding_row_cannot_speak() {
    let suspect = suspect();
    for kind in 0..10 {
        let padding = suspect.forge_padding::<Cols>().set("is_kind", kind, 1);
        match kind {
            2 | 5 => padding.breaks("a refusal is 2^32 - 1"),
            6 | 7 => padding.breaks("the gap is what is left"),
            _ => padding.stays_unanswered(Tag::Exec),
        }
    }
}

#[test]
fn every_column_of_a_real_row_is_bound() {
    // What a row does not access is on no bus, nor is what it would become.
    let unread: &[&str] = &["a", "room_low", "element_old", "read_a", "size", "element"];
    suspect().assert_columns_bound::<Cols>(&[
        (Opcode::MemorySize, unread),
        (Opcode::MemoryGrow, &["element_old", "size", "element"]),
        (
            Opcode::TableSize,
            &["a", "room_low", "element_old", "read_a", "element"],
        ),
        (Opcode::TableGrow, &["element_old", "element"]),
        (Opcode::TableGet, &[]),
        (Opcode::TableSet, &[]),
        (
            Opcode::SegmentDrop,
            &[
                "a",
                "room_low",
                "slot_old",
                "element_old",
                "result",
                "read_a",
                "element",
                "slot",
            ],
        ),
        (
            Opcode::ChargeLinear,
            &["slot_old", "element_old", "result", "size", "element", "slot"],
        ),
    ]);
}
