//! Attacks on products of either width: honest, edge and forged.

use alloc::vec::Vec;
use core::fmt::Debug;

use super::bench::{Fill, Run, Suspect, number, pairs_32, pairs_64};
use super::builder::{Chip, Columns, Val};
use super::buses::Tag;
use super::event::Event;
use crate::isa::Opcode;

/// A chip of products with its corpus. Columns: `is_real`, `a`, `b`, `result`, `carries`.
pub(super) struct Products<C> {
    suspect: Suspect<C>,
    opcodes: [Opcode; 2],
    limbs: usize,
}

/// A product by additions, so that the account does not depend on the operation under test.
fn by_additions(a: u64, b: u64, limbs: usize) -> u64 {
    let bits = 16 * limbs;
    let sum = (0..bits).filter(|place| b >> place & 1 == 1);
    let all = sum.fold(0u64, |sum, place| sum.wrapping_add(a << place));
    all & (u64::MAX >> (64 - bits))
}

impl<C: Chip + Copy + Debug> Products<C> {
    /// Products of values of this many limbs, on slots and on immediates.
    pub(super) fn new(chip: C, fill: Fill, opcodes: [Opcode; 2], limbs: usize) -> Self {
        let narrow = pairs_32().into_iter().map(|(a, b)| (a.into(), b.into()));
        let pairs: Vec<(u64, u64)> = if limbs == 2 { narrow.collect() } else { pairs_64() };
        let mut run = Run::default();
        let [on_slots, on_immediate] = opcodes;
        for (a, b) in pairs {
            let product = by_additions(a, b, limbs);
            run.run_on_slots(on_slots, a, b, product);
            run.run_on_immediate(on_immediate, a, b, product);
        }
        let suspect = Suspect::new(chip, fill, run.events);
        Self {
            suspect,
            opcodes,
            limbs,
        }
    }

    pub(super) fn honest_products_balance_at_every_edge(&self) {
        self.suspect.assert_honest();
    }

    pub(super) fn forged_products_break_the_claim_they_lie_about<Cols: Columns<Val>>(&self) {
        let forge = |opcode| self.suspect.forge::<Cols>(self.suspect.row_of(opcode));
        let [on_slots, on_immediate] = self.opcodes;
        for opcode in self.opcodes {
            for limb in 0..self.limbs {
                forge(opcode).add("result", limb, 1).breaks("the product is right");
                forge(opcode).add("carries", limb, 1).breaks("the product is right");
            }
        }
        forge(on_slots).set("is_real", 0, 2).breaks("real or padding");
        forge(on_immediate).add("b", 2, 1).breaks("the immediate is b");
        forge(on_slots)
            .set("x", 1, 1)
            .breaks("without an immediate only x0 is used");
    }

    pub(super) fn limbs_and_bytes_that_do_not_exist_are_not_found<Cols: Columns<Val>>(&self) {
        let forge = || self.suspect.forge::<Cols>(self.suspect.row_of(self.opcodes[0]));
        // The same sum with 2^16 more in the top limb and one less in its carry.
        let top = self.limbs - 1;
        let forged = forge().add("result", top, 1 << 16).add("carries", top, -1);
        forged.looks_up_what_does_not_exist(Tag::Range16);
        // The same limb of a and the same product of limbs from other bytes.
        let is_zero = |event: &Event| event.accesses.first().is_some_and(|read| read.old == 0);
        let zero = self.suspect.row_where(is_zero);
        let forged = self.suspect.forge::<Cols>(zero);
        let b = number(forged.cell("b", 0)) + number(forged.cell("b", 1));
        assert_eq!(b, 0, "the bytes of b are 0, so that no place sees the change");
        let forged = forged.add("a", 2, 1 << 8).add("a", 3, -1);
        forged.looks_up_what_does_not_exist(Tag::BytePair);
    }

    /// p = 2^16 · 32512 + 1: one more in a limb and 32512 more in its carry is the same element, and both are 16-bit values.
    pub(super) fn a_carry_cannot_go_around_the_field<Cols: Columns<Val>>(&self) {
        let row = self.suspect.row_of(self.opcodes[0]);
        for first in 0..self.limbs {
            let mut forged = self.suspect.forge::<Cols>(row);
            forged = forged.add("result", first, 1).add("carries", first, 32_512);
            // Each carry goes into the sum of the limb above.
            let mut rest = 32_512;
            for limb in first + 1..self.limbs {
                let sum = number(forged.cell("result", limb)) + rest;
                rest = sum >> 16;
                forged = forged
                    .set("result", limb, i64::from(sum & 0xffff))
                    .add("carries", limb, rest as i32);
            }
            forged.looks_up_what_does_not_exist(Tag::Range16);
        }
    }

    pub(super) fn a_padding_row_cannot_speak<Cols: Columns<Val>>(&self) {
        let padding = || self.suspect.forge_padding::<Cols>();
        padding().set("is_real", 0, 1).stays_unanswered(Tag::Exec);
        padding()
            .set("is_immediate", 0, 1)
            .breaks("only a real row has an immediate");
    }

    pub(super) fn every_column_of_a_real_row_is_bound<Cols: Columns<Val>>(&self) {
        let [on_slots, on_immediate] = self.opcodes;
        // With an immediate, slot b is not read: its two access cells are on no bus.
        self.suspect
            .assert_columns_bound::<Cols>(&[(on_slots, &[]), (on_immediate, &["read_b"])]);
    }
}

/// The tests of one width.
macro_rules! product_tests {
    ($chip:expr, $fill:expr, $columns:ty, $opcodes:expr, $limbs:literal limbs) => {
        fn products()
        -> $crate::chips::product_testing::Products<impl $crate::chips::builder::Chip + Copy + core::fmt::Debug> {
            $crate::chips::product_testing::Products::new($chip, $fill, $opcodes, $limbs)
        }

        #[test]
        fn honest_products_balance_at_every_edge() {
            products().honest_products_balance_at_every_edge();
        }

        #[test]
        fn forged_products_break_the_claim_they_lie_about() {
            products().forged_products_break_the_claim_they_lie_about::<$columns>();
        }

        #[test]
        fn limbs_and_bytes_that_do_not_exist_are_not_found() {
            products().limbs_and_bytes_that_do_not_exist_are_not_found::<$columns>();
        }

        #[test]
        fn a_carry_cannot_go_around_the_field() {
            products().a_carry_cannot_go_around_the_field::<$columns>();
        }

        #[test]
        fn a_padding_row_cannot_speak() {
            products().a_padding_row_cannot_speak::<$columns>();
        }

        #[test]
        fn every_column_of_a_real_row_is_bound() {
            products().every_column_of_a_real_row_is_bound::<$columns>();
        }
    };
}
pub(super) use product_tests;
