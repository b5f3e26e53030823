//! The row of the boundary.

use crate::chips::gadgets::access::ACCESS_CELLS;
use crate::chips::gadgets::execution::EXECUTION_CELLS;
use crate::columns;

/// Accesses that the boundary makes: the live sandbox and the two halves of its program's root at the start, the live sandbox at the end.
pub const BOUNDARY_ACCESSES: usize = 4;

columns! {
    /// The boundary of a segment: all of it stands in row 0.
    pub struct BoundaryCols<T> {
        /// 1 on row 0, 0 on all others. Bound by *the first row is the only one*.
        first: T,
        /// The execution tuple at the start. Bound by public values, its handle by *the start belongs to its context*.
        start: [T; EXECUTION_CELLS],
        /// The execution tuple at the end. Bound by the execution bus.
        end: [T; EXECUTION_CELLS],
        /// R of the runtime's program. Bound by public values.
        runtime_root: [T; 8],
        /// Root of the input. Bound by public values.
        input_root: [T; 8],
        /// Memory roots of context 0, at the start and at the end. Bound by public values.
        memory_roots: [[T; 8]; 2],
        /// Memory roots of the live sandbox, zeros if there is none. Bound by public values and *no sandbox has no root*.
        sandbox_roots: [[T; 8]; 2],
        /// Is a sandbox live, at the start and at the end? Bound by *the flag says whether a sandbox is live*.
        is_live: [T; 2],
        /// Number of the live sandbox, at the start and at the end. Bound by reads of the control cell.
        live: [T; 2],
        /// Inverses of the numbers. Bound by *the flag says whether a sandbox is live*.
        live_inverse: [T; 2],
        /// R of the live sandbox's program as control cells hold it. Bound by reads.
        sandbox_program: [T; 8],
        /// Does the segment start in the sandbox? Bound by *the start belongs to its context*.
        starts_in_sandbox: T,
        /// Did the run halt in this segment? Bound by a public value and the output message.
        is_halted: T,
        /// The public output in limbs of 16 bits, zeros if the run did not halt. Bound by public values and the output message.
        output: [T; 16],
        /// Reads of control cells.
        reads: [[T; ACCESS_CELLS]; BOUNDARY_ACCESSES],
        /// How often the input's root is looked up. Free on row 0, 0 by *padding provides nothing*.
        input_times: T,
    }
}
