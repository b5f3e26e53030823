//! Instructions of a sandbox that always give control back, and the return of the function that was entered.
//!
//! # Proves
//! For each real row, in a sandbox:
//! * `trap`: event trapped with the code x0; `panic`: trapped with its code;
//! * a privileged opcode (all from `sha256_begin` to `halt`): trapped with `machine fault`, whatever its operands;
//! * `host_call`: event host call with the import x0 x1, to be resumed at pc + 1;
//! * `ret` with an empty link at fp: event returned.
//!
//! # How
//! One selector a case; a privileged opcode is 177 plus a number of which it and 16 times it are bytes, so at most 192. An empty link is read as four literal
//! zeros. The row's own charge is taken; that it was covered is what the hand-over proves by the range of gas left.
//!
//! # Rows
//! One row per instruction: rows `Trapped`, `Fault`, `Step` of `host_call` and `SandboxReturn`. Padding rows have all selectors 0 and send nothing.
//!
//! # Buses
//! | message | side | count |
//! |---|---|---|
//! | Exec | received | 1 |
//! | Fetch | looked up | 1 |
//! | HandOver | sent | 1 |
//! | Memory | the link read | 1 with a return |
//! | Range16 | looked up | the time difference, with a return |
//! | BytePair | looked up | its high byte, with a return; the opcode, if privileged |
//!
//! # Not proved here
//! That the context is a sandbox: [`super::hand_over`] requires it. `host_call` in context 0 and a trap there are no proof.
//!
//! Degree 2.

mod air;
mod columns;
#[cfg(test)]
mod tests;
mod trace;

pub use air::SandboxExit;
pub use columns::SandboxExitCols;
pub use trace::sandbox_exit_trace;
