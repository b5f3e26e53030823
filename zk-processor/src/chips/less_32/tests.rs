//! Honest, edge and forged comparisons.

use p3_field::PrimeCharacteristicRing;

use super::columns::Less32Cols;
use super::{Less32, less_32_trace};
use crate::chips::bench::{Run, Suspect, number, pairs_32};
use crate::chips::builder::Val;
use crate::chips::buses::Tag;
use crate::isa::Opcode;

fn suspect() -> Suspect<Less32> {
    let mut run = Run::default();
    for (a, b) in pairs_32() {
        // By wider numbers: the two readings of the same bits.
        let unsigned = i128::from(a) < i128::from(b);
        let signed = i128::from(a as i32) < i128::from(b as i32);
        let (a, b) = (u64::from(a), u64::from(b));
        for (on_slots, on_immediate, result) in [
            (Opcode::LtS32, Opcode::LtS32Imm, signed),
            (Opcode::LtU32, Opcode::LtU32Imm, unsigned),
            (Opcode::GeS32, Opcode::GeS32Imm, !signed),
            (Opcode::GeU32, Opcode::GeU32Imm, !unsigned),
        ] {
            run.run_on_slots(on_slots, a, b, u64::from(result));
            run.run_on_immediate(on_immediate, a, b, u64::from(result));
        }
    }
    Suspect::new(Less32, less_32_trace, run.events)
}

#[test]
fn honest_comparisons_balance_at_every_edge() {
    suspect().assert_honest();
}

#[test]
fn forged_comparisons_break_the_claim_they_lie_about() {
    let suspect = suspect();
    let forge = |opcode| suspect.forge::<Less32Cols<Val>>(suspect.row_of(opcode));
    forge(Opcode::LtU32)
        .set("result", 0, 1)
        .breaks("the result is the order");
    forge(Opcode::GeS32Imm)
        .set("result", 0, 1)
        .breaks("the result is the order");
    forge(Opcode::LtU32).set("is_real", 0, 2).breaks("real or padding");
    forge(Opcode::LtU32)
        .set("is_ge", 0, 2)
        .breaks("each flag is a bit of a real row");
    forge(Opcode::LtU32)
        .set("is_signed", 0, 2)
        .breaks("each flag is a bit of a real row");
    forge(Opcode::LtS32).set("signs", 0, 2).breaks("a sign is a bit");
    forge(Opcode::LtU32)
        .set("signs", 0, 1)
        .breaks("unsigned values have no sign");
    forge(Opcode::LtU32)
        .set("directions", 1, 2)
        .breaks("a direction is -1, 0 or 1");
    forge(Opcode::LtU32).set("directions", 0, 1).breaks("one limb decides");
    forge(Opcode::LtU32)
        .add("distance", 0, 1)
        .breaks("the distance is the deciding limb's");
    forge(Opcode::LtU32)
        .set("x", 1, 1)
        .breaks("without an immediate only x0 is used");
    forge(Opcode::LtU32Imm).set("b", 1, 0).breaks("the immediate is b");
    forge(Opcode::LtU32)
        .set("is_immediate", 0, 2)
        .breaks("the immediate flag is a bit");
    // The first pair's lower limb decides instead, or none does.
    let lower = forge(Opcode::LtU32).set("directions", 1, 0).set("directions", 0, -1);
    lower.breaks("limbs above the deciding one agree");
    forge(Opcode::LtU32)
        .set("directions", 1, 0)
        .breaks("limbs above the deciding one agree");
}

/// The result turned round, with directions and distance to match: only the range lookup of the distance notices.
#[test]
fn a_lie_about_the_order_has_a_negative_distance() {
    let suspect = suspect();
    for opcode in [Opcode::LtU32, Opcode::LtS32, Opcode::GeU32Imm, Opcode::GeS32Imm] {
        let forged = suspect.forge::<Less32Cols<Val>>(suspect.row_of(opcode));
        let distance = i64::from(number(forged.cell("distance", 0)));
        let direction = if forged.cell("directions", 1) == Val::ONE {
            -1
        } else {
            1
        };
        let answer = 1 - i64::from(number(forged.cell("result", 0)));
        let forged = forged
            .set("directions", 1, direction)
            .set("distance", 0, -distance - 2)
            .set("result", 0, answer);
        forged.looks_up_what_does_not_exist(Tag::Range16);
    }
}

#[test]
fn a_wrong_sign_is_looked_up_in_vain() {
    // Both operands of this pair are negative: with both signs 0 the distance does not change.
    let suspect = suspect();
    let both_negative = suspect.row_where(|event| {
        let is_less = event.instruction.opcode == Opcode::LtS32;
        is_less && event.accesses[..2].iter().all(|access| access.old >> 31 & 1 == 1)
    });
    let forged = suspect.forge::<Less32Cols<Val>>(both_negative);
    forged
        .set("signs", 0, 0)
        .set("signs", 1, 0)
        .looks_up_what_does_not_exist(Tag::Range16);
}

#[test]
fn a_padding_row_cannot_speak() {
    let suspect = suspect();
    let padding = || suspect.forge_padding::<Less32Cols<Val>>();
    padding().set("is_real", 0, 1).stays_unanswered(Tag::Exec);
    padding()
        .set("is_signed", 0, 1)
        .breaks("each flag is a bit of a real row");
    padding()
        .set("is_immediate", 0, 1)
        .breaks("only a real row has an immediate");
}

#[test]
fn every_column_of_a_real_row_is_bound() {
    // With an immediate, slot b is not read: the time of its previous access is on no bus, nor is its high byte.
    let immediate: &[&str] = &["read_b"];
    suspect().assert_columns_bound::<Less32Cols<Val>>(&[
        (Opcode::LtS32, &[]),
        (Opcode::LtS32Imm, immediate),
        (Opcode::LtU32, &[]),
        (Opcode::LtU32Imm, immediate),
        (Opcode::GeS32, &[]),
        (Opcode::GeS32Imm, immediate),
        (Opcode::GeU32, &[]),
        (Opcode::GeU32Imm, immediate),
    ]);
}
