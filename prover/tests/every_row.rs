//! Really proved and verified: every row of the instruction set, and generated programs that run into whatever they run into.
#![expect(clippy::tests_outside_test_module, reason = "an integration test is its own module")]

#[path = "../../zk-processor/tests/proving/every_row.rs"]
#[allow(dead_code, reason = "what cannot occur is the coverage test's")]
mod every_row;
#[path = "../../zk-processor/tests/machine/programs.rs"]
mod programs;
#[path = "../../zk-processor/tests/proving/texts.rs"]
mod texts;
#[path = "../../zk-processor/tests/proving/visits.rs"]
#[expect(dead_code, reason = "the check without a proof is another test's")]
mod visits;

use std::fmt::Write as _;

use programs::{Numbers, generated};
use prover::prove::{Job, Silent};
use texts::guest;
use zk_processor::executor::Input;
use zk_processor::lowering::{Metering, Options, lower};
use zk_processor::program::{Artefact, ExportKind, Verdict};
use zk_processor::proving::SegmentLimits;
use zk_verifier::machine::machine_key;
use zk_verifier::run::verify;

/// Proves a run in one segment and verifies it; its output.
fn prove_and_verify(guest: &Artefact, library: &[Artefact], input: &Input) -> [u8; 32] {
    let job = Job {
        runtime: guest,
        library: library.iter().map(|program| (program.root(), program)).collect(),
        input: input.clone(),
        limits: SegmentLimits::FULL,
        folder: None,
    };
    let plan = job.plan().expect("it halts");
    let failures = job.check(|_, _| ()).expect("every instruction is proved");
    assert!(failures.is_empty(), "{}", failures[0]);
    let run = job
        .prove(&machine_key(), &mut Silent)
        .expect("every instruction is proved");
    let outcome = verify(&machine_key(), &guest.root(), &run.encode()).expect("verified");
    assert_eq!((outcome.output, outcome.segments), (plan.output, 1));
    plan.output
}

/// What the coverage test of the processor sees to be every opcode with each of its row kinds, and every trap.
#[test]
fn every_row_of_the_instruction_set_is_proved() {
    let (guest, library, input) = every_row::of_a_sandbox().run();
    prove_and_verify(&guest, &library, &input);
    let (runtime, serving, input) = every_row::of_the_runtime();
    prove_and_verify(&runtime, &[serving], &input);
}

/// How many programs run.
const PROGRAMS: usize = 20;
/// Budget of each (operators): enough for most, so that some run out.
const GAS: u32 = 3_000;
/// Iterations and calls that a generated program grants itself.
const FUEL: u32 = 100;
/// A root takes this many bytes of the runtime's memory.
const ROOT_BYTES: usize = 32;

/// A generated program, and the number of the function that is called in it.
fn program(seed: u64) -> Option<(Artefact, u32)> {
    let options = Options {
        metering: Some(Metering::NEAR),
        intrinsics: false,
        ..Options::PLAIN
    };
    let artefact = lower(&generated(seed, false, FUEL)?, &options).ok()?.artefact;
    let mut functions = artefact
        .interface
        .exports
        .iter()
        .filter_map(|export| match export.kind {
            ExportKind::Function(function) => Some(function),
            _ => None,
        });
    let function = functions.next_back()?;
    (artefact.verdict == Verdict::Accepted && artefact.interface.start.is_none()).then_some((artefact, function))
}

/// Opens each program, gives it two arguments (small enough for parameters of 32 bits), enters it and drops it; what each event was is the output.
fn runtime(library: &[(Artefact, u32)], numbers: &mut Numbers) -> String {
    let mut visits = String::new();
    let mut roots = String::new();
    for (place, (program, function)) in library.iter().enumerate() {
        for byte in program.root().iter().flat_map(|element| element.to_le_bytes()) {
            write!(roots, "\\{byte:02x}").expect("text");
        }
        let [first, second] = [0; 2].map(|_| numbers.next() >> 33);
        writeln!(
            visits,
            "(call $open (i32.const {}))
            (call $set (i32.const 0) (i64.const {first})) (call $set (i32.const 1) (i64.const {second}))
            (call $enter (i32.const {function}) (i32.const {GAS}) (i32.const 20000))
            (i32.store8 (i32.const {place}) (call $kind)) (call $drop)",
            64 + ROOT_BYTES * place
        )
        .expect("text");
    }
    format!(
        r#"(module
            (import "zk" "halt" (func $halt (param i32)))
            (import "zk" "sandbox_open" (func $open (param i32)))
            (import "zk" "sandbox_enter" (func $enter (param i32 i32 i32)))
            (import "zk" "sandbox_drop" (func $drop))
            (import "zk" "argument_set" (func $set (param i32 i64)))
            (import "zk" "event_kind" (func $kind (result i32)))
            (memory 1)
            (data (i32.const 64) "{roots}")
            (func (export "main") {visits} (call $halt (i32.const 0))))"#
    )
}

#[test]
fn twenty_generated_programs_are_proved() {
    let library: Vec<_> = (5_000..).filter_map(program).take(PROGRAMS).collect();
    let text = runtime(&library, &mut Numbers::new(1));
    let programs: Vec<_> = library.into_iter().map(|(program, _)| program).collect();
    let output = prove_and_verify(&guest(&text), &programs, &Input::default());
    assert!(output[..PROGRAMS].iter().all(|kind| *kind != 0), "{output:?}");
}
