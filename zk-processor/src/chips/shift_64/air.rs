//! Why a row of a 64-bit shift cannot lie.

use super::columns::Shift64Cols;
use crate::chips::builder::{Chip, ChipBuilder, Columns, Val};
use crate::chips::gadgets::shift::shift_is_right;
use crate::isa::Opcode;

/// The plain opcodes, in the order of the selectors.
pub(super) const OPCODES: [Opcode; 5] = [
    Opcode::Shl64,
    Opcode::ShrS64,
    Opcode::ShrU64,
    Opcode::Rotl64,
    Opcode::Rotr64,
];

/// The chip.
#[derive(Clone, Copy, Debug)]
pub struct Shift64;

impl Chip for Shift64 {
    fn name(&self) -> &'static str {
        "shift_64"
    }

    fn width(&self) -> usize {
        Shift64Cols::<Val>::WIDTH
    }

    fn max_degree(&self) -> usize {
        3
    }

    fn uses_next_row(&self) -> bool {
        false
    }

    fn eval<B: ChipBuilder>(&self, builder: &mut B) {
        let row: Shift64Cols<B::Var> = builder.current();
        let operation = shift_is_right(builder, &row.shift(), row.is_immediate, OPCODES);
        let result = row.result.map(Into::into);
        row.operands().write(builder, &operation, &row.destination(), result);
    }
}
