//! Our chips as Plonky3 AIRs: one `eval`, many builders.

use p3_air::{Air, BaseAir, WindowAccess};
use p3_field::{Algebra, PrimeCharacteristicRing};
use p3_lookup::{Count, InteractionBuilder};
use zk_processor::chips::builder::{Chip, ChipBuilder, Columns, Multiplicity, Sign, Val};
use zk_processor::chips::buses::Message;

/// A chip as an AIR of the backend.
#[derive(Clone, Copy, Debug)]
pub struct ChipAir<C>(pub C);

impl<C: Chip> BaseAir<Val> for ChipAir<C> {
    fn width(&self) -> usize {
        self.0.width()
    }

    fn num_public_values(&self) -> usize {
        self.0.public_values()
    }

    fn main_next_row_columns(&self) -> Vec<usize> {
        if self.0.uses_next_row() {
            (0..self.0.width()).collect()
        } else {
            Vec::new()
        }
    }

    fn max_constraint_degree(&self) -> Option<usize> {
        Some(self.0.max_degree())
    }
}

impl<C: Chip, AB: InteractionBuilder<F = Val>> Air<AB> for ChipAir<C> {
    fn eval(&self, builder: &mut AB) {
        let window = builder.main();
        self.0.eval(&mut Adapter { builder, window });
    }
}

struct Adapter<'a, AB: InteractionBuilder<F = Val>> {
    builder: &'a mut AB,
    window: AB::MainWindow,
}

impl<AB> ChipBuilder for Adapter<'_, AB>
where
    AB: InteractionBuilder<F = Val>,
    AB::Expr: Algebra<Val> + Algebra<AB::Var>,
{
    type Expr = AB::Expr;
    type Var = AB::Var;

    fn current<C: Columns<Self::Var>>(&self) -> C {
        read(self.window.current_slice())
    }

    fn next<C: Columns<Self::Var>>(&self) -> C {
        read(self.window.next_slice())
    }

    fn is_first_row(&self) -> Self::Expr {
        self.builder.is_first_row()
    }

    fn is_transition(&self) -> Self::Expr {
        self.builder.is_transition()
    }

    fn public_value(&self, index: usize) -> Self::Expr {
        self.builder
            .public_values()
            .get(index)
            .copied()
            .map_or(Self::Expr::ZERO, Into::into)
    }

    fn claim(&mut self, _name: &'static str, zero: impl Into<Self::Expr>) {
        self.builder.assert_zero(zero);
    }

    fn message(&mut self, message: Message<Self::Expr>, count: Multiplicity<Self::Expr>, sign: Sign) {
        let signed = |count: Self::Expr| if sign == Sign::Send { count } else { -count };
        let count = match count {
            Multiplicity::Boolean(count) => Count::bounded(signed(count), 1),
            Multiplicity::Provided(count) => Count::provided(signed(count)),
        };
        let bus = message.tag.bus().name();
        self.builder.push_interaction(bus, message.padded(), count);
    }
}

/// A chip has at least one column, so the first cell stands in for a missing one; widths are fixed by the chip, so none is missing.
fn read<T: Copy, C: Columns<T>>(row: &[T]) -> C {
    let first = row
        .first()
        .copied()
        .unwrap_or_else(|| unreachable!("every chip has a column"));
    C::read(row, first)
}
