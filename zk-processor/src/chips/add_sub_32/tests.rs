//! Honest, edge and forged sums: the tests of every width.

use super::columns::AddSub32Cols;
use super::{AddSub32, add_sub_32_trace};
use crate::chips::builder::Val;
use crate::chips::sum_testing::sum_tests;
use crate::isa::Opcode;

sum_tests!(
    AddSub32,
    add_sub_32_trace,
    AddSub32Cols<Val>,
    [Opcode::Add32, Opcode::Add32Imm, Opcode::Sub32],
    2 limbs
);
