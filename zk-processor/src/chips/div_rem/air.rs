//! Why a row of a division cannot lie.

use super::columns::{DivRem32Cols, DivRem64Cols};
use crate::chips::builder::{Chip, ChipBuilder, Columns, Val};
use crate::chips::gadgets::division::division_is_right;
use crate::chips::gadgets::slots::zero_extended;
use crate::isa::Opcode;

/// The plain opcodes of each width, in the order of the selectors.
pub(super) const OPCODES_32: [Opcode; 4] = [Opcode::DivS32, Opcode::DivU32, Opcode::RemS32, Opcode::RemU32];
pub(super) const OPCODES_64: [Opcode; 4] = [Opcode::DivS64, Opcode::DivU64, Opcode::RemS64, Opcode::RemU64];

macro_rules! division_chip {
    ($(#[$outer:meta])* $chip:ident, $name:literal, $columns:ident, $opcodes:ident) => {
        $(#[$outer])*
        #[derive(Clone, Copy, Debug)]
        pub struct $chip;

        impl Chip for $chip {
            fn name(&self) -> &'static str {
                $name
            }

            fn width(&self) -> usize {
                $columns::<Val>::WIDTH
            }

            fn max_degree(&self) -> usize {
                3
            }

            fn uses_next_row(&self) -> bool {
                false
            }

            fn eval<B: ChipBuilder>(&self, builder: &mut B) {
                let row: $columns<B::Var> = builder.current();
                let operation = division_is_right(builder, &row.division(), $opcodes);
                let result = zero_extended(&row.result.map(Into::into));
                row.operands().write(builder, &operation, &row.destination(), result);
            }
        }
    };
}

division_chip!(
    /// The chip of 32-bit divisions.
    DivRem32, "div_rem_32", DivRem32Cols, OPCODES_32
);
division_chip!(
    /// The chip of 64-bit divisions.
    DivRem64, "div_rem_64", DivRem64Cols, OPCODES_64
);
