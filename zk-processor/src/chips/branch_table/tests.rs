//! Honest, edge and forged branches by an index.

use super::columns::BranchTableCols;
use super::{BranchTable, branch_table_trace};
use crate::chips::bench::{Effect, Run, Suspect};
use crate::chips::builder::Val;
use crate::chips::buses::Tag;
use crate::isa::{Instruction, Opcode};

/// Branches to every kind of entry: the first, the last, the default, and indices far beyond, with tables of no and of many entries.
fn suspect() -> Suspect<BranchTable> {
    let mut run = Run::default();
    for count in [5_u32, 0, 1, 0xffff, 0x1_0000, 0x1_0001, 0x2_8000] {
        for index in [
            2,
            0,
            count.saturating_sub(1),
            count,
            count + 1,
            0x1_0000,
            0x8000_0000,
            u32::MAX,
        ] {
            let instruction = Instruction {
                gas: 7,
                ..Instruction::new(Opcode::BranchTable, 0, 3, count.into())
            };
            let target = run.pc() + 1 + index.min(count);
            run.run(instruction, &[index.into()], Effect::GoesTo(target));
            run.state_mut().pc = 10;
        }
    }
    Suspect::new(BranchTable, branch_table_trace, run.events)
}

#[test]
fn honest_branches_balance_at_every_edge() {
    suspect().assert_honest();
}

#[test]
fn forged_branches_break_the_claim_they_lie_about() {
    let suspect = suspect();
    let inside = suspect.row_where(|event| event.accesses[0].old < event.instruction.x);
    let beyond = suspect.row_where(|event| event.accesses[0].old > event.instruction.x);
    let forge = |row| suspect.forge::<BranchTableCols<Val>>(row);
    forge(inside).set("is_real", 0, 2).breaks("real or padding");
    forge(inside).set("is_default", 0, 2).breaks("an index or the default");
    forge(inside)
        .set("is_default", 0, 1)
        .breaks("the entry is the index or the default");
    for limb in 0..2 {
        forge(inside)
            .add("entry", limb, 1)
            .breaks("the entry is the index or the default");
        forge(beyond)
            .add("entry", limb, -1)
            .breaks("the entry is the index or the default");
    }
    forge(inside)
        .add("room_low", 0, 1)
        .breaks("the difference carries a bit");
}

/// The larger of index and count keeps every claim on the entry; the room below it would be negative.
#[test]
fn the_larger_is_no_entry() {
    let suspect = suspect();
    for is_inside in [true, false] {
        let row = suspect.row_where(|event| {
            let (index, count) = (event.accesses[0].old, event.instruction.x);
            if is_inside { index < count } else { index > count }
        });
        let mut forged = suspect.forge::<BranchTableCols<Val>>(row);
        let other = if is_inside { "count" } else { "index" };
        for limb in 0..2 {
            let value = i64::from(crate::chips::bench::number(forged.cell(other, limb)));
            forged = forged.set("entry", limb, value);
        }
        let event = suspect.event(row);
        let room = event.accesses[0].old.abs_diff(event.instruction.x) as u32;
        let negative = room.wrapping_neg() & 0xffff;
        forged
            .set("is_default", 0, i64::from(is_inside))
            .set("room_low", 0, negative)
            .looks_up_what_does_not_exist(Tag::Range16);
    }
}

#[test]
fn a_padding_row_cannot_speak() {
    let suspect = suspect();
    let padding = || suspect.forge_padding::<BranchTableCols<Val>>();
    padding().set("is_real", 0, 1).stays_unanswered(Tag::Exec);
    padding().set("is_default", 0, 1).breaks("an index or the default");
}

#[test]
fn every_column_of_a_real_row_is_bound() {
    suspect().assert_columns_bound::<BranchTableCols<Val>>(&[(Opcode::BranchTable, &[])]);
}
