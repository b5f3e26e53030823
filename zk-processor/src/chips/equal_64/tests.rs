//! Honest, edge and forged comparisons.

use super::columns::Equal64Cols;
use super::{Equal64, equal_64_trace};
use crate::chips::bench::{Run, Suspect, pairs_64};
use crate::chips::builder::Val;
use crate::chips::buses::Tag;
use crate::isa::Opcode;

fn suspect() -> Suspect<Equal64> {
    let mut run = Run::default();
    for (a, b) in pairs_64() {
        let (equal, different) = (u64::from(a == b), u64::from(a != b));
        run.run_on_slots(Opcode::Eq64, a, b, equal);
        run.run_on_slots(Opcode::Ne64, a, b, different);
        run.run_on_immediate(Opcode::Eq64Imm, a, b, equal);
        run.run_on_immediate(Opcode::Ne64Imm, a, b, different);
    }
    Suspect::new(Equal64, equal_64_trace, run.events)
}

#[test]
fn honest_comparisons_balance_at_every_edge() {
    suspect().assert_honest();
}

#[test]
fn forged_comparisons_break_the_claim_they_lie_about() {
    let suspect = suspect();
    let forge = |opcode| suspect.forge::<Equal64Cols<Val>>(suspect.row_of(opcode));
    // The first pair differs.
    forge(Opcode::Eq64)
        .set("result", 0, 1)
        .breaks("what is called equal is equal");
    forge(Opcode::Ne64)
        .set("result", 0, 0)
        .breaks("what is called equal is equal");
    forge(Opcode::Ne64Imm)
        .set("inverses", 0, 0)
        .breaks("what is called different has an inverse");
    forge(Opcode::Eq64).set("is_eq", 0, 2).breaks("each selector is a bit");
    forge(Opcode::Eq64)
        .set("is_ne", 0, 1)
        .breaks("one operation or padding");
    forge(Opcode::Eq64)
        .set("x", 3, 1)
        .breaks("without an immediate only x0 is used");
    forge(Opcode::Eq64Imm).set("b", 3, 0).breaks("the immediate is b");
    forge(Opcode::Eq64)
        .set("is_immediate", 0, 2)
        .breaks("the immediate flag is a bit");
    let equal = suspect.row_where(|event| {
        event.instruction.opcode == Opcode::Eq64
            && event.accesses.iter().all(|access| access.old == event.accesses[0].old)
    });
    let forged = suspect.forge::<Equal64Cols<Val>>(equal).set("result", 0, 0);
    forged.breaks("what is called different has an inverse");
    // A result that is no bit.
    let neither = suspect.forge::<Equal64Cols<Val>>(equal).set("result", 0, 2);
    neither.breaks("what is called different has an inverse");
}

#[test]
fn a_padding_row_cannot_speak() {
    let suspect = suspect();
    let padding = || suspect.forge_padding::<Equal64Cols<Val>>();
    padding()
        .set("is_eq", 0, 1)
        .set("result", 0, 1)
        .stays_unanswered(Tag::Exec);
    padding()
        .set("is_immediate", 0, 1)
        .breaks("only a real row has an immediate");
}

#[test]
fn every_column_of_a_real_row_is_bound() {
    // The first pair differs in both limbs, and any inverses that satisfy the claim will do; changing one of them alone breaks it.
    // With an immediate, slot b is not read: its two access cells are on no bus.
    suspect().assert_columns_bound::<Equal64Cols<Val>>(&[
        (Opcode::Eq64, &[]),
        (Opcode::Eq64Imm, &["read_b"]),
        (Opcode::Ne64, &[]),
        (Opcode::Ne64Imm, &["read_b"]),
    ]);
}
