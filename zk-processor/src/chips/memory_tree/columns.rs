//! The row of the memory tree: one inner node.

use crate::columns;

columns! {
    /// One inner node, before and after the segment.
    pub struct MemoryTreeCols<T> {
        /// 1 on real rows that are no root. Bound by *root, inner node or padding*.
        is_inner: T,
        /// 1 on root rows. Bound by *root, inner node or padding*.
        is_root: T,
        /// 1 if the context is kept, 0 if it is discarded. Bound by *kept or discarded*, and by the closing.
        is_kept: T,
        /// The context. Bound by the node or the opening.
        context: T,
        /// Levels above the leaves: 29 for the root. Bound by *the root is on top* or the node.
        level: T,
        /// Position on its level. Bound by *the root is on top* or the node.
        index: T,
        /// 1 if the left child is touched. Bound by *touched is a bit*.
        left_touched: T,
        /// 1 if the right child is touched. Bound by *touched is a bit*.
        right_touched: T,
        /// Left child before and after. Bound by the compressions and *an untouched child keeps its digest*.
        left: [[T; 8]; 2],
        /// Right child before and after.
        right: [[T; 8]; 2],
        /// This node before and after. Bound by the compressions and *a discarded node has no digest*.
        digest: [[T; 8]; 2],
    }
}
