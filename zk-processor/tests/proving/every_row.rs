//! Two runs that together have every row of the instruction set: each opcode with each of its row kinds, and each trap.
//!
//! They are made from the list of opcodes: a new opcode runs with its operands in slots 2, 3 and 4.

use zk_processor::executor::Input;
use zk_processor::isa::opcodes::{OPCODES, Shape};
use zk_processor::isa::{Instruction, Opcode, Row, Space, Trap};
use zk_processor::program::image::{Image, ImageLeaf, leaf_index};
use zk_processor::program::{Artefact, Entry, Interface, Verdict};

use crate::texts::{SANDBOX, escaped, guest, metered};
use crate::visits::Visits;

/// Gas of every row that is visited, and what does not cover it.
const GAS: u8 = 5;
const TOO_LITTLE: u32 = 3;
const ENOUGH: u32 = 1_000;
const STACK: u32 = 50_000;
/// Function 1: a row that returns; the table's element 1.
const CALLEE: u32 = 1;
/// Where the second segment lies: elements.
const ELEMENTS: u32 = 8;

/// Rows that are in no proof, and why.
pub(crate) fn cannot_occur(opcode: Opcode, row: Row) -> Option<&'static str> {
    let rows = opcode.info().rows;
    let out_of_bounds = matches!(row, Row::OutOfBounds | Row::TableOutOfBounds);
    if out_of_bounds && rows.contains(&Row::Advance) {
        Some("the first row checks the whole length, and nothing shrinks before the last step")
    } else if out_of_bounds && opcode.is_privileged() {
        Some("a trap of context 0 is no proof, and in a sandbox the opcode faults before")
    } else if opcode == Opcode::HostCall && row == Row::Fault {
        Some("it faults in context 0, whose traps are no proof")
    } else {
        None
    }
}

/// An instruction with its operands in slots 2, 3 and 4 and its result in slot 6, at this row.
fn instruction(opcode: Opcode, pc: u32) -> Instruction {
    let (dst, a, x) = match opcode.shape() {
        Shape::Nullary | Shape::TrapCode | Shape::Prologue | Shape::Charge | Shape::Import => (0, 0, 0),
        Shape::Slot => (0, 2, 0),
        Shape::Target => (pc + 1, 0, 0),
        Shape::Table => (0, 2, 0),
        Shape::Call => (CALLEE, 10, 0),
        Shape::CallIndirect => (10, 2, 0),
        Shape::ChargeLinear => (0, 2, 1),
        Shape::Dst | Shape::DstImm | Shape::TableSize => (6, 0, 0),
        Shape::DstA | Shape::Load | Shape::TableGet => (6, 2, 0),
        Shape::Grow => (6, 2, 1 << 10),
        Shape::TableGrow => (6, 2, 1 << 42),
        Shape::DstAB => (6, 2, 3),
        Shape::Wide => (6, 2, 3 | 8 << 16),
        Shape::Carry | Shape::Select => (6, 2, 3 | 4 << 16),
        Shape::DstAImm32 | Shape::DstAImm64 => (6, 2, 1),
        Shape::GlobalGet => (6, 0, 0),
        Shape::GlobalSet => (0, 2, 0),
        Shape::BranchAB => (pc + 1, 2, 3),
        Shape::BranchAImm32 | Shape::BranchAImm64 => (pc + 1, 2, 1),
        Shape::Store | Shape::TableSet => (3, 2, 0),
        Shape::StoreImm => (0, 2, 7 << 32),
        Shape::Segment => (0, 0, 16),
        Shape::Bulk => (0, 2, 0),
        Shape::Enter => (0, 2, 3 | 4 << 16),
        Shape::AB => (0, 2, 3),
        Shape::ControlGet => (6, 0, 8),
    };
    let mut row = Instruction {
        gas: GAS,
        ..Instruction::new(opcode, dst, a, x)
    };
    // The second segment is the table's.
    if matches!(opcode, Opcode::TableInitBegin | Opcode::TableInitStep) {
        row.x = u64::from(ELEMENTS) << 32;
    }
    row
}

/// A visit that meets a row: the instruction, its operands, and gas.
struct Visit {
    row: Instruction,
    operands: [u64; 3],
    gas: u32,
}

/// How a row comes about in a sandbox; `None` if it does not.
fn visit(opcode: Opcode, kind: Row, pc: u32) -> Option<Visit> {
    let mut row = instruction(opcode, pc);
    let mut operands = [0, 1, 1];
    let mut gas = ENOUGH;
    let is_immediate = matches!(opcode.shape(), Shape::DstAImm32 | Shape::DstAImm64);
    let is_bulk = opcode.shape() == Shape::Bulk;
    match kind {
        Row::Step if opcode == Opcode::CallIndirect => operands[0] = 1,
        Row::Step if opcode.is_privileged() => return None,
        Row::Step | Row::Trapped | Row::SandboxReturn | Row::Fault | Row::Done => {}
        Row::Advance if opcode.is_privileged() => return None,
        Row::Advance => {}
        Row::OutOfGas => gas = TOO_LITTLE,
        Row::StackExhausted if opcode == Opcode::CallIndirect => (operands[0], row.dst) = (1, 1 << 22),
        Row::StackExhausted => row.x = u64::from(STACK) + 1,
        Row::EntryOutOfGas => row.x = u64::from(ENOUGH) << 32,
        Row::DivideByZero if is_immediate => row.x = 0,
        Row::DivideByZero => operands[1] = 0,
        Row::DivideOverflow => {
            let is_narrow = matches!(opcode, Opcode::DivS32 | Opcode::DivS32Imm);
            let [least, ones] = if is_narrow {
                [1 << 31, u64::from(u32::MAX)]
            } else {
                [1 << 63, u64::MAX]
            };
            operands = [least, ones, 1];
            if is_immediate {
                row.x = ones;
            }
        }
        Row::Crossing => operands[0] = 7,
        Row::Window | Row::WindowCrossing => return None,
        Row::OutOfBounds | Row::TableOutOfBounds if is_bulk => operands = [1 << 16, 1, 1],
        Row::OutOfBounds => operands[0] = 1 << 16,
        Row::TableOutOfBounds | Row::UndefinedElement => operands[0] = 9,
        Row::UninitializedElement => {}
        Row::TypeMismatch => {
            operands[0] = 1;
            row.x = 7 << 32;
        }
        Row::Grown => {}
        Row::Refused => (operands[0], row.x) = (1, 0),
    }
    Some(Visit { row, operands, gas })
}

fn leaf(space: Space, cell: u32, cells: [u64; 8]) -> ImageLeaf {
    let index = leaf_index(space, cell);
    ImageLeaf { index, cells }
}

/// A program with a function for each visit: its row, and a return.
fn program_of(visits: &mut Vec<Visit>) -> Artefact {
    let ret = Instruction::new(Opcode::Return, 0, 0, 0);
    let mut code = vec![Instruction::ZERO, ret];
    let mut entries = vec![Entry::default(), Entry { pc: 1, type_index: 0 }];
    let pairs = OPCODES
        .iter()
        .flat_map(|info| Row::of(info.opcode).map(|row| (info.opcode, row)));
    let mut add = |visit: Visit| {
        let pc = code.len() as u32;
        code.extend([visit.row, ret]);
        entries.push(Entry { pc, type_index: 0 });
        visits.push(visit);
    };
    for (index, (opcode, kind)) in pairs
        .filter(|(opcode, row)| cannot_occur(*opcode, *row).is_none())
        .enumerate()
    {
        // Rows of visits stand in pairs behind the first two; rows that are met elsewhere leave a gap.
        let pc = 2 + 2 * index as u32;
        add(visit(opcode, kind, pc).unwrap_or(Visit {
            row: ret,
            operands: [0; 3],
            gas: ENOUGH,
        }));
    }
    for trap in Trap::ALL {
        let mut row = instruction(Opcode::Trap, 0);
        row.x = *trap as u64;
        add(Visit {
            row,
            operands: [0; 3],
            gas: ENOUGH,
        });
    }
    let element = u64::from(CALLEE) + 1;
    let image = Image::from_leaves(vec![
        leaf(Space::Memory, 0, [3; 8]),
        leaf(Space::Table, 0, [3, 0, element, element, 0, 0, 0, 0]),
        leaf(Space::Segment, 0, [20, 11, 12, 13, 0, 0, 0, 0]),
        leaf(Space::Segment, ELEMENTS, [3, element, 0, element, 0, 0, 0, 0]),
        leaf(Space::Segment, 16, [1, 9, 0, 0, 0, 0, 0, 0]),
    ]);
    Artefact {
        variant: 0,
        verdict: Verdict::Accepted,
        initial_pages: 1,
        max_pages: 1 << 10,
        code,
        entries,
        image: image.expect("leaves ascend"),
        interface: Interface::default(),
    }
}

/// Every load from the window in one and over two cells, and every operation of context 0 on its memory and on a sandbox's.
fn runtime_guest(root: [u32; 8]) -> String {
    let loads: String = [
        "i32.load8_s",
        "i32.load8_u",
        "i64.load8_s",
        "i32.load16_s",
        "i32.load16_u",
        "i64.load16_s",
        "i32.load",
        "i64.load32_s",
        "i64.load",
    ]
    .iter()
    .map(|operator| format!("(drop ({operator} (i32.const 0x80000000))) (drop ({operator} (i32.const 0x80000007)))\n"))
    .collect();
    let root = escaped(root);
    format!(
        r#"(module
            (import "zk" "halt" (func $halt (param i32)))
            (import "zk" "sha256" (func $sha256 (param i32 i32 i32)))
            (import "zk" "poseidon2" (func $poseidon2 (param i32 i32 i32)))
            (import "zk" "sandbox_open" (func $open (param i32)))
            (import "zk" "sandbox_enter" (func $enter (param i32 i32 i32)))
            (import "zk" "sandbox_resume" (func $resume (param i32)))
            (import "zk" "sandbox_drop" (func $drop))
            (import "zk" "sandbox_read" (func $read (param i32 i32 i32)))
            (import "zk" "sandbox_write" (func $write (param i32 i32 i32)))
            (import "zk" "argument_get" (func $get (param i32) (result i64)))
            (import "zk" "argument_set" (func $set (param i32 i64)))
            (import "zk" "event_kind" (func $kind (result i32)))
            (memory 1)
            (data (i32.const 64) "{root}")
            (func (export "main")
                {loads}
                (call $sha256 (i32.const 256) (i32.const 512) (i32.const 2))
                (call $poseidon2 (i32.const 256) (i32.const 512) (i32.const 2))
                (call $open (i32.const 64))
                (call $write (i32.const 3) (i32.const 256) (i32.const 30))
                (call $read (i32.const 301) (i32.const 5) (i32.const 30))
                (call $set (i32.const 0) (i64.const 5))
                (call $enter (i32.const 1) (i32.const 1000) (i32.const 5000))
                (call $resume (i32.const 1000))
                (drop (call $get (call $kind)))
                (call $drop)
                (call $halt (i32.const 0))))"#
    )
}

/// Every row that a sandbox can have, one visit after the other.
pub(crate) fn of_a_sandbox() -> Visits {
    let mut all = Vec::new();
    let program = program_of(&mut all);
    let mut visits = Visits::default();
    visits.open(&program);
    for (function, visit) in (2..).zip(&all) {
        for (slot, value) in (2..).zip(visit.operands) {
            visits.set(slot, value);
        }
        visits.enter(function, visit.gas, STACK);
    }
    visits
}

/// What only the runtime does: the guest, what it opens, and its input.
pub(crate) fn of_the_runtime() -> (Artefact, Artefact, Input) {
    let serving = metered(SANDBOX);
    let runtime = guest(&runtime_guest(serving.root()));
    (runtime, serving, Input::raw((0..=255).collect()))
}
