//! Why a row of the 2-byte store cannot lie.

use super::columns::Store16Cols;
use crate::chips::builder::{Chip, ChipBuilder, Columns, Val};
use crate::chips::gadgets::address::begins_at_limb;
use crate::chips::gadgets::store::{Store, StoreCols};
use crate::isa::Opcode;

/// The chip.
#[derive(Clone, Copy, Debug)]
pub struct Store16;

impl Chip for Store16 {
    fn name(&self) -> &'static str {
        "store_16"
    }

    fn width(&self) -> usize {
        Store16Cols::<Val>::WIDTH
    }

    fn max_degree(&self) -> usize {
        2
    }

    fn uses_next_row(&self) -> bool {
        false
    }

    fn eval<B: ChipBuilder>(&self, builder: &mut B) {
        let row: Store16Cols<B::Var> = builder.current();
        let store = StoreCols::from_cells(&row.store);
        let (count, byte) = begins_at_limb(builder, row.at);
        value_is_in_the_cell(builder, &row, &store);
        store.store(
            builder,
            Store {
                opcodes: [Opcode::Store16, Opcode::Store16Imm],
                byte,
                new: row.new.map(Into::into),
                count,
            },
        );
    }
}

/// A limb becomes the value's first if the access begins at it; else it stays.
fn value_is_in_the_cell<B: ChipBuilder>(builder: &mut B, row: &Store16Cols<B::Var>, store: &StoreCols<B::Var>) {
    let [first, ..] = store.value;
    for ((new, old), at) in row.new.into_iter().zip(store.cell).zip(row.at) {
        let change = (first - old) * at.into();
        builder.claim_equal("the value is in the cell", new, old + change);
    }
}
