//! The record of a segment: the public values of its proof, and what joining two segments compares.

use alloc::vec::Vec;

use p3_field::PrimeCharacteristicRing;

use crate::chips::builder::Val;
use crate::isa::spaces::{ENTRY_PC, FIRST_FRAME_POINTER, MAX_LOADED_GAS, TIME_STEP};
use crate::program::{Digest, Header, ZERO_DIGEST};

/// Number of public values of a segment.
pub const PUBLIC_VALUES: usize = 2 * Point::ELEMENTS + 2 * 8 + 1 + 1 + 16;

/// End times stay below this bound (rule 2).
pub const MAX_END_TIME: u32 = 1 << 24;

/// The state between two instructions: everything that one segment leaves to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Point {
    /// Row of the next instruction.
    pub pc: u32,
    /// Frame pointer (slots).
    pub frame_pointer: u32,
    /// Context that executes next.
    pub context: u32,
    /// Pages of its linear memory.
    pub pages: u32,
    /// Gas left of the loaded budget (operators).
    pub gas_left: u32,
    /// Stack budget left (bytes).
    pub stack_left: u32,
    /// Memory root of context 0; zeros once the run has halted.
    pub memory_root: Digest,
    /// Memory root of the live sandbox; zeros if there is none.
    pub sandbox_root: Digest,
}

impl Point {
    /// Field elements of a point.
    pub const ELEMENTS: usize = 6 + 2 * 8;

    /// Where every run of a program begins. The verifier computes it from the program's header (rule 10).
    #[must_use]
    pub const fn start_of(header: &Header) -> Self {
        Self {
            pc: ENTRY_PC,
            frame_pointer: FIRST_FRAME_POINTER,
            context: 0,
            pages: header.initial_pages,
            gas_left: 0,
            stack_left: 0,
            memory_root: header.initial_root,
            sandbox_root: ZERO_DIGEST,
        }
    }

    fn elements(&self) -> impl Iterator<Item = u32> {
        let tuple = [
            self.pc,
            self.frame_pointer,
            self.context,
            self.pages,
            self.gas_left,
            self.stack_left,
        ];
        tuple.into_iter().chain(self.memory_root).chain(self.sandbox_root)
    }
}

/// What a segment's proof says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SegmentRecord {
    /// R of the runtime's program: the same in all segments of a run.
    pub program_root: Digest,
    /// Root of the input: the same in all segments of a run.
    pub input_root: Digest,
    /// The state at the start.
    pub start: Point,
    /// The state at the end.
    pub end: Point,
    /// Time at the end: 8 for each instruction and 8.
    pub end_time: u32,
    /// The public output in limbs of 16 bits, if the run halted.
    pub output: Option<[u16; 16]>,
}

/// Why a record cannot be one of an honest segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RecordError {
    /// A segment of this length would wrap the clock.
    #[error("the segment ends at time {found}, the clock allows less than {MAX_END_TIME}")]
    EndTime {
        /// The claimed time.
        found: u32,
    },
    /// More gas than can be loaded.
    #[error("{found} operators of gas left, at most {MAX_LOADED_GAS} can be loaded")]
    Gas {
        /// The claimed gas.
        found: u32,
    },
}

impl SegmentRecord {
    /// The bounds that no table proves because everybody can see them (rules 2 and 14).
    ///
    /// # Errors
    /// The first bound that is passed.
    pub fn check_bounds(&self) -> Result<(), RecordError> {
        if self.end_time < 2 * TIME_STEP || self.end_time >= MAX_END_TIME {
            return Err(RecordError::EndTime { found: self.end_time });
        }
        let gas = [self.start.gas_left, self.end.gas_left];
        match gas.into_iter().find(|gas| *gas > MAX_LOADED_GAS) {
            Some(found) => Err(RecordError::Gas { found }),
            None => Ok(()),
        }
    }

    /// Number of instructions.
    #[must_use]
    pub const fn instructions(&self) -> u32 {
        self.end_time / TIME_STEP - 1
    }

    /// The public values of the boundary, in the order of its claims.
    #[must_use]
    pub fn public_values(&self) -> Vec<Val> {
        let output = self.output.unwrap_or_default().map(u32::from);
        let halted = u32::from(self.output.is_some());
        self.start
            .elements()
            .chain(self.end.elements())
            .chain(self.program_root)
            .chain(self.input_root)
            .chain([self.end_time, halted])
            .chain(output)
            .map(Val::from_u32)
            .collect()
    }
}
