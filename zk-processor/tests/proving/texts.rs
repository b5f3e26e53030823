//! Programs of the tests, from their texts.

use zk_processor::lowering::{Metering, Options, lower};
use zk_processor::program::Artefact;

use crate::programs;

/// A guest.
pub(crate) fn guest(text: &str) -> Artefact {
    let lowered = lower(&programs::wasm(text), &Options::PLAIN).expect("the module is valid");
    assert!(lowered.is_guest, "the module imports from zk");
    lowered.artefact
}

/// A sandboxed program: it traps, runs out of gas, calls the host, returns, and exhausts its stack.
pub(crate) const SANDBOX: &str = r#"(module
    (import "env" "host" (func $host (param i64) (result i64)))
    (memory 1)
    (global $calls (mut i64) (i64.const 0))
    (func (export "serve") (param i64) (result i64)
        (global.set $calls (i64.add (global.get $calls) (i64.const 1)))
        (i64.store (i32.const 16) (call $host (i64.add (local.get 0) (i64.const 1))))
        (i64.add (i64.load (i32.const 16)) (global.get $calls)))
    (func (export "trap") (unreachable))
    (func $deep (export "deep") (call $deep)))"#;

/// A program of a sandbox that pays for what it does.
pub(crate) fn metered(text: &str) -> Artefact {
    let options = Options {
        metering: Some(Metering::NEAR),
        intrinsics: false,
        ..Options::PLAIN
    };
    lower(&programs::wasm(text), &options)
        .expect("the module is valid")
        .artefact
}

/// A root as a string of a module's text.
pub(crate) fn escaped(root: [u32; 8]) -> String {
    let bytes = root.iter().flat_map(|element| element.to_le_bytes());
    bytes.map(|byte| format!("\\{byte:02x}")).collect()
}
