//! What only context 0 may do: open, enter, resume and drop a sandbox, exchange values and bytes with it, and halt.

use super::bulk::touch_memory;
use super::context::Context;
use super::machine::{Active, Event, Machine, Stop};
use super::record::{At, Record, time};
use super::run::Leave;
use crate::isa::rows::byte_step_len;
use crate::isa::spaces::{FIRST_FRAME_POINTER, INPUT_BASE, MAX_FUNCTIONS, MAX_LOADED_GAS, MAX_LOADED_STACK, TIME_STEP};
use crate::isa::{ControlCell, EventKind, Instruction, Opcode, Space, Trap};
use crate::program::commitment::MODULUS;
use crate::program::{Artefact, Digest, Verdict};

/// The live sandbox.
#[derive(Clone, Debug)]
pub(crate) struct Sandbox<'a> {
    pub(crate) context: Context,
    pub(crate) program: &'a Artefact,
    pub(crate) event: Event,
    /// Control is with the sandbox.
    pub(crate) is_running: bool,
}

impl Sandbox<'_> {
    pub(crate) fn enter(&mut self, function: u64, gas: u32, stack: u32) {
        let position = &mut self.context.position;
        let entry = usize::try_from(function)
            .ok()
            .and_then(|index| self.program.entries.get(index))
            .copied()
            .unwrap_or_default();
        (position.pc, position.fp) = (entry.pc, FIRST_FRAME_POINTER);
        (position.gas_left, position.stack_left) = (gas, stack);
        self.is_running = true;
    }

    /// The sandbox's part of the execution tuple as four field elements: pc, fp, pages, stack.
    fn tuple(&self) -> [u64; 2] {
        tuple(&self.context)
    }
}

fn tuple(context: &Context) -> [u64; 2] {
    let position = context.position;
    [
        u64::from(position.pc) | u64::from(position.fp) << 32,
        u64::from(context.memory.pages()) | u64::from(position.stack_left) << 32,
    ]
}

/// The machine-owned cells, as rows receive them: four field elements each, in two values.
#[derive(Clone, Debug, Default)]
pub(crate) struct Control {
    cells: [([u64; 2], u64); 16],
    contexts_opened: u32,
}

impl Control {
    /// What a cell holds, as rows receive it, and the time of its last access.
    pub(crate) fn cell(&self, cell: u32) -> ([u64; 2], u64) {
        self.cells.get(cell as usize).copied().unwrap_or_default()
    }

    /// The boundary of a segment reads a cell.
    pub(crate) fn read_at_boundary(&mut self, cell: ControlCell, now: u64) {
        self.cells[cell as usize % 16].1 = now;
    }

    /// An access that leaves `new` in the cell, or what was there.
    fn access<const RECORD: bool>(
        &mut self,
        cell: ControlCell,
        new: Option<[u64; 2]>,
        now: u64,
        record: &mut Record,
    ) -> u64 {
        let (value, last) = &mut self.cells[cell as usize % 16];
        let old = *value;
        if RECORD {
            let at = At {
                space: Space::Control,
                context: 0,
                cell: cell as u64,
                now: now + time::READ,
            };
            record.access(at, old[0], *last);
            if !cell.is_readable() {
                record.access(at, old[1], *last);
            }
            *last = at.now;
        }
        if let Some(new) = new {
            *value = new;
        }
        old[0]
    }

    /// The row that gives control back writes the event and the sandbox's tuple and reads the runtime's.
    pub(crate) fn sandbox_gives_back<const RECORD: bool>(
        &mut self,
        sandbox: &Sandbox<'_>,
        now: u64,
        record: &mut Record,
    ) {
        let event = sandbox.event;
        self.access::<RECORD>(ControlCell::RuntimeTuple, None, now, record);
        self.access::<RECORD>(ControlCell::SandboxTuple, Some(sandbox.tuple()), now, record);
        for (cell, value) in [
            (ControlCell::EventKind, event.kind as u64),
            (ControlCell::EventDetail, event.detail),
            (ControlCell::EventSettled, u64::from(event.settled)),
            (ControlCell::GasLeft, u64::from(sandbox.context.position.gas_left)),
            (ControlCell::Pages, u64::from(sandbox.context.memory.pages())),
        ] {
            self.access::<RECORD>(cell, Some([value, 0]), now, record);
        }
    }

    fn opens<const RECORD: bool>(&mut self, context: u32, root: &Digest, pages: u32, now: u64, record: &mut Record) {
        let pair = |low: u32, high: u32| u64::from(low) | u64::from(high) << 32;
        for (cell, value) in [
            (ControlCell::ContextCounter, [u64::from(context), 0]),
            (ControlCell::Live, [u64::from(context), 0]),
            (
                ControlCell::SandboxTuple,
                [pair(0, FIRST_FRAME_POINTER), u64::from(pages)],
            ),
            (
                ControlCell::ProgramRootLow,
                [pair(root[0], root[1]), pair(root[2], root[3])],
            ),
            (
                ControlCell::ProgramRootHigh,
                [pair(root[4], root[5]), pair(root[6], root[7])],
            ),
            (ControlCell::EventKind, [EventKind::None as u64, 0]),
            (ControlCell::Pages, [u64::from(pages), 0]),
        ] {
            self.access::<RECORD>(cell, Some(value), now, record);
        }
    }
}

impl<'a> Machine<'a> {
    /// Executes an instruction that only context 0 may execute, and moves the runtime's position.
    pub(crate) fn privileged<const RECORD: bool>(
        &mut self,
        row: &Instruction,
        record: &mut Record,
    ) -> Result<Option<Stop>, Leave> {
        let mut stays = false;
        let mut stop = None;
        match row.opcode {
            Opcode::SandboxOpen => self.sandbox_open::<RECORD>(row, record)?,
            Opcode::SandboxEnter => self.sandbox_enter::<RECORD>(row, record)?,
            Opcode::SandboxResume => self.sandbox_resume::<RECORD>(row, record)?,
            Opcode::SandboxDrop => {
                self.live()?;
                self.control
                    .access::<RECORD>(ControlCell::Live, Some([0, 0]), self.now(), record);
                self.sandbox = None;
            }
            Opcode::ControlGet => {
                let cell = u8::try_from(row.b())
                    .ok()
                    .and_then(ControlCell::from_u8)
                    .filter(|cell| cell.is_readable());
                let value = self
                    .control
                    .access::<RECORD>(cell.ok_or(FAULT)?, None, self.now(), record);
                self.put::<RECORD>(row.dst as u16, value, time::DESTINATION, record)?;
            }
            Opcode::ArgumentGet => {
                let index = self.get::<RECORD>(row.a, time::A, record)?;
                let value = self.sandbox_cell::<RECORD>(index as u16, None, record)?;
                self.put::<RECORD>(row.dst as u16, value, time::DESTINATION, record)?;
            }
            Opcode::ArgumentSet => {
                let index = self.get::<RECORD>(row.a, time::A, record)?;
                let value = self.get::<RECORD>(row.b(), time::B, record)?;
                self.sandbox_cell::<RECORD>(index as u16, Some(value), record)?;
            }
            Opcode::Halt => {
                let address = self.get::<RECORD>(row.a, time::A, record)?;
                let mut output = [0; 32];
                self.read_aligned::<RECORD>(address, &mut output, record)?;
                stop = Some(Stop::Halted {
                    output,
                    address: address as u32,
                });
            }
            _ => stays = self.sandbox_bulk::<RECORD>(row, record)?,
        }
        if !stays && stop.is_none() {
            self.runtime_context()?.position.pc += 1;
        }
        Ok(stop)
    }

    /// The clock: the time of the instruction that executes.
    pub(crate) fn now(&self) -> u64 {
        (self.instructions + self.segments_begun) * u64::from(TIME_STEP)
    }

    fn runtime_context(&mut self) -> Result<&mut Context, Leave> {
        self.runtime.as_mut().map(|(context, _)| context).ok_or(FAULT)
    }

    fn live(&mut self) -> Result<&mut Sandbox<'a>, Leave> {
        self.sandbox.as_mut().ok_or(FAULT)
    }

    /// A slot of the runtime's frame.
    fn get<const RECORD: bool>(&mut self, slot: u16, at: u64, record: &mut Record) -> Result<u64, Leave> {
        let now = self.now();
        let context = self.runtime_context()?;
        Ok(access_slot::<RECORD>(context, slot, None, now + at, record))
    }

    fn put<const RECORD: bool>(&mut self, slot: u16, value: u64, at: u64, record: &mut Record) -> Result<(), Leave> {
        let now = self.now();
        let context = self.runtime_context()?;
        access_slot::<RECORD>(context, slot, Some(value), now + at, record);
        Ok(())
    }

    /// Reads which sandbox is live, and its tuple.
    fn sandbox_is_found<const RECORD: bool>(&mut self, record: &mut Record) {
        let now = self.now();
        for cell in [ControlCell::Live, ControlCell::SandboxTuple] {
            self.control.access::<RECORD>(cell, None, now, record);
        }
    }

    /// A slot of the sandbox's frame.
    fn sandbox_cell<const RECORD: bool>(
        &mut self,
        slot: u16,
        new: Option<u64>,
        record: &mut Record,
    ) -> Result<u64, Leave> {
        let now = self.now();
        self.live()?;
        self.sandbox_is_found::<RECORD>(record);
        let sandbox = self.live()?;
        Ok(access_slot::<RECORD>(
            &mut sandbox.context,
            slot,
            new,
            now + time::WRITE,
            record,
        ))
    }

    /// Reads 8-byte aligned bytes of the runtime's memory or of the input.
    fn read_aligned<const RECORD: bool>(
        &mut self,
        address: u64,
        bytes: &mut [u8],
        record: &mut Record,
    ) -> Result<(), Leave> {
        if !address.is_multiple_of(8) {
            return Err(FAULT);
        }
        self.read_runtime::<RECORD>(address, bytes, record)
    }

    fn read_runtime<const RECORD: bool>(
        &mut self,
        address: u64,
        bytes: &mut [u8],
        record: &mut Record,
    ) -> Result<(), Leave> {
        let now = self.now();
        let len = bytes.len() as u64;
        let Some((context, _)) = &mut self.runtime else {
            return Err(FAULT);
        };
        let end = address.saturating_add(len);
        if end <= context.memory.len() {
            if RECORD {
                touch_memory(
                    record,
                    context.id,
                    &context.memory,
                    &mut context.times.memory,
                    address,
                    len,
                    now + time::READ,
                )?;
            }
            context.memory.read_bytes(address, bytes);
            Ok(())
        } else if address >= u64::from(INPUT_BASE) && end <= 1 << 32 {
            self.input.read_bytes(address - u64::from(INPUT_BASE), bytes);
            Ok(())
        } else {
            Err(Leave::Trap(Trap::MemoryOutOfBounds))
        }
    }

    fn sandbox_open<const RECORD: bool>(&mut self, row: &Instruction, record: &mut Record) -> Result<(), Leave> {
        let address = self.get::<RECORD>(row.a, time::A, record)?;
        if self.sandbox.is_some() {
            return Err(FAULT);
        }
        let mut bytes = [0; 32];
        self.read_aligned::<RECORD>(address, &mut bytes, record)?;
        let mut root: Digest = [0; 8];
        root.iter_mut()
            .zip(bytes.as_chunks::<4>().0)
            .for_each(|(word, bytes)| *word = u32::from_le_bytes(*bytes) % MODULUS);
        let found = self.library.iter().find(|(known, _)| *known == root);
        let (_, program) = *found.ok_or(FAULT)?;
        if program.verdict != Verdict::Accepted {
            return Err(FAULT);
        }
        self.control.contexts_opened += 1;
        let id = self.control.contexts_opened;
        let context = self.new_context(id, program).map_err(|_| Leave::Full)?;
        let now = self.now();
        self.control
            .opens::<RECORD>(id, &root, context.memory.pages(), now, record);
        self.sandbox = Some(Sandbox {
            context,
            program,
            event: Event::NONE,
            is_running: false,
        });
        Ok(())
    }

    fn sandbox_enter<const RECORD: bool>(&mut self, row: &Instruction, record: &mut Record) -> Result<(), Leave> {
        let function = self.get::<RECORD>(row.a, time::A, record)?;
        let gas = self.get::<RECORD>(row.b(), time::B, record)?;
        let stack = self.get::<RECORD>(row.c(), time::C, record)?;
        let sandbox = self.live()?;
        let may_enter = matches!(sandbox.event.kind, EventKind::None | EventKind::Returned);
        let is_function = function < u64::from(MAX_FUNCTIONS);
        match (u32::try_from(gas), u32::try_from(stack)) {
            (Ok(gas), Ok(stack)) if may_enter && is_function && gas <= MAX_LOADED_GAS && stack <= MAX_LOADED_STACK => {
                sandbox.enter(function, gas, stack);
            }
            _ => return Err(FAULT),
        }
        self.hand_over::<RECORD>(record)
    }

    fn sandbox_resume<const RECORD: bool>(&mut self, row: &Instruction, record: &mut Record) -> Result<(), Leave> {
        let gas = self.get::<RECORD>(row.a, time::A, record)?;
        let sandbox = self.live()?;
        let may_resume = matches!(sandbox.event.kind, EventKind::HostCall | EventKind::OutOfGas);
        match u32::try_from(gas) {
            Ok(gas) if may_resume && gas <= MAX_LOADED_GAS => sandbox.context.position.gas_left = gas,
            _ => return Err(FAULT),
        }
        sandbox.is_running = true;
        self.hand_over::<RECORD>(record)
    }

    /// Saves the runtime's tuple (its pc is moved by the caller) and lets the sandbox run.
    fn hand_over<const RECORD: bool>(&mut self, record: &mut Record) -> Result<(), Leave> {
        let now = self.now();
        let mut saved = tuple(self.runtime_context()?);
        saved[0] += 1;
        for cell in [
            ControlCell::Live,
            ControlCell::EventKind,
            ControlCell::SandboxTuple,
            ControlCell::ProgramRootLow,
            ControlCell::ProgramRootHigh,
        ] {
            self.control.access::<RECORD>(cell, None, now, record);
        }
        self.control
            .access::<RECORD>(ControlCell::RuntimeTuple, Some(saved), now, record);
        self.active = Active::Sandbox;
        Ok(())
    }

    /// Copies between the two memories; whether the row stays.
    fn sandbox_bulk<const RECORD: bool>(&mut self, row: &Instruction, record: &mut Record) -> Result<bool, Leave> {
        let slots = [0u16, 1, 2].map(|index| row.a.wrapping_add(index));
        let [a, b, count] = [
            self.get::<RECORD>(slots[0], time::A, record)?,
            self.get::<RECORD>(slots[1], time::A, record)?,
            self.get::<RECORD>(slots[2], time::A, record)?,
        ];
        let is_begin = matches!(row.opcode, Opcode::SandboxReadBegin | Opcode::SandboxWriteBegin);
        let to_sandbox = matches!(row.opcode, Opcode::SandboxWriteBegin | Opcode::SandboxWriteStep);
        let sandbox_len = self.live()?.context.memory.len();
        let now = self.now();
        for cell in [ControlCell::Live, ControlCell::Pages] {
            self.control.access::<RECORD>(cell, None, now, record);
        }
        let part = if is_begin {
            count
        } else {
            byte_step_len(a, count, false)
        };
        let (here, there) = if to_sandbox { (b, a) } else { (a, b) };
        let runtime_len = self.runtime_context()?.memory.len();
        let here_end = here.saturating_add(part);
        let is_in_window = to_sandbox && here >= u64::from(INPUT_BASE) && here_end <= 1 << 32;
        let is_done = !is_begin && count == 0;
        if !is_done && (there.saturating_add(part) > sandbox_len || !(here_end <= runtime_len || is_in_window)) {
            return Err(Leave::Trap(Trap::MemoryOutOfBounds));
        }
        if is_begin || is_done {
            return Ok(false);
        }
        let mut buffer = [0; 2048];
        let bytes = &mut buffer[..part as usize];
        if to_sandbox {
            self.read_runtime::<RECORD>(here, bytes, record)?;
            write::<RECORD>(&mut self.live()?.context, there, bytes, now, record)?;
        } else {
            let context = &mut self.live()?.context;
            if RECORD {
                touch_memory(
                    record,
                    context.id,
                    &context.memory,
                    &mut context.times.memory,
                    there,
                    part,
                    now + time::READ,
                )?;
            }
            context.memory.read_bytes(there, bytes);
            write::<RECORD>(self.runtime_context()?, here, bytes, now, record)?;
        }
        // The three operand slots are one access each: what the row received is recorded, the new values follow.
        let context = self.runtime_context()?;
        let advanced = [a, b].map(|address| u64::from((address + part) as u32));
        for (slot, value) in slots.into_iter().zip([advanced[0], advanced[1], count - part]) {
            *context.slot_mut(slot) = value;
        }
        Ok(true)
    }
}

const FAULT: Leave = Leave::Trap(Trap::Fault);

fn access_slot<const RECORD: bool>(
    context: &mut Context,
    slot: u16,
    new: Option<u64>,
    now: u64,
    record: &mut Record,
) -> u64 {
    let fp = context.position.fp;
    context.make_room::<RECORD>(fp);
    let index = fp as usize + usize::from(slot);
    let old = context.slots[index];
    if RECORD {
        let at = At {
            space: Space::Frame,
            context: context.id,
            cell: index as u64,
            now,
        };
        record.access(at, old, core::mem::replace(&mut context.times.slots[index], now));
    }
    if let Some(new) = new {
        context.slots[index] = new;
    }
    old
}

fn write<const RECORD: bool>(
    context: &mut Context,
    address: u64,
    bytes: &[u8],
    now: u64,
    record: &mut Record,
) -> Result<(), Leave> {
    if RECORD {
        let len = bytes.len() as u64;
        touch_memory(
            record,
            context.id,
            &context.memory,
            &mut context.times.memory,
            address,
            len,
            now + time::WRITE,
        )?;
    }
    Ok(context.memory.write_bytes(address, bytes)?)
}
