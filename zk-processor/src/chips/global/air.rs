//! Why a row of a global cannot lie.

use p3_field::PrimeCharacteristicRing;

use super::columns::GlobalCols;
use crate::chips::builder::{Chip, ChipBuilder, Columns, Val};
use crate::chips::buses::Message;
use crate::chips::gadgets::access::{AccessCols, Place, high_bytes_of};
use crate::chips::gadgets::execution::Fetched;
use crate::chips::gadgets::slots::{execution_of, offset, slot};
use crate::chips::gadgets::sum::sum_holds;
use crate::isa::{Opcode, Space};

/// The chip.
#[derive(Clone, Copy, Debug)]
pub struct Global;

impl Chip for Global {
    fn name(&self) -> &'static str {
        "global"
    }

    fn width(&self) -> usize {
        GlobalCols::<Val>::WIDTH
    }

    fn max_degree(&self) -> usize {
        3
    }

    fn uses_next_row(&self) -> bool {
        false
    }

    fn eval<B: ChipBuilder>(&self, builder: &mut B) {
        let row: GlobalCols<B::Var> = builder.current();
        let (mut is_real, mut opcode) = (B::Expr::ZERO, B::Expr::ZERO);
        for (selector, code) in [
            (row.is_get, Opcode::GlobalGet),
            (row.is_set, Opcode::GlobalSet),
            (row.is_get_add, Opcode::GlobalGetAdd),
            (row.is_set_add, Opcode::GlobalSetAdd),
        ] {
            builder.claim_boolean("each selector is a bit", selector);
            is_real += selector.into();
            opcode += selector.into() * B::Expr::from_u32(code as u32);
        }
        builder.claim_boolean("one operation or padding", is_real.clone());
        builder.claim("a get has one slot", (row.is_get + row.is_get_add) * row.a_slot.into());
        builder.claim("a set has one slot", (row.is_set + row.is_set_add) * row.dst.into());
        values_move(builder, &row);
        sums_are_right(builder, &row);

        let execution = execution_of(&row.execution);
        let fetched = Fetched {
            opcode,
            dst: row.dst.into(),
            a: row.a_slot.into(),
            x: row.x.map(Into::into),
            gas: row.gas.into(),
        };
        execution.execute(builder, fetched, execution.step(row.gas.into()), &is_real);
        cells_are_accessed(builder, &row, &is_real);
    }
}

fn values_move<B: ChipBuilder>(builder: &mut B, row: &GlobalCols<B::Var>) {
    for limb in 0..4 {
        let [global, slot] = [row.global_new[limb], row.slot_new[limb]];
        let leaves_global = (row.is_get + row.is_get_add) * (global - row.global_old[limb]);
        builder.claim("a get leaves the global", leaves_global);
        let leaves_slot = (row.is_set + row.is_set_add) * (slot - row.slot_old[limb]);
        builder.claim("a set leaves the slot", leaves_slot);
        builder.claim("a move copies", (row.is_get + row.is_set) * (slot - global));
    }
}

/// dst = global + immediate, or global = a + immediate, in the lower limbs; the upper limbs of both are 0.
fn sums_are_right<B: ChipBuilder>(builder: &mut B, row: &GlobalCols<B::Var>) {
    let low = |[low, high, ..]: [B::Var; 4]| -> [B::Expr; 2] { [low.into(), high.into()] };
    let [_, _, x2, x3] = row.x;
    let (global, slot, immediate) = (low(row.global_new), low(row.slot_new), [x2.into(), x3.into()]);
    sum_holds(builder, &row.is_get_add.into(), [&global, &immediate, &slot]);
    sum_holds(builder, &row.is_set_add.into(), [&slot, &immediate, &global]);
    let is_sum: B::Expr = row.is_get_add + row.is_set_add;
    for (limb, fresh) in row.fresh.into_iter().enumerate() {
        let expected = row.is_get_add * row.slot_new[limb] + row.is_set_add * row.global_new[limb];
        builder.claim_equal("a sum is fresh", fresh, expected);
        builder.send(Message::range16(fresh), is_sum.clone());
    }
    for limb in 2..4 {
        for upper in [row.global_new[limb], row.slot_new[limb]] {
            builder.claim("a sum has 32 bits", is_sum.clone() * upper.into());
        }
    }
}

fn cells_are_accessed<B: ChipBuilder>(builder: &mut B, row: &GlobalCols<B::Var>, is_real: &B::Expr) {
    let execution = execution_of(&row.execution);
    let limbs = |limbs: [B::Var; 4]| limbs.map(Into::<B::Expr>::into);
    let (global, frame) = (AccessCols::from_cells(row.global), AccessCols::from_cells(row.slot));
    let [x0, x1, ..] = limbs(row.x);
    let place = Place {
        space: Space::Global,
        context: execution.context.into(),
        cell: x0 + x1 * B::Expr::from_u32(1 << 16),
        time: execution.time_of(offset::GLOBAL),
    };
    global.access(builder, &place, limbs(row.global_old), limbs(row.global_new), is_real);
    // One of dst and a is 0. A set reads at the row's time plus 0, a get writes at the destination's.
    let mut place: Place<B::Expr> = slot(&execution, row.dst + row.a_slot, offset::A);
    place.time += (row.is_get + row.is_get_add) * B::Expr::from_u32(offset::DESTINATION - offset::A);
    frame.access(builder, &place, limbs(row.slot_old), limbs(row.slot_new), is_real);
    high_bytes_of(builder, global.difference_high, frame.difference_high, is_real);
}
