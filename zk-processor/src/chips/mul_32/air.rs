//! Why a row of the 32-bit product cannot lie.

use p3_field::PrimeCharacteristicRing;

use super::columns::Mul32Cols;
use crate::chips::builder::{Chip, ChipBuilder, Columns, Val};
use crate::chips::gadgets::product::low_product_is_right;
use crate::chips::gadgets::slots::{Operation, zero_extended};
use crate::isa::Opcode;

/// The chip.
#[derive(Clone, Copy, Debug)]
pub struct Mul32;

impl Chip for Mul32 {
    fn name(&self) -> &'static str {
        "mul_32"
    }

    fn width(&self) -> usize {
        Mul32Cols::<Val>::WIDTH
    }

    fn max_degree(&self) -> usize {
        2
    }

    fn uses_next_row(&self) -> bool {
        false
    }

    fn eval<B: ChipBuilder>(&self, builder: &mut B) {
        let row: Mul32Cols<B::Var> = builder.current();
        let is_real: B::Expr = row.is_real.into();
        builder.claim_boolean("real or padding", is_real.clone());
        let [a, b] = low_product_is_right(builder, &row.product(), &is_real);
        let operation = Operation {
            opcode: is_real.clone() * B::Expr::from_u32(Opcode::Mul32 as u32),
            is_real,
            a,
            b,
        };
        let result = zero_extended(&row.result.map(Into::into));
        row.operands().write(builder, &operation, &row.destination(), result);
    }
}
