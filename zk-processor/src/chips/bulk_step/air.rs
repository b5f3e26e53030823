//! Why a head of a bulk operation cannot lie: kinds, slots and messages. The ranges are in `bounds.rs`.

use p3_field::PrimeCharacteristicRing;

use super::STEP_BYTES;
use super::bounds::ranges_are_in_bounds;
use super::columns::BulkStepCols;
use crate::chips::builder::{Chip, ChipBuilder, Columns, Val};
use crate::chips::buses::{Message, Tag};
use crate::chips::gadgets::access::{AccessCols, Place, high_bytes_of};
use crate::chips::gadgets::execution::{ExecutionCols, Fetched};
use crate::chips::gadgets::slots::{execution_of, slot, zero_extended};
use crate::executor::time;
use crate::isa::{ControlCell, Opcode, Space};

/// 2^-8 modulo p.
const INVERSE_OF_2_8: u32 = 2_122_383_361;

/// The chip.
#[derive(Clone, Copy, Debug)]
pub struct BulkStepChip;

impl Chip for BulkStepChip {
    fn name(&self) -> &'static str {
        "bulk_step"
    }

    fn width(&self) -> usize {
        BulkStepCols::<Val>::WIDTH
    }

    fn max_degree(&self) -> usize {
        3
    }

    fn uses_next_row(&self) -> bool {
        false
    }

    fn eval<B: ChipBuilder>(&self, builder: &mut B) {
        let row: BulkStepCols<B::Var> = builder.current();
        let real: B::Expr = row.is_begin + row.is_advance + row.is_done.into();
        let execution = execution_of(&row.execution);
        rows_are_of_one_kind(builder, &row, &real);
        direction_is_right(builder, &row);
        part_is_right(builder, &row);
        operands_advance(builder, &row, &real);
        contexts_are_right(builder, &row, &execution);
        ranges_are_in_bounds(builder, &row, &execution, &real);
        instruction_is_executed(builder, &row, &execution, &real);
        controls_are_read(builder, &row, &execution);
        part_is_handed_on(builder, &row, &execution);
    }
}

pub(super) fn not<B: ChipBuilder>(bit: impl Into<B::Expr>) -> B::Expr {
    B::Expr::ONE - bit.into()
}

fn rows_are_of_one_kind<B: ChipBuilder>(builder: &mut B, row: &BulkStepCols<B::Var>, real: &B::Expr) {
    for kind in [row.is_begin, row.is_advance, row.is_done] {
        builder.claim_boolean("one row kind or padding", kind);
    }
    builder.claim_boolean("one row kind or padding", real.clone());
    let operations = [row.is_copy, row.is_fill, row.is_read, row.is_write];
    for operation in operations {
        builder.claim_boolean("one operation or padding", operation);
    }
    let operation = operations
        .into_iter()
        .fold(B::Expr::ZERO, |sum, operation| sum + operation.into());
    builder.claim_equal("one operation or padding", operation, real.clone());
}

/// A copy whose destination lies behind its source works from the end. The distance source − destination + 2^32 · `is_descending` has 16-bit limbs for one bit only.
fn direction_is_right<B: ChipBuilder>(builder: &mut B, row: &BulkStepCols<B::Var>) {
    for bit in [row.is_descending, row.distance_borrow] {
        builder.claim_boolean("a direction is a bit", bit);
    }
    builder.claim(
        "only a copy has a direction",
        not::<B>(row.is_copy) * row.is_descending.into(),
    );
    builder.claim(
        "only a begin has a distance",
        not::<B>(row.is_begin) * row.distance_borrow.into(),
    );
    builder.claim(
        "only a begin has a distance",
        not::<B>(row.is_copy) * row.distance_borrow.into(),
    );
    let copies = row.is_copy * (row.is_advance + row.is_done);
    let [low, rest @ ..] = row.direction;
    builder.claim("a copy keeps its direction", copies.clone() * (low - row.is_descending));
    for limb in rest {
        builder.claim("a copy keeps its direction", copies.clone() * limb.into());
    }
    let unit = B::Expr::from_u32(1 << 16);
    let begins = row.is_begin * row.is_copy.into();
    let ([source_low, source_high], [target_low, target_high]) = (row.source, row.target);
    let low = source_low - target_low + row.distance_borrow.into() * unit.clone();
    let high = source_high - target_high - row.distance_borrow.into() + row.is_descending.into() * unit;
    builder.send(Message::range16(low), begins.clone());
    builder.send(Message::range16(high), begins);
}

/// A part has as many bytes as there are to the end of 256 destination cells, counted from the side that it begins on, or the rest, if that is not more.
fn part_is_right<B: ChipBuilder>(builder: &mut B, row: &BulkStepCols<B::Var>) {
    let (advance, down): (B::Expr, B::Expr) = (row.is_advance.into(), row.is_down.into());
    let (part, slack, full): (B::Expr, B::Expr, B::Expr) = (row.part.into(), row.slack.into(), row.is_full.into());
    builder.claim_equal(
        "a descending part is the last one",
        down.clone(),
        row.is_advance * row.is_descending.into(),
    );
    let most = B::Expr::from_u32(STEP_BYTES) - slack.clone();
    let name = "a part fills 256 cells or is the rest";
    builder.claim_boolean(name, full.clone());
    builder.claim(name, full.clone() * not::<B>(advance.clone()));
    builder.claim(name, full.clone() * (most.clone() - part.clone()));
    for limb in row.count_after {
        builder.claim(name, (advance.clone() - full.clone()) * limb.into());
    }
    builder.claim("only an advance has a part", part.clone() * not::<B>(advance.clone()));
    for limb in row.count {
        builder.claim("what is done has no bytes", row.is_done * limb.into());
    }
    let [target_byte, _] = row.byte;
    let name = "slack is what is off a multiple of 8";
    builder.claim(
        name,
        (advance.clone() - down.clone()) * (slack.clone() - target_byte.into()),
    );
    let end = part.clone() + slack.clone() + target_byte.into();
    builder.claim(name, down.clone() * (end - row.cells.into() * B::Expr::from_u32(8)));
    builder.claim(name, not::<B>(down) * row.cells.into());
    builder.claim(name, not::<B>(advance.clone()) * slack.clone());
    builder.send(
        Message::byte_pair(slack.clone(), slack * B::Expr::from_u32(32)),
        advance.clone(),
    );
    builder.send(Message::range16(most - part.clone()), advance.clone());
    builder.send(Message::range16(part - B::Expr::ONE), advance.clone());
    builder.send(Message::range16(row.cells), advance);
}

/// Going up, addresses grow by the part modulo 2^32 (a fill's value stays); going down they stay. The count shrinks and is not negative.
fn operands_advance<B: ChipBuilder>(builder: &mut B, row: &BulkStepCols<B::Var>, real: &B::Expr) {
    let unit = B::Expr::from_u32(1 << 16);
    let up: B::Expr = row.part.into() * not::<B>(row.is_down);
    let by = [up.clone(), up * not::<B>(row.is_fill)];
    let addresses = [(row.target, row.target_after), (row.source, row.source_after)];
    for (index, (([low, high], [low_after, high_after]), by)) in addresses.into_iter().zip(by).enumerate() {
        let (carry, wraps) = (row.carry[index], row.wraps[index]);
        let name = "addresses advance";
        builder.claim_boolean(name, carry);
        builder.claim_boolean(name, wraps);
        builder.claim_equal(name, low_after, low.into() + by - carry.into() * unit.clone());
        builder.claim_equal(name, high_after, high + carry.into() - wraps.into() * unit.clone());
    }
    let ([low, high], [low_after, high_after]) = (row.count, row.count_after);
    builder.claim_boolean("the count shrinks", row.borrow);
    builder.claim_equal(
        "the count shrinks",
        low_after,
        low - row.part + row.borrow.into() * unit,
    );
    builder.claim_equal("the count shrinks", high_after, high - row.borrow);
    for limb in [row.target_after, row.source_after, row.count_after]
        .into_iter()
        .flatten()
    {
        builder.send(Message::range16(limb), real.clone());
    }
}

/// Both sides are the row's own context, but for the sandbox's side of a copy from or to it. The source of a fill is the low byte of its value.
fn contexts_are_right<B: ChipBuilder>(builder: &mut B, row: &BulkStepCols<B::Var>, execution: &ExecutionCols<B::Var>) {
    let sandbox: B::Expr = row.is_read + row.is_write;
    let own: B::Expr = execution.context.into();
    let [live, handle] = row.live;
    builder.claim("only context 0 reaches the sandbox", sandbox.clone() * own.clone());
    builder.claim_equal("a sandbox is live", live * row.live_inverse.into(), sandbox.clone());
    for cell in [live, handle].into_iter().chain(row.sandbox_pages) {
        builder.claim(
            "only copies look at the sandbox",
            not::<B>(sandbox.clone()) * cell.into(),
        );
    }
    let target = own.clone() + row.is_write * live.into();
    builder.claim_equal("contexts are right", row.target_context, target);
    let source = own + row.is_read * live.into();
    builder.claim(
        "contexts are right",
        not::<B>(row.is_fill) * (row.source_context.into() - source),
    );
    let [low, _] = row.source;
    let rest = (low - row.source_context) * B::Expr::from_u32(INVERSE_OF_2_8);
    builder.send(Message::byte_pair(row.source_context, rest), row.is_fill);
}

fn instruction_is_executed<B: ChipBuilder>(
    builder: &mut B,
    row: &BulkStepCols<B::Var>,
    execution: &ExecutionCols<B::Var>,
    real: &B::Expr,
) {
    let operations = [
        (row.is_copy, Opcode::MemoryCopyBegin),
        (row.is_fill, Opcode::MemoryFillBegin),
        (row.is_read, Opcode::SandboxReadBegin),
        (row.is_write, Opcode::SandboxWriteBegin),
    ];
    let begin = operations.into_iter().fold(B::Expr::ZERO, |sum, (operation, opcode)| {
        sum + operation.into() * B::Expr::from_u32(opcode as u32)
    });
    let fetched = Fetched {
        opcode: begin + row.is_advance.into() + row.is_done.into(),
        dst: B::Expr::ZERO,
        a: row.a_slot.into(),
        x: core::array::from_fn(|_| B::Expr::ZERO),
        gas: row.gas.into(),
    };
    let mut next = execution.step(row.gas.into());
    next.pc -= row.is_advance.into();
    execution.execute(builder, fetched, next, real);

    let values = [
        (row.target, row.target_after),
        (row.source, row.source_after),
        (row.count, row.count_after),
    ];
    let [slots @ .., fourth] = row.slots;
    let place = |index: u32| slot(execution, row.a_slot.into() + B::Expr::from_u32(index), time::A as u32);
    for (index, ((old, new), access)) in (0..).zip(values.into_iter().zip(slots)) {
        let [old, new] = [old, new].map(|limbs| zero_extended(&limbs.map(Into::into)));
        AccessCols::from_cells(access).access(builder, &place(index), old, new, real);
    }
    let fourth = AccessCols::from_cells(fourth);
    let direction = zero_extended(&[row.is_descending.into()]);
    fourth.access(
        builder,
        &place(3),
        row.direction.map(Into::into),
        direction,
        &row.is_copy.into(),
    );
    let [first, second, third] = slots.map(|cells| AccessCols::from_cells(cells).difference_high);
    high_bytes_of(builder, first, second, real);
    high_bytes_of(builder, third, fourth.difference_high, real);
}

/// The live sandbox's context and pages, as the control cells hold them.
fn controls_are_read<B: ChipBuilder>(builder: &mut B, row: &BulkStepCols<B::Var>, execution: &ExecutionCols<B::Var>) {
    let sandbox: B::Expr = row.is_read + row.is_write;
    let cells = [(ControlCell::Live, row.live), (ControlCell::Pages, row.sandbox_pages)];
    for ((cell, value), access) in cells.into_iter().zip(row.controls) {
        let place = Place {
            space: Space::Control,
            context: B::Expr::ZERO,
            cell: B::Expr::from_u32(cell as u32),
            time: execution.time_of(time::READ as u32),
        };
        let value = zero_extended(&value.map(Into::into));
        AccessCols::from_cells(access).read(builder, &place, value, &sandbox);
    }
    let [first, second] = row.controls.map(|cells| AccessCols::from_cells(cells).difference_high);
    high_bytes_of(builder, first, second, &sandbox);
}

fn part_is_handed_on<B: ChipBuilder>(builder: &mut B, row: &BulkStepCols<B::Var>, execution: &ExecutionCols<B::Var>) {
    let ([target_cell, source_cell], [target_page, source_page]) = (row.cell_in_page, row.page);
    let page_cells = B::Expr::from_u32(1 << 13);
    let code = B::Expr::from_u32(Opcode::MemoryCopyStep as u32);
    let [target_byte, source_byte] = row.byte;
    let operation = [
        code + row.is_window.into() + row.is_fill.into().double(),
        execution.time.into(),
        row.target_context.into(),
        row.source_context.into(),
        target_page.into() * page_cells.clone() + target_cell.into(),
        source_page.into() * page_cells + source_cell.into() - B::Expr::ONE,
        row.part.into(),
        target_byte.into(),
        source_byte.into(),
    ];
    builder.send(Message::new(Tag::Operation, operation), row.is_advance);
}

#[cfg(test)]
mod constants {
    use super::*;

    #[test]
    fn the_inverse_is_the_inverse() {
        assert_eq!(Val::from_u32(INVERSE_OF_2_8) * Val::from_u32(1 << 8), Val::ONE);
    }
}
