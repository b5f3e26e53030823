//! Honest, edge and forged shifts: the tests of every width.

use super::air::OPCODES;
use super::columns::Shift32Cols;
use super::{Shift32, shift_32_trace};
use crate::chips::builder::Val;
use crate::chips::shift_testing::shift_tests;
use crate::isa::Opcode;

shift_tests!(
    Shift32,
    shift_32_trace,
    Shift32Cols<Val>,
    OPCODES,
    [Opcode::Shl32Imm, Opcode::ShrS32Imm, Opcode::ShrU32Imm, Opcode::Rotl32Imm],
    32 bits
);
