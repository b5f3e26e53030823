//! Why a charge that is called uncovered is not covered.

use p3_field::PrimeCharacteristicRing;

use super::columns::OutOfGasCols;
use crate::chips::builder::{Chip, ChipBuilder, Columns, Val};
use crate::chips::buses::Message;
use crate::chips::gadgets::access::{AccessCols, high_bytes_of};
use crate::chips::gadgets::address::INVERSE_OF_2_16;
use crate::chips::gadgets::execution::{ExecutionCols, Fetched};
use crate::chips::gadgets::hand_over::{Reason, code_of};
use crate::chips::gadgets::slots::{execution_of, offset, slot, zero_extended};
use crate::isa::spaces::MAX_FRAME_POINTER;
use crate::isa::{EventKind, Opcode, Trap};

/// The chip.
#[derive(Clone, Copy, Debug)]
pub struct OutOfGas;

impl Chip for OutOfGas {
    fn name(&self) -> &'static str {
        "out_of_gas"
    }

    fn width(&self) -> usize {
        OutOfGasCols::<Val>::WIDTH
    }

    fn max_degree(&self) -> usize {
        3
    }

    fn uses_next_row(&self) -> bool {
        false
    }

    fn eval<B: ChipBuilder>(&self, builder: &mut B) {
        let row: OutOfGasCols<B::Var> = builder.current();
        let execution = execution_of(&row.execution);
        let cases = Cases::of(builder, &row);
        opcode_is_the_cases(builder, &row);
        supply_is_what_is_left(builder, &row, &execution, &cases);
        demand_is_the_charge(builder, &row, &cases);
        demand_exceeds_supply(builder, &row, &cases);
        entry_has_its_frame(builder, &row, &execution, &cases);
        linear_part_is_read(builder, &row, &execution);
        event_is_the_cases(builder, &row, &cases);
        let fetched = Fetched {
            opcode: row.opcode.into(),
            dst: row.dst.into(),
            a: row.a.into(),
            x: row.x.map(Into::into),
            gas: row.gas.into(),
        };
        let reason = Reason {
            pc: execution.pc.into(),
            gas_left: execution.gas_left - row.taken,
            kind: cases.gas.clone() * B::Expr::from_u32(EventKind::OutOfGas as u32)
                + cases.trap.clone() * B::Expr::from_u32(EventKind::Trapped as u32),
            detail: row.detail.map(Into::into),
            settled: row.settled.into(),
        };
        execution.give_back(builder, fetched, reason, &cases.real);
    }
}

/// Sums of selectors.
struct Cases<E> {
    /// The row's own charge is not covered.
    own: E,
    /// A callee's entry gas is not covered.
    entry: E,
    /// A callee's stack charge is not covered.
    stack: E,
    /// Some gas is not covered.
    gas: E,
    /// Trapped: stack exhausted.
    trap: E,
    /// Two numbers are compared.
    compared: E,
    /// Any.
    real: E,
}

impl<E: PrimeCharacteristicRing> Cases<E> {
    fn of<B: ChipBuilder<Expr = E>>(builder: &mut B, row: &OutOfGasCols<B::Var>) -> Self {
        let ([call_entry, prologue_entry], [call_stack, prologue_stack]) = (row.is_entry, row.is_stack);
        let own = row.is_plain + row.is_charge + row.is_linear.into();
        let (entry, stack) = (call_entry + prologue_entry, call_stack + prologue_stack);
        let gas = own.clone() + entry.clone();
        let trap = stack.clone() + row.is_frame.into();
        let compared = gas.clone() + stack.clone();
        let real = gas.clone() + trap.clone();
        for case in [
            row.is_plain,
            row.is_charge,
            row.is_linear,
            call_entry,
            prologue_entry,
            call_stack,
            prologue_stack,
            row.is_frame,
        ] {
            builder.claim_boolean("one case or padding", case);
        }
        builder.claim_boolean("one case or padding", real.clone());
        Self {
            own,
            entry,
            stack,
            gas,
            trap,
            compared,
            real,
        }
    }
}

fn opcode_is_the_cases<B: ChipBuilder>(builder: &mut B, row: &OutOfGasCols<B::Var>) {
    let code = |opcode: Opcode| B::Expr::from_u32(opcode as u32);
    let ([call_entry, prologue_entry], [call_stack, prologue_stack]) = (row.is_entry, row.is_stack);
    let calls = call_entry + call_stack + row.is_frame.into();
    let expected = row.is_charge.into() * code(Opcode::Charge)
        + row.is_linear.into() * code(Opcode::ChargeLinear)
        + calls * code(Opcode::Call)
        + (prologue_entry + prologue_stack) * code(Opcode::Prologue);
    let opcode: B::Expr = row.opcode.into();
    builder.claim(
        "the opcode is the case's",
        (B::Expr::ONE - row.is_plain.into()) * opcode.clone() - expected,
    );
    let differences = (opcode.clone() - code(Opcode::Charge)) * (opcode - code(Opcode::ChargeLinear));
    builder.claim_equal(
        "a plain charge is no charge row",
        differences * row.opcode_inverse.into(),
        row.is_plain,
    );
}

fn number<B: ChipBuilder>([low, high]: [B::Var; 2]) -> B::Expr {
    low.into() + high.into() * B::Expr::from_u32(1 << 16)
}

/// Two 16-bit limbs, and four times the upper one: below 2^30. For an entry, its own charge is taken before.
fn supply_is_what_is_left<B: ChipBuilder>(
    builder: &mut B,
    row: &OutOfGasCols<B::Var>,
    execution: &ExecutionCols<B::Var>,
    cases: &Cases<B::Expr>,
) {
    let left = cases.gas.clone() * execution.gas_left.into() - cases.entry.clone() * row.gas.into()
        + cases.stack.clone() * execution.stack_left.into();
    builder.claim_equal("the supply is what is left", number::<B>(row.supply), left);
    let [low, high] = row.supply;
    for limb in [low.into(), high.into(), high.into() * B::Expr::from_u32(4)] {
        builder.send(Message::range16(limb), cases.compared.clone());
    }
}

fn demand_is_the_charge<B: ChipBuilder>(builder: &mut B, row: &OutOfGasCols<B::Var>, cases: &Cases<B::Expr>) {
    let radix = || B::Expr::from_u32(1 << 16);
    let ([x0, x1, x2, x3], [d0, d1], [c0, c1]) = (row.x, row.demand, row.carries);
    let [linear_low, linear_high] = row.linear;
    // x0 x1 is the operand of a charge row and the stack charge of a call.
    let low_operand = row.is_charge + row.is_linear + cases.stack.clone();
    let name = "the demand is the charge";
    builder.claim_equal(
        name,
        d0 + c0.into() * radix(),
        cases.own.clone() * row.gas.into()
            + low_operand.clone() * x0.into()
            + cases.entry.clone() * x2.into()
            + linear_low.into(),
    );
    builder.claim_equal(
        name,
        d1 + c1.into() * radix(),
        low_operand * x1.into() + cases.entry.clone() * x3.into() + linear_high + c0.into(),
    );
    for carry in [c0, c1] {
        let carry: B::Expr = carry.into();
        let others = (carry.clone() - B::Expr::ONE) * (carry.clone() - B::Expr::TWO);
        builder.claim("a carry is 0, 1 or 2", carry * others);
    }
    for limb in row.demand {
        builder.send(Message::range16(limb), cases.compared.clone());
    }
}

/// demand − supply − 1 ≥ 0, limb by limb.
fn demand_exceeds_supply<B: ChipBuilder>(builder: &mut B, row: &OutOfGasCols<B::Var>, cases: &Cases<B::Expr>) {
    let radix = || B::Expr::from_u32(1 << 16);
    let ([d0, d1], [s0, s1], [b0, b1], [_, d2]) = (row.demand, row.supply, row.borrows, row.carries);
    let low = d0 - s0 - B::Expr::ONE + b0.into() * radix();
    let high = d1 - s1 - b0.into() + b1.into() * radix();
    for borrow in [b0, b1] {
        builder.claim_boolean("a borrow is a bit", borrow);
    }
    let d2: B::Expr = d2.into();
    builder.claim(
        "the last borrow has a limb to borrow from",
        b1.into() * (d2.clone() - B::Expr::ONE) * (d2 - B::Expr::TWO),
    );
    for limb in [low, high] {
        builder.send(Message::range16(limb), cases.compared.clone());
    }
}

/// Stack and frame of an entry that only lacks gas are as its call proves them; a frame that is too high is 2^22 and less than 2^16.
fn entry_has_its_frame<B: ChipBuilder>(
    builder: &mut B,
    row: &OutOfGasCols<B::Var>,
    execution: &ExecutionCols<B::Var>,
    cases: &Cases<B::Expr>,
) {
    let upper = |number: B::Expr, low: B::Var| (number - low.into()) * B::Expr::from_u32(INVERSE_OF_2_16);
    let [x0, x1, ..] = row.x;
    let stack_after = execution.stack_left - number::<B>([x0, x1]);
    let stack_high = upper(stack_after, row.stack_low);
    let frame = execution.frame_pointer + row.a;
    let frame_high = upper(frame.clone(), row.frame_low);
    let quadruple = frame_high.clone() * B::Expr::from_u32(4);
    let entry = &cases.entry;
    builder.send(Message::range16(row.stack_low), entry.clone());
    builder.send(Message::byte_pair(stack_high, x1), entry.clone());
    builder.send(Message::range16(row.frame_low), entry.clone());
    builder.send(Message::byte_pair(frame_high, quadruple), entry.clone());
    let too_high = frame - B::Expr::from_u32(MAX_FRAME_POINTER);
    builder.send(Message::range16(too_high), row.is_frame);
}

fn linear_part_is_read<B: ChipBuilder>(builder: &mut B, row: &OutOfGasCols<B::Var>, execution: &ExecutionCols<B::Var>) {
    let is_linear: B::Expr = row.is_linear.into();
    for limb in row.linear {
        builder.claim(
            "only a linear charge has a linear part",
            (B::Expr::ONE - is_linear.clone()) * limb.into(),
        );
    }
    let read = AccessCols::from_cells(row.read);
    let place = slot(execution, row.a.into(), offset::A);
    read.read(builder, &place, zero_extended(&row.linear.map(Into::into)), &is_linear);
    high_bytes_of(builder, read.difference_high, B::Expr::ZERO, &is_linear);
}

fn event_is_the_cases<B: ChipBuilder>(builder: &mut B, row: &OutOfGasCols<B::Var>, cases: &Cases<B::Expr>) {
    let ([d0, d1], [_, d2], [detail_0, detail_1, detail_2]) = (row.demand, row.carries, row.detail);
    let name = "the detail is the charge or the trap";
    let gas = || cases.gas.clone();
    let code: B::Expr = code_of(Trap::StackExhausted);
    builder.claim_equal(name, detail_0, gas() * d0.into() + cases.trap.clone() * code);
    builder.claim_equal(name, detail_1, gas() * d1.into());
    builder.claim_equal(name, detail_2, gas() * d2.into());
    builder.claim_equal(
        "the settled charge is an entry's",
        row.settled,
        cases.entry.clone() * row.gas.into(),
    );
    builder.claim_equal(
        "a trap takes its charge",
        row.taken,
        cases.trap.clone() * row.gas.into(),
    );
}
