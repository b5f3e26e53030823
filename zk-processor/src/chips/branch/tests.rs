//! Honest and forged branches.

use super::columns::BranchCols;
use super::{Branch, branch_trace};
use crate::chips::bench::{Effect, Run, Suspect};
use crate::chips::builder::Val;
use crate::chips::buses::Tag;
use crate::isa::{Instruction, Opcode};

fn suspect() -> Suspect<Branch> {
    let mut run = Run::default();
    // Ahead, to itself, back, and to the last row that a program can have.
    for (target, gas) in [(500, 7), (500, 0), (20, 255), ((1 << 30) - 1, 1), (1, 0)] {
        let branch = Instruction {
            gas,
            ..Instruction::new(Opcode::Branch, target, 0, 0)
        };
        run.run(branch, &[], Effect::GoesTo(target));
    }
    Suspect::new(Branch, branch_trace, run.events)
}

#[test]
fn honest_branches_balance_at_every_edge() {
    suspect().assert_honest();
}

#[test]
fn forged_branches_are_noticed() {
    let suspect = suspect();
    let forge = || suspect.forge::<BranchCols<Val>>(0);
    forge().set("is_real", 0, 2).breaks("real or padding");
    // The target is the program's; there is no claim of the chip's own for that.
    forge().add("target", 0, 1).stays_unanswered(Tag::Fetch);
    forge().add("gas", 0, -1).stays_unanswered(Tag::Fetch);
}

#[test]
fn a_padding_row_cannot_speak() {
    let suspect = suspect();
    let padding = suspect.forge_padding::<BranchCols<Val>>();
    padding.set("is_real", 0, 1).stays_unanswered(Tag::Exec);
}

#[test]
fn every_column_of_a_real_row_is_bound() {
    suspect().assert_columns_bound::<BranchCols<Val>>(&[(Opcode::Branch, &[])]);
}
