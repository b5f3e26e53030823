//! Rounding to an integral value.

use crate::format::{Format, is_nan, magnitude};

/// Towards zero.
#[inline]
pub fn trunc<F: Format>(a: u64) -> u64 {
    round::<F>(a, |_, _| false)
}

/// Towards positive infinity.
#[inline]
pub fn ceil<F: Format>(a: u64) -> u64 {
    round::<F>(a, |negative, _| !negative)
}

/// Towards negative infinity.
#[inline]
pub fn floor<F: Format>(a: u64) -> u64 {
    round::<F>(a, |negative, _| negative)
}

/// To the nearest, ties to even.
#[inline]
pub fn nearest<F: Format>(a: u64) -> u64 {
    round::<F>(a, |_, fraction| match fraction {
        Fraction::BelowHalf => false,
        Fraction::Half { integer_is_odd } => integer_is_odd,
        Fraction::AboveHalf => true,
    })
}

enum Fraction {
    BelowHalf,
    Half { integer_is_odd: bool },
    AboveHalf,
}

/// Drops the fraction; where there is one, `away(negative, fraction)` says whether the magnitude grows to the next integer.
#[inline(always)]
fn round<F: Format>(a: u64, away: impl Fn(bool, Fraction) -> bool) -> u64 {
    if is_nan::<F>(a) {
        return F::CANONICAL_NAN;
    }
    let magnitude = magnitude::<F>(a);
    let sign = a & F::SIGN;
    let exponent = (magnitude >> F::FRACTION_BITS) as i32 - F::BIAS;
    if magnitude == 0 || exponent >= F::FRACTION_BITS as i32 {
        return a;
    }
    if exponent < 0 {
        let half = F::ONE - F::LEADING_ONE;
        let fraction = if magnitude < half {
            Fraction::BelowHalf
        } else if magnitude == half {
            Fraction::Half { integer_is_odd: false }
        } else {
            Fraction::AboveHalf
        };
        return if away(sign != 0, fraction) { sign | F::ONE } else { sign };
    }
    let unit = F::LEADING_ONE >> exponent;
    let dropped = magnitude & (unit - 1);
    if dropped == 0 {
        return a;
    }
    let half = unit >> 1;
    let fraction = if dropped < half {
        Fraction::BelowHalf
    } else if dropped == half {
        // For an exponent of 0 this is the lowest bit of the odd BIAS, standing in for the implied leading one.
        Fraction::Half {
            integer_is_odd: magnitude & unit != 0,
        }
    } else {
        Fraction::AboveHalf
    };
    let integer = a - dropped;
    if away(sign != 0, fraction) {
        integer + unit
    } else {
        integer
    }
}
