//! What a context holds: frames, links, globals, memory, tables and segments.

use alloc::vec;
use alloc::vec::Vec;

use super::memory::{Allowance, Cells, Full, Memory};
use crate::isa::Space;
use crate::isa::spaces::{FIRST_FRAME_POINTER, MAX_FRAME_SLOTS};
use crate::program::Artefact;

const WINDOW: usize = MAX_FRAME_SLOTS as usize;

/// Everything that slots of one frame can address: slot operands are 16 bits wide.
pub(crate) type Frame = [u64; WINDOW];

/// Where a call returns to; a row 0 stands for "no caller".
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Link {
    pub(crate) pc: u32,
    pub(crate) fp: u32,
    pub(crate) stack_left: u32,
}

/// The part of the execution tuple that belongs to a context.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Position {
    /// Row of the next instruction.
    pub pc: u32,
    /// Frame pointer (slots).
    pub fp: u32,
    /// Gas left of the loaded budget (operators).
    pub gas_left: u32,
    /// Stack budget left (bytes).
    pub stack_left: u32,
}

/// Last access times, kept while recording.
#[derive(Clone, Debug)]
pub(crate) struct Times {
    pub(crate) slots: Vec<u64>,
    pub(crate) links: Vec<u64>,
    pub(crate) globals: Vec<u64>,
    pub(crate) memory: Cells,
    pub(crate) tables: Cells,
    pub(crate) segments: Cells,
}

/// A context: the runtime or a sandbox.
#[derive(Clone, Debug)]
pub(crate) struct Context {
    pub(crate) id: u32,
    pub(crate) position: Position,
    pub(crate) slots: Vec<u64>,
    pub(crate) links: Vec<Link>,
    pub(crate) globals: Vec<u64>,
    pub(crate) memory: Memory,
    pub(crate) tables: Cells,
    pub(crate) segments: Cells,
    pub(crate) times: Times,
}

impl Context {
    /// A fresh context of a program.
    pub(crate) fn new(id: u32, program: &Artefact, allowance: Allowance) -> Result<Self, Full> {
        let mut context = Self {
            id,
            position: Position {
                fp: FIRST_FRAME_POINTER,
                ..Position::default()
            },
            slots: Vec::new(),
            links: Vec::new(),
            globals: Vec::new(),
            memory: Memory::new(program.initial_pages, allowance),
            tables: Cells::new(allowance),
            segments: Cells::new(allowance),
            times: Times {
                slots: Vec::new(),
                links: Vec::new(),
                globals: Vec::new(),
                memory: Cells::new(allowance),
                tables: Cells::new(allowance),
                segments: Cells::new(allowance),
            },
        };
        for (cell, value) in program.image.cells(Space::Global) {
            *context.global_mut(cell) = value;
        }
        for (cell, value) in program.image.cells(Space::Memory) {
            context.memory.write::<8>(u64::from(cell) * 8, value)?;
        }
        for (cell, value) in program.image.cells(Space::Table) {
            context.tables.set(u64::from(cell), value)?;
        }
        for (cell, value) in program.image.cells(Space::Segment) {
            context.segments.set(u64::from(cell), value)?;
        }
        context.make_room::<false>(FIRST_FRAME_POINTER);
        Ok(context)
    }

    /// A global; globals are numbered densely by the lowering, so the vector is as long as the program names them.
    pub(crate) fn global_mut(&mut self, index: u32) -> &mut u64 {
        let index = index as usize;
        if index >= self.globals.len() {
            self.globals.resize(index + 1, 0);
        }
        &mut self.globals[index]
    }

    /// Makes every slot of a frame at this frame pointer exist.
    pub(crate) fn make_room<const RECORD: bool>(&mut self, fp: u32) {
        make_room(&mut self.slots, &mut self.links, fp);
        if RECORD {
            self.times.slots.resize(self.slots.len(), 0);
            self.times.links.resize(self.links.len(), 0);
        }
    }

    /// A slot of the current frame.
    pub(crate) fn slot_mut(&mut self, slot: u16) -> &mut u64 {
        let fp = self.position.fp;
        self.make_room::<false>(fp);
        &mut self.slots[fp as usize + usize::from(slot)]
    }
}

/// Grows slots and links so that a frame at `fp` has all its slots and its link. Frame pointers are below 2^22, so this ends at
/// 90 MiB.
#[cold]
pub(crate) fn make_room(slots: &mut Vec<u64>, links: &mut Vec<Link>, fp: u32) {
    let needed = fp as usize + WINDOW;
    if slots.is_empty() {
        // Untouched slots cost nothing: the system hands zeroed memory out by the page.
        *slots = vec![0; needed];
    } else if slots.len() < needed {
        slots.resize(needed.max(slots.len() * 2), 0);
    }
    if links.len() <= fp as usize {
        links.resize((fp as usize + 1).max(links.len() * 2).max(MIN_LINKS), Link::default());
    }
}

const MIN_LINKS: usize = 256;

/// Whether [`make_room`] has nothing to do.
#[inline(always)]
pub(crate) fn has_room(slots: &[u64], links: &[Link], fp: u32) -> bool {
    fp as usize + WINDOW <= slots.len() && (fp as usize) < links.len()
}

/// The slots of the frame at `fp`, for which room was made.
#[inline(always)]
pub(crate) fn frame(slots: &mut [u64], fp: u32) -> &mut Frame {
    let from = fp as usize;
    (&mut slots[from..from + WINDOW])
        .try_into()
        .unwrap_or_else(|_| unreachable!("the length is WINDOW"))
}
