//! Why an access to the sandbox cannot lie.

use p3_field::PrimeCharacteristicRing;

use super::columns::SandboxAccessCols;
use crate::chips::builder::{Chip, ChipBuilder, Columns, Val};
use crate::chips::buses::Message;
use crate::chips::gadgets::access::{AccessCols, Place, all_high_bytes};
use crate::chips::gadgets::control::RuntimeCols;
use crate::chips::gadgets::execution::Fetched;
use crate::executor::time;
use crate::isa::{ControlCell, Opcode, Space};

/// The chip.
#[derive(Clone, Copy, Debug)]
pub struct SandboxAccess;

impl Chip for SandboxAccess {
    fn name(&self) -> &'static str {
        "sandbox_access"
    }

    fn width(&self) -> usize {
        SandboxAccessCols::<Val>::WIDTH
    }

    fn max_degree(&self) -> usize {
        2
    }

    fn uses_next_row(&self) -> bool {
        false
    }

    fn eval<B: ChipBuilder>(&self, builder: &mut B) {
        let row: SandboxAccessCols<B::Var> = builder.current();
        let runtime = RuntimeCols::from_cells(&row.runtime);
        let real = one_operation_or_padding(builder, &row);
        let operations = [
            (row.is_control, Opcode::ControlGet),
            (row.is_get, Opcode::ArgumentGet),
            (row.is_set, Opcode::ArgumentSet),
            (row.is_drop, Opcode::SandboxDrop),
        ];
        let opcode = operations.into_iter().fold(B::Expr::ZERO, |sum, (selector, opcode)| {
            sum + selector.into() * B::Expr::from_u32(opcode as u32)
        });
        let fetched = Fetched {
            opcode,
            dst: row.dst.into(),
            a: row.a_slot.into(),
            x: [row.x0.into(), B::Expr::ZERO, B::Expr::ZERO, B::Expr::ZERO],
            gas: B::Expr::ZERO,
        };
        runtime.consume(builder, fetched, &real);
        runtime.go_on(builder, runtime.pc.into() + B::Expr::ONE, &real);
        control_cell_is_read(builder, &row, &runtime);
        sandbox_is_found(builder, &row, &runtime);
        argument_is_accessed(builder, &row, &runtime);
        all_high_bytes(builder, &row.accesses, &real);
    }
}

fn one_operation_or_padding<B: ChipBuilder>(builder: &mut B, row: &SandboxAccessCols<B::Var>) -> B::Expr {
    let mut real = B::Expr::ZERO;
    for selector in [row.is_control, row.is_get, row.is_set, row.is_drop] {
        builder.claim_boolean("one operation or padding", selector);
        real += selector.into();
    }
    builder.claim_boolean("one operation or padding", real.clone());
    real
}

/// One of the five cells from `EventKind` to `Pages`; the result of both operations that have one goes to dst.
fn control_cell_is_read<B: ChipBuilder>(
    builder: &mut B,
    row: &SandboxAccessCols<B::Var>,
    runtime: &RuntimeCols<B::Var>,
) {
    let [_, _, read, .., write] = row.accesses;
    let value: [B::Expr; 4] = row.value.map(Into::into);
    let is_control: B::Expr = row.is_control.into();
    let place = runtime.place(Space::Control, row.x0.into(), time::READ);
    AccessCols::from_cells(read).read(builder, &place, value.clone(), &is_control);
    let number = row.x0.into() - B::Expr::from_u32(ControlCell::EventKind as u32);
    let multiple = number.clone() * B::Expr::from_u32(63);
    builder.send(Message::byte_pair(number, multiple), is_control);

    let place = runtime.slot(row.dst.into(), time::DESTINATION);
    let has_result = row.is_control + row.is_get;
    let old = row.old_dst.map(Into::into);
    AccessCols::from_cells(write).access(builder, &place, old, value, &has_result);
}

const _: () = assert!(ControlCell::Pages as u32 - ControlCell::EventKind as u32 == 4);

fn sandbox_is_found<B: ChipBuilder>(builder: &mut B, row: &SandboxAccessCols<B::Var>, runtime: &RuntimeCols<B::Var>) {
    let [_, _, _, live, tuple, ..] = row.accesses;
    let arguments = row.is_get + row.is_set;
    let in_sandbox = arguments.clone() + row.is_drop.into();
    builder.claim_equal(
        "a sandbox is live",
        row.context * row.context_inverse.into(),
        in_sandbox.clone(),
    );
    builder.claim_equal(
        "only a drop ends a sandbox",
        row.context_after,
        arguments.clone() * row.context.into(),
    );
    let alone = |value: B::Var| [value.into(), B::Expr::ZERO, B::Expr::ZERO, B::Expr::ZERO];
    let both = [alone(row.context), alone(row.context_after)];
    runtime.control(builder, live, ControlCell::Live, both, &in_sandbox);
    let value = row.tuple.map(Into::into);
    runtime.read_control(builder, tuple, ControlCell::SandboxTuple, value, &arguments);
    let nothing = core::array::from_fn(|_| B::Expr::ZERO);
    builder.receive(Message::close(row.context.into(), nothing), row.is_drop);
}

fn argument_is_accessed<B: ChipBuilder>(
    builder: &mut B,
    row: &SandboxAccessCols<B::Var>,
    runtime: &RuntimeCols<B::Var>,
) {
    let [read_index, read_value, _, _, _, argument, _] = row.accesses.map(AccessCols::from_cells);
    let arguments = row.is_get + row.is_set;
    let ([index, index_high], [_, frame, _, _]) = (row.index, row.tuple);
    let place = runtime.slot(row.a_slot.into(), time::A);
    let limbs = [index.into(), index_high.into(), B::Expr::ZERO, B::Expr::ZERO];
    read_index.read(builder, &place, limbs, &arguments);
    let place = runtime.slot(row.x0.into(), time::B);
    let value: [B::Expr; 4] = row.value.map(Into::into);
    read_value.read(builder, &place, value.clone(), &row.is_set.into());
    for (old, value) in row.old.into_iter().zip(row.value) {
        builder.claim("what is read stays", row.is_get.into() * (old - value));
    }
    let place = Place {
        space: Space::Frame,
        context: row.context.into(),
        cell: frame + index,
        time: runtime.time.into() + B::Expr::from_u32(time::WRITE as u32),
    };
    argument.access(builder, &place, row.old.map(Into::into), value, &arguments);
}
