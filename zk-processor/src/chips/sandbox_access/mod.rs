//! What the runtime sees and changes of the live sandbox, and its end.
//!
//! # Proves
//! For each real row, in context 0:
//! * `control_get`: dst = one of the five control cells that hold ordinary values;
//! * `argument_get`: dst = slot a (its low 16 bits) of the sandbox's frame, which is the one saved;
//! * `argument_set`: that slot = b;
//! * `sandbox_drop`: the live sandbox's context is discarded: its memory closes with the root 0, and no sandbox is live.
//!
//! The last three have a live sandbox: its number, which has an inverse, comes from a control cell, so they cannot reach slots of context 0 or of a context
//! that was dropped.
//!
//! # How
//! A control cell's number is 8 plus a number of which it and 63 times it are bytes, so from 8 to 12.
//!
//! # Assumes
//! Slots and readable control cells hold 16-bit limbs.
//!
//! # Rows
//! One row per instruction: row `Step`. Padding rows have all selectors 0 and send nothing.
//!
//! # Buses
//! | message | side | count |
//! |---|---|---|
//! | Exec | received and sent | 1 |
//! | Fetch | looked up | 1 |
//! | Memory | slots a and b, the control cells, the sandbox's slot, dst | 1 where the operation has it |
//! | Close | received, with the root 0 | 1 with `sandbox_drop` |
//! | Range16, BytePair | looked up | time differences; the control cell's number |
//!
//! # Not proved here
//! Row `Fault`: a trap of context 0 is no proof.
//!
//! Degree 2.

mod air;
mod columns;
#[cfg(test)]
mod tests;
mod trace;

pub use air::SandboxAccess;
pub use columns::SandboxAccessCols;
pub use trace::sandbox_access_trace;
