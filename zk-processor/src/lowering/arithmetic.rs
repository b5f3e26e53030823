//! Tables: Wasm operators and the opcodes they become.

use wasmparser::{MemArg, Operator};

use super::condition::Condition;
use crate::isa::Opcode;

/// How a constant operand becomes an immediate.
pub(super) type Prepare = fn(u64) -> u64;

/// An operator with two operands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Binary {
    pub(super) register: Opcode,
    /// Opcode with an immediate, and how the right operand becomes the immediate.
    pub(super) immediate: Option<(Opcode, Prepare)>,
    pub(super) commutes: bool,
}

/// An operator with one operand (and perhaps an immediate that its meaning implies).
#[derive(Clone, Copy, Debug)]
pub(super) struct Unary {
    pub(super) opcode: Opcode,
    pub(super) immediate: u64,
    pub(super) bytes: u8,
}

/// A comparison; `exchanged` means that the machine compares right with left.
#[derive(Clone, Copy, Debug)]
pub(super) struct Comparison {
    pub(super) condition: Condition,
    pub(super) exchanged: bool,
    pub(super) wide: bool,
}

fn all(value: u64) -> u64 {
    value
}

fn low(value: u64) -> u64 {
    value & 0xffff_ffff
}

fn negate32(value: u64) -> u64 {
    u64::from((value as u32).wrapping_neg())
}

fn negate64(value: u64) -> u64 {
    value.wrapping_neg()
}

fn shift32(value: u64) -> u64 {
    value % 32
}

fn shift64(value: u64) -> u64 {
    value % 64
}

fn unrotate32(value: u64) -> u64 {
    (32 - value % 32) % 32
}

fn unrotate64(value: u64) -> u64 {
    (64 - value % 64) % 64
}

const fn binary_of(register: Opcode, immediate: Opcode, prepare: Prepare, commutes: bool) -> Binary {
    Binary {
        register,
        immediate: Some((immediate, prepare)),
        commutes,
    }
}

/// Sums, products, logic, shifts, divisions.
pub(super) fn binary(operator: &Operator<'_>) -> Option<Binary> {
    Some(match operator {
        Operator::I32Add => binary_of(Opcode::Add32, Opcode::Add32Imm, low, true),
        Operator::I32Mul => binary_of(Opcode::Mul32, Opcode::Mul32Imm, low, true),
        Operator::I32And => binary_of(Opcode::And32, Opcode::And32Imm, low, true),
        Operator::I32Or => binary_of(Opcode::Or32, Opcode::Or32Imm, low, true),
        Operator::I32Xor => binary_of(Opcode::Xor32, Opcode::Xor32Imm, low, true),
        Operator::I32Sub => binary_of(Opcode::Sub32, Opcode::Add32Imm, negate32, false),
        Operator::I32Shl => binary_of(Opcode::Shl32, Opcode::Shl32Imm, shift32, false),
        Operator::I32ShrS => binary_of(Opcode::ShrS32, Opcode::ShrS32Imm, shift32, false),
        Operator::I32ShrU => binary_of(Opcode::ShrU32, Opcode::ShrU32Imm, shift32, false),
        Operator::I32Rotl => binary_of(Opcode::Rotl32, Opcode::Rotl32Imm, shift32, false),
        Operator::I32Rotr => binary_of(Opcode::Rotr32, Opcode::Rotl32Imm, unrotate32, false),
        Operator::I32DivS => binary_of(Opcode::DivS32, Opcode::DivS32Imm, low, false),
        Operator::I32DivU => binary_of(Opcode::DivU32, Opcode::DivU32Imm, low, false),
        Operator::I32RemS => binary_of(Opcode::RemS32, Opcode::RemS32Imm, low, false),
        Operator::I32RemU => binary_of(Opcode::RemU32, Opcode::RemU32Imm, low, false),
        Operator::I64Add => binary_of(Opcode::Add64, Opcode::Add64Imm, all, true),
        Operator::I64Mul => binary_of(Opcode::Mul64, Opcode::Mul64Imm, all, true),
        Operator::I64And => binary_of(Opcode::And64, Opcode::And64Imm, all, true),
        Operator::I64Or => binary_of(Opcode::Or64, Opcode::Or64Imm, all, true),
        Operator::I64Xor => binary_of(Opcode::Xor64, Opcode::Xor64Imm, all, true),
        Operator::I64Sub => binary_of(Opcode::Sub64, Opcode::Add64Imm, negate64, false),
        Operator::I64Shl => binary_of(Opcode::Shl64, Opcode::Shl64Imm, shift64, false),
        Operator::I64ShrS => binary_of(Opcode::ShrS64, Opcode::ShrS64Imm, shift64, false),
        Operator::I64ShrU => binary_of(Opcode::ShrU64, Opcode::ShrU64Imm, shift64, false),
        Operator::I64Rotl => binary_of(Opcode::Rotl64, Opcode::Rotl64Imm, shift64, false),
        Operator::I64Rotr => binary_of(Opcode::Rotr64, Opcode::Rotl64Imm, unrotate64, false),
        Operator::I64DivS => binary_of(Opcode::DivS64, Opcode::DivS64Imm, all, false),
        Operator::I64DivU => binary_of(Opcode::DivU64, Opcode::DivU64Imm, all, false),
        Operator::I64RemS => binary_of(Opcode::RemS64, Opcode::RemS64Imm, all, false),
        Operator::I64RemU => binary_of(Opcode::RemU64, Opcode::RemU64Imm, all, false),
        _ => return None,
    })
}

/// Comparisons of two operands.
pub(super) fn comparison(operator: &Operator<'_>) -> Option<Comparison> {
    let (condition, exchanged, wide) = match operator {
        Operator::I32Eq => (Condition::Equal, false, false),
        Operator::I32Ne => (Condition::NotEqual, false, false),
        Operator::I32LtS => (Condition::LessSigned, false, false),
        Operator::I32LtU => (Condition::LessUnsigned, false, false),
        Operator::I32GtS => (Condition::LessSigned, true, false),
        Operator::I32GtU => (Condition::LessUnsigned, true, false),
        Operator::I32LeS => (Condition::NotLessSigned, true, false),
        Operator::I32LeU => (Condition::NotLessUnsigned, true, false),
        Operator::I32GeS => (Condition::NotLessSigned, false, false),
        Operator::I32GeU => (Condition::NotLessUnsigned, false, false),
        Operator::I64Eq => (Condition::Equal, false, true),
        Operator::I64Ne => (Condition::NotEqual, false, true),
        Operator::I64LtS => (Condition::LessSigned, false, true),
        Operator::I64LtU => (Condition::LessUnsigned, false, true),
        Operator::I64GtS => (Condition::LessSigned, true, true),
        Operator::I64GtU => (Condition::LessUnsigned, true, true),
        Operator::I64LeS => (Condition::NotLessSigned, true, true),
        Operator::I64LeU => (Condition::NotLessUnsigned, true, true),
        Operator::I64GeS => (Condition::NotLessSigned, false, true),
        Operator::I64GeU => (Condition::NotLessUnsigned, false, true),
        _ => return None,
    };
    Some(Comparison {
        condition,
        exchanged,
        wide,
    })
}

/// Bit counts, conversions between integers, and float operators that only touch the sign.
pub(super) fn unary(operator: &Operator<'_>) -> Option<Unary> {
    let (opcode, immediate, bytes) = match operator {
        Operator::I32Clz => (Opcode::Clz32, 0, 4),
        Operator::I32Ctz => (Opcode::Ctz32, 0, 4),
        Operator::I32Popcnt => (Opcode::Popcnt32, 0, 4),
        Operator::I64Clz => (Opcode::Clz64, 0, 8),
        Operator::I64Ctz => (Opcode::Ctz64, 0, 8),
        Operator::I64Popcnt => (Opcode::Popcnt64, 0, 8),
        Operator::I32WrapI64 => (Opcode::Wrap64, 0, 4),
        Operator::I64ExtendI32S => (Opcode::Extend32S64, 0, 8),
        Operator::I32Extend8S => (Opcode::Extend8S32, 0, 4),
        Operator::I32Extend16S => (Opcode::Extend16S32, 0, 4),
        Operator::I64Extend8S => (Opcode::Extend8S64, 0, 8),
        Operator::I64Extend16S => (Opcode::Extend16S64, 0, 8),
        Operator::I64Extend32S => (Opcode::Extend32S64, 0, 8),
        Operator::F32Abs => (Opcode::And32Imm, 0x7fff_ffff, 4),
        Operator::F32Neg => (Opcode::Xor32Imm, 0x8000_0000, 4),
        Operator::F64Abs => (Opcode::And64Imm, u64::MAX >> 1, 8),
        Operator::F64Neg => (Opcode::Xor64Imm, 1 << 63, 8),
        _ => return None,
    };
    Some(Unary {
        opcode,
        immediate,
        bytes,
    })
}

/// Loads: opcode, address operand, size of the result as the metering counts it (bytes).
pub(super) fn load(operator: &Operator<'_>) -> Option<(Opcode, MemArg, u8)> {
    let (opcode, memarg, bytes) = match operator {
        Operator::I32Load { memarg } => (Opcode::Load32U, memarg, 4),
        Operator::I64Load { memarg } => (Opcode::Load64, memarg, 8),
        Operator::F32Load { memarg } => (Opcode::Load32U, memarg, 4),
        Operator::F64Load { memarg } => (Opcode::Load64, memarg, 8),
        Operator::I32Load8S { memarg } => (Opcode::Load8S32, memarg, 4),
        Operator::I32Load8U { memarg } => (Opcode::Load8U, memarg, 4),
        Operator::I32Load16S { memarg } => (Opcode::Load16S32, memarg, 4),
        Operator::I32Load16U { memarg } => (Opcode::Load16U, memarg, 4),
        Operator::I64Load8S { memarg } => (Opcode::Load8S64, memarg, 8),
        Operator::I64Load8U { memarg } => (Opcode::Load8U, memarg, 8),
        Operator::I64Load16S { memarg } => (Opcode::Load16S64, memarg, 8),
        Operator::I64Load16U { memarg } => (Opcode::Load16U, memarg, 8),
        Operator::I64Load32S { memarg } => (Opcode::Load32S64, memarg, 8),
        Operator::I64Load32U { memarg } => (Opcode::Load32U, memarg, 8),
        _ => return None,
    };
    Some((opcode, *memarg, bytes))
}

/// Stores: opcode for a slot, opcode for an immediate, address operand.
pub(super) fn store(operator: &Operator<'_>) -> Option<(Opcode, Opcode, MemArg)> {
    let (register, immediate, memarg) = match operator {
        Operator::I32Store { memarg } => (Opcode::Store32, Opcode::Store32Imm, memarg),
        Operator::I64Store { memarg } => (Opcode::Store64, Opcode::Store64Imm, memarg),
        Operator::F32Store { memarg } => (Opcode::Store32, Opcode::Store32Imm, memarg),
        Operator::F64Store { memarg } => (Opcode::Store64, Opcode::Store64Imm, memarg),
        Operator::I32Store8 { memarg } => (Opcode::Store8, Opcode::Store8Imm, memarg),
        Operator::I32Store16 { memarg } => (Opcode::Store16, Opcode::Store16Imm, memarg),
        Operator::I64Store8 { memarg } => (Opcode::Store8, Opcode::Store8Imm, memarg),
        Operator::I64Store16 { memarg } => (Opcode::Store16, Opcode::Store16Imm, memarg),
        Operator::I64Store32 { memarg } => (Opcode::Store32, Opcode::Store32Imm, memarg),
        _ => return None,
    };
    Some((register, immediate, *memarg))
}
