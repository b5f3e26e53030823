//! Where a row's ranges lie.
//!
//! The part's first byte is at 2^16 · page + 8 · cell + byte, its last at 2^16 · (page + upper limb of the length + carry) + low limb. The latter's page is below the bound exactly if
//! bound − 1 − page is a 16-bit value, as long as bounds are below 2^16 or the range is not empty.

use p3_field::PrimeCharacteristicRing;

use super::air::not;
use super::columns::BulkStepCols;
use crate::chips::builder::ChipBuilder;
use crate::chips::buses::Message;
use crate::chips::gadgets::execution::ExecutionCols;
use crate::isa::spaces::{INPUT_BASE, MAX_PAGES};

/// One of the two ranges.
#[derive(Clone)]
struct Range<E> {
    /// Position in the arrays of columns: 0 is the destination, 1 the source.
    index: usize,
    /// 1 if the row checks it.
    checked: E,
    /// Bits 3..16 of the part's address.
    cell: E,
    /// Pages of the memory or window.
    bound: E,
}

/// What a begin or advance row takes lies in bounds.
pub(super) fn ranges_are_in_bounds<B: ChipBuilder>(
    builder: &mut B,
    row: &BulkStepCols<B::Var>,
    execution: &ExecutionCols<B::Var>,
    real: &B::Expr,
) {
    let checked: B::Expr = row.is_begin + row.is_advance.into();
    builder.claim_equal(
        "a fill has no source",
        row.checks_source,
        checked.clone() * not::<B>(row.is_fill),
    );
    let pages: B::Expr = execution.pages.into();
    let [low, high] = row.sandbox_pages;
    let more = low + high.into() * B::Expr::from_u32(1 << 16) - pages.clone();
    let window = row.is_window.into() * (B::Expr::from_u32(MAX_PAGES) - pages.clone());
    let [target_cell, source_cell] = row.cell_in_page;
    let target = Range {
        index: 0,
        checked: checked.clone(),
        cell: target_cell.into(),
        bound: pages.clone() + row.is_write.into() * more.clone(),
    };
    let source = Range {
        index: 1,
        checked: row.checks_source.into(),
        cell: source_cell - B::Expr::ONE,
        bound: pages + row.is_read.into() * more + window,
    };
    for (range, cell) in [(target, target_cell), (source, source_cell)] {
        part_address_is_right(builder, row, &range);
        last_byte_is_in_bounds(builder, row, &range);
        builder.send(Message::range16(cell), real.clone());
        builder.send(Message::range16(row.last[range.index]), real.clone());
        builder.send(Message::range16(row.room[range.index]), real.clone());
    }
    let name = "only context 0 has a window";
    builder.claim_boolean(name, row.is_window);
    builder.claim(name, row.is_window * execution.context.into());
    builder.claim(name, row.is_window.into() * not::<B>(row.checks_source));
    builder.claim(name, row.is_window * row.is_read.into());
    let [_, page] = row.page;
    let behind = (page.into() - B::Expr::from_u32(INPUT_BASE >> 16)).double();
    builder.send(Message::range16(behind), row.is_window);
}

/// The address of the part is that of the operand, plus what a descending part leaves for later.
fn part_address_is_right<B: ChipBuilder>(builder: &mut B, row: &BulkStepCols<B::Var>, range: &Range<B::Expr>) {
    let [low, high] = if range.index == 0 { row.target } else { row.source };
    let (down, carry): (B::Expr, B::Expr) = (row.is_down.into(), row.part_carry[range.index].into());
    let [left_low, left_high] = row.count_after;
    let start = range.cell.clone() * B::Expr::from_u32(8) + row.byte[range.index].into();
    let name = "the part's address is right";
    builder.claim_boolean(name, carry.clone());
    builder.claim(
        name,
        range.checked.clone()
            * (low.into() + down.clone() * left_low.into()
                - start.clone()
                - carry.clone() * B::Expr::from_u32(1 << 16)),
    );
    let page: B::Expr = row.page[range.index].into();
    builder.claim(
        name,
        range.checked.clone() * (high.into() + down * left_high.into() + carry - page),
    );
    builder.send(Message::range16(start), range.checked.clone());
}

fn last_byte_is_in_bounds<B: ChipBuilder>(builder: &mut B, row: &BulkStepCols<B::Var>, range: &Range<B::Expr>) {
    let carry: B::Expr = row.last_carry[range.index].into();
    let name = "the last byte lies in bounds";
    builder.claim(name, carry.cube() - carry.clone());
    let [count_low, count_high] = row.count;
    let start = range.cell.clone() * B::Expr::from_u32(8) + row.byte[range.index].into();
    let behind = start + row.is_begin * count_low.into() + row.part.into();
    let last = row.last[range.index].into() + carry.clone() * B::Expr::from_u32(1 << 16);
    builder.claim(name, range.checked.clone() * (behind - B::Expr::ONE - last));
    let page = row.page[range.index].into() + row.is_begin * count_high.into() + carry;
    builder.claim(
        name,
        range.checked.clone() * (range.bound.clone() - B::Expr::ONE - page - row.room[range.index].into()),
    );
}
