//! Why an access that is called out of bounds is.

use p3_field::PrimeCharacteristicRing;

use super::cases::{ACCESSES, BULK, Source};
use super::columns::BoundsTrapCols;
use crate::chips::builder::{Chip, ChipBuilder, Columns, Val};
use crate::chips::buses::{Message, Tag};
use crate::chips::gadgets::access::{AccessCols, Place, all_high_bytes};
use crate::chips::gadgets::address::INVERSE_OF_2_16;
use crate::chips::gadgets::execution::{ExecutionCols, Fetched};
use crate::chips::gadgets::hand_over::code_of;
use crate::chips::gadgets::slots::{execution_of, slot};
use crate::executor::time;
use crate::isa::spaces::MAX_FRAME_POINTER;
use crate::isa::{Opcode, Space, Trap};

/// The chip.
#[derive(Clone, Copy, Debug)]
pub struct BoundsTrap;

impl Chip for BoundsTrap {
    fn name(&self) -> &'static str {
        "bounds_trap"
    }

    fn width(&self) -> usize {
        BoundsTrapCols::<Val>::WIDTH
    }

    fn max_degree(&self) -> usize {
        3
    }

    fn uses_next_row(&self) -> bool {
        false
    }

    fn eval<B: ChipBuilder>(&self, builder: &mut B) {
        let row: BoundsTrapCols<B::Var> = builder.current();
        let execution = execution_of(&row.execution);
        let cases = Cases::of(builder, &row);
        variant_is_an_opcode(builder, &row);
        comparison_is_the_cases(builder, &row, &execution, &cases);
        excess_is_not_negative(builder, &row, &cases);
        slots_are_read(builder, &row, &execution, &cases);
        sizes_are_read(builder, &row, &execution, &cases);
        element_is_the_cases(builder, &row, &execution, &cases);
        all_high_bytes(builder, &row.reads, &cases.real);
        let fetched = Fetched {
            opcode: opcode::<B>(&row, &cases),
            dst: row.dst.into(),
            a: row.a.into(),
            x: row.x.map(Into::into),
            gas: row.gas.into(),
        };
        let code = [
            (
                cases.accesses.clone() + cases.memory_bulk.clone(),
                Trap::MemoryOutOfBounds,
            ),
            (
                cases.elements.clone() + cases.table_bulk.clone(),
                Trap::TableOutOfBounds,
            ),
            (row.is_undefined.into(), Trap::UndefinedElement),
            (row.is_null.into(), Trap::UninitializedElement),
            (row.is_mismatch.into(), Trap::IndirectCallTypeMismatch),
            (row.is_frame.into(), Trap::StackExhausted),
        ];
        let code = code.into_iter().fold(B::Expr::ZERO, |sum, (selector, trap)| {
            sum + selector * code_of::<B::Expr>(trap)
        });
        let reason = execution.trap(row.gas.into(), code);
        execution.give_back(builder, fetched, reason, &cases.real);
    }
}

/// Sums of selectors, and of what depends on the second range.
struct Cases<E> {
    accesses: E,
    /// `table_get`, `table_set`.
    elements: E,
    /// `call_indirect` with an index below the size.
    inner: E,
    /// `call_indirect`.
    calls: E,
    bulk: E,
    memory_bulk: E,
    table_bulk: E,
    /// Bulk operations whose second range lies in a segment, or in a table.
    from_segment: E,
    from_table: E,
    /// Bulk operations with the slot a + 3.
    four_slots: E,
    real: E,
}

impl<E: PrimeCharacteristicRing> Cases<E> {
    fn of<B: ChipBuilder<Expr = E>>(builder: &mut B, row: &BoundsTrapCols<B::Var>) -> Self {
        let name = "one case or padding";
        let singles = [
            row.is_get,
            row.is_set,
            row.is_undefined,
            row.is_null,
            row.is_mismatch,
            row.is_frame,
        ];
        for case in row.access.into_iter().chain(singles).chain(row.bulk) {
            builder.claim_boolean(name, case);
        }
        let bulk_where = |is_wanted: fn(&super::cases::Bulk) -> bool| {
            let wanted = row.bulk.into_iter().zip(&BULK).filter(|(_, bulk)| is_wanted(bulk));
            wanted.fold(E::ZERO, |sum, (selector, _)| sum + selector.into())
        };
        let accesses = row
            .access
            .into_iter()
            .fold(E::ZERO, |sum, selector| sum + selector.into());
        let elements = row.is_get + row.is_set;
        let inner = row.is_null + row.is_mismatch + row.is_frame.into();
        let calls = inner.clone() + row.is_undefined.into();
        let bulk = bulk_where(|_| true);
        let real = accesses.clone() + elements.clone() + calls.clone() + bulk.clone();
        builder.claim_boolean(name, real.clone());
        let two_ranges = bulk_where(|bulk| bulk.source != Source::Nothing);
        let is_source: E = row.is_source.into();
        builder.claim_boolean("the second range is a bit", is_source.clone());
        builder.claim(
            "an operation with one range has no second",
            is_source * (E::ONE - two_ranges),
        );
        Self {
            accesses,
            elements,
            inner,
            calls,
            memory_bulk: bulk_where(|bulk| !bulk.is_table),
            table_bulk: bulk_where(|bulk| bulk.is_table),
            from_segment: bulk_where(|bulk| bulk.source == Source::Segment),
            from_table: bulk_where(|bulk| bulk.source == Source::Table),
            four_slots: bulk_where(|bulk| bulk.has_fourth),
            bulk,
            real,
        }
    }
}

/// Opcodes of one sort follow each other; `variant` says which it is.
fn variant_is_an_opcode<B: ChipBuilder>(builder: &mut B, row: &BoundsTrapCols<B::Var>) {
    let name = "a variant is an opcode of its sort";
    let variant: B::Expr = row.variant.into();
    let with = |opcodes: u32| {
        let sorts = row
            .access
            .into_iter()
            .zip(ACCESSES)
            .filter(|(_, sort)| sort.opcodes >= opcodes);
        sorts.fold(B::Expr::ZERO, |sum, (selector, _)| sum + selector.into())
    };
    let less_one = variant.clone() - B::Expr::ONE;
    let at_most_two = variant.clone() * less_one.clone() * (variant.clone() - B::Expr::TWO);
    builder.claim(name, at_most_two);
    builder.claim(name, variant.clone() * less_one * (B::Expr::ONE - with(3)));
    builder.claim(name, variant * (B::Expr::ONE - with(2)));
}

fn opcode<B: ChipBuilder>(row: &BoundsTrapCols<B::Var>, cases: &Cases<B::Expr>) -> B::Expr {
    let code = |opcode: Opcode| B::Expr::from_u32(opcode as u32);
    let accesses = row
        .access
        .into_iter()
        .zip(ACCESSES)
        .map(|(selector, sort)| (selector, sort.first));
    let bulk = row
        .bulk
        .into_iter()
        .zip(BULK)
        .map(|(selector, bulk)| (selector, bulk.opcode));
    let elements = [(row.is_get, Opcode::TableGet), (row.is_set, Opcode::TableSet)];
    let all = accesses.chain(bulk).chain(elements);
    let sum = all.fold(B::Expr::ZERO, |sum, (selector, opcode)| {
        sum + selector.into() * code(opcode)
    });
    sum + row.variant.into() + cases.calls.clone() * code(Opcode::CallIndirect)
}

/// The numbers that are compared, by case.
fn comparison_is_the_cases<B: ChipBuilder>(
    builder: &mut B,
    row: &BoundsTrapCols<B::Var>,
    execution: &ExecutionCols<B::Var>,
    cases: &Cases<B::Expr>,
) {
    let name = "the comparison is the case's";
    let source: B::Expr = row.is_source.into();
    let [source_low, source_high, ..] = row.other_slots[0];
    let from_slot = cases.real.clone() - cases.inner.clone() - source.clone();
    let [x0, x1, ..] = row.x;
    for (limb, (other, offset)) in [(source_low, x0), (source_high, x1)].into_iter().enumerate() {
        builder.claim_equal(
            name,
            row.first[limb],
            from_slot.clone() * row.first_slot[limb].into()
                + source.clone() * other.into()
                + cases.inner.clone() * row.size[limb].into(),
        );
        builder.claim_equal(
            name,
            row.second[limb],
            cases.accesses.clone() * offset.into() + cases.bulk.clone() * row.count[limb].into(),
        );
    }
    // The bound is the memory's end for all that lies in memory, the index for a call that got past the size, else a size. A source of `memory_init` is the
    // only range of a memory operation that does not lie in memory.
    let [in_memory, sized] = bounds(row, cases);
    let inner = || cases.inner.clone();
    let [index_low, index_high] = row.first_slot;
    let [size_low, size_high] = row.size;
    builder.claim_equal(
        name,
        row.bound[0],
        sized.clone() * size_low.into() + inner() * index_low.into(),
    );
    builder.claim_equal(
        name,
        row.bound[1],
        in_memory * execution.pages.into() + sized * size_high.into() + inner() * index_high.into(),
    );
}

/// 1 if the bound is the memory's end, 1 if it is a size.
fn bounds<V, E>(row: &BoundsTrapCols<V>, cases: &Cases<E>) -> [E; 2]
where
    V: Copy + Into<E>,
    E: PrimeCharacteristicRing,
{
    let source: E = row.is_source.into();
    // is_source · (the operation is `memory_init`): the only product needed, of degree 2.
    let [_, _, init, ..] = row.bulk;
    let segment_of_memory = source * init.into();
    let in_memory = cases.accesses.clone() + cases.memory_bulk.clone() - segment_of_memory.clone();
    let undefined = cases.calls.clone() - cases.inner.clone();
    let sized = cases.elements.clone() + cases.table_bulk.clone() + undefined + segment_of_memory;
    [in_memory, sized]
}

/// first + second + offset − bound = low + 2^16 · (high + 2^16 · top).
fn excess_is_not_negative<B: ChipBuilder>(builder: &mut B, row: &BoundsTrapCols<B::Var>, cases: &Cases<B::Expr>) {
    let real = &cases.real;
    let last_byte = row
        .access
        .into_iter()
        .zip(ACCESSES)
        .fold(B::Expr::ZERO, |sum, (selector, sort)| {
            sum + selector.into() * B::Expr::from_u32(sort.bytes - 1)
        });
    let offset = last_byte - cases.bulk.clone() - cases.inner.clone();
    let quotient = |number: B::Expr, low: B::Var| (number - low.into()) * B::Expr::from_u32(INVERSE_OF_2_16);
    let carry = quotient(row.first[0] + row.second[0] + offset - row.bound[0].into(), row.low);
    let top = quotient(
        row.first[1] + row.second[1] + carry.clone() - row.bound[1].into(),
        row.high,
    );
    builder.send(Message::range16(row.low), real.clone());
    builder.send(Message::range16(row.high), real.clone());
    builder.send(Message::byte_pair(carry + B::Expr::TWO, top), real.clone());
}

fn limbs_of<B: ChipBuilder>([low, high]: [B::Var; 2]) -> [B::Expr; 4] {
    [low.into(), high.into(), B::Expr::ZERO, B::Expr::ZERO]
}

fn slots_are_read<B: ChipBuilder>(
    builder: &mut B,
    row: &BoundsTrapCols<B::Var>,
    execution: &ExecutionCols<B::Var>,
    cases: &Cases<B::Expr>,
) {
    let [first, second, third, fourth, ..] = row.reads;
    let [second_value, fourth_value] = row.other_slots.map(|limbs| limbs.map(Into::into));
    let slots = [
        (first, limbs_of::<B>(row.first_slot), &cases.real),
        (second, second_value, &cases.bulk),
        (third, limbs_of::<B>(row.count), &cases.bulk),
        (fourth, fourth_value, &cases.four_slots),
    ];
    for (index, (read, value, count)) in (0..).zip(slots) {
        let place = slot(execution, row.a.into() + B::Expr::from_u32(index), time::A as u32);
        AccessCols::from_cells(read).read(builder, &place, value, count);
    }
}

fn number<B: ChipBuilder>([low, high]: [B::Var; 2]) -> B::Expr {
    low.into() + high.into() * B::Expr::from_u32(1 << 16)
}

/// The size that is passed, in a table or a segment; a copy or initialisation of a table whose source is out of bounds has read its destination's before.
fn sizes_are_read<B: ChipBuilder>(
    builder: &mut B,
    row: &BoundsTrapCols<B::Var>,
    execution: &ExecutionCols<B::Var>,
    cases: &Cases<B::Expr>,
) {
    let source: B::Expr = row.is_source.into();
    let [x0, x1, x2, x3] = row.x;
    let (first_base, second_base) = (number::<B>([x0, x1]), number::<B>([x2, x3]));
    builder.claim_equal(
        "the size is the operand's",
        row.size_cell,
        first_base.clone() + source.clone() * (second_base - first_base.clone()),
    );
    let place = |space: Space, cell: B::Expr, offset: u64| Place {
        space,
        context: execution.context.into(),
        cell,
        time: execution.time_of(offset as u32),
    };
    let [_, _, _, _, read, passed, _] = row.reads.map(AccessCols::from_cells);
    let size = limbs_of::<B>(row.size);
    // A copy's source may be its destination's table: its size is read at a time of its own.
    let first_table =
        cases.elements.clone() + cases.calls.clone() + cases.table_bulk.clone() * (B::Expr::ONE - source.clone());
    let sizes = [
        (Space::Table, time::READ, first_table),
        (Space::Table, time::WRITE, source.clone() * cases.from_table.clone()),
        (Space::Segment, time::READ, source.clone() * cases.from_segment.clone()),
    ];
    for (space, offset, count) in sizes {
        let place = place(space, row.size_cell.into(), offset);
        read.read(builder, &place, size.clone(), &count);
    }
    let has_passed = source * cases.table_bulk.clone();
    let passed_size = limbs_of::<B>(row.passed_size);
    passed.read(
        builder,
        &place(Space::Table, first_base, time::READ),
        passed_size,
        &has_passed,
    );
}

/// Null, of another type, or one whose frame is too high.
fn element_is_the_cases<B: ChipBuilder>(
    builder: &mut B,
    row: &BoundsTrapCols<B::Var>,
    execution: &ExecutionCols<B::Var>,
    cases: &Cases<B::Expr>,
) {
    let [x0, x1, x2, x3] = row.x;
    let [.., read] = row.reads.map(AccessCols::from_cells);
    let place = Place {
        space: Space::Table,
        context: execution.context.into(),
        cell: number::<B>([x0, x1]) + number::<B>(row.first_slot) + B::Expr::ONE,
        time: execution.time_of(time::READ as u32),
    };
    read.read(builder, &place, limbs_of::<B>(row.element), &cases.inner);
    for limb in row.element {
        builder.claim("a null element is 0", row.is_null * limb);
    }
    let [pc, type_index] = row.entry;
    let has_entry = row.is_mismatch + row.is_frame;
    let function = number::<B>(row.element) - B::Expr::ONE;
    let entry = [execution.handle.into(), function, pc.into(), type_index.into()];
    builder.send(Message::new(Tag::Entry, entry), has_entry);
    let difference = type_index.into() - number::<B>([x2, x3]);
    builder.claim(
        "another type differs",
        row.is_mismatch.into() * (difference.clone() * row.type_inverse.into() - B::Expr::ONE),
    );
    builder.claim("the type is the row's", row.is_frame.into() * difference);
    let frame = execution.frame_pointer + row.dst;
    let too_high = frame - B::Expr::from_u32(MAX_FRAME_POINTER);
    builder.send(Message::range16(too_high), row.is_frame);
}
