//! The format of an instruction: one row of the program ROM.
//!
//! | field | bits | holds |
//! |---|---|---|
//! | op | 8 | opcode |
//! | gas | 8 | operators charged before the effect (a merged point of the metering) |
//! | a | 16 | a slot, or a call's frame offset |
//! | dst | 32 | the slot written, a store's value slot, or a target row |
//! | x | 64 | four limbs: second and third slot, or immediates |
//!
//! Canonical bytes: op, gas, a, dst, x, little-endian, 16 in all. Field elements (leaf of the code tree, fetch bus): op, gas, a,
//! dst, x0, x1, x2, x3. Fields that the opcode's [`Shape`] does not name are 0.

use core::fmt;

use super::opcodes::{Opcode, Shape};
use super::{ControlCell, Trap};

/// Bytes of an encoded instruction.
pub const INSTRUCTION_BYTES: usize = 16;

/// One row of the program ROM.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Instruction {
    /// The operation.
    pub opcode: Opcode,
    /// Gas charged before the effect (operators).
    pub gas: u8,
    /// First slot operand.
    pub a: u16,
    /// Destination slot, value slot of a store, or target row.
    pub dst: u32,
    /// Further slots and immediates: limb `i` is bits `16i .. 16i + 16`.
    pub x: u64,
}

/// Why bytes are not an instruction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InstructionError {
    /// No opcode has this code.
    #[error("no opcode has the code {0}")]
    UnknownOpcode(u8),
    /// A field that the opcode does not use is not 0, or an operand is out of its range.
    #[error("operands of {0} are not in canonical form")]
    NotCanonical(&'static str),
}

impl Instruction {
    /// An instruction that charges no gas.
    #[must_use]
    pub const fn new(opcode: Opcode, dst: u32, a: u16, x: u64) -> Self {
        Self {
            opcode,
            gas: 0,
            a,
            dst,
            x,
        }
    }

    /// The row that no lowering emits: all zero, the trap `unreachable`.
    pub const ZERO: Self = Self::new(Opcode::Trap, 0, 0, 0);

    /// Second slot operand (x0).
    #[must_use]
    pub const fn b(&self) -> u16 {
        self.x as u16
    }

    /// Third slot operand (x1).
    #[must_use]
    pub const fn c(&self) -> u16 {
        (self.x >> 16) as u16
    }

    /// Immediate in x0 x1.
    #[must_use]
    pub const fn low(&self) -> u32 {
        self.x as u32
    }

    /// Immediate in x2 x3.
    #[must_use]
    pub const fn high(&self) -> u32 {
        (self.x >> 32) as u32
    }

    /// The canonical bytes.
    #[must_use]
    pub const fn to_bytes(&self) -> [u8; INSTRUCTION_BYTES] {
        let (a, d, x) = (self.a.to_le_bytes(), self.dst.to_le_bytes(), self.x.to_le_bytes());
        [
            self.opcode as u8,
            self.gas,
            a[0],
            a[1],
            d[0],
            d[1],
            d[2],
            d[3],
            x[0],
            x[1],
            x[2],
            x[3],
            x[4],
            x[5],
            x[6],
            x[7],
        ]
    }

    /// Reads the canonical bytes.
    ///
    /// # Errors
    /// An unknown opcode, or operand fields that the opcode's shape does not allow.
    pub fn from_bytes(bytes: &[u8; INSTRUCTION_BYTES]) -> Result<Self, InstructionError> {
        let [op, gas, a0, a1, d0, d1, d2, d3, x @ ..] = *bytes;
        let opcode = Opcode::from_u8(op).ok_or(InstructionError::UnknownOpcode(op))?;
        let instruction = Self {
            opcode,
            gas,
            a: u16::from_le_bytes([a0, a1]),
            dst: u32::from_le_bytes([d0, d1, d2, d3]),
            x: u64::from_le_bytes(x),
        };
        if instruction.is_canonical() {
            Ok(instruction)
        } else {
            Err(InstructionError::NotCanonical(opcode.mnemonic()))
        }
    }

    /// The eight field elements of the row: op, gas, a, dst and the limbs of x. All are below 2^30 in a canonical program.
    #[must_use]
    pub const fn to_elements(&self) -> [u32; 8] {
        let x = self.x;
        [
            self.opcode as u32,
            self.gas as u32,
            self.a as u32,
            self.dst,
            (x & 0xffff) as u32,
            (x >> 16 & 0xffff) as u32,
            (x >> 32 & 0xffff) as u32,
            (x >> 48) as u32,
        ]
    }

    /// The slots that the ordinary row reads, `None` where the shape has fewer. Bulk rows read and write the slots
    /// `a .. a + 4` and are not listed.
    #[must_use]
    pub fn slots_read(&self) -> [Option<u16>; 3] {
        let value = u16::try_from(self.dst).ok();
        match self.opcode.shape() {
            Shape::Slot
            | Shape::Table
            | Shape::CallIndirect
            | Shape::ChargeLinear
            | Shape::DstA
            | Shape::DstAImm32
            | Shape::DstAImm64
            | Shape::GlobalSet
            | Shape::BranchAImm32
            | Shape::BranchAImm64
            | Shape::Load
            | Shape::StoreImm
            | Shape::Grow
            | Shape::TableGet
            | Shape::TableGrow => [Some(self.a), None, None],
            Shape::DstAB | Shape::Wide | Shape::BranchAB | Shape::AB => [Some(self.a), Some(self.b()), None],
            Shape::Select | Shape::Carry | Shape::Enter => [Some(self.a), Some(self.b()), Some(self.c())],
            Shape::Store | Shape::TableSet => [Some(self.a), value, None],
            _ => [None; 3],
        }
    }

    /// The slot that the ordinary row writes. [`Shape::Wide`] also writes slot x1.
    #[must_use]
    pub fn slot_written(&self) -> Option<u16> {
        match self.opcode.shape() {
            Shape::Dst
            | Shape::DstA
            | Shape::DstImm
            | Shape::DstAB
            | Shape::Wide
            | Shape::Carry
            | Shape::DstAImm32
            | Shape::DstAImm64
            | Shape::Select
            | Shape::GlobalGet
            | Shape::Load
            | Shape::Grow
            | Shape::TableGet
            | Shape::TableSize
            | Shape::TableGrow
            | Shape::ControlGet => u16::try_from(self.dst).ok(),
            _ => None,
        }
    }

    /// Whether unused fields are 0 and operands in range.
    #[must_use]
    pub fn is_canonical(&self) -> bool {
        let dst_is_slot = self.dst <= u32::from(u16::MAX);
        // (a is used, dst is used as a slot, dst is used as a row, bits of x that are used)
        let (a, slot, row, x_bits) = match self.opcode.shape() {
            Shape::Nullary => (false, false, false, 0),
            Shape::TrapCode => (false, false, false, 16),
            Shape::Slot => (true, false, false, 0),
            Shape::Target => (false, false, true, 0),
            Shape::Table | Shape::ChargeLinear => (true, false, false, 32),
            Shape::Call => (true, false, true, 64),
            Shape::CallIndirect => (true, true, false, 64),
            Shape::Prologue => (false, false, false, 64),
            Shape::Charge | Shape::Segment | Shape::Import => (false, false, false, 32),
            Shape::Dst => (false, true, false, 0),
            Shape::DstA => (true, true, false, 0),
            Shape::DstImm => (false, true, false, 64),
            Shape::DstAB => (true, true, false, 16),
            Shape::DstAImm32 | Shape::Load | Shape::Store | Shape::Grow | Shape::TableGet | Shape::TableSet => {
                (true, true, false, 32)
            }
            Shape::DstAImm64 | Shape::TableGrow => (true, true, false, 64),
            Shape::Select | Shape::Wide | Shape::Carry => (true, true, false, 32),
            Shape::GlobalGet => (
                false,
                true,
                false,
                if self.opcode == Opcode::GlobalGet { 32 } else { 64 },
            ),
            Shape::GlobalSet => (
                true,
                false,
                false,
                if self.opcode == Opcode::GlobalSet { 32 } else { 64 },
            ),
            Shape::BranchAB => (true, false, true, 16),
            Shape::BranchAImm32 => (true, false, true, 32),
            Shape::BranchAImm64 => (true, false, true, 64),
            Shape::StoreImm | Shape::Bulk => (true, false, false, 64),
            Shape::TableSize => (false, true, false, 32),
            Shape::Enter => (true, false, false, 32),
            Shape::AB => (true, false, false, 16),
            Shape::ControlGet => (false, true, false, 16),
        };
        let offset_is_positive = match self.opcode {
            Opcode::Call => self.a > 0,
            Opcode::CallIndirect => self.dst > 0,
            _ => true,
        };
        (a || self.a == 0)
            && (row || if slot { dst_is_slot } else { self.dst == 0 })
            && (x_bits == 64 || self.x >> x_bits == 0)
            && (!row || self.dst < 1 << 30)
            && offset_is_positive
            && (self.opcode != Opcode::Trap || Trap::from_code(self.low()).is_some())
    }
}

impl fmt::Debug for Instruction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The disassembly: mnemonic, destination, operands; `s3` is slot 3, `@17` row 17, `g0` global 0.
impl fmt::Display for Instruction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { opcode, gas, a, dst, x } = *self;
        let (b, c, low, high) = (self.b(), self.c(), self.low(), self.high());
        write!(f, "{}", opcode.mnemonic())?;
        match opcode.shape() {
            Shape::Nullary => Ok(()),
            Shape::TrapCode => match Trap::from_code(low) {
                Some(trap) => write!(f, " \"{trap}\""),
                None => write!(f, " {low}"),
            },
            Shape::Slot => write!(f, " s{a}"),
            Shape::Target => write!(f, " @{dst}"),
            Shape::Table => write!(f, " s{a}, {low}"),
            Shape::Call => write!(f, " @{dst}, frame +{a}, stack {low}, gas {high}"),
            Shape::CallIndirect => write!(f, " t{low}[s{a}], frame +{dst}, type {high}"),
            Shape::Prologue => write!(f, " stack {low}, gas {high}"),
            Shape::Charge => write!(f, " {low}"),
            Shape::ChargeLinear => write!(f, " {low} + s{a}"),
            Shape::Dst => write!(f, " s{dst}"),
            Shape::DstA => write!(f, " s{dst}, s{a}"),
            Shape::DstImm => write!(f, " s{dst}, {}", x as i64),
            Shape::DstAB => write!(f, " s{dst}, s{a}, s{b}"),
            Shape::DstAImm32 => write!(f, " s{dst}, s{a}, {}", low as i32),
            Shape::DstAImm64 => write!(f, " s{dst}, s{a}, {}", x as i64),
            Shape::Wide => write!(f, " s{dst}, s{c}, s{a}, s{b}"),
            Shape::Carry => write!(f, " s{dst}, s{a}, s{b}, carry s{c}"),
            Shape::Select => write!(f, " s{dst}, s{c} ? s{a} : s{b}"),
            Shape::GlobalGet if opcode == Opcode::GlobalGet => write!(f, " s{dst}, g{low}"),
            Shape::GlobalGet => write!(f, " s{dst}, g{low}, {}", high as i32),
            Shape::GlobalSet if opcode == Opcode::GlobalSet => write!(f, " g{low}, s{a}"),
            Shape::GlobalSet => write!(f, " g{low}, s{a}, {}", high as i32),
            Shape::BranchAB => write!(f, " s{a}, s{b}, @{dst}"),
            Shape::BranchAImm32 => write!(f, " s{a}, {}, @{dst}", low as i32),
            Shape::BranchAImm64 => write!(f, " s{a}, {}, @{dst}", x as i64),
            Shape::Load => write!(f, " s{dst}, [s{a} + {low}]"),
            Shape::Store => write!(f, " [s{a} + {low}], s{dst}"),
            Shape::StoreImm => write!(f, " [s{a} + {low}], {}", high as i32),
            Shape::Grow => write!(f, " s{dst}, s{a}, limit {low}"),
            Shape::TableGet => write!(f, " s{dst}, t{low}[s{a}]"),
            Shape::TableSet => write!(f, " t{low}[s{a}], s{dst}"),
            Shape::TableSize => write!(f, " s{dst}, t{low}"),
            Shape::TableGrow => write!(f, " s{dst}, t{low}, s{a}, limit {high}"),
            Shape::Segment => write!(f, " d{low}"),
            Shape::Bulk => write!(f, " s{a}.., {low}, {high}"),
            Shape::Enter => write!(f, " s{a}, gas s{b}, stack s{c}"),
            Shape::AB => write!(f, " s{a}, s{b}"),
            Shape::ControlGet => match u8::try_from(b).ok().and_then(ControlCell::from_u8) {
                Some(cell) => write!(f, " s{dst}, {cell:?}"),
                None => write!(f, " s{dst}, {b}"),
            },
            Shape::Import => write!(f, " {low}"),
        }?;
        if gas > 0 {
            write!(f, " ; gas {gas}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::isa::opcodes::OPCODES;

    #[test]
    fn bytes_round_trip_for_every_opcode() {
        for info in OPCODES {
            let call = matches!(info.shape, Shape::Call | Shape::CallIndirect);
            let instruction = Instruction {
                gas: 7,
                ..Instruction::new(info.opcode, u32::from(call), u16::from(call), 0)
            };
            assert_eq!(Instruction::from_bytes(&instruction.to_bytes()), Ok(instruction));
        }
    }

    #[test]
    fn bytes_with_unused_fields_are_refused() {
        let mut bytes = Instruction::new(Opcode::Return, 0, 0, 0).to_bytes();
        bytes[15] = 1;
        assert_eq!(
            Instruction::from_bytes(&bytes),
            Err(InstructionError::NotCanonical("ret"))
        );
        bytes[0] = 255;
        assert_eq!(
            Instruction::from_bytes(&bytes),
            Err(InstructionError::UnknownOpcode(255))
        );
    }

    #[test]
    fn sixteen_zero_bytes_are_the_trap_unreachable() {
        assert_eq!(Instruction::from_bytes(&[0; 16]), Ok(Instruction::ZERO));
    }
}
