//! Honest, edge and forged comparisons.

use p3_field::PrimeCharacteristicRing;

use super::columns::BranchLess64Cols;
use super::{BranchLess64, branch_less_64_trace};
use crate::chips::bench::{Run, Suspect, number, pairs_64};
use crate::chips::builder::Val;
use crate::chips::buses::Tag;
use crate::isa::Opcode;

fn suspect() -> Suspect<BranchLess64> {
    let mut run = Run::default();
    for (a, b) in pairs_64() {
        // By wider numbers: the two readings of the same bits.
        let unsigned = i128::from(a) < i128::from(b);
        let signed = i128::from(a as i64) < i128::from(b as i64);
        for (opcodes, is_taken) in [
            ([Opcode::BranchLtS64, Opcode::BranchLtS64Imm], signed),
            ([Opcode::BranchLtU64, Opcode::BranchLtU64Imm], unsigned),
            ([Opcode::BranchGeS64, Opcode::BranchGeS64Imm], !signed),
            ([Opcode::BranchGeU64, Opcode::BranchGeU64Imm], !unsigned),
        ] {
            run.run_branches(opcodes, a, b, is_taken);
        }
    }
    Suspect::new(BranchLess64, branch_less_64_trace, run.events)
}

#[test]
fn honest_comparisons_balance_at_every_edge() {
    suspect().assert_honest();
}

#[test]
fn forged_comparisons_break_the_claim_they_lie_about() {
    let suspect = suspect();
    let forge = |opcode| suspect.forge::<BranchLess64Cols<Val>>(suspect.row_of(opcode));
    forge(Opcode::BranchLtU64)
        .set("taken", 0, 1)
        .breaks("the branch follows the order");
    forge(Opcode::BranchLtU64)
        .add("next_pc", 0, 1)
        .breaks("the next row is the target or the one below");
    forge(Opcode::BranchGeU64)
        .add("next_pc", 0, 1)
        .breaks("the next row is the target or the one below");
    forge(Opcode::BranchLtU64)
        .set("is_real", 0, 2)
        .breaks("real or padding");
    forge(Opcode::BranchLtU64)
        .set("is_ge", 0, 2)
        .breaks("each flag is a bit of a real row");
    forge(Opcode::BranchLtU64)
        .set("is_signed", 0, 2)
        .breaks("each flag is a bit of a real row");
    forge(Opcode::BranchLtS64).set("signs", 0, 2).breaks("a sign is a bit");
    forge(Opcode::BranchLtU64)
        .set("signs", 0, 1)
        .breaks("unsigned values have no sign");
    forge(Opcode::BranchLtU64)
        .set("directions", 3, 2)
        .breaks("a direction is -1, 0 or 1");
    forge(Opcode::BranchLtU64)
        .set("directions", 0, 1)
        .breaks("one limb decides");
    forge(Opcode::BranchLtU64)
        .add("distance", 0, 1)
        .breaks("the distance is the deciding limb's");
    forge(Opcode::BranchLtU64)
        .set("x", 3, 1)
        .breaks("without an immediate only x0 is used");
    forge(Opcode::BranchLtU64Imm)
        .set("b", 3, 0)
        .breaks("the immediate is b");
    forge(Opcode::BranchLtU64)
        .set("is_immediate", 0, 2)
        .breaks("the immediate flag is a bit");
    // The first pair's lower limb decides instead, or none does.
    let lower = forge(Opcode::BranchLtU64)
        .set("directions", 3, 0)
        .set("directions", 0, -1);
    lower.breaks("limbs above the deciding one agree");
    forge(Opcode::BranchLtU64)
        .set("directions", 3, 0)
        .breaks("limbs above the deciding one agree");
}

/// The result turned round, with directions and distance to match: only the range lookup of the distance notices.
#[test]
fn a_lie_about_the_order_has_a_negative_distance() {
    let suspect = suspect();
    for opcode in [
        Opcode::BranchLtU64,
        Opcode::BranchLtS64,
        Opcode::BranchGeU64Imm,
        Opcode::BranchGeS64Imm,
    ] {
        let forged = suspect.forge::<BranchLess64Cols<Val>>(suspect.row_of(opcode));
        let distance = i64::from(number(forged.cell("distance", 0)));
        let direction = if forged.cell("directions", 3) == Val::ONE {
            -1
        } else {
            1
        };
        let answer = 1 - i64::from(number(forged.cell("taken", 0)));
        let forged = forged
            .set("directions", 3, direction)
            .set("distance", 0, -distance - 2)
            .set("taken", 0, answer);
        let (target, below) = (number(forged.cell("dst", 0)), number(forged.cell("execution", 1)) + 1);
        let forged = forged.set("next_pc", 0, if answer == 1 { target } else { below });
        forged.looks_up_what_does_not_exist(Tag::Range16);
    }
}

#[test]
fn a_wrong_sign_is_looked_up_in_vain() {
    // Both operands of this pair are negative: with both signs 0 the distance does not change.
    let suspect = suspect();
    let both_negative = suspect.row_where(|event| {
        let is_less = event.instruction.opcode == Opcode::BranchLtS64;
        is_less && event.accesses[..2].iter().all(|access| access.old >> 63 == 1)
    });
    let forged = suspect.forge::<BranchLess64Cols<Val>>(both_negative);
    forged
        .set("signs", 0, 0)
        .set("signs", 1, 0)
        .looks_up_what_does_not_exist(Tag::Range16);
}

#[test]
fn a_padding_row_cannot_speak() {
    let suspect = suspect();
    let padding = || suspect.forge_padding::<BranchLess64Cols<Val>>();
    padding()
        .set("is_real", 0, 1)
        .set("next_pc", 0, 1)
        .stays_unanswered(Tag::Exec);
    padding()
        .set("is_signed", 0, 1)
        .breaks("each flag is a bit of a real row");
    padding()
        .set("is_immediate", 0, 1)
        .breaks("only a real row has an immediate");
}

#[test]
fn every_column_of_a_real_row_is_bound() {
    // With an immediate, slot b is not read: the time of its previous access is on no bus (its high byte is, in the lookup with that of a).
    let immediate: &[&str] = &["read_b"];
    suspect().assert_columns_bound::<BranchLess64Cols<Val>>(&[
        (Opcode::BranchLtS64, &[]),
        (Opcode::BranchLtS64Imm, immediate),
        (Opcode::BranchLtU64, &[]),
        (Opcode::BranchLtU64Imm, immediate),
        (Opcode::BranchGeS64, &[]),
        (Opcode::BranchGeS64Imm, immediate),
        (Opcode::BranchGeU64, &[]),
        (Opcode::BranchGeU64Imm, immediate),
    ]);
}
