//! The same calls in `wasmi` and in the machine: results, traps, memory, globals.

use wasmi::{Config, Engine, Extern, Instance, Linker, Module, Store, TrapCode, Val};
use wasmparser::{Operator, Parser, Payload};
use zk_processor::executor::{Limits, Machine, Stop};
use zk_processor::isa::{EventKind, Trap};
use zk_processor::lowering::{Options, lower};
use zk_processor::program::{Artefact, ExportKind, FunctionType, ValueType, Verdict};

use crate::programs::{Numbers, generated};

/// How a call ended.
#[derive(Debug, PartialEq)]
enum Ending {
    Returned(Vec<u64>),
    Trapped(Trap),
}

/// `wasmi` has one trap for tables and none for what the machine calls a fault.
fn trap_of(error: &wasmi::Error) -> Option<Trap> {
    Some(match error.as_trap_code()? {
        TrapCode::UnreachableCodeReached => Trap::Unreachable,
        TrapCode::MemoryOutOfBounds => Trap::MemoryOutOfBounds,
        TrapCode::TableOutOfBounds => Trap::TableOutOfBounds,
        TrapCode::IndirectCallToNull => Trap::UninitializedElement,
        TrapCode::IntegerDivisionByZero => Trap::DivideByZero,
        TrapCode::IntegerOverflow => Trap::IntegerOverflow,
        TrapCode::BadConversionToInteger => Trap::InvalidConversion,
        TrapCode::StackOverflow => Trap::StackExhausted,
        TrapCode::BadSignature => Trap::IndirectCallTypeMismatch,
        _ => return None,
    })
}

fn same_trap(ours: Trap, theirs: Trap) -> bool {
    ours == theirs || (ours == Trap::UndefinedElement && theirs == Trap::TableOutOfBounds)
}

fn slot(value: &Val) -> u64 {
    match value {
        Val::I32(value) => u64::from(*value as u32),
        Val::I64(value) => *value as u64,
        Val::F32(value) => u64::from(value.to_bits()),
        Val::F64(value) => value.to_bits(),
        // Only whether a reference is null can be compared.
        Val::FuncRef(reference) => u64::from(!reference.is_null()),
        Val::ExternRef(reference) => u64::from(!reference.is_null()),
        Val::V128(_) => u64::MAX,
    }
}

fn comparable(slot: u64, value_type: ValueType) -> u64 {
    match value_type {
        ValueType::FuncRef | ValueType::ExternRef => u64::from(slot != 0),
        _ => slot,
    }
}

/// Both engines with one module.
struct Pair<'a> {
    seed: u64,
    program: &'a Artefact,
    machine: Machine<'a>,
    store: Store<()>,
    instance: Instance,
}

impl<'a> Pair<'a> {
    /// `None` if instantiation traps, which it then does in both.
    fn new(seed: u64, wasm: &[u8], program: &'a Artefact) -> Option<Self> {
        let mut config = Config::default();
        config.wasm_wide_arithmetic(true);
        let engine = Engine::new(&config);
        let module = Module::new(&engine, wasm).expect("generated modules are valid");
        let mut store = Store::new(&engine, ());
        let instance = Linker::new(&engine).instantiate_and_start(&mut store, &module);
        let mut machine = Machine::new(Limits {
            instructions: 1 << 26,
            memory_bytes: 1 << 26,
        });
        let started = match program.verdict {
            Verdict::Accepted => {
                machine.open(program).expect("the image is small");
                program.interface.start.map(|start| call(&mut machine, start, &[], &[]))
            }
            Verdict::MemorySegmentTraps => Some(Ending::Trapped(Trap::MemoryOutOfBounds)),
            _ => Some(Ending::Trapped(Trap::TableOutOfBounds)),
        };
        match (instance, started) {
            (Ok(instance), None | Some(Ending::Returned(_))) => Some(Self {
                seed,
                program,
                machine,
                store,
                instance,
            }),
            (Err(_), Some(Ending::Trapped(_))) => None,
            (theirs, ours) => panic!("instantiation: {ours:?} here, {theirs:?} in wasmi"),
        }
    }

    fn call_wasmi(
        &mut self,
        name: &str,
        arguments: &[u64],
        function_type: &FunctionType,
    ) -> Result<Vec<u64>, wasmi::Error> {
        let function = self
            .instance
            .get_func(&self.store, name)
            .expect("the module exports it");
        let arguments: Vec<Val> = arguments
            .iter()
            .zip(&function_type.parameters)
            .map(|(slot, value_type)| value(*slot, *value_type))
            .collect();
        let mut results = vec![Val::I32(0); function_type.results.len()];
        function.call(&mut self.store, &arguments, &mut results)?;
        Ok(results.iter().map(slot).collect())
    }

    /// Calls a function in both; whether the pair can go on.
    fn compare(&mut self, name: &str, function: u32, numbers: &mut Numbers) -> bool {
        let entry = self.program.entries[function as usize];
        let function_type = &self.program.interface.types[entry.type_index as usize];
        let arguments: Vec<u64> = function_type
            .parameters
            .iter()
            .map(|value_type| match value_type {
                ValueType::I32 => u64::from(interesting(numbers) as u32),
                ValueType::I64 => interesting(numbers),
                // Small numbers and their neighbours; no NaN, whose bits engines may treat differently.
                ValueType::F32 => u64::from((numbers.next() as i16 as f32).to_bits()),
                ValueType::F64 => (numbers.next() as i32 as f64).to_bits(),
                ValueType::FuncRef | ValueType::ExternRef => 0,
            })
            .collect();
        let theirs = self.call_wasmi(name, &arguments, function_type);
        let ours = call(&mut self.machine, function, &arguments, &function_type.results);
        match (&ours, &theirs) {
            (Ending::Returned(ours), Ok(theirs)) => assert_eq!(ours, theirs, "{name}{arguments:?}"),
            // Whose stack is deeper is not for Wasm to say.
            (Ending::Trapped(Trap::StackExhausted), _) => return false,
            (_, Err(error)) if trap_of(error) == Some(Trap::StackExhausted) => return false,
            (Ending::Trapped(ours), Err(error)) => {
                let theirs = trap_of(error).unwrap_or_else(|| panic!("{name}: wasmi fails with {error}"));
                assert!(
                    same_trap(*ours, theirs),
                    "{name}{arguments:?}: {ours:?} here, {theirs:?} in wasmi"
                );
            }
            _ => panic!("{name}{arguments:?}: {ours:?} here, {theirs:?} in wasmi"),
        }
        self.compare_state(&format!("{name}{arguments:?} of module {}", self.seed));
        true
    }

    fn compare_state(&mut self, after: &str) {
        let exports: Vec<_> = self
            .instance
            .exports(&self.store)
            .map(|export| (export.name().to_owned(), export.into_extern()))
            .collect();
        for (name, item) in exports {
            match item {
                Extern::Memory(memory) => {
                    let data = memory.data(&self.store);
                    let ours = self.machine.sandbox_memory(0, data.len() as u32);
                    assert_eq!(
                        self.machine.sandbox_pages().map(|pages| pages as usize * 65536),
                        Some(data.len()),
                        "memory size after {after}"
                    );
                    assert!(ours.as_deref() == Some(data), "memory after {after}");
                }
                Extern::Global(global) => {
                    let Some(ExportKind::Global(index, value_type)) = self.program.interface.export(&name) else {
                        panic!("{name} is a global");
                    };
                    let ours = self.machine.sandbox_global(index).unwrap_or(0);
                    assert_eq!(
                        comparable(ours, value_type),
                        slot(&global.get(&self.store)),
                        "global {name} after {after}"
                    );
                }
                _ => {}
            }
        }
    }
}

fn interesting(numbers: &mut Numbers) -> u64 {
    match numbers.next() % 4 {
        0 => numbers.next() % 17,
        1 => (numbers.next() % 17).wrapping_neg(),
        2 => 1 << (numbers.next() % 64),
        _ => numbers.next(),
    }
}

fn value(slot: u64, value_type: ValueType) -> Val {
    match value_type {
        ValueType::I32 => Val::I32(slot as i32),
        ValueType::I64 => Val::I64(slot as i64),
        ValueType::F32 => Val::F32(wasmi::F32::from_bits(slot as u32)),
        ValueType::F64 => Val::F64(wasmi::F64::from_bits(slot)),
        ValueType::FuncRef => Val::FuncRef(wasmi::Nullable::Null),
        ValueType::ExternRef => Val::ExternRef(wasmi::Nullable::Null),
    }
}

fn call(machine: &mut Machine<'_>, function: u32, arguments: &[u64], results: &[ValueType]) -> Ending {
    for (slot, value) in (0..).zip(arguments) {
        machine.set_sandbox_slot(slot, *value);
    }
    machine
        .enter(function, 0, u32::MAX)
        .expect("the sandbox waits for nothing");
    let Ok(Stop::Event(event)) = machine.run() else {
        panic!("the run ends in an event");
    };
    match event.kind {
        EventKind::Returned => Ending::Returned(
            (0..)
                .zip(results)
                .map(|(slot, value_type)| comparable(machine.sandbox_slot(slot).unwrap_or(0), *value_type))
                .collect(),
        ),
        EventKind::Trapped => {
            machine.abandon_call();
            Ending::Trapped(event.trap().expect("the trap has a name"))
        }
        other => panic!("unexpected event {other:?}"),
    }
}

/// Whether a module converts between the float formats. The generator makes every other NaN canonical, but not the results of
/// these: there `wasmi` keeps payloads, and the machine's are canonical, as NEAR's engines make them.
fn changes_float_formats(wasm: &[u8]) -> bool {
    let converts = |operator| matches!(operator, Operator::F64PromoteF32 | Operator::F32DemoteF64);
    Parser::new(0).parse_all(wasm).any(|payload| match payload {
        Ok(Payload::CodeSectionEntry(body)) => body
            .get_operators_reader()
            .is_ok_and(|operators| operators.into_iter().flatten().any(converts)),
        _ => false,
    })
}

/// Compares this many generated modules; returns how many calls agreed.
fn compare_generated(first_seed: u64, modules: usize) -> usize {
    let mut calls = 0;
    let mut compared = 0;
    let mut seed = first_seed;
    while compared < modules {
        seed += 1;
        let Some(wasm) = generated(seed, true, 300) else {
            continue;
        };
        if changes_float_formats(&wasm) {
            continue;
        }
        let options = Options {
            intrinsics: false,
            ..Options::PLAIN
        };
        let lowered = lower(&wasm, &options).unwrap_or_else(|error| panic!("module {seed}: {error}"));
        compared += 1;
        let Some(mut pair) = Pair::new(seed, &wasm, &lowered.artefact) else {
            continue;
        };
        let mut numbers = Numbers::new(seed);
        let exports = lowered.artefact.interface.exports.clone();
        for export in &exports {
            let ExportKind::Function(function) = export.kind else {
                continue;
            };
            if !pair.compare(&export.name, function, &mut numbers) {
                break;
            }
            calls += 1;
        }
    }
    calls
}

#[test]
fn generated_modules_behave_as_in_wasmi() {
    let calls = compare_generated(0, 500);
    println!("{calls} calls of 500 modules agree");
    assert!(calls > 250, "expected many calls, found {calls}");
}

#[test]
fn deep_generated_modules_behave_as_in_wasmi() {
    let calls = compare_generated(1_000_000, 20_000);
    println!("{calls} calls of 20000 modules agree");
    assert!(calls > 10_000, "expected many calls, found {calls}");
}
