//! A bulk operation on memory as the executor saw it.

use crate::chips::event::{Access, Event};
use crate::isa::rows::{bulk_slots, byte_step_len};
use crate::isa::spaces::INPUT_BASE;
use crate::isa::{Opcode, Space};

/// An event of a bulk operation with its accesses told apart.
#[derive(Clone, Copy, Debug)]
pub struct BulkStep<'a> {
    /// The event.
    pub event: &'a Event,
    /// Accesses to the slots: three, or four of a `memory_copy`.
    pub slots: &'a [Access],
    /// Accesses to the control cells `Live` (two) and `Pages`, of a copy from or to the sandbox.
    pub controls: &'a [Access],
    /// Cells of the source, if they lie in memory.
    pub source: &'a [Access],
    /// Cells of the destination.
    pub target: &'a [Access],
    /// Bytes that the row takes: 0 unless it advances.
    pub part: u32,
    /// First byte of the part at the destination.
    pub target_start: u32,
    /// First byte of the part at the source.
    pub source_start: u32,
    /// The source lies in the input window.
    pub is_window: bool,
}

impl<'a> BulkStep<'a> {
    /// The event as a bulk operation; `None` if it is none of this table's or has other accesses.
    pub fn of(event: &'a Event) -> Option<Self> {
        let opcode = event.instruction.opcode;
        let (is_begin, controls) = match opcode {
            Opcode::MemoryCopyBegin | Opcode::MemoryFillBegin => (true, 0),
            Opcode::MemoryCopyStep | Opcode::MemoryFillStep => (false, 0),
            Opcode::SandboxReadBegin | Opcode::SandboxWriteBegin => (true, 3),
            Opcode::SandboxReadStep | Opcode::SandboxWriteStep => (false, 3),
            _ => return None,
        };
        let (slots, rest) = event.accesses.split_at_checked(bulk_slots(opcode))?;
        let (controls, cells) = rest.split_at_checked(controls)?;
        let [target, source, count, direction @ ..] = slots else {
            return None;
        };
        let descends = !is_begin && direction.first().is_some_and(|access| access.old == 1);
        let part = if is_begin {
            0
        } else {
            byte_step_len(target.old, count.old, descends) as u32
        };
        let skipped = if descends {
            (count.old as u32).checked_sub(part)?
        } else {
            0
        };
        let (target_start, source_start) = (target.old as u32 + skipped, (source.old as u32).wrapping_add(skipped));
        let target_cells = (target_start % 8 + part).div_ceil(8) as usize;
        let target_cells = if part == 0 { 0 } else { target_cells };
        let (source_cells, target_cells) = cells.split_at_checked(cells.len().checked_sub(target_cells)?)?;
        let len = if is_begin { count.old } else { u64::from(part) };
        let has_window =
            event.before.context == 0 && !matches!(opcode, Opcode::SandboxReadBegin | Opcode::SandboxReadStep);
        let is_fill = matches!(opcode, Opcode::MemoryFillBegin | Opcode::MemoryFillStep);
        let ends_in_memory = u64::from(source_start) + len <= u64::from(event.before.pages) << 16;
        let is_checked = is_begin || part > 0;
        Some(Self {
            event,
            slots,
            controls,
            source: source_cells,
            target: target_cells,
            part,
            target_start,
            source_start,
            is_window: is_checked && has_window && !is_fill && !ends_in_memory && source_start >= INPUT_BASE,
        })
    }

    /// Whether the source is one byte.
    pub fn is_fill(&self) -> bool {
        matches!(
            self.event.instruction.opcode,
            Opcode::MemoryFillBegin | Opcode::MemoryFillStep
        )
    }

    /// Byte of the source cell that goes to byte 0 of the destination cell.
    pub fn shift(&self) -> u32 {
        if self.is_fill() {
            0
        } else {
            self.source_start.wrapping_sub(self.target_start) % 8
        }
    }

    /// The source cell whose bytes begin those of the first destination cell: −1 where none is needed before the first, and for a fill.
    pub fn source_cell(&self) -> i64 {
        let source = i64::from(self.source_start) - i64::from(self.target_start % 8) - i64::from(self.shift());
        if self.is_fill() { -1 } else { source.div_euclid(8) }
    }

    /// Context of the destination.
    pub fn target_context(&self) -> u32 {
        match self.event.instruction.opcode {
            Opcode::SandboxWriteBegin | Opcode::SandboxWriteStep => self.live()[0],
            _ => self.event.before.context,
        }
    }

    /// Context of the source, or the byte of a fill.
    pub fn source_context(&self) -> u32 {
        match self.event.instruction.opcode {
            Opcode::SandboxReadBegin | Opcode::SandboxReadStep => self.live()[0],
            Opcode::MemoryFillBegin | Opcode::MemoryFillStep => self.slot(1) & 0xff,
            _ => self.event.before.context,
        }
    }

    /// The n-th slot before.
    pub fn slot(&self, index: usize) -> u32 {
        self.slots.get(index).map_or(0, |access| access.old as u32)
    }

    /// Context and program handle of the live sandbox; zeros where the row does not read them.
    pub fn live(&self) -> [u32; 2] {
        let live = self.controls.first().filter(|access| access.space == Space::Control);
        live.map_or([0; 2], |access| [access.old as u32, (access.old >> 32) as u32])
    }
}
