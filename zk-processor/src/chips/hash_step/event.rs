//! A hash operation as the executor saw it.

use crate::chips::event::{Access, Event};
use crate::isa::Opcode;
use crate::isa::rows::{hash_sizes, step_blocks};

/// An event of a hash operation with its accesses told apart.
#[derive(Clone, Copy, Debug)]
pub struct HashStep<'a> {
    /// The event.
    pub event: &'a Event,
    /// Accesses to the slots of state, blocks and count.
    pub slots: [&'a Access; 3],
    /// Blocks that the row takes: 0 unless it advances.
    pub part: u32,
    /// Cells of the blocks, if they lie in memory.
    pub blocks: &'a [Access],
    /// Cells of the state.
    pub state: &'a [Access],
}

impl<'a> HashStep<'a> {
    /// The event as a hash operation; `None` if it is none or has other accesses.
    pub fn of(event: &'a Event) -> Option<Self> {
        let opcode = event.instruction.opcode;
        let advances = match opcode {
            Opcode::Sha256Begin | Opcode::Poseidon2Begin => false,
            Opcode::Sha256Step | Opcode::Poseidon2Step => true,
            _ => return None,
        };
        let [state, blocks, count, cells @ ..] = event.accesses.as_slice() else {
            return None;
        };
        let slots = [state, blocks, count];
        let part = if advances {
            count.old.min(step_blocks(opcode)) as u32
        } else {
            0
        };
        let (state_len, block_len) = hash_sizes(opcode);
        let state_cells = if part == 0 { 0 } else { state_len as usize / 8 };
        let (blocks, state) = cells.split_at_checked(cells.len().checked_sub(state_cells)?)?;
        let in_memory = part as usize * block_len as usize / 8;
        (blocks.is_empty() || blocks.len() == in_memory).then_some(Self {
            event,
            slots,
            part,
            blocks,
            state,
        })
    }

    /// Address of the state.
    pub fn state_address(&self) -> u32 {
        self.slots[0].old as u32
    }

    /// Address of the blocks.
    pub fn blocks_address(&self) -> u32 {
        self.slots[1].old as u32
    }

    /// Number of blocks.
    pub fn count(&self) -> u32 {
        self.slots[2].old as u32
    }

    /// The first cell of the blocks.
    pub fn first_cell(&self) -> u32 {
        self.blocks_address() / 8
    }

    /// The state's words before; zeros where the row has no state.
    pub fn words_before(&self) -> [u32; 8] {
        core::array::from_fn(|word| {
            let cell = self.state.get(word / 2).map_or(0, |access| access.old);
            (cell >> (32 * (word % 2))) as u32
        })
    }
}
