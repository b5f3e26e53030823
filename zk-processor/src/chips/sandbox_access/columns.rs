//! The row of an access to the sandbox.

use crate::chips::gadgets::access::ACCESS_CELLS;
use crate::chips::gadgets::control::RUNTIME_CELLS;
use crate::columns;

columns! {
    /// One access to the sandbox.
    pub struct SandboxAccessCols<T> {
        /// 1 for `control_get`. Bound by *one operation or padding* and the fetch, as all selectors.
        is_control: T,
        /// 1 for `argument_get`.
        is_get: T,
        /// 1 for `argument_set`.
        is_set: T,
        /// 1 for `sandbox_drop`.
        is_drop: T,
        /// The tuple of context 0. Bound by the execution bus.
        runtime: [T; RUNTIME_CELLS],
        /// Slot of the index. Bound by the fetch.
        a_slot: T,
        /// Slot of the value, or number of the control cell. Bound by the fetch.
        x0: T,
        /// Slot written. Bound by the fetch.
        dst: T,
        /// Limbs of the index. Bound by its read.
        index: [T; 2],
        /// What is read or set. Bound by its read.
        value: [T; 4],
        /// The sandbox's slot before. Bound by its access and *what is read stays*.
        old: [T; 4],
        /// dst before. Bound by the access that overwrites it.
        old_dst: [T; 4],
        /// The live sandbox. Bound by the access to its cell.
        context: T,
        /// Its inverse. Bound by *a sandbox is live*.
        context_inverse: T,
        /// The live sandbox afterwards. Bound by *only a drop ends a sandbox*.
        context_after: T,
        /// The sandbox's pc, fp, pages and stack. Bound by the read.
        tuple: [T; 4],
        /// Accesses to slot a, slot b, the control cell, the live context, the tuple, the sandbox's slot and dst.
        accesses: [[T; ACCESS_CELLS]; 7],
    }
}
