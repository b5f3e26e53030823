//! Modules that mean harm, at real sizes: each ends in a typed error or in a program, and takes no more memory and work than the
//! documentation of [`zk_processor::lowering`] says.
//!
//! Memory is what an allocator of this test counts; work is counted in operators, rows, leaves and bytes that were asked for, which
//! are the same on every machine. With `-- --nocapture` the figures are printed, the time beside them.
#![expect(clippy::tests_outside_test_module, reason = "an integration test is its own module")]
#![expect(clippy::float_arithmetic, reason = "figures for people")]

mod counting;
mod limits;
mod modules;

use std::time::Instant;

use counting::{Usage, measured};
use modules::{Hostile, PROGRAM};
use zk_processor::executor::{ExecutionError, Limits, Machine};
use zk_processor::lowering::{Features, Lowered, LoweringError, Metering, Options, lower};
use zk_processor::program::Verdict;

/// Nothing of the lowering takes more at once than this for each byte of the module …
const MEMORY_PER_BYTE: usize = 1024;

/// … and this much more.
const MEMORY_BASE_BYTES: usize = 4 << 20;

/// All that it asks the allocator for, one after the other, for each byte of the module.
const REQUESTED_PER_BYTE: u64 = 2048;

/// The three ways that modules are lowered: as any program, the same metered, and by NEAR's rules.
fn ways() -> [(&'static str, Options<'static>); 3] {
    let metered = Options {
        metering: Some(Metering::NEAR),
        intrinsics: false,
        ..Options::PLAIN
    };
    let near = Options {
        features: Features::NEAR,
        ..metered
    };
    [("plain", Options::PLAIN), ("metered", metered), ("near", near)]
}

/// Lowers and holds the result against the stated bounds.
fn lower_within_bounds(hostile: &Hostile, way: &str, options: &Options<'_>) -> Result<Lowered, LoweringError> {
    let Hostile { name, wasm, .. } = hostile;
    let started = Instant::now();
    let (
        result,
        Usage {
            peak_bytes,
            requested_bytes,
        },
    ) = measured(|| lower(wasm, options));
    let seconds = started.elapsed().as_secs_f64();
    let (rows, leaves) = result.as_ref().map_or((0, 0), |lowered| {
        (lowered.artefact.code.len(), lowered.artefact.image.leaves().len())
    });
    let outcome = result.as_ref().map_or_else(ToString::to_string, |_| PROGRAM.to_owned());
    let outcome = outcome.lines().next().unwrap_or_default();
    let per_byte = |amount: usize| amount as f64 / wasm.len() as f64;
    println!(
        "{name:30} {way:8} {:7} bytes: {:5.0} of memory, {:5.0} requested, {:5.2} rows, {:5.2} leaves a byte; {:6.1} MB/s; {outcome}",
        wasm.len(),
        per_byte(peak_bytes),
        per_byte(requested_bytes as usize),
        per_byte(rows),
        per_byte(leaves),
        wasm.len() as f64 / seconds / 1e6,
    );
    let memory = MEMORY_PER_BYTE * wasm.len() + MEMORY_BASE_BYTES;
    assert!(peak_bytes <= memory, "{name}, {way}: {peak_bytes} bytes of memory");
    let requested = REQUESTED_PER_BYTE * wasm.len() as u64 + MEMORY_BASE_BYTES as u64;
    assert!(
        requested_bytes <= requested,
        "{name}, {way}: {requested_bytes} bytes requested"
    );
    assert!(rows <= 2 * (8 * wasm.len() + (1 << 16)), "{name}, {way}: {rows} rows");
    assert!(leaves <= wasm.len(), "{name}, {way}: {leaves} leaves");
    if let Ok(lowered) = &result {
        assert!(
            lowered.operators <= wasm.len() as u64,
            "{name}, {way}: {} operators",
            lowered.operators
        );
    }
    result
}

/// Opens a program and runs its first functions for a while, within limits on instructions and memory.
fn run_within_limits(name: &str, lowered: &Lowered) {
    const LIMITS: Limits = Limits {
        instructions: 200_000,
        memory_bytes: 1 << 26,
    };
    if lowered.artefact.verdict != Verdict::Accepted {
        return;
    }
    let (result, usage) = measured(|| -> Result<(), ExecutionError> {
        let mut machine = Machine::new(LIMITS);
        machine.open(&lowered.artefact)?;
        for function in 0..lowered.artefact.entries.len().min(4) as u32 {
            machine.enter(function, 1 << 20, 1 << 18)?;
            machine.run()?;
            machine.abandon_call();
        }
        Ok(())
    });
    println!("{name:30} runs: {} bytes of memory; {result:?}", usage.peak_bytes);
    let bound = 2 * LIMITS.memory_bytes as usize + 64 * lowered.artefact.code.len() + MEMORY_BASE_BYTES;
    assert!(
        usage.peak_bytes <= bound,
        "{name}: {} bytes to run it",
        usage.peak_bytes
    );
}

/// Length of the modules in the normal tests.
const USUAL_LEN_BYTES: usize = 64 << 10;

fn check_all(len: usize) {
    for hostile in modules::all(len) {
        for (way, options) in ways() {
            let result = lower_within_bounds(&hostile, way, &options);
            if way == "plain" {
                let outcome = result.as_ref().map_or_else(ToString::to_string, |_| PROGRAM.to_owned());
                // What is a program at 64 KiB may be beyond a limit of the machine or of the validator at 4 MiB.
                let is_too_large = len > USUAL_LEN_BYTES && result.is_err();
                let is_expected = outcome.starts_with(hostile.outcome) || is_too_large;
                assert!(is_expected, "{}: {outcome}", hostile.name);
            }
            if let Ok(lowered) = &result {
                run_within_limits(hostile.name, lowered);
            }
        }
    }
}

/// What the bounds are beside a contract that people wrote.
#[test]
fn a_contract_takes_far_less() {
    let path = format!("{}/testdata/contracts/ft_newopt.wasm", env!("CARGO_MANIFEST_DIR"));
    let contract = Hostile {
        name: "a contract",
        outcome: PROGRAM,
        wasm: std::fs::read(path).expect("a contract"),
    };
    for (way, options) in ways() {
        let (_, usage) = measured(|| lower_within_bounds(&contract, way, &options).expect("a valid contract"));
        assert!(usage.peak_bytes <= 64 * contract.wasm.len(), "{way}: {usage:?}");
    }
}

#[test]
fn hostile_modules_of_64_kibibytes_stay_within_the_bounds() {
    check_all(USUAL_LEN_BYTES);
}

/// As long as NEAR accepts.
#[test]
fn deep_hostile_modules_of_4_mebibytes_stay_within_the_bounds() {
    check_all(4 << 20);
}
