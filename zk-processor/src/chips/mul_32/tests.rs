//! Honest, edge and forged products: the tests of every width.

use super::columns::Mul32Cols;
use super::{Mul32, mul_32_trace};
use crate::chips::builder::Val;
use crate::chips::product_testing::product_tests;
use crate::isa::Opcode;

product_tests!(
    Mul32,
    mul_32_trace,
    Mul32Cols<Val>,
    [Opcode::Mul32, Opcode::Mul32Imm],
    2 limbs
);
