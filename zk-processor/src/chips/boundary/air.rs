//! Why the boundary cannot lie.

use p3_field::PrimeCharacteristicRing;

use super::columns::BoundaryCols;
use super::{INPUT_DEPTH, PUBLIC_VALUES, RUNTIME_HANDLE};
use crate::chips::builder::{Chip, ChipBuilder, Columns, Val};
use crate::chips::buses::{Message, ReadTree, Tag};
use crate::chips::gadgets::access::{AccessCols, Place, high_bytes_of};
use crate::chips::gadgets::execution::ExecutionCols;
use crate::isa::spaces::TIME_STEP;
use crate::isa::{ControlCell, Space};

/// The chip.
#[derive(Clone, Copy, Debug)]
pub struct Boundary;

impl Chip for Boundary {
    fn name(&self) -> &'static str {
        "boundary"
    }

    fn width(&self) -> usize {
        BoundaryCols::<Val>::WIDTH
    }

    fn max_degree(&self) -> usize {
        2
    }

    fn uses_next_row(&self) -> bool {
        true
    }

    fn public_values(&self) -> usize {
        PUBLIC_VALUES
    }

    fn eval<B: ChipBuilder>(&self, builder: &mut B) {
        let row: BoundaryCols<B::Var> = builder.current();
        only_row_0_speaks(builder, &row);
        the_record_is_public(builder, &row);
        sandbox_is_live_or_not(builder, &row);
        execution_starts_and_ends(builder, &row);
        control_cells_are_read(builder, &row);
        memories_open_and_close(builder, &row);

        builder.claim_boolean("halted is a bit", row.is_halted);
        let output = row.output.map(Into::into);
        builder.receive(Message::new(Tag::Output, output), row.is_halted);
        let root = Message::read_node(
            B::Expr::ZERO,
            ReadTree::Input,
            B::Expr::from_u32(INPUT_DEPTH),
            B::Expr::ZERO,
            row.input_root.map(Into::into),
        );
        builder.provide(root, row.input_times);
    }
}

/// `first` is 1 on row 0 and 0 after each transition; every count that is not `first` itself is 0 where `first` is.
fn only_row_0_speaks<B: ChipBuilder>(builder: &mut B, row: &BoundaryCols<B::Var>) {
    let next: BoundaryCols<B::Var> = builder.next();
    let (is_first, is_transition) = (builder.is_first_row(), builder.is_transition());
    let first: B::Expr = row.first.into();
    builder.claim(
        "the first row is the only one",
        is_first * (first.clone() - B::Expr::ONE),
    );
    builder.claim("the first row is the only one", is_transition * next.first.into());
    let [live_at_start, live_at_end] = row.is_live;
    for flag in [row.is_halted, row.starts_in_sandbox, live_at_start, live_at_end] {
        builder.claim("padding says nothing", (B::Expr::ONE - first.clone()) * flag.into());
    }
    builder.claim(
        "padding provides nothing",
        (B::Expr::ONE - first) * row.input_times.into(),
    );
}

/// Messages must not hold public values, so each is a column that equals its public value on row 0.
fn the_record_is_public<B: ChipBuilder>(builder: &mut B, row: &BoundaryCols<B::Var>) {
    let tuple = |cells: &[B::Var; 8]| {
        let [_, pc, frame_pointer, _, context, pages, gas_left, stack_left] = *cells;
        [pc, frame_pointer, context, pages, gas_left, stack_left]
    };
    let [memory_start, memory_end] = row.memory_roots;
    let [sandbox_start, sandbox_end] = row.sandbox_roots;
    let [_, _, _, end_time, ..] = row.end;
    let cells = tuple(&row.start)
        .into_iter()
        .chain(memory_start)
        .chain(sandbox_start)
        .chain(tuple(&row.end))
        .chain(memory_end)
        .chain(sandbox_end)
        .chain(row.runtime_root)
        .chain(row.input_root)
        .chain([end_time, row.is_halted])
        .chain(row.output);
    for (index, cell) in cells.enumerate() {
        let (first, public) = (builder.is_first_row(), builder.public_value(index));
        builder.claim("the record is public", first * (cell.into() - public));
    }
}

/// The flag is 0 exactly for the number 0; without a sandbox its root is zeros.
fn sandbox_is_live_or_not<B: ChipBuilder>(builder: &mut B, row: &BoundaryCols<B::Var>) {
    for side in 0..2 {
        let (flag, number): (B::Expr, B::Expr) = (row.is_live[side].into(), row.live[side].into());
        let name = "the flag says whether a sandbox is live";
        builder.claim_equal(name, number.clone() * row.live_inverse[side].into(), flag.clone());
        builder.claim(name, (B::Expr::ONE - flag.clone()) * number);
        for element in row.sandbox_roots[side] {
            builder.claim("no sandbox has no root", (B::Expr::ONE - flag.clone()) * element.into());
        }
    }
    start_belongs_to_its_context(builder, row);
}

/// Outside the sandbox: context 0 and the runtime's handle. Inside: the live sandbox, whose handle the lookup of its root finds.
fn start_belongs_to_its_context<B: ChipBuilder>(builder: &mut B, row: &BoundaryCols<B::Var>) {
    let name = "the start belongs to its context";
    builder.claim_boolean(name, row.starts_in_sandbox);
    let inside: B::Expr = row.starts_in_sandbox.into();
    let outside = row.first.into() - inside.clone();
    let ([handle, _, _, _, context, ..], [live, _], [is_live, _]) = (row.start, row.live, row.is_live);
    builder.claim(name, outside.clone() * context.into());
    builder.claim(name, outside * (handle.into() - B::Expr::from_u32(RUNTIME_HANDLE)));
    builder.claim(name, inside.clone() * (context - live));
    builder.claim(name, inside * (B::Expr::ONE - is_live.into()));
}

fn execution_starts_and_ends<B: ChipBuilder>(builder: &mut B, row: &BoundaryCols<B::Var>) {
    let [_, _, _, start_time, ..] = row.start;
    let first: B::Expr = row.first.into();
    builder.claim(
        "the clock starts at 8",
        first.clone() * (start_time.into() - B::Expr::from_u32(TIME_STEP)),
    );
    builder.send(Message::new(Tag::Exec, row.start.map(Into::into)), first.clone());
    builder.receive(Message::new(Tag::Exec, row.end.map(Into::into)), first.clone());
    let program = |handle: B::Expr, root: [B::Var; 8]| {
        Message::new(Tag::Program, core::iter::once(handle).chain(root.map(Into::into)))
    };
    let runtime = program(B::Expr::from_u32(RUNTIME_HANDLE), row.runtime_root);
    builder.send(runtime, first);
    let [handle, ..] = row.start;
    builder.send(program(handle.into(), row.sandbox_program), row.starts_in_sandbox);
}

/// The live sandbox and its program's root at time 1, the live sandbox again at the end.
fn control_cells_are_read<B: ChipBuilder>(builder: &mut B, row: &BoundaryCols<B::Var>) {
    let first: B::Expr = row.first.into();
    let end = ExecutionCols::<B::Var>::read(&row.end, row.first);
    let [live_start, live_end] = row.live;
    let live = |number: B::Var| [number.into(), B::Expr::ZERO, B::Expr::ZERO, B::Expr::ZERO];
    let half = |from: usize| core::array::from_fn(|element| row.sandbox_program[from + element].into());
    let reads = [
        (ControlCell::Live, B::Expr::ONE, live(live_start)),
        (ControlCell::ProgramRootLow, B::Expr::ONE, half(0)),
        (ControlCell::ProgramRootHigh, B::Expr::ONE, half(4)),
        (ControlCell::Live, end.time_of(0), live(live_end)),
    ];
    for ((cell, time, value), access) in reads.into_iter().zip(row.reads) {
        let place = Place {
            space: Space::Control,
            context: B::Expr::ZERO,
            cell: B::Expr::from_u32(cell as u32),
            time,
        };
        AccessCols::from_cells(access).read(builder, &place, value, &first);
    }
    for pair in row.reads.as_chunks::<2>().0 {
        let [[_, first_high], [_, second_high]] = *pair;
        high_bytes_of(builder, first_high, second_high, &first);
    }
}

fn memories_open_and_close<B: ChipBuilder>(builder: &mut B, row: &BoundaryCols<B::Var>) {
    let exprs = |digest: [B::Var; 8]| digest.map(Into::into);
    let [memory_start, memory_end] = row.memory_roots;
    builder.send(Message::open(B::Expr::ZERO, exprs(memory_start)), row.first);
    builder.receive(Message::close(B::Expr::ZERO, exprs(memory_end)), row.first);
    let ([live_start, live_end], [open, close]) = (row.live, row.sandbox_roots);
    let [opens, closes] = row.is_live;
    builder.send(Message::open(live_start.into(), exprs(open)), opens);
    builder.receive(Message::close(live_end.into(), exprs(close)), closes);
}
