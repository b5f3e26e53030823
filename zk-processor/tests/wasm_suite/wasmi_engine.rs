//! The suite in `wasmi`.

use wasmi::{
    Config, Error, ExternRef, Func, Global, Instance, Linker, Memory, MemoryType, Module, Mutability, Nullable,
    RefType, Store, Table, TableType, TrapCode, Val, ValType,
};

use crate::engine::{Engine, Failure, Features, Value};

pub(crate) struct WasmiEngine {
    store: Store<()>,
    linker: Linker<()>,
    instances: Vec<Instance>,
}

impl WasmiEngine {
    pub(crate) fn new(features: Features) -> Self {
        let later_than_1 = features != Features::Wasm1;
        let mut config = Config::default();
        config
            .wasm_mutable_global(true)
            .wasm_sign_extension(later_than_1)
            .wasm_saturating_float_to_int(later_than_1)
            .wasm_multi_value(later_than_1)
            .wasm_bulk_memory(later_than_1)
            .wasm_reference_types(later_than_1)
            .wasm_wide_arithmetic(features == Features::Wasm2WideArithmetic)
            .wasm_multi_memory(false)
            .wasm_tail_call(false)
            .wasm_extended_const(false);
        let engine = wasmi::Engine::new(&config);
        let mut store = Store::new(&engine, ());
        let mut linker = Linker::new(&engine);
        define_spectest(&mut store, &mut linker).expect("the names differ");
        Self {
            store,
            linker,
            instances: Vec::new(),
        }
    }

    fn wasmi_value(&mut self, value: Value) -> Val {
        match value {
            Value::I32(value) => Val::I32(value as i32),
            Value::I64(value) => Val::I64(value as i64),
            Value::F32(bits) => Val::F32(wasmi::F32::from_bits(bits)),
            Value::F64(bits) => Val::F64(wasmi::F64::from_bits(bits)),
            Value::NullFunction | Value::Function => Val::FuncRef(Nullable::Null),
            Value::Extern(None) => Val::ExternRef(Nullable::Null),
            Value::Extern(Some(number)) => Val::ExternRef(Nullable::Val(ExternRef::new(&mut self.store, number))),
        }
    }

    fn to_value(&self, value: &Val) -> Value {
        match value {
            Val::I32(value) => Value::I32(*value as u32),
            Val::I64(value) => Value::I64(*value as u64),
            Val::F32(value) => Value::F32(value.to_bits()),
            Val::F64(value) => Value::F64(value.to_bits()),
            Val::FuncRef(Nullable::Null) => Value::NullFunction,
            Val::FuncRef(Nullable::Val(_)) => Value::Function,
            Val::ExternRef(Nullable::Null) => Value::Extern(None),
            Val::ExternRef(Nullable::Val(reference)) => {
                Value::Extern(reference.data(&self.store).downcast_ref().copied())
            }
            Val::V128(_) => unreachable!("SIMD is switched off"),
        }
    }
}

fn define_spectest(store: &mut Store<()>, linker: &mut Linker<()>) -> Result<(), Error> {
    for (name, value) in [
        ("global_i32", Val::I32(666)),
        ("global_i64", Val::I64(666)),
        ("global_f32", Val::F32(wasmi::F32::from_bits(666.6f32.to_bits()))),
        ("global_f64", Val::F64(wasmi::F64::from_bits(666.6f64.to_bits()))),
    ] {
        linker.define("spectest", name, Global::new(&mut *store, value, Mutability::Const))?;
    }
    let memory = Memory::new(&mut *store, MemoryType::new(1, Some(2)))?;
    linker.define("spectest", "memory", memory)?;
    let table = Table::new(
        &mut *store,
        TableType::new(RefType::Func, 10, Some(20)),
        wasmi::Ref::Func(Nullable::Null),
    )?;
    linker.define("spectest", "table", table)?;
    linker.func_wrap("spectest", "print", || {})?;
    linker.func_wrap("spectest", "print_i32", |_: i32| {})?;
    linker.func_wrap("spectest", "print_i64", |_: i64| {})?;
    linker.func_wrap("spectest", "print_f32", |_: f32| {})?;
    linker.func_wrap("spectest", "print_f64", |_: f64| {})?;
    linker.func_wrap("spectest", "print_i32_f32", |_: i32, _: f32| {})?;
    linker.func_wrap("spectest", "print_f64_f64", |_: f64, _: f64| {})?;
    Ok(())
}

/// `wasmi`'s texts differ from the specification's in two places.
fn failure(error: &Error) -> Failure {
    match error.as_trap_code() {
        Some(TrapCode::UnreachableCodeReached) => Failure::Trapped("unreachable".to_owned()),
        Some(TrapCode::TableOutOfBounds) => Failure::Trapped("out of bounds table access".to_owned()),
        Some(TrapCode::IndirectCallToNull) => Failure::Trapped("uninitialized element".to_owned()),
        Some(code) => Failure::Trapped(code.to_string()),
        None => Failure::Unlinkable(error.to_string()),
    }
}

impl Engine for WasmiEngine {
    /// `wasmi` has one code for both.
    const TABLE_ACCESS_IS_UNDEFINED_ELEMENT: bool = true;

    fn validate(&mut self, wasm: &[u8]) -> Result<(), Failure> {
        Module::new(self.store.engine(), wasm)
            .map(|_| ())
            .map_err(|error| Failure::Refused(error.to_string()))
    }

    fn instantiate(&mut self, wasm: &[u8]) -> Result<usize, Failure> {
        let module = Module::new(self.store.engine(), wasm).map_err(|error| Failure::Refused(error.to_string()))?;
        let instance = self
            .linker
            .instantiate_and_start(&mut self.store, &module)
            .map_err(|error| match error.kind() {
                // Active segments out of bounds are traps since Wasm 2.0.
                wasmi::errors::ErrorKind::Memory(_) => Failure::Trapped("out of bounds memory access".to_owned()),
                wasmi::errors::ErrorKind::Table(_) => Failure::Trapped("out of bounds table access".to_owned()),
                wasmi::errors::ErrorKind::Instantiation(
                    wasmi::errors::InstantiationError::ElementSegmentDoesNotFit { .. },
                ) => Failure::Trapped("out of bounds table access".to_owned()),
                _ => failure(&error),
            })?;
        self.instances.push(instance);
        Ok(self.instances.len() - 1)
    }

    fn register(&mut self, name: &str, instance: usize) {
        let instance = self.instances[instance];
        let exports: Vec<_> = instance
            .exports(&self.store)
            .map(|export| (export.name().to_owned(), export.into_extern()))
            .collect();
        self.linker.allow_shadowing(true);
        for (export, item) in exports {
            self.linker.define(name, &export, item).expect("shadowing is allowed");
        }
    }

    fn invoke(&mut self, instance: usize, export: &str, arguments: &[Value]) -> Result<Vec<Value>, Failure> {
        let function: Func = self.instances[instance]
            .get_func(&self.store, export)
            .ok_or_else(|| Failure::Unlinkable(format!("no function {export}")))?;
        let arguments: Vec<Val> = arguments.iter().map(|value| self.wasmi_value(*value)).collect();
        let types: Vec<ValType> = function.ty(&self.store).results().to_vec();
        let mut results: Vec<Val> = types.into_iter().map(Val::default_for_ty).collect();
        function
            .call(&mut self.store, &arguments, &mut results)
            .map_err(|error| failure(&error))?;
        Ok(results.iter().map(|value| self.to_value(value)).collect())
    }

    fn global(&mut self, instance: usize, export: &str) -> Result<Value, Failure> {
        let global = self.instances[instance]
            .get_global(&self.store, export)
            .ok_or_else(|| Failure::Unlinkable(format!("no global {export}")))?;
        let value = global.get(&self.store);
        Ok(self.to_value(&value))
    }
}
