//! Sums of limbs.
//!
//! # Proves
//! Where the selector is not 0: left + right = total modulo 2^(16 · LIMBS).
//!
//! # How
//! From the lowest limb up, (left + right + carry − total) / 2^16 must be a bit: the next carry. The last one is dropped, or the chip's.
//!
//! # Assumes
//! All limbs are 16-bit values; then for fixed left and right only one total, and for fixed right and total only one left, satisfies this.

use p3_field::PrimeCharacteristicRing;

use crate::chips::builder::ChipBuilder;

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
