//! The row of a switch.

use crate::chips::gadgets::access::ACCESS_CELLS;
use crate::chips::gadgets::control::RUNTIME_CELLS;
use crate::columns;

columns! {
    /// One entry or resumption.
    pub struct SandboxSwitchCols<T> {
        /// 1 for `sandbox_enter`. Bound by *one operation or padding* and the fetch.
        is_enter: T,
        /// 1 for `sandbox_resume`. Bound by *one operation or padding* and the fetch.
        is_resume: T,
        /// The tuple of context 0. Bound by the execution bus.
        runtime: [T; RUNTIME_CELLS],
        /// Slot a: the function, or the gas to resume with. Bound by the fetch.
        a_slot: T,
        /// x0, x1: slots of gas and stack. Bound by the fetch.
        x: [T; 2],
        /// Limbs of slot a. Bound by its read.
        a: [T; 2],
        /// Limbs of the gas. Bound by the read of slot b, or *the gas to resume with is a*.
        gas: [T; 2],
        /// Limbs of the stack budget. Bound by the read of slot c, unused to resume.
        stack: [T; 2],
        /// The live sandbox. Bound by the read, as all control cells.
        context: T,
        /// Its inverse. Bound by *a sandbox is live*.
        context_inverse: T,
        /// The event's kind. Bound by *the event lets the sandbox go on*.
        kind: T,
        /// The sandbox's pc, fp, pages and stack.
        tuple: [T; 4],
        /// Both halves of its program's root.
        root: [[T; 4]; 2],
        /// The runtime's tuple saved before. Bound by the access that overwrites it.
        old_runtime: [T; 4],
        /// The program's handle. Bound by the lookup of its root.
        handle: T,
        /// The function's type. Bound by the lookup of its entry.
        type_index: T,
        /// Where the sandbox goes on. Bound by the entry, or *a resumed sandbox goes on where it was*.
        next_pc: T,
        /// Its frame. Bound by *the frame is the first or the saved one*.
        next_frame: T,
        /// Its stack budget. Bound by *the stack is the given or the saved one*.
        next_stack: T,
        /// Reads of the slots a, b and c.
        reads: [[T; ACCESS_CELLS]; 3],
        /// Accesses to live context, event, tuple, both halves of the root and the runtime's tuple.
        controls: [[T; ACCESS_CELLS]; 6],
    }
}
