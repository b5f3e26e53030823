//! Attacks on shifts and rotations of either width: honest, edge and forged.

use alloc::vec::Vec;
use core::fmt::Debug;

use super::bench::{Fill, Forged, Run, Suspect, number};
use super::builder::{Chip, Columns, Val};
use super::buses::Tag;
use crate::isa::Opcode;

/// A chip of shifts with its corpus. Columns: those of the gadget [`shift`](super::gadgets::shift).
pub(super) struct Shifts<C> {
    suspect: Suspect<C>,
    on_slots: [Opcode; 5],
    on_immediate: [Opcode; 4],
    bits: u32,
}

/// A bit at a time: bit i of the result is the bit of a that the operation, by its place in the order of the selectors, names, or what fills.
fn by_bits(operation: usize, a: u64, b: u64, bits: u32) -> u64 {
    let (bits, amount) = (i64::from(bits), (b % u64::from(bits)) as i64);
    let bit = |place: i64| a >> place & 1;
    let shifted = |place: i64, fill: u64| if (0..bits).contains(&place) { bit(place) } else { fill };
    let result = |place: i64| match operation {
        0 => shifted(place - amount, 0),
        1 => shifted(place + amount, bit(bits - 1)),
        2 => shifted(place + amount, 0),
        3 => bit((place - amount).rem_euclid(bits)),
        _ => bit((place + amount) % bits),
    };
    (0..bits).map(|place| result(place) << place).sum()
}

impl<C: Chip + Copy + Debug> Shifts<C> {
    /// Every amount on an ordinary value, amounts beside the width's multiples on edges, and all bits of b.
    pub(super) fn new(chip: C, fill: Fill, on_slots: [Opcode; 5], on_immediate: [Opcode; 4], bits: u32) -> Self {
        let mut run = Run::default();
        let ones = u64::MAX >> (64 - bits);
        let mut both = |a: u64, b: u64| {
            for (operation, opcode) in on_slots.into_iter().enumerate() {
                run.run_on_slots(opcode, a, b, by_bits(operation, a, b, bits));
            }
            for (operation, opcode) in on_immediate.into_iter().enumerate() {
                run.run_on_immediate(opcode, a, b, by_bits(operation, a, b, bits));
            }
        };
        let width = u64::from(bits);
        for b in 0..width + 2 {
            both(0x9234_5678_9234_56f8 & ones, b);
        }
        for a in [0, 1, ones >> 1, 1 << (bits - 1), ones] {
            for b in [0, 1, 7, 8, 16, width - 1, width + 5, 0xffe0, 0xdead_0013, ones] {
                both(a, b);
            }
        }
        both(5, 5);
        Self {
            suspect: Suspect::new(chip, fill, run.events),
            on_slots,
            on_immediate,
            bits,
        }
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

    fn limbs(&self) -> usize {
        self.bits as usize / 16
    }

    pub(super) fn honest_shifts_balance_at_every_edge(&self) {
        self.suspect.assert_honest();
    }

    pub(super) fn forged_shifts_break_the_claim_they_lie_about<Cols: Columns<Val>>(&self) {
        let forge = |opcode| self.suspect.forge::<Cols>(self.suspect.row_of(opcode));
        let [shl, shr_s, _, _, rotr] = self.on_slots;
        for opcode in self.on_slots {
            for limb in 0..self.limbs() {
                let forged = forge(opcode).add("result", limb, 1);
                forged.breaks("the result is made of moved bytes");
            }
            let forged = forge(opcode).add("amount", 0, 1);
            forged.breaks("the amount is the way to the left, or what it leaves");
        }
        forge(shl).set("selectors", 0, 2).breaks("each selector is a bit");
        forge(shl).set("selectors", 3, 1).breaks("one operation or padding");
        forge(rotr)
            .set("is_immediate", 0, 1)
            .breaks("a rotation to the right has no immediate");
        forge(shl).set("by_bytes", 0, 2).breaks("each number of bytes is a bit");
        forge(shl).set("by_bytes", 1, 1).breaks("one number of whole bytes");
        forge(shl).set("by_bits", 1, 2).breaks("each bit of the way is a bit");
        forge(shl).set("power", 0, 3).breaks("the power is that of the bits");
        forge(shl).add("parts", 0, 1).breaks("each product is split in bytes");
        forge(shr_s).set("sign", 0, 2).breaks("the sign is a bit");
        forge(shl).set("sign", 0, 1).breaks("only a signed shift has a sign");
    }

    pub(super) fn a_sign_that_is_not_there_is_not_found<Cols: Columns<Val>>(&self) {
        let [_, shr_s, ..] = self.on_slots;
        let top = self.bits - 1;
        // Signed as if it were unsigned, with all that follows.
        let mut forged = self.forge_of::<Cols>(shr_s, 1 << top, top.into());
        forged = forged.set("sign", 0, 0);
        for limb in 0..self.limbs() {
            forged = forged.set("result", limb, i64::from(limb == 0));
        }
        forged.looks_up_what_does_not_exist(Tag::Range16);
        // By 0 bits there is nothing to fill.
        let forged = self.forge_of::<Cols>(shr_s, 1, 0).set("sign", 0, 1);
        forged.looks_up_what_does_not_exist(Tag::Range16);
    }

    pub(super) fn an_amount_that_is_not_b_modulo_the_width_is_not_found<Cols: Columns<Val>>(&self) {
        let [shl, _, shr_u, ..] = self.on_slots;
        // b less another amount is no multiple of the width, and a multiple may not be negative.
        let forged = self.forge_of::<Cols>(shl, 0, 8).set("amount", 0, 9);
        let forged = forged.set("by_bits", 0, 1).set("power", 0, 2);
        forged.looks_up_what_does_not_exist(Tag::Range16);
        let forged = self.forge_of::<Cols>(shr_u, 0, 1).set("amount", 0, 0);
        let forged = forged.set("by_bits", 0, 1).set("power", 0, 1 << 7);
        forged.looks_up_what_does_not_exist(Tag::Range16);
        // An amount of the whole width: no way leads there.
        let forged = self.forge_of::<Cols>(shl, 0, 0).set("amount", 0, i64::from(self.bits));
        forged.breaks("the amount is the way to the left, or what it leaves");
        let forged = self
            .forge_of::<Cols>(shr_u, 0, 0)
            .set("amount", 0, i64::from(self.bits));
        forged.breaks("the amount is the way to the left, or what it leaves");
    }

    pub(super) fn bytes_that_do_not_exist_are_not_found<Cols: Columns<Val>>(&self) {
        let [shl, ..] = self.on_slots;
        let a = 0x9234_5678_9234_56f8 & (u64::MAX >> (64 - self.bits));
        // 2^8 more in a low byte and one less in the byte above: the same limb.
        let forged = self.forge_of::<Cols>(shl, a, 4);
        let same_limb = forged.add("parts", 0, 1 << 8).add("parts", 1, -1);
        same_limb.looks_up_what_does_not_exist(Tag::BytePair);
        // 2^8 more in a middle byte and one less in the high one, which goes into the next limb.
        let forged = self.forge_of::<Cols>(shl, a, 4);
        assert_eq!(number(forged.cell("power", 0)), 1 << 4);
        let forged = forged.add("parts", 1, 1 << 8).add("parts", 2, -1);
        let next_limb = forged.add("result", 0, 1 << 16).add("result", 1, -1);
        next_limb.looks_up_what_does_not_exist(Tag::BytePair);
    }

    pub(super) fn a_padding_row_cannot_speak<Cols: Columns<Val>>(&self) {
        let padding = || self.suspect.forge_padding::<Cols>();
        let rotr = padding().set("selectors", 4, 1);
        rotr.clone().breaks("one number of whole bytes");
        // By 0 bits to the right.
        let last = 2 * self.limbs() - 1;
        let way = rotr.set("by_bytes", last, 1).set("power", 0, 1 << 7);
        let speaks = (0..3).fold(way, |forged, place| forged.set("by_bits", place, 1));
        speaks.stays_unanswered(Tag::Exec);
        padding()
            .set("is_immediate", 0, 1)
            .breaks("only a real row has an immediate");
    }

    pub(super) fn every_column_of_a_real_row_is_bound<Cols: Columns<Val>>(&self) {
        // With an immediate, slot b is not read: its two access cells are on no bus.
        let slots = self.on_slots.map(|opcode| (opcode, [].as_slice()));
        let immediates = self.on_immediate.map(|opcode| (opcode, ["read_b"].as_slice()));
        let all: Vec<_> = slots.into_iter().chain(immediates).collect();
        self.suspect.assert_columns_bound::<Cols>(&all);
    }
}

/// The tests of one width.
macro_rules! shift_tests {
    ($chip:expr, $fill:expr, $columns:ty, $on_slots:expr, $on_immediate:expr, $bits:literal bits) => {
        fn shifts() -> $crate::chips::shift_testing::Shifts<impl $crate::chips::builder::Chip + Copy + core::fmt::Debug>
        {
            $crate::chips::shift_testing::Shifts::new($chip, $fill, $on_slots, $on_immediate, $bits)
        }

        #[test]
        fn honest_shifts_balance_at_every_edge() {
            shifts().honest_shifts_balance_at_every_edge();
        }

        #[test]
        fn forged_shifts_break_the_claim_they_lie_about() {
            shifts().forged_shifts_break_the_claim_they_lie_about::<$columns>();
        }

        #[test]
        fn a_sign_that_is_not_there_is_not_found() {
            shifts().a_sign_that_is_not_there_is_not_found::<$columns>();
        }

        #[test]
        fn an_amount_that_is_not_b_modulo_the_width_is_not_found() {
            shifts().an_amount_that_is_not_b_modulo_the_width_is_not_found::<$columns>();
        }

        #[test]
        fn bytes_that_do_not_exist_are_not_found() {
            shifts().bytes_that_do_not_exist_are_not_found::<$columns>();
        }

        #[test]
        fn a_padding_row_cannot_speak() {
            shifts().a_padding_row_cannot_speak::<$columns>();
        }

        #[test]
        fn every_column_of_a_real_row_is_bound() {
            shifts().every_column_of_a_real_row_is_bound::<$columns>();
        }
    };
}
pub(super) use shift_tests;
