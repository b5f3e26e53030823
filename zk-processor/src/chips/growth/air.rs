//! Why a row about sizes cannot lie.

use p3_field::PrimeCharacteristicRing;

use super::columns::GrowthCols;
use super::kind::Kind;
use crate::chips::builder::{Chip, ChipBuilder, Columns, Val};
use crate::chips::buses::Message;
use crate::chips::gadgets::access::{AccessCols, Place, high_bytes_of};
use crate::chips::gadgets::address::INVERSE_OF_2_16;
use crate::chips::gadgets::execution::{ExecutionCols, Fetched, Next};
use crate::chips::gadgets::slots::{execution_of, offset, slot, zero_extended};
use crate::executor::time;
use crate::isa::Space;

/// The chip.
#[derive(Clone, Copy, Debug)]
pub struct Growth;

impl Chip for Growth {
    fn name(&self) -> &'static str {
        "growth"
    }

    fn width(&self) -> usize {
        GrowthCols::<Val>::WIDTH
    }

    fn max_degree(&self) -> usize {
        3
    }

    fn uses_next_row(&self) -> bool {
        false
    }

    fn eval<B: ChipBuilder>(&self, builder: &mut B) {
        let row: GrowthCols<B::Var> = builder.current();
        let execution = execution_of(&row.execution);
        for selector in row.is_kind {
            builder.claim_boolean("each selector is a bit", selector);
        }
        let real: B::Expr = row.any(&Kind::ALL);
        builder.claim_boolean("one row or padding", real.clone());
        pages_and_gas_are_limbs(builder, &row, &execution);
        sizes_change(builder, &row);
        gap_is_not_negative(builder, &row);
        result_is_right(builder, &row);
        cells_are_accessed(builder, &row, &execution, &real);
        let next = next_tuple(builder, &row, &execution);
        let opcode = Kind::ALL.into_iter().fold(B::Expr::ZERO, |sum, kind| {
            sum + row.is(kind) * B::Expr::from_u32(kind.opcode() as u32)
        });
        let fetched = Fetched {
            opcode,
            dst: row.dst.into(),
            a: row.a_slot.into(),
            x: row.x.map(Into::into),
            gas: row.gas.into(),
        };
        execution.execute(builder, fetched, next, &real);
    }
}

impl<T: Copy> GrowthCols<T> {
    /// The selector of a row.
    fn is<E: PrimeCharacteristicRing>(&self, kind: Kind) -> E
    where
        T: Into<E>,
    {
        self.any(&[kind])
    }

    /// 1 if the row is one of these.
    fn any<E: PrimeCharacteristicRing>(&self, kinds: &[Kind]) -> E
    where
        T: Into<E>,
    {
        let selectors = Kind::ALL.into_iter().zip(self.is_kind);
        let chosen = selectors.filter(|(kind, _)| kind.is_one_of(kinds));
        chosen.fold(E::ZERO, |sum, (_, selector)| sum + selector.into())
    }
}

fn number<V: Into<E>, E: PrimeCharacteristicRing>([low, high]: [V; 2]) -> E {
    low.into() + high.into() * E::from_u32(1 << 16)
}

/// Pages have at most 17 bits, gas at most 30: their upper limb is a bit, or itself and four times itself are 16-bit values. A cell's limbs need nothing.
fn pages_and_gas_are_limbs<B: ChipBuilder>(
    builder: &mut B,
    row: &GrowthCols<B::Var>,
    execution: &ExecutionCols<B::Var>,
) {
    let (memory, linear): (B::Expr, B::Expr) = (row.any(Kind::MEMORY), row.is(Kind::ChargeLinear));
    let before: B::Expr = number(row.before);
    let [low, high] = row.before.map(Into::<B::Expr>::into);
    let pages = before.clone() - execution.pages.into();
    builder.claim("pages are limbs", memory.clone() * pages);
    let bit = high.clone() * high.clone() - high.clone();
    builder.claim("pages have at most 17 bits", memory.clone() * bit);
    builder.claim("gas is limbs", linear.clone() * (before - execution.gas_left.into()));
    builder.send(Message::range16(low), memory + linear.clone());
    builder.send(Message::range16(high.clone()), linear.clone());
    builder.send(Message::range16(high * B::Expr::from_u32(4)), linear);
}

/// A size grows by a, below 2^32, or becomes 0, or stays.
fn sizes_change<B: ChipBuilder>(builder: &mut B, row: &GrowthCols<B::Var>) {
    let (grown, dropped): (B::Expr, B::Expr) = (row.any(Kind::GROWN), row.is(Kind::SegmentDrop));
    let stays = B::Expr::ONE - grown.clone() - dropped.clone();
    for (before, after) in row.before.into_iter().zip(row.after) {
        builder.claim("what does not grow stays", stays.clone() * (after - before));
        builder.claim("a dropped segment is empty", dropped.clone() * after.into());
        builder.send(Message::range16(after), grown.clone());
    }
    let [low, high] = [0, 1].map(|limb| row.before[limb] + row.a[limb].into() - row.after[limb].into());
    let carry = low * B::Expr::from_u32(INVERSE_OF_2_16);
    let is_no_bit = carry.clone() * carry.clone() - carry.clone();
    builder.claim("the new size is the sum", grown.clone() * is_no_bit);
    builder.claim("the new size is the sum", grown * (high + carry));
}

/// What is left between the row and its bound, limb by limb and then as a number of two 16-bit limbs.
fn gap_is_not_negative<B: ChipBuilder>(builder: &mut B, row: &GrowthCols<B::Var>) {
    let is = |kind: Kind| row.is::<B::Expr>(kind);
    let [x0, x1, x2, x3] = row.x.map(Into::<B::Expr>::into);
    let (memory_limit, table_limit) = ([x0, x1], [x2, x3]);
    // What the lower limb has besides: index + 1 is at most the size, limit + 1 is at most the sum, and a charge has the row's gas.
    let below = row.any::<B::Expr>(Kind::ELEMENT) + row.any::<B::Expr>(Kind::REFUSED);
    let extra = [below + is(Kind::ChargeLinear) * row.gas.into(), B::Expr::ZERO];
    for (limb, extra) in extra.into_iter().enumerate() {
        let [before, after, a]: [B::Expr; 3] = [row.before[limb], row.after[limb], row.a[limb]].map(Into::into);
        let [memory_limit, table_limit] = [memory_limit[limb].clone(), table_limit[limb].clone()];
        let sum = before.clone() + a.clone();
        let expected = row.any::<B::Expr>(Kind::ELEMENT) * (before.clone() - a.clone())
            + is(Kind::MemoryGrown) * (memory_limit.clone() - after.clone())
            + is(Kind::TableGrown) * (table_limit.clone() - after)
            + is(Kind::MemoryRefused) * (sum.clone() - memory_limit.clone())
            + is(Kind::TableRefused) * (sum - table_limit)
            + is(Kind::ChargeLinear) * (before - a - memory_limit)
            - extra;
        builder.claim_equal("the gap is what is left", row.gap[limb], expected);
    }
    let count: B::Expr = row.any(Kind::READS_A);
    let [low, high] = row.gap;
    let carry = (row.room_low - low) * B::Expr::from_u32(INVERSE_OF_2_16);
    builder.send(Message::range16(row.room_low), count.clone());
    builder.send(Message::range16(high.into() - carry.clone()), count.clone());
    // A sum of two lower limbs can carry -1, a charge up to 3.
    builder.send(Message::byte_pair(carry + count.clone(), B::Expr::ZERO), count);
}

fn result_is_right<B: ChipBuilder>(builder: &mut B, row: &GrowthCols<B::Var>) {
    let size = zero_extended(&row.before.map(Into::<B::Expr>::into));
    let ones = zero_extended(&[0xffff, 0xffff].map(B::Expr::from_u32));
    for (limb, (size, ones)) in size.into_iter().zip(ones).enumerate() {
        let result: B::Expr = row.result[limb].into();
        let answers: B::Expr = row.any(Kind::ANSWERS_SIZE);
        builder.claim("the result is the size", answers * (result.clone() - size));
        let refused: B::Expr = row.any(Kind::REFUSED);
        builder.claim("a refusal is 2^32 - 1", refused * (result.clone() - ones));
        let get = row.is::<B::Expr>(Kind::TableGet) * (result.clone() - row.element_old[limb].into());
        builder.claim("a get leaves the element", get);
        let set = row.is::<B::Expr>(Kind::TableSet) * (result - row.slot_old[limb].into());
        builder.claim("a set leaves the slot", set);
    }
}

/// a is read first; a set reads its value before the table, everyone else writes dst at the end.
fn cells_are_accessed<B: ChipBuilder>(
    builder: &mut B,
    row: &GrowthCols<B::Var>,
    execution: &ExecutionCols<B::Var>,
    real: &B::Expr,
) {
    let [read_a, size, element, access] = [row.read_a, row.size, row.element, row.slot].map(AccessCols::from_cells);
    let limbs = |limbs: [B::Var; 4]| limbs.map(Into::<B::Expr>::into);
    let place = slot(execution, row.a_slot.into(), offset::A);
    let a = zero_extended(&row.a.map(Into::into));
    read_a.read(builder, &place, a, &row.any(Kind::READS_A));
    let [x0, x1, ..] = row.x;
    let base: B::Expr = number([x0, x1]);
    let cell = |space: Space, cell: B::Expr| Place {
        space,
        context: execution.context.into(),
        cell,
        time: execution.time_of(time::READ as u32),
    };
    let [before, after] = [row.before, row.after].map(|size| zero_extended(&size.map(Into::<B::Expr>::into)));
    for (space, kinds) in [
        (Space::Table, Kind::TABLE),
        (Space::Segment, &[Kind::SegmentDrop] as &[_]),
    ] {
        let place = cell(space, base.clone());
        size.access(builder, &place, before.clone(), after.clone(), &row.any(kinds));
    }
    let index: B::Expr = number(row.a);
    let place = cell(Space::Table, base + B::Expr::ONE + index);
    let result = limbs(row.result);
    let is_element: B::Expr = row.any(Kind::ELEMENT);
    element.access(builder, &place, limbs(row.element_old), result.clone(), &is_element);
    let (writes, set): (B::Expr, B::Expr) = (row.any(Kind::WRITES), row.is(Kind::TableSet));
    let mut place: Place<B::Expr> = slot(execution, row.dst.into(), 0);
    place.time += writes.clone() * B::Expr::from_u32(offset::DESTINATION) + set.clone() * B::Expr::from_u32(offset::C);
    access.access(builder, &place, limbs(row.slot_old), result, &(writes + set));
    high_bytes_of(builder, read_a.difference_high, access.difference_high, real);
    high_bytes_of(builder, size.difference_high, element.difference_high, real);
}

fn next_tuple<B: ChipBuilder>(
    builder: &mut B,
    row: &GrowthCols<B::Var>,
    execution: &ExecutionCols<B::Var>,
) -> Next<B::Expr> {
    let memory: B::Expr = row.any(Kind::MEMORY);
    let new_size = row.next_pages.into() - number::<_, B::Expr>(row.after);
    builder.claim("pages are the new size", memory.clone() * new_size);
    let other = B::Expr::ONE - memory;
    builder.claim("pages are the new size", other * (row.next_pages - execution.pages));
    let [x0, x1, ..] = row.x;
    let linear = number::<_, B::Expr>([x0, x1]) + number::<_, B::Expr>(row.a);
    let charge = row.gas.into() + row.is::<B::Expr>(Kind::ChargeLinear) * linear;
    builder.claim_equal("the charge is taken", row.next_gas, execution.gas_left.into() - charge);
    Next {
        pages: row.next_pages.into(),
        gas_left: row.next_gas.into(),
        ..execution.step(B::Expr::ZERO)
    }
}
