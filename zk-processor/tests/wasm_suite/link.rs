//! Makes the suite's modules self-contained: memories, tables and globals imported from the host module `spectest` become
//! definitions.
//!
//! A program of the processor is one module; it imports functions only. Imported items come first in their index space, so a
//! definition put in front of the others keeps every index. Functions stay imports.

use wasm_encoder::reencode::{Error, Reencode, RoundtripReencoder, utils};
use wasm_encoder::{ConstExpr, GlobalSection, MemorySection, Module, SectionId, TableSection};
use wasmparser::{Parser, Payload, TypeRef};

/// The module without imports of memories, tables and globals; bytes that do not parse come back as they are.
///
/// # Errors
/// The modules other than `spectest` from which it imports a memory, table or global.
pub(crate) fn self_contained(wasm: &[u8]) -> Result<Vec<u8>, Vec<String>> {
    let Ok(imported) = Imported::read(wasm) else {
        return Ok(wasm.to_vec());
    };
    if imported.modules.is_empty() {
        return Ok(wasm.to_vec());
    }
    let foreign: Vec<String> = imported
        .modules
        .iter()
        .filter(|module| *module != "spectest")
        .cloned()
        .collect();
    if !foreign.is_empty() {
        return Err(foreign);
    }
    let mut module = Module::new();
    let mut definer = Definer {
        imported,
        globals_are_defined: false,
    };
    match definer.parse_core_module(&mut module, Parser::new(0), wasm) {
        Ok(()) => Ok(module.finish()),
        Err(_) => Ok(wasm.to_vec()),
    }
}

/// What is imported besides functions.
#[derive(Default)]
struct Imported {
    modules: Vec<String>,
    memories: Vec<wasmparser::MemoryType>,
    tables: Vec<wasmparser::TableType>,
    globals: Vec<(wasmparser::GlobalType, String)>,
}

impl Imported {
    fn read(wasm: &[u8]) -> Result<Self, wasmparser::BinaryReaderError> {
        let mut imported = Self::default();
        for payload in Parser::new(0).parse_all(wasm) {
            if let Payload::ImportSection(section) = payload? {
                for import in section.into_imports() {
                    let import = import?;
                    match import.ty {
                        TypeRef::Memory(memory) => imported.memories.push(memory),
                        TypeRef::Table(table) => imported.tables.push(table),
                        TypeRef::Global(global) => imported.globals.push((global, import.name.to_owned())),
                        _ => continue,
                    }
                    imported.modules.push(import.module.to_owned());
                }
            }
        }
        Ok(imported)
    }
}

/// The values of `spectest`'s globals.
fn spectest_global(name: &str) -> ConstExpr {
    match name {
        "global_i32" => ConstExpr::i32_const(666),
        "global_i64" => ConstExpr::i64_const(666),
        "global_f32" => ConstExpr::f32_const(wasm_encoder::Ieee32::new(666.6f32.to_bits())),
        _ => ConstExpr::f64_const(wasm_encoder::Ieee64::new(666.6f64.to_bits())),
    }
}

struct Definer {
    imported: Imported,
    globals_are_defined: bool,
}

impl Definer {
    /// The definitions that stand for the imports of one kind; empty the second time.
    fn take_memories(&mut self, section: &mut MemorySection) -> Result<(), Error> {
        for memory in core::mem::take(&mut self.imported.memories) {
            // `spectest.memory` has one page and a maximum of two.
            let actual = wasmparser::MemoryType {
                initial: 1,
                maximum: Some(2),
                ..memory
            };
            section.memory(RoundtripReencoder.memory_type(actual)?);
        }
        Ok(())
    }

    fn take_tables(&mut self, section: &mut TableSection) -> Result<(), Error> {
        for table in core::mem::take(&mut self.imported.tables) {
            let actual = wasmparser::TableType {
                initial: 10,
                maximum: Some(20),
                ..table
            };
            section.table(RoundtripReencoder.table_type(actual)?);
        }
        Ok(())
    }

    fn take_globals(&mut self, section: &mut GlobalSection) -> Result<(), Error> {
        if core::mem::replace(&mut self.globals_are_defined, true) {
            return Ok(());
        }
        for (global, name) in &self.imported.globals {
            section.global(RoundtripReencoder.global_type(*global)?, &spectest_global(name));
        }
        Ok(())
    }
}

impl Reencode for Definer {
    type Error = core::convert::Infallible;

    fn parse_import_section(
        &mut self,
        imports: &mut wasm_encoder::ImportSection,
        section: wasmparser::ImportSectionReader<'_>,
    ) -> Result<(), Error> {
        for import in section.into_imports() {
            let import = import?;
            if matches!(import.ty, TypeRef::Func(_)) {
                utils::parse_import(self, imports, import)?;
            }
        }
        Ok(())
    }

    fn parse_memory_section(
        &mut self,
        memories: &mut MemorySection,
        section: wasmparser::MemorySectionReader<'_>,
    ) -> Result<(), Error> {
        self.take_memories(memories)?;
        utils::parse_memory_section(self, memories, section)
    }

    fn parse_table_section(
        &mut self,
        tables: &mut TableSection,
        section: wasmparser::TableSectionReader<'_>,
    ) -> Result<(), Error> {
        self.take_tables(tables)?;
        utils::parse_table_section(self, tables, section)
    }

    fn parse_global_section(
        &mut self,
        globals: &mut GlobalSection,
        section: wasmparser::GlobalSectionReader<'_>,
    ) -> Result<(), Error> {
        self.take_globals(globals)?;
        utils::parse_global_section(self, globals, section)
    }

    /// Sections that the module lacks but needs now, in their place.
    fn intersperse_section_hook(
        &mut self,
        module: &mut Module,
        _after: Option<SectionId>,
        before: Option<SectionId>,
    ) -> Result<(), Error> {
        let reaches = |section: SectionId| before.is_none_or(|before| order(before) > order(section));
        if reaches(SectionId::Table) && !self.imported.tables.is_empty() {
            let mut tables = TableSection::new();
            self.take_tables(&mut tables)?;
            module.section(&tables);
        }
        if reaches(SectionId::Memory) && !self.imported.memories.is_empty() {
            let mut memories = MemorySection::new();
            self.take_memories(&mut memories)?;
            module.section(&memories);
        }
        if reaches(SectionId::Global) && !self.globals_are_defined && !self.imported.globals.is_empty() {
            let mut globals = GlobalSection::new();
            self.take_globals(&mut globals)?;
            module.section(&globals);
        }
        Ok(())
    }

    /// Constant expressions may read imported globals but not defined ones: put the value there.
    fn const_expr(&mut self, expression: wasmparser::ConstExpr<'_>) -> Result<ConstExpr, Error> {
        let first = expression.get_operators_reader().read()?;
        if let wasmparser::Operator::GlobalGet { global_index } = first
            && let Some((_, name)) = self.imported.globals.get(global_index as usize)
        {
            return Ok(spectest_global(name));
        }
        utils::const_expr(self, expression)
    }
}

/// The place of a section in a module.
fn order(section: SectionId) -> u32 {
    match section {
        SectionId::Custom => 0,
        SectionId::Type => 1,
        SectionId::Import => 2,
        SectionId::Function => 3,
        SectionId::Table => 4,
        SectionId::Memory => 5,
        SectionId::Tag => 6,
        SectionId::Global => 7,
        SectionId::Export => 8,
        SectionId::Start => 9,
        SectionId::Element => 10,
        SectionId::DataCount => 11,
        SectionId::Code => 12,
        SectionId::Data => 13,
    }
}
