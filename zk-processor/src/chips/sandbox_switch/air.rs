//! Why a switch cannot lie.

use p3_field::PrimeCharacteristicRing;

use super::columns::SandboxSwitchCols;
use crate::chips::builder::{Chip, ChipBuilder, Columns, Val};
use crate::chips::buses::{Message, Tag};
use crate::chips::gadgets::access::{AccessCols, all_high_bytes};
use crate::chips::gadgets::control::RuntimeCols;
use crate::chips::gadgets::execution::Fetched;
use crate::executor::time;
use crate::isa::spaces::{FIRST_FRAME_POINTER, TIME_STEP};
use crate::isa::{ControlCell, EventKind, Opcode};

/// The chip.
#[derive(Clone, Copy, Debug)]
pub struct SandboxSwitch;

impl Chip for SandboxSwitch {
    fn name(&self) -> &'static str {
        "sandbox_switch"
    }

    fn width(&self) -> usize {
        SandboxSwitchCols::<Val>::WIDTH
    }

    fn max_degree(&self) -> usize {
        3
    }

    fn uses_next_row(&self) -> bool {
        false
    }

    fn eval<B: ChipBuilder>(&self, builder: &mut B) {
        let row: SandboxSwitchCols<B::Var> = builder.current();
        let runtime = RuntimeCols::from_cells(&row.runtime);
        let real = row.is_enter + row.is_resume;
        for selector in [row.is_enter.into(), row.is_resume.into(), real.clone()] {
            builder.claim_boolean("one operation or padding", selector);
        }
        operands_are_read(builder, &row, &runtime, &real);
        control_cells_are_read(builder, &row, &runtime, &real);
        sandbox_may_go_on(builder, &row, &real);
        let code = |opcode: Opcode| B::Expr::from_u32(opcode as u32);
        let [x0, x1] = row.x.map(Into::into);
        let fetched = Fetched {
            opcode: row.is_enter.into() * code(Opcode::SandboxEnter)
                + row.is_resume.into() * code(Opcode::SandboxResume),
            dst: B::Expr::ZERO,
            a: row.a_slot.into(),
            x: [x0, x1, B::Expr::ZERO, B::Expr::ZERO],
            gas: B::Expr::ZERO,
        };
        runtime.consume(builder, fetched, &real);
        sandbox_goes_on(builder, &row, &runtime, real);
    }
}

fn number<B: ChipBuilder>([low, high]: [B::Var; 2]) -> B::Expr {
    low.into() + high.into() * B::Expr::from_u32(1 << 16)
}

fn operands_are_read<B: ChipBuilder>(
    builder: &mut B,
    row: &SandboxSwitchCols<B::Var>,
    runtime: &RuntimeCols<B::Var>,
    real: &B::Expr,
) {
    let (is_enter, is_resume): (B::Expr, B::Expr) = (row.is_enter.into(), row.is_resume.into());
    let ([x0, x1], [read_a, read_b, read_c]) = (row.x, row.reads);
    let slots = [
        (row.a_slot, time::A, row.a, read_a, real),
        (x0, time::B, row.gas, read_b, &is_enter),
        (x1, time::C, row.stack, read_c, &is_enter),
    ];
    for (slot, offset, [low, high], read, count) in slots {
        let place = runtime.slot(slot.into(), offset);
        let value = [low.into(), high.into(), B::Expr::ZERO, B::Expr::ZERO];
        AccessCols::from_cells(read).read(builder, &place, value, count);
    }
    for (a, gas) in row.a.into_iter().zip(row.gas) {
        builder.claim("the gas to resume with is a", is_resume.clone() * (a - gas));
    }
    // Gas is below 2^30; the numbers of functions and the stack are below 2^24.
    let ([_, gas_high], [_, function_high], [_, stack_high]) = (row.gas, row.a, row.stack);
    builder.send(Message::range16(gas_high.into() * B::Expr::from_u32(4)), real.clone());
    builder.send(Message::byte_pair(function_high, stack_high), is_enter);
    let [c0, c1, c2, c3, c4, c5] = row.controls;
    all_high_bytes(builder, &[read_a, read_b, read_c, c0, c1, c2, c3, c4, c5], real);
}

fn control_cells_are_read<B: ChipBuilder>(
    builder: &mut B,
    row: &SandboxSwitchCols<B::Var>,
    runtime: &RuntimeCols<B::Var>,
    real: &B::Expr,
) {
    let zero = || B::Expr::ZERO;
    let alone = |value: B::Var| [value.into(), zero(), zero(), zero()];
    let [root_low, root_high] = row.root.map(|half| half.map(Into::into));
    let reads = [
        (ControlCell::Live, alone(row.context)),
        (ControlCell::EventKind, alone(row.kind)),
        (ControlCell::SandboxTuple, row.tuple.map(Into::into)),
        (ControlCell::ProgramRootLow, root_low),
        (ControlCell::ProgramRootHigh, root_high),
    ];
    let [reading @ .., writing] = row.controls;
    for ((cell, value), access) in reads.into_iter().zip(reading) {
        runtime.read_control(builder, access, cell, value, real);
    }
    let saved = [
        runtime.pc.into() + B::Expr::ONE,
        runtime.frame_pointer.into(),
        runtime.pages.into(),
        runtime.stack_left.into(),
    ];
    let both = [row.old_runtime.map(Into::into), saved];
    runtime.control(builder, writing, ControlCell::RuntimeTuple, both, real);
}

fn sandbox_may_go_on<B: ChipBuilder>(builder: &mut B, row: &SandboxSwitchCols<B::Var>, real: &B::Expr) {
    builder.claim_equal(
        "a sandbox is live",
        row.context * row.context_inverse.into(),
        real.clone(),
    );
    let kind = |kind: EventKind| row.kind.into() - B::Expr::from_u32(kind as u32);
    let name = "the event lets the sandbox go on";
    builder.claim(
        name,
        row.is_enter.into() * kind(EventKind::None) * kind(EventKind::Returned),
    );
    builder.claim(
        name,
        row.is_resume.into() * kind(EventKind::HostCall) * kind(EventKind::OutOfGas),
    );
}

fn sandbox_goes_on<B: ChipBuilder>(
    builder: &mut B,
    row: &SandboxSwitchCols<B::Var>,
    runtime: &RuntimeCols<B::Var>,
    real: B::Expr,
) {
    let [saved_pc, saved_frame, pages, saved_stack] = row.tuple;
    let resume = |saved: B::Var| row.is_resume * saved.into();
    builder.claim(
        "a resumed sandbox goes on where it was",
        row.is_resume.into() * (row.next_pc - saved_pc),
    );
    builder.claim_equal(
        "the frame is the first or the saved one",
        row.next_frame,
        row.is_enter.into() * B::Expr::from_u32(FIRST_FRAME_POINTER) + resume(saved_frame),
    );
    builder.claim_equal(
        "the stack is the given or the saved one",
        row.next_stack,
        row.is_enter.into() * number::<B>(row.stack) + resume(saved_stack),
    );
    let handle = || core::iter::once(row.handle.into());
    let root = row.root.into_iter().flatten().map(Into::into);
    builder.send(Message::new(Tag::Program, handle().chain(root)), real.clone());
    let entry = [number::<B>(row.a), row.next_pc.into(), row.type_index.into()];
    builder.send(Message::new(Tag::Entry, handle().chain(entry)), row.is_enter);
    let tuple = [
        row.handle.into(),
        row.next_pc.into(),
        row.next_frame.into(),
        runtime.time.into() + B::Expr::from_u32(TIME_STEP),
        row.context.into(),
        pages.into(),
        number::<B>(row.gas),
        row.next_stack.into(),
    ];
    builder.send(Message::new(Tag::Exec, tuple), real);
}
