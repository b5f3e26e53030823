//! What the machine holds, cell by cell: read by whoever turns a segment into tables.

use super::context::{Context, Link};
use super::machine::{Active, Machine};
use crate::isa::{ControlCell, Instruction, Space};

/// The part of the machine's state that an execution tuple carries, besides its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Tuple {
    /// 0 for the runtime's program, else the place of the sandbox's program in the library plus one.
    pub(crate) program: u32,
    pub(crate) context: u32,
    pub(crate) pc: u32,
    pub(crate) fp: u32,
    pub(crate) pages: u32,
    pub(crate) gas_left: u32,
    pub(crate) stack_left: u32,
}

impl Machine<'_> {
    /// The tuple of the context that executes next.
    pub(crate) fn tuple(&self) -> Option<Tuple> {
        let (context, program) = match self.active {
            Active::Runtime => (&self.runtime.as_ref()?.0, 0),
            Active::Sandbox => {
                let sandbox = self.sandbox.as_ref()?;
                let is_it = |(_, program): &(_, &_)| core::ptr::eq(*program, sandbox.program);
                (&sandbox.context, self.library.iter().position(is_it)? as u32 + 1)
            }
        };
        let position = context.position;
        Some(Tuple {
            program,
            context: context.id,
            pc: position.pc,
            fp: position.fp,
            pages: context.memory.pages(),
            gas_left: position.gas_left,
            stack_left: position.stack_left,
        })
    }

    /// The row that executes next; beyond the end of the code it is all zero.
    pub(crate) fn next_instruction(&self) -> Instruction {
        self.next().map_or(Instruction::ZERO, |(_, _, row)| row)
    }

    /// The live sandbox: its context, and its program's place in the library.
    pub(crate) fn live_sandbox(&self) -> Option<u32> {
        self.sandbox.as_ref().map(|sandbox| sandbox.context.id)
    }

    /// The clock: the time of the instruction that was executed last.
    pub(crate) fn clock(&self) -> u64 {
        self.now()
    }

    /// What a cell holds, as rows receive it (two values for cells that hold field elements), and the time of its last access.
    pub(crate) fn cell(&self, context: u32, space: Space, cell: u32) -> ([u64; 2], u64) {
        if space == Space::Control {
            return self.control.cell(cell);
        }
        self.context(context)
            .map_or(([0; 2], 0), |context| context.cell(space, cell))
    }

    /// The boundary of a segment reads a control cell at this time of the run.
    pub(crate) fn read_at_boundary(&mut self, cell: ControlCell, now: u64) {
        self.control.read_at_boundary(cell, now);
    }

    fn context(&self, id: u32) -> Option<&Context> {
        let runtime = self.runtime.as_ref().map(|(context, _)| context);
        let sandbox = self.sandbox.as_ref().map(|sandbox| &sandbox.context);
        [runtime, sandbox]
            .into_iter()
            .flatten()
            .find(|context| context.id == id)
    }
}

impl Context {
    fn cell(&self, space: Space, cell: u32) -> ([u64; 2], u64) {
        let (index, place) = (cell as usize, u64::from(cell));
        let at = |cells: &[u64]| cells.get(index).copied().unwrap_or(0);
        let times = &self.times;
        match space {
            Space::Frame => ([at(&self.slots), 0], at(&times.slots)),
            Space::Global => ([at(&self.globals), 0], at(&times.globals)),
            Space::Memory => ([self.memory.cell(place), 0], times.memory.get(place)),
            Space::Table => ([self.tables.get(place), 0], times.tables.get(place)),
            Space::Segment => ([self.segments.get(place), 0], times.segments.get(place)),
            Space::Link => {
                let Link { pc, fp, stack_left } = self.links.get(index).copied().unwrap_or_default();
                let place = u64::from(pc) | u64::from(fp) << 32;
                ([place, u64::from(stack_left)], at(&times.links))
            }
            Space::Control => ([0; 2], 0),
        }
    }
}

/// Whether a cell holds field elements, recorded as two values.
pub(crate) fn holds_elements(space: Space, cell: u32) -> bool {
    match space {
        Space::Link => true,
        Space::Control => u8::try_from(cell)
            .ok()
            .and_then(ControlCell::from_u8)
            .is_some_and(|cell| !cell.is_readable()),
        _ => false,
    }
}

/// The four field elements of a cell on the memory bus.
pub(crate) fn elements(space: Space, cell: u32, [first, second]: [u64; 2]) -> [u32; 4] {
    if holds_elements(space, cell) {
        [first as u32, (first >> 32) as u32, second as u32, (second >> 32) as u32]
    } else {
        core::array::from_fn(|limb| u32::from((first >> (16 * limb)) as u16))
    }
}
