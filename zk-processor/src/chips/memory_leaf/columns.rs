//! The row of the memory leaf.

use super::{CELL_LIMBS, LEAF_CELLS};
use crate::columns;

columns! {
    /// One leaf: eight cells before and after the segment.
    pub struct MemoryLeafCols<T> {
        /// 1 on real rows. Bound by *real or padding*.
        is_real: T,
        /// 1 if the context is kept, 0 if it is discarded. Bound by *kept or discarded*, and by the digest that its tree closes with.
        is_kept: T,
        /// The context. Bound by the node.
        context: T,
        /// Bits of the space, least significant first. Bound by *the space is three bits*.
        space_bits: [T; 3],
        /// Bits 0..16 of the leaf's number within its space. Bound by a range lookup.
        leaf_low: T,
        /// Bits 16..26 of the leaf's number within its space. Bound by a range lookup of its product with 2^6.
        leaf_high: T,
        /// Values before: limbs of each cell. Bound by the digest.
        old: [[T; CELL_LIMBS]; LEAF_CELLS],
        /// Values after. Bound by the memory bus.
        new: [[T; CELL_LIMBS]; LEAF_CELLS],
        /// Time of the last access to each cell, 0 if there was none. Bound by the memory bus.
        last_time: [T; LEAF_CELLS],
        /// Compressions of the two halves and the digest, before. Bound by Poseidon lookups.
        old_digests: [[T; 8]; 3],
        /// Compressions of the two halves and the digest, after. Bound by Poseidon lookups, or *a discarded leaf has no digest*.
        new_digests: [[T; 8]; 3],
    }
}
