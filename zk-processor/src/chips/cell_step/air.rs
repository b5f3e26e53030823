//! Why a row of a bulk operation in steps of one cell cannot lie: kinds, operands, bytes and messages. Bounds and places are in `bounds.rs`.

use p3_field::PrimeCharacteristicRing;

use super::bounds::{places_are_right, ranges_are_in_bounds};
use super::columns::CellStepCols;
use super::event::Kind;
use crate::chips::builder::{Chip, ChipBuilder, Columns, Val};
use crate::chips::buses::{Message, Tag};
use crate::chips::gadgets::access::{AccessCols, all_high_bytes};
use crate::chips::gadgets::execution::{ExecutionCols, Fetched};
use crate::chips::gadgets::slots::{execution_of, slot, zero_extended};
use crate::executor::time;
use crate::isa::Space;
use crate::isa::spaces::INPUT_BASE;

/// The chip.
#[derive(Clone, Copy, Debug)]
pub struct CellStepChip;

impl Chip for CellStepChip {
    fn name(&self) -> &'static str {
        "cell_step"
    }

    fn width(&self) -> usize {
        CellStepCols::<Val>::WIDTH
    }

    fn max_degree(&self) -> usize {
        3
    }

    fn uses_next_row(&self) -> bool {
        false
    }

    fn eval<B: ChipBuilder>(&self, builder: &mut B) {
        let row: CellStepCols<B::Var> = builder.current();
        let real: B::Expr = row.is_begin + row.is_advance + row.is_done.into();
        let execution = execution_of(&row.execution);
        rows_are_of_one_kind(builder, &row, &real);
        fourth_slot_is_right(builder, &row);
        operands_advance(builder, &row, &real);
        ranges_are_in_bounds(builder, &row, &execution);
        places_are_right(builder, &row);
        bytes_are_covered(builder, &row);
        bytes_are_moved(builder, &row);
        difference_is_the_first(builder, &row);
        instruction_is_executed(builder, &row, &execution, &real);
        cells_are_accessed(builder, &row, &execution, &real);
    }
}

impl<T: Copy> CellStepCols<T> {
    /// 1 if the operation is one of these.
    pub(super) fn any<E: PrimeCharacteristicRing>(&self, is_wanted: impl Fn(Kind) -> bool) -> E
    where
        T: Into<E>,
    {
        let selectors = Kind::ALL.into_iter().zip(self.is_kind);
        let wanted = selectors.filter(|(kind, _)| is_wanted(*kind));
        wanted.fold(E::ZERO, |sum, (_, selector)| sum + selector.into())
    }

    pub(super) fn is<E: PrimeCharacteristicRing>(&self, kind: Kind) -> E
    where
        T: Into<E>,
    {
        self.any(|other| other == kind)
    }
}

pub(super) fn not<B: ChipBuilder>(bit: impl Into<B::Expr>) -> B::Expr {
    B::Expr::ONE - bit.into()
}

pub(super) fn sum<B: ChipBuilder>(cells: &[B::Var]) -> B::Expr {
    cells.iter().fold(B::Expr::ZERO, |sum, cell| sum + (*cell).into())
}

fn limbs_of<B: ChipBuilder>(bytes: [B::Var; 8]) -> [B::Expr; 4] {
    core::array::from_fn(|limb| bytes[2 * limb].into() + bytes[2 * limb + 1].into() * B::Expr::from_u32(1 << 8))
}

fn rows_are_of_one_kind<B: ChipBuilder>(builder: &mut B, row: &CellStepCols<B::Var>, real: &B::Expr) {
    for kind in [row.is_begin, row.is_advance, row.is_done] {
        builder.claim_boolean("one row or padding", kind);
    }
    builder.claim_boolean("one row or padding", real.clone());
    for operation in row.is_kind {
        builder.claim_boolean("one operation or padding", operation);
    }
    builder.claim_equal("one operation or padding", row.any::<B::Expr>(|_| true), real.clone());
}

/// Slot a + 3: the direction of a copy, from the distance of its operands as in `bulk_step`; the verdict of a comparison.
fn fourth_slot_is_right<B: ChipBuilder>(builder: &mut B, row: &CellStepCols<B::Var>) {
    let (copy, compare): (B::Expr, B::Expr) = (row.is(Kind::TableCopy), row.is(Kind::Compare));
    for bit in [row.is_descending, row.distance_borrow] {
        builder.claim_boolean("a direction is a bit", bit);
        builder.claim("only a copy has a direction", not::<B>(copy.clone()) * bit.into());
    }
    builder.claim(
        "only a begin has a distance",
        not::<B>(row.is_begin) * row.distance_borrow.into(),
    );
    let unit = B::Expr::from_u32(1 << 16);
    let begins = copy.clone() * row.is_begin.into();
    let ([source_low, source_high, ..], [target_low, target_high]) = (row.source, row.target);
    let low = source_low - target_low + row.distance_borrow.into() * unit.clone();
    let high = source_high - target_high - row.distance_borrow.into() + row.is_descending.into() * unit;
    builder.send(Message::range16(low), begins.clone());
    builder.send(Message::range16(high), begins);

    let follows: B::Expr = row.is_advance + row.is_done.into();
    let [after_low, after_high] = row.fourth_after;
    let [_, _, upper @ ..] = row.fourth;
    for limb in upper {
        let has_fourth = copy.clone() + compare.clone();
        builder.claim(
            "slot a + 3 has 32 bits after the first row",
            follows.clone() * has_fourth * limb.into(),
        );
    }
    let name = "a copy keeps its direction";
    builder.claim(name, copy.clone() * (after_low - row.is_descending));
    builder.claim(name, copy.clone() * after_high.into());
    let name = "a verdict is that of the difference";
    let (greater, less): (B::Expr, B::Expr) = (row.is_greater.into(), row.is_less.into());
    let differs = greater.clone() + less.clone();
    let ones = less * B::Expr::from_u32(0xffff);
    let verdict = [greater + ones.clone(), ones];
    for ((after, before), verdict) in row.fourth_after.into_iter().zip(row.fourth).zip(verdict) {
        builder.claim(
            "a copy keeps its direction",
            copy.clone() * follows.clone() * (after - before),
        );
        builder.claim(name, compare.clone() * row.is_begin.into() * after.into());
        builder.claim(name, differs.clone() * (after.into() - verdict));
        let stays = not::<B>(row.is_begin) - differs.clone();
        builder.claim(name, compare.clone() * stays * (after - before));
    }
}

/// What is taken is not more than the count. Destination and source grow by it modulo 2^32, unless the copy works from the end or the bytes differ; the source of a fill stays.
fn operands_advance<B: ChipBuilder>(builder: &mut B, row: &CellStepCols<B::Var>, real: &B::Expr) {
    let unit = B::Expr::from_u32(1 << 16);
    let differs: B::Expr = row.is_greater + row.is_less.into();
    let ([low, high], [left_low, left_high]) = (row.count, row.left);
    let name = "the count shrinks";
    builder.claim_boolean(name, row.borrow);
    builder.claim_equal(name, left_low, low - row.taken + row.borrow.into() * unit.clone());
    builder.claim_equal(name, left_high, high - row.borrow);
    for ((limb, left), count) in row.count_after.into_iter().zip(row.left).zip(row.count) {
        let name = "nothing is left behind a difference";
        builder.claim_equal(name, limb, left.into() * not::<B>(differs.clone()));
        builder.claim("what is done has nothing left", row.is_done * count.into());
    }
    let name = "operands advance";
    let stays = differs + row.is_descending.into();
    builder.claim_equal(name, row.up, row.taken.into() * not::<B>(stays));
    // The last row of a comparison answers in slot a.
    let answers: B::Expr = row.is::<B::Expr>(Kind::Compare) * row.is_done.into();
    let (up, fill): (B::Expr, B::Expr) = (row.up.into(), row.is(Kind::TableFill));
    let [source_low, source_high, upper @ ..] = row.source;
    let sides = [
        (row.target, row.target_after, up.clone(), not::<B>(answers.clone())),
        (
            [source_low, source_high],
            row.source_after,
            up * not::<B>(fill.clone()),
            B::Expr::ONE,
        ),
    ];
    for (index, ([low, high], [low_after, high_after], up, grows)) in sides.into_iter().enumerate() {
        let (carry, wraps) = (row.carry[index], row.wraps[index]);
        builder.claim_boolean(name, carry);
        builder.claim_boolean(name, wraps);
        let low = low.into() + up - carry.into() * unit.clone();
        builder.claim(name, grows.clone() * (low_after.into() - low));
        let high = high + carry.into() - wraps.into() * unit.clone();
        builder.claim(name, grows * (high_after.into() - high));
    }
    for (after, verdict) in row.target_after.into_iter().zip(row.fourth_after) {
        builder.claim("the last row answers", answers.clone() * (after - verdict));
    }
    for limb in upper {
        builder.claim("only an element has 64 bits", not::<B>(fill.clone()) * limb.into());
    }
    for limb in [row.target_after, row.source_after, row.left].into_iter().flatten() {
        builder.send(Message::range16(limb), real.clone());
    }
}

/// Covered bytes are one run of at least one. A cell of a table is covered whole.
fn bytes_are_covered<B: ChipBuilder>(builder: &mut B, row: &CellStepCols<B::Var>) {
    let advance: B::Expr = row.is_advance.into();
    let is_table: B::Expr = row.any(|kind| !kind.is_bytes());
    let mut start = B::Expr::ZERO;
    for (index, pair) in (1..).zip(row.mask.windows(2)) {
        let [before, bit] = pair else { continue };
        start += *bit * not::<B>(*before) * B::Expr::from_usize(index);
    }
    for (index, pair) in row.mask.windows(2).enumerate().skip(1) {
        let ([gap, bit], earlier) = (pair, &row.mask[..index]) else {
            continue;
        };
        builder.claim(
            "a mask is one run of bits",
            sum::<B>(earlier) * not::<B>(*gap) * (*bit).into(),
        );
    }
    let [target_byte, _] = row.byte;
    builder.claim_equal("the first byte is where the mask begins", target_byte, start);
    for bit in row.mask {
        builder.claim_boolean("a mask is one run of bits", bit);
        builder.claim("only an advance covers bytes", not::<B>(advance.clone()) * bit.into());
        builder.claim(
            "an element is covered whole",
            is_table.clone() * (advance.clone() - bit.into()),
        );
    }
    let covered = sum::<B>(&row.mask);
    let name = "a part is what is covered";
    builder.claim(name, not::<B>(is_table.clone()) * (row.taken.into() - covered.clone()));
    builder.claim(name, is_table * (row.taken.into() - advance.clone()));
    // A part is not empty, and what differs differs by at least 1.
    let differs: B::Expr = row.is_greater + row.is_less.into();
    builder.send(
        Message::byte_pair(covered - advance.clone(), row.distance.into() - differs),
        advance,
    );
}

/// Byte i of the destination is byte i + shift, modulo 8, of the source, if it is covered.
fn bytes_are_moved<B: ChipBuilder>(builder: &mut B, row: &CellStepCols<B::Var>) {
    for bit in row.shift {
        builder.claim_boolean("one shift", bit);
    }
    builder.claim_equal("one shift", sum::<B>(&row.shift), row.is_advance);
    for (index, moved) in row.moved.into_iter().enumerate() {
        let value = row.shift.into_iter().enumerate();
        let value = value.fold(B::Expr::ZERO, |sum, (shift, bit)| {
            sum + bit * row.read[(index + shift) % 8].into()
        });
        builder.claim_equal("bytes are shifted", moved, value);
    }
    let writes = not::<B>(row.is::<B::Expr>(Kind::Compare));
    let new = |index: usize| {
        let old: B::Expr = row.old[index].into();
        old.clone() + writes.clone() * row.mask[index].into() * (row.moved[index].into() - old)
    };
    for (limb, cell) in row.new.into_iter().enumerate() {
        let value = new(2 * limb) + new(2 * limb + 1) * B::Expr::from_u32(1 << 8);
        builder.claim_equal("covered bytes are the source's", cell, value);
    }
    let fills: B::Expr = row.is::<B::Expr>(Kind::TableFill) * row.is_advance.into();
    for (read, element) in limbs_of::<B>(row.read).into_iter().zip(row.source) {
        builder.claim("a fill takes its element", fills.clone() * (read - element.into()));
    }
    for byte in row.read {
        builder.claim("only an advance reads", not::<B>(row.is_advance) * byte.into());
    }
    for pair in row.read.as_chunks::<2>().0.iter().chain(row.old.as_chunks::<2>().0) {
        builder.send(Message::byte_pair(pair[0], pair[1]), row.is_advance);
    }
}

/// One byte is marked if the row says that bytes differ; covered bytes before it are equal, all of them if none is marked.
fn difference_is_the_first<B: ChipBuilder>(builder: &mut B, row: &CellStepCols<B::Var>) {
    let differs: B::Expr = row.is_greater + row.is_less.into();
    let compare: B::Expr = row.is(Kind::Compare);
    for bit in [row.is_greater, row.is_less] {
        builder.claim_boolean("a difference has one sign", bit);
    }
    builder.claim_boolean("a difference has one sign", differs.clone());
    let name = "only a step of a comparison finds a difference";
    builder.claim(name, differs.clone() * not::<B>(compare.clone()));
    builder.claim(name, differs.clone() * not::<B>(row.is_advance));
    let mut difference = B::Expr::ZERO;
    let mut marked = B::Expr::ZERO;
    for (index, bit) in row.first_difference.into_iter().enumerate() {
        builder.claim_boolean("one byte is the first that differs", bit);
        builder.claim("only a covered byte differs", bit.into() * not::<B>(row.mask[index]));
        marked += bit.into();
        let distance = row.old[index].into() - row.moved[index].into();
        difference += bit.into() * distance.clone();
        builder.claim(
            "bytes are equal before the first difference",
            row.mask[index].into() * (compare.clone() - marked.clone()) * distance,
        );
    }
    builder.claim_equal("one byte is the first that differs", marked, differs.clone());
    let name = "a difference has a sign";
    builder.claim_equal(name, difference, (row.is_greater - row.is_less) * row.distance.into());
    builder.claim(name, not::<B>(differs) * row.distance.into());
}

fn instruction_is_executed<B: ChipBuilder>(
    builder: &mut B,
    row: &CellStepCols<B::Var>,
    execution: &ExecutionCols<B::Var>,
    real: &B::Expr,
) {
    let kinds = Kind::ALL.into_iter().zip(row.is_kind);
    let begin = kinds.fold(B::Expr::ZERO, |sum, (kind, selector)| {
        let [begin, _] = kind.opcodes();
        sum + selector.into() * B::Expr::from_u32(begin as u32)
    });
    let fetched = Fetched {
        opcode: begin + row.is_advance.into() + row.is_done.into(),
        dst: B::Expr::ZERO,
        a: row.a_slot.into(),
        x: row.x.map(Into::into),
        gas: row.gas.into(),
    };
    let mut next = execution.step(row.gas.into());
    next.pc -= row.is_advance.into();
    execution.execute(builder, fetched, next, real);

    let [.., third, fourth] = row.source.map(Into::<B::Expr>::into);
    let two = |limbs: [B::Var; 2]| zero_extended(&limbs.map(Into::<B::Expr>::into));
    let [low, high] = row.source_after.map(Into::<B::Expr>::into);
    let has_fourth: B::Expr = row.is::<B::Expr>(Kind::Compare) + row.is(Kind::TableCopy);
    let values = [
        (two(row.target), two(row.target_after), real),
        (row.source.map(Into::into), [low, high, third, fourth], real),
        (two(row.count), two(row.count_after), real),
        (row.fourth.map(Into::into), two(row.fourth_after), &has_fourth),
    ];
    for (index, ((old, new, count), access)) in (0..).zip(values.into_iter().zip(row.slots)) {
        let place = slot(execution, row.a_slot.into() + B::Expr::from_u32(index), time::A as u32);
        AccessCols::from_cells(access).access(builder, &place, old, new, count);
    }
    all_high_bytes(builder, &row.slots, real);
}

/// Sizes and cells. The spaces follow from the operation.
fn cells_are_accessed<B: ChipBuilder>(
    builder: &mut B,
    row: &CellStepCols<B::Var>,
    execution: &ExecutionCols<B::Var>,
    real: &B::Expr,
) {
    let checked: B::Expr = row.is_begin + row.is_advance.into();
    let advance: B::Expr = row.is_advance.into();
    let (bytes, copy): (B::Expr, B::Expr) = (row.any(Kind::is_bytes), row.is(Kind::TableCopy));
    let table = row.any::<B::Expr>(|_| true) - bytes.clone();
    let from_segment: B::Expr = row.is::<B::Expr>(Kind::MemoryInit) + row.is(Kind::TableInit);
    let space = |space: Space| B::Expr::from_u32(space as u32);
    let context: B::Expr = execution.context.into();
    let at = |offset: u64| execution.time_of::<B::Expr>(offset as u32);
    let unit = B::Expr::from_u32(1 << 16);
    let [x0, x1, x2, x3] = row.x.map(Into::<B::Expr>::into);
    let source_space = copy.clone() * space(Space::Table) + from_segment.clone() * space(Space::Segment);
    let sizes = [
        (
            [space(Space::Table), context.clone(), x0 + x1 * unit.clone()],
            at(time::READ),
            table.clone() * checked.clone(),
        ),
        (
            [source_space.clone(), context.clone(), x2 + x3 * unit],
            at(time::READ) + copy.clone(),
            (copy + from_segment) * checked,
        ),
    ];
    for ((key, now, count), (bound, access)) in sizes.into_iter().zip(row.bound.into_iter().zip(row.sizes)) {
        let bound = zero_extended(&bound.map(Into::<B::Expr>::into));
        AccessCols::from_cells(access).access_in(builder, key, &now, [bound.clone(), bound], &count);
    }

    let [target_cell, source_cell] = row.cell.map(Into::<B::Expr>::into);
    let [target_window, source_window] = row.is_window.map(|window| advance.clone() * window.into());
    let (read, old) = (limbs_of::<B>(row.read), limbs_of::<B>(row.old));
    for (cell, value, count) in [
        (target_cell.clone(), old.clone(), target_window.clone()),
        (source_cell.clone(), read.clone(), source_window.clone()),
    ] {
        let cell = cell - B::Expr::from_u32(INPUT_BASE >> 3);
        builder.send(Message::new(Tag::Input, core::iter::once(cell).chain(value)), count);
    }
    let [target, source] = row.cells.map(AccessCols::from_cells);
    let target_space = bytes * space(Space::Memory) + table * space(Space::Table);
    target.access_in(
        builder,
        [target_space, context.clone(), target_cell],
        &at(time::WRITE),
        [old, row.new.map(Into::into)],
        &(advance.clone() - target_window),
    );
    let source_space = source_space + row.is::<B::Expr>(Kind::Compare) * space(Space::Memory);
    let fills = advance.clone() * row.is::<B::Expr>(Kind::TableFill);
    source.access_in(
        builder,
        [source_space, context, source_cell],
        &at(time::READ),
        [read.clone(), read],
        &(advance - source_window - fills),
    );
    all_high_bytes(builder, &[row.sizes, row.cells].concat(), real);
}
