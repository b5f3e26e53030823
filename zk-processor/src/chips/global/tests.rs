//! Honest, edge and forged globals.

use super::columns::GlobalCols;
use super::{Global, global_trace};
use crate::chips::bench::{Effect, Run, Suspect, pairs_32, pairs_64};
use crate::chips::builder::Val;
use crate::chips::buses::Tag;
use crate::isa::{Instruction, Opcode};

fn suspect() -> Suspect<Global> {
    let mut run = Run::default();
    for (a, b) in pairs_64() {
        let get = Instruction {
            gas: 7,
            ..Instruction::new(Opcode::GlobalGet, 9, 0, 2)
        };
        run.run(get, &[a], Effect::Writes(a));
        // A global whose number has two limbs.
        run.run(
            Instruction::new(Opcode::GlobalSet, 0, 3, 0x1_0002),
            &[b],
            Effect::Writes(b),
        );
    }
    for (a, b) in pairs_32() {
        let sum = (u64::from(a) + u64::from(b)) % (1 << 32);
        let x = 2 | u64::from(b) << 32;
        run.run(
            Instruction::new(Opcode::GlobalGetAdd, 9, 0, x),
            &[a.into()],
            Effect::Writes(sum),
        );
        let set = Instruction {
            gas: 7,
            ..Instruction::new(Opcode::GlobalSetAdd, 0, 3, x)
        };
        run.run(set, &[a.into()], Effect::Writes(sum));
    }
    Suspect::new(Global, global_trace, run.events)
}

#[test]
fn honest_globals_balance_at_every_edge() {
    suspect().assert_honest();
}

#[test]
fn forged_globals_break_the_claim_they_lie_about() {
    let suspect = suspect();
    let forge = |opcode| suspect.forge::<GlobalCols<Val>>(suspect.row_of(opcode));
    for limb in 0..4 {
        forge(Opcode::GlobalGet)
            .add("global_new", limb, 1)
            .breaks("a get leaves the global");
        forge(Opcode::GlobalGetAdd)
            .add("global_new", limb, 1)
            .breaks("a get leaves the global");
        forge(Opcode::GlobalSet)
            .add("slot_new", limb, 1)
            .breaks("a set leaves the slot");
        forge(Opcode::GlobalSetAdd)
            .add("slot_new", limb, 1)
            .breaks("a set leaves the slot");
        forge(Opcode::GlobalGet)
            .add("slot_new", limb, 1)
            .breaks("a move copies");
        forge(Opcode::GlobalSet)
            .add("global_new", limb, 1)
            .breaks("a move copies");
    }
    for limb in 0..2 {
        forge(Opcode::GlobalGetAdd)
            .add("slot_new", limb, 1)
            .breaks("the sum is right");
        forge(Opcode::GlobalSetAdd)
            .add("global_new", limb, 1)
            .breaks("the sum is right");
        forge(Opcode::GlobalGetAdd)
            .add("fresh", limb, 1)
            .breaks("a sum is fresh");
        forge(Opcode::GlobalSetAdd)
            .add("fresh", limb, 1)
            .breaks("a sum is fresh");
    }
    for limb in 2..4 {
        forge(Opcode::GlobalGetAdd)
            .set("slot_new", limb, 1)
            .breaks("a sum has 32 bits");
        forge(Opcode::GlobalSetAdd)
            .set("global_new", limb, 1)
            .breaks("a sum has 32 bits");
    }
    forge(Opcode::GlobalGet)
        .set("a_slot", 0, 1)
        .breaks("a get has one slot");
    forge(Opcode::GlobalSetAdd)
        .set("dst", 0, 1)
        .breaks("a set has one slot");
    forge(Opcode::GlobalGet)
        .set("is_get", 0, 2)
        .breaks("each selector is a bit");
    forge(Opcode::GlobalGet)
        .set("is_get_add", 0, 1)
        .breaks("one operation or padding");
}

#[test]
fn a_sum_in_other_limbs_is_looked_up_in_vain() {
    // The same number, 2^16 more in the low limb and one less above: where the low limbs carry, both carries stay bits.
    let suspect = suspect();
    for (opcode, column) in [(Opcode::GlobalGetAdd, "slot_new"), (Opcode::GlobalSetAdd, "global_new")] {
        let carries = suspect.row_where(|event| {
            let [source, sum] = event.accesses.as_slice() else {
                return false;
            };
            event.instruction.opcode == opcode && (sum.new as u16) < (source.old as u16) && sum.new >> 16 > 0
        });
        let mut forged = suspect.forge::<GlobalCols<Val>>(carries);
        for column in [column, "fresh"] {
            forged = forged.add(column, 0, 1 << 16).add(column, 1, -1);
        }
        forged.looks_up_what_does_not_exist(Tag::Range16);
    }
}

#[test]
fn a_padding_row_cannot_speak() {
    let suspect = suspect();
    for selector in ["is_get", "is_set", "is_get_add", "is_set_add"] {
        let padding = suspect.forge_padding::<GlobalCols<Val>>();
        padding.set(selector, 0, 1).stays_unanswered(Tag::Exec);
    }
}

#[test]
fn every_column_of_a_real_row_is_bound() {
    suspect().assert_columns_bound::<GlobalCols<Val>>(&[
        (Opcode::GlobalGet, &[]),
        (Opcode::GlobalSet, &[]),
        (Opcode::GlobalGetAdd, &[]),
        (Opcode::GlobalSetAdd, &[]),
    ]);
}
