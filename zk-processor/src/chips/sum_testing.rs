//! Attacks on sums and differences of either width: honest, edge and forged.

use alloc::vec::Vec;
use core::fmt::Debug;

use super::bench::{Fill, Run, Suspect, pairs_32, pairs_64};
use super::builder::{Chip, Columns, Val};
use super::buses::Tag;
use super::event::Event;
use crate::isa::Opcode;

/// A chip of sums with its corpus. Columns: `is_add`, `is_sub`, `a`, `b`, `result`.
pub(super) struct Sums<C> {
    suspect: Suspect<C>,
    opcodes: [Opcode; 3],
    limbs: usize,
}

impl<C: Chip + Copy + Debug> Sums<C> {
    /// Sums of values of this many limbs on slots and on immediates, and differences.
    pub(super) fn new(chip: C, fill: Fill, opcodes: [Opcode; 3], limbs: usize) -> Self {
        let narrow = pairs_32().into_iter().map(|(a, b)| (a.into(), b.into()));
        let pairs: Vec<(u64, u64)> = if limbs == 2 { narrow.collect() } else { pairs_64() };
        // By 128-bit numbers, so that the account does not depend on the operation under test.
        let wrapped = |number: i128| number.rem_euclid(1 << (16 * limbs)) as u64;
        let mut run = Run::default();
        let [add, add_immediate, sub] = opcodes;
        for (a, b) in pairs {
            let (sum, difference) = (
                wrapped(i128::from(a) + i128::from(b)),
                wrapped(i128::from(a) - i128::from(b)),
            );
            run.run_on_slots(add, a, b, sum);
            run.run_on_slots(sub, a, b, difference);
            run.run_on_immediate(add_immediate, a, b, sum);
        }
        let suspect = Suspect::new(chip, fill, run.events);
        Self {
            suspect,
            opcodes,
            limbs,
        }
    }

    pub(super) fn honest_sums_balance_at_every_edge(&self) {
        self.suspect.assert_honest();
    }

    pub(super) fn forged_sums_break_the_claim_they_lie_about<Cols: Columns<Val>>(&self) {
        let forge = |opcode| self.suspect.forge::<Cols>(self.suspect.row_of(opcode));
        let [add, add_immediate, _] = self.opcodes;
        for opcode in self.opcodes {
            for limb in 0..self.limbs {
                forge(opcode).add("result", limb, 1).breaks("the sum is right");
                forge(opcode).add("result", limb, -1).breaks("the sum is right");
            }
        }
        forge(add).set("is_sub", 0, 1).breaks("one operation or padding");
        forge(add).set("is_add", 0, 2).breaks("each selector is a bit");
        let top = self.limbs - 1;
        forge(add_immediate).add("b", top, 1).breaks("the immediate is b");
        forge(add)
            .set("x", top, 1)
            .breaks("without an immediate only x0 is used");
        forge(add)
            .set("is_immediate", 0, 2)
            .breaks("the immediate flag is a bit");
    }

    /// The code after a difference's is `and`: as a difference with an immediate, its row would compute something else.
    pub(super) fn a_difference_has_no_immediate<Cols: Columns<Val>>(&self) {
        let [.., sub] = self.opcodes;
        self.suspect
            .forge::<Cols>(self.suspect.row_of(sub))
            .set("is_immediate", 0, 1)
            .breaks("a difference has no immediate");
    }

    /// The same number, 2^16 more in one limb and one less above: where that limb carries, all carries stay bits.
    pub(super) fn a_sum_in_other_limbs_is_looked_up_in_vain<Cols: Columns<Val>>(&self) {
        let [add, ..] = self.opcodes;
        let carries = self.suspect.row_where(|event: &Event| {
            let [a, .., write] = event.accesses.as_slice() else {
                return false;
            };
            event.instruction.opcode == add && (write.new as u16) < (a.old as u16) && write.new as u32 >> 16 > 0
        });
        let forged = self.suspect.forge::<Cols>(carries);
        let forged = forged.add("result", 0, 1 << 16).add("result", 1, -1);
        forged.looks_up_what_does_not_exist(Tag::Range16);
    }

    pub(super) fn a_padding_row_cannot_speak<Cols: Columns<Val>>(&self) {
        let padding = || self.suspect.forge_padding::<Cols>();
        padding().set("is_add", 0, 1).stays_unanswered(Tag::Exec);
        padding()
            .set("is_immediate", 0, 1)
            .breaks("only a real row has an immediate");
    }

    pub(super) fn every_column_of_a_real_row_is_bound<Cols: Columns<Val>>(&self) {
        let [add, add_immediate, sub] = self.opcodes;
        // With an immediate, slot b is not read: its two access cells are on no bus.
        self.suspect
            .assert_columns_bound::<Cols>(&[(add, &[]), (add_immediate, &["read_b"]), (sub, &[])]);
    }
}

/// The tests of one width.
macro_rules! sum_tests {
    ($chip:expr, $fill:expr, $columns:ty, $opcodes:expr, $limbs:literal limbs) => {
        fn sums() -> $crate::chips::sum_testing::Sums<impl $crate::chips::builder::Chip + Copy + core::fmt::Debug> {
            $crate::chips::sum_testing::Sums::new($chip, $fill, $opcodes, $limbs)
        }

        #[test]
        fn honest_sums_balance_at_every_edge() {
            sums().honest_sums_balance_at_every_edge();
        }

        #[test]
        fn forged_sums_break_the_claim_they_lie_about() {
            sums().forged_sums_break_the_claim_they_lie_about::<$columns>();
        }

        #[test]
        fn a_difference_has_no_immediate() {
            sums().a_difference_has_no_immediate::<$columns>();
        }

        #[test]
        fn a_sum_in_other_limbs_is_looked_up_in_vain() {
            sums().a_sum_in_other_limbs_is_looked_up_in_vain::<$columns>();
        }

        #[test]
        fn a_padding_row_cannot_speak() {
            sums().a_padding_row_cannot_speak::<$columns>();
        }

        #[test]
        fn every_column_of_a_real_row_is_bound() {
            sums().every_column_of_a_real_row_is_bound::<$columns>();
        }
    };
}
pub(super) use sum_tests;
