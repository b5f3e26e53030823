//! Honest, edge and forged shifts.

use p3_field::PrimeCharacteristicRing;

use super::columns::Shift32Cols;
use super::{Shift32, shift_32_trace};
use crate::chips::bench::{Run, Suspect, number};
use crate::chips::builder::Val;
use crate::chips::buses::Tag;
use crate::chips::event::Event;
use crate::isa::Opcode;

const ON_SLOTS: [Opcode; 5] = [
    Opcode::Shl32,
    Opcode::ShrS32,
    Opcode::ShrU32,
    Opcode::Rotl32,
    Opcode::Rotr32,
];
const ON_IMMEDIATE: [Opcode; 4] = [
    Opcode::Shl32Imm,
    Opcode::ShrS32Imm,
    Opcode::ShrU32Imm,
    Opcode::Rotl32Imm,
];

/// A bit at a time: bit i of the result is the bit of a that the operation names, or what fills.
fn by_bits(opcode: Opcode, a: u32, b: u32) -> u64 {
    let amount = i64::from(b % 32);
    let bit = |place: i64| u64::from(a >> place & 1);
    let shifted = |place: i64, fill: u64| if (0..32).contains(&place) { bit(place) } else { fill };
    let result = |place: i64| match opcode {
        Opcode::Shl32 | Opcode::Shl32Imm => shifted(place - amount, 0),
        Opcode::ShrU32 | Opcode::ShrU32Imm => shifted(place + amount, 0),
        Opcode::ShrS32 | Opcode::ShrS32Imm => shifted(place + amount, bit(31)),
        Opcode::Rotl32 | Opcode::Rotl32Imm => bit((place - amount).rem_euclid(32)),
        _ => bit((place + amount) % 32),
    };
    (0..32).map(|place| result(place) << place).sum()
}

/// Every amount on an ordinary value, every eighth with its neighbours on the edges, amounts of 32 and more, and all bits of b.
fn suspect() -> Suspect<Shift32> {
    let mut run = Run::default();
    let mut both = |a: u32, b: u32| {
        for opcode in ON_SLOTS {
            run.run_on_slots(opcode, a.into(), b.into(), by_bits(opcode, a, b));
        }
        for opcode in ON_IMMEDIATE {
            run.run_on_immediate(opcode, a.into(), b.into(), by_bits(opcode, a, b));
        }
    };
    for b in 0..34 {
        both(0x9234_56f8, b);
    }
    for a in [0, 1, 0x7fff_ffff, 0x8000_0000, u32::MAX] {
        for b in [0, 1, 7, 8, 16, 31, 37, 0xffe0, 0xdead_0013, u32::MAX] {
            both(a, b);
        }
    }
    both(5, 5);
    Suspect::new(Shift32, shift_32_trace, run.events)
}

/// An event of this opcode with these operands.
fn is_of(event: &Event, opcode: Opcode, a: u32, b: u32) -> bool {
    let [first, second, ..] = event.accesses.as_slice() else {
        return false;
    };
    event.instruction.opcode == opcode && first.old == u64::from(a) && second.old == u64::from(b)
}

#[test]
fn honest_shifts_balance_at_every_edge() {
    suspect().assert_honest();
}

#[test]
fn forged_shifts_break_the_claim_they_lie_about() {
    let suspect = suspect();
    let forge = |opcode| suspect.forge::<Shift32Cols<Val>>(suspect.row_of(opcode));
    for opcode in ON_SLOTS {
        for limb in 0..2 {
            let forged = forge(opcode).add("result", limb, 1);
            forged.breaks("the result is made of moved bytes");
        }
        let forged = forge(opcode).add("amount", 0, 1);
        forged.breaks("the amount is the way to the left, or 32 less it");
    }
    let shl = || forge(Opcode::Shl32);
    shl().set("is_shl", 0, 2).breaks("each selector is a bit");
    shl().set("is_rotl", 0, 1).breaks("one operation or padding");
    forge(Opcode::Rotr32)
        .set("is_immediate", 0, 1)
        .breaks("a rotation to the right has no immediate");
    shl().set("by_bytes", 0, 2).breaks("each number of bytes is a bit");
    shl().set("by_bytes", 1, 1).breaks("one number of whole bytes");
    shl().set("by_bits", 1, 2).breaks("each bit of the way is a bit");
    shl().set("power", 0, 3).breaks("the power is that of the bits");
    shl().set("low", 0, 3).breaks("each product is split in bytes");
    shl().set("sign", 0, 2).breaks("the sign is a bit");
    shl().set("fill", 0, 1).breaks("only a signed shift fills");
    let filled = suspect.row_where(|event| is_of(event, Opcode::ShrS32, 0x8000_0000, 7));
    suspect
        .forge::<Shift32Cols<Val>>(filled)
        .set("fill", 0, 0)
        .breaks("only a signed shift fills");
}

#[test]
fn a_sign_that_is_not_there_is_not_found() {
    let suspect = suspect();
    // Signed as if it were unsigned, with all that follows.
    let row = suspect.row_where(|event| is_of(event, Opcode::ShrS32, 0x8000_0000, 31));
    let forged = suspect
        .forge::<Shift32Cols<Val>>(row)
        .set("sign", 0, 0)
        .set("fill", 0, 0);
    let forged = forged.set("result", 0, 1).set("result", 1, 0);
    forged.looks_up_what_does_not_exist(Tag::BytePair);
    let row = suspect.row_where(|event| is_of(event, Opcode::Shl32, 1, 7));
    let forged = suspect.forge::<Shift32Cols<Val>>(row).set("sign", 0, 1);
    forged.looks_up_what_does_not_exist(Tag::BytePair);
}

#[test]
fn an_amount_that_is_not_b_modulo_32_is_not_found() {
    let suspect = suspect();
    // 32 and more to the left: all bits leave. b = 37 is 37 + 32 · 0, but the amount is 5.
    let row = suspect.row_where(|event| is_of(event, Opcode::Shl32, u32::MAX, 37));
    let forged = suspect.forge::<Shift32Cols<Val>>(row).set("amount", 0, 37);
    let forged = forged.set("by_bytes", 0, 0).set("by_bytes", 4, 1);
    let forged = forged.set("result", 0, 0).set("result", 1, 0);
    forged.looks_up_what_does_not_exist(Tag::BytePair);
    // 32 to the right instead of none: a way of 0.
    let row = suspect.row_where(|event| is_of(event, Opcode::ShrU32, 0x9234_56f8, 32));
    let forged = suspect.forge::<Shift32Cols<Val>>(row).set("amount", 0, 32);
    let forged = forged.set("by_bytes", 4, 0).set("by_bytes", 0, 1);
    let forged = forged.set("result", 0, 0).set("result", 1, 0);
    forged.looks_up_what_does_not_exist(Tag::BytePair);
    // Another amount: b less it is no multiple of 32.
    let row = suspect.row_where(|event| is_of(event, Opcode::Shl32, 0, 8));
    let forged = suspect.forge::<Shift32Cols<Val>>(row).set("amount", 0, 9);
    let forged = forged.set("by_bits", 0, 1).set("power", 0, 2);
    forged.looks_up_what_does_not_exist(Tag::Range16);
}

#[test]
fn bytes_that_do_not_exist_are_not_found() {
    let suspect = suspect();
    // 2^8 more in a low byte and one less in the high byte beside it.
    let row = suspect.row_where(|event| is_of(event, Opcode::Shl32, 0x9234_56f8, 4));
    let forged = suspect
        .forge::<Shift32Cols<Val>>(row)
        .add("low", 0, 1 << 8)
        .add("high", 0, -1);
    forged.looks_up_what_does_not_exist(Tag::BytePair);
    // The same limb of a from other bytes, where nothing is shifted.
    let row = suspect.row_where(|event| is_of(event, Opcode::Shl32, 0x9234_56f8, 0));
    let forged = suspect
        .forge::<Shift32Cols<Val>>(row)
        .add("a", 0, 1 << 8)
        .add("a", 1, -1);
    assert_eq!(number(forged.cell("power", 0)), 1);
    let forged = forged.add("high", 0, 1).add("low", 1, -1);
    forged.looks_up_what_does_not_exist(Tag::BytePair);
}

#[test]
fn a_padding_row_cannot_speak() {
    let suspect = suspect();
    let padding = || suspect.forge_padding::<Shift32Cols<Val>>();
    padding().set("is_rotr", 0, 1).breaks("one number of whole bytes");
    let rotates = padding().set("is_rotr", 0, 1).set("by_bytes", 4, 1).set("power", 0, 1);
    rotates.stays_unanswered(Tag::Exec);
    padding()
        .set("is_immediate", 0, 1)
        .breaks("only a real row has an immediate");
}

#[test]
fn every_column_of_a_real_row_is_bound() {
    // With an immediate, slot b is not read: its two access cells are on no bus.
    let slots = ON_SLOTS.map(|opcode| (opcode, [].as_slice()));
    let immediates = ON_IMMEDIATE.map(|opcode| (opcode, ["read_b"].as_slice()));
    let all: alloc::vec::Vec<_> = slots.into_iter().chain(immediates).collect();
    suspect().assert_columns_bound::<Shift32Cols<Val>>(&all);
}

#[test]
fn the_inverse_is_the_inverse() {
    assert_eq!(
        Val::from_u32(super::air::INVERSE_OF_2_5) * Val::from_u32(1 << 5),
        Val::ONE
    );
}
