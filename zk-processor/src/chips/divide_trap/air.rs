//! Why a division that traps cannot lie.

use p3_field::PrimeCharacteristicRing;

use super::columns::DivideTrapCols;
use crate::chips::builder::{Chip, ChipBuilder, Columns, Val};
use crate::chips::gadgets::access::{AccessCols, all_high_bytes};
use crate::chips::gadgets::execution::Fetched;
use crate::chips::gadgets::hand_over::code_of;
use crate::chips::gadgets::slots::{execution_of, offset, slot};
use crate::isa::{Opcode, Trap};

/// The chip.
#[derive(Clone, Copy, Debug)]
pub struct DivideTrap;

impl Chip for DivideTrap {
    fn name(&self) -> &'static str {
        "divide_trap"
    }

    fn width(&self) -> usize {
        DivideTrapCols::<Val>::WIDTH
    }

    fn max_degree(&self) -> usize {
        2
    }

    fn uses_next_row(&self) -> bool {
        false
    }

    fn eval<B: ChipBuilder>(&self, builder: &mut B) {
        let row: DivideTrapCols<B::Var> = builder.current();
        let execution = execution_of(&row.execution);
        let ([zero_32, zero_64], [overflow_32, overflow_64]) = (row.by_zero, row.overflow);
        let overflow = overflow_32 + overflow_64;
        let real = zero_32 + zero_64 + overflow.clone();
        for case in [zero_32, zero_64, overflow_32, overflow_64] {
            builder.claim_boolean("one case or padding", case);
        }
        builder.claim_boolean("one case or padding", real.clone());
        let opcode = opcode(builder, &row, &real, &overflow);

        let least = |top: B::Var| top.into() * B::Expr::from_u32(1 << 15);
        let expected = [B::Expr::ZERO, least(overflow_32), B::Expr::ZERO, least(overflow_64)];
        for (a, expected) in row.a.into_iter().zip(expected) {
            builder.claim("the least integer overflows", overflow.clone() * a.into() - expected);
        }
        let all_ones = || B::Expr::from_u32(0xffff);
        let (low, high) = (overflow.clone() * all_ones(), overflow_64.into() * all_ones());
        let b = [low.clone(), low, high.clone(), high];
        let immediate: B::Expr = row.is_immediate.into();
        for (x, b) in row.x.into_iter().zip(&b) {
            builder.claim("the immediate is b", immediate.clone() * (x.into() - b.clone()));
        }
        let [x0, ..] = row.x;
        let reads_b = real.clone() - immediate;
        let place = slot(&execution, row.a_slot.into(), offset::A);
        AccessCols::from_cells(row.read_a).read(builder, &place, row.a.map(Into::into), &real);
        let place = slot(&execution, x0.into(), offset::B);
        AccessCols::from_cells(row.read_b).read(builder, &place, b, &reads_b);
        all_high_bytes(builder, &[row.read_a, row.read_b], &real);

        let fetched = Fetched {
            opcode,
            dst: row.dst.into(),
            a: row.a_slot.into(),
            x: row.x.map(Into::into),
            gas: row.gas.into(),
        };
        let by_zero = (zero_32 + zero_64) * code_of::<B::Expr>(Trap::DivideByZero);
        let code = by_zero + overflow * code_of::<B::Expr>(Trap::IntegerOverflow);
        let reason = execution.trap(row.gas.into(), code);
        execution.give_back(builder, fetched, reason, &real);
    }
}

/// Codes rise by 1 with an immediate, by 2 from signed to unsigned, by 4 to remainders, by 55 to 64 bits.
fn opcode<B: ChipBuilder>(
    builder: &mut B,
    row: &DivideTrapCols<B::Var>,
    real: &B::Expr,
    overflow: &B::Expr,
) -> B::Expr {
    let padding = B::Expr::ONE - real.clone();
    for bit in [row.is_unsigned, row.is_remainder] {
        builder.claim_boolean("the operation is two bits", bit);
        builder.claim("only signed divisions overflow", overflow.clone() * bit.into());
        builder.claim("padding is no operation", padding.clone() * bit.into());
    }
    builder.claim_boolean("the immediate flag is a bit", row.is_immediate);
    builder.claim("padding is no operation", padding * row.is_immediate.into());
    let ([_, zero_64], [_, overflow_64]) = (row.by_zero, row.overflow);
    let step = |from: Opcode, to: Opcode| B::Expr::from_u32(to as u32 - from as u32);
    real.clone() * B::Expr::from_u32(Opcode::DivS32 as u32)
        + row.is_immediate.into()
        + row.is_unsigned.into() * step(Opcode::DivS32, Opcode::DivU32)
        + row.is_remainder.into() * step(Opcode::DivS32, Opcode::RemS32)
        + (zero_64 + overflow_64) * step(Opcode::DivS32, Opcode::DivS64)
}

const _: () = {
    let codes = [
        Opcode::DivS32 as u32,
        Opcode::DivS32Imm as u32,
        Opcode::DivU32 as u32,
        Opcode::DivU32Imm as u32,
        Opcode::RemS32 as u32,
        Opcode::RemS32Imm as u32,
        Opcode::RemU32 as u32,
        Opcode::RemU32Imm as u32,
    ];
    let mut index = 0;
    while index < codes.len() {
        assert!(
            codes[index] == codes[0] + index as u32,
            "codes of divisions are in this order"
        );
        index += 1;
    }
    assert!(Opcode::RemU64Imm as u32 - Opcode::DivS64 as u32 == 7, "also in 64 bits");
};
