//! Honest, edge and forged branches.

use super::columns::BranchEqual64Cols;
use super::{BranchEqual64, branch_equal_64_trace};
use crate::chips::bench::{Run, Suspect, pairs_64};
use crate::chips::builder::Val;
use crate::chips::buses::Tag;
use crate::isa::Opcode;

fn suspect() -> Suspect<BranchEqual64> {
    let mut run = Run::default();
    for (a, b) in pairs_64() {
        let is_equal = a == b;
        run.run_branches([Opcode::BranchEq64, Opcode::BranchEq64Imm], a, b, is_equal);
        run.run_branches([Opcode::BranchNe64, Opcode::BranchNe64Imm], a, b, !is_equal);
    }
    Suspect::new(BranchEqual64, branch_equal_64_trace, run.events)
}

#[test]
fn honest_branches_balance_at_every_edge() {
    suspect().assert_honest();
}

#[test]
fn forged_branches_break_the_claim_they_lie_about() {
    let suspect = suspect();
    let forge = |opcode| suspect.forge::<BranchEqual64Cols<Val>>(suspect.row_of(opcode));
    // The first pair differs.
    forge(Opcode::BranchEq64)
        .set("taken", 0, 1)
        .breaks("what is called equal is equal");
    forge(Opcode::BranchNe64)
        .set("taken", 0, 0)
        .breaks("what is called equal is equal");
    forge(Opcode::BranchNe64Imm)
        .set("inverses", 0, 0)
        .breaks("what is called different has an inverse");
    forge(Opcode::BranchEq64)
        .add("next_pc", 0, 1)
        .breaks("the next row is the target or the one below");
    forge(Opcode::BranchNe64)
        .add("next_pc", 0, 1)
        .breaks("the next row is the target or the one below");
    forge(Opcode::BranchEq64)
        .set("is_eq", 0, 2)
        .breaks("each selector is a bit");
    forge(Opcode::BranchEq64)
        .set("is_ne", 0, 1)
        .breaks("one operation or padding");
    forge(Opcode::BranchEq64)
        .set("x", 3, 1)
        .breaks("without an immediate only x0 is used");
    forge(Opcode::BranchEq64Imm).set("b", 3, 0).breaks("the immediate is b");
    forge(Opcode::BranchEq64)
        .set("is_immediate", 0, 2)
        .breaks("the immediate flag is a bit");
    let equal = suspect.row_where(|event| {
        event.instruction.opcode == Opcode::BranchEq64 && event.accesses[0].old == event.accesses[1].old
    });
    let forged = suspect.forge::<BranchEqual64Cols<Val>>(equal).set("taken", 0, 0);
    forged.breaks("what is called different has an inverse");
}

#[test]
fn a_padding_row_cannot_speak() {
    let suspect = suspect();
    let padding = || suspect.forge_padding::<BranchEqual64Cols<Val>>();
    padding()
        .set("is_ne", 0, 1)
        .set("next_pc", 0, 1)
        .stays_unanswered(Tag::Exec);
    padding()
        .set("is_immediate", 0, 1)
        .breaks("only a real row has an immediate");
}

#[test]
fn every_column_of_a_real_row_is_bound() {
    // Any inverses that satisfy the claim will do; changing one of them alone breaks it.
    // With an immediate, slot b is not read: the time of its previous access is on no bus (its high byte is, in the lookup with that of a).
    suspect().assert_columns_bound::<BranchEqual64Cols<Val>>(&[
        (Opcode::BranchEq64, &[]),
        (Opcode::BranchEq64Imm, &["read_b"]),
        (Opcode::BranchNe64, &[]),
        (Opcode::BranchNe64Imm, &["read_b"]),
    ]);
}
