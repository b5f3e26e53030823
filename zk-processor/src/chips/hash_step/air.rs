//! Why a head of a hash operation cannot lie.

use p3_field::PrimeCharacteristicRing;

use super::columns::HashStepCols;
use crate::chips::builder::{Chip, ChipBuilder, Columns, Val};
use crate::chips::buses::{Message, Tag};
use crate::chips::gadgets::access::{AccessCols, Place, high_bytes_of};
use crate::chips::gadgets::execution::{ExecutionCols, Fetched};
use crate::chips::gadgets::slots::{execution_of, slot, zero_extended};
use crate::chips::sha_256::BLOCK_CELLS;
use crate::executor::time;
use crate::isa::spaces::{INPUT_BASE, MAX_PAGES, STEP_BLOCKS};
use crate::isa::{Opcode, Space};

/// The chip.
#[derive(Clone, Copy, Debug)]
pub struct HashStepChip;

impl Chip for HashStepChip {
    fn name(&self) -> &'static str {
        "hash_step"
    }

    fn width(&self) -> usize {
        HashStepCols::<Val>::WIDTH
    }

    fn max_degree(&self) -> usize {
        3
    }

    fn uses_next_row(&self) -> bool {
        false
    }

    fn eval<B: ChipBuilder>(&self, builder: &mut B) {
        let row: HashStepCols<B::Var> = builder.current();
        let real: B::Expr = row.is_begin + row.is_advance + row.is_done.into();
        let execution = execution_of(&row.execution);
        rows_are_of_one_kind(builder, &row, &execution, &real);
        part_is_right(builder, &row, &real);
        operands_advance(builder, &row, &real);
        spans_are_in_bounds(builder, &row, &execution, &real);
        instruction_is_executed(builder, &row, &execution, &real);
        state_is_hashed(builder, &row, &execution);
    }
}

fn one<E: PrimeCharacteristicRing>() -> E {
    E::ONE
}

fn number<B: ChipBuilder>([low, high]: [B::Var; 2]) -> B::Expr {
    low.into() + high.into() * B::Expr::from_u32(1 << 16)
}

fn rows_are_of_one_kind<B: ChipBuilder>(
    builder: &mut B,
    row: &HashStepCols<B::Var>,
    execution: &ExecutionCols<B::Var>,
    real: &B::Expr,
) {
    for kind in [row.is_begin, row.is_advance, row.is_done] {
        builder.claim_boolean("one row kind or padding", kind);
    }
    builder.claim_boolean("one row kind or padding", real.clone());
    builder.claim_boolean("one hash or the other", row.is_poseidon);
    builder.claim(
        "padding hashes nothing",
        row.is_poseidon.into() * (one::<B::Expr>() - real.clone()),
    );
    builder.claim("only context 0 hashes", real.clone() * execution.context.into());
}

/// A part is 256 blocks if the count has as many, else the count, and at least one; of Poseidon2 it is one block.
fn part_is_right<B: ChipBuilder>(builder: &mut B, row: &HashStepCols<B::Var>, real: &B::Expr) {
    let (advance, full, part): (B::Expr, B::Expr, B::Expr) =
        (row.is_advance.into(), row.is_full.into(), row.part.into());
    let [low, high] = row.count.map(Into::<B::Expr>::into);
    let name = "a part is the count or 256 blocks";
    builder.claim_boolean(name, full.clone());
    builder.claim(name, full.clone() * (one::<B::Expr>() - advance.clone()));
    // A full step of Poseidon2 is one block, and all of its steps are full.
    let fewer = row.is_poseidon.into() * B::Expr::from_u32(STEP_BLOCKS - 1);
    let most = B::Expr::from_u32(STEP_BLOCKS) - fewer;
    builder.claim(name, full.clone() * (part.clone() - most));
    builder.claim(name, row.is_poseidon.into() * (advance.clone() - full.clone()));
    let short = advance.clone() - full;
    builder.claim(name, short.clone() * (part.clone() - low.clone()));
    builder.claim(name, short * high.clone());
    builder.claim(
        "only an advance has a part",
        part.clone() * (one::<B::Expr>() - advance.clone()),
    );
    for limb in [low, high] {
        builder.claim("what is done has no blocks", row.is_done.into() * limb);
    }
    // Part less one is a byte, beside the time of the third slot.
    let [.., count] = row.slots;
    high_bytes_of(
        builder,
        AccessCols::from_cells(count).difference_high,
        part.clone() - advance,
        real,
    );
    builder.claim_equal(
        "a begin checks all blocks",
        row.covered,
        row.is_begin.into() * number::<B>(row.count) + part,
    );
}

/// The address grows by the part's bytes modulo 2^32, the count shrinks by the part and is not negative.
fn operands_advance<B: ChipBuilder>(builder: &mut B, row: &HashStepCols<B::Var>, real: &B::Expr) {
    for (name, bit) in [
        ("the blocks advance", row.carry),
        ("the blocks advance", row.wraps),
        ("the count shrinks", row.borrow),
    ] {
        builder.claim_boolean(name, bit);
    }
    let unit = B::Expr::from_u32(1 << 16);
    let part: B::Expr = row.part.into();
    let bytes = part.clone() * (B::Expr::from_u32(64) - row.is_poseidon.into() * B::Expr::from_u32(32));
    let ([low, high], [low_after, high_after]) = (row.blocks, row.blocks_after);
    builder.claim_equal(
        "the blocks advance",
        low_after,
        low.into() + bytes - row.carry.into() * unit.clone(),
    );
    builder.claim_equal(
        "the blocks advance",
        high_after,
        high + row.carry.into() - row.wraps.into() * unit.clone(),
    );
    let ([low, high], [low_after, high_after]) = (row.count, row.count_after);
    builder.claim_equal(
        "the count shrinks",
        low_after,
        low.into() - part + row.borrow.into() * unit,
    );
    builder.claim_equal("the count shrinks", high_after, high - row.borrow);
    for limb in row.blocks_after.into_iter().chain(row.count_after) {
        builder.send(Message::range16(limb), real.clone());
    }
}

/// Rooms are not negative: see the bounds in the trace's tests. A begin's count is below 2^26, so that its cells do not wrap.
fn spans_are_in_bounds<B: ChipBuilder>(
    builder: &mut B,
    row: &HashStepCols<B::Var>,
    execution: &ExecutionCols<B::Var>,
    real: &B::Expr,
) {
    for (address, cell) in [row.state, row.blocks].into_iter().zip(row.cells_in_page) {
        let [low, _] = address;
        builder.claim_equal("addresses are multiples of 8", low, cell.into() * B::Expr::from_u32(8));
        builder.send(Message::range16(cell), real.clone());
    }
    let page_cells = B::Expr::from_u32(1 << 13);
    let room = |[low, high]: [B::Var; 2]| low.into() + high.into() * page_cells.clone();
    let behind = |end_page: B::Expr, [_, page]: [B::Var; 2], cell: B::Var| {
        (end_page - page.into()) * page_cells.clone() - cell.into()
    };
    let checked: B::Expr = row.is_begin + row.is_advance.into();
    let (pages, window, poseidon): (B::Expr, B::Expr, B::Expr) =
        (execution.pages.into(), row.is_window.into(), row.is_poseidon.into());
    let [state_cell, blocks_cell] = row.cells_in_page;
    let state_cells = B::Expr::from_u32(4) + poseidon.clone() * B::Expr::from_u32(4);
    builder.claim(
        "the state lies in memory",
        checked.clone() * (behind(pages.clone(), row.state, state_cell) - state_cells - room(row.state_room)),
    );
    let end_page = pages.clone() + window.clone() * (B::Expr::from_u32(MAX_PAGES) - pages);
    let block_cells = B::Expr::from_u32(BLOCK_CELLS) - poseidon * B::Expr::from_u32(BLOCK_CELLS / 2);
    let cells = row.covered.into() * block_cells;
    builder.claim(
        "the blocks lie in bounds",
        checked * (behind(end_page, row.blocks, blocks_cell) - cells - room(row.blocks_room)),
    );
    for limb in row.state_room.into_iter().chain(row.blocks_room) {
        builder.send(Message::range16(limb), real.clone());
    }
    builder.claim_boolean("memory or window", window.clone());
    builder.claim("memory or window", window.clone() * (one::<B::Expr>() - real.clone()));
    let [_, page] = row.blocks;
    let in_window = (page.into() - B::Expr::from_u32(INPUT_BASE >> 16)).double();
    builder.send(Message::range16(in_window), window);
    let [_, count_high] = row.count;
    builder.send(
        Message::range16(count_high.into() * B::Expr::from_u32(1 << 6)),
        row.is_begin,
    );
}

fn instruction_is_executed<B: ChipBuilder>(
    builder: &mut B,
    row: &HashStepCols<B::Var>,
    execution: &ExecutionCols<B::Var>,
    real: &B::Expr,
) {
    let code = |opcode: Opcode| B::Expr::from_u32(opcode as u32);
    let distance = Opcode::Poseidon2Begin as u32 - Opcode::Sha256Begin as u32;
    let fetched = Fetched {
        opcode: row.is_begin.into() * code(Opcode::Sha256Begin)
            + (row.is_advance + row.is_done) * code(Opcode::Sha256Step)
            + row.is_poseidon.into() * B::Expr::from_u32(distance),
        dst: B::Expr::ZERO,
        a: row.a_slot.into(),
        x: core::array::from_fn(|_| B::Expr::ZERO),
        gas: row.gas.into(),
    };
    let mut next = execution.step(row.gas.into());
    next.pc -= row.is_advance.into();
    execution.execute(builder, fetched, next, real);

    let values = [
        (row.state, row.state),
        (row.blocks, row.blocks_after),
        (row.count, row.count_after),
    ];
    for (index, ((old, new), access)) in (0..).zip(values.into_iter().zip(row.slots)) {
        let place = slot(execution, row.a_slot.into() + B::Expr::from_u32(index), time::A as u32);
        let [old, new] = [old, new].map(|limbs| zero_extended(&limbs.map(Into::into)));
        AccessCols::from_cells(access).access(builder, &place, old, new, real);
    }
    let [first, second, _] = row.slots.map(|cells| AccessCols::from_cells(cells).difference_high);
    high_bytes_of(builder, first, second, real);
}

/// The state's cells, and what the tables of the two hashes are asked to do.
fn state_is_hashed<B: ChipBuilder>(builder: &mut B, row: &HashStepCols<B::Var>, execution: &ExecutionCols<B::Var>) {
    let page_cells = B::Expr::from_u32(1 << 13);
    let cell = |[_, page]: [B::Var; 2], cell: B::Var| page.into() * page_cells.clone() + cell.into();
    let [state_cell, blocks_cell] = row.cells_in_page;
    let (state_cell, blocks_cell) = (cell(row.state, state_cell), cell(row.blocks, blocks_cell));
    let by_poseidon = row.is_advance * row.is_poseidon.into();
    let by_sha = row.is_advance.into() - by_poseidon.clone();
    for (index, access) in (0..).zip(row.writes) {
        let place = Place {
            space: Space::Memory,
            context: B::Expr::ZERO,
            cell: state_cell.clone() + B::Expr::from_usize(index),
            time: execution.time_of(time::WRITE as u32),
        };
        let [old, new] = [row.old, row.new].map(|cells| cells[index].map(Into::into));
        AccessCols::from_cells(access).access(builder, &place, old, new, &by_sha);
    }
    let [first, second, third, fourth] = row.writes.map(|cells| AccessCols::from_cells(cells).difference_high);
    high_bytes_of(builder, first, second, &by_sha);
    high_bytes_of(builder, third, fourth, &by_sha);

    let state = |cell: B::Expr, phase: B::Expr, limbs: [[B::Var; 4]; 4]| {
        let key = [execution.time.into(), cell, row.is_window.into(), phase];
        Message::new(
            Tag::HashState,
            key.into_iter().chain(limbs.into_iter().flatten().map(Into::into)),
        )
    };
    let end = blocks_cell.clone() + row.part.into() * B::Expr::from_u32(BLOCK_CELLS);
    builder.send(state(blocks_cell.clone(), B::Expr::ZERO, row.old), by_sha.clone());
    builder.receive(state(end, B::Expr::ONE, row.new), by_sha);
    let operation = [
        B::Expr::from_u32(Opcode::Poseidon2Step as u32),
        execution.time.into(),
        B::Expr::ZERO,
        blocks_cell,
        row.is_window.into(),
        row.part.into(),
        state_cell,
        B::Expr::ZERO,
        B::Expr::ZERO,
    ];
    builder.send(Message::new(Tag::Operation, operation), by_poseidon);
}
