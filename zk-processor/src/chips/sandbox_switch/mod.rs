//! The runtime gives control to the live sandbox.
//!
//! # Proves
//! For each real row, in context 0, with a live sandbox: the runtime's tuple is saved, with pc + 1, and
//! * `sandbox_enter`: the event was none or returned; control goes to the entry of function a of the sandbox's program, with frame 1, gas b and stack c;
//! * `sandbox_resume`: the event was a host call or out of gas; control goes where the sandbox left it, with gas a.
//!
//! Gas is at most 2^30 − 1, a stack budget below 2^24, and a function's number below 2^24. The program is the one whose root the control cells hold.
//!
//! # Why the sandbox is the live one
//! The context is read from the cell `Live` and is not 0 (it has an inverse): otherwise the "sandbox" would run as context 0, with all privileges. Its handle is
//! looked up by the root that `sandbox_open` left in two cells; handles are local to a segment.
//!
//! # Assumes
//! Slots hold 16-bit limbs. Control cells were written by `sandbox_open` and the hand-over only.
//!
//! # Rows
//! One row per instruction: row `Step`. Padding rows have both selectors 0 and send nothing.
//!
//! # Buses
//! | message | side | count |
//! |---|---|---|
//! | Exec | received: context 0; sent: the sandbox | 1 |
//! | Fetch | looked up | 1 |
//! | Memory | read of slot a, with `sandbox_enter` also b and c; five control cells read, one written | 1 each |
//! | Program | looked up | 1 |
//! | Entry | looked up | 1 with `sandbox_enter` |
//! | Range16 | looked up | four times the upper limb of gas, time differences |
//! | BytePair | looked up | high bytes of the time differences; upper limbs of function and stack |
//!
//! # Not proved here
//! Row `Fault`: a trap of context 0 is no proof.
//!
//! Degree 3.

mod air;
mod columns;
#[cfg(test)]
mod tests;
mod trace;

pub use air::SandboxSwitch;
pub use columns::SandboxSwitchCols;
pub use trace::{entered_function, sandbox_switch_trace};
