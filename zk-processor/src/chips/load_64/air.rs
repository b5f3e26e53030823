//! Why a row of the 8-byte load cannot lie.

use p3_field::PrimeCharacteristicRing;

use super::columns::Load64Cols;
use crate::chips::builder::{Chip, ChipBuilder, Columns, Val};
use crate::chips::gadgets::load::{Load, LoadCols};
use crate::isa::Opcode;

/// The chip.
#[derive(Clone, Copy, Debug)]
pub struct Load64;

impl Chip for Load64 {
    fn name(&self) -> &'static str {
        "load_64"
    }

    fn width(&self) -> usize {
        Load64Cols::<Val>::WIDTH
    }

    fn max_degree(&self) -> usize {
        2
    }

    fn uses_next_row(&self) -> bool {
        false
    }

    fn eval<B: ChipBuilder>(&self, builder: &mut B) {
        let row: Load64Cols<B::Var> = builder.current();
        let load = LoadCols::from_cells(&row.load);
        builder.claim_boolean("real or padding", row.is_real);
        load.load(
            builder,
            Load {
                opcode: B::Expr::from_u32(Opcode::Load64 as u32),
                byte: B::Expr::ZERO,
                value: load.cell.map(Into::into),
                beside: B::Expr::ZERO,
                count: row.is_real.into(),
            },
        );
    }
}
