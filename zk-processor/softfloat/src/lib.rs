//! Wasm's floating-point operators in integer arithmetic: IEEE 754 binary32 and binary64, round to nearest even.
//!
//! The processor has no floating-point chips. The lowering replaces each float operator by a call of one of these functions,
//! compiled to Wasm (`guests/softfloat-module`) and lowered like any other code. Two properties follow from that use, and
//! existing libraries lack them:
//!
//! * no function touches memory (no tables, no 128-bit values, no slices): the routines run in the frame of whichever program
//!   called them, and that program's linear memory is not theirs;
//! * a result that is NaN is *the* canonical NaN (`0x7fc00000`, `0x7ff8000000000000`), as in NEAR's Wasm engines; only `abs`,
//!   `neg` and `copysign` keep a NaN's bits, and these are logic operations of the lowering, not routines.
//!
//! Both formats share one implementation over `u64`; a value of [`F32`] is its 32 bits, zero-extended.
//!
//! ```
//! use softfloat::{F64, Format, add};
//! assert_eq!(add::<F64>(1.5f64.to_bits(), 2.25f64.to_bits()), 3.75f64.to_bits());
//! assert_eq!(add::<F64>(f64::INFINITY.to_bits(), f64::NEG_INFINITY.to_bits()), F64::CANONICAL_NAN);
//! ```
#![no_std]

mod arithmetic;
mod compare;
mod convert;
mod format;
mod rounding;

pub use arithmetic::{add, div, mul, sqrt, sub};
pub use compare::{eq, le, lt, max, min};
pub use convert::{
    ConversionError, demote, from_signed, from_unsigned, promote, saturate_signed, saturate_unsigned, to_signed,
    to_unsigned,
};
pub use format::{F32, F64, Format};
pub use rounding::{ceil, floor, nearest, trunc};
