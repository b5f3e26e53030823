//! Honest, edge and forged 128-bit products.

use super::columns::MulWideCols;
use super::{MulWide, mul_wide_trace};
use crate::chips::bench::{Effect, Run, Suspect, number, pairs_64};
use crate::chips::builder::Val;
use crate::chips::buses::Tag;
use crate::chips::event::Event;
use crate::isa::{Instruction, Opcode};

const OPCODES: [Opcode; 2] = [Opcode::MulWideS, Opcode::MulWideU];

/// A product by additions of 128 bits, so that the account does not depend on the operation under test.
fn by_additions(opcode: Opcode, a: u64, b: u64) -> (u64, u64) {
    let extended = |value: u64| match opcode {
        Opcode::MulWideS if value >> 63 == 1 => u128::from(value).wrapping_sub(1 << 64),
        _ => u128::from(value),
    };
    let (a, b) = (extended(a), extended(b));
    let sum = (0..128).filter(|place| b >> place & 1 == 1);
    let product = sum.fold(0u128, |sum, place| sum.wrapping_add(a << place));
    (product as u64, (product >> 64) as u64)
}

fn suspect() -> Suspect<MulWide> {
    let mut run = Run::default();
    for opcode in OPCODES {
        // The second pair has the largest carries, the third and fourth negative factors.
        let more = [(u64::MAX, u64::MAX), (u64::MAX, 3), (1 << 63 | 5, 1 << 63 | 7)];
        for (a, b) in pairs_64().into_iter().chain(more) {
            let (low, high) = by_additions(opcode, a, b);
            let apart = Instruction {
                gas: 7,
                ..Instruction::new(opcode, 9, 3, 4 | 6 << 16)
            };
            run.run(apart, &[a, b], Effect::WritesTwo(low, high));
            // The results take the operands' places, crosswise.
            let in_place = Instruction::new(opcode, 4, 3, 4 | 3 << 16);
            run.run(in_place, &[a, b], Effect::WritesTwo(low, high));
            if a == b {
                // All four in one slot, which keeps the upper half.
                let in_one = Instruction::new(opcode, 5, 5, 5 | 5 << 16);
                run.run(in_one, &[a, b], Effect::WritesTwo(low, high));
            }
        }
    }
    Suspect::new(MulWide, mul_wide_trace, run.events)
}

fn is_of(event: &Event, opcode: Opcode, a: u64, b: u64) -> bool {
    let [read_a, read_b, ..] = event.accesses.as_slice() else {
        return false;
    };
    event.instruction.opcode == opcode && read_a.old == a && read_b.old == b
}

#[test]
fn honest_products_balance_at_every_edge() {
    suspect().assert_honest();
}

#[test]
fn forged_products_break_the_claim_they_lie_about() {
    let suspect = suspect();
    let forge = |opcode| suspect.forge::<MulWideCols<Val>>(suspect.row_of(opcode));
    for opcode in OPCODES {
        for limb in 0..8 {
            forge(opcode).add("result", limb, 1).breaks("the product is right");
            forge(opcode).add("carries", limb, 1).breaks("the product is right");
        }
    }
    forge(Opcode::MulWideU).set("is_real", 0, 2).breaks("real or padding");
    forge(Opcode::MulWideU)
        .set("is_signed", 0, 2)
        .breaks("signed or unsigned");
    forge(Opcode::MulWideU)
        .set("signs", 0, 1)
        .breaks("unsigned values have no sign");
    forge(Opcode::MulWideS).set("signs", 1, 2).breaks("a sign is a bit");
    // An unsigned product called signed: nobody has such a line.
    let small = suspect.row_where(|event| is_of(event, Opcode::MulWideU, 1, 1));
    let forged = suspect.forge::<MulWideCols<Val>>(small).set("is_signed", 0, 1);
    forged.stays_unanswered(Tag::Fetch);
}

#[test]
fn a_wrong_sign_is_looked_up_in_vain() {
    let suspect = suspect();
    // −2^63 · 0 and 0 · −2^63: the product does not see the sign.
    let row = suspect.row_where(|event| is_of(event, Opcode::MulWideS, 1 << 63, 0));
    let forged = suspect.forge::<MulWideCols<Val>>(row).set("signs", 0, 0);
    forged.looks_up_what_does_not_exist(Tag::BytePair);
    let row = suspect.row_where(|event| is_of(event, Opcode::MulWideS, 0, i64::MAX as u64));
    let forged = suspect.forge::<MulWideCols<Val>>(row).set("signs", 1, 1);
    forged.looks_up_what_does_not_exist(Tag::BytePair);
}

#[test]
fn limbs_and_bytes_that_do_not_exist_are_not_found() {
    let suspect = suspect();
    for opcode in OPCODES {
        let forge = || suspect.forge::<MulWideCols<Val>>(suspect.row_of(opcode));
        let forged = forge().add("result", 7, 1 << 16).add("carries", 7, -1);
        forged.looks_up_what_does_not_exist(Tag::Range16);
        let zero = suspect.row_where(|event| is_of(event, opcode, 0, 0));
        let forged = suspect.forge::<MulWideCols<Val>>(zero);
        let forged = forged.add("a", 2, 1 << 8).add("a", 3, -1);
        forged.looks_up_what_does_not_exist(Tag::BytePair);
    }
}

/// p = 2^16 · 32512 + 1: one more in a limb and 32512 more in its carry is the same element, and both are 16-bit values.
#[test]
fn a_carry_cannot_go_around_the_field() {
    let suspect = suspect();
    for first in 0..8 {
        let mut forged = suspect.forge::<MulWideCols<Val>>(suspect.row_of(Opcode::MulWideU));
        forged = forged.add("result", first, 1).add("carries", first, 32_512);
        let mut rest = 32_512;
        for limb in first + 1..8 {
            let sum = number(forged.cell("result", limb)) + rest;
            rest = sum >> 16;
            forged = forged
                .set("result", limb, i64::from(sum & 0xffff))
                .add("carries", limb, rest as i32);
        }
        forged.looks_up_what_does_not_exist(Tag::Range16);
    }
}

#[test]
fn a_padding_row_cannot_speak() {
    let suspect = suspect();
    let padding = || suspect.forge_padding::<MulWideCols<Val>>();
    padding().set("is_signed", 0, 1).breaks("only a real row is signed");
    let mut speaks = padding().set("is_real", 0, 1);
    for limb in 4..8 {
        speaks = speaks.set("carries", limb, 2);
    }
    speaks.stays_unanswered(Tag::Exec);
}

#[test]
fn every_column_of_a_real_row_is_bound() {
    suspect().assert_columns_bound::<MulWideCols<Val>>(&OPCODES.map(|opcode| (opcode, [].as_slice())));
}
