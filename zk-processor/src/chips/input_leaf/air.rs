//! Why a row of the input leaf cannot lie.

use p3_field::PrimeCharacteristicRing;

use super::LEAF_CELLS;
use super::columns::InputLeafCols;
use crate::chips::builder::{Chip, ChipBuilder, Columns, Val};
use crate::chips::buses::{Message, ReadTree, Tag};
use crate::chips::gadgets::leaf_hash::leaf_is_hashed;

/// The chip.
#[derive(Clone, Copy, Debug)]
pub struct InputLeaf;

impl Chip for InputLeaf {
    fn name(&self) -> &'static str {
        "input_leaf"
    }

    fn width(&self) -> usize {
        InputLeafCols::<Val>::WIDTH
    }

    fn max_degree(&self) -> usize {
        2
    }

    fn uses_next_row(&self) -> bool {
        false
    }

    fn eval<B: ChipBuilder>(&self, builder: &mut B) {
        let row: InputLeafCols<B::Var> = builder.current();
        let real: B::Expr = row.is_real.into();
        builder.claim_boolean("real or padding", row.is_real);
        leaf_is_hashed(
            builder,
            &core::array::from_fn(|i| row.cells[i / 4][i % 4].into()),
            &row.digests,
            &real,
        );
        let [.., digest] = row.digests;
        let node = Message::read_node(
            B::Expr::ZERO,
            ReadTree::Input,
            B::Expr::ZERO,
            row.index.into(),
            digest.map(Into::into),
        );
        builder.send(node, real.clone());
        for (place, (cell, times)) in (0..).zip(row.cells.into_iter().zip(row.times)) {
            for limb in cell {
                builder.send(Message::range16(limb), real.clone());
            }
            builder.claim("padding provides nothing", (B::Expr::ONE - real.clone()) * times.into());
            let number = row.index.into() * B::Expr::from_u32(LEAF_CELLS as u32) + B::Expr::from_u32(place);
            let message = Message::new(Tag::Input, core::iter::once(number).chain(cell.map(Into::into)));
            builder.provide(message, times);
        }
    }
}
