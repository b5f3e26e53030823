//! What a guest may import from module `zk`. Each import is lowered to a few instructions in place of the call.

use alloc::string::String;

use super::{ControlCell, Opcode};

/// Module name of the guest's imports. A module that imports from it is a guest and runs as context 0.
pub const INTRINSIC_MODULE: &str = "zk";

/// Parameter and result types in the signature of an intrinsic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WordType {
    /// `i32`
    I32,
    /// `i64`
    I64,
}

/// How an intrinsic becomes instructions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IntrinsicKind {
    /// One instruction whose operand slots are the arguments, in order a, x0, x1; a result goes to dst.
    Instruction(Opcode),
    /// A begin row and a step row on three consecutive argument slots.
    Bulk(Opcode, Opcode),
    /// `control_get` of a cell.
    Control(ControlCell),
}

/// An import of module `zk`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Intrinsic {
    /// Field name of the import.
    pub name: &'static str,
    /// Parameters.
    pub parameters: &'static [WordType],
    /// Result, if any.
    pub result: Option<WordType>,
    /// Instructions.
    pub kind: IntrinsicKind,
    /// What it does.
    pub meaning: &'static str,
}

use IntrinsicKind::{Bulk, Control, Instruction};
use WordType::{I32, I64};

const fn intrinsic(
    name: &'static str,
    parameters: &'static [WordType],
    result: Option<WordType>,
    kind: IntrinsicKind,
    meaning: &'static str,
) -> Intrinsic {
    Intrinsic {
        name,
        parameters,
        result,
        kind,
        meaning,
    }
}

/// The list of intrinsics.
pub const INTRINSICS: &[Intrinsic] = &[
    intrinsic(
        "halt",
        &[I32],
        None,
        Instruction(Opcode::Halt),
        "Ends the run; 32 bytes at the address (8-byte aligned) are the public output.",
    ),
    intrinsic(
        "panic",
        &[I32, I32],
        None,
        Instruction(Opcode::Panic),
        "Traps; the executor shows the message (address, length).",
    ),
    intrinsic(
        "memory_compare",
        &[I32, I32, I32],
        Some(I32),
        Bulk(Opcode::MemoryCompareBegin, Opcode::MemoryCompareStep),
        "Compares two ranges (addresses, length): -1, 0 or 1.",
    ),
    intrinsic(
        "sha256",
        &[I32, I32, I32],
        None,
        Bulk(Opcode::Sha256Begin, Opcode::Sha256Step),
        "Compresses blocks into a state: (state, blocks, number of blocks), 8-byte aligned. The state is 8 words of 4 little-endian bytes.",
    ),
    intrinsic(
        "poseidon2",
        &[I32, I32, I32],
        None,
        Bulk(Opcode::Poseidon2Begin, Opcode::Poseidon2Step),
        "Absorbs blocks of 8 elements into a state of 16: (state, blocks, number of blocks), 8-byte aligned.",
    ),
    intrinsic(
        "sandbox_open",
        &[I32],
        None,
        Instruction(Opcode::SandboxOpen),
        "Opens a sandbox for the program whose root (32 bytes) lies at the address.",
    ),
    intrinsic(
        "sandbox_enter",
        &[I32, I32, I32],
        None,
        Instruction(Opcode::SandboxEnter),
        "Enters a function: (index, gas in operators, stack budget in bytes).",
    ),
    intrinsic(
        "sandbox_resume",
        &[I32],
        None,
        Instruction(Opcode::SandboxResume),
        "Resumes after a host call or out of gas, with this much gas (operators).",
    ),
    intrinsic(
        "sandbox_drop",
        &[],
        None,
        Instruction(Opcode::SandboxDrop),
        "Discards the sandbox.",
    ),
    intrinsic(
        "sandbox_read",
        &[I32, I32, I32],
        None,
        Bulk(Opcode::SandboxReadBegin, Opcode::SandboxReadStep),
        "Copies from the sandbox's memory: (destination here, source there, length).",
    ),
    intrinsic(
        "sandbox_write",
        &[I32, I32, I32],
        None,
        Bulk(Opcode::SandboxWriteBegin, Opcode::SandboxWriteStep),
        "Copies to the sandbox's memory: (destination there, source here, length).",
    ),
    intrinsic(
        "argument_get",
        &[I32],
        Some(I64),
        Instruction(Opcode::ArgumentGet),
        "Slot of the sandbox's frame: an argument of a host call, a result of a function.",
    ),
    intrinsic(
        "argument_set",
        &[I32, I64],
        None,
        Instruction(Opcode::ArgumentSet),
        "Sets a slot of the sandbox's frame: (slot, value).",
    ),
    intrinsic(
        "event_kind",
        &[],
        Some(I32),
        Control(ControlCell::EventKind),
        "Why the sandbox gave control back.",
    ),
    intrinsic(
        "event_detail",
        &[],
        Some(I64),
        Control(ControlCell::EventDetail),
        "Host function number, trap code, or uncovered charge (operators; up to 2^33).",
    ),
    intrinsic(
        "event_settled",
        &[],
        Some(I32),
        Control(ControlCell::EventSettled),
        "Out of gas at a function entry: operators of the call's own charge, covered but not yet taken.",
    ),
    intrinsic(
        "sandbox_gas",
        &[],
        Some(I32),
        Control(ControlCell::GasLeft),
        "Gas left of the loaded budget (operators).",
    ),
    intrinsic(
        "sandbox_pages",
        &[],
        Some(I32),
        Control(ControlCell::Pages),
        "Pages of the sandbox's memory.",
    ),
];

impl Intrinsic {
    /// The intrinsic with this name.
    #[must_use]
    pub fn find(name: &str) -> Option<&'static Self> {
        INTRINSICS.iter().find(|intrinsic| intrinsic.name == name)
    }

    /// The signature in words, e.g. `(i32, i32) -> i64`.
    #[must_use]
    pub fn signature(&self) -> String {
        let word = |word: &WordType| match word {
            I32 => "i32",
            I64 => "i64",
        };
        let mut text = String::from("(");
        for (index, parameter) in self.parameters.iter().enumerate() {
            if index > 0 {
                text.push_str(", ");
            }
            text.push_str(word(parameter));
        }
        text.push(')');
        if let Some(result) = &self.result {
            text.push_str(" -> ");
            text.push_str(word(result));
        }
        text
    }
}
