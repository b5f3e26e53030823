//! Where a segment starts and ends.
//!
//! # Proves
//! The public values of this table are the record of the segment (rule 10): execution started with the tuple `start` at time 8 in the runtime's program R (or
//! in the live sandbox's program), on memories with these roots, and ended with the tuple `end` on memories with those; the input has this root; if the run
//! halted, this is its output.
//!
//! # Why a segment has one start
//! The machine has exactly one instance of this table, only row 0 speaks, and a row number cannot be forged: `first` is 1 on row 0 and 0 after each
//! transition (rule 3).
//!
//! # The live sandbox
//! What survives a cut besides the tuple lies in control cells of context 0: the number of the live sandbox and its program's root. The boundary reads them like any
//! instruction, at times before the first and at the end, opens the sandbox's memory by that number and finds the program's handle by that root. Handles
//! are local to a segment and stand in no record.
//!
//! # A run that halted
//! Its memory is of no use to anybody: the roots at the end are zeros, and its trees are discarded, not hashed.
//!
//! # Rows
//! Row 0; all others are padding and send nothing.
//!
//! # Buses
//! | message | side | count |
//! |---|---|---|
//! | Exec | the start sent, the end received | 1 |
//! | Program | looked up: the runtime under handle 1; the sandbox | 1; 1 if the segment starts in it |
//! | Memory | four reads of control cells | 1 each |
//! | Open, Close | context 0; the live sandbox at the start, at the end | 1; 1 if there is one |
//! | Output | received | 1 if halted |
//! | ReadNode | provided: the root of the input | as often as asked |
//! | Range16, BytePair | looked up: time differences of the reads | 4, 2 |
//!
//! # Not proved here
//! Bounds of public values (end time below 2^24, gas below 2^30): the verifier sees them.
//!
//! Degree 2.

mod air;
mod columns;
mod record;
#[cfg(test)]
mod tests;
mod trace;

pub use air::Boundary;
pub use columns::{BOUNDARY_ACCESSES, BoundaryCols};
pub use record::{MAX_END_TIME, PUBLIC_VALUES, Point, RecordError, SegmentRecord};
pub use trace::{BoundaryEvent, boundary_trace};

/// The runtime's program is row 0 of the program table.
pub const RUNTIME_HANDLE: u32 = 1;

/// Depth of the input's tree: 2^28 cells of the window, eight a leaf.
pub const INPUT_DEPTH: u32 = 25;
