//! Wasm to instructions, in one pass.
//!
//! [`lower`] reads a module once: each section and each operator goes through the validator and, accepted, into the program. The
//! result is a function of bytes and options; no bytes make it panic.
//!
//! # Bounds
//!
//! Work and memory are linear in the module's length of *n* bytes, whatever the bytes are. What passes a bound of the first table is a
//! typed error ([`LoweringError::Machine`]); `tests/hostile_modules` holds the second for modules of up to 4 MiB.
//!
//! | at most | of | because |
//! |---|---|---|
//! | *n* | operators | each has a byte |
//! | 8 *n* + 2^16 | rows of functions, before charges and zeroed locals (twice that with them) | only results of many values can need more than two |
//! | 8 *n* + 2^20 | locals, parameters included, of all functions | three bytes declare 50,000 |
//! | 64 *n* + 2^20 | operands moved by calls, blocks and branches | two bytes move 1,000, where nothing is reached |
//! | *n* | leaves of the image | a leaf that is not zero was written |
//!
//! | memory | bound | worst found | a contract |
//! |---|---|---|---|
//! | at once | 1,024 *n* + 4 MiB | 641 *n*: branches that carry 29 values | 8 *n* |
//! | asked for in all | 2,048 *n* + 4 MiB | 1,037 *n*: the same | 13 *n* |
//!
//! Time, at the optimisation of the tests on the machine of `docs/benchmarks.md`, modules of 4 MiB: the slowest takes 0.6 µs a byte (dead calls of
//! functions with many parameters, 2.5 s until it is refused), modules that are lowered to the end at most 0.33 µs (many types); all 37 kinds in three
//! ways take 45 s. `cargo test -p zk-processor --test hostile_modules deep_ -- --nocapture` prints all of it.
//!
//! # Folding
//!
//! What is folded away: locals and constants become operands, `local.set` changes the row that computes the value, comparisons
//! merge with the branches on them, `block`, `loop`, `end`, `nop`, `drop` and `i64.extend_i32_u` cost nothing, gas is a column.
//!
//! | module | question it answers |
//! |---|---|
//! | [`options`] | what the caller decides |
//! | `sections` | how sections become interface, image and bodies |
//! | `entry`, `soft_float` | rows that belong to no body of the module |
//! | `function` | where values are: operand stack and buffer of rows |
//! | `operators`, `arithmetic`, `condition`, `floats` | what operators become |
//! | `control` | frames, labels, branches |
//! | `assignment` | which locals must be zeroed |
//! | `budget` | what a module may take beyond what its length says |
//! | `metering` | where gas is charged (finite-wasm) |
//! | `output` | how a function's buffer becomes rows of the program |

mod arithmetic;
mod assignment;
mod budget;
mod condition;
mod control;
mod entry;
mod error;
mod floats;
mod function;
mod image_builder;
mod metering;
mod module;
mod operators;
pub mod options;
mod output;
mod sections;
mod soft_float;
mod stack_meter;
mod symbols;

pub use error::LoweringError;
pub use options::{Features, ImportedGlobal, ImportedSize, Limits, MemoryRule, Metering, Options};
pub use symbols::Symbols;

use alloc::vec::Vec;

use crate::program::Artefact;

/// What the lowering yields.
#[derive(Clone, Debug)]
pub struct Lowered {
    /// The program.
    pub artefact: Artefact,
    /// Whether the module imports intrinsics of module `zk`: it runs as context 0.
    pub is_guest: bool,
    /// Names of functions by row, for people; no part of the program.
    pub symbols: Symbols,
    /// Rows and charges of the defined functions, in order.
    bodies: Vec<BodyRows>,
    /// Operators read, for statistics (those in code that is never reached included).
    pub operators: u64,
}

/// Rows of a defined function, and what its callers charge for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BodyRows {
    /// Its first row after the prologue: where direct calls lead.
    pub start: u32,
    /// The row after its last one.
    pub end: u32,
    /// Operand stack and frame (bytes).
    pub stack_charge: u32,
    /// Operators.
    pub entry_gas: u32,
}

impl Lowered {
    /// Rows and charges of the defined functions, in order.
    #[must_use]
    pub fn body_rows(&self) -> &[BodyRows] {
        &self.bodies
    }
}

/// Lowers a module.
///
/// # Errors
/// [`LoweringError`]: the module is invalid, passes a bound, or asks for what the machine does not have. Where
/// [`LoweringError::is_refusal`] holds, the module's program is [`Artefact::refused`].
pub fn lower(wasm: &[u8], options: &Options<'_>) -> Result<Lowered, LoweringError> {
    sections::lower(wasm, options)
}
