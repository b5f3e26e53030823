//! Honest, edge and forged logic.

use super::columns::Logic32Cols;
use super::{Logic32, logic_32_trace};
use crate::chips::bench::{Run, Suspect, pairs_32};
use crate::chips::builder::Val;
use crate::chips::buses::Tag;
use crate::isa::Opcode;

/// A bit at a time, so that the account does not depend on the operators under test.
fn by_bits(a: u32, b: u32, truth: fn(bool, bool) -> bool) -> u64 {
    let bit = |value: u32, place: u32| value >> place & 1 == 1;
    (0..32)
        .map(|place| u64::from(truth(bit(a, place), bit(b, place))) << place)
        .sum()
}

fn suspect() -> Suspect<Logic32> {
    let mut run = Run::default();
    for (a, b) in pairs_32() {
        let and = by_bits(a, b, |a, b| a && b);
        let or = by_bits(a, b, |a, b| a || b);
        let xor = by_bits(a, b, |a, b| a != b);
        let (a, b) = (u64::from(a), u64::from(b));
        run.run_on_slots(Opcode::And32, a, b, and);
        run.run_on_slots(Opcode::Or32, a, b, or);
        run.run_on_slots(Opcode::Xor32, a, b, xor);
        run.run_on_immediate(Opcode::And32Imm, a, b, and);
        run.run_on_immediate(Opcode::Or32Imm, a, b, or);
        run.run_on_immediate(Opcode::Xor32Imm, a, b, xor);
    }
    Suspect::new(Logic32, logic_32_trace, run.events)
}

#[test]
fn honest_logic_balances_at_every_edge() {
    suspect().assert_honest();
}

#[test]
fn forged_logic_breaks_the_claim_it_lies_about() {
    let suspect = suspect();
    let forge = |opcode| suspect.forge::<Logic32Cols<Val>>(suspect.row_of(opcode));
    for opcode in [Opcode::And32, Opcode::Or32Imm, Opcode::Xor32] {
        for limb in 0..2 {
            let forged = forge(opcode).add("result", limb, 1);
            forged.breaks("the result follows from the conjunction");
        }
    }
    forge(Opcode::And32)
        .set("is_and", 0, 2)
        .breaks("each selector is a bit");
    forge(Opcode::And32)
        .set("is_or", 0, 1)
        .breaks("one operation or padding");
    forge(Opcode::Xor32Imm).add("b", 2, 1).breaks("the immediate is b");
    forge(Opcode::Or32)
        .set("x", 1, 1)
        .breaks("without an immediate only x0 is used");
    forge(Opcode::Or32)
        .set("is_immediate", 0, 2)
        .breaks("the immediate flag is a bit");
}

#[test]
fn bytes_and_conjunctions_that_do_not_exist_are_not_found() {
    let suspect = suspect();
    let forge = |opcode| suspect.forge::<Logic32Cols<Val>>(suspect.row_of(opcode));
    // A wrong conjunction with the result that follows from it.
    let forged = forge(Opcode::And32).add("conjunction", 0, 1).add("result", 0, 1);
    forged.looks_up_what_does_not_exist(Tag::Bytes);
    // The same limb of a from other bytes: 2^8 more below and one less above.
    let forged = forge(Opcode::And32).add("a", 0, 1 << 8).add("a", 1, -1);
    forged.looks_up_what_does_not_exist(Tag::Bytes);
    let forged = forge(Opcode::Xor32).add("b", 0, 1 << 8).add("b", 1, -1);
    forged.looks_up_what_does_not_exist(Tag::Bytes);
}

#[test]
fn a_padding_row_cannot_speak() {
    let suspect = suspect();
    let padding = || suspect.forge_padding::<Logic32Cols<Val>>();
    padding().set("is_xor", 0, 1).stays_unanswered(Tag::Exec);
    padding()
        .set("is_immediate", 0, 1)
        .breaks("only a real row has an immediate");
}

#[test]
fn every_column_of_a_real_row_is_bound() {
    // With an immediate, slot b is not read: its two access cells are on no bus.
    suspect().assert_columns_bound::<Logic32Cols<Val>>(&[
        (Opcode::And32, &[]),
        (Opcode::And32Imm, &["read_b"]),
        (Opcode::Or32, &[]),
        (Opcode::Or32Imm, &["read_b"]),
        (Opcode::Xor32, &[]),
        (Opcode::Xor32Imm, &["read_b"]),
    ]);
}
