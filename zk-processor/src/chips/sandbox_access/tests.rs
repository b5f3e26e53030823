//! Honest, edge and forged accesses to the sandbox.

use alloc::vec::Vec;

use p3_field::PrimeCharacteristicRing;

use super::columns::SandboxAccessCols;
use super::{SandboxAccess, sandbox_access_trace};
use crate::chips::bench::Suspect;
use crate::chips::builder::{Sign, Val};
use crate::chips::buses::{Message, Tag};
use crate::chips::event::Event;
use crate::chips::sandbox_testing::{Messages, STACK, Scene, li};
use crate::isa::{ControlCell, Instruction, Opcode};

/// Arguments in the first and last slots, an index beyond 2^16, operands in one slot, every readable control cell, before and after the sandbox ran.
fn events() -> Vec<Event> {
    let mut scene = Scene::default();
    let host_call = Instruction::new(Opcode::HostCall, 0, 0, 0x12_3456);
    let function = scene.function(&[host_call], 0);
    let read_all = (8..13).map(|cell| Instruction::new(Opcode::ControlGet, 20 + cell, 0, cell.into()));
    let read_all: Vec<_> = read_all.collect();
    let set = Instruction::new(Opcode::ArgumentSet, 0, 2, 3);
    scene.runtime(&[Instruction::new(Opcode::SandboxOpen, 0, 1, 0)]);
    scene.runtime(&read_all);
    for (index, value) in [(0, u64::MAX), (1, 7), (0xffff, 1 << 40), (0x1_0003, 5)] {
        scene.runtime(&[li(2, index), li(3, value), set]);
    }
    scene.runtime(&[
        Instruction::new(Opcode::ArgumentSet, 0, 2, 2),
        Instruction::new(Opcode::ArgumentGet, 2, 2, 0),
        li(4, function),
        li(5, 1_000_000),
        li(6, STACK.into()),
        Instruction::new(Opcode::SandboxEnter, 0, 4, 5 | 6 << 16),
    ]);
    scene.runtime(&read_all);
    for index in [0, 1, 0xffff, 3, 9] {
        scene.runtime(&[li(2, index), Instruction::new(Opcode::ArgumentGet, 30, 2, 0)]);
    }
    scene.runtime(&[Instruction::new(Opcode::SandboxDrop, 0, 0, 0)]);
    let wanted = |event: &Event| {
        matches!(
            event.instruction.opcode,
            Opcode::ControlGet | Opcode::ArgumentGet | Opcode::ArgumentSet | Opcode::SandboxDrop
        )
    };
    scene.events().into_iter().filter(wanted).collect()
}

/// What the memory tree says of a dropped context.
fn partners(events: &[Event]) -> Messages {
    let drops = events
        .iter()
        .filter(|event| event.instruction.opcode == Opcode::SandboxDrop);
    drops
        .map(|event| {
            let context = Val::from_u32(event.accesses[0].old as u32);
            (Sign::Send, Message::close(context, [Val::ZERO; 8]))
        })
        .collect()
}

fn suspect_of(events: Vec<Event>) -> Suspect<SandboxAccess> {
    let partners = partners(&events);
    Suspect::with_partners(SandboxAccess, sandbox_access_trace, events, &partners)
}

fn suspect() -> Suspect<SandboxAccess> {
    suspect_of(events())
}

const OPCODES: [Opcode; 4] = [
    Opcode::ControlGet,
    Opcode::ArgumentGet,
    Opcode::ArgumentSet,
    Opcode::SandboxDrop,
];

#[test]
fn honest_accesses_balance_at_every_edge() {
    suspect().assert_honest();
}

#[test]
fn forged_accesses_break_the_claim_they_lie_about() {
    let suspect = suspect();
    let forge = |opcode| suspect.forge::<SandboxAccessCols<Val>>(suspect.row_of(opcode));
    for selector in ["is_control", "is_get", "is_set", "is_drop"] {
        forge(Opcode::ArgumentGet)
            .set(selector, 0, 2)
            .breaks("one operation or padding");
    }
    forge(Opcode::ArgumentGet)
        .set("is_set", 0, 1)
        .breaks("one operation or padding");
    for limb in 0..4 {
        forge(Opcode::ArgumentGet)
            .add("old", limb, 1)
            .breaks("what is read stays");
    }
    // A sandbox that is still live after it was dropped, or gone because it was looked at.
    forge(Opcode::SandboxDrop)
        .set("context_after", 0, 1)
        .breaks("only a drop ends a sandbox");
    forge(Opcode::ArgumentSet)
        .set("context_after", 0, 0)
        .breaks("only a drop ends a sandbox");
}

/// With no sandbox live the "sandbox" would be context 0, its slots and its memory; that everyone agrees does not help.
#[test]
fn the_runtime_is_no_sandbox() {
    let suspect = suspect();
    for opcode in [Opcode::ArgumentGet, Opcode::ArgumentSet, Opcode::SandboxDrop] {
        let mut event = suspect.event(suspect.row_of(opcode)).clone();
        for access in &mut event.accesses {
            access.context = 0;
            if access.cell == ControlCell::Live as u32 && access.is_machine_owned() {
                (access.old, access.new) = (0, 0);
            }
        }
        let suspect = suspect_of(Vec::from([event]));
        for inverse in [0, 1, 5] {
            let forged = suspect.forge::<SandboxAccessCols<Val>>(0);
            forged.set("context_inverse", 0, inverse).breaks("a sandbox is live");
        }
    }
}

/// The cells that hold tuples, roots and the counter are nobody's to read, nor those behind.
#[test]
fn only_ordinary_control_cells_are_read() {
    let suspect = suspect();
    for cell in [0_u32, 1, 2, 3, 5, 7, 13, 14, 255] {
        let mut event = suspect.event(suspect.row_of(Opcode::ControlGet)).clone();
        event.instruction.x = cell.into();
        let suspect = suspect_of(Vec::from([event]));
        let forged = suspect.forge::<SandboxAccessCols<Val>>(0);
        forged.set("x0", 0, cell).looks_up_what_does_not_exist(Tag::BytePair);
    }
}

#[test]
fn another_slot_or_sandbox_is_noticed() {
    let suspect = suspect();
    for opcode in [Opcode::ArgumentGet, Opcode::ArgumentSet] {
        let forge = || suspect.forge::<SandboxAccessCols<Val>>(suspect.row_of(opcode));
        forge().add("tuple", 1, 1).stays_unanswered(Tag::Memory);
        forge().add("index", 0, 1).stays_unanswered(Tag::Memory);
        let half = crate::chips::bench::number(Val::ONE.halve());
        let other = forge().set("context", 0, 2).set("context_inverse", 0, half);
        other.set("context_after", 0, 2).stays_unanswered(Tag::Memory);
    }
    let drop = || suspect.forge::<SandboxAccessCols<Val>>(suspect.row_of(Opcode::SandboxDrop));
    let half = crate::chips::bench::number(Val::ONE.halve());
    drop()
        .set("context", 0, 2)
        .set("context_inverse", 0, half)
        .stays_unanswered(Tag::Close);
}

#[test]
fn a_sandbox_has_no_sandbox() {
    let suspect = suspect();
    for opcode in OPCODES {
        let mut event = suspect.event(suspect.row_of(opcode)).clone();
        for state in [&mut event.before, &mut event.after] {
            (state.handle, state.context) = (2, 1);
        }
        let suspect = suspect_of(Vec::from([event]));
        suspect.forge::<SandboxAccessCols<Val>>(0).stays_unanswered(Tag::Exec);
    }
}

#[test]
fn a_padding_row_cannot_speak() {
    let suspect = suspect();
    let padding = || suspect.forge_padding::<SandboxAccessCols<Val>>();
    padding().set("is_drop", 0, 1).breaks("a sandbox is live");
    let speaks = padding().set("is_control", 0, 1).set("x0", 0, 8);
    speaks.stays_unanswered(Tag::Exec);
}

#[test]
fn every_column_of_a_real_row_is_bound() {
    let suspect = suspect();
    // Each operation has its own accesses: times and old values of the others are on no bus.
    let of_control: &[&str] = &["index", "old", "context", "context_inverse", "tuple", "accesses"];
    suspect.assert_rows_bound::<SandboxAccessCols<Val>>(
        &[
            (suspect.row_of(Opcode::ControlGet), of_control),
            (suspect.row_of(Opcode::ArgumentGet), &["accesses"]),
            (suspect.row_of(Opcode::ArgumentSet), &["old_dst", "accesses"]),
            (
                suspect.row_of(Opcode::SandboxDrop),
                &["index", "value", "old", "old_dst", "tuple", "accesses"],
            ),
        ],
        partners,
    );
}
