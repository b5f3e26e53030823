//! Honest, edge and forged logic.

use super::columns::Logic64Cols;
use super::{Logic64, logic_64_trace};
use crate::chips::bench::{Run, Suspect, pairs_64};
use crate::chips::builder::Val;
use crate::chips::buses::Tag;
use crate::isa::Opcode;

/// A bit at a time, so that the account does not depend on the operators under test.
fn by_bits(a: u64, b: u64, truth: fn(bool, bool) -> bool) -> u64 {
    let bit = |value: u64, place: u64| value >> place & 1 == 1;
    (0..64)
        .map(|place| u64::from(truth(bit(a, place), bit(b, place))) << place)
        .sum()
}

fn suspect() -> Suspect<Logic64> {
    let mut run = Run::default();
    for (a, b) in pairs_64() {
        let and = by_bits(a, b, |a, b| a && b);
        let or = by_bits(a, b, |a, b| a || b);
        let xor = by_bits(a, b, |a, b| a != b);
        run.run_on_slots(Opcode::And64, a, b, and);
        run.run_on_slots(Opcode::Or64, a, b, or);
        run.run_on_slots(Opcode::Xor64, a, b, xor);
        run.run_on_immediate(Opcode::And64Imm, a, b, and);
        run.run_on_immediate(Opcode::Or64Imm, a, b, or);
        run.run_on_immediate(Opcode::Xor64Imm, a, b, xor);
    }
    Suspect::new(Logic64, logic_64_trace, run.events)
}

#[test]
fn honest_logic_balances_at_every_edge() {
    suspect().assert_honest();
}

#[test]
fn forged_logic_breaks_the_claim_it_lies_about() {
    let suspect = suspect();
    let forge = |opcode| suspect.forge::<Logic64Cols<Val>>(suspect.row_of(opcode));
    for opcode in [Opcode::And64, Opcode::Or64Imm, Opcode::Xor64] {
        for limb in 0..4 {
            let forged = forge(opcode).add("result", limb, 1);
            forged.breaks("the result follows from the conjunction");
        }
    }
    forge(Opcode::And64)
        .set("is_and", 0, 2)
        .breaks("each selector is a bit");
    forge(Opcode::And64)
        .set("is_or", 0, 1)
        .breaks("one operation or padding");
    forge(Opcode::Xor64Imm).add("b", 2, 1).breaks("the immediate is b");
    forge(Opcode::Or64)
        .set("x", 3, 1)
        .breaks("without an immediate only x0 is used");
    forge(Opcode::Or64)
        .set("is_immediate", 0, 2)
        .breaks("the immediate flag is a bit");
}

#[test]
fn bytes_and_conjunctions_that_do_not_exist_are_not_found() {
    let suspect = suspect();
    let forge = |opcode| suspect.forge::<Logic64Cols<Val>>(suspect.row_of(opcode));
    // A wrong conjunction with the result that follows from it.
    let forged = forge(Opcode::And64).add("conjunction", 0, 1).add("result", 0, 1);
    forged.looks_up_what_does_not_exist(Tag::Bytes);
    // The same limb of a from other bytes: 2^8 more below and one less above.
    let forged = forge(Opcode::And64).add("a", 0, 1 << 8).add("a", 1, -1);
    forged.looks_up_what_does_not_exist(Tag::Bytes);
    let forged = forge(Opcode::Xor64).add("b", 0, 1 << 8).add("b", 1, -1);
    forged.looks_up_what_does_not_exist(Tag::Bytes);
}

#[test]
fn a_padding_row_cannot_speak() {
    let suspect = suspect();
    let padding = || suspect.forge_padding::<Logic64Cols<Val>>();
    padding().set("is_xor", 0, 1).stays_unanswered(Tag::Exec);
    padding()
        .set("is_immediate", 0, 1)
        .breaks("only a real row has an immediate");
}

#[test]
fn every_column_of_a_real_row_is_bound() {
    // With an immediate, slot b is not read: its two access cells are on no bus.
    suspect().assert_columns_bound::<Logic64Cols<Val>>(&[
        (Opcode::And64, &[]),
        (Opcode::And64Imm, &["read_b"]),
        (Opcode::Or64, &[]),
        (Opcode::Or64Imm, &["read_b"]),
        (Opcode::Xor64, &[]),
        (Opcode::Xor64Imm, &["read_b"]),
    ]);
}
