//! The suite in the processor: lowering and executor. The harness plays the runtime: it serves host calls by calling other
//! instances.

use std::collections::BTreeMap;

use zk_processor::executor::{Limits, Machine, Stop};
use zk_processor::isa::spaces::MAX_LOADED_STACK;
use zk_processor::isa::{EventKind, Trap};
use zk_processor::lowering::{self, ImportedGlobal, ImportedSize, LoweringError, Options};
use zk_processor::program::{Artefact, ExportKind, ValueType, Verdict};

use crate::engine::{Engine, Failure, Features, Value};
use crate::visits::Visits;

pub(crate) struct ProcessorEngine {
    options: Options<'static>,
    instances: Vec<Instance>,
    registered: BTreeMap<String, usize>,
}

struct Instance {
    program: &'static Artefact,
    /// What was asked of it: functions with their arguments.
    calls: Vec<(u32, Vec<u64>)>,
    machine: Machine<'static>,
}

const SPECTEST_GLOBALS: &[(&str, u64)] = &[
    ("global_i32", 666),
    ("global_i64", 666),
    ("global_f32", 0x4426_a666),
    ("global_f64", 0x4084_d4cc_cccc_cccd),
];

/// Imports that modules of `assert_invalid` name; their values do not matter, the modules are refused for other reasons.
const OTHER_GLOBALS: &[(&str, &str)] = &[
    ("test", "global-i32"),
    ("test", "global-mut-i32"),
    ("test", "g"),
    ("", ""),
];

const SPECTEST_MEMORY: ImportedSize<'static> = ImportedSize {
    module: "spectest",
    name: "memory",
    initial: 1,
    max: 2,
};
const SPECTEST_TABLE: ImportedSize<'static> = ImportedSize {
    module: "spectest",
    name: "table",
    initial: 10,
    max: 20,
};

/// Operand stacks of the suite's deepest recursions fit; frames are what runs out.
const STACK_BYTES: u32 = u32::MAX;

impl ProcessorEngine {
    pub(crate) fn new(features: Features) -> Self {
        let features = match features {
            Features::Wasm1 => lowering::Features::WASM_1,
            Features::Wasm2 => lowering::Features::WASM_2,
            Features::Wasm2WideArithmetic => lowering::Features::ALL,
        };
        let globals = SPECTEST_GLOBALS.iter().map(|(name, value)| ImportedGlobal {
            module: "spectest",
            name,
            value: *value,
        });
        let options = Options {
            features,
            intrinsics: false,
            imported_globals: globals.collect::<Vec<_>>().leak(),
            imported_memories: &[SPECTEST_MEMORY],
            imported_tables: &[SPECTEST_TABLE],
            ..Options::PLAIN
        };
        Self {
            options,
            instances: Vec::new(),
            registered: BTreeMap::new(),
        }
    }

    /// The same calls again, under a guest: one instance after the other, each from its beginning.
    pub(crate) fn visits(&self) -> Visits {
        let mut visits = Visits::default();
        for instance in self.instances.iter().filter(|instance| !instance.calls.is_empty()) {
            visits.open(instance.program);
            for (function, arguments) in &instance.calls {
                for (slot, argument) in (0..).zip(arguments) {
                    visits.set(slot, *argument);
                }
                visits.enter(*function, 0, MAX_LOADED_STACK);
            }
        }
        visits
    }

    fn lower(wasm: &[u8], options: &Options<'_>) -> Result<Artefact, Failure> {
        match lowering::lower(wasm, options) {
            Ok(lowered) => Ok(lowered.artefact),
            Err(error @ LoweringError::Invalid { .. }) => Err(Failure::Refused(error.to_string())),
            Err(error) => Err(Failure::Unlinkable(error.to_string())),
        }
    }

    /// Calls a function of an instance with arguments as slots hold them; the first slots afterwards.
    fn call(&mut self, instance: usize, function: u32, arguments: &[u64], results: usize) -> Result<Vec<u64>, Failure> {
        let failed = |error: zk_processor::executor::ExecutionError| Failure::Unlinkable(error.to_string());
        let machine = &mut self.instances[instance].machine;
        for (slot, value) in (0..).zip(arguments) {
            machine.set_sandbox_slot(slot, *value);
        }
        machine.enter(function, 0, STACK_BYTES).map_err(failed)?;
        loop {
            let machine = &mut self.instances[instance].machine;
            let stop = machine.run().map_err(failed)?;
            let Stop::Event(event) = stop else {
                return Err(Failure::Unlinkable(format!("unexpected stop {stop:?}")));
            };
            match event.kind {
                EventKind::Returned => {
                    return Ok((0..results)
                        .map(|slot| machine.sandbox_slot(slot as u16).unwrap_or(0))
                        .collect());
                }
                EventKind::HostCall => {
                    if let Err(failure) = self.serve(instance, event.detail as usize) {
                        self.instances[instance].machine.abandon_call();
                        return Err(failure);
                    }
                    self.instances[instance].machine.resume(0).map_err(failed)?;
                }
                _ => {
                    machine.abandon_call();
                    return Err(Failure::Trapped(event.trap().map_or("no trap", Trap::text).to_owned()));
                }
            }
        }
    }

    /// Serves a host call: a function of another instance, or one of `spectest`'s, which print and return nothing.
    fn serve(&mut self, instance: usize, import: usize) -> Result<(), Failure> {
        let caller = &self.instances[instance];
        let import = &caller.program.interface.imports[import];
        if import.module == "spectest" {
            return Ok(());
        }
        let function_type = &caller.program.interface.types[import.type_index as usize];
        let arguments: Vec<u64> = (0..function_type.parameters.len())
            .map(|slot| caller.machine.sandbox_slot(slot as u16).unwrap_or(0))
            .collect();
        let unknown = || Failure::Unlinkable(format!("nobody provides {}.{}", import.module, import.name));
        let target = *self.registered.get(&import.module).ok_or_else(unknown)?;
        let function = self.instances[target]
            .program
            .interface
            .function(&import.name)
            .ok_or_else(unknown)?;
        let results = self.call(target, function, &arguments, function_type.results.len())?;
        for (slot, value) in (0..).zip(results) {
            self.instances[instance].machine.set_sandbox_slot(slot, value);
        }
        Ok(())
    }

    fn function_type(&self, instance: usize, function: u32) -> Option<&'static zk_processor::program::FunctionType> {
        let program = self.instances[instance].program;
        let entry = program.entries.get(function as usize)?;
        program.interface.types.get(entry.type_index as usize)
    }
}

fn to_slot(value: Value) -> u64 {
    match value {
        Value::I32(value) | Value::F32(value) => u64::from(value),
        Value::I64(value) | Value::F64(value) => value,
        Value::NullFunction | Value::Extern(None) => 0,
        Value::Function => 1,
        Value::Extern(Some(number)) => u64::from(number) + 1,
    }
}

fn to_value(slot: u64, value_type: ValueType) -> Value {
    match value_type {
        ValueType::I32 => Value::I32(slot as u32),
        ValueType::I64 => Value::I64(slot),
        ValueType::F32 => Value::F32(slot as u32),
        ValueType::F64 => Value::F64(slot),
        ValueType::FuncRef if slot == 0 => Value::NullFunction,
        ValueType::FuncRef => Value::Function,
        ValueType::ExternRef => Value::Extern((slot as u32).checked_sub(1)),
    }
}

impl Engine for ProcessorEngine {
    fn validate(&mut self, wasm: &[u8]) -> Result<(), Failure> {
        let others = OTHER_GLOBALS
            .iter()
            .map(|(module, name)| ImportedGlobal { module, name, value: 0 });
        let globals: Vec<_> = self.options.imported_globals.iter().copied().chain(others).collect();
        Self::lower(
            wasm,
            &Options {
                imported_globals: &globals,
                ..self.options
            },
        )
        .map(|_| ())
    }

    fn instantiate(&mut self, wasm: &[u8]) -> Result<usize, Failure> {
        let program: &'static Artefact = Box::leak(Box::new(Self::lower(wasm, &self.options)?));
        match program.verdict {
            Verdict::Accepted => {}
            Verdict::Refused => return Err(Failure::Refused("verdict".to_owned())),
            Verdict::MemorySegmentTraps => return Err(Failure::Trapped(Trap::MemoryOutOfBounds.text().to_owned())),
            Verdict::TableSegmentTraps => return Err(Failure::Trapped(Trap::TableOutOfBounds.text().to_owned())),
        }
        let mut machine = Machine::new(Limits {
            instructions: 1 << 32,
            memory_bytes: 1 << 32,
        });
        machine
            .open(program)
            .map_err(|error| Failure::Unlinkable(error.to_string()))?;
        self.instances.push(Instance {
            program,
            calls: program
                .interface
                .start
                .map(|start| (start, Vec::new()))
                .into_iter()
                .collect(),
            machine,
        });
        let instance = self.instances.len() - 1;
        if let Some(start) = program.interface.start {
            self.call(instance, start, &[], 0)?;
        }
        Ok(instance)
    }

    fn register(&mut self, name: &str, instance: usize) {
        self.registered.insert(name.to_owned(), instance);
    }

    fn invoke(&mut self, instance: usize, export: &str, arguments: &[Value]) -> Result<Vec<Value>, Failure> {
        let function = self.instances[instance].program.interface.function(export);
        let function = function.ok_or_else(|| Failure::Unlinkable(format!("no function {export}")))?;
        let function_type = self
            .function_type(instance, function)
            .ok_or_else(|| Failure::Unlinkable("no type".to_owned()))?;
        let arguments: Vec<u64> = arguments.iter().map(|value| to_slot(*value)).collect();
        self.instances[instance].calls.push((function, arguments.clone()));
        let results = self.call(instance, function, &arguments, function_type.results.len())?;
        Ok(results
            .into_iter()
            .zip(&function_type.results)
            .map(|(slot, value_type)| to_value(slot, *value_type))
            .collect())
    }

    fn global(&mut self, instance: usize, export: &str) -> Result<Value, Failure> {
        let instance = &self.instances[instance];
        match instance.program.interface.export(export) {
            Some(ExportKind::Global(index, value_type)) => Ok(to_value(
                instance.machine.sandbox_global(index).unwrap_or(0),
                value_type,
            )),
            other => Err(Failure::Unlinkable(format!("{export} is {other:?}"))),
        }
    }
}
