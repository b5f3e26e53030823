//! Why a row of the 4-byte store cannot lie.

use p3_field::PrimeCharacteristicRing;

use super::columns::Store32Cols;
use crate::chips::builder::{Chip, ChipBuilder, Columns, Val};
use crate::chips::gadgets::address::begins_at_limb;
use crate::chips::gadgets::store::{Store, StoreCols};
use crate::isa::Opcode;

/// The chip.
#[derive(Clone, Copy, Debug)]
pub struct Store32;

impl Chip for Store32 {
    fn name(&self) -> &'static str {
        "store_32"
    }

    fn width(&self) -> usize {
        Store32Cols::<Val>::WIDTH
    }

    fn max_degree(&self) -> usize {
        2
    }

    fn uses_next_row(&self) -> bool {
        false
    }

    fn eval<B: ChipBuilder>(&self, builder: &mut B) {
        let row: Store32Cols<B::Var> = builder.current();
        let store = StoreCols::from_cells(&row.store);
        let (count, byte) = begins_at_limb(builder, row.at);
        value_is_in_the_cell(builder, &row, &store);
        store.store(
            builder,
            Store {
                opcodes: [Opcode::Store32, Opcode::Store32Imm],
                byte,
                new: row.new.map(Into::into),
                count,
            },
        );
    }
}

/// A limb becomes the value's first if the access begins at it, the second if it begins one before; else it stays.
fn value_is_in_the_cell<B: ChipBuilder>(builder: &mut B, row: &Store32Cols<B::Var>, store: &StoreCols<B::Var>) {
    let [first, second, ..] = store.value;
    for (limb, (new, old)) in row.new.into_iter().zip(store.cell).enumerate() {
        let mut change = B::Expr::ZERO;
        if let Some(at) = row.at.get(limb) {
            change += (first - old) * (*at).into();
        }
        if let Some(at) = limb.checked_sub(1).and_then(|before| row.at.get(before)) {
            change += (second - old) * (*at).into();
        }
        builder.claim_equal("the value is in the cell", new, old + change);
    }
}
