//! Structured control flow: frames, labels, branches.

use wasmparser::{BlockType, BrTable};

use super::assignment::Mark;
use super::condition::{Compare, Condition};
use super::error::LoweringError;
use super::function::{Label, Operand, Popped};
use super::metering::{PointKind, TargetKind};
use super::operators::FunctionLowering;
use crate::isa::{Instruction, Opcode, Trap};

/// What opened a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FrameKind {
    Function,
    Block,
    Loop,
    If,
    Else,
}

/// A block, loop, if, or the function itself.
#[derive(Clone, Copy, Debug)]
pub(super) struct Frame {
    pub(super) kind: FrameKind,
    /// Operand stack below the frame's parameters.
    height: u32,
    parameters: u32,
    results: u32,
    /// Where a branch to the frame goes: the head of a loop, the end of the others.
    label: Label,
    /// Something jumps to the label.
    is_target: bool,
    /// Where an `if` goes when its condition does not hold.
    else_label: Label,
    /// The code before the frame is never reached.
    dead_entry: bool,
    /// The code here is never reached.
    dead: bool,
    mark: Mark,
    pub(super) metering: TargetKind,
    /// Moves the results and goes to the label, for `br_table`.
    trampoline: Option<Label>,
}

/// A conditional branch without its target.
type Test = (Opcode, u16, u64);

impl FunctionLowering<'_> {
    /// Whether the code here is never reached, in finite-wasm's sense.
    pub(super) fn is_dead(&self) -> bool {
        self.f.frames.last().is_none_or(|frame| frame.dead)
    }

    fn arity(&self, block_type: BlockType) -> (u32, u32) {
        (
            self.module.parameter_count(block_type) as u32,
            self.module.result_count(block_type) as u32,
        )
    }

    /// Opens the frame of the function.
    pub(super) fn enter_function(&mut self, type_index: u32) {
        let results = self.module.type_at(type_index).results.len() as u32;
        let label = self.f.new_label();
        let mark = self.f.assignment.enter();
        self.f.frames.push(Frame {
            kind: FrameKind::Function,
            height: 0,
            parameters: 0,
            results,
            label,
            is_target: false,
            else_label: label,
            dead_entry: false,
            dead: false,
            mark,
            metering: TargetKind::UntakenForward,
            trampoline: None,
        });
    }

    fn open(&mut self, kind: FrameKind, block_type: BlockType, metering: TargetKind) {
        let dead = self.is_dead();
        let (parameters, results) = self.arity(block_type);
        let (label, else_label) = (self.f.new_label(), self.f.new_label());
        self.f.frames.push(Frame {
            kind,
            height: if dead {
                self.f.height()
            } else {
                self.f.height().saturating_sub(parameters)
            },
            parameters,
            results,
            label,
            is_target: false,
            else_label,
            dead_entry: dead,
            dead,
            mark: self.f.assignment.enter(),
            metering,
            trampoline: None,
        });
        self.f.blocks += 1;
        if kind == FrameKind::Loop {
            self.f.loops += 1;
        }
    }

    /// `block`
    pub(super) fn block(&mut self, block_type: BlockType) {
        let dead = self.is_dead();
        self.f.points.before(PointKind::Pure, 0, self.f.rows.len() as u32, dead);
        if !dead {
            self.f.settle_locals();
            let (parameters, _) = self.arity(block_type);
            self.f.settle_top(parameters);
        }
        self.open(FrameKind::Block, block_type, TargetKind::UntakenForward);
    }

    /// `loop`
    pub(super) fn loop_(&mut self, block_type: BlockType) {
        let dead = self.is_dead();
        if !dead {
            self.f.settle_locals();
            let (parameters, _) = self.arity(block_type);
            self.f.settle_top(parameters);
        }
        let before = self.f.points.count();
        self.f.points.before(PointKind::Pure, 0, self.f.rows.len() as u32, dead);
        self.f.points.after(PointKind::Pure, 1, dead);
        self.open(FrameKind::Loop, block_type, TargetKind::Loop(before, before + 1));
        if !dead && let Some(frame) = self.f.frames.last() {
            let label = frame.label;
            self.f.bind(label);
        }
    }

    /// `if`
    pub(super) fn if_(&mut self, block_type: BlockType) {
        let dead = self.is_dead();
        self.side_effect(1, dead);
        let mut test = None;
        if !dead {
            let condition = self.f.pop();
            test = Some(self.test(condition, true));
            self.f.settle_locals();
            let (parameters, _) = self.arity(block_type);
            self.f.settle_top(parameters);
        }
        self.open(FrameKind::If, block_type, TargetKind::Forward);
        if let (Some(test), Some(frame)) = (test, self.f.frames.last()) {
            let label = frame.else_label;
            self.branch_on(test, label);
        }
    }

    /// `else`
    pub(super) fn else_(&mut self) {
        let Some(mut frame) = self.f.frames.pop() else { return };
        let parent_dead = frame.dead_entry;
        self.side_effect(0, parent_dead);
        if !parent_dead {
            if !frame.dead {
                self.results_in_place(&frame);
                self.f.assignment.branch(&mut frame.mark);
                frame.is_target = true;
                self.f.emit(Opcode::Branch, frame.label, 0, 0);
            }
            self.f.truncate(frame.height);
            self.f.bind(frame.else_label);
            self.f.assignment.restart(&mut frame.mark);
        }
        frame.kind = FrameKind::Else;
        frame.dead = parent_dead;
        frame.metering = TargetKind::Forward;
        self.f.frames.push(frame);
        if !parent_dead {
            self.push_parameters(&frame);
        }
    }

    /// `end`
    pub(super) fn end(&mut self) -> Result<(), LoweringError> {
        let Some(mut frame) = self.f.frames.pop() else {
            return Ok(());
        };
        let row = self.f.rows.len() as u32;
        match frame.metering {
            TargetKind::Forward => {
                self.f.points.before(PointKind::PreControlFlow, 0, row, frame.dead);
                self.f.points.after(PointKind::PostControlFlow, 0, frame.dead_entry);
            }
            _ => self.f.points.before(PointKind::Pure, 0, row, frame.dead),
        }
        if frame.kind == FrameKind::Loop {
            self.f.loops -= 1;
        }
        if frame.kind == FrameKind::Function {
            return self.end_function(&frame);
        }
        if frame.dead_entry {
            return Ok(());
        }
        let falls_through = !frame.dead;
        if frame.kind == FrameKind::If {
            // The condition's other way arrives here with the parameters, which are the results.
            self.f.assignment.forget(&mut frame.mark);
        }
        let joins = frame.kind != FrameKind::Loop && (frame.is_target || frame.kind == FrameKind::If);
        if joins {
            if falls_through {
                self.results_in_place(&frame);
            }
            self.f.truncate(frame.height);
            if frame.kind == FrameKind::If {
                self.f.bind(frame.else_label);
            }
            if frame.is_target {
                self.f.bind(frame.label);
            }
            self.push_results(&frame)?;
        } else if !falls_through {
            self.f.truncate(frame.height);
            self.push_results(&frame)?;
        }
        let parent = self.f.frames.last_mut().map(|parent| &mut parent.mark);
        self.f.assignment.leave(&frame.mark, falls_through, parent);
        Ok(())
    }

    fn end_function(&mut self, frame: &Frame) -> Result<(), LoweringError> {
        if !frame.dead {
            self.return_results(frame.results);
        }
        if frame.is_target {
            self.f.bind(frame.label);
        }
        if !frame.dead || frame.is_target {
            self.f.emit(Opcode::Return, 0, 0, 0);
        }
        Ok(())
    }

    fn push_parameters(&mut self, frame: &Frame) {
        for _ in 0..frame.parameters {
            // The slots were in use before the frame, so they fit.
            let _ = self.f.push_slot();
        }
    }

    fn push_results(&mut self, frame: &Frame) -> Result<(), LoweringError> {
        for _ in 0..frame.results {
            self.f.push_slot()?;
        }
        Ok(())
    }

    /// Puts the topmost values where the frame's end expects its results.
    fn results_in_place(&mut self, frame: &Frame) {
        self.move_top(frame.results, frame.height);
    }

    /// Puts the topmost `count` values into the canonical slots from `height` on. They stay on the stack.
    fn move_top(&mut self, count: u32, height: u32) {
        if count == 1 {
            let (value, slot) = (self.f.peek(0), self.f.slot(height));
            return self.move_or_retarget(value, slot);
        }
        // Sources lie at or above their destinations, so ascending moves overwrite nothing that is still needed.
        for index in 0..count {
            let value = self.f.peek(count - 1 - index);
            let slot = self.f.slot(height + index);
            self.f.move_to(value, slot);
        }
    }

    /// Puts a value that nothing needs afterwards into a slot: by changing the row that computes it, if that is the last one.
    fn move_or_retarget(&mut self, value: Popped, slot: u16) {
        if value.operand == Operand::Slot {
            let from = self.f.slot(value.height);
            if from == slot {
                return;
            }
            if let Some(row) = self.f.producer(from) {
                row.dst = u32::from(slot);
                return;
            }
        }
        self.f.move_to(value, slot);
    }

    /// Puts the topmost `count` values into slots 0, 1, …, as a return needs them.
    fn return_results(&mut self, count: u32) {
        if count == 1 {
            let value = self.f.peek(0);
            return self.move_or_retarget(value, 0);
        }
        self.settle_conflicts(count);
        for index in 0..count {
            let value = self.f.peek(count - 1 - index);
            self.f.move_to(value, index as u16);
        }
    }

    /// Makes sure that no local among slots `0 .. count` is a source of a move into these slots.
    fn settle_conflicts(&mut self, count: u32) {
        let conflict = |value: Popped| matches!(value.operand, Operand::Local(local) if u32::from(local) < count);
        if count > 1 && (0..count).any(|depth| conflict(self.f.peek(depth))) {
            self.f.settle_top(count);
        }
    }

    fn frame_at(&self, depth: u32) -> Option<usize> {
        self.f.frames.len().checked_sub(depth as usize + 1)
    }

    /// Metering: a branch to this frame exists.
    fn take(&mut self, depth: u32) {
        let Some(frame) = self.frame_at(depth).and_then(|index| self.f.frames.get_mut(index)) else {
            return;
        };
        match frame.metering {
            TargetKind::UntakenForward => frame.metering = TargetKind::Forward,
            TargetKind::Forward => {}
            TargetKind::Loop(before, after) => self.f.points.take_loop(before, after),
        }
    }

    /// The label of a frame, the number of values that a branch to it carries, and the height they go to.
    pub(super) fn target(&self, depth: u32) -> (Label, u32, u32) {
        let Some(frame) = self.frame_at(depth).and_then(|index| self.f.frames.get(index)) else {
            return (0, 0, 0);
        };
        let count = if frame.kind == FrameKind::Loop {
            frame.parameters
        } else {
            frame.results
        };
        (frame.label, count, frame.height)
    }

    /// A row jumps to the label of this frame.
    fn use_label(&mut self, depth: u32) {
        let index = self.frame_at(depth).unwrap_or_default();
        if let Some(frame) = self.f.frames.get_mut(index) {
            frame.is_target = true;
            if frame.kind != FrameKind::Loop {
                self.f.assignment.branch(&mut frame.mark);
            }
        }
    }

    fn is_function(&self, depth: u32) -> bool {
        depth as usize + 1 == self.f.frames.len()
    }

    /// Code from here to the end of the frame is never reached.
    pub(super) fn make_dead(&mut self) {
        if let Some(frame) = self.f.frames.last_mut() {
            frame.dead = true;
        }
    }

    /// `br`
    pub(super) fn br(&mut self, depth: u32) {
        let dead = self.is_dead();
        self.side_effect(1, dead);
        self.take(depth);
        if !dead {
            self.jump(depth);
        }
        self.make_dead();
    }

    /// `return`
    pub(super) fn return_(&mut self) {
        self.br((self.f.frames.len() as u32).saturating_sub(1));
    }

    /// Moves the values that a branch carries and goes. Nothing after it is reached.
    fn jump(&mut self, depth: u32) {
        if self.is_function(depth) {
            let results = self.f.frames.first().map_or(0, |frame| frame.results);
            self.return_results(results);
            self.f.emit(Opcode::Return, 0, 0, 0);
            return;
        }
        let (label, count, height) = self.target(depth);
        self.use_label(depth);
        self.move_top(count, height);
        self.f.emit(Opcode::Branch, label, 0, 0);
    }

    /// `br_if`
    pub(super) fn br_if(&mut self, depth: u32) {
        let dead = self.is_dead();
        self.side_effect(1, dead);
        self.take(depth);
        if dead {
            return;
        }
        let condition = self.f.pop();
        let is_function = self.is_function(depth);
        let (label, count, height) = self.target(depth);
        if self.is_in_place(count, if is_function { None } else { Some(height) }) {
            let test = self.test(condition, false);
            self.use_label(depth);
            return self.branch_on(test, label);
        }
        let test = self.test(condition, true);
        if is_function {
            self.settle_conflicts(count);
        }
        let skip = self.f.new_label();
        self.branch_on(test, skip);
        self.leave_with(depth);
        self.f.bind(skip);
    }

    /// The way out of a conditional branch: moves and a jump that leave the stack as it is for the other way.
    fn leave_with(&mut self, depth: u32) {
        let (label, count, height) = self.target(depth);
        let is_function = self.is_function(depth);
        for index in 0..count {
            let value = self.f.peek(count - 1 - index);
            let slot = if is_function {
                index as u16
            } else {
                self.f.slot(height + index)
            };
            self.f.move_to(value, slot);
        }
        if is_function {
            self.f.emit(Opcode::Return, 0, 0, 0);
        } else {
            self.use_label(depth);
            self.f.emit(Opcode::Branch, label, 0, 0);
        }
    }

    /// Whether the topmost `count` values are where the branch wants them.
    fn is_in_place(&self, count: u32, height: Option<u32>) -> bool {
        (0..count).all(|index| {
            let value = self.f.peek(count - 1 - index);
            match (value.operand, height) {
                (Operand::Slot, Some(height)) => value.height == height + index,
                (Operand::Local(local), None) => u32::from(local) == index,
                _ => false,
            }
        })
    }

    /// `br_table`
    pub(super) fn br_table(&mut self, targets: &BrTable<'_>) -> Result<(), LoweringError> {
        let dead = self.is_dead();
        self.side_effect(1, dead);
        if dead {
            for target in targets.targets() {
                self.take(target?);
            }
            self.take(targets.default());
            self.make_dead();
            return Ok(());
        }
        let index = self.f.pop();
        let index = self.f.operand_slot(index);
        let results = self.f.frames.first().map_or(0, |frame| frame.results);
        if self.f.height() >= results {
            self.settle_conflicts(results);
        }
        self.f.emit(Opcode::BranchTable, 0, index, u64::from(targets.len()));
        let mut used = alloc::vec::Vec::new();
        for target in targets.targets() {
            self.table_target(target?, &mut used);
        }
        self.table_target(targets.default(), &mut used);
        for depth in used {
            let Some(at) = self.frame_at(depth) else { continue };
            let Some(trampoline) = self.f.frames.get_mut(at).and_then(|frame| frame.trampoline.take()) else {
                continue;
            };
            self.f.bind(trampoline);
            self.leave_with(depth);
            self.check_rows()?;
        }
        self.make_dead();
        Ok(())
    }

    /// One row of a branch table.
    fn table_target(&mut self, depth: u32, used: &mut alloc::vec::Vec<u32>) {
        self.take(depth);
        let is_function = self.is_function(depth);
        let (_, count, height) = self.target(depth);
        if self.is_in_place(count, if is_function { None } else { Some(height) }) {
            return self.leave_with(depth);
        }
        let existing = self
            .frame_at(depth)
            .and_then(|at| self.f.frames.get(at))
            .and_then(|frame| frame.trampoline);
        let trampoline = match existing {
            Some(trampoline) => trampoline,
            None => {
                let trampoline = self.f.new_label();
                if let Some(frame) = self.frame_at(depth).and_then(|at| self.f.frames.get_mut(at)) {
                    frame.trampoline = Some(trampoline);
                }
                used.push(depth);
                trampoline
            }
        };
        self.f.emit(Opcode::Branch, trampoline, 0, 0);
    }

    /// `unreachable`
    pub(super) fn unreachable(&mut self) {
        let dead = self.is_dead();
        self.f
            .points
            .before(PointKind::PreControlFlow, 1, self.f.rows.len() as u32, dead);
        self.f.points.after(PointKind::Unreachable, 0, dead);
        if !dead {
            self.f.emit(Opcode::Trap, 0, 0, Trap::Unreachable as u64);
        }
        self.make_dead();
    }

    /// The branch that is taken when a value is not zero (is zero, if inverted). A comparison that the last row computes becomes
    /// part of the branch.
    fn test(&mut self, condition: Popped, inverted: bool) -> Test {
        if condition.operand == Operand::Slot {
            let slot = self.f.slot(condition.height);
            if let Some(row) = self.f.producer(slot).copied()
                && let Some(compare) = Compare::of_value(row.opcode)
            {
                self.f.remove_last();
                let compare = if inverted { compare.inverted() } else { compare };
                return (compare.branch(), row.a, row.x);
            }
        }
        let slot = self.f.operand_slot(condition);
        let condition = if inverted {
            Condition::Equal
        } else {
            Condition::NotEqual
        };
        (
            Compare {
                condition,
                wide: false,
                immediate: true,
            }
            .branch(),
            slot,
            0,
        )
    }

    fn branch_on(&mut self, (opcode, a, x): Test, label: Label) {
        self.f.rows.push(Instruction::new(opcode, label, a, x));
    }
}
