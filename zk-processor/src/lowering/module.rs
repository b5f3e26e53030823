//! What functions need to know of their module.

use alloc::vec::Vec;

use wasmparser::BlockType;

use super::options::Metering;
use crate::isa::Intrinsic;
use crate::program::{FunctionType, ValueType};

/// What calling an imported function does.
#[derive(Clone, Copy, Debug)]
pub(super) enum ImportKind {
    /// Gives control to the runtime; the number of the import.
    Host(u32),
    /// Instructions in place of the call.
    Intrinsic(&'static Intrinsic),
    /// The soft-float module's way to trap.
    Trap(crate::isa::Trap),
}

/// A global.
#[derive(Clone, Copy, Debug)]
pub(super) struct Global {
    pub(super) value_type: ValueType,
    /// Size as the metering counts it (bytes).
    pub(super) bytes: u8,
    /// Its value, if it never changes.
    pub(super) constant: Option<u64>,
    /// Its initial value.
    pub(super) initial: u64,
}

/// A table.
#[derive(Clone, Copy, Debug)]
pub(super) struct Table {
    /// Cell with the current size; the elements follow.
    pub(super) base: u32,
    pub(super) initial: u32,
    /// It never has more elements than this.
    pub(super) limit: u32,
}

/// What functions need to know of their module.
#[derive(Debug, Default)]
pub(super) struct ModuleInfo {
    /// The type section.
    pub(super) types: Vec<FunctionType>,
    /// Per type: the first one that is equal, as an index into the distinct ones.
    pub(super) canonical: Vec<u32>,
    pub(super) imports: Vec<ImportKind>,
    /// Type index by function, imports first.
    pub(super) functions: Vec<u32>,
    pub(super) globals: Vec<Global>,
    pub(super) tables: Vec<Table>,
    /// Base cells of element segments.
    pub(super) elements: Vec<u32>,
    pub(super) max_pages: u32,
    pub(super) metering: Option<Metering>,
    pub(super) bulk_base: u32,
    pub(super) reference_bytes: u8,
    /// This is the soft-float module: calls go to its routines.
    pub(super) is_routines: bool,
}

/// The type of nothing: what an index that validation would have refused names.
static NO_TYPE: FunctionType = FunctionType {
    parameters: Vec::new(),
    results: Vec::new(),
};

impl ModuleInfo {
    pub(super) fn type_at(&self, index: u32) -> &FunctionType {
        self.types.get(index as usize).unwrap_or(&NO_TYPE)
    }

    pub(super) fn function_type(&self, function: u32) -> u32 {
        self.functions.get(function as usize).copied().unwrap_or(u32::MAX)
    }

    pub(super) fn canonical_type(&self, index: u32) -> u32 {
        self.canonical.get(index as usize).copied().unwrap_or_default()
    }

    pub(super) fn intrinsic(&self, function: u32) -> Option<&'static Intrinsic> {
        match self.imports.get(function as usize) {
            Some(ImportKind::Intrinsic(intrinsic)) => Some(intrinsic),
            _ => None,
        }
    }

    pub(super) fn global(&self, index: u32) -> Global {
        const NONE: Global = Global {
            value_type: ValueType::I64,
            bytes: 8,
            constant: None,
            initial: 0,
        };
        self.globals.get(index as usize).copied().unwrap_or(NONE)
    }

    pub(super) fn table_base(&self, index: u32) -> u64 {
        self.tables.get(index as usize).map_or(0, |table| u64::from(table.base))
    }

    pub(super) fn table_limit(&self, index: u32) -> u32 {
        self.tables.get(index as usize).map_or(0, |table| table.limit)
    }

    pub(super) fn element_base(&self, index: u32) -> u64 {
        self.elements.get(index as usize).map_or(0, |base| u64::from(*base))
    }

    /// Size of a value as the metering counts it (bytes).
    pub(super) const fn bytes(&self, value_type: ValueType) -> u8 {
        match value_type {
            ValueType::I32 | ValueType::F32 => 4,
            ValueType::I64 | ValueType::F64 => 8,
            ValueType::FuncRef | ValueType::ExternRef => self.reference_bytes,
        }
    }

    pub(super) fn parameter_count(&self, block_type: BlockType) -> usize {
        match block_type {
            BlockType::FuncType(type_index) => self.type_at(type_index).parameters.len(),
            BlockType::Empty | BlockType::Type(_) => 0,
        }
    }

    pub(super) fn result_count(&self, block_type: BlockType) -> usize {
        match block_type {
            BlockType::FuncType(type_index) => self.type_at(type_index).results.len(),
            BlockType::Empty => 0,
            BlockType::Type(_) => 1,
        }
    }

    pub(super) fn parameter_bytes(&self, block_type: BlockType, index: u32) -> u8 {
        let BlockType::FuncType(type_index) = block_type else {
            return 8;
        };
        self.type_at(type_index)
            .parameters
            .get(index as usize)
            .map_or(8, |parameter| self.bytes(*parameter))
    }

    pub(super) fn result_bytes(&self, block_type: BlockType, index: u32) -> u8 {
        match block_type {
            BlockType::Empty => 8,
            BlockType::Type(value_type) => value_type_of(value_type).map_or(8, |result| self.bytes(result)),
            BlockType::FuncType(type_index) => self
                .type_at(type_index)
                .results
                .get(index as usize)
                .map_or(8, |result| self.bytes(*result)),
        }
    }
}

/// The machine's name of a value type; `None` for those of features that are never enabled.
pub(super) fn value_type_of(value_type: wasmparser::ValType) -> Option<ValueType> {
    match value_type {
        wasmparser::ValType::I32 => Some(ValueType::I32),
        wasmparser::ValType::I64 => Some(ValueType::I64),
        wasmparser::ValType::F32 => Some(ValueType::F32),
        wasmparser::ValType::F64 => Some(ValueType::F64),
        wasmparser::ValType::V128 => None,
        wasmparser::ValType::Ref(reference) => reference_type_of(reference),
    }
}

/// The machine's name of a reference type.
pub(super) fn reference_type_of(reference: wasmparser::RefType) -> Option<ValueType> {
    if reference.is_func_ref() {
        Some(ValueType::FuncRef)
    } else if reference.is_extern_ref() {
        Some(ValueType::ExternRef)
    } else {
        None
    }
}
