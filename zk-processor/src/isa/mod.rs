//! The instruction set: a 3-address machine over typed 64-bit frame slots.
//!
//! * [`opcodes`] is THE list: one line per opcode with its chip family, operand shape, rows and meaning.
//! * [`instruction`] is the format: one instruction is one row of the program ROM, 16 canonical bytes, eight field elements.
//! * [`rows`] names every row that may consume an instruction, with its guard (exclusive and exhaustive).
//! * [`spaces`] are the memory spaces and the machine's constants.
//! * [`events`] are traps and the reasons a sandbox gives control back.
//! * [`intrinsics`] are the imports of module `zk` that a guest may call.
//!
//! `docs/isa.md` is the specification; a test keeps its tables equal to the lists here.

pub mod events;
pub mod instruction;
pub mod intrinsics;
pub mod opcodes;
pub mod rows;
pub mod spaces;

pub use events::{EventKind, Trap};
pub use instruction::{Instruction, InstructionError};
pub use intrinsics::Intrinsic;
pub use opcodes::{Family, Opcode, OpcodeInfo, Shape};
pub use rows::{GuardInputs, Row};
pub use spaces::{ControlCell, Space};
