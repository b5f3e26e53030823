//! One function: the operand stack, the buffer of rows, labels.
//!
//! Values on the operand stack are lazy: a constant or a local stays where it is until an instruction names it as operand. A
//! value that was computed lies in its canonical slot, `temporaries + height`, so that joins of control flow need no merging.
//! A local that waits on the stack is copied before the local changes; the entries that wait for one local are linked, so
//! finding them costs what pushing them did.

use alloc::vec::Vec;

use super::assignment::Assignment;
use super::control::Frame;
use super::error::LoweringError;
use super::metering::Points;
use super::stack_meter::StackMeter;
use crate::isa::spaces::MAX_FRAME_SLOTS;
use crate::isa::{Instruction, Opcode, Shape};

/// No entry: end of a linked list.
const NONE: u32 = u32::MAX;

/// Slots above the operand stack that one operator may use.
const SCRATCH_SLOTS: u32 = 6;

/// Where a value on the operand stack is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operand {
    /// In the canonical slot of its height.
    Slot,
    /// In a local that has not changed since.
    Local(u16),
    /// Nowhere yet.
    Constant(u64),
}

/// A value on the operand stack.
#[derive(Clone, Copy, Debug)]
pub(super) struct StackEntry {
    pub(super) operand: Operand,
    /// The next deeper entry that waits for the same local.
    deeper: u32,
}

/// A value taken from the stack: where it is, and the height it had.
#[derive(Clone, Copy, Debug)]
pub(super) struct Popped {
    pub(super) operand: Operand,
    pub(super) height: u32,
}

/// A place in the code, known by number before its row is.
pub(super) type Label = u32;

/// Where a label is bound.
#[derive(Clone, Copy, Debug)]
pub(super) struct Binding {
    pub(super) label: Label,
    pub(super) row: u32,
    /// Raw points of the metering before it.
    pub(super) points_before: u32,
}

/// State of the function at hand; reused from function to function.
#[derive(Debug, Default)]
pub(super) struct Function {
    /// Rows so far. Branches name labels instead of rows.
    pub(super) rows: Vec<Instruction>,
    /// Labels in the order of their places.
    pub(super) bindings: Vec<Binding>,
    pub(super) labels: u32,
    /// Rows before this one are behind a label and must not change.
    barrier: usize,
    stack: Vec<StackEntry>,
    /// Per local: the topmost entry that waits for it.
    waiting: Vec<u32>,
    /// Entries below this height wait for no local.
    settled: usize,
    pub(super) frames: Vec<Frame>,
    pub(super) assignment: Assignment,
    pub(super) points: Points,
    /// Sizes of the locals, as the metering counts them (bytes).
    pub(super) local_bytes: Vec<u8>,
    /// First slot of the operand stack.
    temporaries: u32,
    pub(super) meter: StackMeter,
    /// Enclosing loops.
    pub(super) loops: u32,
    pub(super) blocks: u64,
}

impl Function {
    /// Forgets the last function and begins one with these locals, of which the first `parameters` are parameters.
    pub(super) fn begin(&mut self, parameters: usize, metered: bool) -> Result<(), LoweringError> {
        let locals = self.local_bytes.len();
        self.rows.clear();
        self.bindings.clear();
        self.labels = 0;
        self.barrier = 0;
        self.stack.clear();
        self.waiting.clear();
        self.waiting.resize(locals, NONE);
        self.settled = 0;
        self.frames.clear();
        self.assignment.begin(parameters, locals);
        self.points.reset(metered);
        // A frame of no slots would overwrite its caller's link.
        self.temporaries = locals.max(1) as u32;
        self.meter.begin();
        self.loops = 0;
        self.blocks = 0;
        self.check_slots()
    }

    fn check_slots(&self) -> Result<(), LoweringError> {
        let slots = u64::from(self.temporaries) + self.stack.len() as u64 + u64::from(SCRATCH_SLOTS);
        if slots > u64::from(MAX_FRAME_SLOTS) {
            return Err(LoweringError::Machine {
                what: "slots of a frame",
                limit: u64::from(MAX_FRAME_SLOTS),
            });
        }
        Ok(())
    }

    /// The canonical slot of a height.
    pub(super) fn slot(&self, height: u32) -> u16 {
        (self.temporaries + height) as u16
    }

    /// Height of the operand stack.
    pub(super) fn height(&self) -> u32 {
        self.stack.len() as u32
    }

    /// Next row (its number in the buffer).
    pub(super) fn next_row(&self) -> u32 {
        self.rows.len() as u32
    }

    /// Appends a row.
    pub(super) fn emit(&mut self, opcode: Opcode, dst: u32, a: u16, x: u64) {
        self.rows.push(Instruction::new(opcode, dst, a, x));
    }

    /// A new label, not yet bound.
    pub(super) fn new_label(&mut self) -> Label {
        self.labels += 1;
        self.labels - 1
    }

    /// Binds a label to the next row.
    pub(super) fn bind(&mut self, label: Label) {
        let (row, points_before) = (self.next_row(), self.points.count());
        self.bindings.push(Binding {
            label,
            row,
            points_before,
        });
        self.barrier = self.rows.len();
    }

    /// The last row, if it computed the value in this slot and nothing can jump between it and here.
    pub(super) fn producer(&mut self, slot: u16) -> Option<&mut Instruction> {
        if self.rows.len() <= self.barrier {
            return None;
        }
        self.rows
            .last_mut()
            .filter(|row| row.slot_written() == Some(slot) && row.opcode.shape() != Shape::Wide)
    }

    /// Takes the last row away.
    pub(super) fn remove_last(&mut self) {
        self.rows.pop();
        let rows = self.next_row();
        self.points.clamp(rows);
    }

    /// Pushes a value.
    pub(super) fn push(&mut self, operand: Operand) -> Result<(), LoweringError> {
        let mut deeper = NONE;
        if let Operand::Local(local) = operand
            && let Some(head) = self.waiting.get_mut(usize::from(local))
        {
            deeper = core::mem::replace(head, self.stack.len() as u32);
        }
        self.stack.push(StackEntry { operand, deeper });
        self.check_slots()
    }

    /// Pushes a value that the last row put into its canonical slot.
    pub(super) fn push_slot(&mut self) -> Result<(), LoweringError> {
        self.push(Operand::Slot)
    }

    /// Takes the topmost value. Validation makes sure that there is one; of none, zero is taken.
    pub(super) fn pop(&mut self) -> Popped {
        let Some(entry) = self.stack.pop() else {
            return Popped {
                operand: Operand::Constant(0),
                height: 0,
            };
        };
        if let Operand::Local(local) = entry.operand
            && let Some(head) = self.waiting.get_mut(usize::from(local))
        {
            *head = entry.deeper;
        }
        self.settled = self.settled.min(self.stack.len());
        Popped {
            operand: entry.operand,
            height: self.stack.len() as u32,
        }
    }

    /// Takes values until this height.
    pub(super) fn truncate(&mut self, height: u32) {
        while self.height() > height {
            self.pop();
        }
    }

    /// The value `depth` below the top.
    pub(super) fn peek(&self, depth: u32) -> Popped {
        let height = self.height().saturating_sub(depth + 1);
        let operand = self
            .stack
            .get(height as usize)
            .map_or(Operand::Constant(0), |entry| entry.operand);
        Popped { operand, height }
    }

    /// A slot that holds a value that was taken; a constant is put into its canonical slot.
    pub(super) fn operand_slot(&mut self, value: Popped) -> u16 {
        match value.operand {
            Operand::Slot => self.slot(value.height),
            Operand::Local(local) => local,
            Operand::Constant(constant) => {
                let slot = self.slot(value.height);
                self.emit(Opcode::Constant, u32::from(slot), 0, constant);
                slot
            }
        }
    }

    /// Puts a value into a slot, if it is not there.
    pub(super) fn move_to(&mut self, value: Popped, slot: u16) {
        match value.operand {
            Operand::Constant(constant) => self.emit(Opcode::Constant, u32::from(slot), 0, constant),
            Operand::Local(local) if local == slot => {}
            Operand::Local(local) => self.emit(Opcode::Move, u32::from(slot), local, 0),
            Operand::Slot => {
                let from = self.slot(value.height);
                if from != slot {
                    self.emit(Opcode::Move, u32::from(slot), from, 0);
                }
            }
        }
    }

    /// Puts the value at a height into its canonical slot.
    fn settle(&mut self, height: usize) {
        let Some(entry) = self.stack.get(height).copied() else {
            return;
        };
        if entry.operand == Operand::Slot {
            return;
        }
        let slot = self.slot(height as u32);
        self.move_to(
            Popped {
                operand: entry.operand,
                height: height as u32,
            },
            slot,
        );
        if let Some(entry) = self.stack.get_mut(height) {
            entry.operand = Operand::Slot;
        }
    }

    /// Puts all waiting copies of a local into their canonical slots, before the local changes.
    pub(super) fn settle_local(&mut self, local: u16) -> bool {
        let Some(head) = self.waiting.get_mut(usize::from(local)) else {
            return false;
        };
        let mut next = core::mem::replace(head, NONE);
        let any = next != NONE;
        while next != NONE {
            let height = next as usize;
            next = self.stack.get(height).map_or(NONE, |entry| entry.deeper);
            self.settle(height);
        }
        any
    }

    /// Puts every waiting local into its canonical slot: what follows may run more than once, or not at all.
    pub(super) fn settle_locals(&mut self) {
        for height in self.settled..self.stack.len() {
            if let Some(StackEntry {
                operand: Operand::Local(local),
                ..
            }) = self.stack.get(height).copied()
            {
                self.settle(height);
                if let Some(head) = self.waiting.get_mut(usize::from(local)) {
                    *head = NONE;
                }
            }
        }
        self.settled = self.stack.len();
    }

    /// Puts the topmost `count` values into their canonical slots.
    pub(super) fn settle_top(&mut self, count: u32) {
        let from = self.stack.len().saturating_sub(count as usize);
        // From the top down, so that each waiting entry is the head of its list when it leaves.
        for height in (from..self.stack.len()).rev() {
            if let Some(StackEntry {
                operand: Operand::Local(local),
                deeper,
                ..
            }) = self.stack.get(height).copied()
                && let Some(head) = self.waiting.get_mut(usize::from(local))
            {
                *head = deeper;
            }
        }
        for height in from..self.stack.len() {
            self.settle(height);
        }
    }
}
