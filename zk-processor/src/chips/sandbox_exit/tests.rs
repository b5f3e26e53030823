//! Honest, edge and forged exits.

use alloc::vec::Vec;

use super::columns::SandboxExitCols;
use super::{SandboxExit, sandbox_exit_trace};
use crate::chips::bench::Suspect;
use crate::chips::builder::Val;
use crate::chips::buses::Tag;
use crate::chips::event::Event;
use crate::chips::sandbox_testing::{STACK, Scene, hand_overs, with_gas};
use crate::isa::{EventKind, Instruction, Opcode, Trap};

/// Every privileged opcode with operands that would do in context 0, every trap code, imports across the limb, returns; then a call, so that a link is not empty.
fn events() -> Vec<Event> {
    let mut scene = Scene::default();
    for code in Opcode::Sha256Begin as u8..=Opcode::Halt as u8 {
        let opcode = Opcode::from_u8(code).expect("an opcode");
        scene.visit(5, STACK, &[with_gas(code % 3, Instruction::new(opcode, 0, 4, 8))]);
    }
    for trap in Trap::ALL {
        scene.visit(
            9,
            STACK,
            &[with_gas(9, Instruction::new(Opcode::Trap, 0, 0, *trap as u64))],
        );
    }
    scene.visit(9, STACK, &[Instruction::new(Opcode::Panic, 0, 6, 0)]);
    for import in [0, 0xffff, 0x12_3456] {
        scene.visit_with(
            20,
            STACK,
            &[],
            &[7],
            &[
                with_gas(20, Instruction::new(Opcode::HostCall, 0, 0, import)),
                with_gas(3, Instruction::new(Opcode::Return, 0, 0, 0)),
            ],
        );
    }
    scene.given_back()
}

fn suspect() -> Suspect<SandboxExit> {
    let events = events();
    let partners = hand_overs(&events);
    Suspect::with_partners(SandboxExit, sandbox_exit_trace, events, &partners)
}

#[test]
fn honest_exits_balance_for_every_case() {
    let suspect = suspect();
    suspect.assert_honest();
    let is = |opcode: Opcode, kind: EventKind| {
        let event = suspect.event(suspect.row_of(opcode));
        event
            .accesses
            .iter()
            .rev()
            .nth(4)
            .is_some_and(|access| access.new == kind as u64)
    };
    assert!(is(Opcode::Halt, EventKind::Trapped));
    assert!(is(Opcode::HostCall, EventKind::HostCall));
    assert!(is(Opcode::Return, EventKind::Returned));
}

#[test]
fn forged_exits_break_the_claim_they_lie_about() {
    let suspect = suspect();
    let forge = |opcode| suspect.forge::<SandboxExitCols<Val>>(suspect.row_of(opcode));
    for selector in ["is_trap", "is_panic", "is_privileged", "is_host_call", "is_return"] {
        forge(Opcode::Trap).set(selector, 0, 2).breaks("one case or padding");
    }
    forge(Opcode::Trap).set("is_panic", 0, 1).breaks("one case or padding");
    forge(Opcode::Trap)
        .set("privileged", 0, 1)
        .breaks("only a privileged opcode counts");
    // Another trap code, another import, a panic that is something else.
    for opcode in [Opcode::Trap, Opcode::HostCall, Opcode::Panic, Opcode::Return] {
        forge(opcode).add("detail", 0, 1).breaks("the detail is the case's");
        forge(opcode).add("detail", 1, 1).breaks("the detail is the case's");
    }
}

/// An ordinary instruction is no fault, and a privileged one is nothing else.
#[test]
fn only_privileged_opcodes_fault() {
    let suspect = suspect();
    let forge = |opcode| suspect.forge::<SandboxExitCols<Val>>(suspect.row_of(opcode));
    // 16 above the first privileged opcode is `host_call`; 1 below it the last step of a table.
    for privileged in [16, -1] {
        forge(Opcode::Halt)
            .set("privileged", 0, privileged)
            .looks_up_what_does_not_exist(Tag::BytePair);
    }
    forge(Opcode::Halt).set("privileged", 0, 3).stays_unanswered(Tag::Fetch);
    let host_call = forge(Opcode::HostCall).set("is_host_call", 0, 0).set("is_trap", 0, 1);
    host_call.set("detail", 1, 0).stays_unanswered(Tag::Fetch);
}

/// With a caller's link nobody returns to the runtime: the link is read as zeros.
#[test]
fn a_link_that_is_not_empty_is_no_sandbox_return() {
    let mut scene = Scene::default();
    let ret = Instruction::new(Opcode::Return, 0, 0, 0);
    let base = scene.base();
    let call = Instruction::new(Opcode::Call, base + 2, 1, 0);
    scene.visit(9, STACK, &[call, ret, ret]);
    let all = scene.events();
    let inner = all
        .iter()
        .find(|event| event.instruction.opcode == Opcode::Return && event.after.context != 0)
        .expect("a return to the caller");
    let outer = all
        .iter()
        .find(|event| event.instruction.opcode == Opcode::Return && event.after.context == 0)
        .expect("a return to the runtime");
    // The inner return told as one to the runtime, with everything else in its place.
    let hand_over = outer.accesses[outer.accesses.len() - 9..].iter().copied();
    let forged = Event {
        after: outer.after,
        accesses: inner.accesses.iter().copied().chain(hand_over).collect(),
        ..inner.clone()
    };
    let events = Vec::from([forged]);
    let partners = hand_overs(&events);
    let suspect = Suspect::with_partners(SandboxExit, sandbox_exit_trace, events, &partners);
    suspect.forge::<SandboxExitCols<Val>>(0).stays_unanswered(Tag::Memory);
}

#[test]
fn what_is_told_is_what_is_handed_over() {
    let suspect = suspect();
    let forge = |opcode| suspect.forge::<SandboxExitCols<Val>>(suspect.row_of(opcode));
    // A row that takes less gas than its line says.
    forge(Opcode::HostCall)
        .add("gas", 0, -1)
        .stays_unanswered(Tag::HandOver);
    forge(Opcode::HostCall)
        .add("execution", 6, 1)
        .stays_unanswered(Tag::Exec);
}

#[test]
fn a_padding_row_cannot_speak() {
    let suspect = suspect();
    for selector in ["is_trap", "is_host_call", "is_return"] {
        let padding = suspect.forge_padding::<SandboxExitCols<Val>>();
        padding.set(selector, 0, 1).stays_unanswered(Tag::Exec);
    }
}

#[test]
fn every_column_of_a_real_row_is_bound() {
    let suspect = suspect();
    // Only a return reads the link.
    let row = |opcode| suspect.row_of(opcode);
    let rows: [(usize, &[&str]); 5] = [
        (row(Opcode::Trap), &["read"]),
        (row(Opcode::Panic), &["read"]),
        (row(Opcode::Halt), &["read"]),
        (row(Opcode::HostCall), &["read"]),
        (row(Opcode::Return), &[]),
    ];
    suspect.assert_rows_bound::<SandboxExitCols<Val>>(&rows, hand_overs);
}
