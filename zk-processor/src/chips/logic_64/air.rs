//! Why a row of 64-bit logic cannot lie.

use p3_field::PrimeCharacteristicRing;

use super::columns::Logic64Cols;
use crate::chips::builder::{Chip, ChipBuilder, Columns, Val};
use crate::chips::gadgets::logic::conjunction_is_looked_up;
use crate::chips::gadgets::slots::{Operation, zero_extended};
use crate::isa::Opcode;

/// The chip.
#[derive(Clone, Copy, Debug)]
pub struct Logic64;

impl Chip for Logic64 {
    fn name(&self) -> &'static str {
        "logic_64"
    }

    fn width(&self) -> usize {
        Logic64Cols::<Val>::WIDTH
    }

    fn max_degree(&self) -> usize {
        2
    }

    fn uses_next_row(&self) -> bool {
        false
    }

    fn eval<B: ChipBuilder>(&self, builder: &mut B) {
        let row: Logic64Cols<B::Var> = builder.current();
        let selectors = [
            (row.is_and, Opcode::And64),
            (row.is_or, Opcode::Or64),
            (row.is_xor, Opcode::Xor64),
        ];
        let (mut is_real, mut opcode) = (B::Expr::ZERO, B::Expr::ZERO);
        for (selector, code) in selectors {
            builder.claim_boolean("each selector is a bit", selector);
            is_real += selector.into();
            opcode += selector.into() * B::Expr::from_u32(code as u32);
        }
        builder.claim_boolean("one operation or padding", is_real.clone());

        let [a, b, both] = conjunction_is_looked_up(builder, [row.a, row.b, row.conjunction], &is_real);
        for (limb, result) in row.result.into_iter().enumerate() {
            // a OR b = a + b − (a AND b) and a XOR b = a + b − 2(a AND b), without carries: the result is a 16-bit limb like a and b.
            let or = a[limb].clone() + b[limb].clone() - both[limb].clone();
            let xor = or.clone() - both[limb].clone();
            let expected = row.is_and * both[limb].clone() + row.is_or * or + row.is_xor * xor;
            builder.claim_equal("the result follows from the conjunction", result, expected);
        }
        let operation = Operation { opcode, is_real, a, b };
        let result = zero_extended(&row.result.map(Into::into));
        row.operands().write(builder, &operation, &row.destination(), result);
    }
}
