//! A guest that visits programs as its input says, so that many small calls become few segments.

use zk_processor::executor::{Input, Limits, Machine};
use zk_processor::lowering::{Options, lower};
use zk_processor::program::{Artefact, Digest};
use zk_processor::proving::{InputTree, Memories, Programs, SegmentLimits, Walk, collect, fill};

use crate::programs;

/// Calls follow each other in the sandbox that was opened last; one that traps is dropped and opened again. What stops for gas or the host goes on.
const GUEST: &str = r#"(module
    (import "zk" "halt" (func $halt (param i32)))
    (import "zk" "sandbox_open" (func $sandbox_open (param i32)))
    (import "zk" "sandbox_enter" (func $sandbox_enter (param i32 i32 i32)))
    (import "zk" "sandbox_resume" (func $resume (param i32)))
    (import "zk" "sandbox_drop" (func $drop))
    (import "zk" "argument_set" (func $set (param i32 i64)))
    (import "zk" "event_kind" (func $kind (result i32)))
    (memory 1)
    (global $root (mut i32) (i32.const 0))
    (func $enter (param i32 i32 i32)
        (call $sandbox_enter (local.get 0) (local.get 1) (local.get 2))
        (loop $again
            (if (i32.eq (call $kind) (i32.const 1)) (then (return)))
            (if (i32.eq (call $kind) (i32.const 2)) (then
                (call $drop)
                (call $sandbox_open (global.get $root))
                (return)))
            (call $resume (i32.const 0x1fffffff))
            (br $again)))
    (func (export "main") (local $at i32) (local $what i32)
        (local.set $at (i32.const 0x80000000))
        (loop $next
            (local.set $what (i32.load (local.get $at)))
            (if (i32.eqz (local.get $what)) (then (call $halt (i32.const 0))))
            (if (i32.eq (local.get $what) (i32.const 1)) (then
                (if (global.get $root) (then (call $drop)))
                (global.set $root (i32.add (local.get $at) (i32.const 8)))
                (call $sandbox_open (global.get $root))
                (local.set $at (i32.add (local.get $at) (i32.const 40)))
                (br $next)))
            (if (i32.eq (local.get $what) (i32.const 2)) (then
                (call $set (i32.load offset=4 (local.get $at)) (i64.load offset=8 (local.get $at)))
                (local.set $at (i32.add (local.get $at) (i32.const 16)))
                (br $next)))
            (call $enter (i32.load offset=4 (local.get $at)) (i32.load offset=8 (local.get $at)) (i32.load offset=12 (local.get $at)))
            (local.set $at (i32.add (local.get $at) (i32.const 16)))
            (br $next))))"#;

/// What the guest does, and the programs it visits.
#[derive(Default)]
pub(crate) struct Visits {
    input: Vec<u8>,
    programs: Vec<(Digest, Artefact)>,
}

impl Visits {
    fn words(&mut self, words: &[u32]) {
        self.input.extend(words.iter().flat_map(|word| word.to_le_bytes()));
    }

    /// Opens a program.
    pub(crate) fn open(&mut self, program: &Artefact) {
        let root = program.root();
        self.words(&[1, 0]);
        self.words(&root);
        if !self.programs.iter().any(|(known, _)| *known == root) {
            self.programs.push((root, program.clone()));
        }
    }

    /// Sets a slot of the frame of the function to be entered.
    pub(crate) fn set(&mut self, slot: u32, value: u64) {
        self.words(&[2, slot, value as u32, (value >> 32) as u32]);
    }

    /// Enters a function of the program that was opened last.
    pub(crate) fn enter(&mut self, function: u32, gas: u32, stack: u32) {
        self.words(&[3, function, gas, stack]);
    }

    fn guest() -> Artefact {
        lower(&programs::wasm(GUEST), &Options::PLAIN)
            .expect("the guest is valid")
            .artefact
    }

    fn input(&self) -> Input {
        let mut input = self.input.clone();
        input.extend([0; 8]);
        Input::raw(input)
    }

    /// The run: the guest, what it visits, and its input.
    #[allow(dead_code, reason = "for those who prove it: tests of another crate")]
    pub(crate) fn run(&self) -> (Artefact, Vec<Artefact>, Input) {
        let programs = self.programs.iter().map(|(_, program)| program.clone());
        (Self::guest(), programs.collect(), self.input())
    }

    fn machine<'a>(&'a self, guest: &'a Artefact) -> Machine<'a> {
        let limits = Limits {
            instructions: u64::MAX,
            memory_bytes: 1 << 30,
        };
        let mut machine = Machine::with_runtime(guest, self.input(), limits).expect("the image is small");
        for (root, program) in &self.programs {
            machine.add_program(*root, program);
        }
        machine
    }

    /// Shows the machine before each instruction of the run.
    pub(crate) fn watch(&self, mut see: impl FnMut(&Machine<'_>)) {
        let guest = Self::guest();
        let mut machine = self.machine(&guest);
        loop {
            see(&machine);
            if let Some(stop) = machine.run_for(1).expect("no limit is met") {
                assert!(matches!(stop, zk_processor::executor::Stop::Halted { .. }), "{stop:?}");
                return;
            }
        }
    }

    /// Fills and checks segments of at most this many instructions until the run halts, or so many are done; the number of instructions.
    pub(crate) fn assert_hold(&self, instructions: u32, most: usize) -> usize {
        let guest = Self::guest();
        let mut machine = self.machine(&guest);
        let mut programs = Programs::default();
        programs.add(&guest);
        for (_, program) in &self.programs {
            programs.add(program);
        }
        let input = InputTree::new(self.input());
        let mut memories = Memories::default();
        memories.open(0, &guest.image);
        let limits = SegmentLimits {
            instructions,
            ..SegmentLimits::FULL
        };
        let mut all = 0;
        for _ in 0..most {
            let mut walk = Walk::new(&mut machine).expect("a runtime");
            let segment = collect(&mut walk, &limits).unwrap_or_else(|error| panic!("{error}"));
            all += segment.instructions();
            let filled = fill(&segment, &programs, &input, &mut memories);
            let failures = filled.failures();
            let first: Vec<_> = failures.iter().take(20).map(ToString::to_string).collect();
            assert!(failures.is_empty(), "{}", first.join("\n"));
            if filled.record.output.is_some() {
                break;
            }
        }
        all
    }
}
