//! Why a row of the code leaf cannot lie.

use p3_field::PrimeCharacteristicRing;

use super::columns::CodeLeafCols;
use crate::chips::builder::{Chip, ChipBuilder, Columns, Val};
use crate::chips::buses::{Message, ReadTree};
use crate::chips::gadgets::leaf_hash::leaf_is_hashed;
use crate::program::commitment::ROWS_PER_LEAF;

/// The chip.
#[derive(Clone, Copy, Debug)]
pub struct CodeLeaf;

impl Chip for CodeLeaf {
    fn name(&self) -> &'static str {
        "code_leaf"
    }

    fn width(&self) -> usize {
        CodeLeafCols::<Val>::WIDTH
    }

    fn max_degree(&self) -> usize {
        2
    }

    fn uses_next_row(&self) -> bool {
        false
    }

    fn eval<B: ChipBuilder>(&self, builder: &mut B) {
        let row: CodeLeafCols<B::Var> = builder.current();
        let real: B::Expr = row.is_real.into();
        builder.claim_boolean("real or padding", row.is_real);
        leaf_is_hashed(
            builder,
            &core::array::from_fn(|i| row.rows[i / 8][i % 8].into()),
            &row.digests,
            &real,
        );
        let [.., digest] = row.digests;
        let node = Message::read_node(
            row.handle.into(),
            ReadTree::Code,
            B::Expr::ZERO,
            row.index.into(),
            digest.map(Into::into),
        );
        builder.send(node, real.clone());
        charges_are_bytes(builder, &row);
        for (place, (instruction, times)) in (0..).zip(row.rows.into_iter().zip(row.times)) {
            builder.claim("padding provides nothing", (B::Expr::ONE - real.clone()) * times.into());
            let pc = row.index.into() * B::Expr::from_u32(ROWS_PER_LEAF as u32) + B::Expr::from_u32(place);
            builder.provide(
                Message::fetch(row.handle.into(), pc, instruction.map(Into::into)),
                times,
            );
        }
    }
}

fn charges_are_bytes<B: ChipBuilder>(builder: &mut B, row: &CodeLeafCols<B::Var>) {
    let [first, second, third, fourth] = row.rows.map(|[_, gas, ..]| gas);
    builder.send(Message::byte_pair(first, second), row.is_real);
    builder.send(Message::byte_pair(third, fourth), row.is_real);
}
