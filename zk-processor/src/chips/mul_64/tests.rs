//! Honest, edge and forged products: the tests of every width.

use super::columns::Mul64Cols;
use super::{Mul64, mul_64_trace};
use crate::chips::builder::Val;
use crate::chips::product_testing::product_tests;
use crate::isa::Opcode;

product_tests!(
    Mul64,
    mul_64_trace,
    Mul64Cols<Val>,
    [Opcode::Mul64, Opcode::Mul64Imm],
    4 limbs
);
