//! A bulk operation in steps of one cell, as the executor saw it.

use crate::chips::event::{Access, Event};
use crate::isa::Opcode;
use crate::isa::rows::{bulk_slots, cell_step_len};
use crate::isa::spaces::{INPUT_BASE, PAGE_BYTES};

/// The operations of this table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `memory_compare`.
    Compare,
    /// `memory_init`.
    MemoryInit,
    /// `table_copy`.
    TableCopy,
    /// `table_fill`.
    TableFill,
    /// `table_init`.
    TableInit,
}

impl Kind {
    /// Every operation, in the order of the selectors.
    pub const ALL: [Self; 5] = [
        Self::Compare,
        Self::MemoryInit,
        Self::TableCopy,
        Self::TableFill,
        Self::TableInit,
    ];

    /// Its first row and its steps; the codes follow each other.
    pub const fn opcodes(self) -> [Opcode; 2] {
        match self {
            Self::Compare => [Opcode::MemoryCompareBegin, Opcode::MemoryCompareStep],
            Self::MemoryInit => [Opcode::MemoryInitBegin, Opcode::MemoryInitStep],
            Self::TableCopy => [Opcode::TableCopyBegin, Opcode::TableCopyStep],
            Self::TableFill => [Opcode::TableFillBegin, Opcode::TableFillStep],
            Self::TableInit => [Opcode::TableInitBegin, Opcode::TableInitStep],
        }
    }

    /// Whether it works on bytes of linear memory.
    pub const fn is_bytes(self) -> bool {
        matches!(self, Self::Compare | Self::MemoryInit)
    }

    /// Whether the source has a size that is read: a table or a segment.
    pub const fn has_sized_source(self) -> bool {
        matches!(self, Self::MemoryInit | Self::TableCopy | Self::TableInit)
    }
}

/// An event with its accesses told apart.
#[derive(Clone, Copy, Debug)]
pub struct CellStep<'a> {
    /// The event.
    pub event: &'a Event,
    /// The operation.
    pub kind: Kind,
    /// It is the operation's first row.
    pub is_begin: bool,
    /// Accesses to the slots: three, or four of a comparison or `table_copy`.
    pub slots: &'a [Access],
    /// Reads of the sizes of destination and source.
    pub sizes: [Option<&'a Access>; 2],
    /// Accesses to the cells of destination and source; none in the input window.
    pub cells: [Option<&'a Access>; 2],
    /// Bytes or elements that the row takes: 0 unless it advances.
    pub part: u32,
    /// Which of the ranges lie in the input window.
    pub is_window: [bool; 2],
}

impl<'a> CellStep<'a> {
    /// The event as a row of this table; `None` if it is none or has other accesses.
    pub fn of(event: &'a Event) -> Option<Self> {
        let opcode = event.instruction.opcode;
        let kind = Kind::ALL.into_iter().find(|kind| kind.opcodes().contains(&opcode))?;
        let [begin, _] = kind.opcodes();
        let is_begin = opcode == begin;
        let (slots, rest) = event.accesses.split_at_checked(bulk_slots(opcode))?;
        let [target, source, count, ..] = slots else {
            return None;
        };
        let part = match (is_begin || count.old == 0, kind.is_bytes()) {
            (true, _) => 0,
            (_, true) => cell_step_len(target.old, source.old, count.old) as u32,
            _ => 1,
        };
        let is_checked = is_begin || part > 0;
        let is_window = [target, source].map(|start| {
            let ends_in_memory = start.old.saturating_add(count.old) <= u64::from(event.before.pages) * PAGE_BYTES;
            let may = is_checked && kind == Kind::Compare && event.before.context == 0;
            may && !ends_in_memory && start.old >= u64::from(INPUT_BASE)
        });
        let [target_window, source_window] = is_window;
        let mut rest = rest.iter();
        let mut next_if = |is_there: bool| if is_there { rest.next() } else { None };
        let target_size = next_if(is_checked && !kind.is_bytes());
        let source_size = next_if(is_checked && kind.has_sized_source());
        let source = next_if(part > 0 && kind != Kind::TableFill && !source_window);
        let target = next_if(part > 0 && !target_window);
        rest.next().is_none().then_some(Self {
            event,
            kind,
            is_begin,
            slots,
            sizes: [target_size, source_size],
            cells: [target, source],
            part,
            is_window,
        })
    }

    /// The n-th slot before.
    pub fn slot(&self, index: usize) -> u64 {
        self.slots.get(index).map_or(0, |access| access.old)
    }

    /// The n-th slot afterwards.
    pub fn slot_after(&self, index: usize) -> u64 {
        self.slots.get(index).map_or(0, |access| access.new)
    }

    /// Position of the first byte within its cell of the destination.
    pub fn target_byte(&self) -> u32 {
        self.byte_of(0)
    }

    /// Position of the first byte within its cell of the source.
    pub fn source_byte(&self) -> u32 {
        self.byte_of(1)
    }

    fn byte_of(&self, slot: usize) -> u32 {
        if self.part > 0 && self.kind.is_bytes() {
            self.slot(slot) as u32 % 8
        } else {
            0
        }
    }

    /// Whether this byte of the destination cell is covered.
    pub fn covers(&self, byte: u32) -> bool {
        let first = self.target_byte();
        self.part > 0 && (!self.kind.is_bytes() || (first..first + self.part).contains(&byte))
    }

    /// Whether a copy works from the end, as the row leaves it.
    pub fn descends(&self) -> bool {
        self.kind == Kind::TableCopy && self.slot_after(3) == 1
    }

    /// Whether the row finds a difference.
    pub fn differs(&self) -> bool {
        self.kind == Kind::Compare && self.part > 0 && self.slot(0) == self.slot_after(0)
    }
}
