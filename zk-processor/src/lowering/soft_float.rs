//! Soft-float routines: the functions of the soft-float module that a program uses, appended to its rows.

use alloc::vec::Vec;

use wasmparser::{FunctionBody, Parser, Payload, TypeRef};

use super::error::LoweringError;
use super::floats::SOFT_FLOAT;
use super::module::{ImportKind, ModuleInfo};
use super::operators::FunctionLowering;
use super::output::Placed;
use super::sections::{Sections, known_type, machine};
use super::symbols::SymbolSource;
use crate::isa::spaces::MAX_FRAME_SLOTS;
use crate::isa::{Instruction, Opcode, Trap};
use crate::program::FunctionType;

impl Sections<'_> {
    /// Appends the soft-float routines in use, and those they call.
    pub(super) fn soft_float(&mut self) -> Result<(), LoweringError> {
        if self.output.routines.is_empty() {
            return Ok(());
        }
        let (info, bodies) = soft_float_module()?;
        while let Some(index) = self
            .output
            .routines
            .iter()
            .find_map(|(index, placed)| placed.is_none().then_some(*index))
        {
            let pc = self.output.rows.len() as u32;
            self.output.routines.insert(
                index,
                Some(Placed {
                    pc,
                    stack_charge: 0,
                    entry_gas: 0,
                }),
            );
            self.placed.push((pc, SymbolSource::Routine(index)));
            let imports = info.imports.len();
            if let Some(ImportKind::Trap(trap)) = info.imports.get(index as usize) {
                self.output.push(Instruction::new(Opcode::Trap, 0, 0, *trap as u64));
                continue;
            }
            let body = (index as usize).checked_sub(imports).and_then(|body| bodies.get(body));
            let body = body.ok_or(LoweringError::Unsupported("a soft-float routine without a body"))?;
            self.routine(&info, index, body)?;
        }
        Ok(())
    }

    /// Lowers a soft-float routine. Its module is part of this crate and known to be valid.
    fn routine(&mut self, info: &ModuleInfo, index: u32, body: &FunctionBody<'_>) -> Result<(), LoweringError> {
        let type_index = info.function_type(index);
        self.function.local_bytes.clear();
        let parameters = info.type_at(type_index).parameters.len();
        self.function.local_bytes.resize(parameters, 8);
        for group in body.get_locals_reader()? {
            let (count, _) = group?;
            let locals = self.function.local_bytes.len() + count as usize;
            machine("locals of a function", locals as u64, u64::from(MAX_FRAME_SLOTS))?;
            self.function.local_bytes.resize(locals, 8);
        }
        self.function.begin(parameters, false)?;
        let mut lowering = FunctionLowering {
            f: &mut self.function,
            module: info,
            output: &mut self.output,
            max_rows: u64::MAX,
        };
        lowering.enter_function(type_index);
        for operator in body.get_operators_reader()? {
            lowering.operator(&operator?)?;
        }
        self.output.place(&mut self.function);
        Ok(())
    }
}

/// The soft-float module: what its functions need, and their bodies.
fn soft_float_module() -> Result<(ModuleInfo, Vec<FunctionBody<'static>>), LoweringError> {
    let mut info = ModuleInfo {
        reference_bytes: 8,
        is_routines: true,
        ..ModuleInfo::default()
    };
    let mut bodies = Vec::new();
    for payload in Parser::new(0).parse_all(SOFT_FLOAT) {
        match payload? {
            Payload::TypeSection(reader) => {
                for function_type in reader.into_iter_err_on_gc_types() {
                    let function_type = function_type?;
                    let convert = |types: &[wasmparser::ValType]| {
                        types
                            .iter()
                            .map(|value_type| known_type(*value_type))
                            .collect::<Result<Vec<_>, _>>()
                    };
                    let (parameters, results) = (convert(function_type.params())?, convert(function_type.results())?);
                    info.types.push(FunctionType { parameters, results });
                }
            }
            Payload::ImportSection(reader) => {
                for import in reader.into_imports() {
                    let import = import?;
                    let trap = Trap::ALL.iter().find(|trap| trap.text() == import.name);
                    let (TypeRef::Func(type_index), Some(trap)) = (import.ty, trap) else {
                        return Err(LoweringError::Unsupported("an import of the soft-float module"));
                    };
                    info.imports.push(ImportKind::Trap(*trap));
                    info.functions.push(type_index);
                }
            }
            Payload::FunctionSection(reader) => {
                for type_index in reader {
                    info.functions.push(type_index?);
                }
            }
            Payload::CodeSectionEntry(body) => bodies.push(body),
            _ => {}
        }
    }
    Ok((info, bodies))
}
