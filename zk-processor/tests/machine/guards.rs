//! Exactly one row may consume an instruction: evaluated for every instruction that is executed.

use std::collections::BTreeSet;

use zk_processor::executor::{Limits, Machine, Stop};
use zk_processor::isa::{EventKind, Instruction, Row};
use zk_processor::lowering::{Metering, Options, lower};
use zk_processor::program::{Artefact, Verdict};

use crate::programs::{Numbers, generated, wasm};

/// The row that holds; fails unless it is the only one.
fn the_row(machine: &Machine<'_>) -> (Instruction, Row) {
    let (instruction, inputs) = machine.guard_inputs().expect("the machine runs");
    let rows: Vec<Row> = Row::of(instruction.opcode)
        .filter(|row| row.holds(&instruction, &inputs))
        .collect();
    assert_eq!(rows.len(), 1, "{instruction}: {rows:?} for {inputs:?}");
    (instruction, rows[0])
}

/// Runs to the next stop, instruction by instruction; what the executor does must be what the row says.
pub(crate) fn run_checked(machine: &mut Machine<'_>, seen: &mut BTreeSet<(u8, Row)>, limit: u64) -> Option<Stop> {
    for _ in 0..limit {
        let (context, before, _) = machine.next()?;
        let (instruction, row) = the_row(machine);
        seen.insert((instruction.opcode as u8, row));
        let stop = machine.run_for(1).expect("no limit is met");
        let event = machine.event();
        let trap = row.trap(&instruction);
        let trapped = match stop {
            Some(Stop::Trapped(trap)) => Some(trap),
            _ if context != 0 => event.and_then(|event| event.trap()),
            _ => None,
        };
        assert_eq!(trapped, trap, "{instruction}: row {row:?}");
        let ran_out = context != 0 && event.is_some_and(|event| event.kind == EventKind::OutOfGas);
        let returned = context != 0 && event.is_some_and(|event| event.kind == EventKind::Returned);
        // An event that an earlier row left behind stays until the next one.
        if context != 0 && machine.next().is_none_or(|(next, ..)| next != context) || stop.is_some() {
            assert_eq!(
                ran_out,
                matches!(row, Row::OutOfGas | Row::EntryOutOfGas),
                "{instruction}: row {row:?}"
            );
            assert_eq!(returned, row == Row::SandboxReturn, "{instruction}: row {row:?}");
        }
        if row == Row::Advance {
            assert_eq!(
                machine.next().map(|(_, after, _)| after.pc),
                Some(before.pc),
                "{instruction}: a step stays"
            );
        }
        if stop.is_some() {
            return stop;
        }
    }
    None
}

fn check_program(program: &Artefact, seed: u64, seen: &mut BTreeSet<(u8, Row)>) {
    if program.verdict != Verdict::Accepted {
        return;
    }
    let mut numbers = Numbers::new(seed);
    let mut machine = Machine::new(Limits {
        instructions: u64::MAX,
        memory_bytes: 1 << 26,
    });
    machine.open(program).expect("the image is small");
    for function in 0..program.entries.len() as u32 {
        for slot in 0..4 {
            machine.set_sandbox_slot(slot, numbers.next() % if seed.is_multiple_of(2) { 7 } else { 40 });
        }
        let gas = if numbers.next().is_multiple_of(2) {
            1 << 20
        } else {
            numbers.next() as u32 % 200
        };
        let stack = if numbers.next().is_multiple_of(8) { 200 } else { 1 << 20 };
        machine
            .enter(function, gas, stack)
            .expect("the sandbox waits for nothing");
        while let Some(Stop::Event(event)) = run_checked(&mut machine, seen, 20_000) {
            match event.kind {
                EventKind::HostCall => machine.resume(1 << 20).expect("it waits"),
                _ => break,
            }
        }
        machine.abandon_call();
    }
}

fn check_generated(seeds: core::ops::Range<u64>) -> BTreeSet<(u8, Row)> {
    let mut seen = BTreeSet::new();
    for seed in seeds {
        let Some(wasm) = generated(seed, true, 40) else {
            continue;
        };
        let metering = (seed % 2 == 0).then_some(Metering::NEAR);
        let options = Options {
            intrinsics: false,
            metering,
            ..Options::PLAIN
        };
        let lowered = lower(&wasm, &options).unwrap_or_else(|error| panic!("module {seed}: {error}"));
        check_program(&lowered.artefact, seed, &mut seen);
    }
    seen
}

#[test]
fn exactly_one_row_holds_in_generated_modules() {
    let seen = check_generated(0..300);
    println!("{} pairs of opcode and row", seen.len());
    assert!(seen.len() > 100, "{}", seen.len());
}

#[test]
fn deep_exactly_one_row_holds_in_generated_modules() {
    let seen = check_generated(300..20_000);
    println!("{} pairs of opcode and row", seen.len());
}

/// Rows that generated modules seldom meet.
#[test]
fn exactly_one_row_holds_at_the_edges() {
    let module = wasm(
        r#"(module
            (import "env" "host" (func $host))
            (memory 2 3) (table 5 6 funcref) (elem (i32.const 1) $none $number)
            (elem $passive func $none $none) (data $bytes "0123456789abcdef")
            (type $number_type (func (result i32)))
            (func $none) (func $number (result i32) (i32.const 7))
            (func (export "host") (call $host) (call $host))
            (func (export "crossing") (param i32) (result i64) (i64.store (i32.const 65533) (i64.const -1)) (i64.load (i32.add (local.get 0) (i32.const 131060))))
            (func (export "indirect") (param i32) (result i32) (call_indirect (type $number_type) (local.get 0)))
            (func (export "grow") (param i32) (result i32) (drop (memory.grow (i32.const 9))) (memory.grow (local.get 0)))
            (func (export "table_grow") (param i32) (result i32) (drop (table.grow (ref.null func) (i32.const 9))) (table.grow (ref.func $none) (local.get 0)))
            (func (export "copy") (param i32 i32) (memory.copy (i32.const 3) (local.get 0) (i32.const 9000)) (memory.copy (i32.const 70000) (i32.const 1) (i32.const 5000)) (memory.copy (local.get 0) (i32.const 131000) (i32.const 100)))
            (func (export "fill") (param i32) (memory.fill (local.get 0) (i32.const 0x1ff) (i32.const 70001)) (memory.fill (i32.const 131072) (i32.const 0) (i32.const 0)) (memory.fill (i32.const 131072) (i32.const 0) (i32.const 1)))
            (func (export "init") (param i32) (memory.init $bytes (i32.const 5) (i32.const 1) (i32.const 15)) (data.drop $bytes) (memory.init $bytes (i32.const 5) (i32.const 0) (i32.const 1)))
            (func (export "table_init") (table.init $passive (i32.const 3) (i32.const 0) (i32.const 2)) (table.copy (i32.const 0) (i32.const 1) (i32.const 4)) (table.copy (i32.const 2) (i32.const 1) (i32.const 3)) (elem.drop $passive) (table.init $passive (i32.const 0) (i32.const 0) (i32.const 1)))
            (func (export "division") (param i32) (result i32) (i32.div_s (i32.const -2147483648) (i32.sub (local.get 0) (i32.const 8))))
            (func $recursion (export "recursion") (call $recursion)))"#,
    );
    let mut seen = BTreeSet::new();
    for metering in [None, Some(Metering::NEAR)] {
        let options = Options {
            intrinsics: false,
            metering,
            ..Options::PLAIN
        };
        let lowered = lower(&module, &options).expect("the module is valid");
        for seed in 0..60 {
            check_program(&lowered.artefact, seed, &mut seen);
        }
    }
    let rows: BTreeSet<Row> = seen.iter().map(|(_, row)| *row).collect();
    for row in [
        Row::Crossing,
        Row::OutOfBounds,
        Row::TableOutOfBounds,
        Row::UndefinedElement,
        Row::UninitializedElement,
        Row::TypeMismatch,
        Row::Grown,
        Row::Refused,
        Row::Advance,
        Row::Done,
        Row::OutOfGas,
        Row::EntryOutOfGas,
        Row::StackExhausted,
        Row::SandboxReturn,
    ] {
        assert!(rows.contains(&row), "row {row:?} was not met");
    }
}
