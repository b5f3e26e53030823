//! The machine as a whole: context 0, the sandbox, and who runs.

use alloc::vec;
use alloc::vec::Vec;

use super::context::{Context, Position};
use super::input::Input;
use super::memory::{Allowance, Full};
use super::record::Record;
use super::run::{self, Leave, Surroundings};
use super::sandbox::{Control, Sandbox};
use crate::isa::spaces::{ENTRY_PC, PAGE_BYTES};
use crate::isa::{EventKind, Instruction, Trap};
use crate::program::{Artefact, Digest, Verdict};

/// What a run may use. Reaching a limit is an error of the run, not a result of the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Instructions of the whole run.
    pub instructions: u64,
    /// Storage of each space of a context (bytes); untouched pages do not count.
    pub memory_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            instructions: u64::MAX,
            memory_bytes: 2 << 30,
        }
    }
}

/// Why a run has no result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ExecutionError {
    /// The program needs more instructions.
    #[error("the run needs more than {limit} instructions")]
    InstructionLimit {
        /// The limit.
        limit: u64,
    },
    /// The program needs more storage.
    #[error("the run needs more than {limit_bytes} bytes in one space")]
    MemoryLimit {
        /// The limit (bytes).
        limit_bytes: u64,
    },
    /// The program cannot be entered.
    #[error("the program cannot run: its verdict is {0:?}")]
    NotAccepted(Verdict),
    /// The sandbox is not in a state in which the caller may do this.
    #[error("the sandbox's state does not allow this")]
    SandboxState,
}

/// Why a sandbox gave control back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Event {
    /// The reason.
    pub kind: EventKind,
    /// Host function number, trap code, or the charge that is not covered (operators).
    pub detail: u64,
    /// Out of gas at a function entry: the call's own charge, covered but not yet taken (operators).
    pub settled: u32,
}

impl Event {
    /// No sandbox ran yet.
    pub(crate) const NONE: Self = Self {
        kind: EventKind::None,
        detail: 0,
        settled: 0,
    };

    /// The trap, if the event is one.
    #[must_use]
    pub fn trap(&self) -> Option<Trap> {
        match self.kind {
            EventKind::Trapped => Trap::from_code(self.detail as u32),
            _ => None,
        }
    }
}

/// Where a run ends or waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// The runtime halted with this public output; `address` is where it lies.
    Halted {
        /// The public output.
        output: [u8; 32],
        /// Its address in the runtime's memory.
        address: u32,
    },
    /// The runtime trapped: there is no proof of such a run.
    Trapped(Trap),
    /// The sandbox gave control back and the caller is the runtime.
    Event(Event),
}

/// Who executes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Active {
    Runtime,
    Sandbox,
}

/// A machine with its whole state.
#[derive(Clone, Debug)]
pub struct Machine<'a> {
    pub(crate) limits: Limits,
    /// Context 0 and its program; `None` if the caller is the runtime.
    pub(crate) runtime: Option<(Context, &'a Artefact)>,
    pub(crate) sandbox: Option<Sandbox<'a>>,
    pub(crate) active: Active,
    pub(crate) input: Input,
    /// Programs that the runtime may open, by their root.
    pub(crate) library: Vec<(Digest, &'a Artefact)>,
    pub(crate) control: Control,
    pub(crate) instructions: u64,
    /// Segments that were begun with a record: each is a step of the clock, so that what a segment's boundary accesses has times of its own.
    pub(crate) segments_begun: u64,
    stop: Option<Stop>,
}

impl<'a> Machine<'a> {
    /// A machine whose runtime is the caller.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            runtime: None,
            sandbox: None,
            active: Active::Sandbox,
            input: Input::default(),
            library: vec![],
            control: Control::default(),
            instructions: 0,
            segments_begun: 0,
            stop: None,
        }
    }

    /// A machine at the start of a guest's run.
    ///
    /// # Errors
    /// A guest that is not accepted, or an image beyond the memory limit.
    pub fn with_runtime(guest: &'a Artefact, input: Input, limits: Limits) -> Result<Self, ExecutionError> {
        let mut machine = Self::new(limits);
        let mut context = machine.new_context(0, guest)?;
        context.position.pc = ENTRY_PC;
        machine.runtime = Some((context, guest));
        machine.active = Active::Runtime;
        machine.input = input;
        Ok(machine)
    }

    /// Lets the runtime open `program` under its root.
    pub fn add_program(&mut self, root: Digest, program: &'a Artefact) {
        self.library.push((root, program));
    }

    pub(crate) fn new_context(&self, id: u32, program: &Artefact) -> Result<Context, ExecutionError> {
        if program.verdict != Verdict::Accepted {
            return Err(ExecutionError::NotAccepted(program.verdict));
        }
        Context::new(id, program, Allowance(self.limits.memory_bytes)).map_err(|Full| self.memory_limit())
    }

    pub(crate) fn memory_limit(&self) -> ExecutionError {
        ExecutionError::MemoryLimit {
            limit_bytes: self.limits.memory_bytes,
        }
    }

    /// Instructions executed so far.
    #[must_use]
    pub fn instructions(&self) -> u64 {
        self.instructions
    }

    /// Runs until the run ends or waits.
    ///
    /// # Errors
    /// A limit is reached.
    pub fn run(&mut self) -> Result<Stop, ExecutionError> {
        let mut record = Record::default();
        match self.run_to::<false>(self.limits.instructions, &mut record)? {
            Some(stop) => Ok(stop),
            None => Err(ExecutionError::InstructionLimit {
                limit: self.limits.instructions,
            }),
        }
    }

    /// Runs at most this many instructions; `None` if the run neither ended nor waits by then.
    ///
    /// # Errors
    /// A limit is reached.
    pub fn run_for(&mut self, instructions: u64) -> Result<Option<Stop>, ExecutionError> {
        let end = self.end_after(instructions)?;
        self.run_to::<false>(end, &mut Record::default())
    }

    /// Like [`Self::run_for`], and records the segment. A machine that records must have recorded from its start.
    ///
    /// # Errors
    /// A limit is reached.
    pub fn run_recorded(&mut self, instructions: u64, record: &mut Record) -> Result<Option<Stop>, ExecutionError> {
        self.begin_segment(record);
        self.continue_recorded(instructions, record)
    }

    /// Starts a segment at the next instruction.
    pub(crate) fn begin_segment(&mut self, record: &mut Record) {
        self.segments_begun += 1;
        record.start(self.instructions + self.segments_begun);
    }

    /// Runs on in a segment that was begun, and records these instructions at the end of the record.
    pub(crate) fn continue_recorded(
        &mut self,
        instructions: u64,
        record: &mut Record,
    ) -> Result<Option<Stop>, ExecutionError> {
        let end = self.end_after(instructions)?;
        self.run_to::<true>(end, record)
    }

    fn end_after(&self, instructions: u64) -> Result<u64, ExecutionError> {
        let limit = self.limits.instructions;
        if self.instructions >= limit && self.stop.is_none() {
            return Err(ExecutionError::InstructionLimit { limit });
        }
        Ok(self.instructions.saturating_add(instructions).min(limit))
    }

    fn run_to<const RECORD: bool>(&mut self, end: u64, record: &mut Record) -> Result<Option<Stop>, ExecutionError> {
        while self.stop.is_none() {
            let (context, program, input) = match (self.active, &mut self.runtime, &mut self.sandbox) {
                (Active::Runtime, Some((context, program)), _) => (context, *program, Some(&self.input)),
                (Active::Sandbox, _, Some(sandbox)) if sandbox.is_running => {
                    (&mut sandbox.context, sandbox.program, None)
                }
                _ => return Err(ExecutionError::SandboxState),
            };
            let mut around = Surroundings {
                code: &program.code,
                entries: &program.entries,
                input,
                record,
                instructions: self.instructions,
                end,
                clock_lead: self.segments_begun,
            };
            let leave = run::run::<RECORD>(context, &mut around);
            self.instructions = around.instructions;
            match leave {
                Leave::End => return Ok(None),
                Leave::Full => return Err(self.memory_limit()),
                leave => self.handle::<RECORD>(leave, record)?,
            }
        }
        Ok(self.stop)
    }

    /// What concerns the machine as a whole.
    fn handle<const RECORD: bool>(&mut self, leave: Leave, record: &mut Record) -> Result<(), ExecutionError> {
        let event = |kind, detail, settled| Event { kind, detail, settled };
        match (self.active, leave) {
            (Active::Runtime, Leave::Privileged(row)) => match self.privileged::<RECORD>(&row, record) {
                Ok(stop) => self.stop = stop,
                Err(Leave::Full) => return Err(self.memory_limit()),
                Err(Leave::Trap(trap)) => self.stop = Some(Stop::Trapped(trap)),
                Err(_) => self.stop = Some(Stop::Trapped(Trap::Fault)),
            },
            (Active::Runtime, Leave::Trap(trap)) => self.stop = Some(Stop::Trapped(trap)),
            // A guest is not metered and nobody called it: rows that charge, call a host or return have no meaning here.
            (Active::Runtime, _) => self.stop = Some(Stop::Trapped(Trap::Fault)),
            (Active::Sandbox, Leave::Trap(trap)) => {
                self.give_back::<RECORD>(event(EventKind::Trapped, trap as u64, 0), record);
            }
            (Active::Sandbox, Leave::OutOfGas { charge, settled }) => {
                self.give_back::<RECORD>(event(EventKind::OutOfGas, charge, settled), record);
            }
            (Active::Sandbox, Leave::HostCall(import)) => {
                self.give_back::<RECORD>(event(EventKind::HostCall, u64::from(import), 0), record);
            }
            (Active::Sandbox, _) => self.give_back::<RECORD>(event(EventKind::Returned, 0, 0), record),
        }
        Ok(())
    }

    fn give_back<const RECORD: bool>(&mut self, event: Event, record: &mut Record) {
        let now = self.now();
        let Some(sandbox) = &mut self.sandbox else {
            return;
        };
        sandbox.event = event;
        sandbox.is_running = false;
        self.control.sandbox_gives_back::<RECORD>(sandbox, now, record);
        if self.runtime.is_some() {
            self.active = Active::Runtime;
        } else {
            self.stop = Some(Stop::Event(event));
        }
    }

    /// Opens a sandbox for a program, as the runtime.
    ///
    /// # Errors
    /// A sandbox is open already, the program is not accepted, or its image passes the memory limit.
    pub fn open(&mut self, program: &'a Artefact) -> Result<(), ExecutionError> {
        if self.sandbox.is_some() {
            return Err(ExecutionError::SandboxState);
        }
        let context = self.new_context(1, program)?;
        self.sandbox = Some(Sandbox {
            context,
            program,
            event: Event::NONE,
            is_running: false,
        });
        Ok(())
    }

    /// Enters a function of the sandbox, as the runtime; [`Self::run`] then executes it. Unlike a guest, the caller may enter
    /// again after a trap: what the program left behind is still there.
    ///
    /// # Errors
    /// No sandbox is open, or it waits for an answer.
    pub fn enter(&mut self, function: u32, gas: u32, stack: u32) -> Result<(), ExecutionError> {
        match &mut self.sandbox {
            Some(sandbox) if !matches!(sandbox.event.kind, EventKind::HostCall | EventKind::OutOfGas) => {
                sandbox.enter(u64::from(function), gas, stack);
                self.stop = None;
                Ok(())
            }
            _ => Err(ExecutionError::SandboxState),
        }
    }

    /// Resumes the sandbox after a host call or out of gas, as the runtime.
    ///
    /// # Errors
    /// The sandbox waits for neither.
    pub fn resume(&mut self, gas: u32) -> Result<(), ExecutionError> {
        match &mut self.sandbox {
            Some(sandbox) if matches!(sandbox.event.kind, EventKind::HostCall | EventKind::OutOfGas) => {
                sandbox.context.position.gas_left = gas;
                sandbox.is_running = true;
                self.stop = None;
                Ok(())
            }
            _ => Err(ExecutionError::SandboxState),
        }
    }

    /// Discards the sandbox, as the runtime.
    pub fn drop_sandbox(&mut self) {
        self.sandbox = None;
        self.stop = None;
    }

    /// Forgets what the sandbox waits for, so that it can be entered again.
    pub fn abandon_call(&mut self) {
        if let Some(sandbox) = &mut self.sandbox {
            sandbox.event = Event::NONE;
            sandbox.context.position.fp = crate::isa::spaces::FIRST_FRAME_POINTER;
        }
    }

    /// The sandbox's last event.
    #[must_use]
    pub fn event(&self) -> Option<Event> {
        self.sandbox.as_ref().map(|sandbox| sandbox.event)
    }

    /// A slot of the sandbox's frame: an argument of a host call, a result of a function.
    #[must_use]
    pub fn sandbox_slot(&self, slot: u16) -> Option<u64> {
        let context = &self.sandbox.as_ref()?.context;
        context
            .slots
            .get(context.position.fp as usize + usize::from(slot))
            .copied()
    }

    /// Sets a slot of the sandbox's frame: an argument of a function, a result of a host call.
    pub fn set_sandbox_slot(&mut self, slot: u16, value: u64) {
        if let Some(sandbox) = &mut self.sandbox {
            *sandbox.context.slot_mut(slot) = value;
        }
    }

    /// Gas left of the sandbox's budget (operators).
    #[must_use]
    pub fn sandbox_gas_left(&self) -> Option<u32> {
        self.sandbox.as_ref().map(|sandbox| sandbox.context.position.gas_left)
    }

    /// A global of the sandbox.
    #[must_use]
    pub fn sandbox_global(&self, index: u32) -> Option<u64> {
        let context = &self.sandbox.as_ref()?.context;
        Some(context.globals.get(index as usize).copied().unwrap_or(0))
    }

    /// Pages of the sandbox's memory.
    #[must_use]
    pub fn sandbox_pages(&self) -> Option<u32> {
        self.sandbox.as_ref().map(|sandbox| sandbox.context.memory.pages())
    }

    /// Bytes of the sandbox's memory; `None` outside of it.
    #[must_use]
    pub fn sandbox_memory(&self, address: u32, len: u32) -> Option<Vec<u8>> {
        read_memory(&self.sandbox.as_ref()?.context, address, len)
    }

    /// Writes to the sandbox's memory, as the runtime.
    ///
    /// # Errors
    /// The range lies outside of it, or no more storage may be taken.
    pub fn write_sandbox_memory(&mut self, address: u32, bytes: &[u8]) -> Result<(), ExecutionError> {
        let limit = self.memory_limit();
        let memory = &mut self
            .sandbox
            .as_mut()
            .ok_or(ExecutionError::SandboxState)?
            .context
            .memory;
        if u64::from(address) + bytes.len() as u64 > memory.len() {
            return Err(ExecutionError::SandboxState);
        }
        memory.write_bytes(u64::from(address), bytes).map_err(|Full| limit)
    }

    /// Bytes of the runtime's memory; `None` outside of it.
    #[must_use]
    pub fn runtime_memory(&self, address: u32, len: u32) -> Option<Vec<u8>> {
        read_memory(&self.runtime.as_ref()?.0, address, len)
    }

    /// The bytes that a guest of the SDK committed to when it halted with the output at this address. The SDK leaves their address
    /// and length behind the digest; `None` if the digest is not that of these bytes.
    #[must_use]
    pub fn committed_output(&self, address: u32) -> Option<Vec<u8>> {
        let commitment = self.runtime_memory(address, 40)?;
        let (digest, place) = commitment.split_first_chunk::<32>()?;
        let (output, len) = place.split_first_chunk::<4>()?;
        let len = u32::from_le_bytes(*len.first_chunk()?);
        let bytes = self.runtime_memory(u32::from_le_bytes(*output), len)?;
        (self.input.output_digest(&bytes) == *digest).then_some(bytes)
    }

    /// The message of the panic that the runtime trapped with.
    #[must_use]
    pub fn panic_message(&self) -> Option<alloc::string::String> {
        let (context, program) = self.runtime.as_ref()?;
        let row = program.code.get(context.position.pc as usize)?;
        let slot = |index: u16| {
            context
                .slots
                .get(context.position.fp as usize + usize::from(row.a.wrapping_add(index)))
                .copied()
        };
        let bytes = self.runtime_memory(slot(0)? as u32, (slot(1)? as u32).min(MAX_MESSAGE_BYTES))?;
        Some(alloc::string::String::from_utf8_lossy(&bytes).into_owned())
    }

    /// The context that executes next: its number, position and next row.
    #[must_use]
    pub fn next(&self) -> Option<(u32, Position, Instruction)> {
        let (context, program) = self.active_context()?;
        let row = program
            .code
            .get(context.position.pc as usize)
            .copied()
            .unwrap_or(Instruction::ZERO);
        Some((context.id, context.position, row))
    }

    /// A slot of the frame that executes next.
    #[must_use]
    pub fn slot(&self, slot: u16) -> u64 {
        let slot = |context: &Context| {
            context
                .slots
                .get(context.position.fp as usize + usize::from(slot))
                .copied()
        };
        self.active_context()
            .and_then(|(context, _)| slot(context))
            .unwrap_or(0)
    }

    pub(crate) fn active_context(&self) -> Option<(&Context, &'a Artefact)> {
        match self.active {
            Active::Runtime => self.runtime.as_ref().map(|(context, program)| (context, *program)),
            Active::Sandbox => self.sandbox.as_ref().map(|sandbox| (&sandbox.context, sandbox.program)),
        }
    }
}

/// Longer messages of a panic are cut.
const MAX_MESSAGE_BYTES: u32 = 4096;

fn read_memory(context: &Context, address: u32, len: u32) -> Option<Vec<u8>> {
    let end = u64::from(address) + u64::from(len);
    if end > u64::from(context.memory.pages()) * PAGE_BYTES {
        return None;
    }
    let mut bytes = vec![0; len as usize];
    context.memory.read_bytes(u64::from(address), &mut bytes);
    Some(bytes)
}
