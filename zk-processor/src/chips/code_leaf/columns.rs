//! The row of the code leaf.

use crate::columns;
use crate::program::commitment::ROWS_PER_LEAF;

columns! {
    /// Four instructions of one program.
    pub struct CodeLeafCols<T> {
        /// 1 on real rows. Bound by *real or padding*.
        is_real: T,
        /// The program. Bound by the node.
        handle: T,
        /// Position of the leaf. Bound by the node.
        index: T,
        /// Instructions: op, gas, a, dst, x0..x3. Bound by the digest.
        rows: [[T; 8]; ROWS_PER_LEAF],
        /// Compressions of the two halves, and the digest. Bound by Poseidon lookups.
        digests: [[T; 8]; 3],
        /// How often each row is fetched. Free on real rows, 0 by *padding provides nothing*.
        times: [T; ROWS_PER_LEAF],
    }
}
