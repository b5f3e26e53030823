//! Leading zeros, trailing zeros and ones of 32- and 64-bit values.
//!
//! # Proves
//! For each real row: `clz`, `ctz` and `popcnt` of either width end with slot dst holding the number of leading or trailing zero bits of slot a, the width
//! for 0, or its number of one bits.
//!
//! # How
//! These are rare, so one table takes all six. Ones are counted in the bits of all four limbs. For zeros one limb decides: the limbs before it, from the end that
//! counts, are 0, all of them if none decides. Of its bits one decides: it is 1 and those before it are 0. The columns of the other limbs' bits
//! then hold the mark of that bit.
//!
//! # Assumes
//! Limbs of a are 16-bit values (rule 11).
//!
//! # Rows
//! One row per instruction. Padding rows have all selectors 0 and send nothing.
//!
//! # Buses
//! | message | side | count |
//! |---|---|---|
//! | Exec | received and sent | 1 |
//! | Fetch | looked up | 1 |
//! | Memory | one read, one write | 1 each |
//! | Range16 | looked up | two time differences |
//! | BytePair | looked up | high bytes of the time differences |
//!
//! # Not proved here
//! That the opcode at this pc is the one in the program: see the ROM. That `gas_left` stays in range: see the gas rows.
//!
//! Degree 3.

mod air;
mod columns;
#[cfg(test)]
mod tests;
mod trace;

pub use air::BitCount;
pub use columns::BitCountCols;
pub use trace::bit_count_trace;
