//! Why a hand-over cannot lie.

use p3_field::PrimeCharacteristicRing;

use super::columns::HandOverCols;
use crate::chips::builder::{Chip, ChipBuilder, Columns, Val};
use crate::chips::buses::{Message, Tag};
use crate::chips::gadgets::access::{AccessCols, Place, high_bytes_of};
use crate::chips::gadgets::address::INVERSE_OF_2_16;
use crate::chips::gadgets::control::runtime_tuple;
use crate::executor::time;
use crate::isa::spaces::TIME_STEP;
use crate::isa::{ControlCell, Space};

/// The chip.
#[derive(Clone, Copy, Debug)]
pub struct HandOver;

impl Chip for HandOver {
    fn name(&self) -> &'static str {
        "hand_over"
    }

    fn width(&self) -> usize {
        HandOverCols::<Val>::WIDTH
    }

    fn max_degree(&self) -> usize {
        2
    }

    fn uses_next_row(&self) -> bool {
        false
    }

    fn eval<B: ChipBuilder>(&self, builder: &mut B) {
        let row: HandOverCols<B::Var> = builder.current();
        let real: B::Expr = row.is_real.into();
        builder.claim_boolean("real or padding", real.clone());
        let [_, _, now, context, _, gas_left, _] = row.tuple;
        builder.claim_equal(
            "context 0 gives nothing back",
            context * row.context_inverse.into(),
            real.clone(),
        );
        let fields = row.tuple.into_iter().chain(row.event).map(Into::into);
        builder.receive(Message::new(Tag::HandOver, fields), real.clone());
        let gas = gas_is_a_budget(builder, gas_left.into(), row.gas_low, &real);
        control_cells_are_written(builder, &row, gas);
        let [pc, frame_pointer, pages, stack_left] = row.runtime.map(Into::<B::Expr>::into);
        let next_time = now.into() + B::Expr::from_u32(TIME_STEP);
        builder.send(runtime_tuple([pc, frame_pointer, next_time, pages, stack_left]), real);
    }
}

/// Limbs of a number in [0, 2^30): both are 16-bit values, and so is four times the upper one.
fn gas_is_a_budget<B: ChipBuilder>(builder: &mut B, gas: B::Expr, low: B::Var, count: &B::Expr) -> [B::Expr; 2] {
    let high = (gas - low.into()) * B::Expr::from_u32(INVERSE_OF_2_16);
    builder.send(Message::range16(low), count.clone());
    builder.send(Message::range16(high.clone()), count.clone());
    builder.send(Message::range16(high.clone() * B::Expr::from_u32(4)), count.clone());
    [low.into(), high]
}

fn control_cells_are_written<B: ChipBuilder>(
    builder: &mut B,
    row: &HandOverCols<B::Var>,
    [gas_low, gas_high]: [B::Expr; 2],
) {
    let real: B::Expr = row.is_real.into();
    let zero = || B::Expr::ZERO;
    let [pc, frame_pointer, now, _, pages, _, stack_left] = row.tuple;
    let pages_high = (pages - row.pages_low.into()) * B::Expr::from_u32(INVERSE_OF_2_16);
    builder.send(Message::range16(row.pages_low), real.clone());
    let event = |[kind, d0, d1, d2, settled]: [B::Var; 5]| {
        [
            [kind.into(), zero(), zero(), zero()],
            [d0.into(), d1.into(), d2.into(), zero()],
            [settled.into(), zero(), zero(), zero()],
        ]
    };
    let ([old_kind, old_detail, old_settled], [kind, detail, settled]) = (event(row.old_event), event(row.event));
    let limbs = |[low, high]: [B::Var; 2]| [low.into(), high.into(), zero(), zero()];
    let runtime = row.runtime.map(Into::into);
    let tuple = [pc, frame_pointer, pages, stack_left].map(Into::into);
    let cells = [
        (ControlCell::RuntimeTuple, runtime.clone(), runtime),
        (ControlCell::SandboxTuple, row.old_tuple.map(Into::into), tuple),
        (ControlCell::EventKind, old_kind, kind),
        (ControlCell::EventDetail, old_detail, detail),
        (ControlCell::EventSettled, old_settled, settled),
        (
            ControlCell::GasLeft,
            limbs(row.old_gas),
            [gas_low, gas_high, zero(), zero()],
        ),
        (
            ControlCell::Pages,
            limbs(row.old_pages),
            [row.pages_low.into(), pages_high.clone(), zero(), zero()],
        ),
    ];
    for ((cell, old, new), access) in cells.into_iter().zip(row.accesses) {
        let place = Place {
            space: Space::Control,
            context: zero(),
            cell: B::Expr::from_u32(cell as u32),
            time: now.into() + B::Expr::from_u32(time::READ as u32),
        };
        AccessCols::from_cells(access).access(builder, &place, old, new, &real);
    }
    let [[_, h0], [_, h1], [_, h2], [_, h3], [_, h4], [_, h5], [_, h6]] = row.accesses;
    for (first, second) in [(h0, h1), (h2, h3), (h4, h5)] {
        high_bytes_of(builder, first, second, &real);
    }
    high_bytes_of(builder, h6, pages_high, &real);
}
