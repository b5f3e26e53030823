//! Honest, edge and forged divisions of both widths.

use alloc::vec::Vec;
use core::fmt::Debug;

use super::air::{OPCODES_32, OPCODES_64};
use super::columns::{DivRem32Cols, DivRem64Cols};
use super::{DivRem32, DivRem64, div_rem_32_trace, div_rem_64_trace};
use crate::chips::bench::{Fill, Forged, Run, Suspect};
use crate::chips::builder::{Chip, Columns, Val};
use crate::chips::buses::Tag;
use crate::isa::Opcode;

/// p.
const PRIME: u64 = 0x7f00_0001;

/// Immediate forms have the code after their plain forms.
fn immediate_of(opcode: Opcode) -> Opcode {
    Opcode::from_u8(opcode as u8 + 1).expect("an opcode")
}

/// Quotient and remainder by long division, a bit at a time; `None` for a divisor of 0.
fn by_bits(a: u64, b: u64) -> Option<(u64, u64)> {
    let (mut quotient, mut rest) = (0u64, 0u128);
    for place in (0..64).rev() {
        rest = 2 * rest + u128::from(a >> place & 1);
        quotient <<= 1;
        if rest >= u128::from(b) {
            rest -= u128::from(b);
            quotient |= 1;
        }
    }
    (b != 0).then_some((quotient, rest as u64))
}

/// The result of the operation with this place in the order of the selectors; `None` where it traps.
fn account(operation: usize, a: u64, b: u64, bits: usize) -> Option<u64> {
    let ones = u64::MAX >> (64 - bits);
    let is_negative = |value: u64| matches!(operation, 0 | 2) && value >> (bits - 1) == 1;
    let absolute = |value: u64| if is_negative(value) { (!value & ones) + 1 } else { value };
    let (quotient, remainder) = by_bits(absolute(a), absolute(b))?;
    if is_negative(a) && b == ones && quotient > ones >> 1 && operation == 0 {
        return None;
    }
    let (magnitude, negates) = match operation {
        0 | 1 => (quotient, is_negative(a) != is_negative(b)),
        _ => (remainder, is_negative(a)),
    };
    Some(if negates {
        magnitude.wrapping_neg() & ones
    } else {
        magnitude
    })
}

/// A chip of divisions with its corpus.
struct Divisions<C> {
    suspect: Suspect<C>,
    opcodes: [Opcode; 4],
    bits: usize,
}

fn divisions_32() -> Divisions<DivRem32> {
    Divisions::new(DivRem32, div_rem_32_trace, OPCODES_32, 32)
}

fn divisions_64() -> Divisions<DivRem64> {
    Divisions::new(DivRem64, div_rem_64_trace, OPCODES_64, 64)
}

impl<C: Chip + Copy + Debug> Divisions<C> {
    fn new(chip: C, fill: Fill, opcodes: [Opcode; 4], bits: usize) -> Self {
        let ones = u64::MAX >> (64 - bits);
        let top = 1 << (bits - 1);
        let edges = [
            0,
            1,
            2,
            7,
            0xffff,
            0x1_0000,
            0xffff_ffff,
            PRIME,
            top - 1,
            top,
            top + 1,
            ones - 6,
            ones,
        ];
        let ordinary = (0x9234_5678_9abc_def0 & ones, 0x1f0d_9abc & ones);
        let pairs = edges.iter().flat_map(|a| edges.map(|b| (*a, b)));
        let all: Vec<_> = core::iter::once(ordinary).chain(pairs).collect();
        let mut run = Run::default();
        for (a, b) in all {
            for (operation, opcode) in opcodes.into_iter().enumerate() {
                if let Some(result) = account(operation, a, b, bits) {
                    run.run_on_slots(opcode, a, b, result);
                    run.run_on_immediate(immediate_of(opcode), a, b, result);
                }
            }
        }
        let suspect = Suspect::new(chip, fill, run.events);
        Self { suspect, opcodes, bits }
    }

    fn limbs(&self) -> usize {
        self.bits / 16
    }

    fn forge<Cols: Columns<Val>>(&self, opcode: Opcode) -> Forged<'_, C> {
        self.suspect.forge::<Cols>(self.suspect.row_of(opcode))
    }

    fn forge_of<Cols: Columns<Val>>(&self, opcode: Opcode, a: u64, b: u64) -> Forged<'_, C> {
        let row = self.suspect.row_where(|event| {
            let [first, second, ..] = event.accesses.as_slice() else {
                return false;
            };
            event.instruction.opcode == opcode && first.old == a && second.old == b
        });
        self.suspect.forge::<Cols>(row)
    }

    fn forged_divisions_break_the_claim_they_lie_about<Cols: Columns<Val>>(&self) {
        let dividend = "the dividend is divisor times quotient and remainder";
        let forge = |opcode| self.forge::<Cols>(opcode);
        let [div_s, div_u, rem_s, rem_u] = self.opcodes;
        for opcode in self.opcodes {
            for limb in 0..self.limbs() {
                forge(opcode).add("remainder", limb, 1).breaks(dividend);
                forge(opcode).add("quotient", 2 * limb, 1).breaks(dividend);
                forge(opcode).add("carries", limb, 1).breaks(dividend);
                forge(opcode).add("divisor", 2 * limb, 1).breaks("the divisor is |b|");
                forge(opcode).set("marks", limb, 2).breaks("a mark is a bit");
            }
            forge(opcode)
                .add("distance", 0, 1)
                .breaks("the distance is the deciding limb's");
        }
        for limb in 0..self.limbs() {
            let forged = forge(div_u).add("result", limb, 1);
            forged.breaks("the result is the quotient");
            let forged = forge(rem_u).add("result", limb, 1);
            forged.breaks("the result is the remainder");
            // The ordinary dividend is negative: so are these.
            for opcode in [div_s, rem_s] {
                forge(opcode).add("result", limb, 1).breaks("the sum is right");
            }
        }
        forge(div_s)
            .set("negative", 0, 0)
            .breaks("a quotient is negative if the signs differ");
        forge(rem_s)
            .set("negative", 1, 0)
            .breaks("a remainder has the sign of the dividend");
        forge(rem_u)
            .set("negative", 1, 1)
            .breaks("a remainder has the sign of the dividend");
        forge(div_u)
            .set("sign_of_b", 0, 1)
            .breaks("unsigned values have no sign");
        forge(div_s).set("sign_of_b", 0, 2).breaks("a sign is a bit");
        forge(div_s).set("selectors", 0, 2).breaks("each selector is a bit");
        forge(div_s).set("selectors", 1, 1).breaks("one operation or padding");
    }

    /// 7 / 2 is not 2 with a remainder of 3, nor 4 with one of −1, nor 3 with one of 1 in another limb.
    fn another_remainder_is_not_below_the_divisor<Cols: Columns<Val>>(&self) {
        let [_, div_u, ..] = self.opcodes;
        let forge = || self.forge_of::<Cols>(div_u, 7, 2);
        let quotient_2 = forge().set("quotient", 0, 2).set("remainder", 0, 3).set("result", 0, 2);
        let forged = quotient_2.clone().set("distance", 0, -2);
        forged.looks_up_what_does_not_exist(Tag::Range16);
        // Decided by a limb in which they agree, or by none.
        let agree = quotient_2
            .clone()
            .set("marks", 0, 0)
            .set("marks", 1, 1)
            .set("distance", 0, -1);
        agree.looks_up_what_does_not_exist(Tag::Range16);
        let undecided = quotient_2.set("marks", 0, 0).set("distance", 0, -1);
        undecided.breaks("one limb decides");
        let quotient_4 = forge()
            .set("quotient", 0, 4)
            .set("remainder", 0, -1)
            .set("result", 0, 4);
        let forged = quotient_4.set("distance", 0, 2);
        forged.looks_up_what_does_not_exist(Tag::Range16);
        // A lower limb decides nothing while one above it differs: 65536 / 7 and a remainder of 65536 in two limbs.
        let forged = self.forge_of::<Cols>(div_u, 0x1_0000, 7);
        let forged = forged.set("quotient", 0, 0).set("quotient", 1, 0);
        forged
            .set("quotient", 2, 0)
            .set("remainder", 0, 0)
            .set("remainder", 1, 1)
            .set("distance", 0, 6)
            .breaks("limbs above the deciding one agree");
    }

    /// The row has no divisor 0: with any quotient, the dividend would be the remainder, and no remainder is below 0.
    fn nothing_is_divided_by_zero<Cols: Columns<Val>>(&self) {
        let [_, div_u, ..] = self.opcodes;
        // 1 / 1 with 0 in place of the divisor.
        let forge = || {
            let forged = self.forge_of::<Cols>(div_u, 1, 1).set("b", 0, 0).set("divisor", 0, 0);
            forged.set("remainder", 0, 1)
        };
        let forged = forge().set("distance", 0, -2);
        forged.looks_up_what_does_not_exist(Tag::Range16);
        let forged = forge().set("marks", 0, 0).set("marks", 1, 1).set("distance", 0, -1);
        forged.looks_up_what_does_not_exist(Tag::Range16);
    }

    /// The least integer by −1: the quotient 2^(width − 1) is the least integer's bits, but it is not negative. The remainder is 0 and allowed.
    fn a_quotient_that_does_not_fit_is_not_found<Cols: Columns<Val>>(&self) {
        let [div_s, _, rem_s, _] = self.opcodes;
        let (least, minus_one) = (1 << (self.bits - 1), u64::MAX >> (64 - self.bits));
        assert_eq!(account(0, least, minus_one, self.bits), None);
        assert_eq!(account(2, least, minus_one, self.bits), Some(0));
        // The row of the remainder, called a quotient.
        let mut forged = self.forge_of::<Cols>(rem_s, least, minus_one);
        forged = forged.set("selectors", 2, 0).set("selectors", 0, 1);
        forged = forged.set("negative", 1, 0).set("result", self.limbs() - 1, 1 << 15);
        forged.looks_up_what_does_not_exist(Tag::BytePair);
        // One less is a quotient: its row is honest.
        self.forge_of::<Cols>(div_s, least + 1, minus_one);
    }

    fn a_product_beyond_the_width_is_not_dropped<Cols: Columns<Val>>(&self) {
        let [_, div_u, ..] = self.opcodes;
        // 0 / 2^16 = 2^(width − 16), modulo 2^width.
        let top = 2 * self.limbs() - 2;
        let forged = self.forge_of::<Cols>(div_u, 0, 0x1_0000);
        let forged = forged.set("quotient", top, 1).set("result", self.limbs() - 1, 1);
        forged.breaks("no product lies beyond the width");
    }

    fn a_wrong_sign_is_looked_up_in_vain<Cols: Columns<Val>>(&self) {
        let [div_s, _, rem_s, _] = self.opcodes;
        // −0 / 7: the sign of a is the top limb's carry, which 0 does not have.
        let forged = self.forge_of::<Cols>(div_s, 0, 7).set("carries", self.limbs() - 1, 1);
        forged.breaks("the dividend is divisor times quotient and remainder");
        // 7 modulo the least integer, called 2^(width − 1): the remainder does not see the sign.
        let forged = self
            .forge_of::<Cols>(rem_s, 7, 1 << (self.bits - 1))
            .set("sign_of_b", 0, 0);
        forged.looks_up_what_does_not_exist(Tag::Range16);
    }

    /// p = 2^16 · 32512 + 1, so what is divided may not wrap: p would be 0 · 2^16 + 0 with a carry of 32512.
    fn a_carry_cannot_go_around_the_field<Cols: Columns<Val>>(&self) {
        let [_, div_u, ..] = self.opcodes;
        let forged = self.forge_of::<Cols>(div_u, PRIME, 0x1_0000);
        let forged = forged
            .set("quotient", 0, 0)
            .set("quotient", 1, 0)
            .set("remainder", 0, 0);
        let forged = forged.set("result", 0, 0).set("carries", 0, 32_512);
        forged.looks_up_what_does_not_exist(Tag::Range16);
        // 0 / (2^width − 1) with a remainder of 1 + 2^16 · 32512.
        let forged = self.forge_of::<Cols>(div_u, 0, u64::MAX >> (64 - self.bits));
        let mut forged = forged
            .set("remainder", 0, 1)
            .add("carries", 0, -32_512)
            .set("remainder", 1, 32_512);
        if self.limbs() == 2 {
            forged = forged.set("distance", 0, 0xffff - 32_512 - 1);
        }
        forged.looks_up_what_does_not_exist(Tag::Range16);
    }

    fn bytes_and_limbs_that_do_not_exist_are_not_found<Cols: Columns<Val>>(&self) {
        let [_, div_u, _, rem_u] = self.opcodes;
        // 0 / 1 with the quotient 2^8 · −1 + 2^16: the same sum.
        let forged = self.forge_of::<Cols>(div_u, 0, 7);
        let forged = forged.set("quotient", 0, 1 << 8).set("quotient", 1, -1);
        forged.looks_up_what_does_not_exist(Tag::BytePair);
        // |b| from other bytes, times 0.
        let forged = self.forge_of::<Cols>(rem_u, 1, 7);
        let forged = forged.add("divisor", 0, 1 << 8).add("divisor", 1, -1);
        forged.looks_up_what_does_not_exist(Tag::BytePair);
        // A negative result in other limbs: 0 = 2^16 − 2^16.
        let [_, _, rem_s, _] = self.opcodes;
        let forged = self.forge_of::<Cols>(rem_s, u64::MAX >> (64 - self.bits), 1);
        let forged = forged.set("result", 0, 1 << 16).set("result", 1, -1);
        forged.looks_up_what_does_not_exist(Tag::Range16);
    }

    fn a_padding_row_cannot_speak<Cols: Columns<Val>>(&self) {
        let padding = || self.suspect.forge_padding::<Cols>();
        padding().set("selectors", 1, 1).breaks("one limb decides");
        // 0 / 1.
        let speaks = padding().set("selectors", 1, 1).set("marks", 0, 1);
        speaks.set("b", 0, 1).set("divisor", 0, 1).stays_unanswered(Tag::Exec);
        padding()
            .set("is_immediate", 0, 1)
            .breaks("only a real row has an immediate");
    }

    fn every_column_of_a_real_row_is_bound<Cols: Columns<Val>>(&self) {
        // With an immediate, slot b is not read: its two access cells are on no bus.
        let slots = self.opcodes.map(|opcode| (opcode, [].as_slice()));
        let immediates = self.opcodes.map(|opcode| (immediate_of(opcode), ["read_b"].as_slice()));
        let all: Vec<_> = slots.into_iter().chain(immediates).collect();
        self.suspect.assert_columns_bound::<Cols>(&all);
    }
}

macro_rules! for_both_widths {
    ($($claim:ident)*) => { $(
        #[test]
        fn $claim() {
            divisions_32().$claim::<DivRem32Cols<Val>>();
            divisions_64().$claim::<DivRem64Cols<Val>>();
        }
    )* };
}

for_both_widths! {
    forged_divisions_break_the_claim_they_lie_about
    another_remainder_is_not_below_the_divisor
    nothing_is_divided_by_zero
    a_quotient_that_does_not_fit_is_not_found
    a_product_beyond_the_width_is_not_dropped
    a_wrong_sign_is_looked_up_in_vain
    a_carry_cannot_go_around_the_field
    bytes_and_limbs_that_do_not_exist_are_not_found
    a_padding_row_cannot_speak
    every_column_of_a_real_row_is_bound
}

#[test]
fn honest_divisions_balance_at_every_edge() {
    divisions_32().suspect.assert_honest();
    divisions_64().suspect.assert_honest();
}
