//! Conversions between floats and integers, and between the two formats.

use crate::format::{
    F32, F64, Finite, Format, LEADING_BIT, is_infinite, is_nan, is_zero, magnitude, round_and_pack, shift_right_sticky,
    unpack,
};

/// Why a float has no integer value; each is a trap of its own in Wasm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConversionError {
    /// The float is NaN ("invalid conversion to integer").
    NotANumber,
    /// The integer part does not fit ("integer overflow").
    OutOfRange,
}

/// `f32.demote_f64`.
#[inline]
pub fn demote(a: u64) -> u64 {
    change_format::<F64, F32>(a)
}

/// `f64.promote_f32`.
#[inline]
pub fn promote(a: u64) -> u64 {
    change_format::<F32, F64>(a)
}

#[inline(always)]
fn change_format<From: Format, To: Format>(a: u64) -> u64 {
    let sign = if a & From::SIGN == 0 { 0 } else { To::SIGN };
    if is_nan::<From>(a) {
        To::CANONICAL_NAN
    } else if is_infinite::<From>(a) {
        sign | To::INFINITY
    } else if is_zero::<From>(a) {
        sign
    } else {
        round_and_pack::<To>(sign, unpack::<From>(a))
    }
}

/// The float nearest to an unsigned integer.
#[inline]
pub fn from_unsigned<F: Format>(value: u64) -> u64 {
    from_magnitude::<F>(0, value)
}

/// The float nearest to a signed integer.
#[inline]
pub fn from_signed<F: Format>(value: i64) -> u64 {
    from_magnitude::<F>(if value < 0 { F::SIGN } else { 0 }, value.unsigned_abs())
}

#[inline(always)]
fn from_magnitude<F: Format>(sign: u64, value: u64) -> u64 {
    if value == 0 {
        return 0;
    }
    let shift = value.leading_zeros();
    let significand = shift_right_sticky(value.wrapping_shl(shift), 63 - LEADING_BIT);
    round_and_pack::<F>(
        sign,
        Finite {
            exponent: 63 - shift as i32,
            significand,
        },
    )
}

/// The integer part as an unsigned integer of `bits` bits (32 or 64).
///
/// # Errors
/// NaN, or an integer part that `bits` bits cannot hold.
#[inline(always)]
pub fn to_unsigned<F: Format>(a: u64, bits: u32) -> Result<u64, ConversionError> {
    let integer = integer_part::<F>(a)?;
    let negative = a & F::SIGN != 0;
    if (negative && integer != 0) || integer > u64::MAX >> (64 - bits) {
        return Err(ConversionError::OutOfRange);
    }
    Ok(integer)
}

/// The integer part as a signed integer of `bits` bits (32 or 64).
///
/// # Errors
/// NaN, or an integer part that `bits` bits cannot hold.
#[inline(always)]
pub fn to_signed<F: Format>(a: u64, bits: u32) -> Result<i64, ConversionError> {
    let integer = integer_part::<F>(a)?;
    let negative = a & F::SIGN != 0;
    let limit = (1u64 << (bits - 1)) - u64::from(!negative);
    if integer > limit {
        return Err(ConversionError::OutOfRange);
    }
    Ok(if negative {
        integer.wrapping_neg() as i64
    } else {
        integer as i64
    })
}

/// Like [`to_unsigned`], but NaN becomes 0 and what does not fit becomes the nearest value that does.
#[inline(always)]
pub fn saturate_unsigned<F: Format>(a: u64, bits: u32) -> u64 {
    match to_unsigned::<F>(a, bits) {
        Ok(integer) => integer,
        Err(ConversionError::OutOfRange) if a & F::SIGN == 0 => u64::MAX >> (64 - bits),
        Err(_) => 0,
    }
}

/// Like [`to_signed`], but NaN becomes 0 and what does not fit becomes the nearest value that does.
#[inline(always)]
pub fn saturate_signed<F: Format>(a: u64, bits: u32) -> i64 {
    match to_signed::<F>(a, bits) {
        Ok(integer) => integer,
        Err(ConversionError::NotANumber) => 0,
        Err(ConversionError::OutOfRange) if a & F::SIGN == 0 => i64::MAX >> (64 - bits),
        Err(ConversionError::OutOfRange) => i64::MIN >> (64 - bits),
    }
}

/// The magnitude without its fraction, if 64 bits hold it.
#[inline(always)]
fn integer_part<F: Format>(a: u64) -> Result<u64, ConversionError> {
    if is_nan::<F>(a) {
        return Err(ConversionError::NotANumber);
    }
    let magnitude = magnitude::<F>(a);
    let exponent = (magnitude >> F::FRACTION_BITS) as i32 - F::BIAS;
    if exponent < 0 {
        return Ok(0);
    }
    if exponent > 63 {
        return Err(ConversionError::OutOfRange);
    }
    let significand = (magnitude & (F::LEADING_ONE - 1)) | F::LEADING_ONE;
    let shift = exponent - F::FRACTION_BITS as i32;
    Ok(if shift >= 0 {
        significand << shift
    } else {
        significand >> -shift
    })
}
