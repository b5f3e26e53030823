//! Honest, edge and forged choices.

use super::columns::SelectCols;
use super::{Select, select_trace};
use crate::chips::bench::{Effect, Run, Suspect, pairs_64};
use crate::chips::builder::Val;
use crate::chips::buses::Tag;
use crate::isa::{Instruction, Opcode};

/// Conditions: the first is not 0; some have a limb that is 0.
const CONDITIONS: [u64; 6] = [0x0003_0002, 0, 1, 0x1_0000, 0xffff, 0xffff_ffff];

fn suspect() -> Suspect<Select> {
    let mut run = Run::default();
    for (a, b) in pairs_64() {
        for condition in CONDITIONS {
            let chosen = match condition {
                0 => b,
                _ => a,
            };
            let apart = Instruction {
                gas: 7,
                ..Instruction::new(Opcode::Select, 9, 3, 4 | 6 << 16)
            };
            run.run(apart, &[a, b, condition], Effect::Writes(chosen));
        }
        // dst is the condition's slot; and all four are one slot.
        run.run(
            Instruction::new(Opcode::Select, 6, 3, 4 | 6 << 16),
            &[a, b, 1],
            Effect::Writes(a),
        );
    }
    for condition in CONDITIONS {
        let in_one = Instruction::new(Opcode::Select, 5, 5, 5 | 5 << 16);
        run.run(in_one, &[condition; 3], Effect::Writes(condition));
    }
    Suspect::new(Select, select_trace, run.events)
}

#[test]
fn honest_choices_balance_at_every_edge() {
    suspect().assert_honest();
}

#[test]
fn forged_choices_break_the_claim_they_lie_about() {
    let suspect = suspect();
    let holds = || suspect.forge::<SelectCols<Val>>(suspect.row_of(Opcode::Select));
    let holds_not = suspect.row_where(|event| event.accesses[2].old == 0);
    let holds_not = || suspect.forge::<SelectCols<Val>>(holds_not);
    for limb in 0..4 {
        holds().add("result", limb, 1).breaks("the result is what was chosen");
        holds_not()
            .add("result", limb, 1)
            .breaks("the result is what was chosen");
    }
    holds()
        .set("holds", 0, 0)
        .set("inverse", 0, 0)
        .breaks("a condition that does not hold is 0");
    holds()
        .set("inverse", 0, 0)
        .breaks("a condition that holds has an inverse");
    holds_not()
        .set("holds", 0, 1)
        .breaks("a condition that holds has an inverse");
    holds().set("is_real", 0, 2).breaks("real or padding");
}

#[test]
fn a_padding_row_cannot_speak() {
    let suspect = suspect();
    let padding = suspect.forge_padding::<SelectCols<Val>>();
    padding.set("is_real", 0, 1).stays_unanswered(Tag::Exec);
}

#[test]
fn every_column_of_a_real_row_is_bound() {
    suspect().assert_columns_bound::<SelectCols<Val>>(&[(Opcode::Select, &[])]);
}
