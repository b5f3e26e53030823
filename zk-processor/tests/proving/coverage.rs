//! Every row of the instruction set is consumed by a chip: each opcode with each of its row kinds occurs in runs whose tables hold.
//!
//! What is to occur is computed from the list of opcodes: a new opcode fails by name if no chip takes it, or if nobody says how one of its rows comes about.

use std::collections::BTreeSet;

use zk_processor::executor::{Input, Limits, Machine, Stop};
use zk_processor::isa::opcodes::OPCODES;
use zk_processor::isa::{Opcode, Row, Trap};
use zk_processor::program::Artefact;

use crate::every_row::{self, cannot_occur};
use crate::segments_with;
use crate::texts::{SANDBOX, escaped, guest, metered};

type Seen = BTreeSet<(Opcode, Row)>;

/// What the next instruction is consumed by: the only row that holds.
fn see(machine: &Machine<'_>, seen: &mut Seen, traps: &mut BTreeSet<Trap>) {
    let Some((instruction, inputs)) = machine.guard_inputs() else {
        return;
    };
    let rows: Vec<Row> = Row::of(instruction.opcode)
        .filter(|row| row.holds(&instruction, &inputs))
        .collect();
    let [row] = rows[..] else {
        panic!("{instruction}: {rows:?} for {inputs:?}");
    };
    seen.insert((instruction.opcode, row));
    traps.extend(row.trap(&instruction));
}

fn watch_guest(guest: &Artefact, library: &[Artefact], input: &Input, seen: &mut Seen, traps: &mut BTreeSet<Trap>) {
    let mut machine = Machine::with_runtime(guest, input.clone(), Limits::default()).expect("the image is small");
    for program in library {
        machine.add_program(program.root(), program);
    }
    loop {
        see(&machine, seen, traps);
        match machine.run_for(1).expect("no limit is met") {
            None => {}
            Some(Stop::Halted { .. }) => return,
            Some(stop) => panic!("{stop:?}"),
        }
    }
}

#[test]
fn every_row_of_the_instruction_set_has_a_chip() {
    let (mut seen, mut traps) = (Seen::new(), BTreeSet::new());
    let visits = every_row::of_a_sandbox();
    visits.watch(|machine| see(machine, &mut seen, &mut traps));
    visits.assert_hold(u32::MAX, 1);

    let (runtime, serving, input) = every_row::of_the_runtime();
    let library = [serving];
    watch_guest(&runtime, &library, &input, &mut seen, &mut traps);
    for segment in segments_with(&runtime, &library, &input, 10_000, 1) {
        assert_eq!(segment.failures(), []);
    }

    let pairs = OPCODES
        .iter()
        .flat_map(|info| Row::of(info.opcode).map(|row| (info.opcode, row)));
    let missing: Vec<_> = pairs
        .filter(|pair @ (opcode, row)| !seen.contains(pair) && cannot_occur(*opcode, *row).is_none())
        .map(|(opcode, row)| format!("{}: {}", opcode.mnemonic(), row.name()))
        .collect();
    assert!(missing.is_empty(), "no run here has {missing:?}");
    for (opcode, row) in &seen {
        let reason = cannot_occur(*opcode, *row);
        assert_eq!(reason, None, "{} {} occurred", opcode.mnemonic(), row.name());
    }
    let rows: BTreeSet<Row> = seen.iter().map(|(_, row)| *row).collect();
    assert_eq!(rows.len(), Row::ALL.len());
    assert_eq!(traps.len(), Trap::ALL.len());
}

/// What a function number behind the entry map does: a fault of the guest, before anything else happens.
#[test]
fn a_function_behind_the_entry_map_is_a_fault() {
    let serving = metered(SANDBOX);
    let root = escaped(serving.root());
    for (function, traps) in [(0xf_ffff, false), (0x10_0000, true), (0xffff_ffff_u32, true)] {
        let guest = guest(&format!(
            r#"(module
                (import "zk" "halt" (func $halt (param i32)))
                (import "zk" "sandbox_open" (func $open (param i32)))
                (import "zk" "sandbox_enter" (func $enter (param i32 i32 i32)))
                (memory 1)
                (data (i32.const 64) "{root}")
                (func (export "main")
                    (call $open (i32.const 64))
                    (call $enter (i32.const {function}) (i32.const 1000) (i32.const 5000))
                    (call $halt (i32.const 0))))"#
        ));
        let mut machine =
            Machine::with_runtime(&guest, Input::new(&[], &[]), Limits::default()).expect("the image is small");
        machine.add_program(serving.root(), &serving);
        let stop = machine.run().expect("no limit is met");
        assert_eq!(stop == Stop::Trapped(Trap::Fault), traps, "{stop:?}");
        if !traps {
            // An absent function leads to row 0.
            for segment in segments_with(&guest, core::slice::from_ref(&serving), &Input::new(&[], &[]), 1_000, 1) {
                assert_eq!(segment.failures(), []);
            }
        }
    }
}
