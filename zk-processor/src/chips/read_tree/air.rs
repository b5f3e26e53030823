//! Why a row of a read-only tree cannot lie.

use p3_field::PrimeCharacteristicRing;

use super::columns::ReadTreeCols;
use crate::chips::builder::{Chip, ChipBuilder, Columns, Val};
use crate::chips::buses::{Message, ReadTree, Tag};

/// The chip.
#[derive(Clone, Copy, Debug)]
pub struct ReadTreeChip;

impl Chip for ReadTreeChip {
    fn name(&self) -> &'static str {
        "read_tree"
    }

    fn width(&self) -> usize {
        ReadTreeCols::<Val>::WIDTH
    }

    fn max_degree(&self) -> usize {
        2
    }

    fn uses_next_row(&self) -> bool {
        false
    }

    fn eval<B: ChipBuilder>(&self, builder: &mut B) {
        let row: ReadTreeCols<B::Var> = builder.current();
        let trees = [
            (row.is_code, ReadTree::Code),
            (row.is_entry, ReadTree::Entry),
            (row.is_input, ReadTree::Input),
        ];
        for (selector, _) in trees {
            builder.claim_boolean("one tree or padding", selector);
        }
        let real = row.is_code + row.is_entry + row.is_input.into();
        builder.claim_boolean("one tree or padding", real.clone());
        // The tree's number is a sum of selectors, so a child always belongs to its parent's tree.
        let tree = trees.into_iter().fold(B::Expr::ZERO, |sum, (selector, tree)| {
            sum + selector.into() * B::Expr::from_u32(tree as u32)
        });
        let node = |level: B::Expr, index: B::Expr, digest: [B::Var; 8]| {
            let key = [row.handle.into(), tree.clone(), level, index];
            Message::new(Tag::ReadNode, key.into_iter().chain(digest.map(Into::into)))
        };
        builder.send(node(row.level.into(), row.index.into(), row.digest), real.clone());
        let exprs = |digest: [B::Var; 8]| digest.map(Into::into);
        builder.send(
            Message::poseidon(exprs(row.left), exprs(row.right), exprs(row.digest)),
            real.clone(),
        );
        for (side, (child, times)) in (0..).zip([row.left, row.right].into_iter().zip(row.times)) {
            builder.claim("padding provides nothing", (B::Expr::ONE - real.clone()) * times.into());
            let index = row.index.into() * B::Expr::TWO + B::Expr::from_u32(side);
            builder.provide(node(row.level.into() - B::Expr::ONE, index, child), times);
        }
    }
}
