//! Why a row of the 64-bit product cannot lie.

use p3_field::PrimeCharacteristicRing;

use super::columns::Mul64Cols;
use crate::chips::builder::{Chip, ChipBuilder, Columns, Val};
use crate::chips::gadgets::product::low_product_is_right;
use crate::chips::gadgets::slots::Operation;
use crate::isa::Opcode;

/// The chip.
#[derive(Clone, Copy, Debug)]
pub struct Mul64;

impl Chip for Mul64 {
    fn name(&self) -> &'static str {
        "mul_64"
    }

    fn width(&self) -> usize {
        Mul64Cols::<Val>::WIDTH
    }

    fn max_degree(&self) -> usize {
        2
    }

    fn uses_next_row(&self) -> bool {
        false
    }

    fn eval<B: ChipBuilder>(&self, builder: &mut B) {
        let row: Mul64Cols<B::Var> = builder.current();
        let is_real: B::Expr = row.is_real.into();
        builder.claim_boolean("real or padding", is_real.clone());
        let [a, b] = low_product_is_right(builder, &row.product(), &is_real);
        let operation = Operation {
            opcode: is_real.clone() * B::Expr::from_u32(Opcode::Mul64 as u32),
            is_real,
            a,
            b,
        };
        let result = row.result.map(Into::into);
        row.operands().write(builder, &operation, &row.destination(), result);
    }
}
