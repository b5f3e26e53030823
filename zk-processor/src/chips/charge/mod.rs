//! Charges too large for a row.
//!
//! # Proves
//! For each real row: `charge` takes the row's gas and the immediate x0 x1, both covered, and goes to the next row.
//!
//! # Assumes
//! What a budget assumes: `gadgets/budget.rs`.
//!
//! # Rows
//! One row per instruction: row `Step`. Padding rows have the selector 0 and send nothing.
//!
//! # Buses
//! | message | side | count |
//! |---|---|---|
//! | Exec | received and sent | 1 |
//! | Fetch | looked up | 1 |
//! | Range16 | looked up | two of gas |
//! | BytePair | looked up | the charge's upper limb |
//!
//! # Not proved here
//! Row `OutOfGas`. Linear charges, which can exceed 2^24: `growth`. Charges of 2^24 and more: the lowering emits none.
//!
//! Degree 2.

mod air;
mod columns;
#[cfg(test)]
mod tests;
mod trace;

pub use air::Charge;
pub use columns::ChargeCols;
pub use trace::charge_trace;
