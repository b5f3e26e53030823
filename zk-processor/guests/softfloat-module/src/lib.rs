//! The soft-float routines as a Wasm module: one export for each float operator, under the operator's name.
//!
//! Floats travel as their bits: an `f32` operand is an `i32`, an `f64` operand an `i64`. A conversion that traps calls an import
//! of module `trap` whose name is the trap's text; it does not return. No routine uses memory, globals or tables.
#![no_std]
#![expect(unsafe_code, reason = "exported and imported names")]

use softfloat::{ConversionError, F32, F64};

#[panic_handler]
fn no_routine_panics(_: &core::panic::PanicInfo) -> ! {
    core::arch::wasm32::unreachable()
}

#[link(wasm_import_module = "trap")]
unsafe extern "C" {
    #[link_name = "invalid conversion to integer"]
    safe fn trap_invalid_conversion() -> !;
    #[link_name = "integer overflow"]
    safe fn trap_integer_overflow() -> !;
}

/// Traps of the converting operators.
#[inline(always)]
fn or_trap<T>(result: Result<T, ConversionError>) -> T {
    match result {
        Ok(value) => value,
        Err(ConversionError::NotANumber) => trap_invalid_conversion(),
        Err(ConversionError::OutOfRange) => trap_integer_overflow(),
    }
}

macro_rules! routines {
    ($($export:literal $name:ident($($argument:ident: $type:ty),*) -> $result:ty { $body:expr })*) => { $(
        #[doc = $export]
        #[unsafe(export_name = $export)]
        pub extern "C" fn $name($($argument: $type),*) -> $result {
            $body
        }
    )* };
}

macro_rules! routines_of_a_format {
    ($format:ty, $bits:ty,
     $add:literal $add_fn:ident $sub:literal $sub_fn:ident $mul:literal $mul_fn:ident $div:literal $div_fn:ident
     $min:literal $min_fn:ident $max:literal $max_fn:ident
     $sqrt:literal $sqrt_fn:ident $ceil:literal $ceil_fn:ident $floor:literal $floor_fn:ident
     $trunc:literal $trunc_fn:ident $nearest:literal $nearest_fn:ident
     $eq:literal $eq_fn:ident $ne:literal $ne_fn:ident $lt:literal $lt_fn:ident $gt:literal $gt_fn:ident
     $le:literal $le_fn:ident $ge:literal $ge_fn:ident) => {
        routines! {
            $add $add_fn(a: $bits, b: $bits) -> $bits { softfloat::add::<$format>(a.into(), b.into()) as $bits }
            $sub $sub_fn(a: $bits, b: $bits) -> $bits { softfloat::sub::<$format>(a.into(), b.into()) as $bits }
            $mul $mul_fn(a: $bits, b: $bits) -> $bits { softfloat::mul::<$format>(a.into(), b.into()) as $bits }
            $div $div_fn(a: $bits, b: $bits) -> $bits { softfloat::div::<$format>(a.into(), b.into()) as $bits }
            $min $min_fn(a: $bits, b: $bits) -> $bits { softfloat::min::<$format>(a.into(), b.into()) as $bits }
            $max $max_fn(a: $bits, b: $bits) -> $bits { softfloat::max::<$format>(a.into(), b.into()) as $bits }
            $sqrt $sqrt_fn(a: $bits) -> $bits { softfloat::sqrt::<$format>(a.into()) as $bits }
            $ceil $ceil_fn(a: $bits) -> $bits { softfloat::ceil::<$format>(a.into()) as $bits }
            $floor $floor_fn(a: $bits) -> $bits { softfloat::floor::<$format>(a.into()) as $bits }
            $trunc $trunc_fn(a: $bits) -> $bits { softfloat::trunc::<$format>(a.into()) as $bits }
            $nearest $nearest_fn(a: $bits) -> $bits { softfloat::nearest::<$format>(a.into()) as $bits }
            $eq $eq_fn(a: $bits, b: $bits) -> u32 { softfloat::eq::<$format>(a.into(), b.into()).into() }
            $ne $ne_fn(a: $bits, b: $bits) -> u32 { (!softfloat::eq::<$format>(a.into(), b.into())).into() }
            $lt $lt_fn(a: $bits, b: $bits) -> u32 { softfloat::lt::<$format>(a.into(), b.into()).into() }
            $gt $gt_fn(a: $bits, b: $bits) -> u32 { softfloat::lt::<$format>(b.into(), a.into()).into() }
            $le $le_fn(a: $bits, b: $bits) -> u32 { softfloat::le::<$format>(a.into(), b.into()).into() }
            $ge $ge_fn(a: $bits, b: $bits) -> u32 { softfloat::le::<$format>(b.into(), a.into()).into() }
        }
    };
}

routines_of_a_format! { F32, u32,
    "f32.add" f32_add "f32.sub" f32_sub "f32.mul" f32_mul "f32.div" f32_div "f32.min" f32_min "f32.max" f32_max
    "f32.sqrt" f32_sqrt "f32.ceil" f32_ceil "f32.floor" f32_floor "f32.trunc" f32_trunc "f32.nearest" f32_nearest
    "f32.eq" f32_eq "f32.ne" f32_ne "f32.lt" f32_lt "f32.gt" f32_gt "f32.le" f32_le "f32.ge" f32_ge
}

routines_of_a_format! { F64, u64,
    "f64.add" f64_add "f64.sub" f64_sub "f64.mul" f64_mul "f64.div" f64_div "f64.min" f64_min "f64.max" f64_max
    "f64.sqrt" f64_sqrt "f64.ceil" f64_ceil "f64.floor" f64_floor "f64.trunc" f64_trunc "f64.nearest" f64_nearest
    "f64.eq" f64_eq "f64.ne" f64_ne "f64.lt" f64_lt "f64.gt" f64_gt "f64.le" f64_le "f64.ge" f64_ge
}

routines! {
    "f32.demote_f64" f32_demote_f64(a: u64) -> u32 { softfloat::demote(a) as u32 }
    "f64.promote_f32" f64_promote_f32(a: u32) -> u64 { softfloat::promote(a.into()) }

    "f32.convert_i32_s" f32_convert_i32_s(a: i32) -> u32 { softfloat::from_signed::<F32>(a.into()) as u32 }
    "f32.convert_i32_u" f32_convert_i32_u(a: u32) -> u32 { softfloat::from_unsigned::<F32>(a.into()) as u32 }
    "f32.convert_i64_s" f32_convert_i64_s(a: i64) -> u32 { softfloat::from_signed::<F32>(a) as u32 }
    "f32.convert_i64_u" f32_convert_i64_u(a: u64) -> u32 { softfloat::from_unsigned::<F32>(a) as u32 }
    "f64.convert_i32_s" f64_convert_i32_s(a: i32) -> u64 { softfloat::from_signed::<F64>(a.into()) }
    "f64.convert_i32_u" f64_convert_i32_u(a: u32) -> u64 { softfloat::from_unsigned::<F64>(a.into()) }
    "f64.convert_i64_s" f64_convert_i64_s(a: i64) -> u64 { softfloat::from_signed::<F64>(a) }
    "f64.convert_i64_u" f64_convert_i64_u(a: u64) -> u64 { softfloat::from_unsigned::<F64>(a) }

    "i32.trunc_f32_s" i32_trunc_f32_s(a: u32) -> i32 { or_trap(softfloat::to_signed::<F32>(a.into(), 32)) as i32 }
    "i32.trunc_f32_u" i32_trunc_f32_u(a: u32) -> u32 { or_trap(softfloat::to_unsigned::<F32>(a.into(), 32)) as u32 }
    "i32.trunc_f64_s" i32_trunc_f64_s(a: u64) -> i32 { or_trap(softfloat::to_signed::<F64>(a, 32)) as i32 }
    "i32.trunc_f64_u" i32_trunc_f64_u(a: u64) -> u32 { or_trap(softfloat::to_unsigned::<F64>(a, 32)) as u32 }
    "i64.trunc_f32_s" i64_trunc_f32_s(a: u32) -> i64 { or_trap(softfloat::to_signed::<F32>(a.into(), 64)) }
    "i64.trunc_f32_u" i64_trunc_f32_u(a: u32) -> u64 { or_trap(softfloat::to_unsigned::<F32>(a.into(), 64)) }
    "i64.trunc_f64_s" i64_trunc_f64_s(a: u64) -> i64 { or_trap(softfloat::to_signed::<F64>(a, 64)) }
    "i64.trunc_f64_u" i64_trunc_f64_u(a: u64) -> u64 { or_trap(softfloat::to_unsigned::<F64>(a, 64)) }

    "i32.trunc_sat_f32_s" i32_trunc_sat_f32_s(a: u32) -> i32 { softfloat::saturate_signed::<F32>(a.into(), 32) as i32 }
    "i32.trunc_sat_f32_u" i32_trunc_sat_f32_u(a: u32) -> u32 { softfloat::saturate_unsigned::<F32>(a.into(), 32) as u32 }
    "i32.trunc_sat_f64_s" i32_trunc_sat_f64_s(a: u64) -> i32 { softfloat::saturate_signed::<F64>(a, 32) as i32 }
    "i32.trunc_sat_f64_u" i32_trunc_sat_f64_u(a: u64) -> u32 { softfloat::saturate_unsigned::<F64>(a, 32) as u32 }
    "i64.trunc_sat_f32_s" i64_trunc_sat_f32_s(a: u32) -> i64 { softfloat::saturate_signed::<F32>(a.into(), 64) }
    "i64.trunc_sat_f32_u" i64_trunc_sat_f32_u(a: u32) -> u64 { softfloat::saturate_unsigned::<F32>(a.into(), 64) }
    "i64.trunc_sat_f64_s" i64_trunc_sat_f64_s(a: u64) -> i64 { softfloat::saturate_signed::<F64>(a, 64) }
    "i64.trunc_sat_f64_u" i64_trunc_sat_f64_u(a: u64) -> u64 { softfloat::saturate_unsigned::<F64>(a, 64) }
}
