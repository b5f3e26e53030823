//! What the guards of the next instruction speak of, gathered without executing it.

use super::machine::Machine;
use crate::isa::opcodes::Shape;
use crate::isa::spaces::FIRST_FRAME_POINTER;
use crate::isa::{GuardInputs, Instruction, Opcode};
use crate::program::{Digest, Verdict};

impl Machine<'_> {
    /// The next instruction and the values that its rows' guards speak of: exactly one row of
    /// [`Row::of`](crate::isa::Row::of) holds.
    #[must_use]
    pub fn guard_inputs(&self) -> Option<(Instruction, GuardInputs)> {
        let (id, position, row) = self.next()?;
        let (context, program) = self.active_context()?;
        let mut inputs = GuardInputs {
            context: id,
            frame_pointer: position.fp,
            pages: context.memory.pages(),
            gas_left: position.gas_left,
            stack_left: position.stack_left,
            sandbox_is_live: self.sandbox.is_some() && id == 0,
            event: self.sandbox.as_ref().map_or(0, |sandbox| sandbox.event.kind as u32),
            link_is_empty: context
                .links
                .get(position.fp as usize)
                .is_none_or(|link| *link == super::context::Link::default()),
            ..GuardInputs::default()
        };
        debug_assert!(position.fp >= FIRST_FRAME_POINTER, "frame pointers start at 1");
        self.operands(&row, &mut inputs);
        let table = |base: u32| context.tables.get(u64::from(base));
        let segment = |base: u32| context.segments.get(u64::from(base));
        match row.opcode {
            Opcode::CallIndirect => {
                inputs.bound = table(row.low());
                if inputs.a < inputs.bound {
                    inputs.element = context.tables.get(u64::from(row.low()) + 1 + inputs.a);
                }
                let entry = (inputs.element as usize)
                    .checked_sub(1)
                    .and_then(|index| program.entries.get(index));
                inputs.element_type = entry.copied().unwrap_or_default().type_index;
            }
            Opcode::TableGet
            | Opcode::TableSet
            | Opcode::TableGrow
            | Opcode::TableFillBegin
            | Opcode::TableFillStep => {
                inputs.bound = table(row.low());
            }
            Opcode::TableCopyBegin | Opcode::TableCopyStep => {
                (inputs.bound, inputs.source_bound) = (table(row.low()), table(row.high()));
            }
            Opcode::TableInitBegin | Opcode::TableInitStep => {
                (inputs.bound, inputs.source_bound) = (table(row.low()), segment(row.high()));
            }
            Opcode::MemoryInitBegin | Opcode::MemoryInitStep => inputs.source_bound = segment(row.high()),
            Opcode::SandboxReadBegin
            | Opcode::SandboxReadStep
            | Opcode::SandboxWriteBegin
            | Opcode::SandboxWriteStep => {
                inputs.bound = self.sandbox_pages().map_or(0, u64::from);
            }
            Opcode::SandboxOpen => inputs.program_is_accepted = self.names_accepted_program(inputs.a),
            _ => {}
        }
        Some((row, inputs))
    }

    /// Operands: slots, or immediates where the opcode has them.
    fn operands(&self, row: &Instruction, inputs: &mut GuardInputs) {
        inputs.a = self.slot(row.a);
        inputs.b = self.slot(row.b());
        match row.opcode.shape() {
            Shape::DstAImm32 | Shape::BranchAImm32 => inputs.b = u64::from(row.low()),
            Shape::DstAImm64 | Shape::BranchAImm64 => inputs.b = row.x,
            Shape::Bulk => {
                inputs.b = self.slot(row.a.wrapping_add(1));
                inputs.count = self.slot(row.a.wrapping_add(2));
                let has_direction = matches!(row.opcode, Opcode::MemoryCopyStep | Opcode::TableCopyStep);
                inputs.descending = has_direction && self.slot(row.a.wrapping_add(3)) == 1;
            }
            Shape::Enter => inputs.count = self.slot(row.c()),
            _ => {}
        }
    }

    fn names_accepted_program(&self, address: u64) -> bool {
        let bytes = match u32::try_from(address) {
            Ok(address) if address >= crate::isa::spaces::INPUT_BASE => {
                let mut bytes = alloc::vec![0; 32];
                self.input
                    .read_bytes(u64::from(address - crate::isa::spaces::INPUT_BASE), &mut bytes);
                Some(bytes)
            }
            Ok(address) => self.runtime_memory(address, 32),
            Err(_) => None,
        };
        let Some(bytes) = bytes else {
            return false;
        };
        let mut root: Digest = [0; 8];
        root.iter_mut()
            .zip(bytes.as_chunks::<4>().0)
            .for_each(|(word, bytes)| *word = u32::from_le_bytes(*bytes));
        self.library
            .iter()
            .any(|(known, program)| *known == root && program.verdict == Verdict::Accepted)
    }
}
