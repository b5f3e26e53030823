//! Narrowing and sign extension.
//!
//! # Proves
//! For each real row: `wrap64` ends with dst = a mod 2^32; `extend8_s32`, `extend16_s32`, `extend8_s64`, `extend16_s64` and `extend32_s64` with the
//! low 8, 16 or 32 bits of a, sign-extended to 32 or 64 bits. The upper half of a 32-bit result becomes 0.
//!
//! # Assumes
//! Limbs read from slots are 16-bit values (rule 11).
//!
//! # Rows
//! One row per instruction. Padding rows are all 0 and send nothing.
//!
//! # Buses
//! | message | side | count |
//! |---|---|---|
//! | Exec | received and sent | 1 |
//! | Fetch | looked up | 1 |
//! | Memory | one read, one write | 1 each |
//! | Range16 | looked up | the sign, two time differences |
//! | BytePair | looked up | high bytes of the time differences; the lower bytes of a if 8 bits are extended |
//!
//! # Not proved here
//! That the opcode at this pc is the one in the program: see the ROM. That gas_left stays in range: see the gas rows.
//!
//! Degree 2.

mod air;
mod columns;
#[cfg(test)]
mod tests;
mod trace;

pub use air::Extend;
pub use columns::ExtendCols;
pub use trace::extend_trace;
