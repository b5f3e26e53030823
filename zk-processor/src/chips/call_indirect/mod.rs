//! Calls through a table.
//!
//! # Proves
//! For each real row: `call_indirect` reads the index, which is below the table's size, and the table's element, which names a function of the program
//! whose entry has the type x2 x3; it writes the link (pc + 1, fp, `stack_left`) at fp + dst and goes to the entry's row with the frame fp + dst, which is
//! above fp and below 2^22.
//!
//! # How
//! An element is 0 for null and n + 1 for function n. The entry of function element − 1 is looked up in the program's entry map, whose functions are
//! below 2^20: for a null element that function would be p − 1, so no inverse is needed. The type is the row's by being in the same message.
//!
//! # Assumes
//! The frame pointer is below 2^22 and dst is a 16-bit value. All cells of a context's tables lie below 2^29 and elements are null, or numbers of
//! functions: both are the lowering's (Wasm's types), so no sum here wraps. No link was written with a fourth element, so that is 0 in the cell before.
//!
//! # Rows
//! One row per instruction: row `Step`. Padding rows have the selector 0 and send nothing.
//!
//! # Buses
//! | message | side | count |
//! |---|---|---|
//! | Exec | received and sent | 1 |
//! | Fetch | looked up | 1 |
//! | Entry | looked up | 1 |
//! | Memory | reads of index, size and element, the link written | 1 each |
//! | Range16 | looked up | two of the bound, one of the frame, four time differences |
//! | BytePair | looked up | high bytes of the time differences, upper limb of the frame |
//!
//! # Not proved here
//! Rows `UndefinedElement`, `UninitializedElement`, `TypeMismatch` and `StackExhausted`, which trap: tables of their own; each guard says that one of the
//! facts proved here does not hold. The callee's charges: its prologue takes them.
//!
//! Degree 2.

mod air;
mod columns;
#[cfg(test)]
mod tests;
mod trace;

pub use air::CallIndirect;
pub use columns::CallIndirectCols;
pub use trace::{call_indirect_trace, function_of};
