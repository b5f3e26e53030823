//! Equality of two values of `LIMBS` limbs.
//!
//! # Proves
//! `is_equal` = 1 and `is_different` = 0 if the limbs agree, the other way round if they do not.
//!
//! # How
//! On a real row the chip's two expressions add up to 1. Let d be the limbs' differences. Claim 1: is_equal · d = 0, limb by limb, so different values
//! have is_equal = 0. Claim 2: Σ d · inverse = is_different, so equal values have is_different = 0. Each value of the pair therefore leaves one
//! solution, and no claim that the bit is a bit is needed. The honest prover inverts one differing limb and sets the other inverses to 0.
//!
//! Differences are compared limb by limb because p is below 2^32: a sum of weighted limbs could vanish modulo p without vanishing.

use p3_field::{Field, PrimeCharacteristicRing};

use super::slots::limbs16;
use crate::chips::builder::{ChipBuilder, Val};

/// Claims that `is_equal` and `is_different`, which add up to 1 on real rows and to 0 on padding, say whether a = b. Degree 3 if they have degree 2.
pub fn equality_is_decided<B: ChipBuilder, const LIMBS: usize>(
    builder: &mut B,
    (a, b): ([B::Var; LIMBS], [B::Var; LIMBS]),
    inverses: [B::Var; LIMBS],
    is_equal: &B::Expr,
    is_different: B::Expr,
) {
    let mut proof = B::Expr::ZERO;
    for ((a, b), inverse) in a.into_iter().zip(b).zip(inverses) {
        let difference: B::Expr = a - b;
        builder.claim("what is called equal is equal", is_equal.clone() * difference.clone());
        proof += difference * inverse.into();
    }
    builder.claim_equal("what is called different has an inverse", proof, is_different);
}

/// The inverse of one differing limb's difference, zeros elsewhere.
pub fn inverses<const LIMBS: usize>(a: u64, b: u64) -> [Val; LIMBS] {
    let mut inverses = [Val::ZERO; LIMBS];
    let differences = limbs16(a).into_iter().zip(limbs16(b));
    let inverse_of = |(a, b): (u16, u16)| (Val::from_u16(a) - Val::from_u16(b)).try_inverse();
    for (cell, inverse) in inverses.iter_mut().zip(differences.map(inverse_of)) {
        if let Some(inverse) = inverse {
            *cell = inverse;
            break;
        }
    }
    inverses
}
