//! The row of the 8-byte load.

use crate::chips::gadgets::load::LOAD_CELLS;
use crate::columns;

columns! {
    /// One load.
    pub struct Load64Cols<T> {
        /// The load of one cell, [`LoadCols`](crate::chips::gadgets::load::LoadCols).
        load: [T; LOAD_CELLS],
        /// 1 on real rows. Bound by *real or padding*.
        is_real: T,
    }
}
