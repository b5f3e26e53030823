//! Why a row of the 8-byte store cannot lie.

use p3_field::PrimeCharacteristicRing;

use super::columns::Store64Cols;
use crate::chips::builder::{Chip, ChipBuilder, Columns, Val};
use crate::chips::gadgets::store::{Store, StoreCols};
use crate::isa::Opcode;

/// The chip.
#[derive(Clone, Copy, Debug)]
pub struct Store64;

impl Chip for Store64 {
    fn name(&self) -> &'static str {
        "store_64"
    }

    fn width(&self) -> usize {
        Store64Cols::<Val>::WIDTH
    }

    fn max_degree(&self) -> usize {
        2
    }

    fn uses_next_row(&self) -> bool {
        false
    }

    fn eval<B: ChipBuilder>(&self, builder: &mut B) {
        let row: Store64Cols<B::Var> = builder.current();
        let store = StoreCols::from_cells(&row.store);
        builder.claim_boolean("real or padding", row.is_real);
        store.store(
            builder,
            Store {
                opcodes: [Opcode::Store64, Opcode::Store64Imm],
                byte: B::Expr::ZERO,
                new: store.value.map(Into::into),
                count: row.is_real.into(),
            },
        );
    }
}
