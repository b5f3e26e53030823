//! Honest, edge and forged sums with carry.

use super::columns::Carry64Cols;
use super::{Carry64, carry_64_trace};
use crate::chips::bench::{Effect, Run, Suspect, pairs_64};
use crate::chips::builder::{Columns, Val};
use crate::chips::buses::Tag;
use crate::chips::event::Event;
use crate::chips::gadgets::wide::WideCols;
use crate::isa::{Instruction, Opcode};

const OUT: [Opcode; 2] = [Opcode::AddCarry64, Opcode::SubBorrow64];
const IN: [Opcode; 2] = [Opcode::AddWithCarry64, Opcode::SubWithBorrow64];

/// The result and the carry or borrow, by 128-bit numbers.
fn account(is_sum: bool, a: u64, b: u64, carry: u64) -> (u64, u64) {
    let (a, b, carry) = (i128::from(a), i128::from(b), i128::from(carry));
    let exact = if is_sum { a + b + carry } else { a - b - carry };
    let wrapped = exact.rem_euclid(1 << 64);
    (wrapped as u64, u64::from(wrapped != exact))
}

fn suspect() -> Suspect<Carry64> {
    let mut run = Run::default();
    for (a, b) in pairs_64() {
        for (opcode, is_sum) in OUT.into_iter().zip([true, false]) {
            let (result, carry) = account(is_sum, a, b, 0);
            let effect = Effect::WritesTwo(result, carry);
            let apart = Instruction {
                gas: 7,
                ..Instruction::new(opcode, 9, 3, 4 | 6 << 16)
            };
            run.run(apart, &[a, b], effect);
            // The results take the operands' places.
            run.run(Instruction::new(opcode, 3, 3, 4 | 4 << 16), &[a, b], effect);
        }
        for (opcode, is_sum) in IN.into_iter().zip([true, false]) {
            for carry in [1, 0] {
                let (result, _) = account(is_sum, a, b, carry);
                let effect = Effect::Writes(result);
                run.run(Instruction::new(opcode, 9, 3, 4 | 6 << 16), &[a, b, carry], effect);
                run.run(Instruction::new(opcode, 6, 3, 4 | 6 << 16), &[a, b, carry], effect);
            }
        }
    }
    // All four in one slot.
    for value in [0, 1] {
        let (result, carry) = account(true, value, value, 0);
        let in_one = |opcode| Instruction::new(opcode, 5, 5, 5 | 5 << 16);
        run.run(
            in_one(Opcode::AddCarry64),
            &[value; 2],
            Effect::WritesTwo(result, carry),
        );
        let (result, _) = account(true, value, value, value);
        run.run(in_one(Opcode::AddWithCarry64), &[value; 3], Effect::Writes(result));
    }
    Suspect::new(Carry64, carry_64_trace, run.events)
}

fn is_of(event: &Event, opcode: Opcode, a: u64, b: u64) -> bool {
    let [read_a, read_b, ..] = event.accesses.as_slice() else {
        return false;
    };
    event.instruction.opcode == opcode && read_a.old == a && read_b.old == b
}

#[test]
fn honest_sums_balance_at_every_edge() {
    suspect().assert_honest();
}

#[test]
fn forged_sums_break_the_claim_they_lie_about() {
    let suspect = suspect();
    let forge = |opcode| suspect.forge::<Carry64Cols<Val>>(suspect.row_of(opcode));
    for opcode in OUT.into_iter().chain(IN) {
        for limb in 0..4 {
            forge(opcode).add("result", limb, 1).breaks("the sum is right");
        }
        forge(opcode).set("carry", 0, 2).breaks("the carry is a bit");
        forge(opcode).set("is_sub", 0, 2).breaks("each form is a bit");
    }
    forge(Opcode::AddCarry64).set("is_real", 0, 2).breaks("real or padding");
    for opcode in OUT {
        let carries = suspect.row_where(|event| {
            let [.., third] = event.accesses.as_slice() else {
                return false;
            };
            event.instruction.opcode == opcode && third.new == 1
        });
        let forged = suspect.forge::<Carry64Cols<Val>>(carries).set("carry", 0, 0);
        forged.breaks("a carry that leaves is the top limb's");
        let forged = suspect.forge::<Carry64Cols<Val>>(suspect.row_where(|event| is_of(event, opcode, 0, 0)));
        forged
            .set("carry", 0, 1)
            .breaks("a carry that leaves is the top limb's");
        forge(opcode)
            .set("carry_in", 0, 1)
            .breaks("only a carry that is read comes in");
    }
    for opcode in IN {
        // The first corpus row reads a carry of 1.
        forge(opcode).set("carry", 0, 0).breaks("a carry that is read stays");
        forge(opcode)
            .set("carry_in", 0, 0)
            .breaks("only a carry that is read comes in");
    }
}

/// The slot of the carry is received as it is: a carry with other limbs is another message.
#[test]
fn a_carry_has_one_limb() {
    let suspect = suspect();
    let row = suspect.row_of(Opcode::AddWithCarry64);
    let names = <WideCols<Val> as Columns<Val>>::NAMES;
    let third_old = names.iter().position(|name| *name == "third_old").expect("a column");
    for limb in 1..4 {
        let forged = suspect.forge::<Carry64Cols<Val>>(row);
        forged
            .set("wide", third_old + limb, 1)
            .breaks("a carry that is read stays");
    }
}

#[test]
fn a_sum_in_other_limbs_is_looked_up_in_vain() {
    // The same number, 2^16 more in one limb and one less above: where that limb carries, all carries stay bits.
    let suspect = suspect();
    let row = suspect.row_where(|event| is_of(event, Opcode::AddCarry64, 0xffff, 0xffff));
    let forged = suspect.forge::<Carry64Cols<Val>>(row);
    let forged = forged.add("result", 0, 1 << 16).add("result", 1, -1);
    forged.looks_up_what_does_not_exist(Tag::Range16);
}

#[test]
fn a_padding_row_cannot_speak() {
    let suspect = suspect();
    let padding = || suspect.forge_padding::<Carry64Cols<Val>>();
    padding().set("is_real", 0, 1).stays_unanswered(Tag::Exec);
    padding().set("is_sub", 0, 1).breaks("only a real row has a form");
    padding().set("is_with", 0, 1).breaks("only a real row has a form");
}

#[test]
fn every_column_of_a_real_row_is_bound() {
    let all: alloc::vec::Vec<_> = OUT
        .into_iter()
        .chain(IN)
        .map(|opcode| (opcode, [].as_slice()))
        .collect();
    suspect().assert_columns_bound::<Carry64Cols<Val>>(&all);
}
