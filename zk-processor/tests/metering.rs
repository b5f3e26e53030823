//! The gas columns compared with NEAR's own analysis, `finite-wasm` 0.6.1: the charges of each function's rows, in order, are its
//! merged instrumentation points; stack charges and entry gas are its frame and operand sizes.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use arbitrary::Unstructured;
use finite_wasm::gas::InstrumentationKind;
use finite_wasm::max_stack::SizeConfig;
use finite_wasm::prefix_sum_vec::PrefixSumVec;
use finite_wasm::wasmparser as wp;
use finite_wasm::{Analysis, AnalysisOutcome, Fee};
use wasm_smith::{Config, Module};
use zk_processor::isa::{Instruction, Opcode};
use zk_processor::lowering::{Features, Limits, Lowered, LoweringError, Metering, Options, lower};

/// nearcore's cost model, in units of one operator.
struct OperatorCosts;

macro_rules! costs {
    ($( @$proposal:ident $op:ident $({ $($arg:ident: $argty:ty),* })? => $visit:ident ($($ann:tt)*))*) => {
        $( fn $visit(&mut self $($(, _: $argty)*)?) -> Fee { costs!(@cost $visit) } )*
    };
    (@cost visit_block) => { Fee::ZERO };
    (@cost visit_end) => { Fee::ZERO };
    (@cost visit_else) => { Fee::ZERO };
    (@cost visit_memory_init) => { Fee { constant: 32, linear: 1 } };
    (@cost visit_memory_copy) => { Fee { constant: 32, linear: 1 } };
    (@cost visit_memory_fill) => { Fee { constant: 32, linear: 1 } };
    (@cost visit_memory_grow) => { Fee { constant: 32, linear: 1 } };
    (@cost visit_table_init) => { Fee { constant: 32, linear: 1 } };
    (@cost visit_table_copy) => { Fee { constant: 32, linear: 1 } };
    (@cost visit_table_fill) => { Fee { constant: 32, linear: 1 } };
    (@cost visit_table_grow) => { Fee { constant: 32, linear: 1 } };
    (@cost $visit:ident) => { Fee::constant(1) };
}

impl<'a> wp::VisitOperator<'a> for OperatorCosts {
    type Output = Fee;
    wp::for_each_visit_operator!(costs);
}

impl<'a> wp::VisitSimdOperator<'a> for OperatorCosts {
    wp::for_each_visit_simd_operator!(costs);
}

struct Sizes;

impl SizeConfig for Sizes {
    fn size_of_value(&self, value: wp::ValType) -> u8 {
        match value {
            wp::ValType::I32 | wp::ValType::F32 => 4,
            wp::ValType::I64 | wp::ValType::F64 | wp::ValType::Ref(_) => 8,
            wp::ValType::V128 => 16,
        }
    }

    fn size_of_function_activation(&self, locals: &PrefixSumVec<wp::ValType, u32>) -> u64 {
        let mut size = 64;
        let mut next = 0;
        for (last, value) in locals {
            size += (u64::from(*last) + 1 - next) * u64::from(self.size_of_value(*value));
            next = u64::from(*last) + 1;
        }
        size
    }
}

fn analyse(wasm: &[u8]) -> AnalysisOutcome {
    Analysis::new()
        .with_stack(Sizes)
        .with_gas(OperatorCosts)
        .analyze(wasm)
        .expect("a valid module can be analysed")
}

fn lower_metered(wasm: &[u8]) -> Result<Lowered, zk_processor::lowering::LoweringError> {
    let options = Options {
        features: Features::ALL,
        limits: Limits::NONE,
        metering: Some(Metering::NEAR),
        intrinsics: false,
        ..Options::PLAIN
    };
    lower(wasm, &options)
}

/// A charge: operators, and whether an operand is added.
type Charge = (u64, bool);

/// What the rows of a function charge, in order.
fn charges(rows: &[Instruction]) -> Vec<Charge> {
    let mut charges = Vec::new();
    for row in rows {
        if row.gas > 0 {
            charges.push((u64::from(row.gas), false));
        }
        match row.opcode {
            Opcode::Charge => charges.push((u64::from(row.low()), false)),
            Opcode::ChargeLinear => charges.push((u64::from(row.low()), true)),
            _ => {}
        }
    }
    charges
}

/// Offsets of operators that are never reached: after a branch, until the frame ends.
fn dead_operators(wasm: &[u8]) -> BTreeSet<usize> {
    let mut dead_offsets = BTreeSet::new();
    let bodies = wp::Parser::new(0)
        .parse_all(wasm)
        .filter_map(|payload| match payload.expect("a valid module") {
            wp::Payload::CodeSectionEntry(body) => Some(body),
            _ => None,
        });
    for body in bodies {
        let mut frames = vec![false];
        for operator in body
            .get_operators_reader()
            .expect("a valid body")
            .into_iter_with_offsets()
        {
            let (operator, offset) = operator.expect("a valid operator");
            let mut dead = frames.last().copied().unwrap_or_default();
            match operator {
                wp::Operator::Block { .. } | wp::Operator::Loop { .. } | wp::Operator::If { .. } => frames.push(dead),
                wp::Operator::Else => {
                    frames.pop();
                    dead = frames.last().copied().unwrap_or_default();
                    frames.push(dead);
                }
                wp::Operator::End => {
                    frames.pop();
                }
                wp::Operator::Br { .. }
                | wp::Operator::BrTable { .. }
                | wp::Operator::Return
                | wp::Operator::Unreachable => {
                    frames.pop();
                    frames.push(true);
                }
                _ => {}
            }
            if dead {
                dead_offsets.insert(offset);
            }
        }
    }
    dead_offsets
}

/// The merged points that are charged, in order. Some in code that is never reached are not marked as such (a `loop` there that is
/// branched to from there); they are never executed, and our rows do not carry them.
fn points(analysis: &AnalysisOutcome, function: usize, dead: &BTreeSet<usize>) -> Vec<Charge> {
    let kinds = analysis.gas_kinds[function].iter();
    kinds
        .zip(analysis.gas_costs[function].iter())
        .zip(analysis.gas_offsets[function].iter())
        .filter(|((kind, cost), offset)| {
            **kind != InstrumentationKind::Unreachable && **cost != Fee::ZERO && !dead.contains(offset)
        })
        .map(|((_, cost), _)| (cost.constant, cost.linear > 0))
        .collect()
}

/// Compares all functions of a module; returns the number of charges.
fn compare(name: &str, wasm: &[u8]) -> usize {
    let lowered = lower_metered(wasm).unwrap_or_else(|error| panic!("{name}: {error}"));
    let analysis = analyse(wasm);
    let code = &lowered.artefact.code;
    let starts = lowered.body_rows();
    let imports = lowered.artefact.interface.imports.len();
    assert_eq!(starts.len(), analysis.gas_costs.len(), "{name}: number of bodies");
    let dead = dead_operators(wasm);
    let mut compared = 0;
    for (function, rows) in starts.iter().enumerate() {
        let body = &code[rows.start as usize..rows.end as usize];
        let expected = points(&analysis, function, &dead);
        assert_eq!(charges(body), expected, "{name}: function {}", function + imports);
        compared += expected.len();
        let frame = analysis.function_frame_sizes[function];
        let stack = frame + analysis.function_operand_stack_sizes[function];
        let found = (u64::from(rows.stack_charge), u64::from(rows.entry_gas));
        assert_eq!(
            found,
            (stack, frame.div_ceil(8)),
            "{name}: entry of function {}",
            function + imports
        );
    }
    check_calls(name, &lowered);
    compared
}

/// Direct calls and prologues carry the charges of the function they lead to.
fn check_calls(name: &str, lowered: &Lowered) {
    let bodies = lowered.body_rows();
    let code = &lowered.artefact.code;
    for row in code.iter().filter(|row| row.opcode == Opcode::Call) {
        let callee = bodies.iter().find(|body| body.start == row.dst);
        let expected = callee.map_or((0, 0), |body| (body.stack_charge, body.entry_gas));
        assert_eq!((row.low(), row.high()), expected, "{name}: {row}");
    }
    for body in bodies {
        let before = code[body.start as usize - 1];
        if before.opcode == Opcode::Prologue {
            assert_eq!(
                (before.low(), before.high()),
                (body.stack_charge, body.entry_gas),
                "{name}: {before}"
            );
        }
    }
}

/// Folder with recorded contracts next to the repository, if there is one.
fn contracts() -> Vec<PathBuf> {
    let folder = std::env::var("REAL_CONTRACTS").map_or_else(
        |_| Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/contracts"),
        PathBuf::from,
    );
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "wasm"));
    files.sort();
    files
}

#[test]
fn charges_of_contracts_are_finite_wasms_points() {
    let files = contracts();
    assert!(!files.is_empty(), "the repository carries contracts");
    for file in files {
        let wasm = std::fs::read(&file).expect("a readable file");
        compare(&file.display().to_string(), &wasm);
    }
}

fn generated(seed: u64) -> Option<Vec<u8>> {
    // A generator needs some kilobytes of choices.
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let bytes: Vec<u8> = (0..4096)
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 24) as u8
        })
        .collect();
    let config = Config {
        bulk_memory_enabled: true,
        reference_types_enabled: true,
        multi_value_enabled: seed.is_multiple_of(2),
        simd_enabled: false,
        relaxed_simd_enabled: false,
        memory64_enabled: false,
        exceptions_enabled: false,
        tail_call_enabled: false,
        threads_enabled: false,
        gc_enabled: false,
        extended_const_enabled: false,
        wide_arithmetic_enabled: false,
        custom_page_sizes_enabled: false,
        shared_everything_threads_enabled: false,
        max_memories: 1,
        max_imports: 0,
        min_funcs: 1,
        max_funcs: 6,
        max_instructions: 400,
        max_memory32_bytes: 1 << 24,
        max_table_elements: 1000,
        ..Config::default()
    };
    Module::new(config, &mut Unstructured::new(&bytes))
        .ok()
        .map(|module| module.to_bytes())
}

fn compare_generated(seeds: core::ops::Range<u64>) -> usize {
    let mut modules = 0;
    for seed in seeds {
        if let Some(wasm) = generated(seed) {
            compare(&format!("generated module {seed}"), &wasm);
            modules += 1;
        }
    }
    modules
}

#[test]
fn charges_of_generated_modules_are_finite_wasms_points() {
    assert!(compare_generated(0..500) > 300, "most seeds yield a module");
}

#[test]
fn deep_charges_of_many_generated_modules_are_finite_wasms_points() {
    assert!(compare_generated(0..20_000) > 12_000, "most seeds yield a module");
}

/// nearcore's verdict: its validator (`wasmparser` 0.228) with its features.
fn nearcore_accepts(wasm: &[u8]) -> bool {
    let features = wp::WasmFeatures::FLOATS
        | wp::WasmFeatures::MUTABLE_GLOBAL
        | wp::WasmFeatures::SIGN_EXTENSION
        | wp::WasmFeatures::SATURATING_FLOAT_TO_INT
        | wp::WasmFeatures::BULK_MEMORY
        | wp::WasmFeatures::REFERENCE_TYPES;
    wp::Validator::new_with_features(features).validate_all(wasm).is_ok()
}

/// Whether the lowering, under nearcore's features, calls a module valid. Bounds of the machine do not count.
fn we_accept(wasm: &[u8]) -> bool {
    let options = Options {
        features: Features::NEAR,
        metering: Some(Metering::NEAR),
        intrinsics: false,
        ..Options::PLAIN
    };
    !matches!(lower(wasm, &options), Err(LoweringError::Invalid { .. }))
}

fn compare_validity(count: u64) {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut random = |bound: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 16) as usize % bound
    };
    let mut originals: Vec<Vec<u8>> = contracts().iter().filter_map(|file| std::fs::read(file).ok()).collect();
    originals.retain(|wasm| wasm.len() < 20_000);
    originals.extend((0..200).filter_map(generated));
    for _ in 0..count {
        let mut wasm = originals[random(originals.len())].clone();
        for _ in 0..random(3) {
            let at = random(wasm.len());
            match random(3) {
                0 => wasm[at] ^= 1 << random(8),
                1 => wasm[at] = random(256) as u8,
                _ => {
                    wasm.remove(at);
                }
            }
        }
        assert_eq!(we_accept(&wasm), nearcore_accepts(&wasm), "{wasm:02x?}");
    }
}

#[test]
fn validity_is_that_of_nearcores_validator() {
    compare_validity(2_000);
}

#[test]
fn deep_validity_of_many_modules_is_that_of_nearcores_validator() {
    compare_validity(200_000);
}
