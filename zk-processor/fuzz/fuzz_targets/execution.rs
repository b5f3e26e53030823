//! Any valid module: every run ends in an event or in a typed error, and on the way exactly one row holds for each instruction.
#![no_main]

use libfuzzer_sys::arbitrary::Unstructured;
use libfuzzer_sys::fuzz_target;
use wasm_smith::{Config, Module};
use zk_processor::executor::{Limits, Machine};
use zk_processor::isa::Row;
use zk_processor::lowering::{Lowered, Metering, Options, lower};
use zk_processor::program::Verdict;

fuzz_target!(|bytes: &[u8]| {
    let Some((first, rest)) = bytes.split_first() else {
        return;
    };
    let Ok(module) = Module::new(config(), &mut Unstructured::new(rest)) else {
        return;
    };
    let options = Options {
        metering: (first % 2 == 0).then_some(Metering::NEAR),
        intrinsics: false,
        ..Options::PLAIN
    };
    let lowered = lower(&module.to_bytes(), &options).expect("the module has no feature that the machine lacks");
    if lowered.artefact.verdict == Verdict::Accepted {
        run(&lowered, u32::from(*first) * 100);
    }
});

/// Modules of what the machine has: all of Wasm 2.0 but SIMD, and wide arithmetic.
fn config() -> Config {
    Config {
        exceptions_enabled: false,
        gc_enabled: false,
        compact_imports_enabled: false,
        relaxed_simd_enabled: false,
        simd_enabled: false,
        tail_call_enabled: false,
        threads_enabled: false,
        memory64_enabled: false,
        extended_const_enabled: false,
        custom_page_sizes_enabled: false,
        shared_everything_threads_enabled: false,
        export_everything: true,
        max_imports: 0,
        max_memories: 1,
        max_memory32_bytes: 4 << 16,
        max_tables: 3,
        max_table_elements: 100,
        ..Config::default()
    }
}

/// Enters every function once, in the state that the ones before left.
fn run(lowered: &Lowered, gas: u32) {
    let mut machine = Machine::new(Limits {
        instructions: 20_000,
        memory_bytes: 1 << 24,
    });
    if machine.open(&lowered.artefact).is_err() {
        return;
    }
    for function in 0..lowered.artefact.entries.len().min(16) as u32 {
        if machine.enter(function, gas, 1 << 18).is_err() {
            return;
        }
        loop {
            let Some((instruction, inputs)) = machine.guard_inputs() else {
                return;
            };
            let rows = Row::of(instruction.opcode)
                .filter(|row| row.holds(&instruction, &inputs))
                .count();
            assert_eq!(rows, 1, "{instruction}: {inputs:?}");
            match machine.run_for(1) {
                Ok(None) => {}
                Ok(Some(_)) => break,
                Err(_) => return,
            }
        }
        machine.abandon_call();
    }
}
