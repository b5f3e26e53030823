//! Sizes and their growth, elements of tables, and the charges that depend on an operand: everything rare about pages, tables and segments.
//!
//! # Proves
//! For each real row, by its selector:
//! * `memory_size`: dst = pages. `memory_grow`: if pages + a ≤ x0 x1, dst = pages and pages grow by a (row `Grown`); else dst = 2^32 − 1 (row `Refused`).
//! * `table_size`: dst = the table's size. `table_grow`: likewise with the size in the cell x0 x1 and the limit x2 x3.
//! * `table_get`, `table_set`: a is below the table's size; dst = element a, or element a = the value, all 64 bits.
//! * `segment_drop`: the segment's length becomes 0.
//! * `charge_linear`: the row's gas, x0 x1 and the low 32 bits of a are covered and taken.
//!
//! # How
//! Each row that reads a shows that a number, its *gap*, is not negative: size − 1 − a, limit − new size, size + a − limit − 1, or gas − charge. The gap is
//! computed limb by limb; it equals room₀ + 2^16 · room₁ with two 16-bit values, and what the lower limbs carry is a byte less one. All terms are small integers, so
//! nothing wraps: sums of 33 bits and charges up to 2^33 are compared as what they are (rule 14).
//!
//! # Assumes
//! Pages are at most 2^16 and a limit of pages too; cells of tables and segments lie below 2^29: the lowering's limits. Limbs of cells and immediates are 16-bit
//! values (rule 11). Upper limbs of sizes and of a are 0, as those of every 32-bit value.
//!
//! # Rows
//! One row per instruction: rows `Step`, `Grown` and `Refused`. Padding rows have all selectors 0 and send nothing.
//!
//! # Buses
//! | message | side | count |
//! |---|---|---|
//! | Exec | received and sent | 1 |
//! | Fetch | looked up | 1 |
//! | Memory | read of a; access to a size, an element, a slot | 1 each where the opcode has it |
//! | Range16 | looked up | two of the room; limbs of a new size; limbs of pages and gas; time differences |
//! | BytePair | looked up | the carry; high bytes of the time differences |
//!
//! # Not proved here
//! Rows `TableOutOfBounds` and `OutOfGas`, which give control back: tables of their own; their guards are that a gap of this one is negative.
//!
//! Degree 3.

mod air;
mod columns;
mod kind;
#[cfg(test)]
mod tests;
mod trace;

pub use air::Growth;
pub use columns::GrowthCols;
pub use trace::{growth_trace, takes};
