//! The row of the byte table.

use crate::columns;

columns! {
    /// One pair of bytes (a, b), which is also the 16-bit value a + 2^8·b.
    pub struct ByteTableCols<T> {
        /// Bits of a, least significant first. Bound by *each bit is a bit* and *the row number counts up*.
        a_bits: [T; 8],
        /// Bits of b, least significant first. Bound like those of a.
        b_bits: [T; 8],
        /// a AND b. Bound by *the conjunction is that of the bits*.
        conjunction: T,
        /// How often (a, b, a AND b) is looked up. Free.
        bytes_times: T,
        /// How often (a, b) is looked up. Free.
        pair_times: T,
        /// How often a + 2^8·b is looked up as a 16-bit value. Free.
        range_times: T,
    }
}
