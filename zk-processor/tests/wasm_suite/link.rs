//! Which modules share memories, tables or globals with other modules. A program of the processor is one module: it can call
//! functions of others (through whoever runs it), but has its state for itself.

use wasmparser::{Parser, Payload, TypeRef};

/// The modules other than the suite's host module `spectest` from which a module imports a memory, table or global. Bytes that
/// do not parse import nothing.
pub(crate) fn foreign_state(wasm: &[u8]) -> Vec<String> {
    let mut modules = Vec::new();
    for payload in Parser::new(0).parse_all(wasm) {
        let Ok(Payload::ImportSection(section)) = payload else {
            continue;
        };
        for import in section.into_imports().flatten() {
            let is_state = matches!(import.ty, TypeRef::Memory(_) | TypeRef::Table(_) | TypeRef::Global(_));
            if is_state && import.module != "spectest" {
                modules.push(import.module.to_owned());
            }
        }
    }
    modules
}
