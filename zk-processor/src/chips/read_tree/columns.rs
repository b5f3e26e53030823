//! The row of a read-only tree: one inner node.

use crate::columns;

columns! {
    /// One inner node and its children.
    pub struct ReadTreeCols<T> {
        /// 1 on real rows of a code tree. Bound by *one tree or padding*.
        is_code: T,
        /// 1 on real rows of an entry map. Bound by *one tree or padding*.
        is_entry: T,
        /// 1 on real rows of the input. Bound by *one tree or padding*.
        is_input: T,
        /// The program; 0 for the input. Bound by the node.
        handle: T,
        /// Levels above the leaves. Bound by the node.
        level: T,
        /// Position on its level. Bound by the node.
        index: T,
        /// Left child. Bound by the compression.
        left: [T; 8],
        /// Right child. Bound by the compression.
        right: [T; 8],
        /// This node. Bound by the compression and the node.
        digest: [T; 8],
        /// How often each child is looked up. Free on real rows, 0 by *padding provides nothing*.
        times: [T; 2],
    }
}
