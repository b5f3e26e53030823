//! Every row that may consume an instruction, with its guard.
//!
//! Guards of one opcode are pairwise exclusive and together exhaustive: for any state exactly one row can consume the
//! instruction, so a prover has no choice and a program is never stuck. [`Row::holds`] evaluates one guard on its own, from the
//! values that the row proves; the tests evaluate all of them on every executed instruction.
//!
//! Order of the checks of one instruction: its own charge, then privilege and sandbox state (`Fault`), then the operation's own
//! conditions in the order of the list, for calls the callee's stack, then its entry gas.

use super::opcodes::{Opcode, Shape};
use super::spaces::{
    INPUT_BASE, MAX_FRAME_POINTER, MAX_FUNCTIONS, MAX_HASH_BLOCKS, MAX_LOADED_GAS, MAX_LOADED_STACK, MAX_PAGES,
    PAGE_BYTES, STEP_BLOCKS, STEP_CELLS,
};
use super::{ControlCell, EventKind, Instruction, Trap};

macro_rules! rows {
    ($( $name:ident $guard:literal, $effect:literal; )*) => {
        /// A row kind: which case of an opcode a chip row proves.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Row { $( #[doc = $guard] $name, )* }

        impl Row {
            /// Every row kind.
            pub const ALL: &'static [Self] = &[ $( Self::$name, )* ];

            /// Name of the row kind.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $( Self::$name => stringify!($name), )* }
            }

            /// The condition that the row proves, in words.
            #[must_use]
            pub const fn guard(self) -> &'static str {
                match self { $( Self::$name => $guard, )* }
            }

            /// What the row does, in words.
            #[must_use]
            pub const fn effect(self) -> &'static str {
                match self { $( Self::$name => $effect, )* }
            }
        }
    };
}

rows! {
    Step "None of the opcode's other rows holds.", "The ordinary effect.";
    OutOfGas "gas_left < the row's charge (gas column; for `charge` and `charge_linear` their operand).", "Nothing but the event out of gas with the charge; the tuple stays at this pc.";
    Fault "A privileged opcode outside context 0, `host_call` inside it, operands misaligned, or a sandbox state that does not allow it.", "Trap `machine fault`.";
    Trapped "Always.", "The trap of the row.";
    StackExhausted "stack_left < the stack charge, or the callee's frame pointer would reach 2^22.", "Trap `call stack exhausted`; the call's own charge is taken.";
    EntryOutOfGas "The callee's stack is covered, and gas_left less the row's charge < its entry gas.", "Nothing but the event out of gas with the entry gas, settled = the row's charge; the tuple stays at this pc.";
    SandboxReturn "The link at fp is empty.", "Event returned; the runtime goes on.";
    DivideByZero "b = 0.", "Trap `integer divide by zero`.";
    DivideOverflow "a = the least integer and b = -1.", "Trap `integer overflow`.";
    Crossing "In bounds of the memory, over two cells.", "The ordinary effect, with a second memory access.";
    Window "Context 0, in the input window, in one cell.", "The ordinary effect, from the input.";
    WindowCrossing "Context 0, in the input window, over two cells.", "The ordinary effect, from two cells of the input.";
    OutOfBounds "A byte of the access lies outside (memory, window where it may be read, segment, or the sandbox's memory).", "Trap `out of bounds memory access`.";
    TableOutOfBounds "An element of the access lies outside the table or the segment.", "Trap `out of bounds table access`.";
    UndefinedElement "The index is not below the table's size.", "Trap `undefined element`.";
    UninitializedElement "The element is null.", "Trap `uninitialized element`.";
    TypeMismatch "The element's function has another type.", "Trap `indirect call type mismatch`.";
    Grown "The new size is at most the limit.", "The size grows.";
    Refused "The new size would pass the limit.", "The result is 2^32 - 1, nothing else changes.";
    Advance "The count is not 0 and the step's part is in bounds.", "One step; the operand slots advance; pc stays.";
    Done "The count is 0.", "pc + 1.";
}

impl Row {
    /// The trap that the row ends in, if it does.
    #[must_use]
    pub fn trap(self, instruction: &Instruction) -> Option<Trap> {
        Some(match self {
            Self::Fault => Trap::Fault,
            Self::Trapped if instruction.opcode == Opcode::Panic => Trap::Panic,
            Self::Trapped => Trap::from_code(instruction.low())?,
            Self::StackExhausted => Trap::StackExhausted,
            Self::DivideByZero => Trap::DivideByZero,
            Self::DivideOverflow => Trap::IntegerOverflow,
            Self::OutOfBounds => Trap::MemoryOutOfBounds,
            Self::TableOutOfBounds => Trap::TableOutOfBounds,
            Self::UndefinedElement => Trap::UndefinedElement,
            Self::UninitializedElement => Trap::UninitializedElement,
            Self::TypeMismatch => Trap::IndirectCallTypeMismatch,
            _ => return None,
        })
    }

    /// The rows that may consume this opcode, the row `OutOfGas` included.
    pub fn of(opcode: Opcode) -> impl Iterator<Item = Self> {
        core::iter::once(Self::OutOfGas).chain(opcode.info().rows.iter().copied())
    }
}

/// The values that guards speak of. The executor fills what the instruction reads; the rest stays 0.
#[derive(Clone, Copy, Debug, Default)]
pub struct GuardInputs {
    /// Context of the execution tuple.
    pub context: u32,
    /// Frame pointer (slots).
    pub frame_pointer: u32,
    /// Pages of linear memory.
    pub pages: u32,
    /// Gas left of the loaded budget (operators).
    pub gas_left: u32,
    /// Stack budget left (bytes).
    pub stack_left: u32,
    /// Value of slot a. For bulk operations the first operand (destination or state).
    pub a: u64,
    /// Value of slot x0, or the immediate. For bulk operations the second operand (source, value, or blocks).
    pub b: u64,
    /// Bulk operations: the third operand (count). `sandbox_enter`: the stack budget.
    pub count: u64,
    /// Current size of the destination table (elements), or pages of the sandbox's memory.
    pub bound: u64,
    /// Current size of the source table, or length of the segment (bytes or elements).
    pub source_bound: u64,
    /// `call_indirect`: the table's element (0 is null).
    pub element: u64,
    /// `call_indirect`: type of the element's function.
    pub element_type: u32,
    /// `ret`: no caller wrote a link here.
    pub link_is_empty: bool,
    /// A sandbox is open.
    pub sandbox_is_live: bool,
    /// Event of the live sandbox.
    pub event: u32,
    /// `sandbox_open`: the program's verdict is "accepted".
    pub program_is_accepted: bool,
    /// Bulk steps: the direction slot (a + 3) is 1.
    pub descending: bool,
}

/// Where an access lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Memory,
    Window,
    Outside,
}

impl GuardInputs {
    /// Where `len` bytes at `address` lie. Addresses are sums of two 32-bit values, so nothing here wraps.
    fn place(&self, address: u64, len: u64) -> Place {
        let end = address.saturating_add(len);
        if end <= u64::from(self.pages) * PAGE_BYTES {
            Place::Memory
        } else if self.context == 0 && address >= u64::from(INPUT_BASE) && end <= u64::from(MAX_PAGES) * PAGE_BYTES {
            Place::Window
        } else {
            Place::Outside
        }
    }

    fn is_writable(&self, address: u64, len: u64) -> bool {
        self.place(address, len) == Place::Memory
    }

    fn is_readable(&self, address: u64, len: u64) -> bool {
        self.place(address, len) != Place::Outside
    }
}

/// Bytes accessed by a load or store.
#[must_use]
pub fn access_len(opcode: Opcode) -> u64 {
    match opcode {
        Opcode::Load8U | Opcode::Load8S32 | Opcode::Load8S64 | Opcode::Store8 | Opcode::Store8Imm => 1,
        Opcode::Load16U | Opcode::Load16S32 | Opcode::Load16S64 | Opcode::Store16 | Opcode::Store16Imm => 2,
        Opcode::Load32U | Opcode::Load32S64 | Opcode::Store32 | Opcode::Store32Imm => 4,
        Opcode::Load64 | Opcode::Store64 | Opcode::Store64Imm => 8,
        _ => 0,
    }
}

/// How many of `count` bytes the next bulk step covers: at most 256 cells on the advancing side, so that after the first step
/// that side is aligned. `address` is the first byte of the advancing side.
#[must_use]
pub fn byte_step_len(address: u64, count: u64, descending: bool) -> u64 {
    let full = u64::from(STEP_CELLS) * 8;
    let misaligned = if descending {
        (8 - (address + count) % 8) % 8
    } else {
        address % 8
    };
    count.min(full - misaligned)
}

/// How many of `count` bytes the next step of `memory_init` or `memory_compare` covers: what lies in one cell of each range.
#[must_use]
pub fn cell_step_len(first: u64, second: u64, count: u64) -> u64 {
    count.min(8 - first % 8).min(8 - second % 8)
}

/// The most blocks that one step of a hash covers.
#[must_use]
pub fn step_blocks(opcode: Opcode) -> u64 {
    match opcode {
        Opcode::Poseidon2Step => 1,
        _ => u64::from(STEP_BLOCKS),
    }
}

/// How many of the slots a, a + 1, … a bulk row accesses: the fourth holds the direction of a copy or the verdict of a comparison.
#[must_use]
pub fn bulk_slots(opcode: Opcode) -> usize {
    match opcode {
        Opcode::MemoryCopyBegin
        | Opcode::MemoryCopyStep
        | Opcode::MemoryCompareBegin
        | Opcode::MemoryCompareStep
        | Opcode::TableCopyBegin
        | Opcode::TableCopyStep => 4,
        _ => 3,
    }
}

/// Bytes of (state, block) of a hash step.
#[must_use]
pub fn hash_sizes(opcode: Opcode) -> (u64, u64) {
    match opcode {
        Opcode::Sha256Begin | Opcode::Sha256Step => (32, 64),
        _ => (64, 32),
    }
}

impl Row {
    /// Whether the row's guard holds. Exactly one row of [`Row::of`] holds for any inputs.
    #[must_use]
    pub fn holds(self, instruction: &Instruction, inputs: &GuardInputs) -> bool {
        let charge = charge(instruction, inputs);
        let covered = u64::from(inputs.gas_left) >= charge;
        match self {
            Self::OutOfGas => !covered,
            _ if !covered => false,
            Self::Fault => faults(instruction, inputs),
            _ if faults(instruction, inputs) => false,
            Self::Step => !instruction
                .opcode
                .info()
                .rows
                .iter()
                .any(|row| row.condition(instruction, inputs)),
            _ => self.condition(instruction, inputs),
        }
    }

    /// The guard without the two that precede every other: charge and fault.
    fn condition(self, instruction: &Instruction, inputs: &GuardInputs) -> bool {
        match self {
            Self::Step | Self::OutOfGas | Self::Fault => false,
            Self::Trapped => true,
            Self::StackExhausted => stack_is_exhausted(instruction, inputs),
            Self::EntryOutOfGas => {
                !stack_is_exhausted(instruction, inputs)
                    && u64::from(inputs.gas_left) - u64::from(instruction.gas) < u64::from(instruction.high())
            }
            Self::SandboxReturn => inputs.link_is_empty,
            Self::DivideByZero => inputs.b == 0,
            Self::DivideOverflow => match instruction.opcode {
                Opcode::DivS32 | Opcode::DivS32Imm => inputs.a as u32 == 1 << 31 && inputs.b as u32 == u32::MAX,
                _ => inputs.a == 1 << 63 && inputs.b == u64::MAX,
            },
            Self::Crossing => access(instruction, inputs) == (Place::Memory, true),
            Self::Window => access(instruction, inputs) == (Place::Window, false),
            Self::WindowCrossing => access(instruction, inputs) == (Place::Window, true),
            Self::OutOfBounds | Self::TableOutOfBounds => !is_in_bounds(instruction, inputs),
            Self::UndefinedElement => inputs.a >= inputs.bound,
            Self::UninitializedElement => inputs.a < inputs.bound && inputs.element == 0,
            Self::TypeMismatch => {
                inputs.a < inputs.bound && inputs.element != 0 && inputs.element_type != instruction.high()
            }
            Self::Grown => fits_limit(instruction, inputs),
            Self::Refused => !fits_limit(instruction, inputs),
            Self::Advance => inputs.count > 0 && is_in_bounds(instruction, inputs),
            Self::Done => inputs.count == 0,
        }
    }
}

/// What the row takes before its effect (operators).
fn charge(instruction: &Instruction, inputs: &GuardInputs) -> u64 {
    let own = match instruction.opcode {
        Opcode::Charge => u64::from(instruction.low()),
        Opcode::ChargeLinear => u64::from(instruction.low()) + u64::from(inputs.a as u32),
        _ => 0,
    };
    own + u64::from(instruction.gas)
}

fn stack_is_exhausted(instruction: &Instruction, inputs: &GuardInputs) -> bool {
    let frame_offset = match instruction.opcode {
        Opcode::Call => u32::from(instruction.a),
        Opcode::CallIndirect => {
            if inputs.a >= inputs.bound || inputs.element == 0 || inputs.element_type != instruction.high() {
                return false;
            }
            return inputs.frame_pointer.saturating_add(instruction.dst) >= MAX_FRAME_POINTER;
        }
        _ => 0,
    };
    inputs.stack_left < instruction.low() || inputs.frame_pointer.saturating_add(frame_offset) >= MAX_FRAME_POINTER
}

fn access(instruction: &Instruction, inputs: &GuardInputs) -> (Place, bool) {
    let len = access_len(instruction.opcode);
    let address = u64::from(inputs.a as u32) + u64::from(instruction.low());
    (inputs.place(address, len), address % 8 + len > 8)
}

fn fits_limit(instruction: &Instruction, inputs: &GuardInputs) -> bool {
    let delta = u64::from(inputs.a as u32);
    match instruction.opcode {
        Opcode::MemoryGrow => u64::from(inputs.pages) + delta <= u64::from(instruction.low()),
        _ => inputs.bound + delta <= u64::from(instruction.high()),
    }
}

/// Bounds of loads, stores, tables and bulk operations; for a step of up to 256 cells those of its part, for one of a cell those of what is left.
fn is_in_bounds(instruction: &Instruction, inputs: &GuardInputs) -> bool {
    let (a, b, count) = (inputs.a, inputs.b, inputs.count);
    let is_begin = instruction.opcode.info().rows.iter().all(|row| *row != Row::Advance);
    let part = |address: u64| {
        if is_begin {
            count
        } else {
            byte_step_len(address, count, inputs.descending)
        }
    };
    // A descending step works at the end of its ranges.
    let from = |address: u64, part: u64| {
        if inputs.descending && !is_begin {
            address + count - part
        } else {
            address
        }
    };
    let sandbox_bytes = inputs.bound * PAGE_BYTES;
    match instruction.opcode {
        Opcode::MemoryCopyBegin | Opcode::MemoryCopyStep => {
            let part = part(a);
            inputs.is_writable(from(a, part), part) && inputs.is_readable(from(b, part), part)
        }
        Opcode::MemoryFillBegin | Opcode::MemoryFillStep => inputs.is_writable(a, part(a)),
        Opcode::MemoryInitBegin | Opcode::MemoryInitStep => {
            inputs.is_writable(a, count) && b + count <= inputs.source_bound
        }
        Opcode::MemoryCompareBegin | Opcode::MemoryCompareStep => {
            inputs.is_readable(a, count) && inputs.is_readable(b, count)
        }
        Opcode::TableCopyBegin | Opcode::TableCopyStep | Opcode::TableInitBegin | Opcode::TableInitStep => {
            a + count <= inputs.bound && b + count <= inputs.source_bound
        }
        Opcode::TableFillBegin | Opcode::TableFillStep => a + count <= inputs.bound,
        Opcode::SandboxReadBegin | Opcode::SandboxReadStep => {
            inputs.is_writable(a, part(a)) && b + part(a) <= sandbox_bytes
        }
        Opcode::SandboxWriteBegin | Opcode::SandboxWriteStep => {
            a + part(a) <= sandbox_bytes && inputs.is_readable(b, part(a))
        }
        Opcode::Sha256Begin | Opcode::Sha256Step | Opcode::Poseidon2Begin | Opcode::Poseidon2Step => {
            let (state_len, block_len) = hash_sizes(instruction.opcode);
            let blocks = if is_begin {
                count
            } else {
                count.min(step_blocks(instruction.opcode))
            };
            inputs.is_writable(a, state_len)
                && inputs.is_readable(b, blocks.saturating_mul(block_len))
                && blocks < MAX_HASH_BLOCKS
        }
        Opcode::SandboxOpen | Opcode::Halt => inputs.is_readable(a, 32),
        Opcode::TableGet | Opcode::TableSet => a < inputs.bound,
        _ => {
            access(instruction, inputs).0 != Place::Outside
                && (access(instruction, inputs).0 == Place::Memory || instruction.opcode.shape() == Shape::Load)
        }
    }
}

/// Privilege, alignment and the sandbox's state.
fn faults(instruction: &Instruction, inputs: &GuardInputs) -> bool {
    let opcode = instruction.opcode;
    if opcode == Opcode::HostCall {
        return inputs.context == 0;
    }
    if !opcode.is_privileged() {
        return false;
    }
    let event = |kind: EventKind| inputs.event == kind as u32;
    let state_faults = match opcode {
        Opcode::Sha256Begin | Opcode::Sha256Step | Opcode::Poseidon2Begin | Opcode::Poseidon2Step => {
            !inputs.a.is_multiple_of(8) || !inputs.b.is_multiple_of(8)
        }
        Opcode::Halt => !inputs.a.is_multiple_of(8),
        Opcode::SandboxOpen => !inputs.a.is_multiple_of(8) || inputs.sandbox_is_live || !inputs.program_is_accepted,
        Opcode::SandboxEnter => {
            !inputs.sandbox_is_live
                || !(event(EventKind::None) || event(EventKind::Returned))
                || inputs.a >= u64::from(MAX_FUNCTIONS)
                || inputs.b > u64::from(MAX_LOADED_GAS)
                || inputs.count > u64::from(MAX_LOADED_STACK)
        }
        Opcode::SandboxResume => {
            !inputs.sandbox_is_live
                || !(event(EventKind::HostCall) || event(EventKind::OutOfGas))
                || inputs.a > u64::from(MAX_LOADED_GAS)
        }
        Opcode::ControlGet => !u8::try_from(instruction.b())
            .ok()
            .and_then(ControlCell::from_u8)
            .is_some_and(ControlCell::is_readable),
        _ => !inputs.sandbox_is_live,
    };
    inputs.context != 0 || state_faults
}
