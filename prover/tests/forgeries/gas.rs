//! Forgeries by a prover who knows every chip, in what a run costs: gas that wraps, that runs out too early or too late, charges and answers that are not the machine's.

use p3_field::PrimeCharacteristicRing;
use zk_processor::chips::boundary::RecordError;
use zk_processor::chips::builder::Columns;
use zk_processor::chips::builder::Val;
use zk_processor::chips::byte_table::ByteLookups;
use zk_processor::chips::code_leaf::{CodeLeafCols, CodeLeafEvent, code_leaf_trace};
use zk_processor::chips::event::Event;
use zk_processor::chips::machine::MachineChip;
use zk_processor::chips::poseidon2::PoseidonLookups;
use zk_processor::executor::{Input, time};
use zk_processor::isa::{Opcode, Space};
use zk_processor::program::Artefact;

use crate::forger::{Act, WHOLE};
use crate::{escaped, guest, metered};

/// p: one more is nothing.
const MODULUS: u32 = 0x7f00_0001;

/// A sandboxed program that pays: a body of many operators, a growth by its argument, and a loop of small rows.
fn spender() -> Artefact {
    let nops = "(nop)".repeat(400);
    metered(&format!(
        r#"(module
            (memory 1 65536)
            (func $nothing)
            (func (export "body") (loop {nops} (br 0)))
            (func (export "grow") (param i32) (drop (memory.grow (local.get 0))))
            (func (export "count") (local i32)
                (loop (local.set 0 (i32.add (local.get 0) (i32.const 1))) (br 0))))"#
    ))
}

/// The runtime lets it have so much.
fn payer(program: &Artefact, function: u32, gas: u32, argument: u32) -> Artefact {
    guest(&format!(
        r#"(module
            (import "zk" "halt" (func $halt (param i32)))
            (import "zk" "sandbox_open" (func $open (param i32)))
            (import "zk" "sandbox_enter" (func $enter (param i32 i32 i32)))
            (import "zk" "argument_set" (func $set (param i32 i64)))
            (memory 1)
            (data (i32.const 64) "{}")
            (func (export "main")
                (call $open (i32.const 64))
                (call $set (i32.const 0) (i64.const {argument}))
                (call $enter (i32.const {function}) (i32.const {gas}) (i32.const 5000))
                (call $halt (i32.const 0))))"#,
        escaped(program.root())
    ))
}

fn is_out_of_gas(event: &Event) -> bool {
    event.before.context != 0 && event.after.context == 0
}

/// The run up to the row whose charge is not covered.
fn up_to_the_end_of_gas<'a>(guest: &'a Artefact, library: &'a [Artefact]) -> Act<'a> {
    let act = Act::new(guest, library, &Input::new(&[], &[]), WHOLE);
    let act = act.before(guest, library, is_out_of_gas);
    assert!(act.play().refusals().is_empty());
    act
}

/// A body of 400 operators is charged by a row of its own. Once gas does not cover it, going on would leave a number near p: it is no budget.
#[test]
fn gas_does_not_wrap_by_a_body_of_nops() {
    let library = [spender()];
    let guest = payer(&library[0], 1, 1_000, 0);
    let mut act = up_to_the_end_of_gas(&guest, &library);
    let instruction = library[0].code[act.segment.end.pc as usize];
    assert_eq!(instruction.opcode, Opcode::Charge);
    let charge = instruction.low() + u32::from(instruction.gas);
    assert!(charge > act.segment.end.gas_left);
    act.add(MachineChip::Charge, instruction, Vec::new(), |state| {
        state.gas_left = state.gas_left + MODULUS - charge;
    });
    act.play().assert_refused(&["Range16"]);
}

/// Nor by a row that charges what a row of its own must: no leaf provides it.
#[test]
fn a_row_does_not_charge_more_than_a_byte() {
    let library = [spender()];
    let guest = payer(&library[0], 1, 1_000, 0);
    let act = up_to_the_end_of_gas(&guest, &library);
    let mut tables = act.play();
    let rows = std::array::from_fn(|row| library[0].code.get(row).copied());
    let leaf = CodeLeafEvent {
        handle: 2,
        index: 0,
        rows,
        times: [0; 4],
    };
    let (row, _) = code_leaf_trace(&[leaf], 7, &mut ByteLookups::default(), &mut PoseidonLookups::default());
    let at = tables.add_row(MachineChip::CodeLeaf, &row.row(0));
    let first = CodeLeafCols::<Val>::NAMES
        .iter()
        .position(|name| *name == "rows")
        .expect("rows");
    tables
        .first(MachineChip::CodeLeaf)
        .set(at, first + 1, Val::from_u32(196_000));
    let mut settled = tables;
    settled.settle();
    let refusals = settled.refusals();
    assert!(refusals.contains(&"BytePair".to_owned()), "{refusals:?}");
}

/// Growing by p − 32 pages costs 32 and as many operators: 0 modulo p. The charge is compared in limbs.
#[test]
fn gas_does_not_wrap_by_memory_grow() {
    let library = [spender()];
    let pages = MODULUS - 32;
    let guest = payer(&library[0], 2, 1_000, pages);
    let mut act = up_to_the_end_of_gas(&guest, &library);
    let state = act.segment.end;
    let instruction = library[0].code[state.pc as usize];
    assert_eq!(instruction.opcode, Opcode::ChargeLinear);
    let slot = (
        state.context,
        Space::Frame,
        state.frame_pointer + u32::from(instruction.a),
    );
    let read = act.touch(slot, time::A, None);
    assert_eq!(read.old, u64::from(pages));
    let charge = (u64::from(instruction.low()) + u64::from(instruction.gas) + read.old) % u64::from(MODULUS);
    act.add(MachineChip::Growth, instruction, vec![read], |state| {
        state.gas_left -= charge as u32;
    });
    act.play().assert_refused(&["Range16"]);
}

/// A small row that is not covered leaves a number near p as well, and no table looks at it. It is in the record, whose bounds the verifier checks; and
/// every way to hand control back looks.
#[test]
fn late_out_of_gas_shows_in_the_record() {
    let library = [spender()];
    let guest = payer(&library[0], 3, 50, 0);
    let mut act = up_to_the_end_of_gas(&guest, &library);
    let state = act.segment.end;
    let instruction = library[0].code[state.pc as usize];
    let charge = u32::from(instruction.gas);
    assert!(charge > state.gas_left, "{instruction:?}");
    let slots = instruction.slots_read().into_iter().flatten().zip([time::A, time::B]);
    let mut accesses = Vec::new();
    let mut sum = u64::from(instruction.x as u32);
    for (slot, offset) in slots {
        let read = act.touch(
            (state.context, Space::Frame, state.frame_pointer + u32::from(slot)),
            offset,
            None,
        );
        sum = read.old + if instruction.opcode == Opcode::Add32Imm { sum } else { 0 };
        accesses.push(read);
    }
    let dst = instruction.slot_written().expect("it writes");
    let place = (state.context, Space::Frame, state.frame_pointer + u32::from(dst));
    accesses.push(act.touch(place, time::DESTINATION, Some(sum)));
    act.add(MachineChip::AddSub32, instruction, accesses, |state| {
        state.gas_left = state.gas_left + MODULUS - charge;
    });
    let tables = act.play();
    let gas = tables.0.record.end.gas_left;
    assert_eq!(tables.0.record.check_bounds(), Err(RecordError::Gas { found: gas }));
    tables.assert_refused(&[]);
}

/// The sandbox stops although its gas covers the row: what is missing is negative.
#[test]
fn early_out_of_gas_has_no_shortage() {
    let library = [spender()];
    let guest = payer(&library[0], 3, 50, 0);
    let whole = Act::new(&guest, &library, &Input::new(&[], &[]), WHOLE);
    let template = whole
        .segment
        .events
        .iter()
        .flatten()
        .find(|event| is_out_of_gas(event))
        .cloned();
    let template = template.expect("gas runs out");
    // The same row, one iteration of the loop earlier.
    let pc = template.before.pc;
    let mut act = whole.before(&guest, &library, |event| {
        event.before.context != 0 && event.before.pc == pc
    });
    let gas_left = act.segment.end.gas_left;
    assert!(gas_left >= u32::from(template.instruction.gas));
    let mut accesses = Vec::new();
    let mut is_second = false;
    for access in &template.accesses {
        let is_gas = access.cell == zk_processor::isa::ControlCell::GasLeft as u32;
        let new = if is_gas { u64::from(gas_left) } else { access.new };
        let halves = access.is_machine_owned();
        accesses.push(if halves {
            act.touch_half(access, is_second, new)
        } else {
            let offset = u64::from(access.time % 8);
            act.touch((access.context, access.space, access.cell), offset, Some(new))
        });
        is_second = halves && !is_second;
    }
    let runtime = template.after;
    let event_time = act.segment.end.time;
    act.add(MachineChip::OutOfGas, template.instruction, accesses, |state| {
        let time = state.time;
        *state = runtime;
        state.time = time;
    });
    let event = act.event_at(event_time).clone();
    act.events(MachineChip::HandOver).push(event);
    act.play()
        .assert_refused(&["out_of_gas: the last borrow has a limb to borrow from"]);
}

/// A row charges one operator less than the program says: no leaf has such a row.
#[test]
fn a_merged_charge_is_the_programs() {
    let library = [spender()];
    let guest = payer(&library[0], 3, 50, 0);
    let act = Act::new(&guest, &library, &Input::new(&[], &[]), WHOLE);
    let is_paid = |event: &Event| event.before.context != 0 && event.before.time > 0 && event.instruction.gas > 0;
    let mut times: Vec<_> = act
        .segment
        .events
        .iter()
        .flatten()
        .filter(|event| is_paid(event))
        .map(|event| event.before.time)
        .collect();
    times.sort_unstable();
    let first = times[0];
    let mut act = act.before(&guest, &library, |event| event.before.time == first + 8);
    let last = act.last();
    assert!(is_paid(last));
    last.instruction.gas -= 1;
    last.after.gas_left += 1;
    let after = last.after;
    act.end_at(after);
    act.play().assert_refused(&["Fetch"]);
}

/// A guest that grows, up to the row behind the growth.
fn behind_a_growth(guest: &Artefact) -> Act<'_> {
    let act = Act::new(guest, &[], &Input::new(&[], &[]), WHOLE);
    let grow = act
        .segment
        .events
        .iter()
        .flatten()
        .find(|event| event.instruction.opcode == Opcode::MemoryGrow);
    let behind = grow.expect("it grows").before.time + 8;
    act.before(guest, &[], |event| event.before.time == behind)
}

fn grower(pages: u32) -> Artefact {
    guest(&format!(
        r#"(module
            (import "zk" "halt" (func $halt (param i32)))
            (memory 1 3)
            (func (export "main") (local i32)
                (local.set 0 (memory.grow (i32.const {pages})))
                (i32.store (i32.const 0) (local.get 0))
                (call $halt (i32.const 0))))"#
    ))
}

/// The answer −1 to a growth that fits, and the old size to one that does not: both gaps are negative.
#[test]
fn memory_grow_has_one_answer() {
    for (pages, is_refused) in [(1, true), (5, false)] {
        let guest = grower(pages);
        let mut act = behind_a_growth(&guest);
        assert!(act.play().refusals().is_empty());
        let (old, new) = if is_refused { (1, u64::from(u32::MAX)) } else { (6, 1) };
        let last = act.last();
        let written = *last.accesses.last().expect("a write");
        last.after.pages = old;
        let after = last.after;
        act.rewrite(written, new);
        act.end_at(after);
        act.play().assert_refused(&["Range16"]);
    }
}
