//! Honest, edge and forged switches.

use alloc::vec::Vec;

use p3_field::PrimeCharacteristicRing;

use super::columns::SandboxSwitchCols;
use super::{SandboxSwitch, sandbox_switch_trace};
use crate::chips::bench::Suspect;
use crate::chips::builder::{Sign, Val};
use crate::chips::buses::{Message, Tag};
use crate::chips::byte_table::ByteLookups;
use crate::chips::event::Event;
use crate::chips::sandbox_testing::{Messages, OneProgram, STACK, Scene, li, with_gas};
use crate::chips::trace::Trace;
use crate::isa::spaces::{MAX_LOADED_GAS, MAX_LOADED_STACK};
use crate::isa::{EventKind, Instruction, Opcode};

/// Entries with no gas and all of it, no stack and all of it; resumptions after host calls and out of gas; an entry after a return; operands in one slot.
fn scene() -> Scene {
    let mut scene = Scene::default();
    let ret = Instruction::new(Opcode::Return, 0, 0, 0);
    let host_call = Instruction::new(Opcode::HostCall, 0, 0, 3);
    scene.visit(0, 0, &[ret]);
    scene.visit(MAX_LOADED_GAS, MAX_LOADED_STACK, &[ret]);
    let charge = with_gas(200, Instruction::new(Opcode::Branch, scene.base() + 1, 0, 0));
    scene.visit_with(
        0x1_0000,
        STACK,
        &[7, 8],
        &[0x1_0001, MAX_LOADED_GAS],
        &[host_call, host_call, ret],
    );
    scene.visit_with(1, STACK, &[], &[199, 200], &[charge, ret]);
    let function = scene.function(&[ret], 9);
    let enter = Instruction::new(Opcode::SandboxEnter, 0, 4, 4 | 4 << 16);
    scene.runtime(&[
        Instruction::new(Opcode::SandboxOpen, 0, 1, 0),
        li(4, function),
        enter,
        enter,
        // A function that there is not begins at row 0, which traps.
        li(4, 0xf_fff0),
        enter,
        Instruction::new(Opcode::SandboxDrop, 0, 0, 0),
    ]);
    scene
}

fn fill(events: &[Event], height: u32, lookups: &mut ByteLookups) -> Trace {
    sandbox_switch_trace(events, height, &OneProgram::of(&scene()), lookups)
}

fn events() -> Vec<Event> {
    let switches = |event: &Event| matches!(event.instruction.opcode, Opcode::SandboxEnter | Opcode::SandboxResume);
    scene()
        .events()
        .into_iter()
        .filter(|event| switches(event) && event.before.context == 0)
        .collect()
}

/// What program table and entry map say.
fn partners(events: &[Event]) -> Messages {
    let scene = scene();
    let program = OneProgram::of(&scene);
    let entries = scene.program().entries;
    let mut messages = Messages::new();
    for event in events {
        messages.push(program.root_message());
        if event.instruction.opcode == Opcode::SandboxEnter {
            let function = event.accesses[0].old as u32;
            let entry = entries.get(function as usize).copied().unwrap_or_default();
            let fields = [OneProgram::HANDLE, function, entry.pc, entry.type_index].map(Val::from_u32);
            messages.push((Sign::Receive, Message::new(Tag::Entry, fields)));
        }
    }
    messages
}

fn suspect_of(events: Vec<Event>) -> Suspect<SandboxSwitch> {
    let partners = partners(&events);
    Suspect::with_partners(SandboxSwitch, fill, events, &partners)
}

fn suspect() -> Suspect<SandboxSwitch> {
    suspect_of(events())
}

fn cases(suspect: &Suspect<SandboxSwitch>) -> [usize; 2] {
    [Opcode::SandboxEnter, Opcode::SandboxResume].map(|opcode| suspect.row_of(opcode))
}

#[test]
fn honest_switches_balance_at_every_edge() {
    suspect().assert_honest();
}

#[test]
fn forged_switches_break_the_claim_they_lie_about() {
    let suspect = suspect();
    let [enter, resume] = cases(&suspect);
    let forge = |row| suspect.forge::<SandboxSwitchCols<Val>>(row);
    forge(enter).set("is_enter", 0, 2).breaks("one operation or padding");
    forge(enter).set("is_resume", 0, 1).breaks("one operation or padding");
    forge(resume).add("gas", 0, 1).breaks("the gas to resume with is a");
    forge(resume)
        .add("next_pc", 0, 1)
        .breaks("a resumed sandbox goes on where it was");
    for row in [enter, resume] {
        forge(row)
            .add("next_frame", 0, 1)
            .breaks("the frame is the first or the saved one");
        forge(row)
            .add("next_stack", 0, 1)
            .breaks("the stack is the given or the saved one");
    }
}

/// Without a live sandbox the program would run as context 0, with its privileges; that everyone agrees does not help.
#[test]
fn nobody_runs_as_context_0() {
    let suspect = suspect();
    for row in cases(&suspect) {
        let mut event = suspect.event(row).clone();
        event.after.context = 0;
        let live = event.accesses.len() - 11;
        (event.accesses[live].old, event.accesses[live].new) = (0, 0);
        let suspect = suspect_of(Vec::from([event]));
        for inverse in [0, 1, 5] {
            let forged = suspect.forge::<SandboxSwitchCols<Val>>(0);
            forged.set("context_inverse", 0, inverse).breaks("a sandbox is live");
        }
    }
}

/// Another context, another program, another place than those that the control cells hold.
#[test]
fn the_sandbox_is_the_live_one() {
    let suspect = suspect();
    for row in cases(&suspect) {
        let forge = || suspect.forge::<SandboxSwitchCols<Val>>(row);
        let other = forge().set("context", 0, 1 + 50).cell("context", 0);
        let inverse = p3_field::Field::inverse(&other);
        forge()
            .set("context", 0, 51)
            .set("context_inverse", 0, crate::chips::bench::number(inverse))
            .stays_unanswered(Tag::Memory);
        forge().add("handle", 0, 1).stays_unanswered(Tag::Program);
        forge().add("root", 5, 1).stays_unanswered(Tag::Program);
        forge().add("tuple", 2, 1).stays_unanswered(Tag::Memory);
    }
    let [enter, _] = cases(&suspect);
    let forge = || suspect.forge::<SandboxSwitchCols<Val>>(enter);
    forge().add("next_pc", 0, 1).stays_unanswered(Tag::Entry);
    forge().add("type_index", 0, 1).stays_unanswered(Tag::Entry);
}

#[test]
fn only_the_right_events_let_it_go_on() {
    let suspect = suspect();
    let [enter, resume] = cases(&suspect);
    let kinds = [
        EventKind::None,
        EventKind::Returned,
        EventKind::Trapped,
        EventKind::HostCall,
        EventKind::OutOfGas,
    ];
    for kind in kinds {
        let forge = |row| suspect.forge::<SandboxSwitchCols<Val>>(row).set("kind", 0, kind as u8);
        if !matches!(kind, EventKind::None | EventKind::Returned) {
            forge(enter).breaks("the event lets the sandbox go on");
        }
        if !matches!(kind, EventKind::HostCall | EventKind::OutOfGas) {
            forge(resume).breaks("the event lets the sandbox go on");
        }
    }
}

/// More gas than 2^30 − 1 would wrap; a stack budget of 2^24 would not be below what later rows assume.
#[test]
fn budgets_are_bounded() {
    let suspect = suspect();
    let [enter, resume] = cases(&suspect);
    let with = |row: usize, slot: usize, value: u64, change: fn(&mut Event, u32)| {
        let mut event = suspect.event(row).clone();
        (event.accesses[slot].old, event.accesses[slot].new) = (value, value);
        change(&mut event, value as u32);
        suspect_of(Vec::from([event]))
    };
    let gas = |event: &mut Event, value| event.after.gas_left = value;
    for suspect in [with(enter, 1, 1 << 30, gas), with(resume, 0, 1 << 30, gas)] {
        let forged = suspect.forge::<SandboxSwitchCols<Val>>(0);
        forged.looks_up_what_does_not_exist(Tag::Range16);
    }
    let stack = with(enter, 2, 1 << 24, |event, value| event.after.stack_left = value);
    let forged = stack.forge::<SandboxSwitchCols<Val>>(0);
    forged.looks_up_what_does_not_exist(Tag::BytePair);
}

#[test]
fn the_runtime_comes_back_behind_the_switch() {
    let suspect = suspect();
    for row in cases(&suspect) {
        let forge = || suspect.forge::<SandboxSwitchCols<Val>>(row);
        forge().add("runtime", 1, 1).stays_unanswered(Tag::Exec);
        // pc is saved by the same cell: it shows on the memory bus too.
        forge().add("runtime", 0, 1).stays_unanswered(Tag::Memory);
    }
}

#[test]
fn a_sandbox_cannot_switch() {
    let suspect = suspect();
    for row in cases(&suspect) {
        let mut event = suspect.event(row).clone();
        (event.before.context, event.before.handle) = (3, OneProgram::HANDLE);
        let suspect = suspect_of(Vec::from([event]));
        suspect.forge::<SandboxSwitchCols<Val>>(0).stays_unanswered(Tag::Exec);
    }
}

#[test]
fn a_padding_row_cannot_speak() {
    let suspect = suspect();
    let padding = || suspect.forge_padding::<SandboxSwitchCols<Val>>();
    padding().set("is_resume", 0, 1).breaks("a sandbox is live");
    let speaks = padding().set("is_resume", 0, 1).set("kind", 0, 3);
    speaks
        .set("context", 0, 1)
        .set("context_inverse", 0, 1)
        .stays_unanswered(Tag::Exec);
}

#[test]
fn every_column_of_a_real_row_is_bound() {
    let suspect = suspect();
    let [enter, resume] = cases(&suspect);
    // A resumption reads one slot, has no stack of its own and looks no entry up.
    suspect.assert_rows_bound::<SandboxSwitchCols<Val>>(
        &[(enter, &[]), (resume, &["stack", "type_index", "reads"])],
        partners,
    );
}
