//! Honest, edge and forged hand-overs.

use alloc::vec::Vec;

use super::columns::HandOverCols;
use super::{HandOver, hand_over_trace};
use crate::chips::bench::Suspect;
use crate::chips::builder::Val;
use crate::chips::buses::Tag;
use crate::chips::event::Event;
use crate::chips::sandbox_testing::{STACK, Scene, exits, li, with_gas};
use crate::isa::spaces::MAX_LOADED_GAS;
use crate::isa::{Instruction, Opcode, Trap};

/// Every kind of event: returned, trapped, host call and resumed, out of gas at the largest charge; no gas left and all of it.
fn events() -> Vec<Event> {
    let mut scene = Scene::with_pages(3);
    let ret = Instruction::new(Opcode::Return, 0, 0, 0);
    let host_call = Instruction::new(Opcode::HostCall, 0, 0, 0x1_0007);
    let linear = with_gas(255, Instruction::new(Opcode::ChargeLinear, 0, 0, u32::MAX.into()));
    scene.visit(MAX_LOADED_GAS, STACK, &[ret]);
    scene.visit_with(
        5,
        0,
        &[],
        &[MAX_LOADED_GAS, 9],
        &[with_gas(5, host_call), host_call, ret],
    );
    scene.visit(100, 77, &[Instruction::new(Opcode::Trap, 0, 0, Trap::Fault as u64)]);
    scene.visit(0x1_0000, 0xff_ffff, &[li(0, u32::MAX.into()), linear]);
    scene.given_back()
}

fn suspect() -> Suspect<HandOver> {
    let events = events();
    let partners = exits(&events);
    Suspect::with_partners(HandOver, hand_over_trace, events, &partners)
}

#[test]
fn honest_hand_overs_balance_for_every_kind_of_event() {
    suspect().assert_honest();
}

#[test]
fn forged_hand_overs_break_the_claim_they_lie_about() {
    let suspect = suspect();
    let forge = || suspect.forge::<HandOverCols<Val>>(1);
    forge().set("is_real", 0, 2).breaks("real or padding");
    // The runtime has no runtime to go back to.
    forge().set("tuple", 3, 0).breaks("context 0 gives nothing back");
}

#[test]
fn what_is_saved_is_what_the_row_said() {
    let suspect = suspect();
    let forge = || suspect.forge::<HandOverCols<Val>>(1);
    for element in 0..7 {
        if element != 3 {
            forge().add("tuple", element, 1).stays_unanswered(Tag::HandOver);
        }
    }
    // A trap told as a host call, another charge, another runtime.
    for element in 0..5 {
        forge().add("event", element, 1).stays_unanswered(Tag::HandOver);
    }
    forge().add("runtime", 0, 1).stays_unanswered(Tag::Exec);
    forge().add("old_tuple", 2, 1).stays_unanswered(Tag::Memory);
}

/// What is left below 0 or above 2^30 is no budget, and limbs of it are 16 bits.
#[test]
fn gas_left_is_a_budget() {
    let suspect = suspect();
    let forge = || suspect.forge::<HandOverCols<Val>>(1);
    forge().set("tuple", 5, -1).looks_up_what_does_not_exist(Tag::Range16);
    forge()
        .set("tuple", 5, 1_i64 << 30)
        .looks_up_what_does_not_exist(Tag::Range16);
    forge()
        .add("gas_low", 0, 1 << 16)
        .looks_up_what_does_not_exist(Tag::Range16);
    forge()
        .add("pages_low", 0, 1 << 16)
        .looks_up_what_does_not_exist(Tag::BytePair);
}

#[test]
fn a_padding_row_cannot_speak() {
    let suspect = suspect();
    let padding = || suspect.forge_padding::<HandOverCols<Val>>();
    padding().set("is_real", 0, 1).breaks("context 0 gives nothing back");
    let speaks = padding()
        .set("is_real", 0, 1)
        .set("tuple", 3, 1)
        .set("context_inverse", 0, 1);
    speaks.stays_unanswered(Tag::HandOver);
}

#[test]
fn every_column_of_a_real_row_is_bound() {
    let suspect = suspect();
    suspect.assert_rows_bound::<HandOverCols<Val>>(&[(0, &[]), (4, &[])], exits);
}
