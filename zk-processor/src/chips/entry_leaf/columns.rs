//! The row of the entry leaf.

use crate::columns;
use crate::program::commitment::ENTRIES_PER_LEAF;

columns! {
    /// Sixteen entries of one program.
    pub struct EntryLeafCols<T> {
        /// 1 on real rows. Bound by *real or padding*.
        is_real: T,
        /// The program. Bound by the node.
        handle: T,
        /// Position of the leaf. Bound by the node.
        index: T,
        /// (pc, type) of each function. Bound by the digest.
        entries: [[T; 2]; ENTRIES_PER_LEAF],
        /// Compressions of the two halves, and the digest. Bound by Poseidon lookups.
        digests: [[T; 8]; 3],
        /// How often each entry is looked up. Free on real rows, 0 by *padding provides nothing*.
        times: [T; ENTRIES_PER_LEAF],
    }
}
