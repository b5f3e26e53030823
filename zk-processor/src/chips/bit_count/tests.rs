//! Honest, edge and forged bit counts.

use super::columns::BitCountCols;
use super::{BitCount, bit_count_trace};
use crate::chips::bench::{Effect, Forged, Run, Suspect};
use crate::chips::builder::Val;
use crate::chips::buses::Tag;
use crate::isa::{Instruction, Opcode};

const NARROW: [Opcode; 3] = [Opcode::Clz32, Opcode::Ctz32, Opcode::Popcnt32];
const WIDE: [Opcode; 3] = [Opcode::Clz64, Opcode::Ctz64, Opcode::Popcnt64];

/// A bit at a time, from the end that counts.
fn by_bits(operation: usize, a: u64, bits: u64) -> u64 {
    let bit = |place: u64| a >> place & 1 == 1;
    match operation {
        0 => (0..bits)
            .position(|from_top| bit(bits - 1 - from_top))
            .map_or(bits, |zeros| zeros as u64),
        1 => (0..bits).position(bit).map_or(bits, |zeros| zeros as u64),
        _ => (0..bits).filter(|place| bit(*place)).count() as u64,
    }
}

fn suspect() -> Suspect<BitCount> {
    let mut run = Run::default();
    let mut count = |opcodes: [Opcode; 3], a: u64, bits: u64| {
        for (operation, opcode) in opcodes.into_iter().enumerate() {
            let result = by_bits(operation, a, bits);
            let apart = Instruction {
                gas: 7,
                ..Instruction::new(opcode, 9, 3, 0)
            };
            run.run(apart, &[a], Effect::Writes(result));
            run.run(Instruction::new(opcode, 3, 3, 0), &[a], Effect::Writes(result));
        }
    };
    // An ordinary value first: all limbs have bits, none is decided by its first or last.
    count(NARROW, 0x1234_5678, 32);
    count(WIDE, 0x1234_5678_2344_6718, 64);
    for a in [0, 5, 0x1_0001, 0x8000_0001, 0xffff_ffff] {
        count(NARROW, a, 32);
        count(WIDE, a, 64);
    }
    for place in 0..64 {
        count(WIDE, 1 << place, 64);
        count(WIDE, u64::MAX << place, 64);
        if place < 32 {
            count(NARROW, 1 << place, 32);
            count(NARROW, u64::from(u32::MAX >> place), 32);
        }
    }
    Suspect::new(BitCount, bit_count_trace, run.events)
}

fn forge_of(suspect: &Suspect<BitCount>, opcode: Opcode, a: u64) -> Forged<'_, BitCount> {
    let row = suspect.row_where(|event| {
        let is_read = event.accesses.first().is_some_and(|read| read.old == a);
        event.instruction.opcode == opcode && is_read
    });
    suspect.forge::<BitCountCols<Val>>(row)
}

#[test]
fn honest_counts_balance_at_every_edge() {
    suspect().assert_honest();
}

#[test]
fn forged_counts_break_the_claim_they_lie_about() {
    let suspect = suspect();
    let forge = |opcode| suspect.forge::<BitCountCols<Val>>(suspect.row_of(opcode));
    for opcode in NARROW.into_iter().chain(WIDE) {
        forge(opcode).add("result", 0, 1).breaks("the result is the count");
        forge(opcode).set("bits", 3, 2).breaks("each bit is a bit");
        forge(opcode).set("deciding", 3, 2).breaks("a limb decides or not");
        forge(opcode).set("is_narrow", 0, 2).breaks("narrow or wide");
        forge(opcode).set("selectors", 0, 2).breaks("each selector is a bit");
    }
    for opcode in [Opcode::Popcnt32, Opcode::Popcnt64] {
        forge(opcode).set("bits", 0, 1).breaks("the bits are the limb's");
        forge(opcode).set("marks", 0, 1).breaks("the bits are the other limbs'");
        forge(opcode).set("upper", 0, 1).breaks("the bits are the other limbs'");
        forge(opcode)
            .set("upper", 31, 1)
            .breaks("the bits are the other limbs'");
        forge(opcode)
            .set("deciding", 0, 1)
            .breaks("a count of ones has no deciding limb");
        forge(opcode).set("selectors", 0, 1).breaks("one operation or padding");
    }
    for opcode in [Opcode::Clz64, Opcode::Ctz64] {
        forge(opcode).set("marks", 0, 1).breaks("one bit decides");
        let forged = forge(opcode).set("deciding", 1, 1).set("deciding", 2, 1);
        forged.breaks("at most one limb decides");
        forge(opcode).set("bits", 0, 1).breaks("the bits are the limb's");
    }
}

/// 5 has two bits: the upper one decides the leading zeros, the lower one the trailing zeros.
#[test]
fn another_bit_does_not_decide() {
    let suspect = suspect();
    for (opcode, honest, other, result) in [
        (Opcode::Clz64, 2, 0, 63),
        (Opcode::Ctz64, 0, 2, 2),
        (Opcode::Ctz32, 0, 2, 2),
    ] {
        let forged = forge_of(&suspect, opcode, 5)
            .set("marks", honest, 0)
            .set("result", 0, result);
        forged
            .set("marks", other, 1)
            .breaks("bits before the deciding one are 0");
        // A bit that is 0.
        let forged = forge_of(&suspect, opcode, 5).set("marks", honest, 0).set("marks", 1, 1);
        forged.breaks("the deciding bit is 1");
    }
}

/// 2^16 + 1 has a bit in two limbs.
#[test]
fn another_limb_does_not_decide() {
    let suspect = suspect();
    for (opcode, honest, other, result) in [
        (Opcode::Clz32, 1, 0, 31),
        (Opcode::Ctz32, 0, 1, 16),
        (Opcode::Ctz64, 0, 1, 16),
    ] {
        let forged = forge_of(&suspect, opcode, 0x1_0001).set("deciding", honest, 0);
        let forged = forged.set("deciding", other, 1).set("result", 0, result);
        forged.breaks("limbs before the deciding one are 0");
        // None decides, as in 0.
        let forged = forge_of(&suspect, opcode, 0x1_0001).set("deciding", honest, 0);
        let forged = forged.set("bits", 0, 0).set("marks", 0, 0);
        let bits = if opcode == Opcode::Ctz64 { 64 } else { 32 };
        forged
            .set("result", 0, bits)
            .breaks("limbs before the deciding one are 0");
        // In 0 no limb can.
        let forged = forge_of(&suspect, opcode, 0).set("deciding", 0, 1).set("marks", 0, 1);
        forged.breaks("the deciding bit is 1");
    }
}

#[test]
fn a_wide_value_is_not_narrow() {
    let suspect = suspect();
    let forged = forge_of(&suspect, Opcode::Ctz64, 1 << 40).set("is_narrow", 0, 1);
    forged.breaks("a narrow value has no upper limbs");
    // Of a small value the narrow count would be the same, but it is another instruction.
    let forged = forge_of(&suspect, Opcode::Ctz64, 5).set("is_narrow", 0, 1);
    forged.stays_unanswered(Tag::Fetch);
}

#[test]
fn a_padding_row_cannot_speak() {
    let suspect = suspect();
    let padding = || suspect.forge_padding::<BitCountCols<Val>>();
    padding().set("is_narrow", 0, 1).breaks("only a real row is narrow");
    // The ones of 0.
    padding().set("selectors", 2, 1).stays_unanswered(Tag::Exec);
}

#[test]
fn every_column_of_a_real_row_is_bound() {
    // Where zeros are counted, the bits of limbs 2 and 3 mean nothing.
    let zeros: &[&str] = &["upper"];
    suspect().assert_columns_bound::<BitCountCols<Val>>(&[
        (Opcode::Clz32, zeros),
        (Opcode::Ctz32, zeros),
        (Opcode::Popcnt32, &[]),
        (Opcode::Clz64, zeros),
        (Opcode::Ctz64, zeros),
        (Opcode::Popcnt64, &[]),
    ]);
}
