//! Why a row of the 64-bit sum cannot lie.

use super::columns::AddSub64Cols;
use crate::chips::builder::{Chip, ChipBuilder, Columns, Val};
use crate::isa::Opcode;

/// The chip.
#[derive(Clone, Copy, Debug)]
pub struct AddSub64;

impl Chip for AddSub64 {
    fn name(&self) -> &'static str {
        "add_sub_64"
    }

    fn width(&self) -> usize {
        AddSub64Cols::<Val>::WIDTH
    }

    fn max_degree(&self) -> usize {
        3
    }

    fn uses_next_row(&self) -> bool {
        false
    }

    fn eval<B: ChipBuilder>(&self, builder: &mut B) {
        let row: AddSub64Cols<B::Var> = builder.current();
        let codes = [Opcode::Add64, Opcode::Sub64];
        let (operation, result) = row.sum().holds(builder, codes, row.is_immediate);
        row.operands().write(builder, &operation, &row.destination(), result);
    }
}
