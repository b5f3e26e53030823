//! The row of a 64-bit shift.

use crate::chips::gadgets::shift::Shift;
use crate::chips::gadgets::slots::operand_columns;

operand_columns! {
    /// One shift or rotation.
    pub struct Shift64Cols<T>, 4 limbs, writes a slot {
        /// 1 for the operation: shl, shr_s, shr_u, rotl, rotr. Bound by *one operation or padding* and the fetch.
        selectors: [T; 5],
        /// Limbs of a. Bound by the read of its slot.
        a: [T; 4],
        /// Limbs of b. Bound by the read of its slot, or by *the immediate is b*.
        b: [T; 4],
        /// b modulo 64. Bound by a range lookup and *the amount is the way to the left, or what it leaves*.
        amount: T,
        /// 1 for the number of whole bytes to the left. Bound by *one number of whole bytes* and the amount.
        by_bytes: [[T; 2]; 4],
        /// The bits to the left beyond the whole bytes. Bound as `by_bytes`.
        by_bits: [T; 3],
        /// 2 to that number. Bound by *the power is that of the bits*.
        power: T,
        /// Bytes of each limb times the power. Bound by *each product is split in bytes* and byte lookups.
        parts: [[T; 3]; 4],
        /// The sign, if it fills. Bound by *only a signed shift has a sign* and a range lookup.
        sign: T,
        /// Limbs of the result. Bound by *the result is made of moved bytes*.
        result: [T; 4],
    }
}

impl<T: Copy> Shift64Cols<T> {
    /// The columns of the shift.
    pub(super) fn shift(&self) -> Shift<T, 4> {
        Shift {
            selectors: self.selectors,
            a: self.a,
            b: self.b,
            amount: self.amount,
            by_bytes: self.by_bytes,
            by_bits: self.by_bits,
            power: self.power,
            parts: self.parts,
            sign: self.sign,
            result: self.result,
        }
    }

    /// Sets the columns of the shift.
    pub(super) fn put_shift(&mut self, shift: Shift<T, 4>) {
        (self.selectors, self.a, self.b) = (shift.selectors, shift.a, shift.b);
        (self.amount, self.by_bytes, self.by_bits) = (shift.amount, shift.by_bytes, shift.by_bits);
        (self.power, self.parts) = (shift.power, shift.parts);
        (self.sign, self.result) = (shift.sign, shift.result);
    }
}
