//! Charges that gas or stack do not cover.
//!
//! # Proves
//! For each real row, in a sandbox, one of:
//! * *out of gas*: gas left is below the row's charge (its gas column; for `charge` and `charge_linear` also their operands), and the event says that charge;
//! * *entry out of gas*: a `call` or `prologue` whose stack charge and frame fit and whose own charge is covered, but not the callee's entry gas after it; the
//!   event says the entry gas, and the row's own charge as settled;
//! * *stack exhausted*: a `call` or `prologue` whose stack charge is above the budget, or a `call` whose frame would begin at 2^22 or above; the event is the trap
//!   `call stack exhausted`, the row's own charge taken.
//!
//! pc stays at the row, and nothing else changes.
//!
//! # How
//! Supply (gas or stack left) is two 16-bit limbs below 2^30. Demand is two 16-bit limbs and a third that is 0, 1 or 2: sums of the limbs that the row of the
//! program and, for `charge_linear`, slot a have, with carries. demand − supply − 1 is not negative: its limbs with their borrows are 16-bit values, and
//! the last borrow is 0 unless the third limb is not. Supply and demand are compared in limbs because a linear charge exceeds p.
//!
//! An opcode with only the gas column is not `charge` nor `charge_linear`: (op − 8)(op − 9) has an inverse. Otherwise those two could report less
//! than they charge, and the runtime would burn too little.
//!
//! # Assumes
//! Gas of a row is a byte and operand limbs are 16-bit values (the program's), stack left is below 2^24 and the frame pointer below 2^22.
//!
//! # Rows
//! One row per instruction: rows `OutOfGas`, `EntryOutOfGas` and `StackExhausted`. Padding rows have all selectors 0 and send nothing.
//!
//! # Buses
//! | message | side | count |
//! |---|---|---|
//! | Exec | received | 1 |
//! | Fetch | looked up | 1 |
//! | HandOver | sent | 1 |
//! | Memory | slot a read | 1 with a linear charge |
//! | Range16 | looked up | limbs of supply, demand and shortage; stack and frame of an entry; the time difference |
//! | BytePair | looked up | upper limbs of stack and frame of an entry; high byte of the time difference |
//!
//! # Not proved here
//! That gas before is in [0, 2^30) where the own charge is taken: the hand-over's. That the context is a sandbox: likewise. `call_indirect`'s frame: see
//! [`super::bounds_trap`].
//!
//! Degree 3.

mod air;
mod columns;
#[cfg(test)]
mod tests;
mod trace;

pub use air::OutOfGas;
pub use columns::OutOfGasCols;
pub use trace::out_of_gas_trace;
