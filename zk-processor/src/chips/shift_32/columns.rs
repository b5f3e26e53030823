//! The row of a 32-bit shift.

use crate::chips::gadgets::slots::operand_columns;

operand_columns! {
    /// One shift or rotation.
    pub struct Shift32Cols<T>, 2 limbs, writes a slot {
        /// 1 if dst = a << amount. Bound by *one operation or padding* and the fetch.
        is_shl: T,
        /// 1 if dst = a >> amount, filled with the sign. Bound by *one operation or padding* and the fetch.
        is_shr_s: T,
        /// 1 if dst = a >> amount. Bound by *one operation or padding* and the fetch.
        is_shr_u: T,
        /// 1 if dst = a rotated left. Bound by *one operation or padding* and the fetch.
        is_rotl: T,
        /// 1 if dst = a rotated right. Bound by *one operation or padding* and the fetch.
        is_rotr: T,
        /// Bytes of a. Bound by the byte lookups and the read of its slot.
        a: [[T; 2]; 2],
        /// Limbs of b. Bound by the read of its slot, or by *the immediate is b*.
        b: [T; 2],
        /// b modulo 32. Bound by a range and a byte lookup.
        amount: T,
        /// 1 for the number of whole bytes to the left. Bound by *one number of whole bytes* and *the amount is the way to the left, or 32 less it*.
        by_bytes: [T; 5],
        /// The bits to the left beyond the whole bytes. Bound as `by_bytes`.
        by_bits: [T; 3],
        /// 2 to that number. Bound by *the power is that of the bits*.
        power: T,
        /// Low bytes of the bytes of a times the power. Bound by *each product is split in bytes* and a byte lookup each.
        low: [T; 4],
        /// High bytes of these.
        high: [T; 4],
        /// The top bit of a. Bound by a byte lookup.
        sign: T,
        /// The sign, if it fills. Bound by *only a signed shift fills*.
        fill: T,
        /// Limbs of the result. Bound by *the result is made of moved bytes*.
        result: [T; 2],
    }
}
