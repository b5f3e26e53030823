//! A sandbox gives control back.
//!
//! # Proves
//! For each real row: a row of a sandbox, not of context 0, sent `HandOver`; the control cells then hold the sandbox's tuple and the event, with gas left in
//! [0, 2^30); and the runtime goes on 8 later with the tuple that it saved when it entered or resumed the sandbox.
//!
//! # Assumes
//! The sender proves why it gives control back, and that kind, detail and settled are 16-bit values. Pages of a context are at most 2^16. The cells written
//! here were written by such rows and by `sandbox_open` only, so their unused limbs are 0.
//!
//! # Rows
//! One row per event that gives control back, whatever its chip. Padding rows have the selector 0 and send nothing.
//!
//! # Buses
//! | message | side | count |
//! |---|---|---|
//! | HandOver | received | 1 |
//! | Exec | sent: the runtime's tuple | 1 |
//! | Memory | `RuntimeTuple` read; `SandboxTuple`, kind, detail, settled, gas left and pages written | 1 each |
//! | Range16 | looked up | lower limb of pages, limbs of gas and four times the upper one, seven time differences |
//! | BytePair | looked up | high bytes of the time differences, upper limb of pages |
//!
//! Degree 2.

mod air;
mod columns;
#[cfg(test)]
mod tests;
mod trace;

pub use air::HandOver;
pub use columns::HandOverCols;
pub use trace::{gives_back, hand_over_trace};
