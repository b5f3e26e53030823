//! Addition, subtraction, multiplication, division and square root.

use crate::format::{
    Finite, Format, LEADING_BIT, is_infinite, is_nan, is_zero, magnitude, round_and_pack, shift_right_sticky, unpack,
};

/// `a + b`.
#[inline]
pub fn add<F: Format>(a: u64, b: u64) -> u64 {
    if is_nan::<F>(a) || is_nan::<F>(b) {
        return F::CANONICAL_NAN;
    }
    if is_infinite::<F>(a) {
        return if is_infinite::<F>(b) && a != b {
            F::CANONICAL_NAN
        } else {
            a
        };
    }
    if is_infinite::<F>(b) || is_zero::<F>(a) {
        // −0 + −0 is −0; +0 + −0 is +0; 0 + b is b.
        return if is_zero::<F>(b) { a & b } else { b };
    }
    if is_zero::<F>(b) {
        return a;
    }
    let (larger, smaller) = if magnitude::<F>(a) >= magnitude::<F>(b) {
        (a, b)
    } else {
        (b, a)
    };
    let sign = larger & F::SIGN;
    let high = unpack::<F>(larger);
    let low = unpack::<F>(smaller);
    let aligned = shift_right_sticky(low.significand, (high.exponent - low.exponent) as u32);
    if (a ^ b) & F::SIGN == 0 {
        round_and_pack::<F>(sign, normalise_carry(high.exponent, high.significand + aligned))
    } else {
        let difference = high.significand - aligned;
        if difference == 0 {
            return 0;
        }
        // The sticky bit stays right: a shift left by more than one happens only when nothing was shifted out.
        let shift = difference.leading_zeros() - (63 - LEADING_BIT);
        round_and_pack::<F>(
            sign,
            Finite {
                exponent: high.exponent - shift as i32,
                significand: difference.wrapping_shl(shift),
            },
        )
    }
}

/// `a − b`.
#[inline]
pub fn sub<F: Format>(a: u64, b: u64) -> u64 {
    add::<F>(a, b ^ F::SIGN)
}

/// `a · b`.
#[inline]
pub fn mul<F: Format>(a: u64, b: u64) -> u64 {
    if is_nan::<F>(a) || is_nan::<F>(b) {
        return F::CANONICAL_NAN;
    }
    let sign = (a ^ b) & F::SIGN;
    if is_infinite::<F>(a) || is_infinite::<F>(b) {
        return if is_zero::<F>(a) || is_zero::<F>(b) {
            F::CANONICAL_NAN
        } else {
            sign | F::INFINITY
        };
    }
    if is_zero::<F>(a) || is_zero::<F>(b) {
        return sign;
    }
    let a = unpack::<F>(a);
    let b = unpack::<F>(b);
    let product = mul_high_sticky(a.significand << 1, b.significand << 1);
    round_and_pack::<F>(sign, normalise_carry(a.exponent + b.exponent, product))
}

/// `a / b`.
#[inline]
pub fn div<F: Format>(a: u64, b: u64) -> u64 {
    if is_nan::<F>(a) || is_nan::<F>(b) {
        return F::CANONICAL_NAN;
    }
    let sign = (a ^ b) & F::SIGN;
    if is_infinite::<F>(a) {
        return if is_infinite::<F>(b) {
            F::CANONICAL_NAN
        } else {
            sign | F::INFINITY
        };
    }
    if is_infinite::<F>(b) {
        return sign;
    }
    if is_zero::<F>(b) {
        return if is_zero::<F>(a) {
            F::CANONICAL_NAN
        } else {
            sign | F::INFINITY
        };
    }
    if is_zero::<F>(a) {
        return sign;
    }
    let a = unpack::<F>(a);
    let b = unpack::<F>(b);
    // Both significands as integers of FRACTION_BITS + 1 bits.
    let dropped_bits = LEADING_BIT - F::FRACTION_BITS;
    let divisor = b.significand >> dropped_bits;
    let mut remainder = a.significand >> dropped_bits;
    let mut exponent = a.exponent - b.exponent;
    if remainder < divisor {
        remainder <<= 1;
        exponent -= 1;
    }
    remainder -= divisor;
    // The quotient is a one followed by 11 bits a step: (remainder · 2^11) fits 64 bits because remainder < divisor < 2^53.
    let steps = (F::FRACTION_BITS + 2).div_ceil(QUOTIENT_BITS_PER_STEP);
    let mut quotient = 1u64;
    let mut step = 0;
    while step < steps {
        let dividend = remainder << QUOTIENT_BITS_PER_STEP;
        // The divisor has its leading one; `checked_div` only spares the compiled routine a panic it cannot reach.
        let digits = dividend.checked_div(divisor).unwrap_or(0);
        remainder = dividend.wrapping_sub(digits.wrapping_mul(divisor));
        quotient = (quotient << QUOTIENT_BITS_PER_STEP) | digits;
        step += 1;
    }
    let significand = (quotient << (LEADING_BIT - steps * QUOTIENT_BITS_PER_STEP)) | u64::from(remainder != 0);
    round_and_pack::<F>(sign, Finite { exponent, significand })
}

const QUOTIENT_BITS_PER_STEP: u32 = 11;

/// The square root of `a`.
#[inline]
pub fn sqrt<F: Format>(a: u64) -> u64 {
    if is_nan::<F>(a) {
        return F::CANONICAL_NAN;
    }
    if is_zero::<F>(a) {
        return a;
    }
    if a & F::SIGN != 0 {
        return F::CANONICAL_NAN;
    }
    if is_infinite::<F>(a) {
        return a;
    }
    let a = unpack::<F>(a);
    // An even exponent, and the radicand in [2^62, 2^64).
    let mut radicand = a.significand << (a.exponent & 1);
    // One digit a step, as on paper: two more bits of the radicand, then the largest digit that fits.
    let digits = F::FRACTION_BITS + 3;
    let mut root = 0u64;
    let mut remainder = 0u64;
    let mut digit = 0;
    while digit < digits {
        remainder = (remainder << 2) | (radicand >> 62);
        radicand <<= 2;
        let trial = (root << 2) | 1;
        root <<= 1;
        if remainder >= trial {
            remainder -= trial;
            root |= 1;
        }
        digit += 1;
    }
    let significand = (root << (LEADING_BIT + 1 - digits)) | u64::from(remainder | radicand != 0);
    round_and_pack::<F>(
        0,
        Finite {
            exponent: a.exponent >> 1,
            significand,
        },
    )
}

/// A significand that may have carried into the bit above [`LEADING_BIT`].
#[inline(always)]
fn normalise_carry(exponent: i32, significand: u64) -> Finite {
    if significand >> (LEADING_BIT + 1) == 1 {
        Finite {
            exponent: exponent + 1,
            significand: shift_right_sticky(significand, 1),
        }
    } else {
        Finite { exponent, significand }
    }
}

/// The high 64 bits of a product, the low ones folded into the lowest bit. By halves: a 128-bit value would be returned
/// through memory on wasm32.
#[inline(always)]
fn mul_high_sticky(a: u64, b: u64) -> u64 {
    let (a_high, a_low) = (a >> 32, a & 0xffff_ffff);
    let (b_high, b_low) = (b >> 32, b & 0xffff_ffff);
    let low = a_low * b_low;
    let middle = a_high * b_low + (low >> 32);
    let other_middle = a_low * b_high + (middle & 0xffff_ffff);
    let high = a_high * b_high + (middle >> 32) + (other_middle >> 32);
    let below = (other_middle << 32) | (low & 0xffff_ffff);
    high | u64::from(below != 0)
}
