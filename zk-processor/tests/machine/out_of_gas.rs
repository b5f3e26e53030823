//! Out of gas at every budget around every executed point: the remaining gas and the charge that was not covered are those of
//! `finite-wasm`'s points, executed by `wasmi`.

use zk_processor::executor::{Event, Limits, Machine, Stop};
use zk_processor::isa::spaces::MAX_LOADED_GAS;
use zk_processor::isa::{EventKind, Trap};
use zk_processor::lowering::{Metering, Options, lower};
use zk_processor::program::{Artefact, ExportKind, Verdict};

use crate::near_engine::{Counted, count};
use crate::programs::{generated, wasm};

/// nearcore's stack budget.
const STACK_BYTES: u32 = 262_144;

/// Points of one program that are looked at.
const MAX_CHARGES: usize = 250;

/// Runs start function and export with a budget.
fn run(program: &Artefact, function: u32, budget: u32) -> (Event, u32) {
    let mut machine = Machine::new(Limits {
        instructions: 1 << 32,
        memory_bytes: 1 << 28,
    });
    machine.open(program).expect("the image is small");
    let mut gas = budget;
    let mut last = None;
    for function in program.interface.start.into_iter().chain([function]) {
        machine.enter(function, gas, STACK_BYTES).expect("it can be entered");
        let Ok(Stop::Event(event)) = machine.run() else {
            panic!("the run ends in an event")
        };
        gas = machine.sandbox_gas_left().expect("a sandbox is open");
        last = Some(event);
        if event.kind != EventKind::Returned {
            break;
        }
    }
    (last.expect("something was run"), gas)
}

/// Compares one export of a module at every budget around every point; returns the number of runs.
fn compare(name: &str, module: &[u8], program: &Artefact, export: &str, function: u32) -> usize {
    let counted = count(module, export, STACK_BYTES.into(), MAX_CHARGES);
    let mut budgets = Vec::new();
    let mut sum = 0u64;
    for charge in &counted.charges {
        sum += charge;
        budgets.extend([sum.saturating_sub(1), sum, sum + 1]);
    }
    budgets.push(0);
    budgets.sort_unstable();
    budgets.dedup();
    let budgets = budgets
        .into_iter()
        .filter(|budget| *budget <= u64::from(MAX_LOADED_GAS));
    let mut runs = 0;
    for budget in budgets {
        compare_at(
            &format!("{name}.{export} with {budget}"),
            &counted,
            program,
            function,
            budget,
        );
        runs += 1;
    }
    runs
}

fn compare_at(name: &str, counted: &Counted, program: &Artefact, function: u32, budget: u64) {
    let mut left = budget;
    let uncovered = counted.charges.iter().find(|charge| {
        let is_covered = **charge <= left;
        if is_covered {
            left -= **charge;
        }
        !is_covered
    });
    if uncovered.is_none() && counted.is_cut {
        return;
    }
    let (event, gas_left) = run(program, function, budget as u32);
    match uncovered {
        Some(charge) => {
            let found = (event.kind, event.detail, u64::from(gas_left) - u64::from(event.settled));
            assert_eq!(found, (EventKind::OutOfGas, *charge, left), "{name}");
        }
        None => {
            assert_eq!(u64::from(gas_left), left, "{name}: {event:?}");
            let expected = if counted.trapped || counted.stack_is_exhausted {
                EventKind::Trapped
            } else {
                EventKind::Returned
            };
            assert_eq!(event.kind, expected, "{name}: {event:?}");
            assert_eq!(
                event.trap() == Some(Trap::StackExhausted),
                counted.stack_is_exhausted,
                "{name}: {event:?}"
            );
        }
    }
}

/// Compares the exports without parameters.
fn compare_module(name: &str, module: &[u8]) -> usize {
    let options = Options {
        metering: Some(Metering::NEAR),
        intrinsics: false,
        ..Options::PLAIN
    };
    let lowered = lower(module, &options).unwrap_or_else(|error| panic!("{name}: {error}"));
    let program = &lowered.artefact;
    if program.verdict != Verdict::Accepted {
        return 0;
    }
    let mut runs = 0;
    for export in &program.interface.exports {
        let ExportKind::Function(function) = export.kind else {
            continue;
        };
        let entry = program.entries[function as usize];
        if program.interface.types[entry.type_index as usize].parameters.is_empty() {
            runs += compare(name, module, program, &export.name, function);
        }
    }
    runs
}

#[test]
fn written_programs_run_out_of_gas_where_finite_wasm_says() {
    let nops = "nop ".repeat(3000);
    let huge_loop = format!(r#"(module (func (export "f") (loop {nops} (br 0))))"#);
    let programs = [
        ("loop of nops", huge_loop.as_str()),
        (
            "grow near 2^31",
            r#"(module (memory 1 2) (func (export "f") (drop (memory.grow (i32.const 1000))) (drop (memory.grow (i32.const 2130706401)))))"#,
        ),
        (
            "grow near 2^32",
            r#"(module (memory 1 2) (func (export "f") (drop (memory.grow (i32.const -1))) (drop (memory.grow (i32.const 1)))))"#,
        ),
        (
            "linear",
            r#"(module (memory 1) (table 20 funcref) (data $d "0123456789") (elem $e func 0 0 0)
            (func $f (export "f") (memory.fill (i32.const 3) (i32.const 4) (i32.const 5000)) (memory.copy (i32.const 1) (i32.const 2) (i32.const 300))
                (memory.init $d (i32.const 0) (i32.const 1) (i32.const 9)) (table.fill 0 (i32.const 1) (ref.func $f) (i32.const 7))
                (table.init 0 $e (i32.const 0) (i32.const 1) (i32.const 2)) (table.copy 0 0 (i32.const 0) (i32.const 3) (i32.const 5))
                (drop (table.grow 0 (ref.null func) (i32.const 11))) (memory.fill (i32.const 0) (i32.const 0) (i32.const -1))))"#,
        ),
        (
            "indirect",
            r#"(module (table funcref (elem $a $b $c)) (type $t (func (result i32)))
            (func $a (result i32) (i32.const 1)) (func $b (result i32) (local i64 i64 i32) (i32.add (call $a) (i32.const 2))) (func $c)
            (func (export "f") (drop (call_indirect (type $t) (i32.const 0))) (drop (call_indirect (type $t) (i32.const 1))) (drop (call_indirect (type $t) (i32.const 2)))))"#,
        ),
        (
            "null",
            r#"(module (table 2 funcref) (func (export "f") nop (call_indirect (i32.const 1))))"#,
        ),
        (
            "recursion",
            r#"(module (global $n (mut i32) (i32.const 20)) (func $f (export "f") (local i64)
            (global.set $n (i32.sub (global.get $n) (i32.const 1))) (if (global.get $n) (then (call $f))) nop))"#,
        ),
        (
            "deep recursion",
            r#"(module (func $f (export "f") (local i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64
            i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64
            i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64
            i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64
            i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64
            i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64
            i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64
            i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64
            i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64
            i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64
            ) (call $f)))"#,
        ),
        (
            "start",
            r#"(module (memory 1) (func $s (local i32) (loop (local.set 0 (i32.add (local.get 0) (i32.const 1))) (br_if 0 (i32.lt_u (local.get 0) (i32.const 5)))))
            (start $s) (func (export "f") (i32.store (i32.const 65536) (i32.const 1))))"#,
        ),
        (
            "branches",
            r#"(module (func (export "f") (local i32) (block (block (block (br_table 0 1 2 (i32.const 1))) nop nop) nop (br_if 0 (i32.const 1)) nop)
            (if (i32.eqz (local.get 0)) (then nop) (else nop nop)) (loop (br_if 1 (i32.const 0)) nop) (return)))"#,
        ),
        (
            "trap in a block",
            r#"(module (func (export "f") nop nop (block nop (drop (i32.div_u (i32.const 1) (i32.const 0))) nop nop) nop))"#,
        ),
    ];
    for (name, text) in programs {
        let runs = compare_module(name, &wasm(text));
        assert!(runs > 2, "{name}: {runs}");
    }
}

#[test]
fn generated_programs_run_out_of_gas_where_finite_wasm_says() {
    let mut programs = 0;
    let mut runs = 0;
    for seed in 0.. {
        let Some(module) = generated(seed, false, 10) else {
            continue;
        };
        let here = compare_module(&format!("module {seed}"), &module);
        programs += usize::from(here > 0);
        runs += here;
        if programs == 200 {
            break;
        }
    }
    println!("{runs} runs of {programs} programs");
}
