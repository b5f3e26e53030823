//! Sums of limbs, and the instructions that are one sum or one difference.
//!
//! # Proves
//! Where the selector is not 0: left + right = total modulo 2^(16 · LIMBS). Of an instruction: the result is a + b or a − b, whichever its opcode
//! says.
//!
//! # How
//! From the lowest limb up, (left + right + carry − total) / 2^16 must be a bit: the next carry. The last one is dropped, or the chip's.
//!
//! # Assumes
//! All limbs are 16-bit values; then for fixed left and right only one total, and for fixed right and total only one left, satisfies this.

use p3_field::PrimeCharacteristicRing;

use super::slots::{Operation, Values, limbs16, low_limbs};
use crate::chips::builder::{ChipBuilder, Val};
use crate::chips::buses::Message;
use crate::chips::byte_table::ByteLookups;
use crate::isa::Opcode;

/// 2^-16 modulo p.
const INVERSE_OF_2_16: u32 = 2_130_673_921;

/// Claims the sum where `selector` is not 0. Degree 2 plus the selector's, if the limbs have degree 1.
pub fn sum_holds<B: ChipBuilder, const LIMBS: usize>(
    builder: &mut B,
    selector: &B::Expr,
    limbs: [&[B::Expr; LIMBS]; 3],
) {
    sum_with_carry_holds(builder, selector, B::Expr::ZERO, limbs);
}

/// Claims left + right + carry = total where `selector` is not 0, and returns the carry out of the last limb, there a bit. The carry in is a bit by a
/// claim of the chip.
pub fn sum_with_carry_holds<B: ChipBuilder, const LIMBS: usize>(
    builder: &mut B,
    selector: &B::Expr,
    mut carry: B::Expr,
    [left, right, total]: [&[B::Expr; LIMBS]; 3],
) -> B::Expr {
    for ((left, right), total) in left.iter().zip(right).zip(total) {
        let excess = left.clone() + right.clone() + carry - total.clone();
        carry = excess * B::Expr::from_u32(INVERSE_OF_2_16);
        let is_no_bit = carry.clone() * carry.clone() - carry.clone();
        builder.claim("the sum is right", selector.clone() * is_no_bit);
    }
    carry
}

/// The columns of one sum or difference.
#[derive(Clone, Copy, Debug)]
pub struct Sum<T, const LIMBS: usize> {
    /// 1 if the result is a + b.
    pub is_add: T,
    /// 1 if the result is a − b.
    pub is_sub: T,
    /// Limbs of a.
    pub a: [T; LIMBS],
    /// Limbs of b.
    pub b: [T; LIMBS],
    /// Limbs of the result, looked up.
    pub result: [T; LIMBS],
}

/// Declares the accessors of a chip's [`Sum`] columns.
macro_rules! sum_of_columns {
    ($name:ident, $limbs:literal limbs) => {
        impl<T: Copy> $name<T> {
            /// The columns of the sum.
            pub(super) fn sum(&self) -> $crate::chips::gadgets::sum::Sum<T, $limbs> {
                $crate::chips::gadgets::sum::Sum {
                    is_add: self.is_add,
                    is_sub: self.is_sub,
                    a: self.a,
                    b: self.b,
                    result: self.result,
                }
            }

            /// Sets the columns of the sum.
            pub(super) fn put_sum(&mut self, sum: $crate::chips::gadgets::sum::Sum<T, $limbs>) {
                (self.is_add, self.is_sub) = (sum.is_add, sum.is_sub);
                (self.a, self.b, self.result) = (sum.a, sum.b, sum.result);
            }
        }
    };
}
pub(crate) use sum_of_columns;

impl<T: Copy, const LIMBS: usize> Sum<T, LIMBS> {
    /// Claims the sum or the difference; what the row executes, with the codes of both, and the result's limbs.
    pub fn holds<B: ChipBuilder<Var = T>>(
        &self,
        builder: &mut B,
        [add, sub]: [Opcode; 2],
        is_immediate: T,
    ) -> (Operation<B::Expr, LIMBS>, [B::Expr; LIMBS])
    where
        T: Into<B::Expr>,
    {
        let (is_add, is_sub): (B::Expr, B::Expr) = (self.is_add.into(), self.is_sub.into());
        let is_real = is_add.clone() + is_sub.clone();
        builder.claim_boolean("each selector is a bit", is_add.clone());
        builder.claim_boolean("each selector is a bit", is_sub.clone());
        builder.claim_boolean("one operation or padding", is_real.clone());
        // The code after a difference's is that of another operation.
        builder.claim("a difference has no immediate", is_sub.clone() * is_immediate.into());
        let [a, b, result] = [self.a, self.b, self.result].map(|limbs| limbs.map(Into::<B::Expr>::into));
        // A difference is the same equation with a and the result exchanged.
        sum_holds(builder, &is_add, [&a, &b, &result]);
        sum_holds(builder, &is_sub, [&result, &b, &a]);
        for limb in &result {
            builder.send(Message::range16(limb.clone()), is_real.clone());
        }
        let operation = Operation {
            opcode: is_add * B::Expr::from_u32(add as u32) + is_sub * B::Expr::from_u32(sub as u32),
            is_real,
            a,
            b,
        };
        (operation, result)
    }
}

impl<const LIMBS: usize> Sum<Val, LIMBS> {
    /// The columns of these values, with their lookups.
    pub fn filled(is_sub: bool, values: &Values, lookups: &mut ByteLookups) -> Self {
        for limb in limbs16(values.result).into_iter().take(LIMBS) {
            lookups.ask_range16(limb);
        }
        Self {
            is_add: Val::from_bool(!is_sub),
            is_sub: Val::from_bool(is_sub),
            a: low_limbs(values.a),
            b: low_limbs(values.b),
            result: low_limbs(values.result),
        }
    }
}

#[cfg(test)]
mod tests {
    use p3_field::PrimeCharacteristicRing;

    use super::INVERSE_OF_2_16;
    use crate::chips::builder::Val;

    #[test]
    fn the_inverse_is_the_inverse() {
        assert_eq!(Val::from_u32(INVERSE_OF_2_16) * Val::from_u32(1 << 16), Val::ONE);
    }
}
