//! Honest, edge and forged sums: the tests of every width.

use super::columns::AddSub64Cols;
use super::{AddSub64, add_sub_64_trace};
use crate::chips::builder::Val;
use crate::chips::sum_testing::sum_tests;
use crate::isa::Opcode;

sum_tests!(
    AddSub64,
    add_sub_64_trace,
    AddSub64Cols<Val>,
    [Opcode::Add64, Opcode::Add64Imm, Opcode::Sub64],
    4 limbs
);
