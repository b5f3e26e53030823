//! What the caller decides: features, limits, metering, imported values. The processor knows nothing of NEAR; its rules are data.

use wasmparser::WasmFeatures;

use crate::isa::spaces::{MAX_GUEST_PAGES, MAX_PAGES};

/// The Wasm features that a module may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Features(pub(crate) WasmFeatures);

impl Features {
    /// What nearcore enables: Wasm 1.0, sign extension, saturating conversions, mutable globals, bulk memory and reference
    /// types. Of the reference types only `funcref`: nearcore turns `gc-types` off, which refuses `externref`.
    pub const NEAR: Self = Self(
        WasmFeatures::FLOATS
            .union(WasmFeatures::MUTABLE_GLOBAL)
            .union(WasmFeatures::SIGN_EXTENSION)
            .union(WasmFeatures::SATURATING_FLOAT_TO_INT)
            .union(WasmFeatures::BULK_MEMORY)
            .union(WasmFeatures::REFERENCE_TYPES),
    );

    /// Wasm 1.0 as the official test suite of that version means it.
    pub const WASM_1: Self = Self(WasmFeatures::WASM1);

    /// All of Wasm 2.0 but SIMD.
    pub const WASM_2: Self = Self(WasmFeatures::WASM2.difference(WasmFeatures::SIMD));

    /// All of Wasm 2.0 but SIMD, and wide arithmetic.
    pub const ALL: Self = Self(Self::WASM_2.0.union(WasmFeatures::WIDE_ARITHMETIC));
}

/// How operators are counted: finite-wasm's analysis, in units of one operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Metering {
    /// Constant part of `memory.{grow,init,copy,fill}` and `table.{grow,init,copy,fill}`; their operand is added once.
    pub bulk_base: u32,
    /// A function's frame takes this much stack besides its parameters and locals (bytes).
    pub frame_base_bytes: u32,
    /// Entering a function costs one operator for each so many bytes of its frame, rounded up.
    pub frame_bytes_per_operator: u32,
    /// Stack taken by a reference (bytes).
    pub reference_bytes: u32,
}

impl Metering {
    /// nearcore's cost model.
    pub const NEAR: Self = Self {
        bulk_base: 32,
        frame_base_bytes: 64,
        frame_bytes_per_operator: 8,
        reference_bytes: 8,
    };
}

/// The linear memory that a module gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MemoryRule {
    /// What the module declares; at most this many pages.
    Declared {
        /// Bound of the declared and of the grown size (pages).
        max_pages: u32,
    },
    /// Whatever it declares, this; also without a declaration. Exports of the memory vanish.
    Fixed {
        /// Pages at the start.
        initial_pages: u32,
        /// `memory.grow` refuses more.
        max_pages: u32,
    },
}

/// Bounds that a module must keep. `u64::MAX` bounds nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Types in the type section.
    pub types: u64,
    /// Functions, imported and defined.
    pub functions: u64,
    /// Declared locals of all functions.
    pub locals: u64,
    /// Length of a function body.
    pub body_bytes: u64,
    /// Tables.
    pub tables: u64,
    /// Initial elements of a table.
    pub table_initial: u64,
    /// `table.grow` refuses more elements than this, whatever the table declares.
    pub table_elements: u32,
    /// Parameters of a defined function.
    pub parameters_per_function: u64,
    /// Parameters of all defined functions.
    pub parameters: u64,
    /// Operand stack of a function (bytes, as the metering counts them).
    pub operand_stack_bytes: u64,
    /// `block`, `loop` and `if` of a function.
    pub blocks_per_function: u64,
    /// `block`, `loop` and `if` of all functions.
    pub blocks: u64,
    /// Linear memory.
    pub memory: MemoryRule,
    /// Only functions may be imported, and only from this module.
    pub import_module: Option<&'static str>,
}

impl Limits {
    /// No bounds but those of the machine and of the Wasm parser.
    pub const NONE: Self = Self {
        types: u64::MAX,
        functions: u64::MAX,
        locals: u64::MAX,
        body_bytes: u64::MAX,
        tables: u64::MAX,
        table_initial: u64::MAX,
        table_elements: 10_000_000,
        parameters_per_function: u64::MAX,
        parameters: u64::MAX,
        operand_stack_bytes: u64::MAX,
        blocks_per_function: u64::MAX,
        blocks: u64::MAX,
        memory: MemoryRule::Declared { max_pages: MAX_PAGES },
        import_module: None,
    };
}

/// A value for an imported global.
#[derive(Clone, Copy, Debug)]
pub struct ImportedGlobal<'a> {
    /// Module name.
    pub module: &'a str,
    /// Field name.
    pub name: &'a str,
    /// The value, as a slot holds it.
    pub value: u64,
}

/// A fresh memory or table that stands for an imported one.
#[derive(Clone, Copy, Debug)]
pub struct ImportedSize<'a> {
    /// Module name.
    pub module: &'a str,
    /// Field name.
    pub name: &'a str,
    /// Size at the start (pages or elements).
    pub initial: u32,
    /// It never grows beyond this.
    pub max: u32,
}

/// What the lowering is to do.
#[derive(Clone, Copy, Debug)]
pub struct Options<'a> {
    /// The caller's number for these rules; it is part of the program's root. Below 2^30.
    pub variant: u32,
    /// Features of Wasm.
    pub features: Features,
    /// Bounds.
    pub limits: Limits,
    /// Counting of operators; without it programs run unmetered.
    pub metering: Option<Metering>,
    /// Whether imports from module `zk` are the machine's intrinsics. A module that has some becomes a guest of context 0.
    pub intrinsics: bool,
    /// Values for imported globals.
    pub imported_globals: &'a [ImportedGlobal<'a>],
    /// Stands for imported memories.
    pub imported_memories: &'a [ImportedSize<'a>],
    /// Stands for imported tables.
    pub imported_tables: &'a [ImportedSize<'a>],
}

impl Options<'_> {
    /// Any program: all features, no metering; a guest if it imports from `zk`.
    pub const PLAIN: Options<'static> = Options {
        variant: 0,
        features: Features::ALL,
        limits: Limits::NONE,
        metering: None,
        intrinsics: true,
        imported_globals: &[],
        imported_memories: &[],
        imported_tables: &[],
    };
}

/// Bound of a guest's memory (pages).
pub(crate) const GUEST_PAGES: u32 = MAX_GUEST_PAGES;
