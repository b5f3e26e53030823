//! Why a store at any address cannot lie.

use p3_field::PrimeCharacteristicRing;

use super::columns::StoreUnalignedCols;
use crate::chips::builder::{Chip, ChipBuilder, Columns, Val};
use crate::chips::buses::Message;
use crate::chips::gadgets::access::{AccessCols, Place, high_bytes_of};
use crate::chips::gadgets::address::{AddressCols, chosen};
use crate::chips::gadgets::execution::Fetched;
use crate::chips::gadgets::slots::{execution_of, offset, slot, zero_extended};
use crate::chips::gadgets::span::Span;
use crate::executor::time;
use crate::isa::{Opcode, Space};

/// The opcodes with a slot, by width; the immediate form's code is one more.
const OPCODES: [Opcode; 3] = [Opcode::Store16, Opcode::Store32, Opcode::Store64];

const _: () = assert!(
    Opcode::Store16Imm as u32 == Opcode::Store16 as u32 + 1
        && Opcode::Store32Imm as u32 == Opcode::Store32 as u32 + 1
        && Opcode::Store64Imm as u32 == Opcode::Store64 as u32 + 1
);

/// The chip.
#[derive(Clone, Copy, Debug)]
pub struct StoreUnaligned;

impl Chip for StoreUnaligned {
    fn name(&self) -> &'static str {
        "store_unaligned"
    }

    fn width(&self) -> usize {
        StoreUnalignedCols::<Val>::WIDTH
    }

    fn max_degree(&self) -> usize {
        3
    }

    fn uses_next_row(&self) -> bool {
        false
    }

    fn eval<B: ChipBuilder>(&self, builder: &mut B) {
        let row: StoreUnalignedCols<B::Var> = builder.current();
        for selector in row.is_width {
            builder.claim_boolean("each width is a bit", selector);
        }
        let span = Span {
            at: row.at,
            is_odd: row.is_odd,
            is_crossing: row.is_crossing,
            room_low: row.room_low,
        };
        let (count, byte) = span.begins(builder, row.is_width.map(Into::into));
        let [first, ..] = row.address;
        let address = AddressCols::read(&row.address, first);
        let cell = address.effective(builder, byte, &count).cell;
        let end = execution_of(&row.execution).pages.into() * B::Expr::from_u32(1 << 13);
        span.ends_before(builder, cell.clone(), end, &count);
        limbs_are_split(builder, &row);
        value_is_in_the_cells(builder, &row);
        cells_are_written(builder, &row, cell, &count);
        value_is_slot_or_immediate(builder, &row, &count);
        instruction_is_executed(builder, &row, &address, &count);
    }
}

/// 1 at an even address, 2^8 at an odd one.
fn scale<B: ChipBuilder>(row: &StoreUnalignedCols<B::Var>) -> B::Expr {
    B::Expr::ONE + row.is_odd.into() * B::Expr::from_u32(255)
}

/// What is split at an odd address is two bytes; at an even one it is not split.
fn limbs_are_split<B: ChipBuilder>(builder: &mut B, row: &StoreUnalignedCols<B::Var>) {
    let is_odd: B::Expr = row.is_odd.into();
    let [two, four, eight] = row.is_width.map(Into::<B::Expr>::into);
    let before = |ahead: usize| chosen::<B>(&row.at, &row.old, ahead);
    builder.claim_equal(
        "the first limb is its parts",
        before(0),
        row.kept_low + row.lost_high.into() * scale::<B>(row),
    );
    builder.claim_equal(
        "the last limb is its parts",
        two * before(1) + four * before(2) + eight * before(4),
        row.lost_low + row.kept_high.into() * scale::<B>(row),
    );
    for high in row.high {
        let even = B::Expr::ONE - is_odd.clone();
        builder.claim("an even access splits no limb", even * high.into());
    }
    for low in [row.kept_low, row.lost_low] {
        let even = B::Expr::ONE - is_odd.clone();
        builder.claim("an even access splits no limb", even * low.into());
    }
    for (low, high) in row.low.into_iter().zip(row.high) {
        builder.send(Message::byte_pair(low, high), is_odd.clone());
    }
    builder.send(Message::byte_pair(row.kept_low, row.lost_high), is_odd.clone());
    builder.send(Message::byte_pair(row.lost_low, row.kept_high), is_odd);
}

/// The five limbs from the first byte on are what the value makes of them; the others stay.
fn value_is_in_the_cells<B: ChipBuilder>(builder: &mut B, row: &StoreUnalignedCols<B::Var>) {
    let [two, four, eight] = row.is_width.map(Into::<B::Expr>::into);
    let moved = |limb: usize| row.low[limb].into() * scale::<B>(row);
    let high = |limb: usize| -> B::Expr { row.high[limb].into() };
    let kept_high = row.kept_high.into() * scale::<B>(row);
    let before = |ahead: usize| chosen::<B>(&row.at, &row.old, ahead);
    let narrow = two.clone() + four.clone();
    let wide = four.clone() + eight.clone();
    let expected = [
        moved(0) + row.kept_low.into(),
        high(0) + wide.clone() * moved(1) + two.clone() * kept_high.clone(),
        wide * high(1) + eight.clone() * moved(2) + four * kept_high.clone() + two * before(2),
        eight.clone() * (high(2) + moved(3)) + narrow.clone() * before(3),
        eight * (high(3) + kept_high) + narrow * before(4),
    ];
    for (ahead, expected) in expected.into_iter().enumerate() {
        let after = chosen::<B>(&row.at, &row.new, ahead);
        builder.claim_equal("the value is in the cells", after, expected);
    }
    for (limb, (old, new)) in row.old.into_iter().zip(row.new).enumerate() {
        let outside = row
            .at
            .into_iter()
            .enumerate()
            .filter(|(first, _)| limb < *first || limb > first + 4);
        let outside = outside.fold(B::Expr::ZERO, |sum, (_, at)| sum + at.into());
        builder.claim("other limbs stay", outside * (new - old));
    }
}

fn cells_are_written<B: ChipBuilder>(
    builder: &mut B,
    row: &StoreUnalignedCols<B::Var>,
    cell: B::Expr,
    count: &B::Expr,
) {
    let execution = execution_of(&row.execution);
    let place = |cell: B::Expr| Place {
        space: Space::Memory,
        context: execution.context.into(),
        cell,
        time: execution.time_of(time::WRITE as u32),
    };
    let limbs =
        |cells: &[B::Var; 8], first: usize| -> [B::Expr; 4] { core::array::from_fn(|limb| cells[first + limb].into()) };
    let (first, second) = (
        AccessCols::from_cells(row.write_first),
        AccessCols::from_cells(row.write_second),
    );
    first.access(
        builder,
        &place(cell.clone()),
        limbs(&row.old, 0),
        limbs(&row.new, 0),
        count,
    );
    second.access(
        builder,
        &place(cell + B::Expr::ONE),
        limbs(&row.old, 4),
        limbs(&row.new, 4),
        &row.is_crossing.into(),
    );
}

/// The value is read from slot dst, or is x2 x3, zero-extended.
fn value_is_slot_or_immediate<B: ChipBuilder>(builder: &mut B, row: &StoreUnalignedCols<B::Var>, count: &B::Expr) {
    let is_immediate: B::Expr = row.is_immediate.into();
    builder.claim_boolean("slot or immediate", is_immediate.clone());
    builder.claim_boolean("slot or immediate", count.clone() - is_immediate.clone());
    let value: [B::Expr; 4] =
        core::array::from_fn(|limb| row.low[limb] + row.high[limb].into() * B::Expr::from_u32(1 << 8));
    let immediate = zero_extended(&row.immediate.map(Into::<B::Expr>::into));
    for (limb, immediate) in value.iter().zip(immediate) {
        let excess = limb.clone() - immediate;
        builder.claim("the immediate is the value", is_immediate.clone() * excess);
    }
    for limb in row.immediate {
        let without = B::Expr::ONE - is_immediate.clone();
        builder.claim("without an immediate x2 x3 are 0", without * limb.into());
    }
    let execution = execution_of(&row.execution);
    let reads_value = count.clone() - is_immediate;
    let read = AccessCols::from_cells(row.read_value);
    read.read(
        builder,
        &slot(&execution, row.dst.into(), offset::C),
        value,
        &reads_value,
    );
    let [_, second_high] = row.write_second;
    high_bytes_of(builder, read.difference_high, second_high, count);
}

fn instruction_is_executed<B: ChipBuilder>(
    builder: &mut B,
    row: &StoreUnalignedCols<B::Var>,
    address: &AddressCols<B::Var>,
    count: &B::Expr,
) {
    let execution = execution_of(&row.execution);
    let ([x0, x1], [x2, x3]) = (address.offset.map(Into::into), row.immediate.map(Into::into));
    let opcode = row.is_width.iter().zip(OPCODES);
    let fetched = Fetched {
        opcode: opcode.fold(row.is_immediate.into(), |sum, (selector, opcode)| {
            sum + (*selector).into() * B::Expr::from_u32(opcode as u32)
        }),
        dst: row.dst.into(),
        a: row.a_slot.into(),
        x: [x0, x1, x2, x3],
        gas: row.gas.into(),
    };
    execution.execute(builder, fetched, execution.step(row.gas.into()), count);
    let read_a = AccessCols::from_cells(row.read_a);
    let place = slot(&execution, row.a_slot.into(), offset::A);
    read_a.read(builder, &place, zero_extended(&address.base.map(Into::into)), count);
    let [_, first_high] = row.write_first;
    high_bytes_of(builder, read_a.difference_high, first_high, count);
}
