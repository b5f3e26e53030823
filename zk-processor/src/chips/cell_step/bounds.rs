//! Where a row's ranges lie, and which cells its part is in.

use p3_field::PrimeCharacteristicRing;

use super::air::{not, sum};
use super::columns::CellStepCols;
use super::event::Kind;
use crate::chips::builder::ChipBuilder;
use crate::chips::buses::Message;
use crate::chips::gadgets::execution::ExecutionCols;
use crate::isa::spaces::{INPUT_BASE, MAX_PAGES};

/// Start + count + gap = bound, limb by limb: all terms are below 2^18, so the equations hold between integers, and gaps are not negative.
pub(super) fn ranges_are_in_bounds<B: ChipBuilder>(
    builder: &mut B,
    row: &CellStepCols<B::Var>,
    execution: &ExecutionCols<B::Var>,
) {
    let checked: B::Expr = row.is_begin + row.is_advance.into();
    let fill: B::Expr = row.is(Kind::TableFill);
    builder.claim_equal(
        "a fill has no source",
        row.checks_source,
        checked.clone() * not::<B>(fill),
    );
    let pages: B::Expr = execution.pages.into();
    let in_memory: [B::Expr; 2] = [row.any(Kind::is_bytes), row.is(Kind::Compare)];
    let [source_low, source_high, ..] = row.source;
    let starts = [row.target, [source_low, source_high]];
    let checks = [checked.clone(), row.checks_source.into()];
    let unit = B::Expr::from_u32(1 << 16);
    for (index, (start, checks)) in starts.into_iter().zip(checks).enumerate() {
        let (window, carry): (B::Expr, B::Expr) = (row.is_window[index].into(), row.gap_carry[index].into());
        let ([bound_low, bound_high], [gap_low, gap_high]) = (row.bound[index], row.gap[index]);
        let name = "memory ends with its pages";
        let bound = pages.clone() + window.clone() * (B::Expr::from_u32(MAX_PAGES) - pages.clone());
        builder.claim(name, in_memory[index].clone() * bound_low.into());
        builder.claim(name, in_memory[index].clone() * (bound_high.into() - bound));

        let name = "only a comparison in context 0 has a window";
        builder.claim_boolean(name, window.clone());
        builder.claim(name, window.clone() * not::<B>(row.is::<B::Expr>(Kind::Compare)));
        builder.claim(name, window.clone() * not::<B>(checked.clone()));
        builder.claim(name, window.clone() * execution.context.into());
        let [low, high] = start.map(Into::<B::Expr>::into);
        let behind = (high.clone() - B::Expr::from_u32(INPUT_BASE >> 16)).double();
        builder.send(Message::range16(behind), window);

        let name = "a range ends within its bound";
        let [count_low, count_high] = row.count.map(Into::<B::Expr>::into);
        let is_small = carry.clone() * (carry.clone() - B::Expr::ONE) * (carry.clone() - B::Expr::TWO);
        builder.claim(name, is_small);
        let end = low + count_low + gap_low.into() - carry.clone() * unit.clone();
        builder.claim(name, checks.clone() * (end - bound_low.into()));
        let end = high + count_high + gap_high.into() + carry;
        builder.claim(name, checks.clone() * (end - bound_high.into()));
        builder.send(Message::range16(gap_low), checks.clone());
        builder.send(Message::range16(gap_high), checks);
    }
}

/// Addresses are cells and bytes; a part lies in one cell of each range and is as long as it can be. Elements are cells behind their table's size.
pub(super) fn places_are_right<B: ChipBuilder>(builder: &mut B, row: &CellStepCols<B::Var>) {
    let advance: B::Expr = row.is_advance.into();
    let bytes: B::Expr = row.any(Kind::is_bytes);
    let starts = [row.target[0], row.source[0]];
    for ((low, cell), byte) in starts.into_iter().zip(row.cell_in_page).zip(row.byte) {
        let name = "an address is a cell and a byte";
        let place = cell.into() * B::Expr::from_u32(8) + byte.into();
        builder.claim(name, advance.clone() * bytes.clone() * (low.into() - place));
        builder.claim(name, not::<B>(advance.clone()) * cell.into());
        builder.claim(name, not::<B>(bytes.clone()) * cell.into());
        builder.send(Message::range16(cell), advance.clone());
    }
    let name = "a source byte is the destination's, shifted";
    let ([target_byte, source_byte], eight) = (row.byte, B::Expr::from_u32(8));
    let shift = (0..).zip(row.shift).fold(B::Expr::ZERO, |sum, (shift, bit)| {
        sum + bit.into() * B::Expr::from_u32(shift)
    });
    builder.claim_boolean(name, row.shift_wraps);
    builder.claim(name, not::<B>(advance.clone()) * row.shift_wraps.into());
    let shifted = target_byte.into() + shift - row.shift_wraps.into() * eight.clone();
    builder.claim_equal(name, source_byte, shifted);
    builder.claim(name, not::<B>(bytes) * source_byte.into());
    let covered = sum::<B>(&row.mask);
    for (byte, room) in row.byte.into_iter().zip(row.room) {
        let end = byte.into() + covered.clone() + room.into();
        builder.claim_equal(
            "a part lies in one cell of each range",
            end,
            advance.clone() * eight.clone(),
        );
    }
    let [target_room, source_room] = row.room;
    for limb in row.left {
        builder.claim(
            "a part is as long as it can be",
            target_room * source_room.into() * limb.into(),
        );
    }
    // A value whose 32-fold is a byte too is below 8. The destination's lie in the mask.
    for value in [source_byte, source_room] {
        let times_32 = value.into() * B::Expr::from_u32(32);
        builder.send(Message::byte_pair(value, times_32), advance.clone());
    }
    cells_are_right(builder, row);
}

fn cells_are_right<B: ChipBuilder>(builder: &mut B, row: &CellStepCols<B::Var>) {
    let unit = B::Expr::from_u32(1 << 16);
    let number = |low: B::Var, high: B::Var| low.into() + high.into() * unit.clone();
    let [count_low, count_high] = row.count;
    let last = number(count_low, count_high) - B::Expr::ONE;
    builder.claim_equal(
        "a descending copy begins with its last element",
        row.skipped,
        row.is_advance.into() * row.is_descending.into() * last,
    );
    let ([x0, x1, x2, x3], [target_low, target_high]) = (row.x, row.target);
    let [source_low, source_high, ..] = row.source;
    let [target_in_page, source_in_page] = row.cell_in_page;
    let in_page = |page: B::Var, cell: B::Var| page.into() * B::Expr::from_u32(1 << 13) + cell.into();
    let element = |base: B::Expr, low: B::Var, high: B::Var| base + number(low, high) + row.skipped.into();
    let target_base = number(x0, x1) + B::Expr::ONE;
    let source_base = number(x2, x3) + B::Expr::ONE;
    let [target_cell, source_cell] = row.cell;
    let name = "cells are those of the operands";
    let bytes: B::Expr = row.any(Kind::is_bytes);
    let target = bytes.clone() * in_page(target_high, target_in_page)
        + row.any::<B::Expr>(|kind| !kind.is_bytes()) * element(target_base, target_low, target_high);
    builder.claim_equal(name, target_cell, target);
    let source = row.is::<B::Expr>(Kind::Compare) * in_page(source_high, source_in_page)
        + row.is::<B::Expr>(Kind::MemoryInit) * (source_base.clone() + in_page(source_high, source_in_page))
        + (row.is::<B::Expr>(Kind::TableCopy) + row.is(Kind::TableInit))
            * element(source_base, source_low, source_high);
    builder.claim_equal(name, source_cell, source);
}
