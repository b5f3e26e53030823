//! Why a row of a branch on 32-bit order cannot lie.

use p3_field::PrimeCharacteristicRing;

use super::columns::BranchLess32Cols;
use crate::chips::builder::{Chip, ChipBuilder, Columns, Val};
use crate::chips::gadgets::order::order_is_decided;
use crate::chips::gadgets::slots::Operation;
use crate::isa::Opcode;

/// Code of `a < b`, unsigned. Signed codes are [`UNSIGNED`] lower, those of `a ≥ b` are [`GREATER_OR_EQUAL`] higher.
const UNSIGNED_LESS: u32 = Opcode::BranchLtU32 as u32;
const UNSIGNED: u32 = UNSIGNED_LESS - Opcode::BranchLtS32 as u32;
const GREATER_OR_EQUAL: u32 = Opcode::BranchGeU32 as u32 - UNSIGNED_LESS;
const _: () = assert!(Opcode::BranchGeS32 as u32 == UNSIGNED_LESS + GREATER_OR_EQUAL - UNSIGNED);

/// The chip.
#[derive(Clone, Copy, Debug)]
pub struct BranchLess32;

impl Chip for BranchLess32 {
    fn name(&self) -> &'static str {
        "branch_less_32"
    }

    fn width(&self) -> usize {
        BranchLess32Cols::<Val>::WIDTH
    }

    fn max_degree(&self) -> usize {
        3
    }

    fn uses_next_row(&self) -> bool {
        false
    }

    fn eval<B: ChipBuilder>(&self, builder: &mut B) {
        let row: BranchLess32Cols<B::Var> = builder.current();
        let (is_real, is_ge, is_signed): (B::Expr, B::Expr, B::Expr) =
            (row.is_real.into(), row.is_ge.into(), row.is_signed.into());
        builder.claim_boolean("real or padding", row.is_real);
        for flag in [row.is_ge, row.is_signed] {
            builder.claim_boolean("each flag is a bit of a real row", flag);
            let padding = B::Expr::ONE - is_real.clone();
            builder.claim("each flag is a bit of a real row", flag * padding);
        }

        let less = order_is_decided(builder, &row.order(), (row.a, row.b), &is_signed, &is_real);
        // less, or 1 − less.
        let answer = less.clone() + is_ge.clone() * (B::Expr::ONE - less.clone() - less);
        builder.claim_equal("the branch follows the order", row.taken, answer);

        let operation = Operation {
            opcode: is_real.clone() * B::Expr::from_u32(UNSIGNED_LESS) + is_ge * B::Expr::from_u32(GREATER_OR_EQUAL)
                - is_signed * B::Expr::from_u32(UNSIGNED),
            is_real,
            a: row.a.map(Into::into),
            b: row.b.map(Into::into),
        };
        row.operands().branch(builder, &operation, &row.fork());
    }
}
