//! Bulk operations and precompiles: a begin row that checks everything, and steps of at most 256 cells or blocks.

use super::input::Input;
use super::memory::{Cells, Full, Memory};
use super::record::{At, Record, time};
use super::run::Leave;
use crate::isa::rows::{byte_step_len, cell_step_len, hash_sizes, step_blocks};
use crate::isa::spaces::{INPUT_BASE, MAX_HASH_BLOCKS, STEP_BLOCKS, STEP_CELLS};
use crate::isa::{Instruction, Opcode, Space, Trap};
use crate::program::commitment::Hasher;

/// The most bytes that one step moves.
const STEP_BYTES: usize = STEP_CELLS as usize * 8;

/// The four operand slots: destination, source or value, count, direction or result.
pub(crate) struct Operands {
    pub(crate) values: [u64; 4],
}

impl Operands {
    pub(crate) fn read(slots: &[u64; 1 << 16], a: u16) -> Self {
        Self {
            values: core::array::from_fn(|index| slots[usize::from(a.wrapping_add(index as u16))]),
        }
    }

    pub(crate) fn write(&self, slots: &mut [u64; 1 << 16], a: u16) {
        for (index, value) in self.values.iter().enumerate() {
            slots[usize::from(a.wrapping_add(index as u16))] = *value;
        }
    }
}

/// Where control goes after a bulk row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Next {
    /// Another step at the same row.
    Stay,
    /// The next row.
    Continue,
}

/// What bulk operations work on.
pub(crate) struct Stores<'a, const RECORD: bool> {
    pub(crate) memory: &'a mut Memory,
    pub(crate) tables: &'a mut Cells,
    pub(crate) segments: &'a mut Cells,
    pub(crate) memory_times: &'a mut Cells,
    pub(crate) table_times: &'a mut Cells,
    pub(crate) segment_times: &'a mut Cells,
    pub(crate) record: &'a mut Record,
    pub(crate) input: Option<&'a Input>,
    pub(crate) context: u32,
    pub(crate) now: u64,
}

/// Records the accesses to the memory cells of a range.
pub(crate) fn touch_memory(
    record: &mut Record,
    context: u32,
    memory: &Memory,
    times: &mut Cells,
    address: u64,
    len: u64,
    now: u64,
) -> Result<(), Full> {
    if len == 0 {
        return Ok(());
    }
    for cell in address / 8..=(address + len - 1) / 8 {
        let at = At {
            space: Space::Memory,
            context,
            cell,
            now,
        };
        record.access(at, memory.cell(cell), times.get(cell));
        times.set(cell, now)?;
    }
    Ok(())
}

/// Executes a begin or step row.
pub(crate) fn execute<const RECORD: bool>(
    row: &Instruction,
    operands: &mut Operands,
    stores: &mut Stores<'_, RECORD>,
) -> Result<Next, Leave> {
    let values = &mut operands.values;
    match row.opcode {
        Opcode::MemoryCopyBegin => {
            stores.check_writable(values[0], values[2])?;
            stores.check_readable(values[1], values[2])?;
            values[3] = u64::from(values[0] > values[1]);
            Ok(Next::Continue)
        }
        Opcode::MemoryFillBegin => stores.check_writable(values[0], values[2]).map(|()| Next::Continue),
        Opcode::MemoryInitBegin => {
            stores.check_writable(values[0], values[2])?;
            let len = stores.segment(u64::from(row.high()))?;
            check_range(values[1], values[2], len, Trap::MemoryOutOfBounds)?;
            Ok(Next::Continue)
        }
        Opcode::MemoryCompareBegin => {
            stores.check_readable(values[0], values[2])?;
            stores.check_readable(values[1], values[2])?;
            values[3] = 0;
            Ok(Next::Continue)
        }
        Opcode::MemoryCompareStep if values[2] == 0 => {
            values[0] = values[3];
            Ok(Next::Continue)
        }
        Opcode::TableCopyBegin | Opcode::TableInitBegin | Opcode::TableFillBegin => {
            check_elements(row, values, stores)?;
            if row.opcode == Opcode::TableCopyBegin {
                values[3] = u64::from(values[0] > values[1]);
            }
            Ok(Next::Continue)
        }
        Opcode::Sha256Begin | Opcode::Poseidon2Begin => {
            let (state_len, block_len) = hash_sizes(row.opcode);
            check_aligned(values)?;
            stores.check_writable(values[0], state_len)?;
            stores.check_readable(values[1], values[2].saturating_mul(block_len))?;
            if values[2] >= MAX_HASH_BLOCKS {
                return Err(Leave::Trap(Trap::MemoryOutOfBounds));
            }
            Ok(Next::Continue)
        }
        Opcode::Sha256Step | Opcode::Poseidon2Step if check_aligned(values).is_err() => Err(Leave::Trap(Trap::Fault)),
        _ if values[2] == 0 => Ok(Next::Continue),
        Opcode::MemoryCopyStep => memory_copy(values, stores),
        Opcode::MemoryFillStep => {
            let part = byte_step_len(values[0], values[2], false);
            stores.check_writable(values[0], part)?;
            stores.write(values[0], &[values[1] as u8; STEP_BYTES][..part as usize])?;
            advance(&mut values[..1], part);
            values[2] -= part;
            Ok(Next::Stay)
        }
        Opcode::MemoryInitStep => memory_init(row, values, stores),
        Opcode::MemoryCompareStep => memory_compare(values, stores),
        Opcode::TableCopyStep | Opcode::TableFillStep | Opcode::TableInitStep => table_step(row, values, stores),
        _ => hash(row, values, stores),
    }
}

/// Operands advance modulo 2^32: a span may end with the address space.
fn advance(operands: &mut [u64], by: u64) {
    for operand in operands {
        *operand = u64::from((*operand + by) as u32);
    }
}

fn check_range(from: u64, count: u64, bound: u64, trap: Trap) -> Result<(), Leave> {
    if from.checked_add(count).is_some_and(|end| end <= bound) {
        Ok(())
    } else {
        Err(Leave::Trap(trap))
    }
}

fn check_aligned(values: &[u64; 4]) -> Result<(), Leave> {
    if values[0].is_multiple_of(8) && values[1].is_multiple_of(8) {
        Ok(())
    } else {
        Err(Leave::Trap(Trap::Fault))
    }
}

fn memory_copy<const RECORD: bool>(values: &mut [u64; 4], stores: &mut Stores<'_, RECORD>) -> Result<Next, Leave> {
    let descending = values[3] == 1;
    let part = byte_step_len(values[0], values[2], descending);
    let skipped = if descending { values[2] - part } else { 0 };
    let mut buffer = [0; STEP_BYTES];
    let bytes = &mut buffer[..part as usize];
    stores.check_writable(values[0].saturating_add(skipped), part)?;
    stores.read(values[1].saturating_add(skipped), bytes)?;
    stores.write(values[0] + skipped, bytes)?;
    if !descending {
        advance(&mut values[..2], part);
    }
    values[2] -= part;
    Ok(Next::Stay)
}

/// A step within one cell of the segment and one of the destination.
fn memory_init<const RECORD: bool>(
    row: &Instruction,
    values: &mut [u64; 4],
    stores: &mut Stores<'_, RECORD>,
) -> Result<Next, Leave> {
    let base = u64::from(row.high());
    let part = cell_step_len(values[0], values[1], values[2]);
    stores.check_writable(values[0], values[2])?;
    let len = stores.segment(base)?;
    check_range(values[1], values[2], len, Trap::MemoryOutOfBounds)?;
    let bytes = stores.segment(base + 1 + values[1] / 8)?.to_le_bytes();
    let offset = values[1] as usize % 8;
    stores.write(values[0], &bytes[offset..offset + part as usize])?;
    advance(&mut values[..2], part);
    values[2] -= part;
    Ok(Next::Stay)
}

/// A step within one cell of each range. Both ranges may share a cell: the second is read at the time of reads, the first at the time of writes.
fn memory_compare<const RECORD: bool>(values: &mut [u64; 4], stores: &mut Stores<'_, RECORD>) -> Result<Next, Leave> {
    let part = cell_step_len(values[0], values[1], values[2]);
    stores.check_readable(values[0], values[2])?;
    stores.check_readable(values[1], values[2])?;
    let (mut first, mut second) = ([0; 8], [0; 8]);
    let (first, second) = (&mut first[..part as usize], &mut second[..part as usize]);
    stores.read(values[1], second)?;
    stores.read_at(values[0], first, time::WRITE)?;
    match first.cmp(&second) {
        core::cmp::Ordering::Equal => {
            advance(&mut values[..2], part);
            values[2] -= part;
        }
        core::cmp::Ordering::Greater => (values[2], values[3]) = (0, 1),
        core::cmp::Ordering::Less => (values[2], values[3]) = (0, u64::from(u32::MAX)),
    }
    Ok(Next::Stay)
}

/// Both ranges lie in their tables or segments: checked by the first row, and again by each step for what is left.
fn check_elements<const RECORD: bool>(
    row: &Instruction,
    values: &[u64; 4],
    stores: &mut Stores<'_, RECORD>,
) -> Result<(), Leave> {
    let size = stores.table(u64::from(row.low()))?;
    check_range(values[0], values[2], size, Trap::TableOutOfBounds)?;
    let source_size = match row.opcode {
        Opcode::TableFillBegin | Opcode::TableFillStep => return Ok(()),
        // Both tables may be one: the second read of its size has a time of its own.
        Opcode::TableCopyBegin | Opcode::TableCopyStep => stores.table_at(u64::from(row.high()), time::WRITE)?,
        _ => stores.segment(u64::from(row.high()))?,
    };
    check_range(values[1], values[2], source_size, Trap::TableOutOfBounds)
}

/// One element, of a copy downwards the last.
fn table_step<const RECORD: bool>(
    row: &Instruction,
    values: &mut [u64; 4],
    stores: &mut Stores<'_, RECORD>,
) -> Result<Next, Leave> {
    check_elements(row, values, stores)?;
    let (to, from) = (u64::from(row.low()), u64::from(row.high()));
    let descending = row.opcode == Opcode::TableCopyStep && values[3] == 1;
    let skipped = if descending { values[2] - 1 } else { 0 };
    // The value that fills is no index: it may be anything.
    let element = match row.opcode {
        Opcode::TableCopyStep => stores.table(from + 1 + values[1] + skipped)?,
        Opcode::TableInitStep => stores.segment(from + 1 + values[1])?,
        _ => values[1],
    };
    stores.set_table(to + 1 + values[0] + skipped, element)?;
    match row.opcode {
        _ if descending => {}
        Opcode::TableFillStep => advance(&mut values[..1], 1),
        _ => advance(&mut values[..2], 1),
    }
    values[2] -= 1;
    Ok(Next::Stay)
}

fn hash<const RECORD: bool>(
    row: &Instruction,
    values: &mut [u64; 4],
    stores: &mut Stores<'_, RECORD>,
) -> Result<Next, Leave> {
    let (state_len, block_len) = hash_sizes(row.opcode);
    let blocks = values[2].min(step_blocks(row.opcode));
    let mut state = [0; 64];
    let state = &mut state[..state_len as usize];
    let mut buffer = [0; 64 * STEP_BLOCKS as usize];
    let bytes = &mut buffer[..(blocks * block_len) as usize];
    stores.check_writable(values[0], state_len)?;
    stores.read(values[1], bytes)?;
    // The state is read and written in one access, at the time of the write.
    stores.memory.read_bytes(values[0], state);
    if row.opcode == Opcode::Sha256Step {
        let mut words: [u32; 8] = core::array::from_fn(|index| word(state, index));
        sha2::block_api::compress256(&mut words, bytes.as_chunks::<64>().0);
        words
            .iter()
            .zip(state.as_chunks_mut::<4>().0)
            .for_each(|(word, bytes)| *bytes = word.to_le_bytes());
    } else {
        let hasher = Hasher::new();
        let mut elements: [u32; 16] = core::array::from_fn(|index| word(state, index));
        for block in bytes.as_chunks::<32>().0 {
            hasher.absorb(&mut elements, &core::array::from_fn(|index| word(block, index)));
        }
        elements
            .iter()
            .zip(state.as_chunks_mut::<4>().0)
            .for_each(|(word, bytes)| *bytes = word.to_le_bytes());
    }
    stores.write(values[0], state)?;
    advance(&mut values[1..2], blocks * block_len);
    values[2] -= blocks;
    Ok(Next::Stay)
}

/// The little-endian word at this position.
fn word(bytes: &[u8], index: usize) -> u32 {
    bytes
        .as_chunks::<4>()
        .0
        .get(index)
        .map_or(0, |word| u32::from_le_bytes(*word))
}

impl<const RECORD: bool> Stores<'_, RECORD> {
    fn check_writable(&self, address: u64, len: u64) -> Result<(), Leave> {
        check_range(address, len, self.memory.len(), Trap::MemoryOutOfBounds)
    }

    fn is_in_window(&self, address: u64, len: u64) -> bool {
        self.input.is_some() && address >= u64::from(INPUT_BASE) && address.saturating_add(len) <= 1 << 32
    }

    pub(crate) fn check_readable(&self, address: u64, len: u64) -> Result<(), Leave> {
        if self.is_in_window(address, len) {
            Ok(())
        } else {
            self.check_writable(address, len)
        }
    }

    pub(crate) fn read(&mut self, address: u64, bytes: &mut [u8]) -> Result<(), Leave> {
        self.read_at(address, bytes, time::READ)
    }

    /// Reads cells at this time within the row.
    fn read_at(&mut self, address: u64, bytes: &mut [u8], offset: u64) -> Result<(), Leave> {
        let len = bytes.len() as u64;
        if self.check_writable(address, len).is_ok() {
            if RECORD {
                touch_memory(
                    self.record,
                    self.context,
                    self.memory,
                    self.memory_times,
                    address,
                    len,
                    self.now + offset,
                )?;
            }
            self.memory.read_bytes(address, bytes);
            return Ok(());
        }
        match self.input {
            Some(input) if self.is_in_window(address, len) => {
                input.read_bytes(address - u64::from(INPUT_BASE), bytes);
                Ok(())
            }
            _ => Err(Leave::Trap(Trap::MemoryOutOfBounds)),
        }
    }

    pub(crate) fn write(&mut self, address: u64, bytes: &[u8]) -> Result<(), Leave> {
        if RECORD {
            let len = bytes.len() as u64;
            touch_memory(
                self.record,
                self.context,
                self.memory,
                self.memory_times,
                address,
                len,
                self.now + time::WRITE,
            )?;
        }
        Ok(self.memory.write_bytes(address, bytes)?)
    }

    fn at(&self, space: Space, cell: u64, offset: u64) -> At {
        At {
            space,
            context: self.context,
            cell,
            now: self.now + offset,
        }
    }

    fn segment(&mut self, cell: u64) -> Result<u64, Leave> {
        let value = self.segments.get(cell);
        if RECORD {
            let at = self.at(Space::Segment, cell, time::READ);
            self.record.access(at, value, self.segment_times.get(cell));
            self.segment_times.set(cell, self.now + time::READ)?;
        }
        Ok(value)
    }

    fn table(&mut self, cell: u64) -> Result<u64, Leave> {
        self.table_at(cell, time::READ)
    }

    fn table_at(&mut self, cell: u64, offset: u64) -> Result<u64, Leave> {
        let value = self.tables.get(cell);
        if RECORD {
            let at = self.at(Space::Table, cell, offset);
            self.record.access(at, value, self.table_times.get(cell));
            self.table_times.set(cell, self.now + offset)?;
        }
        Ok(value)
    }

    fn set_table(&mut self, cell: u64, value: u64) -> Result<(), Leave> {
        if RECORD {
            let at = self.at(Space::Table, cell, time::WRITE);
            self.record
                .access(at, self.tables.get(cell), self.table_times.get(cell));
            self.table_times.set(cell, self.now + time::WRITE)?;
        }
        Ok(self.tables.set(cell, value)?)
    }
}
