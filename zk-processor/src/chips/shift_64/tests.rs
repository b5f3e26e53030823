//! Honest, edge and forged shifts: the tests of every width.

use super::air::OPCODES;
use super::columns::Shift64Cols;
use super::{Shift64, shift_64_trace};
use crate::chips::builder::Val;
use crate::chips::shift_testing::shift_tests;
use crate::isa::Opcode;

shift_tests!(
    Shift64,
    shift_64_trace,
    Shift64Cols<Val>,
    OPCODES,
    [Opcode::Shl64Imm, Opcode::ShrS64Imm, Opcode::ShrU64Imm, Opcode::Rotl64Imm],
    64 bits
);
