//! Honest, edge and forged copies.

use super::columns::MoveCols;
use super::{Move, move_value_trace};
use crate::chips::bench::{Effect, Run, Suspect, pairs_64};
use crate::chips::builder::Val;
use crate::chips::buses::Tag;
use crate::isa::{Instruction, Opcode};

fn suspect() -> Suspect<Move> {
    let mut run = Run::default();
    for (a, b) in pairs_64() {
        let copy = Instruction {
            gas: 3,
            ..Instruction::new(Opcode::Move, 9, 3, 0)
        };
        run.run(copy, &[a], Effect::Writes(a));
        run.run(Instruction::new(Opcode::Move, 3, 3, 0), &[b], Effect::Writes(b));
        let constant = Instruction {
            gas: 255,
            ..Instruction::new(Opcode::Constant, 9, 0, b)
        };
        run.run(constant, &[], Effect::Writes(b));
    }
    Suspect::new(Move, move_value_trace, run.events)
}

#[test]
fn honest_copies_balance_at_every_edge() {
    suspect().assert_honest();
}

#[test]
fn forged_copies_break_the_claim_they_lie_about() {
    let suspect = suspect();
    let forge = |opcode| suspect.forge::<MoveCols<Val>>(suspect.row_of(opcode));
    for limb in 0..4 {
        forge(Opcode::Constant)
            .add("value", limb, 1)
            .breaks("the constant is the immediate");
        forge(Opcode::Move).set("x", limb, 1).breaks("a copy has no immediate");
        // What was read is what is written: a copy has no claim of its own for that.
        forge(Opcode::Move).add("value", limb, 1).stays_unanswered(Tag::Memory);
    }
    forge(Opcode::Move)
        .set("is_move", 0, 2)
        .breaks("each selector is a bit");
    forge(Opcode::Move)
        .set("is_constant", 0, 1)
        .breaks("one operation or padding");
}

#[test]
fn a_padding_row_cannot_speak() {
    let suspect = suspect();
    let padding = || suspect.forge_padding::<MoveCols<Val>>();
    padding().set("is_move", 0, 1).stays_unanswered(Tag::Exec);
    padding().set("is_constant", 0, 1).stays_unanswered(Tag::Exec);
}

#[test]
fn every_column_of_a_real_row_is_bound() {
    // A constant reads no slot: the time of a previous access is on no bus (its high byte is, in the lookup with that of the write).
    suspect().assert_columns_bound::<MoveCols<Val>>(&[(Opcode::Move, &[]), (Opcode::Constant, &["read"])]);
}
