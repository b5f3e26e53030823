//! Rows that belong to no body: where context 0 begins, and imported functions.

use alloc::string::String;

use wasmparser::Operator;

use super::error::LoweringError;
use super::module::ImportKind;
use super::operators::FunctionLowering;
use super::output::{Callee, Placed};
use super::sections::Sections;
use super::symbols::SymbolSource;
use crate::isa::spaces::ENTRY_PC;
use crate::isa::{Instruction, Opcode};
use crate::program::{Entry, ExportKind};

impl Sections<'_> {
    /// Row 1: where context 0 begins.
    pub(super) fn entry_rows(&mut self) -> Result<(), LoweringError> {
        self.placed.push((ENTRY_PC, SymbolSource::Entry));
        if self.is_guest {
            let main = self.guest_main()?;
            if let Some(start) = self.interface.start {
                self.output.push_call(Callee::Function(start), 1);
            }
            self.output.push_call(Callee::Function(main), 1);
        }
        self.output.push(Instruction::ZERO);
        Ok(())
    }

    fn guest_main(&self) -> Result<u32, LoweringError> {
        let exported = |name| {
            self.interface.exports.iter().find_map(|export| match export.kind {
                ExportKind::Function(index) if export.name == name => Some(index),
                _ => None,
            })
        };
        let main = exported("main").or_else(|| exported("_start"));
        let main = main.ok_or(LoweringError::Unsupported(
            "a guest without the export `main` or `_start`",
        ))?;
        let function_type = self.info.type_at(self.info.function_type(main));
        if function_type.parameters.is_empty() {
            Ok(main)
        } else {
            Err(LoweringError::Unsupported("a guest whose `main` has parameters"))
        }
    }

    /// An imported function as rows, for calls that go through an index.
    pub(super) fn import_rows(&mut self, index: u32) -> Result<(), LoweringError> {
        let pc = self.output.rows.len() as u32;
        self.placed.push((pc, SymbolSource::Function(index)));
        let type_index = self.info.function_type(index);
        match self.info.imports.get(index as usize) {
            Some(ImportKind::Host(number)) if self.is_guest => {
                let name = self
                    .interface
                    .imports
                    .get(*number as usize)
                    .map(|import| import.name.clone());
                return Err(LoweringError::Import {
                    module: String::new(),
                    name: name.unwrap_or_default(),
                    reason: "a guest may only import from module `zk`",
                });
            }
            Some(ImportKind::Host(number)) => {
                self.output
                    .push(Instruction::new(Opcode::HostCall, 0, 0, u64::from(*number)));
                self.output.push(Instruction::new(Opcode::Return, 0, 0, 0));
            }
            Some(ImportKind::Intrinsic(_)) => self.intrinsic_body(type_index, index)?,
            _ => {}
        }
        self.output.functions.push(Placed {
            pc,
            stack_charge: 0,
            entry_gas: 0,
        });
        let is_reachable = self.reachable.get(index as usize).copied().unwrap_or_default();
        self.entries.push(Entry {
            pc: if is_reachable { pc } else { 0 },
            type_index: self.info.canonical_type(type_index),
        });
        Ok(())
    }

    /// A function that passes its parameters to an intrinsic.
    fn intrinsic_body(&mut self, type_index: u32, index: u32) -> Result<(), LoweringError> {
        let parameters = self.info.type_at(type_index).parameters.len();
        self.function.local_bytes.clear();
        self.function.local_bytes.resize(parameters, 8);
        self.function.begin(parameters, false)?;
        let mut lowering = FunctionLowering {
            f: &mut self.function,
            module: &self.info,
            output: &mut self.output,
            max_rows: self.max_rows,
        };
        lowering.enter_function(type_index);
        for parameter in 0..parameters {
            lowering.operator(&Operator::LocalGet {
                local_index: parameter as u32,
            })?;
        }
        lowering.operator(&Operator::Call { function_index: index })?;
        lowering.operator(&Operator::End)?;
        self.output.place(&mut self.function);
        Ok(())
    }
}
