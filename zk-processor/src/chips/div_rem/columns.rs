//! The rows of a division.

use crate::chips::gadgets::division::Division;
use crate::chips::gadgets::slots::operand_columns;

macro_rules! division_columns {
    ($(#[$outer:meta])* $name:ident, $limbs:literal limbs) => {
        operand_columns! {
            $(#[$outer])*
            pub struct $name<T>, $limbs limbs, writes a slot {
                /// 1 for the operation: div_s, div_u, rem_s, rem_u. Bound by *one operation or padding* and the fetch.
                selectors: [T; 4],
                /// Limbs of a. Bound by the read of its slot.
                a: [T; $limbs],
                /// Limbs of b. Bound by the read of its slot, or by *the immediate is b*.
                b: [T; $limbs],
                /// Sign of b; 0 if unsigned. Bound by *a sign is a bit*, *unsigned values have no sign* and a range lookup.
                sign_of_b: T,
                /// Bytes of |b|. Bound by byte lookups and *the divisor is |b|* or *the sum is right*.
                divisor: [[T; 2]; $limbs],
                /// Bytes of the quotient of the absolute values. Bound by byte lookups, the dividend and the remainder's bound.
                quotient: [[T; 2]; $limbs],
                /// Limbs of their remainder. Bound by range lookups, the dividend and *one limb decides*.
                remainder: [T; $limbs],
                /// What each limb's sum leaves over, divided by 2^16; the top one's is the sign of a. Bound by *the dividend is divisor times
                /// quotient and remainder*, range lookups, and the top one as the sign of b.
                carries: [T; $limbs],
                /// 1 for the most significant limb at which the remainder is below |b|. Bound by *one limb decides* and the distance.
                marks: [T; $limbs],
                /// How far below, less one. Bound by *the distance is the deciding limb's* and a range lookup.
                distance: T,
                /// 1 if the result is a negative quotient, or a negative remainder. Bound by *a quotient is negative if the signs differ* and
                /// *a remainder has the sign of the dividend*.
                negative: [T; 2],
                /// Limbs of the result. Bound by *the result is the quotient*, *the result is the remainder* or *the sum is right*, and range lookups.
                result: [T; $limbs],
            }
        }

        impl<T: Copy> $name<T> {
            /// The columns of the division.
            pub(super) fn division(&self) -> Division<T, $limbs> {
                Division {
                    selectors: self.selectors,
                    a: self.a,
                    b: self.b,
                    sign_of_b: self.sign_of_b,
                    divisor: self.divisor,
                    quotient: self.quotient,
                    remainder: self.remainder,
                    carries: self.carries,
                    marks: self.marks,
                    distance: self.distance,
                    negative: self.negative,
                    result: self.result,
                }
            }

            /// Sets the columns of the division.
            pub(super) fn put_division(&mut self, division: Division<T, $limbs>) {
                (self.selectors, self.a, self.b) = (division.selectors, division.a, division.b);
                (self.sign_of_b, self.divisor) = (division.sign_of_b, division.divisor);
                (self.quotient, self.remainder) = (division.quotient, division.remainder);
                (self.carries, self.marks) = (division.carries, division.marks);
                (self.distance, self.negative) = (division.distance, division.negative);
                self.result = division.result;
            }
        }
    };
}

division_columns!(
    /// One 32-bit division.
    DivRem32Cols, 2 limbs
);
division_columns!(
    /// One 64-bit division.
    DivRem64Cols, 4 limbs
);
