//! Why a load at any address cannot lie.

use alloc::vec::Vec;

use p3_field::PrimeCharacteristicRing;

use super::columns::LoadUnalignedCols;
use crate::chips::builder::{Chip, ChipBuilder, Columns, Val};
use crate::chips::buses::{Message, Tag};
use crate::chips::gadgets::access::{AccessCols, Place, high_bytes_of};
use crate::chips::gadgets::address::{Address, AddressCols, chosen};
use crate::chips::gadgets::execution::Fetched;
use crate::chips::gadgets::slots::{execution_of, offset, slot, zero_extended};
use crate::chips::gadgets::span::Span;
use crate::executor::time;
use crate::isa::spaces::{INPUT_BASE, MAX_PAGES};
use crate::isa::{Opcode, Space};

/// The opcodes, in the order of their selectors.
pub(super) const OPCODES: [Opcode; 6] = [
    Opcode::Load16U,
    Opcode::Load16S32,
    Opcode::Load16S64,
    Opcode::Load32U,
    Opcode::Load32S64,
    Opcode::Load64,
];

/// The chip.
#[derive(Clone, Copy, Debug)]
pub struct LoadUnaligned;

impl Chip for LoadUnaligned {
    fn name(&self) -> &'static str {
        "load_unaligned"
    }

    fn width(&self) -> usize {
        LoadUnalignedCols::<Val>::WIDTH
    }

    fn max_degree(&self) -> usize {
        3
    }

    fn uses_next_row(&self) -> bool {
        false
    }

    fn eval<B: ChipBuilder>(&self, builder: &mut B) {
        let row: LoadUnalignedCols<B::Var> = builder.current();
        for selector in row.is_opcode {
            builder.claim_boolean("each opcode is a bit", selector);
        }
        let (count, byte) = row.span().begins(builder, row.widths());
        let (window, memory) = memory_or_window(builder, &row, &count);
        let [first, ..] = row.address;
        let address = AddressCols::read(&row.address, first);
        let effective = address.effective(builder, byte, &count);
        access_is_in_bounds(builder, &row, &effective, (&window, &memory), &count);
        cells_are_read(builder, &row, &effective, (&window, &memory), &count);
        let value = value_is_in_the_cells(builder, &row);
        let result = value_fills_the_result(builder, &row, &value);
        instruction_is_executed(builder, &row, &address, result, &count);
    }
}

impl<T: Copy> LoadUnalignedCols<T> {
    fn span(&self) -> Span<T> {
        Span {
            at: self.at,
            is_odd: self.is_odd,
            is_crossing: self.is_crossing,
            room_low: self.room_low,
        }
    }

    /// Selectors of 2, 4 and 8 bytes.
    fn widths<E: PrimeCharacteristicRing>(&self) -> [E; 3]
    where
        T: Into<E>,
    {
        let [u16_, s16_32, s16_64, u32_, s32_64, u64_] = self.is_opcode.map(Into::<E>::into);
        [u16_ + s16_32 + s16_64, u32_ + s32_64, u64_]
    }
}

fn memory_or_window<B: ChipBuilder>(
    builder: &mut B,
    row: &LoadUnalignedCols<B::Var>,
    count: &B::Expr,
) -> (B::Expr, B::Expr) {
    let window: B::Expr = row.is_window.into();
    let memory = count.clone() - window.clone();
    builder.claim_boolean("memory or window", window.clone());
    builder.claim_boolean("memory or window", memory.clone());
    let context: B::Expr = execution_of(&row.execution).context.into();
    builder.claim("only context 0 has a window", window.clone() * context);
    (window, memory)
}

/// The last cell lies before the end of memory or window. A window's first page is at least 2^15: its double less 2^16 is a 16-bit value.
fn access_is_in_bounds<B: ChipBuilder>(
    builder: &mut B,
    row: &LoadUnalignedCols<B::Var>,
    address: &Address<B::Expr>,
    (window, memory): (&B::Expr, &B::Expr),
    count: &B::Expr,
) {
    let (end, pages): (B::Expr, B::Expr) = (row.end.into(), execution_of(&row.execution).pages.into());
    builder.claim("memory ends with its pages", memory.clone() * (end.clone() - pages));
    let last_page = B::Expr::from_u32(MAX_PAGES);
    builder.claim("the window ends at 2^32", window.clone() * (end.clone() - last_page));
    let end = end * B::Expr::from_u32(1 << 13);
    row.span().ends_before(builder, address.cell.clone(), end, count);
    let page_in_window = address.page.clone() - B::Expr::from_u32(INPUT_BASE >> 16);
    builder.send(Message::range16(page_in_window * B::Expr::TWO), window.clone());
}

fn cells_are_read<B: ChipBuilder>(
    builder: &mut B,
    row: &LoadUnalignedCols<B::Var>,
    address: &Address<B::Expr>,
    (window, memory): (&B::Expr, &B::Expr),
    count: &B::Expr,
) {
    let execution = execution_of(&row.execution);
    let is_crossing: B::Expr = row.is_crossing.into();
    let reads = [row.read_first, row.read_second].map(AccessCols::from_cells);
    let cells = [
        (address.cell.clone(), row.first, B::Expr::ONE),
        (address.cell.clone() + B::Expr::ONE, row.second, is_crossing),
    ];
    for (read, (cell, limbs, is_needed)) in reads.iter().zip(cells) {
        let limbs: [B::Expr; 4] = limbs.map(Into::into);
        let input_cell = cell.clone() - B::Expr::from_u32(INPUT_BASE >> 3);
        let input = Message::new(Tag::Input, core::iter::once(input_cell).chain(limbs.clone()));
        builder.send(input, window.clone() * is_needed.clone());
        let place = Place {
            space: Space::Memory,
            context: execution.context.into(),
            cell,
            time: execution.time_of(time::READ as u32),
        };
        read.read(builder, &place, limbs, &(memory.clone() * is_needed));
    }
    let [first, second] = reads.map(|read| read.difference_high);
    high_bytes_of(builder, first, second, count);
}

/// The four limbs from the first byte on.
fn value_is_in_the_cells<B: ChipBuilder>(builder: &mut B, row: &LoadUnalignedCols<B::Var>) -> [B::Expr; 4] {
    let is_odd: B::Expr = row.is_odd.into();
    let limbs: Vec<B::Var> = row.first.into_iter().chain(row.second).collect();
    let scale = B::Expr::ONE + is_odd.clone() * B::Expr::from_u32(255);
    for (ahead, (tail, head)) in row.tail.into_iter().zip(row.head).enumerate() {
        let limb = chosen::<B>(&row.at, &limbs, ahead);
        let (tail, head): (B::Expr, B::Expr) = (tail.into(), head.into());
        builder.claim_equal("a limb is its parts", limb, tail.clone() + head.clone() * scale.clone());
        let without_tail = (B::Expr::ONE - is_odd.clone()) * tail.clone();
        builder.claim("an even access splits no limb", without_tail);
        builder.send(Message::byte_pair(tail, head), is_odd.clone());
    }
    core::array::from_fn(|limb| row.head[limb] + row.tail[limb + 1].into() * B::Expr::from_u32(1 << 8))
}

/// Limbs within the width are the value's, the others are filled with its sign.
fn value_fills_the_result<B: ChipBuilder>(
    builder: &mut B,
    row: &LoadUnalignedCols<B::Var>,
    [first, second, third, fourth]: &[B::Expr; 4],
) -> [B::Expr; 4] {
    let [_, s16_32, s16_64, _, s32_64, _] = row.is_opcode.map(Into::<B::Expr>::into);
    let [_, four, eight] = row.widths::<B::Expr>();
    let (signed_2, signed_4) = (s16_32 + s16_64.clone(), s32_64.clone());
    let is_signed = signed_2.clone() + signed_4.clone();
    let top = signed_2.clone() * first.clone() + signed_4 * second.clone();
    builder.claim_equal("the top limb is the value's", row.top, top);
    let sign: B::Expr = row.sign.into();
    builder.claim_boolean("the sign is a bit", sign.clone());
    let without_sign = (B::Expr::ONE - is_signed.clone()) * sign.clone();
    builder.claim("only a signed load extends", without_sign);
    let below_sign = row.top - sign.clone() * B::Expr::from_u32(1 << 15);
    builder.send(Message::range16(below_sign * B::Expr::TWO), is_signed);
    let fill = sign * B::Expr::from_u32(0xffff);
    let upper_fill = (s16_64 + s32_64) * fill.clone();
    let upper = [
        (four + eight.clone()) * second.clone() + signed_2 * fill,
        eight.clone() * third.clone() + upper_fill.clone(),
        eight * fourth.clone() + upper_fill,
    ];
    for (cell, expected) in row.upper.into_iter().zip(upper) {
        builder.claim_equal("the value fills the result", cell, expected);
    }
    let [second, third, fourth] = row.upper.map(Into::into);
    [first.clone(), second, third, fourth]
}

fn instruction_is_executed<B: ChipBuilder>(
    builder: &mut B,
    row: &LoadUnalignedCols<B::Var>,
    address: &AddressCols<B::Var>,
    result: [B::Expr; 4],
    count: &B::Expr,
) {
    let execution = execution_of(&row.execution);
    let opcode = row.is_opcode.iter().zip(OPCODES);
    let fetched = Fetched {
        opcode: opcode.fold(B::Expr::ZERO, |sum, (selector, opcode)| {
            sum + (*selector).into() * B::Expr::from_u32(opcode as u32)
        }),
        dst: row.dst.into(),
        a: row.a_slot.into(),
        x: zero_extended(&address.offset.map(Into::into)),
        gas: row.gas.into(),
    };
    execution.execute(builder, fetched, execution.step(row.gas.into()), count);
    let (read_a, write) = (AccessCols::from_cells(row.read_a), AccessCols::from_cells(row.write));
    let place = slot(&execution, row.a_slot.into(), offset::A);
    read_a.read(builder, &place, zero_extended(&address.base.map(Into::into)), count);
    let place = slot(&execution, row.dst.into(), offset::DESTINATION);
    write.access(builder, &place, row.old.map(Into::into), result, count);
    high_bytes_of(builder, read_a.difference_high, write.difference_high, count);
}
