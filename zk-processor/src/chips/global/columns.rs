//! The row of a global.

use crate::chips::gadgets::access::ACCESS_CELLS;
use crate::chips::gadgets::execution::EXECUTION_CELLS;
use crate::columns;

columns! {
    /// One move from or to a global.
    pub struct GlobalCols<T> {
        /// 1 if dst = global. Bound by *one operation or padding*.
        is_get: T,
        /// 1 if global = a. Bound by *one operation or padding*.
        is_set: T,
        /// 1 if dst = global + immediate. Bound by *one operation or padding*.
        is_get_add: T,
        /// 1 if global = a + immediate. Bound by *one operation or padding*.
        is_set_add: T,
        /// The execution tuple. Bound by the execution bus.
        execution: [T; EXECUTION_CELLS],
        /// Gas of the row (operators). Bound by the fetch.
        gas: T,
        /// Slot written by a get, else 0. Bound by the fetch.
        dst: T,
        /// Slot read by a set, else 0. Bound by the fetch.
        a_slot: T,
        /// The global and the immediate. Bound by the fetch.
        x: [T; 4],
        /// Limbs of the global before. Bound by its access.
        global_old: [T; 4],
        /// Limbs of the global after. Bound by *a get leaves the global*, *a move copies* and *the sum is right*.
        global_new: [T; 4],
        /// Limbs of the slot before. Bound by its access.
        slot_old: [T; 4],
        /// Limbs of the slot after. Bound by *a set leaves the slot*, *a move copies* and *the sum is right*.
        slot_new: [T; 4],
        /// Limbs of a sum. Bound by *a sum is fresh* and two range lookups.
        fresh: [T; 2],
        /// Access to the global.
        global: [T; ACCESS_CELLS],
        /// Access to the slot.
        slot: [T; ACCESS_CELLS],
    }
}
