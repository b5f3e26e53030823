//! Why a row of a 32-bit shift cannot lie.

use super::columns::Shift32Cols;
use crate::chips::builder::{Chip, ChipBuilder, Columns, Val};
use crate::chips::gadgets::shift::shift_is_right;
use crate::chips::gadgets::slots::zero_extended;
use crate::isa::Opcode;

/// The plain opcodes, in the order of the selectors.
pub(super) const OPCODES: [Opcode; 5] = [
    Opcode::Shl32,
    Opcode::ShrS32,
    Opcode::ShrU32,
    Opcode::Rotl32,
    Opcode::Rotr32,
];

/// The chip.
#[derive(Clone, Copy, Debug)]
pub struct Shift32;

impl Chip for Shift32 {
    fn name(&self) -> &'static str {
        "shift_32"
    }

    fn width(&self) -> usize {
        Shift32Cols::<Val>::WIDTH
    }

    fn max_degree(&self) -> usize {
        3
    }

    fn uses_next_row(&self) -> bool {
        false
    }

    fn eval<B: ChipBuilder>(&self, builder: &mut B) {
        let row: Shift32Cols<B::Var> = builder.current();
        let operation = shift_is_right(builder, &row.shift(), row.is_immediate, OPCODES);
        let result = zero_extended(&row.result.map(Into::into));
        row.operands().write(builder, &operation, &row.destination(), result);
    }
}
