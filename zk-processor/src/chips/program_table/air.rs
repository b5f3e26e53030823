//! Why a row of the program table cannot lie.

use p3_field::PrimeCharacteristicRing;

use super::columns::ProgramTableCols;
use crate::chips::builder::{Chip, ChipBuilder, Columns, Val};
use crate::chips::buses::{Message, ReadTree, Tag};
use crate::program::commitment::{CODE_DEPTH, ENTRY_DEPTH};

/// The chip.
#[derive(Clone, Copy, Debug)]
pub struct ProgramTable;

impl Chip for ProgramTable {
    fn name(&self) -> &'static str {
        "program_table"
    }

    fn width(&self) -> usize {
        ProgramTableCols::<Val>::WIDTH
    }

    fn max_degree(&self) -> usize {
        2
    }

    fn uses_next_row(&self) -> bool {
        true
    }

    fn eval<B: ChipBuilder>(&self, builder: &mut B) {
        let row: ProgramTableCols<B::Var> = builder.current();
        let next: ProgramTableCols<B::Var> = builder.next();
        builder.claim_boolean("real or padding", row.is_real);
        handles_count_up(builder, &row, &next);
        header_hashes_to_r(builder, &row);
        for times in row.times {
            builder.claim(
                "padding provides nothing",
                (B::Expr::ONE - row.is_real.into()) * times.into(),
            );
        }
        facts_are_provided(builder, &row);
    }
}

fn handles_count_up<B: ChipBuilder>(builder: &mut B, row: &ProgramTableCols<B::Var>, next: &ProgramTableCols<B::Var>) {
    let first = builder.is_first_row();
    builder.claim("the first handle is 1", first * (row.handle.into() - B::Expr::ONE));
    let transition = builder.is_transition();
    builder.claim(
        "handles count up",
        transition * (next.handle - row.handle - B::Expr::ONE),
    );
}

fn header_hashes_to_r<B: ChipBuilder>(builder: &mut B, row: &ProgramTableCols<B::Var>) {
    let exprs = |digest: [B::Var; 8]| digest.map(Into::into);
    let parts = [row.code_root, row.entry_root, row.initial_root, row.interface_digest];
    let mut before = row.scalars;
    for (part, after) in parts.into_iter().zip(row.chain) {
        builder.send(Message::poseidon(exprs(before), exprs(part), exprs(after)), row.is_real);
        before = after;
    }
}

fn facts_are_provided<B: ChipBuilder>(builder: &mut B, row: &ProgramTableCols<B::Var>) {
    let exprs = |digest: [B::Var; 8]| digest.map(Into::into);
    let [.., root] = row.chain;
    let [program_times, header_times, code_times, entry_times] = row.times;
    let handle = || core::iter::once(row.handle.into());
    builder.provide(Message::new(Tag::Program, handle().chain(exprs(root))), program_times);
    let header = handle().chain(exprs(row.scalars)).chain(exprs(row.initial_root));
    builder.provide(Message::new(Tag::Header, header), header_times);
    for (tree, depth, root, times) in [
        (ReadTree::Code, CODE_DEPTH, row.code_root, code_times),
        (ReadTree::Entry, ENTRY_DEPTH, row.entry_root, entry_times),
    ] {
        let level = B::Expr::from_u32(depth as u32);
        builder.provide(
            Message::read_node(row.handle.into(), tree, level, B::Expr::ZERO, exprs(root)),
            times,
        );
    }
}
