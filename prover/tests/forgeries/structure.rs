//! Forgeries by a prover who knows every chip, in what a run is made of: its path, its memory, its programs, its sandbox. Each ends in the one refusal that
//! nobody can mend.

use zk_processor::chips::byte_table::ByteLookups;
use zk_processor::chips::code_leaf::{CodeLeafEvent, code_leaf_trace};
use zk_processor::chips::event::{Event, State};
use zk_processor::chips::input_leaf::{InputLeafEvent, input_leaf_trace};
use zk_processor::chips::machine::MachineChip;
use zk_processor::chips::memory_leaf::{LeafEvent, memory_leaf_trace};
use zk_processor::chips::poseidon2::PoseidonLookups;
use zk_processor::chips::trace::Trace;
use zk_processor::executor::{Input, time};
use zk_processor::isa::spaces::TIME_STEP;
use zk_processor::isa::{ControlCell, Opcode, Space};
use zk_processor::program::{Artefact, Verdict};
use zk_processor::proving::InputTree;
use zk_verifier::VerifyError;
use zk_verifier::machine::{check_segment, machine_key};

use crate::forger::{Act, Tables, WHOLE, limbs_of};
use crate::{SANDBOX, escaped, guest, metered, visitor};

fn no_input() -> Input {
    Input::new(&[], &[])
}

/// Stores twice, loads, and forgets what it loaded.
const MEMORY: &str = r#"(module
    (import "zk" "halt" (func $halt (param i32)))
    (memory 1 3)
    (func $callee (param i64) (result i64) (local i64)
        (local.set 1 (i64.const 77))
        (local.set 1 (i64.const 78))
        (i64.add (local.get 0) (local.get 1)))
    (func (export "main") (local i64)
        (i64.store (i32.const 64) (i64.const 7))
        (i64.store (i32.const 64) (i64.const 8))
        (local.set 0 (i64.load (i32.const 64)))
        (local.set 0 (i64.const 5))
        (drop (call $callee (i64.const 1)))
        (call $halt (i32.const 0))
        (loop (br 0))))"#;

/// The row of a program at which nothing but itself comes next.
fn endless_row(program: &Artefact) -> u32 {
    let is_it = |(pc, row): (usize, &zk_processor::isa::Instruction)| {
        (row.opcode == Opcode::Branch && row.dst == pc as u32).then_some(pc as u32)
    };
    program
        .code
        .iter()
        .enumerate()
        .find_map(is_it)
        .expect("an endless loop")
}

/// Rows that nobody started hand the tuple on among themselves. Each is 8 later than the one before, so they are a line with two ends: closing it takes p rows,
/// and the verifier refuses heights that have them (`TooManyExecutionRows`).
#[test]
fn a_detached_cycle_has_two_ends() {
    let guest = guest(MEMORY);
    let pc = endless_row(&guest);
    let mut act = Act::new(&guest, &[], &no_input(), WHOLE);
    for step in 0..100 {
        let before = State {
            handle: 1,
            pc,
            time: TIME_STEP * (1_000 + step),
            ..act.segment.start
        };
        let after = State {
            time: before.time + TIME_STEP,
            ..before
        };
        *act.segment.fetches.entry((1, pc)).or_insert(0) += 1;
        act.events(MachineChip::Branch).push(Event {
            before,
            after,
            instruction: guest.code[pc as usize],
            accesses: Vec::new(),
        });
    }
    let tables = act.play();
    assert_eq!(crate::failures(&tables.0).len(), 2);
    let all = MachineChip::all_tables();
    let heights: Vec<_> = all.iter().map(|table| table.chip.heights().1 as u8).collect();
    let verdict = check_segment(&machine_key(), &tables.0.record, &heights, &[]);
    assert!(
        matches!(verdict, Err(VerifyError::TooManyExecutionRows { .. })),
        "{verdict:?}"
    );
    tables.assert_refused(&["Exec"]);
}

/// Puts the tables of another run of the program below those of this one.
fn beside(mut one: Tables, mut other: Tables) -> Tables {
    for (table, second) in one.0.tables.iter_mut().zip(&mut other.0.tables) {
        match table.chip {
            // One instance, whose rows are counted or numbered: what the second run asks of it is settled.
            MachineChip::ByteTable | MachineChip::ProgramTable => {}
            MachineChip::Boundary => {
                for (column, cell) in second.trace.row(0).into_iter().enumerate() {
                    table.trace.set(1, column, cell);
                }
            }
            _ => table.trace = stacked(&table.trace, &second.trace),
        }
    }
    one
}

fn stacked(one: &Trace, other: &Trace) -> Trace {
    let mut both = Trace::with_rows(one.width(), one.height() + other.height(), 7);
    for row in 0..one.height() + other.height() {
        let cells = if row < one.height() {
            one.row(row)
        } else {
            other.row(row - one.height())
        };
        for (column, cell) in cells.into_iter().enumerate() {
            both.set(row, column, cell);
        }
    }
    both
}

/// A whole second run, on another input and with another output, stands beside the first: every table has its rows and every message its partner. Only
/// the boundary has no room for a second start.
#[test]
fn a_second_start_has_no_row_to_stand_on() {
    let guest = guest(
        r#"(module
            (import "zk" "halt" (func $halt (param i32)))
            (memory 1)
            (func (export "main")
                (i64.store (i32.const 0) (i64.load (i32.const 0x80000000)))
                (call $halt (i32.const 0))))"#,
    );
    let [one, other] = [[1; 8], [2; 8]].map(|bytes| {
        let tables = Act::new(&guest, &[], &Input::raw(bytes.to_vec()), WHOLE).play();
        assert!(tables.refusals().is_empty());
        tables
    });
    assert_ne!(one.0.record.output, other.0.record.output);
    beside(one, other).assert_refused(&["boundary: the first row is the only one"]);
}

/// A load finds what stood there before the last store: two rows then take the cell's state at one time, and nobody takes the other.
#[test]
fn a_stale_read_takes_what_was_taken() {
    let guest = guest(MEMORY);
    let mut act = Act::new(&guest, &[], &no_input(), WHOLE);
    let load = act.events(MachineChip::Load64)[0].clone();
    let [.., read, written] = load.accesses.as_slice() else {
        panic!("a load")
    };
    let (read, written) = (*read, *written);
    assert_eq!((read.old, written.new), (8, 7 + 1));
    let store = act.event_at(read.previous - read.previous % TIME_STEP).clone();
    let overwritten = store.accesses.last().expect("a write").previous;
    // The load goes on from the first store, and everything behind it agrees.
    let access = act
        .event_at(load.before.time)
        .accesses
        .iter_mut()
        .rev()
        .nth(1)
        .expect("a read");
    (access.previous, access.old, access.new) = (overwritten, 7, 7);
    let leaf = act.leaf(0, Space::Memory, read.cell);
    leaf.new[read.cell as usize % 8] = limbs_of(7);
    act.rewrite(written, 7);
    act.play().assert_refused(&["Memory"]);
}

/// A second leaf for one place, with other initial values, and a load that reads them. The two histories do not meet; the tree has one place for both.
#[test]
fn a_duplicate_initial_leaf_has_no_node() {
    let guest = guest(MEMORY);
    let mut act = Act::new(&guest, &[], &no_input(), WHOLE);
    let load = act.events(MachineChip::Load64)[0].clone();
    let [.., read, written] = load.accesses.as_slice() else {
        panic!("a load")
    };
    let (read, written) = (*read, *written);
    act.take_out(read);
    let access = act
        .event_at(load.before.time)
        .accesses
        .iter_mut()
        .rev()
        .nth(1)
        .expect("a read");
    (access.previous, access.old, access.new) = (0, 666, 666);
    act.rewrite(written, 666);
    let mut duplicate = LeafEvent {
        old: [[0; 4]; 8],
        new: [[0; 4]; 8],
        last_time: [0; 8],
        ..*act.leaf(0, Space::Memory, read.cell)
    };
    let place = read.cell as usize % 8;
    (duplicate.old[place], duplicate.new[place]) = (limbs_of(666), limbs_of(666));
    duplicate.last_time[place] = read.time;
    let mut tables = act.play();
    let (row, _) = memory_leaf_trace(
        &[duplicate],
        7,
        &mut ByteLookups::default(),
        &mut PoseidonLookups::default(),
    );
    tables.add_row(MachineChip::MemoryLeaf, &row.row(0));
    tables.assert_refused(&["Node"]);
}

/// A store whose address is one of the window: the prover has a leaf of memory there, and hashes it. The address is not below the pages.
#[test]
fn a_write_to_the_input_is_out_of_bounds() {
    let guest = guest(
        r#"(module
            (import "zk" "halt" (func $halt (param i32)))
            (memory 1)
            (func (export "main") (local i32)
                (local.set 0 (i32.load (i32.const 0x80000000)))
                (i64.store (local.get 0) (i64.const 7))
                (call $halt (i32.const 64))))"#,
    );
    let input = |address: u32| Input::raw(address.to_le_bytes().to_vec());
    let mut act = Act::new(&guest, &[], &input(0), WHOLE);
    act.input = InputTree::new(input(0x8000_0000));
    let load = act.events(MachineChip::Load32)[0].clone();
    let written = *load.accesses.last().expect("a write");
    act.rewrite(written, 0x8000_0000);
    let store = act.events(MachineChip::Store64)[0].clone();
    let gone = *store.accesses.last().expect("a write");
    act.take_out(gone);
    let cell = 0x8000_0000 / 8;
    let leaf = act.leaf(0, Space::Memory, cell);
    (leaf.new[0], leaf.last_time[0]) = (limbs_of(7), gone.time);
    let access = act.event_at(store.before.time).accesses.last_mut().expect("a write");
    (access.cell, access.previous, access.old) = (cell, 0, 0);
    act.play().assert_refused(&["Range16"]);
}

/// A second leaf of the input for one place: its digest is not in the input's tree.
#[test]
fn the_input_cannot_change() {
    let guest = guest(MEMORY);
    let mut tables = Act::new(&guest, &[], &Input::raw(vec![1; 64]), WHOLE).play();
    let leaf = InputLeafEvent {
        index: 0,
        cells: [9; 8],
        ..InputLeafEvent::default()
    };
    let row = input_leaf_trace(&[leaf], 7, &mut ByteLookups::default(), &mut PoseidonLookups::default());
    tables.add_row(MachineChip::InputLeaf, &row.row(0));
    tables.assert_refused(&["ReadNode"]);
}

/// A slot's write stands in the history of the callee's link, where the return finds it. The row speaks of slots.
#[test]
fn a_slot_cannot_be_written_into_the_link_space() {
    let guest = guest(MEMORY);
    let mut act = Act::new(&guest, &[], &no_input(), WHOLE);
    let back = act.events(MachineChip::Return)[0].clone();
    let is_in_callee = |event: &Event| {
        event.before.frame_pointer == back.before.frame_pointer && event.instruction.opcode == Opcode::Constant
    };
    let constant = act
        .events(MachineChip::Move)
        .iter()
        .find(|event| is_in_callee(event))
        .cloned();
    let constant = constant.expect("the callee writes a slot");
    let write = *constant.accesses.last().expect("a write");
    act.take_out(write);
    let link = back.accesses[0];
    assert_eq!(link.space, Space::Link);
    let event = act.event_at(constant.before.time);
    let access = event.accesses.last_mut().expect("a write");
    (access.space, access.cell, access.previous) = (Space::Link, link.cell, link.previous);
    for access in act
        .event_at(back.before.time)
        .accesses
        .iter_mut()
        .filter(|access| access.space == Space::Link)
    {
        access.previous = write.time;
    }
    act.play().assert_refused(&["Memory"]);
}

fn sandboxed(act: &mut Act<'_>, opcode: Opcode) -> Event {
    let events = act.segment.events.iter().flatten();
    let event = events
        .into_iter()
        .find(|event| event.before.context != 0 && event.instruction.opcode == opcode);
    event.expect("the sandbox executes it").clone()
}

/// A sandbox's load takes its cell from the runtime's memory, which holds the same: the row speaks of the tuple's context.
#[test]
fn a_sandbox_does_not_reach_another_space() {
    let library = [metered(
        r#"(module
            (memory 1)
            (func $nothing)
            (func (export "peek") (drop (i64.load (i32.const 128)))))"#,
    )];
    let guest = guest(&format!(
        r#"(module
            (import "zk" "halt" (func $halt (param i32)))
            (import "zk" "sandbox_open" (func $open (param i32)))
            (import "zk" "sandbox_enter" (func $enter (param i32 i32 i32)))
            (memory 1)
            (data (i32.const 64) "{}")
            (func (export "main")
                (call $open (i32.const 64))
                (call $enter (i32.const 1) (i32.const 1000) (i32.const 5000))
                (call $halt (i32.const 0))))"#,
        escaped(library[0].root())
    ));
    let mut act = Act::new(&guest, &library, &no_input(), WHOLE);
    let load = sandboxed(&mut act, Opcode::Load64);
    let read = load.accesses[load.accesses.len() - 2];
    assert_eq!((read.context, read.space, read.old), (1, Space::Memory, 0));
    act.take_out(read);
    act.leaf(0, Space::Memory, read.cell).last_time[read.cell as usize % 8] = read.time;
    let access = act.event_at(load.before.time).accesses.iter_mut().rev().nth(1);
    let access = access.expect("a read");
    (access.context, access.previous) = (0, 0);
    act.play().assert_refused(&["Memory"]);
}

/// The same row says that it runs as the runtime: nobody handed it that tuple.
#[test]
fn a_sandbox_does_not_become_the_runtime() {
    let library = [metered(SANDBOX)];
    let guest = visitor(library[0].root());
    let mut act = Act::new(&guest, &library, &no_input(), WHOLE);
    let load = sandboxed(&mut act, Opcode::Load64);
    let event = act.event_at(load.before.time);
    (event.before.context, event.after.context) = (0, 0);
    let refusals = act.play().refusals();
    assert!(refusals.contains(&"Exec".to_owned()), "{refusals:?}");
}

/// A program that asks for what only the runtime may; as a sandbox it gets a fault. The prover writes the runtime's row instead, on the runtime's
/// frame: the tuple that it takes is context 0's.
#[test]
fn a_privileged_opcode_in_a_sandbox_finds_no_tuple() {
    let text = r#"(module
        (import "zk" "event_kind" (func $kind (result i32)))
        (func (export "main") (drop (call $kind))))"#;
    let library = [guest(text)];
    let guest = guest(&format!(
        r#"(module
            (import "zk" "halt" (func $halt (param i32)))
            (import "zk" "sandbox_open" (func $open (param i32)))
            (import "zk" "sandbox_enter" (func $enter (param i32 i32 i32)))
            (memory 1)
            (data (i32.const 64) "{}")
            (func (export "main")
                (call $open (i32.const 64))
                (call $enter (i32.const 1) (i32.const 1000) (i32.const 5000))
                (call $halt (i32.const 0))))"#,
        escaped(library[0].root())
    ));
    let is_it = |event: &Event| event.before.context != 0 && event.instruction.opcode == Opcode::ControlGet;
    let act = Act::new(&guest, &library, &no_input(), WHOLE);
    let mut act = act.before(&guest, &library, is_it);
    assert!(act.play().refusals().is_empty());
    let State {
        pc,
        frame_pointer,
        context,
        ..
    } = act.segment.end;
    assert_ne!(context, 0);
    let instruction = library[0].code[pc as usize];
    assert_eq!(instruction.opcode, Opcode::ControlGet);
    let kind = act.touch((0, Space::Control, ControlCell::EventKind as u32), time::READ, None);
    let slot = (0, Space::Frame, frame_pointer + instruction.dst);
    let written = act.touch(slot, time::DESTINATION, Some(kind.old));
    act.add(MachineChip::SandboxAccess, instruction, vec![kind, written], |_| {});
    act.play().assert_refused(&["Exec", "Fetch"]);
}

/// A row that the program does not have, in a leaf that the prover made for it: the leaf is not in the program's tree.
#[test]
fn a_row_that_is_not_in_the_program_has_no_leaf() {
    let guest = guest(MEMORY);
    let mut act = Act::new(&guest, &[], &no_input(), WHOLE);
    let is_it = |event: &&Event| event.instruction.opcode == Opcode::Constant && event.instruction.x == 5;
    let constant = act.events(MachineChip::Move).iter().find(is_it).cloned();
    let constant = constant.expect("a constant that nobody uses");
    let written = *constant.accesses.last().expect("a write");
    let pc = constant.before.pc;
    act.event_at(constant.before.time).instruction.x = 4_321;
    act.rewrite(written, 4_321);
    // Nobody provides the row …
    let mut tables = act.play();
    let refusals = {
        let mut tables = tables.clone();
        tables.settle();
        tables.refusals()
    };
    assert!(refusals.contains(&"Fetch".to_owned()), "{refusals:?}");
    // … unless the prover makes a leaf of it.
    let mut rows = std::array::from_fn(|row| guest.code.get((pc / 4 * 4) as usize + row).copied());
    if let Some(Some(row)) = rows.get_mut(pc as usize % 4) {
        row.x = 4_321;
    }
    let leaf = CodeLeafEvent {
        handle: 1,
        index: pc / 4,
        rows,
        times: [0; 4],
    };
    let (row, _) = code_leaf_trace(&[leaf], 7, &mut ByteLookups::default(), &mut PoseidonLookups::default());
    tables.add_row(MachineChip::CodeLeaf, &row.row(0));
    tables.assert_refused(&["ReadNode"]);
}

/// A program that was refused runs as if it had been accepted; the runtime names the root of the refusal. Its header says "refused" to whoever opens it.
#[test]
fn a_refused_program_is_not_entered() {
    let accepted = metered(SANDBOX);
    let refused = [Artefact {
        verdict: Verdict::Refused,
        ..accepted.clone()
    }];
    let guest = visitor(refused[0].root());
    let executed = [(refused[0].root(), &accepted)];
    let act = Act::with(&guest, &executed, &refused, &no_input(), WHOLE);
    act.play().assert_refused(&["Header"]);
}
