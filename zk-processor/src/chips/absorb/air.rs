//! Why a step of `poseidon2` cannot lie.

use p3_field::PrimeCharacteristicRing;

use super::TOP;
use super::columns::AbsorbCols;
use crate::chips::builder::{Chip, ChipBuilder, Columns, Val};
use crate::chips::buses::{Message, Tag};
use crate::chips::gadgets::access::{AccessCols, Place, all_high_bytes};
use crate::chips::poseidon2::{DIGEST_WIDTH, Rounds, STATE_WIDTH, permuted};
use crate::executor::time;
use crate::isa::spaces::INPUT_BASE;
use crate::isa::{Opcode, Space};

/// The chip.
#[derive(Clone, Copy, Debug)]
pub struct Absorb;

impl Chip for Absorb {
    fn name(&self) -> &'static str {
        "absorb"
    }

    fn width(&self) -> usize {
        AbsorbCols::<Val>::WIDTH
    }

    fn max_degree(&self) -> usize {
        3
    }

    fn uses_next_row(&self) -> bool {
        false
    }

    fn eval<B: ChipBuilder>(&self, builder: &mut B) {
        let row: AbsorbCols<B::Var> = builder.current();
        builder.claim_boolean("one step or padding", row.is_real);
        builder.claim_boolean("memory or window", row.is_window);
        let padding = B::Expr::ONE - row.is_real.into();
        builder.claim("memory or window", padding * row.is_window.into());
        state_is_permuted(builder, &row);
        step_is_announced(builder, &row);
        cells_are_accessed(builder, &row);
    }
}

/// The word of a cell as an element: words count modulo p.
fn word<B: ChipBuilder>(cells: &[[B::Var; 4]], index: usize) -> [B::Expr; 2] {
    let limbs = &cells[index / 2];
    [0, 1].map(|limb| limbs[2 * (index % 2) + limb].into())
}

fn state_is_permuted<B: ChipBuilder>(builder: &mut B, row: &AbsorbCols<B::Var>) {
    let element = |[low, high]: [B::Expr; 2]| low + high * B::Expr::from_u32(1 << 16);
    let before: [B::Expr; STATE_WIDTH] = core::array::from_fn(|index| {
        element(if index < DIGEST_WIDTH {
            word::<B>(&row.block, index)
        } else {
            word::<B>(&row.old, index)
        })
    });
    let rounds = Rounds {
        first: row.first_rounds,
        partial_cubes: row.partial_cubes,
        last: row.last_rounds,
    };
    let after = permuted(builder, before, &rounds);
    let real: B::Expr = row.is_real.into();
    for (index, value) in after.into_iter().enumerate() {
        let result = word::<B>(&row.new, index);
        builder.claim_equal("the state is permuted", element(result.clone()), value);
        let [low, high] = result;
        let below = B::Expr::from_u32(TOP) - high.clone();
        let is_top = real.clone() - below.clone() * row.below_inverse[index].into();
        builder.claim("a result is below p", low.clone() * is_top.clone());
        builder.claim("a result is below p", below.clone() * is_top);
        for limb in [low, high, below] {
            builder.send(Message::range16(limb), row.is_real);
        }
    }
}

fn step_is_announced<B: ChipBuilder>(builder: &mut B, row: &AbsorbCols<B::Var>) {
    let [block, state] = row.first_cells;
    let operation = [
        B::Expr::from_u32(Opcode::Poseidon2Step as u32),
        row.time.into(),
        B::Expr::ZERO,
        block.into(),
        row.is_window.into(),
        B::Expr::ONE,
        state.into(),
        B::Expr::ZERO,
        B::Expr::ZERO,
    ];
    builder.receive(Message::new(Tag::Operation, operation), row.is_real);
}

fn cells_are_accessed<B: ChipBuilder>(builder: &mut B, row: &AbsorbCols<B::Var>) {
    let [block, state] = row.first_cells;
    let place = |first: B::Var, index: usize, offset: u64| Place {
        space: Space::Memory,
        context: B::Expr::ZERO,
        cell: first.into() + B::Expr::from_usize(index),
        time: row.time.into() + B::Expr::from_u32(offset as u32),
    };
    let from_memory = row.is_real - row.is_window;
    for (index, (limbs, access)) in row.block.into_iter().zip(row.reads).enumerate() {
        let place = place(block, index, time::READ);
        let limbs = limbs.map(Into::<B::Expr>::into);
        let input = place.cell.clone() - B::Expr::from_u32(INPUT_BASE >> 3);
        let input = Message::new(Tag::Input, core::iter::once(input).chain(limbs.clone()));
        builder.send(input, row.is_window);
        AccessCols::from_cells(access).read(builder, &place, limbs, &from_memory);
    }
    let real: B::Expr = row.is_real.into();
    for (index, ((old, new), access)) in row.old.into_iter().zip(row.new).zip(row.writes).enumerate() {
        let place = place(state, index, time::WRITE);
        let [old, new] = [old, new].map(|limbs| limbs.map(Into::into));
        AccessCols::from_cells(access).access(builder, &place, old, new, &real);
    }
    all_high_bytes(builder, &row.reads, &real);
    all_high_bytes(builder, &row.writes, &real);
}
