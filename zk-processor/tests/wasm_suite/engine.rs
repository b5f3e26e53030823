//! What the suite asks of an engine.

/// The language that a script is written for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Features {
    /// Wasm 1.0.
    Wasm1,
    /// Wasm 2.0 without SIMD.
    Wasm2,
    /// Wasm 2.0 without SIMD, and the wide-arithmetic proposal.
    Wasm2WideArithmetic,
}

/// A value; floats are their bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Value {
    I32(u32),
    I64(u64),
    F32(u32),
    F64(u64),
    NullFunction,
    Function,
    /// A reference of the host's, by its number.
    Extern(Option<u32>),
}

/// Why a module or a call gave no result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// The module's bytes were refused.
    Refused(String),
    /// Execution (or instantiation) trapped, with the Wasm specification's text.
    Trapped(String),
    /// An import nobody provides.
    Unlinkable(String),
}

/// An engine with a set of live instances.
pub(crate) trait Engine {
    /// The engine does not tell an index outside the table of an indirect call from other accesses outside a table.
    const TABLE_ACCESS_IS_UNDEFINED_ELEMENT: bool = false;

    /// Validates a module without instantiating it.
    fn validate(&mut self, wasm: &[u8]) -> Result<(), Failure>;
    /// Instantiates a module and runs its start function; the handle of the instance. A module that traps while it is
    /// instantiated leaves nothing behind.
    fn instantiate(&mut self, wasm: &[u8]) -> Result<usize, Failure>;
    /// Lets later modules import the exports of `instance` under `name`.
    fn register(&mut self, name: &str, instance: usize);
    /// Calls an exported function.
    fn invoke(&mut self, instance: usize, export: &str, arguments: &[Value]) -> Result<Vec<Value>, Failure>;
    /// Reads an exported global.
    fn global(&mut self, instance: usize, export: &str) -> Result<Value, Failure>;
}
