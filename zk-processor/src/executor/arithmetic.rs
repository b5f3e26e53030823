//! Divisions, which may trap, and wide arithmetic.

use crate::isa::Trap;

/// `i32.div_s`.
pub(crate) fn div_s32(a: u32, b: u32) -> Result<u32, Trap> {
    match b {
        0 => Err(Trap::DivideByZero),
        _ => (a as i32)
            .checked_div(b as i32)
            .map(|quotient| quotient as u32)
            .ok_or(Trap::IntegerOverflow),
    }
}

/// `i32.div_u`.
pub(crate) fn div_u32(a: u32, b: u32) -> Result<u32, Trap> {
    a.checked_div(b).ok_or(Trap::DivideByZero)
}

/// `i32.rem_s`; the remainder of the least integer by -1 is 0.
pub(crate) fn rem_s32(a: u32, b: u32) -> Result<u32, Trap> {
    match b {
        0 => Err(Trap::DivideByZero),
        _ => Ok((a as i32).wrapping_rem(b as i32) as u32),
    }
}

/// `i32.rem_u`.
pub(crate) fn rem_u32(a: u32, b: u32) -> Result<u32, Trap> {
    a.checked_rem(b).ok_or(Trap::DivideByZero)
}

/// `i64.div_s`.
pub(crate) fn div_s64(a: u64, b: u64) -> Result<u64, Trap> {
    match b {
        0 => Err(Trap::DivideByZero),
        _ => (a as i64)
            .checked_div(b as i64)
            .map(|quotient| quotient as u64)
            .ok_or(Trap::IntegerOverflow),
    }
}

/// `i64.div_u`.
pub(crate) fn div_u64(a: u64, b: u64) -> Result<u64, Trap> {
    a.checked_div(b).ok_or(Trap::DivideByZero)
}

/// `i64.rem_s`.
pub(crate) fn rem_s64(a: u64, b: u64) -> Result<u64, Trap> {
    match b {
        0 => Err(Trap::DivideByZero),
        _ => Ok((a as i64).wrapping_rem(b as i64) as u64),
    }
}

/// `i64.rem_u`.
pub(crate) fn rem_u64(a: u64, b: u64) -> Result<u64, Trap> {
    a.checked_rem(b).ok_or(Trap::DivideByZero)
}

/// The signed 128-bit product: (low, high).
pub(crate) fn mul_wide_s(a: u64, b: u64) -> (u64, u64) {
    let product = i128::from(a as i64) * i128::from(b as i64);
    (product as u64, (product >> 64) as u64)
}

/// The unsigned 128-bit product: (low, high).
pub(crate) fn mul_wide_u(a: u64, b: u64) -> (u64, u64) {
    let product = u128::from(a) * u128::from(b);
    (product as u64, (product >> 64) as u64)
}
