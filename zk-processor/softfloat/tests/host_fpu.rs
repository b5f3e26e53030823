//! Every routine against the host's floating-point unit, bit for bit, on edge values and on random ones.
#![expect(clippy::float_arithmetic, reason = "the host's floating-point unit is the oracle")]

use proptest::prelude::*;
use softfloat::{ConversionError, F32, F64, Format};

/// Bits of every kind: zeros, subnormal and normal limits, ones and their neighbours, integer limits, infinities, NaNs.
fn edge_values<F: Format>() -> Vec<u64> {
    let mut magnitudes = vec![
        0,
        1,
        2,
        3,
        F::LEADING_ONE - 1,
        F::LEADING_ONE,
        F::INFINITY - 1,
        F::INFINITY,
        F::INFINITY + 1,
    ];
    magnitudes.extend([F::CANONICAL_NAN, F::CANONICAL_NAN | 1, F::SIGN - 1]);
    for exponent in [
        -70, -24, -2, -1, 0, 1, 2, 22, 23, 24, 30, 31, 32, 33, 51, 52, 53, 62, 63, 64, 65, 100,
    ] {
        let power = ((exponent + F::BIAS) as u64) << F::FRACTION_BITS;
        for fraction in [
            0,
            1,
            F::LEADING_ONE / 2 - 1,
            F::LEADING_ONE / 2,
            F::LEADING_ONE / 2 + 1,
            F::LEADING_ONE - 2,
            F::LEADING_ONE - 1,
        ] {
            magnitudes.push(power | fraction);
        }
    }
    magnitudes.iter().flat_map(|&bits| [bits, bits | F::SIGN]).collect()
}

fn canonical32(value: f32) -> u64 {
    if value.is_nan() {
        F32::CANONICAL_NAN
    } else {
        u64::from(value.to_bits())
    }
}

fn canonical64(value: f64) -> u64 {
    if value.is_nan() {
        F64::CANONICAL_NAN
    } else {
        value.to_bits()
    }
}

/// Wasm's `min`: NaN if either is, −0 below +0.
macro_rules! wasm_min_max {
    ($min:ident, $max:ident, $float:ty) => {
        fn $min(a: $float, b: $float) -> $float {
            if a.is_nan() || b.is_nan() {
                <$float>::NAN
            } else if a == b {
                if a.is_sign_negative() { a } else { b }
            } else if a < b {
                a
            } else {
                b
            }
        }
        fn $max(a: $float, b: $float) -> $float {
            -$min(-a, -b)
        }
    };
}
wasm_min_max!(min32, max32, f32);
wasm_min_max!(min64, max64, f64);

macro_rules! check_format {
    ($unary:ident, $binary:ident, $format:ty, $float:ty, $bits:ty, $canonical:ident, $min:ident, $max:ident) => {
        fn $binary(a: u64, b: u64) {
            let (x, y) = (<$float>::from_bits(a as $bits), <$float>::from_bits(b as $bits));
            let context = || format!("{x:e} ({a:#x}), {y:e} ({b:#x})");
            assert_eq!(
                softfloat::add::<$format>(a, b),
                $canonical(x + y),
                "add {}",
                context()
            );
            assert_eq!(
                softfloat::sub::<$format>(a, b),
                $canonical(x - y),
                "sub {}",
                context()
            );
            assert_eq!(
                softfloat::mul::<$format>(a, b),
                $canonical(x * y),
                "mul {}",
                context()
            );
            assert_eq!(
                softfloat::div::<$format>(a, b),
                $canonical(x / y),
                "div {}",
                context()
            );
            assert_eq!(
                softfloat::min::<$format>(a, b),
                $canonical($min(x, y)),
                "min {}",
                context()
            );
            assert_eq!(
                softfloat::max::<$format>(a, b),
                $canonical($max(x, y)),
                "max {}",
                context()
            );
            assert_eq!(softfloat::eq::<$format>(a, b), x == y, "eq {}", context());
            assert_eq!(softfloat::lt::<$format>(a, b), x < y, "lt {}", context());
            assert_eq!(softfloat::le::<$format>(a, b), x <= y, "le {}", context());
        }

        fn $unary(a: u64) {
            let x = <$float>::from_bits(a as $bits);
            assert_eq!(
                softfloat::sqrt::<$format>(a),
                $canonical(x.sqrt()),
                "sqrt {x:e} ({a:#x})"
            );
            assert_eq!(
                softfloat::trunc::<$format>(a),
                $canonical(x.trunc()),
                "trunc {x:e} ({a:#x})"
            );
            assert_eq!(
                softfloat::ceil::<$format>(a),
                $canonical(x.ceil()),
                "ceil {x:e} ({a:#x})"
            );
            assert_eq!(
                softfloat::floor::<$format>(a),
                $canonical(x.floor()),
                "floor {x:e} ({a:#x})"
            );
            assert_eq!(
                softfloat::nearest::<$format>(a),
                $canonical(x.round_ties_even()),
                "nearest {x:e} ({a:#x})"
            );
            // Rust's `as` is Wasm's saturating conversion.
            assert_eq!(
                softfloat::saturate_signed::<$format>(a, 32),
                i64::from(x as i32),
                "to i32 {x:e}"
            );
            assert_eq!(
                softfloat::saturate_signed::<$format>(a, 64),
                x as i64,
                "to i64 {x:e}"
            );
            assert_eq!(
                softfloat::saturate_unsigned::<$format>(a, 32),
                u64::from(x as u32),
                "to u32 {x:e}"
            );
            assert_eq!(
                softfloat::saturate_unsigned::<$format>(a, 64),
                x as u64,
                "to u64 {x:e}"
            );
            for bits in [32, 64] {
                let whole = x.trunc();
                let two = 2.0 as $float;
                let signed_fits = whole >= -two.powi(bits - 1) && whole < two.powi(bits - 1);
                let unsigned_fits = whole >= 0.0 && whole < two.powi(bits);
                let error = if x.is_nan() {
                    ConversionError::NotANumber
                } else {
                    ConversionError::OutOfRange
                };
                let signed = softfloat::to_signed::<$format>(a, bits as u32);
                assert_eq!(
                    signed,
                    if signed_fits { Ok(whole as i64) } else { Err(error) },
                    "signed {bits} {x:e}"
                );
                let unsigned = softfloat::to_unsigned::<$format>(a, bits as u32);
                assert_eq!(
                    unsigned,
                    if unsigned_fits {
                        Ok(whole as u64)
                    } else {
                        Err(error)
                    },
                    "unsigned {bits} {x:e}"
                );
            }
        }
    };
}
check_format!(check_unary32, check_binary32, F32, f32, u32, canonical32, min32, max32);
check_format!(check_unary64, check_binary64, F64, f64, u64, canonical64, min64, max64);

fn check_integers(value: u64) {
    assert_eq!(
        softfloat::from_unsigned::<F32>(value),
        canonical32(value as f32),
        "{value}"
    );
    assert_eq!(
        softfloat::from_unsigned::<F64>(value),
        canonical64(value as f64),
        "{value}"
    );
    assert_eq!(
        softfloat::from_signed::<F32>(value as i64),
        canonical32(value as i64 as f32),
        "{value}"
    );
    assert_eq!(
        softfloat::from_signed::<F64>(value as i64),
        canonical64(value as i64 as f64),
        "{value}"
    );
}

#[test]
fn edge_values_agree_with_the_host() {
    let edges = edge_values::<F32>();
    for &a in &edges {
        check_unary32(a);
        assert_eq!(softfloat::promote(a), canonical64(f64::from(f32::from_bits(a as u32))));
        edges.iter().for_each(|&b| check_binary32(a, b));
    }
    let edges = edge_values::<F64>();
    for &a in &edges {
        check_unary64(a);
        assert_eq!(softfloat::demote(a), canonical32(f64::from_bits(a) as f32), "{a:#x}");
        edges.iter().for_each(|&b| check_binary64(a, b));
    }
    for shift in 0..64 {
        for near in [-2i64, -1, 0, 1, 2] {
            check_integers((1u64 << shift).wrapping_add(near as u64));
            check_integers((3u64 << shift).wrapping_add(near as u64));
            check_integers((u64::MAX << shift).wrapping_add(near as u64));
        }
    }
}

/// Random bits rarely meet: near copies give cancellation, ties and neighbours.
fn related(a: u64, b: u64, how: u8) -> u64 {
    match how % 4 {
        0 => b,
        1 => a ^ (b & 0xff),
        2 => a.wrapping_add(b >> 58),
        _ => (a & !0xffff_ffff) | (b & 0xffff_ffff),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20_000))]

    #[test]
    fn random_values_agree_with_the_host(a: u64, b: u64, how: u8, shift in 0u32..64) {
        let (a32, b32) = (a & 0xffff_ffff, related(a, b, how) & 0xffff_ffff);
        check_binary32(a32, b32);
        check_unary32(a32);
        check_binary64(a, related(a, b, how));
        check_unary64(a);
        check_integers(a >> shift);
        prop_assert_eq!(softfloat::promote(a32), canonical64(f64::from(f32::from_bits(a32 as u32))));
        // Exponents that binary32 can hold, so that rounding and subnormal results are met.
        let narrow = (a & !F64::INFINITY) | (u64::from(b as u8) + 1023 - 160) << 52;
        prop_assert_eq!(softfloat::demote(narrow), canonical32(f64::from_bits(narrow) as f32));
    }
}

#[test]
fn deep_random_values_agree_with_the_host() {
    let mut state = 0x9e37_79b9_7f4a_7c15u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    for _ in 0..20_000_000u32 {
        let (a, b, how) = (next(), next(), next() as u8);
        check_binary32(a & 0xffff_ffff, related(a, b, how) & 0xffff_ffff);
        check_binary64(a, related(a, b, how));
        check_unary32(a & 0xffff_ffff);
        check_unary64(a);
    }
}
