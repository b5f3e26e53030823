//! Why a row of the memory tree cannot lie.

use p3_field::PrimeCharacteristicRing;

use super::DEPTH;
use super::columns::MemoryTreeCols;
use crate::chips::builder::{Chip, ChipBuilder, Columns, Val};
use crate::chips::buses::Message;

/// The chip.
#[derive(Clone, Copy, Debug)]
pub struct MemoryTree;

impl Chip for MemoryTree {
    fn name(&self) -> &'static str {
        "memory_tree"
    }

    fn width(&self) -> usize {
        MemoryTreeCols::<Val>::WIDTH
    }

    fn max_degree(&self) -> usize {
        2
    }

    fn uses_next_row(&self) -> bool {
        false
    }

    fn eval<B: ChipBuilder>(&self, builder: &mut B) {
        let row: MemoryTreeCols<B::Var> = builder.current();
        root_inner_node_or_padding(builder, &row);
        touched_children(builder, &row);

        let exprs = |digest: [B::Var; 8]| digest.map(Into::into);
        let ([left_old, left_new], [right_old, right_new], [old, new]) = (row.left, row.right, row.digest);
        let real = row.is_inner + row.is_root;
        builder.send(
            Message::poseidon(exprs(left_old), exprs(right_old), exprs(old)),
            real.clone(),
        );
        builder.send(
            Message::poseidon(exprs(left_new), exprs(right_new), exprs(new)),
            row.is_kept,
        );
        kept_or_discarded(builder, &row, &real);

        let node = Message::node(
            row.context.into(),
            row.level.into(),
            row.index.into(),
            exprs(old),
            exprs(new),
        );
        builder.receive(node, row.is_inner);
        builder.receive(Message::open(row.context.into(), exprs(old)), row.is_root);
        builder.send(Message::close(row.context.into(), exprs(new)), row.is_root);
        for (side, touched, [old, new]) in [(0, row.left_touched, row.left), (1, row.right_touched, row.right)] {
            let index = row.index.into() * B::Expr::TWO + B::Expr::from_u32(side);
            let level = row.level.into() - B::Expr::ONE;
            builder.send(
                Message::node(row.context.into(), level, index, exprs(old), exprs(new)),
                touched,
            );
        }
    }
}

fn root_inner_node_or_padding<B: ChipBuilder>(builder: &mut B, row: &MemoryTreeCols<B::Var>) {
    builder.claim_boolean("root, inner node or padding", row.is_inner);
    builder.claim_boolean("root, inner node or padding", row.is_root);
    builder.claim("root, inner node or padding", row.is_inner * row.is_root);
    let depth = B::Expr::from_u32(DEPTH as u32);
    builder.claim("the root is on top", row.is_root.into() * (row.level.into() - depth));
    builder.claim("the root is on top", row.is_root * row.index);
}

/// What is discarded is not hashed again: its digest afterwards is 0, which nobody can open.
fn kept_or_discarded<B: ChipBuilder>(builder: &mut B, row: &MemoryTreeCols<B::Var>, real: &B::Expr) {
    let discarded = B::Expr::ONE - row.is_kept.into();
    builder.claim_boolean("kept or discarded", row.is_kept);
    builder.claim("only a real node is kept", row.is_kept * (B::Expr::ONE - real.clone()));
    let [_, new] = row.digest;
    for element in new {
        builder.claim("a discarded node has no digest", discarded.clone() * element.into());
    }
}

/// A touched child is handed on once; an untouched one has the same digest before and after. Padding touches nothing.
fn touched_children<B: ChipBuilder>(builder: &mut B, row: &MemoryTreeCols<B::Var>) {
    let padding = B::Expr::ONE - row.is_inner.into() - row.is_root.into();
    for (touched, [old, new]) in [(row.left_touched, row.left), (row.right_touched, row.right)] {
        builder.claim_boolean("touched is a bit", touched);
        builder.claim("padding touches nothing", padding.clone() * touched.into());
        for (old, new) in old.into_iter().zip(new) {
            builder.claim(
                "an untouched child keeps its digest",
                (B::Expr::ONE - touched.into()) * (new - old),
            );
        }
    }
}
