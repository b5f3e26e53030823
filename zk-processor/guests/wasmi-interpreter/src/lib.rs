//! The universal program: wasmi, compiled to Wasm and lowered like anything else, interprets the Wasm program that is its input.
//!
//! Public input: the module. Its export `main` (or `_start`) is called without arguments; the module may import nothing.
//! Output: the results, 8 bytes each.
#![no_std]

extern crate alloc;

use alloc::vec::Vec;

use wasmi::{Engine, Linker, Module, Store, Val};

guest_sdk::entry!(main);

fn main() {
    let engine = Engine::default();
    let module = Module::new(&engine, guest_sdk::public_input()).expect("the module is valid");
    let mut store = Store::new(&engine, ());
    let instance = Linker::new(&engine)
        .instantiate_and_start(&mut store, &module)
        .expect("the module can be instantiated");
    let function = instance
        .get_func(&store, "main")
        .or_else(|| instance.get_func(&store, "_start"))
        .expect("there is a function `main`");
    let types = function.ty(&store).results().to_vec();
    let mut results: Vec<Val> = types.into_iter().map(Val::default_for_ty).collect();
    function
        .call(&mut store, &[], &mut results)
        .expect("the program returns");
    let mut output = Vec::new();
    for value in results {
        let bits = match value {
            Val::I32(value) => u64::from(value as u32),
            Val::I64(value) => value as u64,
            Val::F32(value) => value.to_bits().into(),
            Val::F64(value) => value.to_bits(),
            _ => panic!("a result is neither integer nor float"),
        };
        output.extend_from_slice(&bits.to_le_bytes());
    }
    guest_sdk::commit(&output);
}
