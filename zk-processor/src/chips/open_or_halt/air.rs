//! Why an opening and a halt cannot lie.

use p3_field::PrimeCharacteristicRing;

use super::columns::OpenOrHaltCols;
use crate::chips::builder::{Chip, ChipBuilder, Columns, Val};
use crate::chips::buses::{Message, Tag};
use crate::chips::gadgets::access::{AccessCols, all_high_bytes};
use crate::chips::gadgets::budget::gas_is_covered;
use crate::chips::gadgets::control::RuntimeCols;
use crate::chips::gadgets::execution::Fetched;
use crate::executor::time;
use crate::isa::spaces::{FIRST_FRAME_POINTER, INPUT_BASE, ISA_VERSION, MAX_PAGES};
use crate::isa::{ControlCell, EventKind, Opcode, Space};
use crate::program::Verdict;

/// Cells of a page (log2).
const PAGE_CELLS_LOG2: u32 = 13;

/// The chip.
#[derive(Clone, Copy, Debug)]
pub struct OpenOrHalt;

impl Chip for OpenOrHalt {
    fn name(&self) -> &'static str {
        "open_or_halt"
    }

    fn width(&self) -> usize {
        OpenOrHaltCols::<Val>::WIDTH
    }

    fn max_degree(&self) -> usize {
        2
    }

    fn uses_next_row(&self) -> bool {
        false
    }

    fn eval<B: ChipBuilder>(&self, builder: &mut B) {
        let row: OpenOrHaltCols<B::Var> = builder.current();
        let runtime = RuntimeCols::from_cells(&row.runtime);
        let real = row.is_open + row.is_halt;
        for selector in [row.is_open.into(), row.is_halt.into(), real.clone()] {
            builder.claim_boolean("one operation or padding", selector);
        }
        bytes_are_read(builder, &row, &runtime, &real);
        let code = |opcode: Opcode| B::Expr::from_u32(opcode as u32);
        let fetched = Fetched {
            opcode: row.is_open.into() * code(Opcode::SandboxOpen) + row.is_halt.into() * code(Opcode::Halt),
            dst: B::Expr::ZERO,
            a: row.a_slot.into(),
            x: core::array::from_fn(|_| B::Expr::ZERO),
            gas: B::Expr::ZERO,
        };
        runtime.consume(builder, fetched, &real);
        runtime.go_on(builder, runtime.pc + row.is_open, &real);
        let output = row.cells.into_iter().flatten().map(Into::into);
        builder.send(Message::new(Tag::Output, output), row.is_halt);
        program_is_accepted(builder, &row);
        context_is_opened(builder, &row, &runtime);
    }
}

/// Four cells of memory or of the input window, all of them within it.
fn bytes_are_read<B: ChipBuilder>(
    builder: &mut B,
    row: &OpenOrHaltCols<B::Var>,
    runtime: &RuntimeCols<B::Var>,
    real: &B::Expr,
) {
    let window: B::Expr = row.is_window.into();
    let memory = real.clone() - window.clone();
    builder.claim_boolean("memory or window", window.clone());
    builder.claim_boolean("memory or window", memory.clone());
    builder.claim_equal(
        "the limit is the memory's or the window's",
        row.limit,
        memory.clone() * runtime.pages.into() + window.clone() * B::Expr::from_u32(MAX_PAGES),
    );
    let page_cells = || B::Expr::from_u32(1 << PAGE_CELLS_LOG2);
    let cell = row.cell_in_page.into() + row.page.into() * page_cells();
    let room = row.limit.into() * page_cells() - cell.clone() - B::Expr::from_u32(super::SPAN_CELLS as u32);
    gas_is_covered(builder, room, row.room_low, real);
    builder.send(Message::range16(row.cell_in_page), real.clone());
    let pages_before = row.page.into() - B::Expr::from_u32(INPUT_BASE >> 16);
    builder.send(Message::range16(pages_before * B::Expr::TWO), window.clone());

    let address = [
        row.cell_in_page.into() * B::Expr::from_u32(8),
        row.page.into(),
        B::Expr::ZERO,
        B::Expr::ZERO,
    ];
    let place = runtime.slot(row.a_slot.into(), time::A);
    AccessCols::from_cells(row.read_slot).read(builder, &place, address, real);
    for (index, (limbs, read)) in (0..).zip(row.cells.into_iter().zip(row.reads)) {
        let limbs: [B::Expr; 4] = limbs.map(Into::into);
        let at = cell.clone() + B::Expr::from_u32(index);
        let place = runtime.place(Space::Memory, at.clone(), time::READ);
        AccessCols::from_cells(read).read(builder, &place, limbs.clone(), &memory);
        let input_cell = at - B::Expr::from_u32(INPUT_BASE >> 3);
        let input = Message::new(Tag::Input, core::iter::once(input_cell).chain(limbs));
        builder.send(input, window.clone());
    }
    // Without an access the high bytes are free, and bytes in an honest row.
    let [r0, r1, r2, r3] = row.reads;
    let [c0, c1, c2, c3, c4, c5, c6] = row.controls;
    all_high_bytes(
        builder,
        &[row.read_slot, r0, r1, r2, r3, c0, c1, c2, c3, c4, c5, c6],
        real,
    );
}

/// The eight elements of R in two halves.
fn root<B: ChipBuilder>(row: &OpenOrHaltCols<B::Var>) -> [[B::Expr; 4]; 2] {
    core::array::from_fn(|half| {
        core::array::from_fn(|element| {
            let [low, high] = [0, 1].map(|limb| row.cells[2 * half + element / 2][2 * (element % 2) + limb]);
            low.into() + high.into() * B::Expr::from_u32(1 << 16)
        })
    })
}

fn program_is_accepted<B: ChipBuilder>(builder: &mut B, row: &OpenOrHaltCols<B::Var>) {
    let handle = || core::iter::once(row.handle.into());
    let root = root::<B>(row).into_iter().flatten();
    builder.send(Message::new(Tag::Program, handle().chain(root)), row.is_open);
    let [variant, initial_pages, max_pages, rows, functions, start] = row.header.map(Into::into);
    let scalars = [
        B::Expr::from_u32(ISA_VERSION),
        variant,
        B::Expr::from_u32(Verdict::Accepted as u32),
        initial_pages,
        max_pages,
        rows,
        functions,
        start,
    ];
    let header = handle().chain(scalars).chain(row.initial_root.map(Into::into));
    builder.send(Message::new(Tag::Header, header), row.is_open);
}

fn context_is_opened<B: ChipBuilder>(builder: &mut B, row: &OpenOrHaltCols<B::Var>, runtime: &RuntimeCols<B::Var>) {
    let is_open: B::Expr = row.is_open.into();
    let zero = || B::Expr::ZERO;
    let alone = |value: B::Expr| [value, zero(), zero(), zero()];
    let context = row.counter.into() + B::Expr::ONE;
    let [_, pages, ..] = row.header;
    builder.claim_boolean("pages are 17 bits", row.pages_high);
    builder.claim_equal(
        "pages are their limbs",
        pages,
        row.pages_low.into() + row.pages_high.into() * B::Expr::from_u32(1 << 16),
    );
    builder.send(Message::range16(row.pages_low), is_open.clone());
    builder.send(
        Message::open(context.clone(), row.initial_root.map(Into::into)),
        is_open.clone(),
    );

    let [low, high] = root::<B>(row);
    let [old_low, old_high] = row.old_roots.map(|half| half.map(Into::into));
    let tuple = [zero(), B::Expr::from_u32(FIRST_FRAME_POINTER), pages.into(), zero()];
    let [old_pages_low, old_pages_high] = row.old_pages.map(Into::into);
    let none = B::Expr::from_u32(EventKind::None as u32);
    let cells = [
        (
            ControlCell::ContextCounter,
            alone(row.counter.into()),
            alone(context.clone()),
        ),
        (ControlCell::Live, alone(zero()), alone(context)),
        (ControlCell::SandboxTuple, row.old_tuple.map(Into::into), tuple),
        (ControlCell::ProgramRootLow, old_low, low),
        (ControlCell::ProgramRootHigh, old_high, high),
        (ControlCell::EventKind, alone(row.old_kind.into()), alone(none)),
        (
            ControlCell::Pages,
            [old_pages_low, old_pages_high, zero(), zero()],
            [row.pages_low.into(), row.pages_high.into(), zero(), zero()],
        ),
    ];
    for ((cell, old, new), access) in cells.into_iter().zip(row.controls) {
        runtime.control(builder, access, cell, [old, new], &is_open);
    }
}
