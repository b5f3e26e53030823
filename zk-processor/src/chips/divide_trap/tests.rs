//! Honest, edge and forged divisions that trap.

use alloc::vec::Vec;

use super::columns::DivideTrapCols;
use super::{DivideTrap, divide_trap_trace};
use crate::chips::bench::Suspect;
use crate::chips::builder::Val;
use crate::chips::buses::Tag;
use crate::chips::event::Event;
use crate::chips::sandbox_testing::{STACK, Scene, hand_overs, li, with_gas};
use crate::isa::{Instruction, Opcode, Shape};

/// Every division by zero, with operands in one slot too, and every overflow.
fn events() -> Vec<Event> {
    let mut scene = Scene::default();
    let mut divide = |code: u8, a: u64, b: u64, gas: u8| {
        let opcode = Opcode::from_u8(code).expect("an opcode");
        let on_slots = opcode.shape() == Shape::DstAB;
        let x = if on_slots { 4 } else { b };
        let division = with_gas(gas, Instruction::new(opcode, 9, 3, x));
        scene.visit(9, STACK, &[li(3, a), li(4, b), division]);
        if on_slots && a == b {
            scene.visit(9, STACK, &[li(3, a), Instruction::new(opcode, 3, 3, 3)]);
        }
    };
    for code in Opcode::DivS32 as u8..=Opcode::RemU32Imm as u8 {
        divide(code, 0x9234_5678, 0, 9);
        divide(code, 0, 0, 0);
    }
    for code in Opcode::DivS64 as u8..=Opcode::RemU64Imm as u8 {
        divide(code, 0x9234_5678_9abc_def0, 0, 1);
        divide(code, 0, 0, 0);
    }
    for code in [Opcode::DivS32, Opcode::DivS32Imm] {
        divide(code as u8, 1 << 31, u32::MAX.into(), 3);
    }
    for code in [Opcode::DivS64, Opcode::DivS64Imm] {
        divide(code as u8, 1 << 63, u64::MAX, 3);
    }
    scene.given_back()
}

fn suspect_of(events: Vec<Event>) -> Suspect<DivideTrap> {
    let partners = hand_overs(&events);
    Suspect::with_partners(DivideTrap, divide_trap_trace, events, &partners)
}

fn suspect() -> Suspect<DivideTrap> {
    suspect_of(events())
}

fn overflow(suspect: &Suspect<DivideTrap>, opcode: Opcode) -> usize {
    suspect.row_where(|event| event.instruction.opcode == opcode && event.accesses[0].old.is_power_of_two())
}

#[test]
fn honest_traps_balance_for_every_division() {
    suspect().assert_honest();
}

#[test]
fn forged_traps_break_the_claim_they_lie_about() {
    let suspect = suspect();
    let forge = |row| suspect.forge::<DivideTrapCols<Val>>(row);
    let row = suspect.row_of(Opcode::RemU32Imm);
    for case in ["by_zero", "overflow"] {
        forge(row).set(case, 1, 2).breaks("one case or padding");
        forge(row).set(case, 1, 1).breaks("one case or padding");
    }
    forge(row).set("is_unsigned", 0, 2).breaks("the operation is two bits");
    forge(row).set("is_remainder", 0, 2).breaks("the operation is two bits");
    forge(row)
        .set("is_immediate", 0, 2)
        .breaks("the immediate flag is a bit");
    forge(row).set("x", 2, 1).breaks("the immediate is b");
    for opcode in [Opcode::DivS32, Opcode::DivS64Imm] {
        let row = overflow(&suspect, opcode);
        for limb in 0..4 {
            forge(row).add("a", limb, 1).breaks("the least integer overflows");
        }
        forge(row)
            .set("is_remainder", 0, 1)
            .breaks("only signed divisions overflow");
        forge(row)
            .set("is_unsigned", 0, 1)
            .breaks("only signed divisions overflow");
    }
}

/// A divisor that is neither 0 nor −1 has no row: what is read is not what the row receives.
#[test]
fn other_divisors_do_not_trap() {
    let suspect = suspect();
    for opcode in [Opcode::DivU32, Opcode::RemS64] {
        for divisor in [1, 1 << 16, 1 << 31] {
            let mut event = suspect.event(suspect.row_of(opcode)).clone();
            (event.accesses[1].old, event.accesses[1].new) = (divisor, divisor);
            let suspect = suspect_of(Vec::from([event]));
            suspect.forge::<DivideTrapCols<Val>>(0).stays_unanswered(Tag::Memory);
        }
    }
}

#[test]
fn a_division_by_zero_is_no_overflow() {
    let suspect = suspect();
    let row = overflow(&suspect, Opcode::DivS32);
    let forged = suspect.forge::<DivideTrapCols<Val>>(row);
    let by_zero = forged.set("overflow", 0, 0).set("by_zero", 0, 1);
    by_zero.stays_unanswered(Tag::HandOver);
}

#[test]
fn a_padding_row_cannot_speak() {
    let suspect = suspect();
    let padding = || suspect.forge_padding::<DivideTrapCols<Val>>();
    padding().set("is_immediate", 0, 1).breaks("padding is no operation");
    padding().set("is_remainder", 0, 1).breaks("padding is no operation");
    padding().set("by_zero", 0, 1).stays_unanswered(Tag::Exec);
}

#[test]
fn every_column_of_a_real_row_is_bound() {
    let suspect = suspect();
    suspect.assert_rows_bound::<DivideTrapCols<Val>>(
        &[
            (suspect.row_of(Opcode::DivU32), &[]),
            // With an immediate b is not read.
            (suspect.row_of(Opcode::RemS64Imm), &["read_b"]),
            (overflow(&suspect, Opcode::DivS64), &[]),
        ],
        hand_overs,
    );
}
