//! How the byte table is filled.

use alloc::vec;
use alloc::vec::Vec;

use p3_field::PrimeCharacteristicRing;

use super::HEIGHT_LOG2;
use super::columns::ByteTableCols;
use crate::chips::builder::{Columns, Val};
use crate::chips::trace::Trace;

/// Counts of lookups, kept by the chips that ask while they fill their own tables.
#[derive(Clone, Debug)]
pub struct ByteLookups {
    bytes: Vec<u32>,
    pairs: Vec<u32>,
    range: Vec<u32>,
}

impl Default for ByteLookups {
    fn default() -> Self {
        Self {
            bytes: vec![0; 1 << HEIGHT_LOG2],
            pairs: vec![0; 1 << HEIGHT_LOG2],
            range: vec![0; 1 << HEIGHT_LOG2],
        }
    }
}

impl ByteLookups {
    /// One lookup of (a, b, a AND b).
    pub fn ask_bytes(&mut self, a: u8, b: u8) {
        self.bytes[usize::from(a) | usize::from(b) << 8] += 1;
    }

    /// One lookup of (a, b).
    pub fn ask_pair(&mut self, a: u8, b: u8) {
        self.pairs[usize::from(a) | usize::from(b) << 8] += 1;
    }

    /// One lookup of a 16-bit value.
    pub fn ask_range16(&mut self, value: u16) {
        self.range[usize::from(value)] += 1;
    }

    /// Adds the lookups that another table asked for.
    pub fn merge(&mut self, other: &Self) {
        let mine = self.bytes.iter_mut().chain(&mut self.pairs).chain(&mut self.range);
        let theirs = other.bytes.iter().chain(&other.pairs).chain(&other.range);
        for (mine, theirs) in mine.zip(theirs) {
            *mine += theirs;
        }
    }
}

/// The whole table with its counts.
pub fn byte_table_trace(lookups: &ByteLookups) -> Trace {
    let mut trace = Trace::zero(ByteTableCols::<Val>::WIDTH, HEIGHT_LOG2);
    let times = lookups.bytes.iter().zip(&lookups.pairs).zip(&lookups.range);
    for (row, ((bytes, pair), range)) in times.enumerate() {
        let [a, b, ..] = row.to_le_bytes();
        let bits = |byte: u8| core::array::from_fn(|place| Val::from_u8(byte >> place & 1));
        let columns = ByteTableCols {
            a_bits: bits(a),
            b_bits: bits(b),
            conjunction: Val::from_u8(a & b),
            bytes_times: Val::from_u32(*bytes),
            pair_times: Val::from_u32(*pair),
            range_times: Val::from_u32(*range),
        };
        trace.write(row, &columns);
    }
    trace
}
