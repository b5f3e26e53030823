//! Two programs in one run: a guest as runtime, a sandbox that calls it, fails in every way, and is entered again.

use std::collections::BTreeSet;

use guest_builder::TWO_PROGRAMS;
use zk_processor::executor::{Input, Limits, Machine, Record, Stop};
use zk_processor::isa::{EventKind, Trap};
use zk_processor::lowering::{Metering, Options, lower};
use zk_processor::program::Artefact;

use crate::guards::run_checked;
use crate::programs::wasm;

const SANDBOX: &str = r#"(module
    (import "env" "reverse" (func $reverse (param i32 i32) (result i64)))
    (memory 1 2)
    (data (i32.const 16) "stressed")
    (func $serve (export "serve") (param i64) (result i64) (local i64)
        (local.set 1 (call $reverse (i32.const 16) (i32.const 8)))
        (drop (call $reverse (i32.const 18) (i32.const 3)))
        (i64.add (i64.add (local.get 0) (local.get 1)) (i64.load (i32.const 16))))
    (func $trap (export "trap") (param i64) (result i64) (i64.store (i32.const 65536) (local.get 0)) (local.get 0))
    (func $forever (export "forever") (param i64) (result i64) (loop (br 0)) (unreachable))
    (func $deep (export "deep") (param i64) (result i64) (i64.add (call $deep (i64.add (local.get 0) (i64.const 1))) (i64.const 1)))
    (func $state (export "state") (param i64) (result i64) (i64.store (i32.const 0) (i64.add (i64.load (i32.const 0)) (local.get 0))) (i64.load (i32.const 0)))
)"#;

/// Function, gas, stack budget, refill, argument.
type Visit = (&'static str, u32, u32, u32, u64);

const VISITS: &[Visit] = &[
    ("serve", 10_000, 10_000, 0, 5),
    ("trap", 10_000, 10_000, 0, 77),
    ("serve", 10_000, 10_000, 0, 6),
    ("forever", 12_345, 10_000, 777, 1),
    ("deep", 1_000_000, 10_000, 0, 1),
    ("deep", 100, 10_000, 0, 1),
    ("state", 1000, 10_000, 0, 3),
    ("state", 1000, 10_000, 0, 4),
    ("serve", 20, 10_000, 1000, 9),
    ("state", 1000, 10_000, 0, 5),
];

fn programs() -> (Artefact, Artefact) {
    let guest = lower(&TWO_PROGRAMS.build().expect("the guest builds"), &Options::PLAIN).expect("the guest is valid");
    assert!(guest.is_guest);
    let options = Options {
        metering: Some(Metering::NEAR),
        intrinsics: false,
        ..Options::PLAIN
    };
    (
        guest.artefact,
        lower(&wasm(SANDBOX), &options).expect("the module is valid").artefact,
    )
}

fn public_input(program: &Artefact) -> Vec<u8> {
    let mut input: Vec<u8> = program.root().iter().flat_map(|word| word.to_le_bytes()).collect();
    for (name, gas, stack, refill, argument) in VISITS {
        let function = program.interface.function(name).expect("the program exports it");
        for word in [function, *gas, *stack, *refill] {
            input.extend_from_slice(&word.to_le_bytes());
        }
        input.extend_from_slice(&argument.to_le_bytes());
    }
    input
}

/// What the guest should report: the same visits with this test as the runtime.
fn expected(program: &Artefact) -> Vec<u8> {
    let mut output = Vec::new();
    let mut machine = Machine::new(Limits::default());
    for (name, gas, stack, refill, argument) in VISITS {
        let function = program.interface.function(name).expect("the program exports it");
        if function % 2 == 1 {
            machine.drop_sandbox();
        }
        if machine.event().is_none() {
            machine.open(program).expect("the image is small");
        }
        machine.set_sandbox_slot(0, *argument);
        machine.enter(function, *gas, *stack).expect("it can be entered");
        let mut refill = *refill;
        loop {
            let Ok(Stop::Event(event)) = machine.run() else {
                panic!("the run ends in an event")
            };
            let (gas_left, value) = (
                machine.sandbox_gas_left().unwrap_or(0),
                machine.sandbox_slot(0).unwrap_or(0),
            );
            output.extend_from_slice(&(event.kind as u32).to_le_bytes());
            output.extend_from_slice(&event.detail.to_le_bytes());
            output.extend_from_slice(&event.settled.to_le_bytes());
            output.extend_from_slice(&gas_left.to_le_bytes());
            output.extend_from_slice(&value.to_le_bytes());
            match event.kind {
                EventKind::HostCall => {
                    let (address, len) = (value as u32, machine.sandbox_slot(1).unwrap_or(0) as u32);
                    let mut bytes = machine.sandbox_memory(address, len).expect("in bounds");
                    bytes.reverse();
                    machine.write_sandbox_memory(address, &bytes).expect("in bounds");
                    machine.set_sandbox_slot(0, bytes.iter().map(|byte| u64::from(*byte)).sum());
                    machine.resume(gas_left).expect("it waits");
                }
                EventKind::OutOfGas if refill > 0 => machine.resume(core::mem::take(&mut refill)).expect("it waits"),
                EventKind::Returned => break,
                _ => {
                    machine.drop_sandbox();
                    break;
                }
            }
        }
    }
    output
}

#[test]
fn a_runtime_serves_and_survives_a_second_program() {
    let (guest, program) = programs();
    let input = Input::new(&public_input(&program), &[]);
    let mut machine = Machine::with_runtime(&guest, input, Limits::default()).expect("the guest is accepted");
    machine.add_program(program.root(), &program);
    let stop = machine.run().expect("no limit");
    let Stop::Halted { address, .. } = stop else {
        panic!("{stop:?}: {:?}", machine.panic_message())
    };
    let output = machine.committed_output(address).expect("the guest commits");
    assert_eq!(output, expected(&program));
    let events: Vec<(u32, u64)> = output
        .chunks(28)
        .map(|event| {
            let word = |at: usize| u32::from_le_bytes([event[at], event[at + 1], event[at + 2], event[at + 3]]);
            (word(0), u64::from(word(4)))
        })
        .collect();
    let trapped = |trap: Trap| (EventKind::Trapped as u32, trap as u64);
    assert!(
        events.contains(&trapped(Trap::MemoryOutOfBounds)) && events.contains(&trapped(Trap::StackExhausted)),
        "{events:?}"
    );
    assert!(
        events
            .iter()
            .filter(|(kind, _)| *kind == EventKind::OutOfGas as u32)
            .count()
            >= 3,
        "{events:?}"
    );
    assert!(
        events
            .iter()
            .filter(|(kind, _)| *kind == EventKind::HostCall as u32)
            .count()
            >= 6,
        "{events:?}"
    );
}

/// The same run recorded, and with every row's guard evaluated.
#[test]
fn recording_and_guards_agree_with_the_run_of_two_programs() {
    let (guest, program) = programs();
    let start = || {
        let input = Input::new(&public_input(&program), &[]);
        let mut machine = Machine::with_runtime(&guest, input, Limits::default()).expect("the guest is accepted");
        machine.add_program(program.root(), &program);
        machine
    };
    let mut plain = start();
    let stop = plain.run().expect("no limit");
    let mut recorded = start();
    let mut record = Record::default();
    let recorded_stop = loop {
        if let Some(stop) = recorded.run_recorded(1000, &mut record).expect("no limit") {
            break stop;
        }
    };
    assert_eq!((stop, plain.instructions()), (recorded_stop, recorded.instructions()));
    let mut checked = start();
    let mut seen = BTreeSet::new();
    assert_eq!(run_checked(&mut checked, &mut seen, u64::MAX), Some(stop));
    assert_eq!(checked.instructions(), plain.instructions());
}

/// A guest that asks for what the machine's state does not allow traps; nothing else happens.
#[test]
fn privileged_operations_fault_where_they_are_not_allowed() {
    let guest = |body: &str| {
        wasm(&format!(
            r#"(module
                (import "zk" "sandbox_open" (func $open (param i32)))
                (import "zk" "sandbox_enter" (func $enter (param i32 i32 i32)))
                (import "zk" "sandbox_resume" (func $resume (param i32)))
                (import "zk" "sandbox_drop" (func $drop))
                (import "zk" "argument_get" (func $argument (param i32) (result i64)))
                (import "zk" "halt" (func $halt (param i32)))
                (memory 1) (func (export "main") {body}))"#
        ))
    };
    for (body, trap) in [
        ("(call $open (i32.const 0))", Trap::Fault),
        ("(call $open (i32.const 4))", Trap::Fault),
        ("(call $enter (i32.const 0) (i32.const 0) (i32.const 0))", Trap::Fault),
        ("(call $resume (i32.const 0))", Trap::Fault),
        ("(call $drop)", Trap::Fault),
        ("(drop (call $argument (i32.const 0)))", Trap::Fault),
        ("(call $halt (i32.const 4))", Trap::Fault),
        ("(call $halt (i32.const 65520))", Trap::MemoryOutOfBounds),
        (
            "(i32.store (i32.const 0x80000000) (i32.const 0))",
            Trap::MemoryOutOfBounds,
        ),
        ("(drop (i64.load (i32.const 0xfffffff9)))", Trap::MemoryOutOfBounds),
    ] {
        let lowered = lower(&guest(body), &Options::PLAIN).expect("the guest is valid");
        let mut machine =
            Machine::with_runtime(&lowered.artefact, Input::default(), Limits::default()).expect("accepted");
        let mut seen = BTreeSet::new();
        assert_eq!(
            run_checked(&mut machine, &mut seen, 1000),
            Some(Stop::Trapped(trap)),
            "{body}"
        );
    }
}
