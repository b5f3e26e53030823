//! Why a row of a bit count cannot lie.

use p3_field::PrimeCharacteristicRing;

use super::columns::BitCountCols;
use crate::chips::builder::{Chip, ChipBuilder, Columns, Val};
use crate::chips::gadgets::access::{AccessCols, high_bytes_of};
use crate::chips::gadgets::execution::Fetched;
use crate::chips::gadgets::slots::{execution_of, offset, slot};
use crate::isa::Opcode;

/// The opcodes of 64 bits, in the order of the selectors.
pub(super) const OPCODES_64: [Opcode; 3] = [Opcode::Clz64, Opcode::Ctz64, Opcode::Popcnt64];
/// What the codes of 64 bits are above those of 32.
pub(super) const ABOVE_NARROW: u32 = Opcode::Clz64 as u32 - Opcode::Clz32 as u32;

/// The chip.
#[derive(Clone, Copy, Debug)]
pub struct BitCount;

impl Chip for BitCount {
    fn name(&self) -> &'static str {
        "bit_count"
    }

    fn width(&self) -> usize {
        BitCountCols::<Val>::WIDTH
    }

    fn max_degree(&self) -> usize {
        3
    }

    fn uses_next_row(&self) -> bool {
        false
    }

    fn eval<B: ChipBuilder>(&self, builder: &mut B) {
        let row: BitCountCols<B::Var> = builder.current();
        let (mut is_real, mut opcode) = (B::Expr::ZERO, B::Expr::ZERO);
        for (selector, code) in row.selectors.into_iter().zip(OPCODES_64) {
            builder.claim_boolean("each selector is a bit", selector);
            is_real += selector.into();
            opcode += selector.into() * B::Expr::from_u32(code as u32);
        }
        builder.claim_boolean("one operation or padding", is_real.clone());
        let is_narrow: B::Expr = row.is_narrow.into();
        builder.claim_boolean("narrow or wide", is_narrow.clone());
        builder.claim(
            "only a real row is narrow",
            is_narrow.clone() * (B::Expr::ONE - is_real.clone()),
        );
        let [_, _, upper @ ..] = row.a;
        for limb in upper {
            builder.claim("a narrow value has no upper limbs", is_narrow.clone() * limb.into());
        }
        bits_are_those_of_limbs(builder, &row);
        limb_decides(builder, &row);
        bit_decides(builder, &row);
        result_is_the_count(builder, &row);

        let execution = execution_of(&row.execution);
        let fetched = Fetched {
            opcode: opcode - is_narrow * B::Expr::from_u32(ABOVE_NARROW),
            dst: row.dst.into(),
            a: row.a_slot.into(),
            x: [B::Expr::ZERO; 4],
            gas: row.gas.into(),
        };
        execution.execute(builder, fetched, execution.step(row.gas.into()), &is_real);
        let (read, write) = (AccessCols::from_cells(row.read), AccessCols::from_cells(row.write));
        let [a, old] = [row.a, row.old].map(|limbs| limbs.map(Into::<B::Expr>::into));
        let place = slot(&execution, row.a_slot.into(), offset::A);
        read.read(builder, &place, a, &is_real);
        let result = [row.result.into(), B::Expr::ZERO, B::Expr::ZERO, B::Expr::ZERO];
        let place = slot(&execution, row.dst.into(), offset::DESTINATION);
        write.access(builder, &place, old, result, &is_real);
        high_bytes_of(builder, read.difference_high, write.difference_high, &is_real);
    }
}

fn sum<B: ChipBuilder>(cells: &[B::Var]) -> B::Expr {
    cells.iter().fold(B::Expr::ZERO, |sum, cell| sum + (*cell).into())
}

/// A sum of cells, each as often as its place.
fn weighed<B: ChipBuilder>(cells: &[B::Var], weight: impl Fn(u32) -> u32) -> B::Expr {
    let places = (0..).zip(cells);
    places.fold(B::Expr::ZERO, |sum, (place, cell)| {
        sum + (*cell).into() * B::Expr::from_u32(weight(place))
    })
}

/// Where ones are counted no limb decides; where zeros are, the bits are the deciding limb's, or 0 if none decides.
fn bits_are_those_of_limbs<B: ChipBuilder>(builder: &mut B, row: &BitCountCols<B::Var>) {
    let [.., is_popcnt] = row.selectors.map(Into::<B::Expr>::into);
    let others = [&row.marks, &row.upper[0], &row.upper[1]];
    for bits in core::iter::once(&row.bits).chain(others) {
        for bit in bits {
            builder.claim_boolean("each bit is a bit", *bit);
        }
    }
    builder.claim(
        "a count of ones has no deciding limb",
        is_popcnt.clone() * sum::<B>(&row.deciding),
    );
    let [a0, upper @ ..] = row.a;
    let chosen = row.a.into_iter().zip(row.deciding);
    let chosen = chosen.fold(is_popcnt.clone() * a0.into(), |sum, (limb, decides)| {
        sum + decides * limb.into()
    });
    let number = |bits: &[B::Var; 16]| weighed::<B>(bits, |place| 1 << place);
    builder.claim_equal("the bits are the limb's", number(&row.bits), chosen);
    for (limb, bits) in upper.into_iter().zip(others) {
        let excess = number(bits) - limb.into();
        builder.claim("the bits are the other limbs'", is_popcnt.clone() * excess);
    }
}

/// Limbs before the deciding one, from the end that counts, are 0; all are if none decides.
fn limb_decides<B: ChipBuilder>(builder: &mut B, row: &BitCountCols<B::Var>) {
    let [is_clz, is_ctz, _] = row.selectors.map(Into::<B::Expr>::into);
    for decides in row.deciding {
        builder.claim_boolean("a limb decides or not", decides);
    }
    builder.claim_boolean("at most one limb decides", sum::<B>(&row.deciding));
    for (limb, value) in row.a.into_iter().enumerate() {
        let is_before_leading = B::Expr::ONE - sum::<B>(&row.deciding[limb..]);
        let is_before_trailing = B::Expr::ONE - sum::<B>(&row.deciding[..=limb]);
        builder.claim(
            "limbs before the deciding one are 0",
            (is_clz.clone() * is_before_leading + is_ctz.clone() * is_before_trailing) * value.into(),
        );
    }
}

/// As many marks as deciding limbs, on bits that are 1. Of the products of bits that must be 0 there are 120, so their sum is 0 only if each is.
fn bit_decides<B: ChipBuilder>(builder: &mut B, row: &BitCountCols<B::Var>) {
    let [is_clz, is_ctz, _] = row.selectors.map(Into::<B::Expr>::into);
    let counts_zeros = is_clz.clone() + is_ctz.clone();
    let wanted = sum::<B>(&row.deciding);
    builder.claim(
        "one bit decides",
        counts_zeros.clone() * (sum::<B>(&row.marks) - wanted.clone()),
    );
    let (mut marked, mut before) = (B::Expr::ZERO, B::Expr::ZERO);
    for (place, bit) in row.bits.into_iter().enumerate() {
        let [below, at_and_above] = [&row.marks[..place], &row.marks[place..]];
        let [mark, above @ ..] = at_and_above else { continue };
        marked += *mark * bit.into();
        before += (is_clz.clone() * sum::<B>(below) + is_ctz.clone() * sum::<B>(above)) * bit.into();
    }
    builder.claim("the deciding bit is 1", counts_zeros * (marked - wanted));
    builder.claim("bits before the deciding one are 0", before);
}

fn result_is_the_count<B: ChipBuilder>(builder: &mut B, row: &BitCountCols<B::Var>) {
    let [is_clz, is_ctz, is_popcnt] = row.selectors.map(Into::<B::Expr>::into);
    let bits = B::Expr::from_u32(64) - row.is_narrow.into() * B::Expr::from_u32(32);
    let none = bits.clone() * (B::Expr::ONE - sum::<B>(&row.deciding));
    let trailing = weighed::<B>(&row.deciding, |limb| 16 * limb) + weighed::<B>(&row.marks, |place| place);
    // A bit at place k of w bits has w − 1 − k before it.
    let leading = (bits - B::Expr::ONE) * sum::<B>(&row.deciding) - trailing.clone();
    let [upper_2, upper_3] = row.upper;
    let ones = [row.bits, row.marks, upper_2, upper_3].map(|bits| sum::<B>(&bits));
    let ones = ones.into_iter().fold(B::Expr::ZERO, |sum, part| sum + part);
    builder.claim_equal(
        "the result is the count",
        row.result,
        is_clz * (none.clone() + leading) + is_ctz * (none + trailing) + is_popcnt * ones,
    );
}
