//! Honest, edge and forged products.

use super::columns::Mul32Cols;
use super::{Mul32, mul_32_trace};
use crate::chips::bench::{Run, Suspect, number, pairs_32};
use crate::chips::builder::Val;
use crate::chips::buses::Tag;
use crate::isa::Opcode;

/// A product by additions, so that the account does not depend on the operation under test.
fn by_additions(a: u32, b: u32) -> u64 {
    let sum = (0..32).filter(|place| b >> place & 1 == 1);
    sum.fold(0u32, |sum, place| sum.wrapping_add(a << place)).into()
}

fn suspect() -> Suspect<Mul32> {
    let mut run = Run::default();
    for (a, b) in pairs_32() {
        let product = by_additions(a, b);
        run.run_on_slots(Opcode::Mul32, a.into(), b.into(), product);
        run.run_on_immediate(Opcode::Mul32Imm, a.into(), b.into(), product);
    }
    Suspect::new(Mul32, mul_32_trace, run.events)
}

#[test]
fn honest_products_balance_at_every_edge() {
    suspect().assert_honest();
}

#[test]
fn forged_products_break_the_claim_they_lie_about() {
    let suspect = suspect();
    let forge = |opcode| suspect.forge::<Mul32Cols<Val>>(suspect.row_of(opcode));
    for opcode in [Opcode::Mul32, Opcode::Mul32Imm] {
        for limb in 0..2 {
            forge(opcode).add("result", limb, 1).breaks("the product is right");
            forge(opcode).add("carries", limb, 1).breaks("the product is right");
        }
    }
    forge(Opcode::Mul32).set("is_real", 0, 2).breaks("real or padding");
    forge(Opcode::Mul32Imm).add("b", 2, 1).breaks("the immediate is b");
    forge(Opcode::Mul32)
        .set("x", 1, 1)
        .breaks("without an immediate only x0 is used");
}

#[test]
fn limbs_and_bytes_that_do_not_exist_are_not_found() {
    let suspect = suspect();
    let forge = || suspect.forge::<Mul32Cols<Val>>(suspect.row_of(Opcode::Mul32));
    // The same sum with 2^16 more in the upper limb and one less in its carry.
    let forged = forge().add("result", 1, 1 << 16).add("carries", 1, -1);
    forged.looks_up_what_does_not_exist(Tag::Range16);
    // The same limb of a and the same product of limbs from other bytes.
    let one = suspect.row_where(|event| event.accesses.first().is_some_and(|read| read.old == 0));
    let forged = suspect.forge::<Mul32Cols<Val>>(one).add("a", 2, 1 << 8).add("a", 3, -1);
    let b = number(forged.cell("b", 1));
    assert_eq!(b, 0, "the next byte of b is 0, so that no other place sees the change");
    forged.looks_up_what_does_not_exist(Tag::BytePair);
}

/// p = 2^16 · 32512 + 1: one more in a limb and 32512 more in its carry is the same element, and all four are 16-bit values.
#[test]
fn a_carry_cannot_go_around_the_field() {
    let suspect = suspect();
    let row = suspect.row_of(Opcode::Mul32);
    let forge = || suspect.forge::<Mul32Cols<Val>>(row);
    let upper = forge().add("result", 1, 1).add("carries", 1, 32_512);
    upper.looks_up_what_does_not_exist(Tag::Range16);
    // The lower carry goes into the upper limb's sum.
    let high = number(forge().cell("result", 1)) as i32 + 32_512;
    let lower = forge().add("result", 0, 1).add("carries", 0, 32_512);
    let lower = lower
        .set("result", 1, i64::from(high & 0xffff))
        .add("carries", 1, high >> 16);
    lower.looks_up_what_does_not_exist(Tag::Range16);
}

#[test]
fn a_padding_row_cannot_speak() {
    let suspect = suspect();
    let padding = || suspect.forge_padding::<Mul32Cols<Val>>();
    padding().set("is_real", 0, 1).stays_unanswered(Tag::Exec);
    padding()
        .set("is_immediate", 0, 1)
        .breaks("only a real row has an immediate");
}

#[test]
fn every_column_of_a_real_row_is_bound() {
    // With an immediate, slot b is not read: its two access cells are on no bus.
    suspect().assert_columns_bound::<Mul32Cols<Val>>(&[(Opcode::Mul32, &[]), (Opcode::Mul32Imm, &["read_b"])]);
}
