//! The program's rows, and the layout of a finished function into them.
//!
//! Layout: zeroing of locals that are read too early, then the buffer's rows in order, each with the merged points that are due
//! at it. A charge that no row can carry (too large, linear, or due before a label) becomes a row of its own. Targets, callees and
//! segments are filled in when they are known. All of it is linear in the number of rows.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use super::error::LoweringError;
use super::floats::SOFT_FLOAT;
use super::function::Function;
use super::metering::Point;
use crate::isa::spaces::MAX_ROW_GAS;
use crate::isa::{Instruction, Opcode};

/// Who is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Callee {
    /// A function of the module.
    Function(u32),
    /// A routine of the soft-float module, by its function index there.
    Routine(u32),
}

/// What a row still lacks.
#[derive(Clone, Copy, Debug)]
pub(super) enum Fixup {
    Call(Callee),
    /// Base cell of a data segment, known once the data section was read.
    Segment {
        data: u32,
    },
}

/// Where a function's body begins, and what its direct callers charge for it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Placed {
    pub(super) pc: u32,
    /// Operand stack and frame (bytes).
    pub(super) stack_charge: u32,
    /// Operators.
    pub(super) entry_gas: u32,
}

/// The program's rows.
#[derive(Debug, Default)]
pub(super) struct Output {
    pub(super) rows: Vec<Instruction>,
    /// What rows lack, by row.
    fixups: Vec<(u32, Fixup)>,
    /// What rows of the function at hand lack, by row of its buffer.
    pending: Vec<(usize, Fixup)>,
    /// Bodies of the module's defined functions, by index among all functions.
    pub(super) functions: Vec<Placed>,
    /// Bodies of soft-float routines that are in use (`None`: not yet placed).
    pub(super) routines: BTreeMap<u32, Option<Placed>>,
    /// Exports of the soft-float module, once it was looked into.
    routine_names: Option<BTreeMap<&'static str, u32>>,
    /// Scratch of the layout: the row of each label.
    label_rows: Vec<u32>,
}

impl Output {
    /// The row with this number of the function's buffer lacks something.
    pub(super) fn fix_next(&mut self, row: usize, fixup: Fixup) {
        self.pending.push((row, fixup));
    }

    /// The soft-float routine with this name; from now on it is part of the program.
    pub(super) fn routine(&mut self, name: &str) -> Result<Callee, LoweringError> {
        if self.routine_names.is_none() {
            self.routine_names = Some(routine_names()?);
        }
        let index = self.routine_names.as_ref().and_then(|names| names.get(name)).copied();
        let index = index.ok_or(LoweringError::Unsupported("a float operator without a routine"))?;
        Ok(self.use_routine(index))
    }

    /// The soft-float function with this index; from now on it is part of the program.
    pub(super) fn use_routine(&mut self, index: u32) -> Callee {
        self.routines.entry(index).or_insert(None);
        Callee::Routine(index)
    }

    /// Appends a row that no function owns.
    pub(super) fn push(&mut self, instruction: Instruction) {
        self.rows.push(instruction);
    }

    /// Appends a call that is completed later.
    pub(super) fn push_call(&mut self, callee: Callee, frame_offset: u16) {
        self.fixups.push((self.rows.len() as u32, Fixup::Call(callee)));
        self.rows.push(Instruction::new(Opcode::Call, 0, frame_offset, 0));
    }

    /// Appends a finished function.
    pub(super) fn place(&mut self, function: &mut Function) {
        for (local, _) in function
            .assignment
            .zeroed
            .iter()
            .enumerate()
            .filter(|(_, zeroed)| **zeroed)
        {
            self.rows.push(Instruction::new(Opcode::Constant, local as u32, 0, 0));
        }
        let first = self.rows.len();
        self.label_rows.clear();
        self.label_rows.resize(function.labels as usize, 0);
        let mut points = function.points.merge().iter().peekable();
        let mut bindings = function.bindings.iter().peekable();
        let mut pending = self.pending.drain(..).peekable();
        for row in 0..=function.rows.len() {
            // Labels here, each after the charges that are due before it.
            while let Some(binding) = bindings.next_if(|binding| binding.row as usize == row) {
                while let Some(point) =
                    points.next_if(|point| point.row as usize <= row && point.order < binding.points_before)
                {
                    self.rows.push(charge_row(point));
                }
                if let Some(label_row) = self.label_rows.get_mut(binding.label as usize) {
                    *label_row = self.rows.len() as u32;
                }
            }
            let Some(mut instruction) = function.rows.get(row).copied() else {
                break;
            };
            while let Some(point) = points.next_if(|point| point.row as usize <= row) {
                let is_last = points.peek().is_none_or(|next| next.row as usize > row);
                if is_last && point.linear.is_none() && point.cost <= MAX_ROW_GAS {
                    instruction.gas = point.cost as u8;
                } else {
                    self.rows.push(charge_row(point));
                }
            }
            while let Some((_, fixup)) = pending.next_if(|(at, _)| *at == row) {
                self.fixups.push((self.rows.len() as u32, fixup));
            }
            self.rows.push(instruction);
        }
        drop(pending);
        for row in self.rows.iter_mut().skip(first) {
            if row.opcode.is_branch() && row.opcode != Opcode::BranchTable {
                row.dst = self.label_rows.get(row.dst as usize).copied().unwrap_or_default();
            }
        }
    }

    /// Completes all rows. `segment` gives the base cell of a data segment.
    pub(super) fn complete(&mut self, segment: impl Fn(u32) -> u32) {
        for (row, fixup) in self.fixups.drain(..) {
            let Some(row) = self.rows.get_mut(row as usize) else {
                continue;
            };
            match fixup {
                Fixup::Call(callee) => {
                    let placed = match callee {
                        Callee::Function(index) => self.functions.get(index as usize).copied(),
                        Callee::Routine(index) => self.routines.get(&index).copied().flatten(),
                    };
                    let placed = placed.unwrap_or_default();
                    row.dst = placed.pc;
                    row.x = u64::from(placed.stack_charge) | u64::from(placed.entry_gas) << 32;
                }
                Fixup::Segment { data } if row.opcode == Opcode::SegmentDrop => row.x = u64::from(segment(data)),
                Fixup::Segment { data } => row.x = u64::from(segment(data)) << 32,
            }
        }
    }
}

/// A charge as a row of its own.
fn charge_row(point: &Point) -> Instruction {
    match point.linear {
        Some(slot) => Instruction::new(Opcode::ChargeLinear, 0, slot, u64::from(point.cost)),
        None => Instruction::new(Opcode::Charge, 0, 0, u64::from(point.cost)),
    }
}

/// Names and function indices of the soft-float module's exports.
fn routine_names() -> Result<BTreeMap<&'static str, u32>, LoweringError> {
    let mut names = BTreeMap::new();
    for payload in wasmparser::Parser::new(0).parse_all(SOFT_FLOAT) {
        if let wasmparser::Payload::ExportSection(reader) = payload? {
            for export in reader {
                let export = export?;
                names.insert(export.name, export.index);
            }
        }
    }
    Ok(names)
}
