//! Honest, edge and forged extensions.

use p3_field::PrimeCharacteristicRing;

use super::columns::ExtendCols;
use super::{Extend, extend_trace};
use crate::chips::bench::{Effect, Run, Suspect};
use crate::chips::builder::Val;
use crate::chips::buses::Tag;
use crate::isa::{Instruction, Opcode};

/// The first value has all signs set; the others lie beside the signs' bits.
const VALUES: [u64; 14] = [
    0x1122_3344_a5b6_c7d8,
    0,
    0x7f,
    0x80,
    0xff,
    0x7fff,
    0x8000,
    0xffff,
    0x7fff_ffff,
    0x8000_0000,
    0xffff_ffff,
    0x7fff_ffff_ffff_ffff,
    0x8000_0000_0000_0000,
    u64::MAX,
];

/// The low `from` bits of a, sign-extended to `to` bits, by subtracting the sign's weight.
fn extended(a: u64, from: u32, to: u32) -> u64 {
    let low = i128::from(a).rem_euclid(1 << from);
    let value = if low < 1 << (from - 1) { low } else { low - (1 << from) };
    value.rem_euclid(1 << to) as u64
}

fn suspect() -> Suspect<Extend> {
    let mut run = Run::default();
    for a in VALUES {
        for (opcode, result) in [
            (Opcode::Wrap64, a % (1 << 32)),
            (Opcode::Extend8S32, extended(a, 8, 32)),
            (Opcode::Extend16S32, extended(a, 16, 32)),
            (Opcode::Extend8S64, extended(a, 8, 64)),
            (Opcode::Extend16S64, extended(a, 16, 64)),
            (Opcode::Extend32S64, extended(a, 32, 64)),
        ] {
            let apart = Instruction {
                gas: 7,
                ..Instruction::new(opcode, 9, 3, 0)
            };
            run.run(apart, &[a], Effect::Writes(result));
            run.run(Instruction::new(opcode, 3, 3, 0), &[a], Effect::Writes(result));
        }
    }
    Suspect::new(Extend, extend_trace, run.events)
}

#[test]
fn honest_extensions_balance_at_every_edge() {
    suspect().assert_honest();
}

#[test]
fn forged_extensions_break_the_claim_they_lie_about() {
    let suspect = suspect();
    let forge = |opcode| suspect.forge::<ExtendCols<Val>>(suspect.row_of(opcode));
    for opcode in [
        Opcode::Wrap64,
        Opcode::Extend8S32,
        Opcode::Extend16S64,
        Opcode::Extend32S64,
    ] {
        forge(opcode).add("result", 0, 1).breaks("the lowest limb is right");
        forge(opcode).add("result", 1, 1).breaks("the second limb is right");
        forge(opcode).add("upper", 0, 1).breaks("the upper limbs are right");
        forge(opcode).add("sign_limb", 0, 1).breaks("the sign is in this limb");
    }
    forge(Opcode::Extend8S32).set("sign", 0, 2).breaks("the sign is a bit");
    forge(Opcode::Wrap64)
        .set("is_32", 0, 1)
        .breaks("one operation or padding");
    forge(Opcode::Wrap64)
        .set("is_wrap", 0, 2)
        .breaks("each selector is a bit");
    forge(Opcode::Wrap64)
        .set("is_wide", 0, 1)
        .breaks("8 and 16 bits have two forms");
    forge(Opcode::Extend8S32)
        .set("is_wide", 0, 2)
        .breaks("8 and 16 bits have two forms");
}

#[test]
fn wrong_signs_and_bytes_are_looked_up_in_vain() {
    let suspect = suspect();
    let forge = |opcode| suspect.forge::<ExtendCols<Val>>(suspect.row_of(opcode));
    // The other sign, with the limbs that follow from it.
    let forged = forge(Opcode::Extend16S32).set("sign", 0, 0).set("result", 1, 0);
    forged.looks_up_what_does_not_exist(Tag::Range16);
    let forged = forge(Opcode::Extend32S64).set("sign", 0, 0).set("upper", 0, 0);
    forged.looks_up_what_does_not_exist(Tag::Range16);
    // `wrap64` with a sign.
    let forged = forge(Opcode::Wrap64).set("sign", 0, 1);
    forged.looks_up_what_does_not_exist(Tag::Range16);
    // Another low byte: the high one is then no byte.
    let forged = forge(Opcode::Extend8S32)
        .add("low_byte", 0, 1)
        .add("sign_limb", 0, 1 << 8)
        .add("result", 0, 1);
    forged.looks_up_what_does_not_exist(Tag::BytePair);
}

#[test]
fn a_padding_row_cannot_speak() {
    let suspect = suspect();
    let padding = suspect.forge_padding::<ExtendCols<Val>>();
    padding.set("is_wrap", 0, 1).stays_unanswered(Tag::Exec);
}

#[test]
fn every_column_of_a_real_row_is_bound() {
    // The low byte means something only where 8 bits are extended.
    let no_byte: &[&str] = &["low_byte"];
    suspect().assert_columns_bound::<ExtendCols<Val>>(&[
        (Opcode::Wrap64, no_byte),
        (Opcode::Extend8S32, &[]),
        (Opcode::Extend16S32, no_byte),
        (Opcode::Extend8S64, &[]),
        (Opcode::Extend16S64, no_byte),
        (Opcode::Extend32S64, no_byte),
    ]);
}

#[test]
fn the_inverse_is_the_inverse() {
    let inverse = Val::from_u32(super::air::INVERSE_OF_2_8);
    assert_eq!(inverse * Val::from_u32(1 << 8), Val::ONE);
}
