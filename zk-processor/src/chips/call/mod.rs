//! Direct calls, and prologues of functions that are called otherwise.
//!
//! # Proves
//! For each real row: the row's gas, the callee's stack charge x0 x1 and its entry gas x2 x3 are covered and taken; `call` writes the link (pc + 1,
//! fp, stack_left) at fp + a and goes to the row dst with the frame fp + a, which is above fp and below 2^22; `prologue` goes to the next row in the
//! same frame.
//!
//! # Assumes
//! The frame pointer is below 2^22 and a is a 16-bit value. What a budget assumes: `gadgets/budget.rs`. No link was written with a fourth element, so
//! that is 0 in the cell before.
//!
//! # Rows
//! One row per instruction: row `Step`. Padding rows have both selectors 0 and send nothing.
//!
//! # Buses
//! | message | side | count |
//! |---|---|---|
//! | Exec | received and sent | 1 |
//! | Fetch | looked up | 1 |
//! | Memory | the link written | 1 with a call |
//! | Range16 | looked up | two of gas, one each of stack, frame and time difference |
//! | BytePair | looked up | upper limbs of the charges, of the frame, of the stack with the time difference |
//!
//! # Not proved here
//! Rows `StackExhausted`, `EntryOutOfGas` and `OutOfGas`, which give control back: tables of their own; their guards say that one of the bounds
//! proved here does not hold. Charges of 2^24 and more: the lowering emits none.
//!
//! Degree 2.

mod air;
mod columns;
#[cfg(test)]
mod tests;
mod trace;

pub use air::Call;
pub use columns::CallCols;
pub use trace::call_trace;
