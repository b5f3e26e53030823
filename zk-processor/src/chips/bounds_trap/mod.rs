//! Accesses out of bounds, and calls through a table that fail.
//!
//! # Proves
//! For each real row, in a sandbox, one of:
//! * a load or store of 1, 2, 4 or 8 bytes, one of which lies outside the memory: trap `out of bounds memory access` (the input window is context 0's);
//! * the first row of a bulk operation on memory (`copy`, `fill`, `init`, `compare`), one of whose ranges ends behind the memory, or, for `init`, behind the
//!   segment: the same trap;
//! * `table_get`, `table_set`, or the first row of a bulk operation on tables, with an element outside the table or segment: `out of bounds table access`;
//! * `call_indirect` with an index that is not below the table's size (`undefined element`), a null element, an element of another type, or a frame that would begin
//!   at 2^22 or above (`call stack exhausted`).
//!
//! # How
//! One comparison serves all: *first + second + offset − bound is not negative*, where first, second and bound are two 16-bit limbs each and the offset is a
//! small constant of the selectors. The result is low + 2^16 · (high + 2^16 · top) with 16-bit low and high and a byte top; what the low limbs carry, plus 2, is
//! a byte. All terms are below 2^19, so these are equations between integers.
//!
//! | row | first | second | offset | bound |
//! |---|---|---|--:|---|
//! | load, store | address operand | x0 x1 | bytes − 1 | pages · 2^16 |
//! | memory, first row of a bulk operation | start of the range | count | −1 | pages · 2^16 |
//! | `memory_init`, its segment | start | count | −1 | length of the segment |
//! | tables and their segments | index, or start | 0, or count | 0, or −1 | size |
//! | `call_indirect`, undefined | index | 0 | 0 | size |
//! | `call_indirect`, the others | size | 0 | −1 | index |
//!
//! An element of another type is one whose entry has it: the difference to the row's type has an inverse. A null element would be function p − 1, which no
//! entry map has.
//!
//! # Assumes
//! Limbs of slots, sizes and immediates are 16-bit values; upper limbs of 32-bit values are 0; pages are at most 2^16; cells of tables and segments lie below 2^29.
//!
//! # Rows
//! One row per instruction: rows `OutOfBounds`, `TableOutOfBounds`, `UndefinedElement`, `UninitializedElement`, `TypeMismatch`, and `StackExhausted` of
//! `call_indirect`. Padding rows have all selectors 0 and send nothing.
//!
//! # Buses
//! | message | side | count |
//! |---|---|---|
//! | Exec | received | 1 |
//! | Fetch | looked up | 1 |
//! | HandOver | sent | 1 |
//! | Memory | operand slots, sizes, the element, as the executor reads them | 1 each |
//! | Entry | looked up | 1 with a type mismatch or a frame that is too high |
//! | Range16, BytePair | looked up | the comparison, time differences |
//!
//! # Not proved here
//! Steps of bulk operations out of bounds: their first row checked the whole length and nothing shrinks before they are done, so no lowered program reaches one.
//! Where both ranges of an operation are out of bounds the row may show either: the effect is the same trap.
//!
//! Degree 3.

mod air;
mod cases;
mod columns;
#[cfg(test)]
mod tests;
mod trace;

pub use air::BoundsTrap;
pub use columns::BoundsTrapCols;
pub use trace::bounds_trap_trace;
