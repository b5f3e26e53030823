//! The row of the input leaf.

use super::LEAF_CELLS;
use crate::columns;

columns! {
    /// Eight cells of the input.
    pub struct InputLeafCols<T> {
        /// 1 on real rows. Bound by *real or padding*.
        is_real: T,
        /// Position of the leaf. Bound by the node.
        index: T,
        /// Limbs of the cells. Bound by the digest and range lookups.
        cells: [[T; 4]; LEAF_CELLS],
        /// Compressions of the two halves, and the digest. Bound by Poseidon lookups.
        digests: [[T; 8]; 3],
        /// How often each cell is looked up. Free on real rows, 0 by *padding provides nothing*.
        times: [T; LEAF_CELLS],
    }
}
