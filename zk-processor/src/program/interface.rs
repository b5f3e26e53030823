//! What a program shows to the outside: types, imports, exports, start function.
//!
//! The header commits to the interface, so that a runtime guest can prove that a method exists, has a signature, or is missing.

use alloc::string::String;
use alloc::vec::Vec;

/// Type of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum ValueType {
    /// 32-bit integer.
    I32 = 1,
    /// 64-bit integer.
    I64 = 2,
    /// 32-bit float, travels as its bits.
    F32 = 3,
    /// 64-bit float, travels as its bits.
    F64 = 4,
    /// Reference to a function: 0 is null, `n + 1` is function `n` of the program.
    FuncRef = 5,
    /// Reference to something of the host: 0 is null.
    ExternRef = 6,
}

impl ValueType {
    /// The type with this number.
    #[must_use]
    pub fn from_u8(value: u8) -> Option<Self> {
        [
            Self::I32,
            Self::I64,
            Self::F32,
            Self::F64,
            Self::FuncRef,
            Self::ExternRef,
        ]
        .into_iter()
        .find(|value_type| *value_type as u8 == value)
    }

    /// Name in the Wasm text format.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::I32 => "i32",
            Self::I64 => "i64",
            Self::F32 => "f32",
            Self::F64 => "f64",
            Self::FuncRef => "funcref",
            Self::ExternRef => "externref",
        }
    }
}

/// Type of a function.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FunctionType {
    /// Parameters, in slots 0, 1, … of the frame.
    pub parameters: Vec<ValueType>,
    /// Results, in slots 0, 1, … of the frame after the return.
    pub results: Vec<ValueType>,
}

/// An imported function. Its number in [`Interface::imports`] is its function index and the detail of its host calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Import {
    /// Module name.
    pub module: String,
    /// Field name.
    pub name: String,
    /// Index into [`Interface::types`].
    pub type_index: u32,
}

/// What an export names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ExportKind {
    /// A function by index.
    Function(u32),
    /// A global by index, with its type.
    Global(u32, ValueType),
    /// The memory.
    Memory,
    /// A table by index.
    Table(u32),
}

/// An export.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Export {
    /// Name.
    pub name: String,
    /// What it names.
    pub kind: ExportKind,
}

/// What a program shows to the outside.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Interface {
    /// Distinct function types, in the order of their first appearance in the type section.
    pub types: Vec<FunctionType>,
    /// Imported functions, in order.
    pub imports: Vec<Import>,
    /// Exports, ascending by name (bytewise).
    pub exports: Vec<Export>,
    /// The start function.
    pub start: Option<u32>,
}

impl Interface {
    /// The export with this name.
    #[must_use]
    pub fn export(&self, name: &str) -> Option<ExportKind> {
        let position = self
            .exports
            .binary_search_by(|export| export.name.as_str().cmp(name))
            .ok()?;
        self.exports.get(position).map(|export| export.kind)
    }

    /// The function exported under this name.
    #[must_use]
    pub fn function(&self, name: &str) -> Option<u32> {
        match self.export(name)? {
            ExportKind::Function(index) => Some(index),
            _ => None,
        }
    }
}
