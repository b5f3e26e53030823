//! Why a row of a sum with carry cannot lie.

use p3_field::PrimeCharacteristicRing;

use super::columns::Carry64Cols;
use crate::chips::builder::{Chip, ChipBuilder, Columns, Val};
use crate::chips::buses::Message;
use crate::chips::gadgets::slots::offset;
use crate::chips::gadgets::sum::sum_with_carry_holds;
use crate::chips::gadgets::wide::{Wide, WideCols};
use crate::isa::Opcode;

/// The chip.
#[derive(Clone, Copy, Debug)]
pub struct Carry64;

impl Chip for Carry64 {
    fn name(&self) -> &'static str {
        "carry_64"
    }

    fn width(&self) -> usize {
        Carry64Cols::<Val>::WIDTH
    }

    fn max_degree(&self) -> usize {
        3
    }

    fn uses_next_row(&self) -> bool {
        false
    }

    fn eval<B: ChipBuilder>(&self, builder: &mut B) {
        let row: Carry64Cols<B::Var> = builder.current();
        let [is_real, is_sub, is_with] = [row.is_real, row.is_sub, row.is_with].map(Into::<B::Expr>::into);
        builder.claim_boolean("real or padding", is_real.clone());
        for form in [is_sub.clone(), is_with.clone()] {
            builder.claim_boolean("each form is a bit", form.clone());
            builder.claim("only a real row has a form", form * (B::Expr::ONE - is_real.clone()));
        }
        sum_is_right(builder, &row, [&is_real, &is_sub, &is_with]);
        let wide = WideCols::from_cells(&row.wide);
        carry_that_is_read_stays(builder, &wide, row.carry, &is_with);
        for limb in row.result {
            builder.send(Message::range16(limb), is_real.clone());
        }
        let [a, b, result] = [row.a, row.b, row.result].map(|limbs| limbs.map(Into::<B::Expr>::into));
        let earlier = offset::SECOND_DESTINATION - offset::C;
        let instruction = Wide {
            // The codes are in the order out, out of a difference, in, in of a difference.
            opcode: is_real.clone() * B::Expr::from_u32(Opcode::AddCarry64 as u32)
                + is_sub
                + is_with.clone() * B::Expr::TWO,
            count: is_real,
            a,
            b,
            result,
            third: [row.carry.into(), B::Expr::ZERO, B::Expr::ZERO, B::Expr::ZERO],
            third_offset: B::Expr::from_u32(offset::SECOND_DESTINATION) - is_with * B::Expr::from_u32(earlier),
        };
        wide.execute(builder, instruction);
    }
}

/// With a carry in, the one out of the top limb is dropped; without, it leaves.
fn sum_is_right<B: ChipBuilder>(builder: &mut B, row: &Carry64Cols<B::Var>, [is_real, is_sub, is_with]: [&B::Expr; 3]) {
    let [a, b, result] = [row.a, row.b, row.result].map(|limbs| limbs.map(Into::<B::Expr>::into));
    let (carry, carry_in): (B::Expr, B::Expr) = (row.carry.into(), row.carry_in.into());
    builder.claim_boolean("the carry is a bit", carry.clone());
    builder.claim_equal(
        "only a carry that is read comes in",
        carry_in.clone(),
        is_with.clone() * carry.clone(),
    );
    let is_add = is_real.clone() - is_sub.clone();
    // A difference is the same equation with a and the result exchanged.
    let left_over = [
        sum_with_carry_holds(builder, &is_add, carry_in.clone(), [&a, &b, &result]),
        sum_with_carry_holds(builder, is_sub, carry_in, [&result, &b, &a]),
    ];
    for (selector, left_over) in [&is_add, is_sub].into_iter().zip(left_over) {
        builder.claim(
            "a carry that leaves is the top limb's",
            selector.clone() * (B::Expr::ONE - is_with.clone()) * (left_over - carry.clone()),
        );
    }
}

fn carry_that_is_read_stays<B: ChipBuilder>(
    builder: &mut B,
    wide: &WideCols<B::Var>,
    carry: B::Var,
    is_with: &B::Expr,
) {
    let [low, upper @ ..] = wide.third_old;
    builder.claim("a carry that is read stays", is_with.clone() * (low - carry));
    for limb in upper {
        builder.claim("a carry that is read stays", is_with.clone() * limb.into());
    }
}
