//! Why a row of the entry leaf cannot lie.

use p3_field::PrimeCharacteristicRing;

use super::columns::EntryLeafCols;
use crate::chips::builder::{Chip, ChipBuilder, Columns, Val};
use crate::chips::buses::{Message, ReadTree, Tag};
use crate::chips::gadgets::leaf_hash::leaf_is_hashed;
use crate::program::commitment::ENTRIES_PER_LEAF;

/// The chip.
#[derive(Clone, Copy, Debug)]
pub struct EntryLeaf;

impl Chip for EntryLeaf {
    fn name(&self) -> &'static str {
        "entry_leaf"
    }

    fn width(&self) -> usize {
        EntryLeafCols::<Val>::WIDTH
    }

    fn max_degree(&self) -> usize {
        2
    }

    fn uses_next_row(&self) -> bool {
        false
    }

    fn eval<B: ChipBuilder>(&self, builder: &mut B) {
        let row: EntryLeafCols<B::Var> = builder.current();
        let real: B::Expr = row.is_real.into();
        builder.claim_boolean("real or padding", row.is_real);
        leaf_is_hashed(
            builder,
            &core::array::from_fn(|i| row.entries[i / 2][i % 2].into()),
            &row.digests,
            &real,
        );
        let [.., digest] = row.digests;
        let (handle, index) = (row.handle.into(), row.index.into());
        builder.send(
            Message::read_node(handle, ReadTree::Entry, B::Expr::ZERO, index, digest.map(Into::into)),
            real.clone(),
        );
        for (place, ([pc, type_index], times)) in (0..).zip(row.entries.into_iter().zip(row.times)) {
            builder.claim("padding provides nothing", (B::Expr::ONE - real.clone()) * times.into());
            let function = row.index.into() * B::Expr::from_u32(ENTRIES_PER_LEAF as u32) + B::Expr::from_u32(place);
            let entry = Message::new(Tag::Entry, [row.handle.into(), function, pc.into(), type_index.into()]);
            builder.provide(entry, times);
        }
    }
}
