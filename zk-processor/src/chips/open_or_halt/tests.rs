//! Honest, edge and forged openings and halts.

use alloc::vec::Vec;

use p3_field::{Field, PrimeCharacteristicRing};

use super::columns::OpenOrHaltCols;
use super::{OpenOrHalt, open_or_halt_trace};
use crate::chips::bench::{Suspect, number};
use crate::chips::builder::{Sign, Val};
use crate::chips::buses::{Message, Tag};
use crate::chips::byte_table::ByteLookups;
use crate::chips::event::{Access, Event, limbs};
use crate::chips::sandbox_testing::{Messages, OneProgram, STACK, Scene, li};
use crate::chips::trace::Trace;
use crate::executor::Input;
use crate::isa::spaces::INPUT_BASE;
use crate::isa::{ControlCell, Instruction, Opcode};
use crate::program::Verdict;

/// Where the input holds the program's root.
const ROOT_IN_INPUT: u32 = INPUT_BASE + 16;

/// Three sandboxes one after the other, the last one opened from the input; the run halts with the bytes at `output`.
fn scene(output: u32) -> Scene {
    let mut scene = Scene::with_pages(0x1_0000);
    let ret = Instruction::new(Opcode::Return, 0, 0, 0);
    scene.visit(1, STACK, &[ret]);
    scene.visit(2, STACK, &[ret]);
    let root = scene.program().root();
    scene.input = [[9; 16].as_slice(), root.map(u32::to_le_bytes).as_flattened()].concat();
    scene.runtime(&[
        li(1, ROOT_IN_INPUT.into()),
        Instruction::new(Opcode::SandboxOpen, 0, 1, 0),
        Instruction::new(Opcode::SandboxDrop, 0, 0, 0),
        li(1, output.into()),
    ]);
    scene
}

fn input_cell(cell: u32) -> u64 {
    Input::raw(scene(0).input).cell(cell)
}

fn fill(events: &[Event], height: u32, lookups: &mut ByteLookups) -> Trace {
    open_or_halt_trace(events, height, &input_cell, &OneProgram::of(&scene(0)), lookups)
}

/// Openings from memory and input; halts with the first and last bytes of memory and of the window.
fn events() -> Vec<Event> {
    let outputs = [64, 0, 0xffe0, INPUT_BASE, u32::MAX - 31];
    let runs = outputs.map(|output| scene(output).events());
    let wanted = |event: &Event| matches!(event.instruction.opcode, Opcode::SandboxOpen | Opcode::Halt);
    let [first, others @ ..] = runs;
    let halts = others.into_iter().filter_map(|mut run| run.pop());
    first.into_iter().filter(wanted).chain(halts).collect()
}

/// What program table, memory trees, input and boundary say.
fn partners(events: &[Event]) -> Messages {
    let program = OneProgram::of(&scene(0));
    let mut messages = Messages::new();
    for event in events {
        let address = event.accesses[0].old as u32;
        let cells: Vec<u64> = if address >= INPUT_BASE {
            let first = (address - INPUT_BASE) / 8;
            (first..first + 4)
                .map(|cell| {
                    let fields = core::iter::once(Val::from_u32(cell)).chain(limbs(input_cell(cell)));
                    messages.push((Sign::Receive, Message::new(Tag::Input, fields)));
                    input_cell(cell)
                })
                .collect()
        } else {
            event.accesses[1..5].iter().map(|access| access.old).collect()
        };
        if event.instruction.opcode == Opcode::Halt {
            let output = cells.into_iter().flat_map(limbs);
            messages.push((Sign::Receive, Message::new(Tag::Output, output)));
        } else {
            let is_live = |access: &&Access| access.is_machine_owned() && access.cell == ControlCell::Live as u32;
            let live = event.accesses.iter().find(is_live).expect("the live cell");
            let root = program.header.initial_root.map(Val::from_u32);
            messages.extend([program.root_message(), program.header_message()]);
            messages.push((Sign::Receive, Message::open(Val::from_u32(live.new as u32), root)));
        }
    }
    messages
}

fn suspect_of(events: Vec<Event>) -> Suspect<OpenOrHalt> {
    let partners = partners(&events);
    Suspect::with_partners(OpenOrHalt, fill, events, &partners)
}

fn suspect() -> Suspect<OpenOrHalt> {
    suspect_of(events())
}

fn is_in_window(event: &Event) -> bool {
    event.accesses[0].old as u32 >= INPUT_BASE
}

/// Rows of: an opening from memory and from the input, a halt in memory and in the input.
fn cases(suspect: &Suspect<OpenOrHalt>) -> [usize; 4] {
    [
        (Opcode::SandboxOpen, false),
        (Opcode::SandboxOpen, true),
        (Opcode::Halt, false),
        (Opcode::Halt, true),
    ]
    .map(|(opcode, window)| {
        suspect.row_where(|event| event.instruction.opcode == opcode && is_in_window(event) == window)
    })
}

#[test]
fn honest_openings_and_halts_balance_at_every_edge() {
    suspect().assert_honest();
}

#[test]
fn forged_rows_break_the_claim_they_lie_about() {
    let suspect = suspect();
    let [open, window, halt, _] = cases(&suspect);
    let forge = |row| suspect.forge::<OpenOrHaltCols<Val>>(row);
    forge(open).set("is_open", 0, 2).breaks("one operation or padding");
    forge(open).set("is_halt", 0, 1).breaks("one operation or padding");
    forge(open).set("is_window", 0, 2).breaks("memory or window");
    forge(halt)
        .set("limit", 0, 2)
        .breaks("the limit is the memory's or the window's");
    forge(window)
        .set("is_window", 0, 0)
        .breaks("the limit is the memory's or the window's");
    forge(open).set("pages_high", 0, 2).breaks("pages are 17 bits");
    forge(open).set("pages_low", 0, 1).breaks("pages are their limbs");
}

/// The last byte lies behind the memory; everyone agrees.
#[test]
fn bytes_behind_the_memory_are_not_read() {
    let suspect = suspect();
    for row in cases(&suspect) {
        let mut event = suspect.event(row).clone();
        if is_in_window(&event) {
            continue;
        }
        (event.before.pages, event.after.pages) = (0, 0);
        let suspect = suspect_of(Vec::from([event]));
        let forged = suspect.forge::<OpenOrHaltCols<Val>>(0);
        forged.looks_up_what_does_not_exist(Tag::Range16);
    }
}

/// Between memory and window nothing can be read: the page is not in the window.
#[test]
fn the_window_begins_at_two_gib() {
    let suspect = suspect();
    let [.., halt, _] = cases(&suspect);
    let forged = suspect.forge::<OpenOrHaltCols<Val>>(halt);
    let as_window = forged.set("is_window", 0, 1).set("limit", 0, 1 << 16);
    as_window.looks_up_what_does_not_exist(Tag::Range16);
}

#[test]
fn a_misaligned_address_has_no_cell() {
    let suspect = suspect();
    let [.., halt, _] = cases(&suspect);
    let mut event = suspect.event(halt).clone();
    event.accesses[0].old += 4;
    event.accesses[0].new += 4;
    let address = Val::from_u64(event.accesses[0].old);
    let suspect = suspect_of(Vec::from([event]));
    let forge = || suspect.forge::<OpenOrHaltCols<Val>>(0);
    forge().stays_unanswered(Tag::Memory);
    let fraction = number(address * Val::from_u32(8).inverse());
    forge()
        .set("cell_in_page", 0, fraction)
        .looks_up_what_does_not_exist(Tag::Range16);
}

#[test]
fn a_refused_program_cannot_be_opened() {
    let events = events();
    let mut refused = OneProgram::of(&scene(0));
    let honest = refused.header_message().1.fields;
    refused.header.verdict = Verdict::Refused;
    let partners = partners(&events).into_iter().map(|(sign, message)| {
        if message.tag == Tag::Header && message.fields == honest {
            refused.header_message()
        } else {
            (sign, message)
        }
    });
    let suspect = Suspect::with_partners(OpenOrHalt, fill, events, &partners.collect::<Vec<_>>());
    let row = suspect.row_of(Opcode::SandboxOpen);
    suspect.forge::<OpenOrHaltCols<Val>>(row).stays_unanswered(Tag::Header);
}

#[test]
fn a_context_is_fresh_and_the_only_one() {
    let suspect = suspect();
    let [open, ..] = cases(&suspect);
    let forge = || suspect.forge::<OpenOrHaltCols<Val>>(open);
    // A number that is not the counter's; another initial root; another program.
    forge().add("counter", 0, 1).stays_unanswered(Tag::Memory);
    forge().add("counter", 0, 1).stays_unanswered(Tag::Open);
    forge().add("initial_root", 3, 1).stays_unanswered(Tag::Header);
    forge().add("handle", 0, -1).stays_unanswered(Tag::Program);
    // Another sandbox is live already, and everyone agrees.
    let mut event = suspect.event(open).clone();
    for access in &mut event.accesses {
        if access.cell == ControlCell::Live as u32 && access.old == 0 && access.new != 0 {
            access.old = 77;
        }
    }
    let suspect = suspect_of(Vec::from([event]));
    suspect.forge::<OpenOrHaltCols<Val>>(0).stays_unanswered(Tag::Memory);
}

#[test]
fn a_sandbox_neither_opens_nor_halts() {
    let suspect = suspect();
    for row in cases(&suspect) {
        for (handle, context) in [(1, 3), (2, 3), (2, 0)] {
            let mut event = suspect.event(row).clone();
            for state in [&mut event.before, &mut event.after] {
                (state.handle, state.context) = (handle, context);
            }
            let suspect = suspect_of(Vec::from([event]));
            suspect.forge::<OpenOrHaltCols<Val>>(0).stays_unanswered(Tag::Exec);
        }
    }
}

#[test]
fn the_output_is_what_lies_there() {
    let suspect = suspect();
    let [.., memory, window] = cases(&suspect);
    for row in [memory, window] {
        let forge = || suspect.forge::<OpenOrHaltCols<Val>>(row);
        forge().add("cells", 15, 1).stays_unanswered(Tag::Output);
        forge()
            .add("cells", 0, 1)
            .stays_unanswered(if row == memory { Tag::Memory } else { Tag::Input });
    }
}

#[test]
fn a_padding_row_cannot_speak() {
    let suspect = suspect();
    let padding = || suspect.forge_padding::<OpenOrHaltCols<Val>>();
    padding()
        .set("is_halt", 0, 1)
        .set("limit", 0, 1)
        .breaks("the limit is the memory's or the window's");
    padding()
        .set("is_halt", 0, 1)
        .looks_up_what_does_not_exist(Tag::Range16);
    let pages = padding().set("is_halt", 0, 1).set("limit", 0, 1).set("runtime", 3, 1);
    pages.set("room_low", 0, 4).stays_unanswered(Tag::Exec);
}

#[test]
fn every_column_of_a_real_row_is_bound() {
    let suspect = suspect();
    let [open, window, halt, window_halt] = cases(&suspect);
    // A halt opens nothing; in the window no cell of memory is read. The high bytes of absent accesses may be other bytes, their times anything.
    let opening: &[&str] = &[
        "counter",
        "old_tuple",
        "old_roots",
        "old_kind",
        "old_pages",
        "controls",
        "handle",
        "header",
        "initial_root",
    ];
    let without_reads: Vec<_> = core::iter::once("reads").chain(opening.iter().copied()).collect();
    let rows: [(usize, &[&str]); 4] = [
        (open, &[]),
        (window, &["reads"]),
        (halt, opening),
        (window_halt, &without_reads),
    ];
    suspect.assert_rows_bound::<OpenOrHaltCols<Val>>(&rows, partners);
}
