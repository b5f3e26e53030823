//! The row of a charge.

use crate::chips::gadgets::execution::EXECUTION_CELLS;
use crate::columns;

columns! {
    /// One charge.
    pub struct ChargeCols<T> {
        /// 1 on real rows. Bound by *real or padding*.
        is_real: T,
        /// The execution tuple. Bound by the execution bus.
        execution: [T; EXECUTION_CELLS],
        /// Gas of the row (operators). Bound by the fetch.
        gas: T,
        /// x0 x1: the charge (operators). Bound by the fetch.
        charge: [T; 2],
        /// Low part of the gas afterwards. Bound by two range lookups.
        gas_low: T,
    }
}
