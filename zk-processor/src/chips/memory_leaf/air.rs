//! Why a row of the memory leaf cannot lie.

use p3_field::PrimeCharacteristicRing;

use super::columns::MemoryLeafCols;
use super::{CELL_LIMBS, LEAF_CELLS};
use crate::chips::builder::{Chip, ChipBuilder, Columns, Val};
use crate::chips::buses::{Message, Tag};
use crate::chips::gadgets::leaf_hash::leaf_is_hashed;
use crate::isa::spaces::SPACE_LEAVES_LOG2;

/// The chip.
#[derive(Clone, Copy, Debug)]
pub struct MemoryLeaf;

impl Chip for MemoryLeaf {
    fn name(&self) -> &'static str {
        "memory_leaf"
    }

    fn width(&self) -> usize {
        MemoryLeafCols::<Val>::WIDTH
    }

    fn max_degree(&self) -> usize {
        2
    }

    fn uses_next_row(&self) -> bool {
        false
    }

    fn eval<B: ChipBuilder>(&self, builder: &mut B) {
        let row: MemoryLeafCols<B::Var> = builder.current();
        builder.claim_boolean("real or padding", row.is_real);
        builder.claim_boolean("kept or discarded", row.is_kept);
        builder.claim(
            "only a real leaf is kept",
            row.is_kept * (B::Expr::ONE - row.is_real.into()),
        );
        for bit in row.space_bits {
            builder.claim_boolean("the space is three bits", bit);
        }
        let space = weigh::<B>(&row.space_bits, 1);
        let leaf = row.leaf_low.into() + row.leaf_high.into() * B::Expr::from_u32(1 << 16);
        position_is_unique(builder, &row);
        digests_are_right(builder, &row);

        let index = space.clone() * B::Expr::from_u32(1 << SPACE_LEAVES_LOG2) + leaf.clone();
        let [.., old] = row.old_digests;
        let [.., new] = row.new_digests;
        let node = Message::node(
            row.context.into(),
            B::Expr::ZERO,
            index,
            old.map(Into::into),
            new.map(Into::into),
        );
        builder.receive(node, row.is_real);
        cells_start_and_end(builder, &row, &space, &leaf);
    }
}

/// The node's index is space · 2^26 + leaf with leaf < 2^26, in one way only: else a leaf of one space could pass as a leaf of another.
fn position_is_unique<B: ChipBuilder>(builder: &mut B, row: &MemoryLeafCols<B::Var>) {
    builder.send(Message::range16(row.leaf_low), row.is_real);
    // A 16-bit value that is a multiple of 2^6 has a quotient below 2^10; modulo p every value is a multiple, so both must be 16 bits.
    builder.send(
        Message::range16(row.leaf_high.into() * B::Expr::from_u32(1 << (32 - SPACE_LEAVES_LOG2))),
        row.is_real,
    );
    builder.send(Message::range16(row.leaf_high), row.is_real);
}

fn digests_are_right<B: ChipBuilder>(builder: &mut B, row: &MemoryLeafCols<B::Var>) {
    let sides = [
        (&row.old, &row.old_digests, row.is_real),
        (&row.new, &row.new_digests, row.is_kept),
    ];
    for (cells, digests, count) in sides {
        let elements = core::array::from_fn(|i| cells[i / CELL_LIMBS][i % CELL_LIMBS].into());
        leaf_is_hashed(builder, &elements, digests, &count.into());
    }
    for element in row.new_digests.into_iter().flatten() {
        builder.claim(
            "a discarded leaf has no digest",
            (B::Expr::ONE - row.is_kept.into()) * element.into(),
        );
    }
}

fn cells_start_and_end<B: ChipBuilder>(builder: &mut B, row: &MemoryLeafCols<B::Var>, space: &B::Expr, leaf: &B::Expr) {
    let cells = row.old.iter().zip(&row.new).zip(&row.last_time);
    for (place, ((old, new), last_time)) in (0..).zip(cells) {
        let cell = leaf.clone() * B::Expr::from_u32(LEAF_CELLS as u32) + B::Expr::from_u32(place);
        let message = |time: B::Expr, limbs: &[B::Var; CELL_LIMBS]| {
            let key = [space.clone(), row.context.into(), cell.clone(), time];
            Message::new(Tag::Memory, key.into_iter().chain(limbs.map(Into::into)))
        };
        builder.send(message(B::Expr::ZERO, old), row.is_real);
        builder.receive(message((*last_time).into(), new), row.is_real);
    }
}

fn weigh<B: ChipBuilder>(bits: &[B::Var], unit: u32) -> B::Expr {
    bits.iter().enumerate().fold(B::Expr::ZERO, |sum, (place, bit)| {
        sum + (*bit).into() * B::Expr::from_u32(unit << place)
    })
}
