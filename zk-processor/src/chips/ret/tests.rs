//! Honest, edge and forged returns.

use super::columns::ReturnCols;
use super::{Return, ret_trace};
use crate::chips::builder::{Chip, Val};
use crate::chips::byte_table::{ByteLookups, ByteTable, byte_table_trace};
use crate::chips::check::{CheckBuilder, Failure, Table, check_with};
use crate::chips::control_testing::{ControlProgram, with_lookups};
use crate::chips::gadgets::link::Link;
use crate::chips::testing::{Forgery, assert_columns_bound_with};
use crate::chips::trace::Trace;
use crate::isa::spaces::MAX_FRAME_POINTER;
use crate::isa::{Instruction, Opcode};

fn eval(builder: &mut CheckBuilder<'_>) {
    Return.eval(builder);
}

/// A return from the frame at `frame_pointer`, where a call left `link`.
fn ret(program: &mut ControlProgram, frame_pointer: u32, link: Link, gas: u8) {
    program.state.frame_pointer = frame_pointer;
    program.plant(frame_pointer, link);
    let instruction = Instruction {
        gas,
        ..Instruction::new(Opcode::Return, 0, 0, 0)
    };
    program.run(instruction, Some((frame_pointer, None)), |state, link| {
        state.pc = link.pc;
        state.frame_pointer = link.frame_pointer;
        state.stack_left = link.stack_left;
    });
}

fn corpus() -> ControlProgram {
    let mut program = ControlProgram::new(1_000, 0);
    let links = [
        (2, 1, 1, 262_144, 0),
        (2, (1 << 30) - 1, 1, 0, 255),
        (MAX_FRAME_POINTER - 1, 77, MAX_FRAME_POINTER - 2, 5, 1),
    ];
    for (frame, pc, frame_pointer, stack_left, gas) in links {
        let link = Link {
            pc,
            frame_pointer,
            stack_left,
        };
        ret(&mut program, frame, link, gas);
    }
    program
}

fn table(program: &ControlProgram) -> (Trace, ByteLookups) {
    let mut lookups = ByteLookups::default();
    (ret_trace(&program.events, 2, &mut lookups), lookups)
}

fn failures(program: &ControlProgram) -> alloc::vec::Vec<Failure> {
    let (trace, lookups) = table(program);
    let bytes = byte_table_trace(&lookups);
    let tables = [
        Table::of(&eval, "ret", &trace),
        Table::of(&|b| ByteTable.eval(b), "byte_table", &bytes),
    ];
    check_with(&tables, &program.partners())
}

#[test]
fn honest_returns_balance_at_every_edge() {
    assert_eq!(failures(&corpus()), []);
}

#[test]
fn no_returns_is_an_honest_table() {
    assert_eq!(failures(&ControlProgram::new(0, 0)), []);
}

#[test]
fn forged_returns_break_the_claim_they_lie_about() {
    let forgery = Forgery::new("ret", &eval, table(&corpus()).0);
    let column = |name| forgery.column::<ReturnCols<Val>>(name);
    forgery.set(0, column("is_real"), 2).breaks("real or padding");
    forgery.set(0, column("pc_inverse"), 0).breaks("the link is not empty");
}

#[test]
fn an_empty_link_is_no_caller() {
    let mut program = ControlProgram::new(1_000, 0);
    ret(&mut program, 2, Link::default(), 0);
    let forgery = Forgery::new("ret", &eval, table(&program).0);
    forgery.breaks("the link is not empty");
    for inverse in [1, 5] {
        let pc_inverse = forgery.column::<ReturnCols<Val>>("pc_inverse");
        forgery.set(0, pc_inverse, inverse).breaks("the link is not empty");
    }
}

#[test]
fn a_return_elsewhere_is_noticed() {
    let program = corpus();
    let forgery = Forgery::new("ret", &eval, table(&program).0);
    let link = forgery.column::<ReturnCols<Val>>("link");
    forgery.set(1, link + 1, 9).is_unbalanced(&program.partners());
    forgery.set(1, link + 2, 9).is_unbalanced(&program.partners());
}

#[test]
fn a_padding_row_cannot_speak() {
    let program = corpus();
    let forgery = Forgery::new("ret", &eval, table(&program).0);
    let column = |name| forgery.column::<ReturnCols<Val>>(name);
    let padding = program.events.len();
    let speaks = forgery.set(padding, column("is_real"), 1);
    speaks.breaks("the link is not empty");
    speaks
        .and(padding, column("link"), 1)
        .and(padding, column("pc_inverse"), 1)
        .is_unbalanced(&program.partners());
}

#[test]
fn every_column_of_a_real_row_is_bound() {
    let program = corpus();
    let (trace, _) = table(&program);
    let partners = with_lookups("ret", &eval, &trace, &program.partners());
    for row in 0..program.events.len() {
        assert_columns_bound_with::<ReturnCols<Val>>("ret", &eval, &trace, row, &[], &partners, &[]);
    }
}
