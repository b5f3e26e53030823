//! Steps the executor through a segment and tells what each instruction did.
//!
//! The executor is the only place that knows what an instruction means: old values and places come from its record, new values are what its cells
//! hold afterwards.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use crate::chips::boundary::{BOUNDARY_ACCESSES, RUNTIME_HANDLE};
use crate::chips::event::{Access, Event, State};
use crate::executor::inspect::{elements, holds_elements};
use crate::executor::{ExecutionError, Machine, Place, Record, Stop};
use crate::isa::spaces::TIME_STEP;
use crate::isa::{ControlCell, Space, Trap};
use crate::program::Digest;

/// Why a run cannot go on towards a proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WalkError {
    /// The executor stopped.
    #[error(transparent)]
    Execution(#[from] ExecutionError),
    /// The runtime trapped: such a run has no proof.
    #[error("the runtime trapped: {0}")]
    Trapped(Trap),
    /// There is no runtime, or the run is over.
    #[error("there is no runtime to step, or its run is over")]
    NoRuntime,
}

/// A walk through one segment.
#[derive(Debug)]
pub struct Walk<'w, 'a> {
    machine: &'w mut Machine<'a>,
    record: Record,
    /// Clock of the run at which the segment's clock is 0.
    base: u64,
    state: State,
    stop: Option<Stop>,
}

/// What the boundary reads at one side of a segment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BoundaryReads {
    /// Number of the live sandbox, 0 if there is none.
    pub live: u32,
    /// R of the live sandbox's program, as the control cells hold it.
    pub sandbox_program: Digest,
    /// (previous time, time) of each read.
    pub times: [(u32, u32); BOUNDARY_ACCESSES],
}

/// Accesses of one instruction beyond which later accesses to a cell are found by search, not by scanning.
const SCANNED_ACCESSES: usize = 16;

impl<'w, 'a> Walk<'w, 'a> {
    /// Starts a segment at the machine's next instruction.
    ///
    /// # Errors
    /// A machine without a runtime.
    pub fn new(machine: &'w mut Machine<'a>) -> Result<Self, WalkError> {
        let mut record = Record::with_places();
        machine.begin_segment(&mut record);
        let base = machine.clock();
        let mut walk = Self {
            machine,
            record,
            base,
            state: State::default(),
            stop: None,
        };
        walk.state = walk.state_at(TIME_STEP).ok_or(WalkError::NoRuntime)?;
        Ok(walk)
    }

    /// The tuple before the next instruction.
    #[must_use]
    pub fn state(&self) -> State {
        self.state
    }

    /// The machine as it is.
    #[must_use]
    pub fn machine(&self) -> &Machine<'a> {
        self.machine
    }

    /// The public output, once the run has halted.
    #[must_use]
    pub fn output(&self) -> Option<[u8; 32]> {
        match self.stop {
            Some(Stop::Halted { output, .. }) => Some(output),
            _ => None,
        }
    }

    /// Executes one instruction; `None` once the run has halted.
    ///
    /// # Errors
    /// The executor's, and a trap of the runtime.
    pub fn step(&mut self) -> Result<Option<Event>, WalkError> {
        if self.stop.is_some() {
            return Ok(None);
        }
        let before = self.state;
        let instruction = self.machine.next_instruction();
        self.record.clear();
        self.stop = self.machine.continue_recorded(1, &mut self.record)?;
        if let Some(Stop::Trapped(trap)) = self.stop {
            return Err(WalkError::Trapped(trap));
        }
        self.state = self.state_at(before.time + TIME_STEP).ok_or(WalkError::NoRuntime)?;
        Ok(Some(Event {
            before,
            after: self.state,
            instruction,
            accesses: self.accesses(),
        }))
    }

    fn state_at(&self, time: u32) -> Option<State> {
        let tuple = self.machine.tuple()?;
        Some(State {
            handle: RUNTIME_HANDLE + tuple.program,
            pc: tuple.pc,
            frame_pointer: tuple.fp,
            time,
            context: tuple.context,
            pages: tuple.pages,
            gas_left: tuple.gas_left,
            stack_left: tuple.stack_left,
        })
    }

    /// The accesses of the last instruction: a value after an access is the value before the next one to the same cell, or what the cell holds now.
    fn accesses(&self) -> Vec<Access> {
        let places = self.record.places();
        let halves = halves(places);
        let values = self.record.values();
        let later: Option<BTreeMap<_, _>> = (places.len() > SCANNED_ACCESSES).then(|| {
            let keys = places.iter().zip(&halves).map(|(place, half)| key(place, *half));
            // Collecting keeps the last access to each cell.
            keys.zip(0..).collect()
        });
        let mut accesses = Vec::with_capacity(places.len());
        for (index, (place, half)) in places.iter().zip(&halves).enumerate() {
            let is_last = later
                .as_ref()
                .is_some_and(|later| later.get(&key(place, *half)) == Some(&index));
            let next = (index + 1..places.len())
                .filter(|_| !is_last)
                .find(|other| key(&places[*other], halves[*other]) == key(place, *half));
            let new = match next {
                Some(next) => values[next],
                None => self.machine.cell(place.context, place.space, place.cell).0[usize::from(*half)],
            };
            accesses.push(Access {
                space: place.space,
                context: place.context,
                cell: place.cell,
                time: place.time,
                previous: self.record.times()[index],
                old: values[index],
                new,
            });
        }
        accesses
    }

    /// The four field elements of a cell, and the time of its last access in this segment.
    #[must_use]
    pub fn cell(&self, context: u32, space: Space, cell: u32) -> ([u32; 4], u32) {
        let (value, last) = self.machine.cell(context, space, cell);
        (elements(space, cell, value), self.record.time_in_segment(last))
    }

    /// The boundary reads the live sandbox and its program's root before the first instruction.
    pub fn read_at_start(&mut self) -> BoundaryReads {
        let mut reads = BoundaryReads::default();
        let cells = [
            ControlCell::Live,
            ControlCell::ProgramRootLow,
            ControlCell::ProgramRootHigh,
        ];
        let values = cells.map(|cell| self.read_control(cell, 1));
        for (to, (_, previous)) in reads.times.iter_mut().zip(&values) {
            *to = (*previous, 1);
        }
        let [([live, ..], _), (low, _), (high, _)] = values;
        reads.live = live;
        for (to, element) in reads.sandbox_program.iter_mut().zip(low.into_iter().chain(high)) {
            *to = element;
        }
        reads
    }

    /// The boundary reads the live sandbox behind the last instruction; returns its number and the read's times.
    pub fn read_at_end(&mut self) -> (u32, (u32, u32)) {
        let time = self.state.time;
        let ([live, ..], previous) = self.read_control(ControlCell::Live, time);
        (live, (previous, time))
    }

    fn read_control(&mut self, cell: ControlCell, time: u32) -> ([u32; 4], u32) {
        let read = self.cell(0, Space::Control, cell as u32);
        self.machine.read_at_boundary(cell, self.base + u64::from(time));
        read
    }
}

/// What tells two accesses to one cell apart from two accesses to two cells.
fn key(place: &Place, half: bool) -> (Space, u32, u32, bool) {
    (place.space, place.context, place.cell, half)
}

/// Which accesses are the second value of a cell that holds field elements: they follow the first at the same time.
fn halves(places: &[Place]) -> Vec<bool> {
    let mut halves: Vec<bool> = Vec::with_capacity(places.len());
    for (index, place) in places.iter().enumerate() {
        let follows = index > 0 && places[index - 1] == *place && !halves[index - 1];
        halves.push(follows && holds_elements(place.space, place.cell));
    }
    halves
}
