//! Honest, edge and forged calls.

use p3_field::PrimeCharacteristicRing;

use super::columns::CallCols;
use super::{Call, call_trace};
use crate::chips::builder::{Chip, Val};
use crate::chips::byte_table::{ByteLookups, ByteTable, byte_table_trace};
use crate::chips::check::{CheckBuilder, Failure, Table, check_with};
use crate::chips::control_testing::{ControlProgram, with_lookups};
use crate::chips::gadgets::link::Link;
use crate::chips::testing::{Forgery, assert_columns_bound_with};
use crate::chips::trace::Trace;
use crate::isa::spaces::{MAX_FRAME_POINTER, MAX_LOADED_GAS};
use crate::isa::{Instruction, Opcode};

const STACK: u32 = 262_144;

fn eval(builder: &mut CheckBuilder<'_>) {
    Call.eval(builder);
}

/// An instruction with its charges.
fn instruction(opcode: Opcode, target: u32, offset: u16, stack: u32, entry_gas: u32) -> Instruction {
    Instruction {
        gas: 3,
        ..Instruction::new(opcode, target, offset, u64::from(stack) | u64::from(entry_gas) << 32)
    }
}

/// A call as its definition says.
fn call(program: &mut ControlProgram, target: u32, offset: u16, stack: u32, entry_gas: u32) {
    let caller = program.state;
    let frame = caller.frame_pointer + u32::from(offset);
    let link = Link {
        pc: caller.pc + 1,
        frame_pointer: caller.frame_pointer,
        stack_left: caller.stack_left,
    };
    let instruction = instruction(Opcode::Call, target, offset, stack, entry_gas);
    program.run(instruction, Some((frame, Some(link))), |state, _| {
        state.pc = target;
        state.frame_pointer = frame;
        state.stack_left -= stack;
        state.gas_left -= entry_gas;
    });
}

fn prologue(program: &mut ControlProgram, stack: u32, entry_gas: u32) {
    let instruction = instruction(Opcode::Prologue, 0, 0, stack, entry_gas);
    program.run(instruction, None, |state, _| {
        state.stack_left -= stack;
        state.gas_left -= entry_gas;
    });
}

/// Charges of nothing, of parts and of all that is left; frames up to the last; a link overwritten in the same frame.
fn corpus() -> ControlProgram {
    let mut program = ControlProgram::new(MAX_LOADED_GAS, STACK);
    call(&mut program, 500, 1, 0, 0);
    call(&mut program, 7, 1, 0x1_0001, 0x12_3456);
    prologue(&mut program, 16, 5);
    prologue(&mut program, 0, 0xff_ffff);
    program.state.frame_pointer = 1;
    call(&mut program, 500, 1, 100, 70_000);
    program.state.frame_pointer = MAX_FRAME_POINTER - 1 - 0xffff;
    let (stack, gas) = (program.state.stack_left, 0x1_0000);
    program.state.gas_left = gas + 3;
    call(&mut program, 9, 0xffff, stack, gas);
    program.state.gas_left = 3;
    prologue(&mut program, 0, 0);
    program
}

fn table(program: &ControlProgram) -> (Trace, ByteLookups) {
    let mut lookups = ByteLookups::default();
    (call_trace(&program.events, 3, &mut lookups), lookups)
}

fn failures(program: &ControlProgram) -> alloc::vec::Vec<Failure> {
    let (trace, lookups) = table(program);
    let bytes = byte_table_trace(&lookups);
    let tables = [
        Table::of(&eval, "call", &trace),
        Table::of(&|b| ByteTable.eval(b), "byte_table", &bytes),
    ];
    check_with(&tables, &program.partners())
}

#[test]
fn honest_calls_balance_at_every_edge() {
    assert_eq!(failures(&corpus()), []);
}

#[test]
fn no_calls_is_an_honest_table() {
    assert_eq!(failures(&ControlProgram::new(0, 0)), []);
}

#[test]
fn forged_calls_break_the_claim_they_lie_about() {
    let forgery = Forgery::new("call", &eval, table(&corpus()).0);
    let column = |name| forgery.column::<CallCols<Val>>(name);
    let (call, prologue) = (0, 2);
    forgery
        .set(call, column("is_call"), 2)
        .breaks("one operation or padding");
    forgery
        .set(prologue, column("is_prologue"), 2)
        .breaks("one operation or padding");
    forgery
        .set(call, column("is_prologue"), 1)
        .breaks("one operation or padding");
    forgery
        .set(call, column("next_pc"), 11)
        .breaks("the next row is the callee or the one below");
    forgery
        .set(call, column("frame_offset"), 0)
        .breaks("a call has a frame of its own");
    forgery
        .set(prologue, column("frame_offset"), 1)
        .breaks("a prologue stays in its frame");
}

/// The row's tuple has less than the row takes, and everyone else agrees: only the lookups of the difference see it.
#[test]
fn what_is_not_covered_cannot_be_taken() {
    let honest = corpus();
    let last_call = honest.events.len() - 2;
    let lie = |change: fn(&mut crate::chips::event::State)| {
        let mut program = corpus();
        let event = &mut program.events[last_call];
        change(&mut event.before);
        change(&mut event.after);
        for access in &mut event.accesses {
            // The link has the caller's frame and stack, at the callee's frame.
            access.cell = event.after.frame_pointer;
        }
        if let [place, stack] = event.accesses.as_mut_slice() {
            place.new = u64::from(event.before.pc + 1) | u64::from(event.before.frame_pointer) << 32;
            stack.new = event.before.stack_left.into();
        }
        let (trace, _) = table(&program);
        Forgery::new("call", &eval, trace).is_unbalanced(&program.partners());
    };
    // -1 modulo p stands for what is left; before, it is one less than the charge.
    lie(|state| state.gas_left = state.gas_left.checked_sub(1).unwrap_or(0x7f00_0000));
    lie(|state| state.stack_left = state.stack_left.checked_sub(1).unwrap_or(0x7f00_0000));
    lie(|state| state.frame_pointer += 1);
}

#[test]
fn a_padding_row_cannot_speak() {
    let program = corpus();
    let forgery = Forgery::new("call", &eval, table(&program).0);
    let padding = program.events.len();
    let partners = program.partners();
    let is_call = forgery.column::<CallCols<Val>>("is_call");
    let is_prologue = forgery.column::<CallCols<Val>>("is_prologue");
    let next_pc = forgery.column::<CallCols<Val>>("next_pc");
    forgery.set(padding, is_call, 1).breaks("a call has a frame of its own");
    forgery
        .set(padding, is_prologue, 1)
        .and(padding, next_pc, 1)
        .is_unbalanced(&partners);
}

#[test]
fn every_column_of_a_real_row_is_bound() {
    let program = corpus();
    let (trace, _) = table(&program);
    let partners = with_lookups("call", &eval, &trace, &program.partners());
    // Without a call no link is written: what was there is on no bus, and of its access only the high byte is looked up. A prologue's offset is 0, so
    // its inverse may be anything.
    let free: [(usize, &[&str]); 2] = [(1, &[]), (2, &["offset_inverse", "old_link", "write"])];
    for (row, free) in free {
        assert_columns_bound_with::<CallCols<Val>>("call", &eval, &trace, row, &[], &partners, free);
    }
    assert_eq!(program.events[1].instruction.opcode, Opcode::Call);
    assert_eq!(program.events[2].instruction.opcode, Opcode::Prologue);
    assert_eq!(trace.cell(2, 1), Val::ONE);
}
