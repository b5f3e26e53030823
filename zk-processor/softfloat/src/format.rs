//! The two formats, and the way between their bits and a normalised number.

/// A binary interchange format of IEEE 754, at most 64 bits wide.
pub trait Format {
    /// Bits of the fraction, without the implied leading one.
    const FRACTION_BITS: u32;
    /// Bits of the exponent.
    const EXPONENT_BITS: u32;

    /// Distance between the stored and the true exponent; odd in both formats.
    const BIAS: i32 = (1 << (Self::EXPONENT_BITS - 1)) - 1;
    /// The stored exponent of infinities and NaNs.
    const EXPONENT_MAX: i32 = (1 << Self::EXPONENT_BITS) - 1;
    /// The sign bit.
    const SIGN: u64 = 1 << (Self::FRACTION_BITS + Self::EXPONENT_BITS);
    /// Positive infinity.
    const INFINITY: u64 = (Self::EXPONENT_MAX as u64) << Self::FRACTION_BITS;
    /// The implied leading one of a normal number.
    const LEADING_ONE: u64 = 1 << Self::FRACTION_BITS;
    /// One.
    const ONE: u64 = (Self::BIAS as u64) << Self::FRACTION_BITS;
    /// The only NaN that arithmetic produces.
    const CANONICAL_NAN: u64 = Self::INFINITY | (1 << (Self::FRACTION_BITS - 1));
}

/// binary32.
#[derive(Clone, Copy, Debug)]
pub enum F32 {}

/// binary64.
#[derive(Clone, Copy, Debug)]
pub enum F64 {}

impl Format for F32 {
    const FRACTION_BITS: u32 = 23;
    const EXPONENT_BITS: u32 = 8;
}

impl Format for F64 {
    const FRACTION_BITS: u32 = 52;
    const EXPONENT_BITS: u32 = 11;
}

/// The bit of the leading one in [`Finite::significand`]: one below the top, so that a sum of two does not overflow.
pub(crate) const LEADING_BIT: u32 = 62;

/// A finite number other than zero: `significand · 2^(exponent − LEADING_BIT)`, its leading one at [`LEADING_BIT`].
#[derive(Clone, Copy)]
pub(crate) struct Finite {
    pub(crate) exponent: i32,
    pub(crate) significand: u64,
}

/// The bits without the sign.
#[inline(always)]
pub(crate) fn magnitude<F: Format>(bits: u64) -> u64 {
    bits & (F::SIGN - 1)
}

#[inline(always)]
pub(crate) fn is_nan<F: Format>(bits: u64) -> bool {
    magnitude::<F>(bits) > F::INFINITY
}

#[inline(always)]
pub(crate) fn is_infinite<F: Format>(bits: u64) -> bool {
    magnitude::<F>(bits) == F::INFINITY
}

#[inline(always)]
pub(crate) fn is_zero<F: Format>(bits: u64) -> bool {
    magnitude::<F>(bits) == 0
}

/// Takes the magnitude of a finite number other than zero apart; subnormal numbers come out normalised.
#[inline(always)]
pub(crate) fn unpack<F: Format>(bits: u64) -> Finite {
    let magnitude = magnitude::<F>(bits);
    let stored_exponent = (magnitude >> F::FRACTION_BITS) as i32;
    let fraction = magnitude & (F::LEADING_ONE - 1);
    if stored_exponent == 0 {
        let shift = fraction.leading_zeros() - (63 - LEADING_BIT);
        let exponent = 1 - F::BIAS + (LEADING_BIT - F::FRACTION_BITS) as i32 - shift as i32;
        Finite {
            exponent,
            significand: fraction.wrapping_shl(shift),
        }
    } else {
        let significand = (fraction | F::LEADING_ONE) << (LEADING_BIT - F::FRACTION_BITS);
        Finite {
            exponent: stored_exponent - F::BIAS,
            significand,
        }
    }
}

/// Shifts right; a one that falls out stays visible in the lowest bit, which is all that rounding needs to know about it.
#[inline(always)]
pub(crate) fn shift_right_sticky(value: u64, by: u32) -> u64 {
    if by == 0 {
        value
    } else if by < 64 {
        (value >> by) | u64::from(value << (64 - by) != 0)
    } else {
        u64::from(value != 0)
    }
}

/// Rounds to nearest, ties to even, and packs; overflows to infinity, underflows through the subnormal numbers to zero.
///
/// `number` is normalised, with everything below its lowest bit folded into that bit ([`shift_right_sticky`]). `sign` is 0 or
/// [`Format::SIGN`].
#[inline]
pub(crate) fn round_and_pack<F: Format>(sign: u64, number: Finite) -> u64 {
    let stored_exponent = number.exponent + F::BIAS;
    if stored_exponent >= F::EXPONENT_MAX {
        return sign | F::INFINITY;
    }
    let (base, significand) = if stored_exponent > 0 {
        // The leading one, added below, is the missing one of the exponent.
        (((stored_exponent - 1) as u64) << F::FRACTION_BITS, number.significand)
    } else {
        (0, shift_right_sticky(number.significand, (1 - stored_exponent) as u32))
    };
    let dropped_bits = LEADING_BIT - F::FRACTION_BITS;
    let kept = significand >> dropped_bits;
    let dropped = significand & ((1 << dropped_bits) - 1);
    let half = 1 << (dropped_bits - 1);
    let rounds_up = dropped > half || (dropped == half && kept & 1 == 1);
    // A carry out of the fraction increments the exponent, up to infinity: exactly what rounding asks for.
    sign | (base + kept + u64::from(rounds_up))
}
