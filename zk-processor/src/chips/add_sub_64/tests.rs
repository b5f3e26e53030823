//! Honest, edge and forged sums.

use super::columns::AddSub64Cols;
use super::{AddSub64, add_sub_64_trace};
use crate::chips::bench::{Run, Suspect, pairs_64};
use crate::chips::builder::Val;
use crate::chips::buses::Tag;
use crate::isa::Opcode;

/// Modulo 2^64 by 128-bit numbers.
fn wrapped(sum: i128) -> u64 {
    sum.rem_euclid(1 << 64) as u64
}

fn suspect() -> Suspect<AddSub64> {
    let mut run = Run::default();
    for (a, b) in pairs_64() {
        let sum = wrapped(i128::from(a) + i128::from(b));
        run.run_on_slots(Opcode::Add64, a, b, sum);
        run.run_on_slots(Opcode::Sub64, a, b, wrapped(i128::from(a) - i128::from(b)));
        run.run_on_immediate(Opcode::Add64Imm, a, b, sum);
    }
    Suspect::new(AddSub64, add_sub_64_trace, run.events)
}

#[test]
fn honest_sums_balance_at_every_edge() {
    suspect().assert_honest();
}

#[test]
fn forged_sums_break_the_claim_they_lie_about() {
    let suspect = suspect();
    let forge = |opcode| suspect.forge::<AddSub64Cols<Val>>(suspect.row_of(opcode));
    for limb in 0..4 {
        forge(Opcode::Add64).add("result", limb, 1).breaks("the sum is right");
        forge(Opcode::Add64Imm)
            .add("result", limb, -1)
            .breaks("the sum is right");
        forge(Opcode::Sub64).add("result", limb, 1).breaks("the sum is right");
    }
    forge(Opcode::Add64)
        .set("is_sub", 0, 1)
        .breaks("one operation or padding");
    forge(Opcode::Add64)
        .set("is_add", 0, 2)
        .breaks("each selector is a bit");
    forge(Opcode::Add64Imm).add("b", 3, 1).breaks("the immediate is b");
    forge(Opcode::Add64)
        .set("x", 3, 1)
        .breaks("without an immediate only x0 is used");
    forge(Opcode::Add64)
        .set("is_immediate", 0, 2)
        .breaks("the immediate flag is a bit");
}

#[test]
fn a_sum_in_other_limbs_is_looked_up_in_vain() {
    // The same number, 2^16 more in one limb and one less above: where that limb carries, all carries stay bits.
    let suspect = suspect();
    let carries = suspect.row_where(|event| {
        let [a, .., write] = event.accesses.as_slice() else {
            return false;
        };
        let is_sum = event.instruction.opcode == Opcode::Add64;
        is_sum && (write.new as u16) < (a.old as u16) && write.new as u32 >> 16 > 0
    });
    let forged = suspect.forge::<AddSub64Cols<Val>>(carries);
    let forged = forged.add("result", 0, 1 << 16).add("result", 1, -1);
    forged.looks_up_what_does_not_exist(Tag::Range16);
}

#[test]
fn a_padding_row_cannot_speak() {
    let suspect = suspect();
    let padding = || suspect.forge_padding::<AddSub64Cols<Val>>();
    padding().set("is_add", 0, 1).stays_unanswered(Tag::Exec);
    padding()
        .set("is_immediate", 0, 1)
        .breaks("only a real row has an immediate");
}

#[test]
fn every_column_of_a_real_row_is_bound() {
    // With an immediate, slot b is not read: its two access cells are on no bus.
    suspect().assert_columns_bound::<AddSub64Cols<Val>>(&[
        (Opcode::Add64, &[]),
        (Opcode::Add64Imm, &["read_b"]),
        (Opcode::Sub64, &[]),
    ]);
}
