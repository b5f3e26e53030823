//! One access to one cell of memory.
//!
//! # Proves
//! The cell (space, context, cell) held `old` before the row's time `ts + offset`, and holds `new` from then on; a read has `new = old`.
//!
//! # How
//! Receive the tuple with the time of the previous access, send it again with this one's (rule 8). The time went forward: `ts + offset − previous − 1`
//! is in [0, 2^24), its low 16 bits by the range table, its high 8 bits by the byte table, which takes the high bytes of two accesses in one lookup.
//!
//! # Assumes
//! Times are below 2^24 (rule 2), so a difference that wrapped modulo p would lie above 2^24: p − 2^24 > 2^24. Initial tuples are unique (rule 9).
//! Limbs that were on the bus once are 16-bit values; only fresh ones are checked, by whoever puts them there (rule 11).

use p3_field::PrimeCharacteristicRing;

use crate::chips::builder::{ChipBuilder, Columns, Val};
use crate::chips::buses::{Message, Tag};
use crate::chips::byte_table::ByteLookups;
use crate::columns;
use crate::isa::Space;

columns! {
    /// What an access adds to a row.
    pub struct AccessCols<T> {
        /// Time of the previous access to the cell. Bound by the memory bus.
        previous: T,
        /// Bits 16..24 of the time difference. Bound by the range lookups of *time goes forward*.
        difference_high: T,
    }
}

/// Cells of [`AccessCols`].
pub const ACCESS_CELLS: usize = 2;

/// Where and when a row accesses memory.
#[derive(Clone, Debug)]
pub struct Place<E> {
    /// The space: from the opcode, never an operand (rule 7).
    pub space: Space,
    /// The context: from the execution tuple, or 0 for machine-owned cells.
    pub context: E,
    /// The cell's index in its space.
    pub cell: E,
    /// Time of the access: the row's `ts` plus a constant below 8.
    pub time: E,
}

impl<T: Copy> AccessCols<T> {
    /// The columns from their two cells.
    pub fn from_cells([previous, difference_high]: [T; ACCESS_CELLS]) -> Self {
        Self {
            previous,
            difference_high,
        }
    }

    /// The two cells of the columns.
    pub fn into_cells(self) -> [T; ACCESS_CELLS] {
        [self.previous, self.difference_high]
    }

    /// Reads and writes a cell, `count` times (0 or 1 by a claim of the chip). The high byte is looked up by [`high_bytes_of`].
    pub fn access<B: ChipBuilder<Var = T>>(
        &self,
        builder: &mut B,
        place: &Place<B::Expr>,
        old: [B::Expr; 4],
        new: [B::Expr; 4],
        count: &B::Expr,
    ) where
        T: Into<B::Expr>,
    {
        let space = B::Expr::from_u32(place.space as u32);
        let key = [space, place.context.clone(), place.cell.clone()];
        self.access_in(builder, key, &place.time, [old, new], count);
    }

    /// Like [`Self::access`], for rows of several opcodes whose spaces differ: the space in `key` is a sum of selectors times constants.
    pub fn access_in<B: ChipBuilder<Var = T>>(
        &self,
        builder: &mut B,
        key: [B::Expr; 3],
        now: &B::Expr,
        [old, new]: [[B::Expr; 4]; 2],
        count: &B::Expr,
    ) where
        T: Into<B::Expr>,
    {
        let message = |time: B::Expr, limbs: [B::Expr; 4]| {
            Message::new(Tag::Memory, key.clone().into_iter().chain([time]).chain(limbs))
        };
        builder.receive(message(self.previous.into(), old), count.clone());
        builder.send(message(now.clone(), new), count.clone());
        let difference = now.clone() - self.previous.into() - B::Expr::ONE;
        let low = difference - self.difference_high.into() * B::Expr::from_u32(1 << 16);
        builder.send(Message::range16(low), count.clone());
    }

    /// Reads a cell: its value stays.
    pub fn read<B: ChipBuilder<Var = T>>(
        &self,
        builder: &mut B,
        place: &Place<B::Expr>,
        value: [B::Expr; 4],
        count: &B::Expr,
    ) where
        T: Into<B::Expr>,
    {
        self.access(builder, place, value.clone(), value, count);
    }
}

impl AccessCols<Val> {
    /// The columns of an access at `time`, with the lookups it asks for. The high byte is asked for by [`ask_high_bytes`].
    ///
    /// # Panics
    /// In debug builds, if the previous access is not earlier: the record is the executor's, never from outside.
    pub fn filled(previous: u32, time: u32, lookups: &mut ByteLookups) -> Self {
        debug_assert!(previous < time, "access at {time} after {previous}");
        let difference = time - previous - 1;
        lookups.ask_range16(difference as u16);
        Self {
            previous: Val::from_u32(previous),
            difference_high: Val::from_u32(difference >> 16),
        }
    }
}

/// The high bytes of two accesses are bytes: one lookup for both. `second` is 0 where there is only one.
pub fn high_bytes_of<B: ChipBuilder>(
    builder: &mut B,
    first: impl Into<B::Expr>,
    second: impl Into<B::Expr>,
    count: &B::Expr,
) {
    builder.send(Message::byte_pair(first, second), count.clone());
}

/// The high bytes of all these accesses are bytes: a lookup for every two.
pub fn all_high_bytes<B: ChipBuilder>(builder: &mut B, accesses: &[[B::Var; ACCESS_CELLS]], count: &B::Expr) {
    for pair in accesses.chunks(2) {
        let byte = |index: usize| pair.get(index).map_or(B::Expr::ZERO, |[_, high]| (*high).into());
        high_bytes_of(builder, byte(0), byte(1), count);
    }
}

/// Asks for what [`all_high_bytes`] looks up.
pub fn ask_all_high_bytes(accesses: &[[Val; ACCESS_CELLS]], lookups: &mut ByteLookups) {
    let accesses: alloc::vec::Vec<_> = accesses.iter().map(|cells| AccessCols::from_cells(*cells)).collect();
    for pair in accesses.chunks(2) {
        if let [first, rest @ ..] = pair {
            ask_high_bytes(first, rest.first(), lookups);
        }
    }
}

/// Asks for what [`high_bytes_of`] looks up.
pub fn ask_high_bytes(first: &AccessCols<Val>, second: Option<&AccessCols<Val>>, lookups: &mut ByteLookups) {
    use p3_field::PrimeField32;
    let byte = |access: &AccessCols<Val>| access.difference_high.as_canonical_u32() as u8;
    lookups.ask_pair(byte(first), second.map_or(0, byte));
}

const _: () = assert!(<AccessCols<Val> as Columns<Val>>::WIDTH == ACCESS_CELLS);
