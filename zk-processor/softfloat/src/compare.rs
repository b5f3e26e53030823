//! Comparisons, minimum and maximum.

use crate::format::{Format, is_nan};

/// `a == b`; false for NaN, and −0 equals +0. (`ne` is its negation, `gt` and `ge` are [`lt`] and [`le`] the other way round.)
#[inline]
pub fn eq<F: Format>(a: u64, b: u64) -> bool {
    are_numbers::<F>(a, b) && value::<F>(a) == value::<F>(b)
}

/// `a < b`; false for NaN.
#[inline]
pub fn lt<F: Format>(a: u64, b: u64) -> bool {
    are_numbers::<F>(a, b) && value::<F>(a) < value::<F>(b)
}

/// `a <= b`; false for NaN.
#[inline]
pub fn le<F: Format>(a: u64, b: u64) -> bool {
    are_numbers::<F>(a, b) && value::<F>(a) <= value::<F>(b)
}

#[inline(always)]
fn are_numbers<F: Format>(a: u64, b: u64) -> bool {
    !is_nan::<F>(a) && !is_nan::<F>(b)
}

/// A number that grows with the value, the same for both zeros; for anything but NaN.
#[inline(always)]
fn value<F: Format>(bits: u64) -> i64 {
    let magnitude = (bits & (F::SIGN - 1)) as i64;
    if bits & F::SIGN == 0 { magnitude } else { -magnitude }
}

/// The smaller one; NaN if either is NaN, and −0 is smaller than +0.
#[inline]
pub fn min<F: Format>(a: u64, b: u64) -> u64 {
    if !are_numbers::<F>(a, b) {
        F::CANONICAL_NAN
    } else if order::<F>(a) <= order::<F>(b) {
        a
    } else {
        b
    }
}

/// The larger one; NaN if either is NaN, and +0 is larger than −0.
#[inline]
pub fn max<F: Format>(a: u64, b: u64) -> u64 {
    if !are_numbers::<F>(a, b) {
        F::CANONICAL_NAN
    } else if order::<F>(a) >= order::<F>(b) {
        a
    } else {
        b
    }
}

/// A number that grows with the value, −0 below +0; for anything but NaN.
#[inline(always)]
fn order<F: Format>(bits: u64) -> i64 {
    let magnitude = (bits & (F::SIGN - 1)) as i64;
    if bits & F::SIGN == 0 { magnitude } else { -1 - magnitude }
}
