//! Honest, edge and forged reports of charges that are not covered.

use alloc::vec::Vec;

use super::columns::OutOfGasCols;
use super::{OutOfGas, out_of_gas_trace};
use crate::chips::bench::Suspect;
use crate::chips::builder::Val;
use crate::chips::buses::Tag;
use crate::chips::event::Event;
use crate::chips::sandbox_testing::{STACK, Scene, hand_overs, li, with_gas};
use crate::isa::spaces::MAX_LOADED_GAS;
use crate::isa::{Instruction, Opcode};

fn charge(gas: u8, operators: u32) -> Instruction {
    with_gas(gas, Instruction::new(Opcode::Charge, 0, 0, operators.into()))
}

fn linear(gas: u8, operators: u32) -> Instruction {
    with_gas(gas, Instruction::new(Opcode::ChargeLinear, 0, 3, operators.into()))
}

fn call(gas: u8, offset: u16, stack: u32, entry_gas: u32) -> Instruction {
    let x = u64::from(stack) | u64::from(entry_gas) << 32;
    with_gas(gas, Instruction::new(Opcode::Call, 7, offset, x))
}

fn prologue(gas: u8, stack: u32, entry_gas: u32) -> Instruction {
    let x = u64::from(stack) | u64::from(entry_gas) << 32;
    with_gas(gas, Instruction::new(Opcode::Prologue, 0, 0, x))
}

fn events() -> Vec<Event> {
    let mut scene = Scene::default();
    // By one, by all of it, on a branch and on a call whose entry would not fit either.
    scene.visit(254, STACK, &[with_gas(255, li(1, 7))]);
    scene.visit(0, STACK, &[with_gas(1, Instruction::new(Opcode::Branch, 3, 0, 0))]);
    scene.visit(4, 10, &[call(5, 1, 11, 12)]);
    // Charges across limbs, above every budget, and by one.
    let charges = [
        (0xffff, 0, 0x1_0000),
        (0x1_0000, 2, 0xffff),
        (MAX_LOADED_GAS, 0, 1 << 30),
        (MAX_LOADED_GAS, 255, u32::MAX),
        (0, 0, 1),
    ];
    for (budget, gas, operators) in charges {
        scene.visit(budget, STACK, &[charge(gas, operators)]);
    }
    for (slot, operators) in [
        (u32::MAX, u32::MAX),
        (0xffff, 0xffff),
        (0, 1),
        (u32::MAX, 0),
        (1 << 30, 0),
    ] {
        scene.visit(0, STACK, &[li(3, slot.into()), linear(0, operators)]);
        scene.visit(0xfffe, STACK, &[li(3, slot.into()), linear(255, operators | 0xff00)]);
    }
    // Entries: own charge covered exactly, stack covered exactly, gas short by one and by much.
    scene.visit(9, 0x1_0002, &[call(9, 1, 0x1_0002, 1)]);
    scene.visit(1000, STACK, &[call(9, 0xffff, 16, 992)]);
    scene.visit(1000, STACK, &[prologue(9, 16, u32::MAX)]);
    // Stack: short by one, by much; charged before.
    scene.visit(1000, 15, &[call(9, 1, 16, 5)]);
    scene.visit(9, 0xff_ffff, &[call(9, 1, u32::MAX, u32::MAX)]);
    scene.visit(9, 0, &[prologue(9, 1, 0)]);
    // Frames of 2^16 slots until there is no room.
    let base = scene.base();
    scene.visit(
        1000,
        STACK,
        &[with_gas(3, Instruction::new(Opcode::Call, base, 0xffff, 0))],
    );
    scene.given_back()
}

fn suspect() -> Suspect<OutOfGas> {
    let events = events();
    let partners = hand_overs(&events);
    Suspect::with_partners(OutOfGas, out_of_gas_trace, events, &partners)
}

/// Rows of each case: plain, charge, linear, entries of a call and a prologue, stack of both, frame.
fn cases(suspect: &Suspect<OutOfGas>) -> [usize; 8] {
    [
        ("is_plain", 0),
        ("is_charge", 0),
        ("is_linear", 0),
        ("is_entry", 0),
        ("is_entry", 1),
        ("is_stack", 0),
        ("is_stack", 1),
        ("is_frame", 0),
    ]
    .map(|(name, index)| {
        (0..suspect.rows())
            .find(|row| suspect.forge::<OutOfGasCols<Val>>(*row).cell(name, index) == Val::new(1))
            .unwrap_or_else(|| panic!("no row with {name}"))
    })
}

#[test]
fn honest_shortages_balance_at_every_edge() {
    let suspect = suspect();
    suspect.assert_honest();
    cases(&suspect);
}

#[test]
fn forged_shortages_break_the_claim_they_lie_about() {
    let suspect = suspect();
    let [plain, charge, linear, entry, _, stack, _, frame] = cases(&suspect);
    let forge = |row| suspect.forge::<OutOfGasCols<Val>>(row);
    for selector in ["is_plain", "is_charge", "is_linear", "is_entry", "is_stack", "is_frame"] {
        forge(entry).set(selector, 0, 2).breaks("one case or padding");
    }
    forge(plain).set("is_frame", 0, 1).breaks("one case or padding");
    forge(charge).set("opcode", 0, 9).breaks("the opcode is the case's");
    forge(entry).set("opcode", 0, 6).breaks("the opcode is the case's");
    forge(plain)
        .set("opcode_inverse", 0, 0)
        .breaks("a plain charge is no charge row");
    forge(plain).add("supply", 0, 1).breaks("the supply is what is left");
    forge(charge).add("demand", 0, 1).breaks("the demand is the charge");
    forge(charge).add("demand", 1, 1).breaks("the demand is the charge");
    forge(linear).set("carries", 0, 3).breaks("a carry is 0, 1 or 2");
    forge(linear).set("borrows", 0, 2).breaks("a borrow is a bit");
    forge(charge)
        .set("linear", 0, 5)
        .breaks("only a linear charge has a linear part");
    for row in [plain, entry, stack, frame] {
        for limb in 0..3 {
            forge(row)
                .add("detail", limb, 1)
                .breaks("the detail is the charge or the trap");
        }
    }
    forge(entry)
        .add("settled", 0, -1)
        .breaks("the settled charge is an entry's");
    forge(plain)
        .set("settled", 0, 1)
        .breaks("the settled charge is an entry's");
    forge(stack).add("taken", 0, -1).breaks("a trap takes its charge");
    forge(plain).set("taken", 0, 1).breaks("a trap takes its charge");
}

/// `charge` reported by its gas column alone would burn less than is due.
#[test]
fn a_charge_row_cannot_pass_as_plain() {
    let suspect = suspect();
    let [_, charge, linear, ..] = cases(&suspect);
    for (row, selector) in [(charge, "is_charge"), (linear, "is_linear")] {
        for inverse in [0, 1, 7] {
            let forged = suspect.forge::<OutOfGasCols<Val>>(row);
            forged
                .set(selector, 0, 0)
                .set("is_plain", 0, 1)
                .set("opcode_inverse", 0, inverse)
                .breaks("a plain charge is no charge row");
        }
    }
}

/// The event of a row whose sandbox had this gas, with everyone's agreement; everything that the row says is as honest as it can be.
fn with_gas_left(suspect: &Suspect<OutOfGas>, row: usize, gas_left: u32) -> Suspect<OutOfGas> {
    let mut event = suspect.event(row).clone();
    event.before.gas_left = gas_left;
    let saved = event.accesses.len() - 2;
    event.accesses[saved].new = gas_left.into();
    let events = Vec::from([event]);
    let partners = hand_overs(&events);
    Suspect::with_partners(OutOfGas, out_of_gas_trace, events, &partners)
}

/// Early: the charge is covered, to the operator. Late: gas is already below 0, for an earlier charge was not covered.
#[test]
fn out_of_gas_comes_neither_early_nor_late() {
    let suspect = suspect();
    let [plain, charge, ..] = cases(&suspect);
    for (row, demand) in [(plain, 255), (charge, 0x1_0000)] {
        let early = with_gas_left(&suspect, row, demand);
        early
            .forge::<OutOfGasCols<Val>>(0)
            .set("borrows", 0, 1)
            .set("borrows", 1, 1)
            .breaks("the last borrow has a limb to borrow from");
        let forge = || early.forge::<OutOfGasCols<Val>>(0).set("borrows", 1, 0);
        forge().looks_up_what_does_not_exist(Tag::Range16);
        forge().set("borrows", 0, 0).looks_up_what_does_not_exist(Tag::Range16);
        // p − 1 for −1: its upper limb is 16 bits, but not four times it.
        let late = with_gas_left(&suspect, row, 0x7f00_0000);
        let forge = || late.forge::<OutOfGasCols<Val>>(0);
        forge().set("borrows", 1, 0).looks_up_what_does_not_exist(Tag::Range16);
    }
}

/// An entry that lacks stack, or a frame, is the trap; one whose stack fits is not.
#[test]
fn the_stack_comes_before_the_entry_gas() {
    let suspect = suspect();
    let [_, _, _, entry, _, stack, _, frame] = cases(&suspect);
    let forge = |row| suspect.forge::<OutOfGasCols<Val>>(row);
    // The stack that is left afterwards would be -1; the frame too high.
    let short = forge(entry).add("x", 0, 1).set("stack_low", 0, 0xffff);
    short.looks_up_what_does_not_exist(Tag::BytePair);
    let high = forge(entry).set("execution", 2, (1 << 22) - 1);
    high.looks_up_what_does_not_exist(Tag::BytePair);
    forge(frame)
        .set("execution", 2, 1)
        .looks_up_what_does_not_exist(Tag::Range16);
    // One byte more would do.
    let covered = forge(stack).add("execution", 7, 1).add("supply", 0, 1);
    covered.looks_up_what_does_not_exist(Tag::Range16);
}

#[test]
fn what_is_told_is_what_is_handed_over() {
    let suspect = suspect();
    let [plain, ..] = cases(&suspect);
    let forge = || suspect.forge::<OutOfGasCols<Val>>(plain);
    forge().add("execution", 1, 1).stays_unanswered(Tag::HandOver);
    forge().add("dst", 0, 1).stays_unanswered(Tag::Fetch);
}

#[test]
fn a_padding_row_cannot_speak() {
    let suspect = suspect();
    let padding = || suspect.forge_padding::<OutOfGasCols<Val>>();
    padding().set("is_charge", 0, 1).breaks("the opcode is the case's");
    let speaks = padding().set("is_charge", 0, 1).set("opcode", 0, 8);
    speaks.stays_unanswered(Tag::Exec);
}

#[test]
fn every_column_of_a_real_row_is_bound() {
    let suspect = suspect();
    let [
        plain,
        charge,
        linear,
        entry,
        prologue_entry,
        stack,
        prologue_stack,
        frame,
    ] = cases(&suspect);
    // Only a linear charge reads a slot; only an entry has stack and frame left; the inverse is free where the opcode is one of the two; a frame compares no numbers, and what its
    // demand carries goes nowhere.
    let unused: &[&str] = &["stack_low", "frame_low", "read"];
    let rows: [(usize, &[&str]); 8] = [
        (plain, &["stack_low", "frame_low", "read"]),
        (charge, &["opcode_inverse", "stack_low", "frame_low", "read"]),
        (linear, &["opcode_inverse", "stack_low", "frame_low"]),
        (entry, &["read"]),
        (prologue_entry, &["read"]),
        (stack, unused),
        (prologue_stack, unused),
        (frame, &["borrows", "stack_low", "frame_low", "read"]),
    ];
    suspect.assert_rows_bound::<OutOfGasCols<Val>>(&rows, hand_overs);
}
