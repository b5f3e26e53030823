//! The roots R of programs whose Wasm is checked in (that of the chunk guest lies in `assets/chunk-guest.root`): whatever changes
//! the lowering, the instructions' encoding or the commitment shows here, because with it every program's root changes, and proofs
//! of before no longer fit.
//!
//! Where the change is meant: `UPDATE=1 cargo test -p zk-processor --test pinned_roots` writes the new roots to
//! `testdata/roots.txt`. If the meaning of an existing instruction changes, or a program of before would run differently, raise
//! `ISA_VERSION` as well.
#![expect(clippy::tests_outside_test_module, reason = "an integration test is its own module")]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use zk_processor::lowering::{Features, Metering, Options, lower};

/// A guest, and contracts as NEAR meters them.
fn programs() -> [(&'static str, Options<'static>); 4] {
    let near = Options {
        features: Features::NEAR,
        metering: Some(Metering::NEAR),
        intrinsics: false,
        ..Options::PLAIN
    };
    [
        ("assets/plain-driver.wasm", Options::PLAIN),
        ("testdata/contracts/compute.wasm", near),
        ("testdata/contracts/inscription.wasm", near),
        ("testdata/contracts/ft_newopt.wasm", near),
    ]
}

fn in_crate(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// A line for each program: its file, its rows, its root as eight words.
fn roots() -> String {
    let mut lines = String::new();
    for (path, options) in programs() {
        let wasm = std::fs::read(in_crate(path)).expect("it is checked in");
        let artefact = lower(&wasm, &options).expect("a valid module").artefact;
        let words: Vec<String> = artefact.root().iter().map(|word| format!("{word:08x}")).collect();
        writeln!(lines, "{path} {} {}", artefact.code.len(), words.join(" ")).expect("a string takes everything");
    }
    lines
}

#[test]
fn roots_are_those_of_before() {
    let path = in_crate("testdata/roots.txt");
    let found = roots();
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &found).expect("the file can be written");
    }
    let pinned = std::fs::read_to_string(&path).expect("the roots are checked in");
    assert_eq!(
        found, pinned,
        "programs have other roots than before; if that is meant: UPDATE=1 cargo test -p zk-processor --test pinned_roots"
    );
}
