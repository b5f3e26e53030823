//! The record of a run: for each memory access the tuple that its row receives.
//!
//! A row of the execution trace receives, for each cell it touches, the cell's value and the time of its last access, and sends
//! the new ones. New values follow from the operation and everything else (pc, frame pointer, gas) from walking the program
//! with these values, so the received pairs, in the order of the accesses, are all that trace building needs besides the state
//! at the segment's start: 12 bytes for an access, about 2 accesses for an instruction.
//!
//! Order within an instruction: slot operands in the order a, x0, x1 (a store's value slot last), then links, globals, tables
//! and control cells, then memory cells that are read (ascending), then memory cells that are written (ascending), then the
//! destination slots. The input window is a lookup without time and leaves nothing.

use alloc::vec::Vec;

use crate::isa::Space;
use crate::isa::spaces::TIME_STEP;

/// Times of the accesses within an instruction. Accesses that may meet in one cell have distinct times.
pub mod time {
    /// Slot operand a, and the operand slots of a bulk operation.
    pub const A: u64 = 0;
    /// Slot operand x0.
    pub const B: u64 = 1;
    /// Slot operand x1, value slot of a store.
    pub const C: u64 = 2;
    /// Links, globals, tables, segments, control cells, and memory cells that are read.
    pub const READ: u64 = 3;
    /// Memory cells that are written.
    pub const WRITE: u64 = 4;
    /// Destination slot.
    pub const DESTINATION: u64 = 5;
    /// Second destination slot of a wide operation.
    pub const SECOND_DESTINATION: u64 = 6;
}

/// A cell, and the time within the segment at which a row accesses it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The space.
    pub space: Space,
    /// The context whose space it is.
    pub context: u32,
    /// The cell in its space.
    pub cell: u32,
    /// Time of the access: the instruction's time plus less than 8.
    pub time: u32,
}

/// A cell and a time of the run, as the rows of the executor name them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct At {
    pub(crate) space: Space,
    pub(crate) context: u32,
    pub(crate) cell: u64,
    pub(crate) now: u64,
}

/// The received tuples of the accesses of one segment, in order.
#[derive(Clone, Debug, Default)]
pub struct Record {
    values: Vec<u64>,
    times: Vec<u32>,
    /// Where each access went, if that is wanted: it follows from the program and the values, but walking the program once is enough.
    places: Option<Vec<Place>>,
    /// The clock when the segment starts: times within the segment count from here, and what is not later was before it.
    base: u64,
}

impl Record {
    /// A record that also says where each access went.
    #[must_use]
    pub fn with_places() -> Self {
        Self {
            places: Some(Vec::new()),
            ..Self::default()
        }
    }

    /// Where each access went; empty if the record was not made [`Self::with_places`].
    #[must_use]
    pub fn places(&self) -> &[Place] {
        self.places.as_deref().unwrap_or_default()
    }

    /// Values of the cells before each access.
    #[must_use]
    pub fn values(&self) -> &[u64] {
        &self.values
    }

    /// Times of the previous accesses within the segment; 0 where there was none.
    #[must_use]
    pub fn times(&self) -> &[u32] {
        &self.times
    }

    /// Size (bytes).
    #[must_use]
    pub fn len_bytes(&self) -> usize {
        self.values.len() * 8 + self.times.len() * 4
    }

    /// Empties the record and starts a segment at this step of the clock.
    pub(crate) fn start(&mut self, step: u64) {
        self.clear();
        self.base = step * u64::from(TIME_STEP);
    }

    /// A time of the run as a time of the segment; 0 if it was before.
    #[inline(always)]
    pub(crate) fn time_in_segment(&self, time: u64) -> u32 {
        if time <= self.base {
            0
        } else {
            (time - self.base) as u32
        }
    }

    /// Empties the record; the segment goes on.
    pub(crate) fn clear(&mut self) {
        self.values.clear();
        self.times.clear();
        if let Some(places) = &mut self.places {
            places.clear();
        }
    }

    /// An access to a cell whose value and last time (of the run, 0 for none) are these.
    #[inline(always)]
    pub(crate) fn access(&mut self, at: At, value: u64, last: u64) {
        if let Some(places) = &mut self.places {
            places.push(Place {
                space: at.space,
                context: at.context,
                cell: at.cell as u32,
                time: (at.now - self.base) as u32,
            });
        }
        self.values.push(value);
        self.times.push(self.time_in_segment(last));
    }
}
