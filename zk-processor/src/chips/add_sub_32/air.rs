//! Why a row of the 32-bit sum cannot lie.

use super::columns::AddSub32Cols;
use crate::chips::builder::{Chip, ChipBuilder, Columns, Val};
use crate::chips::gadgets::slots::zero_extended;
use crate::isa::Opcode;

/// The chip.
#[derive(Clone, Copy, Debug)]
pub struct AddSub32;

impl Chip for AddSub32 {
    fn name(&self) -> &'static str {
        "add_sub_32"
    }

    fn width(&self) -> usize {
        AddSub32Cols::<Val>::WIDTH
    }

    fn max_degree(&self) -> usize {
        3
    }

    fn uses_next_row(&self) -> bool {
        false
    }

    fn eval<B: ChipBuilder>(&self, builder: &mut B) {
        let row: AddSub32Cols<B::Var> = builder.current();
        let codes = [Opcode::Add32, Opcode::Sub32];
        let (operation, result) = row.sum().holds(builder, codes, row.is_immediate);
        row.operands()
            .write(builder, &operation, &row.destination(), zero_extended(&result));
    }
}
