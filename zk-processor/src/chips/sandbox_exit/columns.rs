//! The row of an exit.

use crate::chips::gadgets::access::ACCESS_CELLS;
use crate::chips::gadgets::execution::EXECUTION_CELLS;
use crate::columns;

columns! {
    /// One instruction that gives control back.
    pub struct SandboxExitCols<T> {
        /// 1 for `trap`. Bound by *one case or padding* and the fetch, as all selectors.
        is_trap: T,
        /// 1 for `panic`.
        is_panic: T,
        /// 1 for a privileged opcode.
        is_privileged: T,
        /// 1 for `host_call`.
        is_host_call: T,
        /// 1 for `ret`.
        is_return: T,
        /// The execution tuple. Bound by the execution bus.
        execution: [T; EXECUTION_CELLS],
        /// Gas of the row (operators). Bound by the fetch.
        gas: T,
        /// Destination field. Bound by the fetch.
        dst: T,
        /// First operand field. Bound by the fetch.
        a: T,
        /// Further fields. Bound by the fetch.
        x: [T; 4],
        /// The opcode less the first privileged one. Bound by *only a privileged opcode counts*, a byte lookup and the fetch.
        privileged: T,
        /// Limbs of the event's detail. Bound by *the detail is the case's*.
        detail: [T; 2],
        /// Read of the link, unused but by a return.
        read: [T; ACCESS_CELLS],
    }
}
