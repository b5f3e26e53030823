//! Why a row of the 32-bit product cannot lie.

use p3_field::PrimeCharacteristicRing;

use super::columns::Mul32Cols;
use crate::chips::builder::{Chip, ChipBuilder, Columns, Val};
use crate::chips::buses::Message;
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
        let [a, b] = [row.a, row.b].map(|limbs| {
            limbs.map(|[low, high]| {
                builder.send(Message::byte_pair(low, high), is_real.clone());
                low + high.into() * B::Expr::from_u32(1 << 8)
            })
        });
        product_is_right(builder, &row, &is_real);
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

/// Place i of the product is the sum of products of bytes whose places add up to i. Two places make a limb; with carries below 2^11, limb + 2^16 · carry and
/// the sum are both below 2^28, so equal modulo p is equal.
fn product_is_right<B: ChipBuilder>(builder: &mut B, row: &Mul32Cols<B::Var>, is_real: &B::Expr) {
    let ([[a0, a1], [a2, a3]], [[b0, b1], [b2, b3]]) = (row.a, row.b);
    let (a, b) = ([a0, a1, a2, a3], [b0, b1, b2, b3]);
    let place = |place: usize| {
        let pairs = a.iter().take(place + 1).zip(b.iter().take(place + 1).rev());
        pairs.fold(B::Expr::ZERO, |sum, (a, b)| sum + *a * (*b).into())
    };
    let mut carry = B::Expr::ZERO;
    for (limb, (result, next_carry)) in row.result.into_iter().zip(row.carries).enumerate() {
        let sum = carry + place(2 * limb) + place(2 * limb + 1) * B::Expr::from_u32(1 << 8);
        carry = next_carry.into();
        builder.claim_equal(
            "the product is right",
            result + carry.clone() * B::Expr::from_u32(1 << 16),
            sum,
        );
        builder.send(Message::range16(result), is_real.clone());
        builder.send(Message::range16(next_carry), is_real.clone());
    }
    let [low, high] = row.carries;
    let both = (low + high) * B::Expr::from_u32(1 << 5);
    builder.send(Message::range16(both), is_real.clone());
}
