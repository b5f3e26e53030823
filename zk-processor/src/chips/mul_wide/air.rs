//! Why a row of the 128-bit product cannot lie.

use p3_field::PrimeCharacteristicRing;

use super::columns::MulWideCols;
use crate::chips::builder::{Chip, ChipBuilder, Columns, Val};
use crate::chips::buses::Message;
use crate::chips::gadgets::product::{bytes_are_bytes, carries_are_small, limb_of_product};
use crate::chips::gadgets::slots::offset;
use crate::chips::gadgets::wide::{Wide, WideCols};
use crate::isa::Opcode;

/// What is added to a carry of the upper half: two corrections can make it this negative.
pub(super) const CARRY_OFFSET: u32 = 2;

/// The chip.
#[derive(Clone, Copy, Debug)]
pub struct MulWide;

impl Chip for MulWide {
    fn name(&self) -> &'static str {
        "mul_wide"
    }

    fn width(&self) -> usize {
        MulWideCols::<Val>::WIDTH
    }

    fn max_degree(&self) -> usize {
        2
    }

    fn uses_next_row(&self) -> bool {
        false
    }

    fn eval<B: ChipBuilder>(&self, builder: &mut B) {
        let row: MulWideCols<B::Var> = builder.current();
        let (is_real, is_signed): (B::Expr, B::Expr) = (row.is_real.into(), row.is_signed.into());
        builder.claim_boolean("real or padding", is_real.clone());
        builder.claim_boolean("signed or unsigned", is_signed.clone());
        builder.claim(
            "only a real row is signed",
            is_signed.clone() * (B::Expr::ONE - is_real.clone()),
        );
        signs_are_right(builder, &row, &is_signed);
        let [a, b] = [row.a, row.b].map(|bytes| bytes_are_bytes(builder, &bytes, &is_real));
        product_is_right(builder, &row, [&a, &b], &is_real);
        let [r0, r1, r2, r3, r4, r5, r6, r7] = row.result.map(Into::<B::Expr>::into);
        let wide = Wide {
            // The unsigned form's code is one more than the signed form's.
            opcode: is_real.clone() * B::Expr::from_u32(Opcode::MulWideU as u32) - is_signed,
            count: is_real,
            a,
            b,
            result: [r0, r1, r2, r3],
            third: [r4, r5, r6, r7],
            third_offset: B::Expr::from_u32(offset::SECOND_DESTINATION),
        };
        WideCols::from_cells(&row.wide).execute(builder, wide);
    }
}

/// 2 · top byte − 256 · sign is a byte for the sign only.
fn signs_are_right<B: ChipBuilder>(builder: &mut B, row: &MulWideCols<B::Var>, is_signed: &B::Expr) {
    for sign in row.signs {
        builder.claim_boolean("a sign is a bit", sign);
        builder.claim(
            "unsigned values have no sign",
            (B::Expr::ONE - is_signed.clone()) * sign.into(),
        );
    }
    let ([.., [_, top_a]], [.., [_, top_b]], [sign_a, sign_b]) = (row.a, row.b, row.signs);
    let below = |top: B::Var, sign: B::Var| top.into() * B::Expr::TWO - sign.into() * B::Expr::from_u32(1 << 8);
    builder.send(
        Message::byte_pair(below(top_a, sign_a), below(top_b, sign_b)),
        is_signed.clone(),
    );
}

/// With carries from −2 to 2^14, both sides of each limb's equation lie in −2^18 .. 2^30 + 2^16, so equal modulo p is equal.
fn product_is_right<B: ChipBuilder>(
    builder: &mut B,
    row: &MulWideCols<B::Var>,
    [a, b]: [&[B::Expr; 4]; 2],
    is_real: &B::Expr,
) {
    let [sign_a, sign_b] = row.signs.map(Into::<B::Expr>::into);
    let mut carry = B::Expr::ZERO;
    for (limb, (result, kept)) in row.result.into_iter().zip(row.carries).enumerate() {
        let mut sum = carry + limb_of_product::<B, 4>(&row.a, &row.b, limb);
        carry = kept.into();
        if let Some(upper) = limb.checked_sub(4) {
            sum -= sign_a.clone() * b[upper].clone() + sign_b.clone() * a[upper].clone();
            carry -= is_real.clone() * B::Expr::from_u32(CARRY_OFFSET);
        }
        let total = result + carry.clone() * B::Expr::from_u32(1 << 16);
        builder.claim_equal("the product is right", total, sum);
        builder.send(Message::range16(result), is_real.clone());
    }
    carries_are_small(builder, &row.carries.map(Into::into), is_real);
}
