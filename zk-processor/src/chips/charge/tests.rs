//! Honest, edge and forged charges.

use super::columns::ChargeCols;
use super::{Charge, charge_trace};
use crate::chips::builder::{Chip, Val};
use crate::chips::byte_table::{ByteLookups, ByteTable, byte_table_trace};
use crate::chips::check::{CheckBuilder, Failure, Table, check_with};
use crate::chips::control_testing::{ControlProgram, with_lookups};
use crate::chips::testing::{Forgery, assert_columns_bound_with};
use crate::chips::trace::Trace;
use crate::isa::spaces::MAX_LOADED_GAS;
use crate::isa::{Instruction, Opcode};

/// p − 1.
const MINUS_ONE: u32 = 0x7f00_0000;

fn eval(builder: &mut CheckBuilder<'_>) {
    Charge.eval(builder);
}

fn charge(program: &mut ControlProgram, gas: u8, operators: u32) {
    let instruction = Instruction {
        gas,
        ..Instruction::new(Opcode::Charge, 0, 0, operators.into())
    };
    program.run(instruction, None, |state, _| state.gas_left -= operators);
}

/// The largest budget, charges across the limb, the largest charge, and all that is left.
fn corpus() -> ControlProgram {
    let mut program = ControlProgram::new(MAX_LOADED_GAS, 7);
    for (gas, operators) in [(0, 0), (0, 256), (255, 0xffff), (1, 0x1_0000), (0, 0xff_ffff)] {
        charge(&mut program, gas, operators);
    }
    program.state.gas_left = 0x2_0005;
    charge(&mut program, 5, 0x2_0000);
    program
}

fn table(program: &ControlProgram) -> (Trace, ByteLookups) {
    let mut lookups = ByteLookups::default();
    (charge_trace(&program.events, 3, &mut lookups), lookups)
}

fn failures(program: &ControlProgram) -> alloc::vec::Vec<Failure> {
    let (trace, lookups) = table(program);
    let bytes = byte_table_trace(&lookups);
    let tables = [
        Table::of(&eval, "charge", &trace),
        Table::of(&|b| ByteTable.eval(b), "byte_table", &bytes),
    ];
    check_with(&tables, &program.partners())
}

#[test]
fn honest_charges_balance_at_every_edge() {
    assert_eq!(failures(&corpus()), []);
}

#[test]
fn no_charges_is_an_honest_table() {
    assert_eq!(failures(&ControlProgram::new(0, 0)), []);
}

#[test]
fn a_forged_selector_breaks_its_claim() {
    let forgery = Forgery::new("charge", &eval, table(&corpus()).0);
    let is_real = forgery.column::<ChargeCols<Val>>("is_real");
    forgery.set(0, is_real, 2).breaks("real or padding");
}

/// The budget is one less than the charge and everyone else agrees on -1 afterwards: only the lookups see it.
#[test]
fn what_is_not_covered_cannot_be_taken() {
    let mut program = corpus();
    let event = program.events.last_mut().expect("not empty");
    event.before.gas_left -= 1;
    event.after.gas_left = MINUS_ONE;
    Forgery::new("charge", &eval, table(&program).0).is_unbalanced(&program.partners());
}

/// p + 1 operators would cost one: a charge's upper limb is a byte.
#[test]
fn a_charge_cannot_wrap() {
    let mut program = corpus();
    let event = program.events.last_mut().expect("not empty");
    event.instruction.x = 0x7f00_0002;
    event.instruction.gas = 0;
    event.before.gas_left = 9;
    event.after.gas_left = 8;
    Forgery::new("charge", &eval, table(&program).0).is_unbalanced(&program.partners());
}

#[test]
fn a_padding_row_cannot_speak() {
    let program = corpus();
    let forgery = Forgery::new("charge", &eval, table(&program).0);
    let is_real = forgery.column::<ChargeCols<Val>>("is_real");
    forgery
        .set(program.events.len(), is_real, 1)
        .is_unbalanced(&program.partners());
}

#[test]
fn every_column_of_a_real_row_is_bound() {
    let program = corpus();
    let (trace, _) = table(&program);
    let partners = with_lookups("charge", &eval, &trace, &program.partners());
    for row in 0..program.events.len() {
        assert_columns_bound_with::<ChargeCols<Val>>("charge", &eval, &trace, row, &[], &partners, &[]);
    }
}
