//! Generated programs under the plain driver: whatever they do, traps and empty budgets included, their tables hold.

use zk_processor::executor::Limits;
use zk_processor::lowering::{Metering, Options, lower};
use zk_processor::plain::{self, Call};
use zk_processor::program::{Artefact, ExportKind, Verdict};
use zk_processor::proving::{InputTree, Memories, Programs, SegmentLimits, Walk, collect, fill};

use crate::programs::{Numbers, generated};

/// Budget of a call (operators): enough for most, so that some run out.
const GAS: u64 = 3_000;
/// Iterations and calls that a generated program grants itself.
const FUEL: u32 = 100;
/// Segments are cut after this many instructions: programs run over several.
const SEGMENT_INSTRUCTIONS: u32 = 4_000;

/// What became of some programs.
#[derive(Debug, Default)]
struct Totals {
    held: usize,
    instructions: u64,
}

/// One call of one function of a generated program: every segment holds.
fn check_call(driver: &Artefact, program: &Artefact, function: u32, numbers: &mut Numbers, totals: &mut Totals) {
    let interface = &program.interface;
    let entry = program.entries[function as usize];
    let function_type = &interface.types[entry.type_index as usize];
    let call = Call {
        root: program.root(),
        gas: GAS,
        start: interface.start,
        function,
        results: function_type.results.len() as u32,
        arguments: function_type
            .parameters
            .iter()
            .map(|value_type| match value_type.name() {
                "i32" | "f32" => numbers.next() & 0xffff_ffff,
                "i64" | "f64" => numbers.next(),
                _ => 0,
            })
            .collect(),
    };
    let mut machine = call
        .machine(driver, program, Limits::default())
        .expect("the image is small");
    let mut programs = Programs::default();
    programs.add(driver);
    programs.add(program);
    let input = InputTree::new(zk_processor::executor::Input::new(&call.public_input(), &[]));
    let mut memories = Memories::default();
    memories.open(0, &driver.image);
    let limits = SegmentLimits {
        instructions: SEGMENT_INSTRUCTIONS,
        ..SegmentLimits::FULL
    };
    loop {
        let mut walk = Walk::new(&mut machine).expect("a runtime");
        let segment = collect(&mut walk, &limits).unwrap_or_else(|error| panic!("function {function}: {error}"));
        totals.instructions += segment.instructions() as u64;
        let filled = fill(&segment, &programs, &input, &mut memories);
        let failures = filled.failures();
        assert!(
            failures.is_empty(),
            "function {function}: {}",
            failures.first().map(ToString::to_string).unwrap_or_default()
        );
        if filled.record.output.is_some() {
            totals.held += 1;
            return;
        }
    }
}

fn check_programs(seeds: impl Iterator<Item = u64>) -> Totals {
    let driver = plain::driver().expect("the driver lowers");
    let options = Options {
        metering: Some(Metering::NEAR),
        intrinsics: false,
        ..Options::PLAIN
    };
    let mut totals = Totals::default();
    for seed in seeds {
        let Some(wasm) = generated(seed, false, FUEL) else {
            continue;
        };
        let Ok(lowered) = lower(&wasm, &options) else { continue };
        let program = lowered.artefact;
        if program.verdict != Verdict::Accepted {
            continue;
        }
        let mut numbers = Numbers::new(seed);
        let exports = program.interface.exports.iter();
        let function = exports.rev().find_map(|export| match export.kind {
            ExportKind::Function(function) => Some(function),
            _ => None,
        });
        if let Some(function) = function {
            check_call(&driver, &program, function, &mut numbers, &mut totals);
        }
    }
    println!("{totals:?}");
    totals
}

#[test]
fn generated_programs_hold_as_tables() {
    let totals = check_programs(0..210);
    assert!(totals.held >= 100, "{totals:?}");
}

#[test]
fn more_generated_programs_hold_as_tables() {
    let totals = check_programs(210..420);
    assert!(totals.held >= 100, "{totals:?}");
}

#[test]
fn deep_ten_thousand_generated_programs_hold_as_tables() {
    let totals = check_programs(1_000..22_000);
    assert!(totals.held >= 10_000, "{totals:?}");
}
