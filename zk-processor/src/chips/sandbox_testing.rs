//! Runs of a runtime with sandboxes, as the executor records them: what the chips of sandboxes are tested on.

use alloc::vec::Vec;

use p3_field::PrimeCharacteristicRing;

use super::builder::{Sign, Val};
use super::buses::{Message, Tag};
use super::event::{Event, limbs};
use super::gadgets::control::owned_cell;
use super::gadgets::hand_over::split_accesses;
use super::hand_over::gives_back;
use super::lookup_source::ProgramSource;
use crate::executor::{Input, Limits, Machine};
use crate::isa::{Instruction, Opcode};
use crate::program::commitment::Digest;
use crate::program::{Artefact, Entry, Header, Image, Verdict};
use crate::proving::Walk;

/// Messages of partners.
pub(crate) type Messages = Vec<(Sign, Message<Val>)>;

/// Where the runtime keeps the program's root.
const ROOT_ADDRESS: u32 = 64;

/// A budget that no test uses up.
pub(crate) const STACK: u32 = 262_144;

/// A sandboxed program, and visits of the runtime to its functions. Each visit opens a context, sets slots 0, 1, … to the arguments, enters, resumes with each
/// of the budgets, and drops the context.
#[derive(Clone, Debug)]
pub(crate) struct Scene {
    code: Vec<Instruction>,
    entries: Vec<Entry>,
    runtime: Vec<Instruction>,
    /// What the sandbox's spaces hold at first.
    pub(crate) image: Image,
    /// Pages of the sandbox.
    pages: u32,
    /// What the input window holds.
    pub(crate) input: Vec<u8>,
}

impl Default for Scene {
    fn default() -> Self {
        Self {
            code: Vec::from([Instruction::ZERO]),
            entries: Vec::new(),
            runtime: Vec::new(),
            image: Image::default(),
            pages: 2,
            input: Vec::new(),
        }
    }
}

/// Sets a slot.
pub(crate) fn li(slot: u16, value: u64) -> Instruction {
    Instruction::new(Opcode::Constant, slot.into(), 0, value)
}

/// The same instruction with a charge.
pub(crate) fn with_gas(gas: u8, instruction: Instruction) -> Instruction {
    Instruction { gas, ..instruction }
}

impl Scene {
    /// A scene whose sandbox has this many pages.
    pub(crate) fn with_pages(pages: u32) -> Self {
        Self {
            pages,
            ..Self::default()
        }
    }

    /// The row where the next function begins.
    pub(crate) fn base(&self) -> u32 {
        self.code.len() as u32
    }

    /// The next function of the sandboxed program; returns its number.
    pub(crate) fn function(&mut self, code: &[Instruction], type_index: u32) -> u64 {
        let pc = self.base();
        self.entries.push(Entry { pc, type_index });
        self.code.extend_from_slice(code);
        self.entries.len() as u64 - 1
    }

    /// A visit to a new function with this code.
    pub(crate) fn visit(&mut self, gas: u32, stack: u32, code: &[Instruction]) {
        self.visit_with(gas, stack, &[], &[], code);
    }

    /// A visit with arguments, resumed with these budgets.
    pub(crate) fn visit_with(
        &mut self,
        gas: u32,
        stack: u32,
        arguments: &[u64],
        resumes: &[u32],
        code: &[Instruction],
    ) {
        let function = self.function(code, 0);
        self.runtime(&[
            li(1, ROOT_ADDRESS.into()),
            Instruction::new(Opcode::SandboxOpen, 0, 1, 0),
        ]);
        for (slot, argument) in (0..).zip(arguments) {
            self.runtime(&[
                li(2, slot),
                li(3, *argument),
                Instruction::new(Opcode::ArgumentSet, 0, 2, 3),
            ]);
        }
        self.runtime(&[
            li(4, function),
            li(5, gas.into()),
            li(6, stack.into()),
            Instruction::new(Opcode::SandboxEnter, 0, 4, 5 | 6 << 16),
        ]);
        for gas in resumes {
            self.runtime(&[li(7, (*gas).into()), Instruction::new(Opcode::SandboxResume, 0, 7, 0)]);
        }
        self.runtime(&[Instruction::new(Opcode::SandboxDrop, 0, 0, 0)]);
    }

    /// Instructions of the runtime.
    pub(crate) fn runtime(&mut self, instructions: &[Instruction]) {
        self.runtime.extend_from_slice(instructions);
    }

    /// The sandboxed program.
    pub(crate) fn program(&self) -> Artefact {
        Artefact {
            verdict: Verdict::Accepted,
            initial_pages: self.pages,
            max_pages: self.pages,
            code: self.code.clone(),
            entries: self.entries.clone(),
            image: self.image.clone(),
            ..Artefact::refused(86)
        }
    }

    /// Every event of the run, until the runtime halts.
    pub(crate) fn events(&self) -> Vec<Event> {
        let program = self.program();
        let root = program.root();
        let mut code = Vec::from([Instruction::ZERO, li(1, ROOT_ADDRESS.into())]);
        for (at, [low, high]) in (0..).zip(root.as_chunks::<2>().0) {
            code.push(li(2, u64::from(*low) | u64::from(*high) << 32));
            code.push(Instruction::new(Opcode::Store64, 2, 1, 8 * at));
        }
        code.extend_from_slice(&self.runtime);
        code.push(Instruction::new(Opcode::Halt, 0, 1, 0));
        let guest = Artefact {
            verdict: Verdict::Accepted,
            initial_pages: 1,
            max_pages: 1,
            code,
            ..Artefact::refused(86)
        };
        let input = Input::raw(self.input.clone());
        let mut machine = Machine::with_runtime(&guest, input, Limits::default()).expect("a small image");
        machine.add_program(root, &program);
        let mut walk = Walk::new(&mut machine).expect("a runtime");
        let mut events = Vec::new();
        while let Some(event) = walk.step().expect("a run without trap") {
            events.push(event);
        }
        events
    }

    /// The events of the sandboxes that give control back.
    pub(crate) fn given_back(&self) -> Vec<Event> {
        self.events().into_iter().filter(gives_back).collect()
    }
}

/// The sandboxed program of a scene, as segments name it.
#[derive(Debug)]
pub(crate) struct OneProgram {
    pub(crate) root: Digest,
    pub(crate) header: Header,
    entries: Vec<Entry>,
}

impl OneProgram {
    /// Its handle: the runtime's is 1.
    pub(crate) const HANDLE: u32 = 2;

    /// The program of this scene.
    pub(crate) fn of(scene: &Scene) -> Self {
        let program = scene.program();
        Self {
            root: program.root(),
            header: program.header(),
            entries: program.entries,
        }
    }

    /// What the program table says when it is asked for the handle's root.
    pub(crate) fn root_message(&self) -> (Sign, Message<Val>) {
        let fields = core::iter::once(Self::HANDLE).chain(self.root);
        (Sign::Receive, Message::new(Tag::Program, fields.map(Val::from_u32)))
    }

    /// What it says when it is asked for the header.
    pub(crate) fn header_message(&self) -> (Sign, Message<Val>) {
        let scalars = core::iter::once(Self::HANDLE).chain(self.header.scalars());
        let fields = scalars.chain(self.header.initial_root);
        (Sign::Receive, Message::new(Tag::Header, fields.map(Val::from_u32)))
    }
}

impl ProgramSource for OneProgram {
    fn handle(&self, root: &Digest) -> Option<u32> {
        (*root == self.root).then_some(Self::HANDLE)
    }

    fn header(&self, _: u32) -> Option<Header> {
        Some(self.header)
    }

    fn entry(&self, _: u32, function: u32) -> Option<Entry> {
        Some(self.entries.get(function as usize).copied().unwrap_or_default())
    }
}

/// The message between the two rows of an event that gives control back.
pub(crate) fn hand_over_message(event: &Event) -> Message<Val> {
    let (_, [_, _, tuple, tuple_2, kind, detail, settled, gas, _]) = split_accesses(event).expect("a hand-over");
    let [_, [pc, frame_pointer, pages, stack_left]] = owned_cell([tuple, tuple_2]);
    let [time, context, gas] = [event.before.time, event.before.context, gas.new as u32].map(Val::from_u32);
    let ([kind, ..], [d0, d1, d2, _], [settled, ..]) = (limbs(kind.new), limbs(detail.new), limbs(settled.new));
    let fields = [
        pc,
        frame_pointer,
        time,
        context,
        pages,
        gas,
        stack_left,
        kind,
        d0,
        d1,
        d2,
        settled,
    ];
    Message::new(Tag::HandOver, fields)
}

fn opposite(messages: Messages) -> impl Iterator<Item = (Sign, Message<Val>)> {
    messages.into_iter().map(|(sign, message)| match sign {
        Sign::Send => (Sign::Receive, message),
        Sign::Receive => (Sign::Send, message),
    })
}

/// What the table of hand-overs says for these events.
pub(crate) fn hand_overs(events: &[Event]) -> Messages {
    let mut messages = Messages::new();
    for event in events {
        let (_, control) = split_accesses(event).expect("a hand-over");
        messages.push((Sign::Receive, hand_over_message(event)));
        messages.push((Sign::Send, event.after.message()));
        messages.extend(opposite(event.cells(control)));
    }
    messages
}

/// What the rows that gave control back say for these events.
pub(crate) fn exits(events: &[Event]) -> Messages {
    let mut messages = Messages::new();
    for event in events {
        let (own, _) = split_accesses(event).expect("a hand-over");
        messages.push((Sign::Receive, event.before.message()));
        messages.push((Sign::Send, event.fetch()));
        messages.push((Sign::Send, hand_over_message(event)));
        messages.extend(opposite(event.cells(own)));
    }
    messages
}
