//! Any valid module: no instruction is stuck, exactly one row holds for each, limits end the run.
#![no_main]

use libfuzzer_sys::{arbitrary::Unstructured, fuzz_target};
use zk_processor::executor::{Limits, Machine};
use zk_processor::isa::Row;
use zk_processor::lowering::{Metering, Options, lower};
use zk_processor::program::Verdict;

fuzz_target!(|bytes: &[u8]| {
    let Ok(module) = wasm_smith::Module::new(wasm_smith::Config::default(), &mut Unstructured::new(bytes)) else {
        return;
    };
    let options = Options {
        metering: Some(Metering::NEAR),
        intrinsics: false,
        ..Options::PLAIN
    };
    let Ok(lowered) = lower(&module.to_bytes(), &options) else {
        return;
    };
    if lowered.artefact.verdict != Verdict::Accepted {
        return;
    }
    let mut machine = Machine::new(Limits {
        instructions: 100_000,
        memory_bytes: 1 << 24,
    });
    if machine.open(&lowered.artefact).is_err() {
        return;
    }
    for function in 0..lowered.artefact.entries.len().min(16) as u32 {
        if machine.enter(function, 10_000, 1 << 18).is_err() {
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
});
