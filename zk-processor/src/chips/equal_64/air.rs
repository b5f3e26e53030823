//! Why a row of 64-bit equality cannot lie.

use p3_field::PrimeCharacteristicRing;

use super::columns::Equal64Cols;
use crate::chips::builder::{Chip, ChipBuilder, Columns, Val};
use crate::chips::gadgets::equality::equality_is_decided;
use crate::chips::gadgets::slots::{Operation, zero_extended};
use crate::isa::Opcode;

/// The chip.
#[derive(Clone, Copy, Debug)]
pub struct Equal64;

impl Chip for Equal64 {
    fn name(&self) -> &'static str {
        "equal_64"
    }

    fn width(&self) -> usize {
        Equal64Cols::<Val>::WIDTH
    }

    fn max_degree(&self) -> usize {
        3
    }

    fn uses_next_row(&self) -> bool {
        false
    }

    fn eval<B: ChipBuilder>(&self, builder: &mut B) {
        let row: Equal64Cols<B::Var> = builder.current();
        let (is_eq, is_ne): (B::Expr, B::Expr) = (row.is_eq.into(), row.is_ne.into());
        let is_real = is_eq.clone() + is_ne.clone();
        builder.claim_boolean("each selector is a bit", row.is_eq);
        builder.claim_boolean("each selector is a bit", row.is_ne);
        builder.claim_boolean("one operation or padding", is_real.clone());

        let is_equal = is_eq.clone() * row.result.into() + is_ne.clone() * (B::Expr::ONE - row.result.into());
        let is_different = is_real.clone() - is_equal.clone();
        equality_is_decided(builder, (row.a, row.b), row.inverses, &is_equal, is_different);

        let operation = Operation {
            opcode: is_eq * B::Expr::from_u32(Opcode::Eq64 as u32) + is_ne * B::Expr::from_u32(Opcode::Ne64 as u32),
            is_real,
            a: row.a.map(Into::into),
            b: row.b.map(Into::into),
        };
        let result = zero_extended(&[row.result.into()]);
        row.operands().write(builder, &operation, &row.destination(), result);
    }
}
