//! Why a row of a bulk step's cell cannot lie.

use p3_field::PrimeCharacteristicRing;

use super::columns::BulkCellsCols;
use crate::chips::builder::{Chip, ChipBuilder, Columns, Val};
use crate::chips::buses::{Message, Tag};
use crate::chips::gadgets::access::{AccessCols, Place, high_bytes_of};
use crate::executor::time;
use crate::isa::spaces::INPUT_BASE;
use crate::isa::{Opcode, Space};

/// The chip.
#[derive(Clone, Copy, Debug)]
pub struct BulkCells;

impl Chip for BulkCells {
    fn name(&self) -> &'static str {
        "bulk_cells"
    }

    fn width(&self) -> usize {
        BulkCellsCols::<Val>::WIDTH
    }

    fn max_degree(&self) -> usize {
        3
    }

    fn uses_next_row(&self) -> bool {
        true
    }

    fn eval<B: ChipBuilder>(&self, builder: &mut B) {
        let row: BulkCellsCols<B::Var> = builder.current();
        let next: BulkCellsCols<B::Var> = builder.next();
        rows_are_in_order(builder, &row, &next);
        mask_is_one_run(builder, &row, &next);
        bytes_are_counted(builder, &row, &next);
        step_keeps_its_place(builder, &row, &next);
        bytes_have_a_source(builder, &row);
        bytes_are_copied(builder, &row, &next);
        step_is_announced(builder, &row);
        cells_are_accessed(builder, &row);
    }
}

fn not<B: ChipBuilder>(bit: impl Into<B::Expr>) -> B::Expr {
    B::Expr::ONE - bit.into()
}

fn sum<B: ChipBuilder>(cells: &[B::Var]) -> B::Expr {
    cells.iter().fold(B::Expr::ZERO, |sum, cell| sum + (*cell).into())
}

fn real<B: ChipBuilder>(row: &BulkCellsCols<B::Var>) -> B::Expr {
    row.writes + row.is_trailing.into()
}

/// A step is a run of rows from a first one; `continues` is 0 on its last. Claims on the next row carry that bit, which is 0 on the table's last row.
fn rows_are_in_order<B: ChipBuilder>(builder: &mut B, row: &BulkCellsCols<B::Var>, next: &BulkCellsCols<B::Var>) {
    for bit in [
        row.writes,
        row.is_trailing,
        row.is_first,
        row.continues,
        row.loads,
        row.is_input,
        row.is_fill,
    ] {
        builder.claim_boolean("flags are bits", bit);
    }
    let is_real = real::<B>(row);
    builder.claim_boolean("a row writes or trails", is_real.clone());
    for flag in [row.is_first, row.continues, row.loads] {
        builder.claim("padding does nothing", flag.into() * not::<B>(is_real.clone()));
    }
    builder.claim("nothing follows a trailing row", row.is_trailing * row.continues.into());
    builder.claim(
        "a step does not begin with its trailing row",
        row.is_trailing * row.is_first.into(),
    );
    let (first, transition) = (builder.is_first_row(), builder.is_transition());
    let name = "a step is one run of rows";
    builder.claim(name, first * (is_real - row.is_first.into()));
    builder.claim(name, not::<B>(transition.clone()) * row.continues.into());
    builder.claim(
        name,
        transition * (row.continues.into() - real::<B>(next) + next.is_first.into()),
    );
}

/// Covered bytes are one run; it begins with byte 0 but in the first cell and ends with byte 7 but in the last.
fn mask_is_one_run<B: ChipBuilder>(builder: &mut B, row: &BulkCellsCols<B::Var>, next: &BulkCellsCols<B::Var>) {
    for bit in row.mask {
        builder.claim_boolean("a mask is bits", bit);
    }
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
    builder.claim_equal("the first byte is where the mask begins", row.start_byte, start);
    builder.claim(
        "only a destination is covered",
        not::<B>(row.writes) * sum::<B>(&row.mask),
    );
    let [first, .., last] = row.mask;
    let name = "all cells but the first and last are covered";
    builder.claim(
        name,
        (row.writes.into() - row.is_first.into()) * row.writes.into() * not::<B>(first),
    );
    builder.claim(name, row.continues * next.writes.into() * not::<B>(last));
}

fn bytes_are_counted<B: ChipBuilder>(builder: &mut B, row: &BulkCellsCols<B::Var>, next: &BulkCellsCols<B::Var>) {
    let left = row.remaining.into() - sum::<B>(&row.mask);
    builder.claim(
        "the bytes count down",
        row.continues.into() * (next.remaining.into() - left.clone()),
    );
    builder.claim(
        "a step covers its bytes",
        (real::<B>(row) - row.continues.into()) * left,
    );
}

fn step_keeps_its_place<B: ChipBuilder>(builder: &mut B, row: &BulkCellsCols<B::Var>, next: &BulkCellsCols<B::Var>) {
    let kept = |row: &BulkCellsCols<B::Var>| {
        [
            row.is_input,
            row.is_fill,
            row.time,
            row.target_context,
            row.source_context,
        ]
        .into_iter()
        .chain(row.shift)
    };
    for (here, there) in kept(row).zip(kept(next)) {
        builder.claim("a step keeps its place", row.continues.into() * (there - here));
    }
    for (here, there) in [(row.target_cell, next.target_cell), (row.source_cell, next.source_cell)] {
        builder.claim("cells count up", row.continues.into() * (there - here - B::Expr::ONE));
    }
}

/// A covered byte comes from this row's source, which is read or is the fill, or from the next row's, which then belongs to the step.
fn bytes_have_a_source<B: ChipBuilder>(builder: &mut B, row: &BulkCellsCols<B::Var>) {
    for bit in row.shift {
        builder.claim_boolean("one shift", bit);
    }
    builder.claim_equal("one shift", sum::<B>(&row.shift), real::<B>(row));
    let (mut here, mut behind) = (B::Expr::ZERO, B::Expr::ZERO);
    for (shift, bit) in row.shift.into_iter().enumerate() {
        let (near, far) = row.mask.split_at(8 - shift);
        here += bit.into() * sum::<B>(near);
        behind += bit.into() * sum::<B>(far);
    }
    let name = "bytes come from somewhere";
    builder.claim(name, here * (not::<B>(row.loads) - row.is_fill.into()));
    builder.claim(name, behind * not::<B>(row.continues));
    builder.claim(
        name,
        row.is_trailing.into() * (not::<B>(row.loads) - row.is_fill.into()),
    );
    builder.claim("a fill reads nothing", row.is_fill * row.loads.into());
    for byte in row.source {
        builder.claim("a fill has one byte", row.is_fill.into() * (byte - row.source_context));
    }
}

/// Byte i of the destination is byte i + shift of this source and the next, if it is covered. What is not covered does not look at the next row.
fn bytes_are_copied<B: ChipBuilder>(builder: &mut B, row: &BulkCellsCols<B::Var>, next: &BulkCellsCols<B::Var>) {
    let bytes = |index: usize| {
        if index < 8 {
            row.source[index]
        } else {
            next.source[index - 8]
        }
    };
    let new = |index: usize| {
        let value = row.shift.into_iter().enumerate();
        let value = value.fold(B::Expr::ZERO, |sum, (shift, bit)| {
            sum + bit * bytes(index + shift).into()
        });
        let old: B::Expr = row.old[index].into();
        old.clone() + row.mask[index].into() * (value - old)
    };
    for (limb, cell) in row.new.into_iter().enumerate() {
        let value = new(2 * limb) + new(2 * limb + 1) * B::Expr::from_u32(1 << 8);
        builder.claim_equal("covered bytes are the source's", cell, value);
    }
}

fn step_is_announced<B: ChipBuilder>(builder: &mut B, row: &BulkCellsCols<B::Var>) {
    let code = B::Expr::from_u32(Opcode::MemoryCopyStep as u32);
    let shift = (0..).zip(row.shift);
    let shift = shift.fold(B::Expr::ZERO, |sum, (shift, bit)| {
        sum + bit.into() * B::Expr::from_u32(shift)
    });
    let operation = [
        code + row.is_input.into() + row.is_fill.into().double(),
        row.time.into(),
        row.target_context.into(),
        row.source_context.into(),
        row.target_cell.into(),
        row.source_cell.into(),
        row.remaining.into(),
        row.start_byte.into(),
        shift + row.start_byte.into(),
    ];
    builder.receive(Message::new(Tag::Operation, operation), row.is_first);
}

fn cells_are_accessed<B: ChipBuilder>(builder: &mut B, row: &BulkCellsCols<B::Var>) {
    let limbs = |bytes: [B::Var; 8]| -> [B::Expr; 4] {
        core::array::from_fn(|limb| bytes[2 * limb].into() + bytes[2 * limb + 1].into() * B::Expr::from_u32(1 << 8))
    };
    for pair in row.source.as_chunks::<2>().0 {
        builder.send(Message::byte_pair(pair[0], pair[1]), row.loads);
    }
    for pair in row.old.as_chunks::<2>().0 {
        builder.send(Message::byte_pair(pair[0], pair[1]), row.writes);
    }
    let from_input = row.loads * row.is_input.into();
    let input_cell = row.source_cell.into() - B::Expr::from_u32(INPUT_BASE >> 3);
    let input = Message::new(Tag::Input, core::iter::once(input_cell).chain(limbs(row.source)));
    builder.send(input, from_input.clone());
    let place = |context: B::Var, cell: B::Var, offset: u64| Place {
        space: Space::Memory,
        context: context.into(),
        cell: cell.into(),
        time: row.time.into() + B::Expr::from_u32(offset as u32),
    };
    let (read, write) = (AccessCols::from_cells(row.read), AccessCols::from_cells(row.write));
    let source = place(row.source_context, row.source_cell, time::READ);
    read.read(builder, &source, limbs(row.source), &(row.loads.into() - from_input));
    let target = place(row.target_context, row.target_cell, time::WRITE);
    write.access(
        builder,
        &target,
        limbs(row.old),
        row.new.map(Into::into),
        &row.writes.into(),
    );
    high_bytes_of(builder, read.difference_high, write.difference_high, &real::<B>(row));
}
