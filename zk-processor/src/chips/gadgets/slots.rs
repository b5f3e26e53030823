//! Operands in slots: what every instruction "dst = a op b" and "branch if a op b" has in common, b being a slot or an immediate.
//!
//! # Proves
//! The row executes the line with this opcode; a is the value of slot fp + a, b the value of slot fp + x0 or the line's immediate; afterwards slot
//! fp + dst holds the result and the next row is pc + 1, or, for a branch, the next row is dst if it is taken and pc + 1 if not.
//!
//! # How
//! The flag `is_immediate` is added to the opcode (the immediate form's code is the plain form's plus one), so the fetch binds it; a chip with an
//! operation that has no immediate form forbids the flag there. With it, x0 x1 … are
//! the limbs of b; without, x0 is a slot, read at its own time, and the other limbs of x are 0. Reads come before the write, so dst may be an
//! operand. A 32-bit operand is received with literal zeros above its two limbs.
//!
//! # Assumes
//! `is_real` is 0 or 1 by a claim of the chip, and the limbs of a result that is neither a copy nor looked up are checked by the chip (rule 11).

use p3_field::PrimeCharacteristicRing;

use super::access::{ACCESS_CELLS, AccessCols, Place, ask_high_bytes, high_bytes_of};
use super::execution::{EXECUTION_CELLS, ExecutionCols, Fetched, Next};
use crate::chips::builder::{ChipBuilder, Columns, Val};
use crate::chips::byte_table::ByteLookups;
use crate::chips::event::{Access, Event, limbs};
use crate::chips::trace::Trace;
use crate::isa::{Shape, Space};

/// Times of accesses within an instruction: the executor's, as cells hold them.
pub mod offset {
    use crate::executor::time;

    /// Slot operand a.
    pub const A: u32 = time::A as u32;
    /// Slot operand x0.
    pub const B: u32 = time::B as u32;
    /// Slot operand x1.
    pub const C: u32 = time::C as u32;
    /// Globals.
    pub const GLOBAL: u32 = time::READ as u32;
    /// Destination slot.
    pub const DESTINATION: u32 = time::DESTINATION as u32;
    /// Second destination slot.
    pub const SECOND_DESTINATION: u32 = time::SECOND_DESTINATION as u32;
}

/// Declares the columns of an instruction with the operands a and b: the chip's own, then those of [`Operands`], then those of the
/// [`Destination`] (`writes a slot`) or of the [`Fork`] (`branches`).
macro_rules! operand_columns {
    ($(#[$outer:meta])* pub struct $name:ident<$t:ident>, $limbs:literal limbs, writes a slot { $($own:tt)* }) => {
        $crate::chips::gadgets::slots::operand_columns! {
            @declare $(#[$outer])* $name<$t>, $limbs, { $($own)* }
            {
                /// Limbs of dst before. Bound by the access that overwrites them.
                old: [$t; 4],
                /// Write of the result.
                write: [$t; $crate::chips::gadgets::access::ACCESS_CELLS],
            }
        }

        impl<$t: Copy> $name<$t> {
            /// The columns of the write.
            pub(super) fn destination(&self) -> $crate::chips::gadgets::slots::Destination<$t> {
                $crate::chips::gadgets::slots::Destination { old: self.old, write: self.write }
            }

            /// Sets the columns of the write.
            pub(super) fn put_destination(&mut self, destination: $crate::chips::gadgets::slots::Destination<$t>) {
                (self.old, self.write) = (destination.old, destination.write);
            }
        }
    };
    ($(#[$outer:meta])* pub struct $name:ident<$t:ident>, $limbs:literal limbs, branches { $($own:tt)* }) => {
        $crate::chips::gadgets::slots::operand_columns! {
            @declare $(#[$outer])* $name<$t>, $limbs, { $($own)* }
            {
                /// 1 if the branch is taken. Bound by the chip's comparison.
                taken: $t,
                /// The next row of the program. Bound by *the next row is the target or the one below*.
                next_pc: $t,
            }
        }

        impl<$t: Copy> $name<$t> {
            /// The columns of the decision.
            pub(super) fn fork(&self) -> $crate::chips::gadgets::slots::Fork<$t> {
                $crate::chips::gadgets::slots::Fork { taken: self.taken, next_pc: self.next_pc }
            }
        }
    };
    (@declare $(#[$outer:meta])* $name:ident<$t:ident>, $limbs:literal, { $($own:tt)* } { $($end:tt)* }) => {
        $crate::columns! {
            $(#[$outer])*
            pub struct $name<$t> {
                $($own)*
                /// 1 if b is the immediate. Bound by the fetch, *the immediate flag is a bit* and *only a real row has an immediate*.
                is_immediate: $t,
                /// The execution tuple. Bound by the execution bus.
                execution: [$t; $crate::chips::gadgets::execution::EXECUTION_CELLS],
                /// Gas of the row (operators). Bound by the fetch.
                gas: $t,
                /// Slot written, or target row. Bound by the fetch.
                dst: $t,
                /// Slot of a. Bound by the fetch.
                a_slot: $t,
                /// Slot of b and zeros, or the immediate's limbs. Bound by the fetch.
                x: [$t; $limbs],
                /// Read of a.
                read_a: [$t; $crate::chips::gadgets::access::ACCESS_CELLS],
                /// Read of b, unused with an immediate.
                read_b: [$t; $crate::chips::gadgets::access::ACCESS_CELLS],
                $($end)*
            }
        }

        impl<$t: Copy> $name<$t> {
            /// The columns of tuple, fetch and reads.
            pub(super) fn operands(&self) -> $crate::chips::gadgets::slots::Operands<$t, $limbs> {
                $crate::chips::gadgets::slots::Operands {
                    is_immediate: self.is_immediate,
                    execution: self.execution,
                    gas: self.gas,
                    dst: self.dst,
                    a_slot: self.a_slot,
                    x: self.x,
                    read_a: self.read_a,
                    read_b: self.read_b,
                }
            }

            /// Sets the columns of tuple, fetch and reads.
            pub(super) fn put_operands(&mut self, operands: $crate::chips::gadgets::slots::Operands<$t, $limbs>) {
                self.is_immediate = operands.is_immediate;
                self.execution = operands.execution;
                self.gas = operands.gas;
                self.dst = operands.dst;
                self.a_slot = operands.a_slot;
                self.x = operands.x;
                self.read_a = operands.read_a;
                self.read_b = operands.read_b;
            }
        }
    };
}
pub(crate) use operand_columns;

/// Tuple, fetch and reads of an instruction with the operands a and b, which have `LIMBS` limbs.
#[derive(Clone, Copy, Debug)]
pub struct Operands<T, const LIMBS: usize> {
    /// 1 if b is the immediate.
    pub is_immediate: T,
    /// The execution tuple.
    pub execution: [T; EXECUTION_CELLS],
    /// Gas of the row (operators).
    pub gas: T,
    /// Slot written, or target row.
    pub dst: T,
    /// Slot of a.
    pub a_slot: T,
    /// Slot of b and zeros, or the immediate's limbs.
    pub x: [T; LIMBS],
    /// Read of a.
    pub read_a: [T; ACCESS_CELLS],
    /// Read of b.
    pub read_b: [T; ACCESS_CELLS],
}

/// The write of the result.
#[derive(Clone, Copy, Debug)]
pub struct Destination<T> {
    /// Limbs before.
    pub old: [T; 4],
    /// The access.
    pub write: [T; ACCESS_CELLS],
}

/// The decision of a branch.
#[derive(Clone, Copy, Debug)]
pub struct Fork<T> {
    /// 1 if the branch is taken: bound by the chip's comparison.
    pub taken: T,
    /// The next row of the program.
    pub next_pc: T,
}

/// What the chip says of the row.
#[derive(Clone, Debug)]
pub struct Operation<E, const LIMBS: usize> {
    /// Code of the plain form (without immediate).
    pub opcode: E,
    /// 1 on real rows, 0 on padding, by a claim of the chip.
    pub is_real: E,
    /// Limbs of a.
    pub a: [E; LIMBS],
    /// Limbs of b.
    pub b: [E; LIMBS],
}

impl<T: Copy, const LIMBS: usize> Operands<T, LIMBS> {
    /// The tuple.
    pub fn execution(&self) -> ExecutionCols<T> {
        execution_of(&self.execution)
    }

    /// The row executes `operation`, writes `result` to dst and goes to pc + 1.
    pub fn write<B: ChipBuilder<Var = T>>(
        &self,
        builder: &mut B,
        operation: &Operation<B::Expr, LIMBS>,
        destination: &Destination<T>,
        result: [B::Expr; 4],
    ) where
        T: Into<B::Expr>,
    {
        let execution = self.execution();
        let next = execution.step(self.gas.into());
        self.fetch_and_read(builder, operation, next);
        let write = AccessCols::from_cells(destination.write);
        let place = slot(&execution, self.dst.into(), offset::DESTINATION);
        let old = destination.old.map(Into::into);
        write.access(builder, &place, old, result, &operation.is_real);
        let [high_a, high_b] = self.high_bytes();
        high_bytes_of(builder, high_a, write.difference_high, &operation.is_real);
        high_bytes_of(builder, high_b, B::Expr::ZERO, &self.reads_b(&operation.is_real));
    }

    /// The row executes `operation` and goes to dst if the branch is taken, else to pc + 1.
    pub fn branch<B: ChipBuilder<Var = T>>(
        &self,
        builder: &mut B,
        operation: &Operation<B::Expr, LIMBS>,
        fork: &Fork<T>,
    ) where
        T: Into<B::Expr>,
    {
        let execution = self.execution();
        let below: B::Expr = execution.pc.into() + B::Expr::ONE;
        let target: B::Expr = self.dst.into();
        builder.claim_equal(
            "the next row is the target or the one below",
            fork.next_pc,
            operation.is_real.clone() * below.clone() + fork.taken.into() * (target - below),
        );
        let next = Next {
            pc: fork.next_pc.into(),
            ..execution.step(self.gas.into())
        };
        self.fetch_and_read(builder, operation, next);
        // With an immediate the second high byte belongs to no access; that it is a byte does no harm and saves a lookup.
        let [high_a, high_b] = self.high_bytes();
        high_bytes_of(builder, high_a, high_b, &operation.is_real);
    }

    fn high_bytes(&self) -> [T; 2] {
        [self.read_a, self.read_b].map(|cells| AccessCols::from_cells(cells).difference_high)
    }

    fn reads_b<E: PrimeCharacteristicRing>(&self, is_real: &E) -> E
    where
        T: Into<E>,
    {
        is_real.clone() - self.is_immediate.into()
    }

    fn fetch_and_read<B: ChipBuilder<Var = T>>(
        &self,
        builder: &mut B,
        operation: &Operation<B::Expr, LIMBS>,
        next: Next<B::Expr>,
    ) where
        T: Into<B::Expr>,
    {
        let Operation { opcode, is_real, a, b } = operation;
        let immediate: B::Expr = self.is_immediate.into();
        builder.claim_boolean("the immediate flag is a bit", immediate.clone());
        builder.claim(
            "only a real row has an immediate",
            immediate.clone() * (B::Expr::ONE - is_real.clone()),
        );
        for (index, (x, b)) in self.x.into_iter().zip(b).enumerate() {
            let x: B::Expr = x.into();
            builder.claim("the immediate is b", immediate.clone() * (x.clone() - b.clone()));
            if index > 0 {
                let without = B::Expr::ONE - immediate.clone();
                builder.claim("without an immediate only x0 is used", without * x);
            }
        }
        let execution = self.execution();
        let fetched = Fetched {
            opcode: opcode.clone() + immediate,
            dst: self.dst.into(),
            a: self.a_slot.into(),
            x: zero_extended(&self.x.map(Into::into)),
            gas: self.gas.into(),
        };
        execution.execute(builder, fetched, next, is_real);
        let [x0, ..] = zero_extended(&self.x.map(Into::into));
        let (read_a, read_b) = (AccessCols::from_cells(self.read_a), AccessCols::from_cells(self.read_b));
        let place_a = slot(&execution, self.a_slot.into(), offset::A);
        read_a.read(builder, &place_a, zero_extended(a), is_real);
        read_b.read(
            builder,
            &slot(&execution, x0, offset::B),
            zero_extended(b),
            &self.reads_b(is_real),
        );
    }
}

/// Two or four limbs as four: zeros above.
pub fn zero_extended<E: PrimeCharacteristicRing, const LIMBS: usize>(limbs: &[E; LIMBS]) -> [E; 4] {
    core::array::from_fn(|limb| limbs.get(limb).cloned().unwrap_or(E::ZERO))
}

/// A slot of the row's frame, accessed `offset` after the row's time.
pub fn slot<T: Copy + Into<E>, E: PrimeCharacteristicRing>(
    execution: &ExecutionCols<T>,
    slot: E,
    offset: u32,
) -> Place<E> {
    Place {
        space: Space::Frame,
        context: execution.context.into(),
        cell: execution.frame_pointer.into() + slot,
        time: execution.time_of(offset),
    }
}

/// The tuple from its cells.
pub fn execution_of<T: Copy>(cells: &[T; EXECUTION_CELLS]) -> ExecutionCols<T> {
    let [first, ..] = *cells;
    ExecutionCols::read(cells, first)
}

/// The cells of the tuple before an event.
pub fn execution_cells(event: &Event) -> [Val; EXECUTION_CELLS] {
    let mut cells = [Val::ZERO; EXECUTION_CELLS];
    event.before.columns().write(&mut cells);
    cells
}

/// One row per event; padding rows are all zero.
pub fn instruction_trace<C: Columns<Val>>(
    events: &[Event],
    minimum_height_log2: u32,
    mut fill: impl FnMut(&Event) -> Option<C>,
) -> Trace {
    let mut trace = Trace::with_rows(C::WIDTH, events.len(), minimum_height_log2);
    for (row, event) in events.iter().enumerate() {
        if let Some(columns) = fill(event) {
            trace.write(row, &columns);
        }
    }
    trace
}

/// A row of zeros.
pub fn zero_row<C: Columns<Val>>() -> C {
    C::read(&[], Val::ZERO)
}

/// The lowest `LIMBS` limbs of a value.
pub fn low_limbs<const LIMBS: usize>(value: u64) -> [Val; LIMBS] {
    let all = limbs(value);
    core::array::from_fn(|limb| all.get(limb).copied().unwrap_or(Val::ZERO))
}

/// The limbs of a value as numbers.
pub fn limbs16(value: u64) -> [u16; 4] {
    core::array::from_fn(|limb| (value >> (16 * limb)) as u16)
}

/// What an event's operands were.
#[derive(Clone, Copy, Debug)]
pub struct Values {
    /// Value of slot a.
    pub a: u64,
    /// Value of slot x0, or the immediate.
    pub b: u64,
    /// The result; 0 for a branch.
    pub result: u64,
    /// Whether b is the immediate.
    pub is_immediate: bool,
}

impl<const LIMBS: usize> Operands<Val, LIMBS> {
    /// The columns of an event that writes dst, with their lookups; `None` if the event has other accesses than such an instruction.
    pub fn of_write(event: &Event, lookups: &mut ByteLookups) -> Option<(Self, Destination<Val>, Values)> {
        let (reads, last) = event.accesses.split_at_checked(event.accesses.len().checked_sub(1)?)?;
        let [write] = last else { return None };
        let (operands, [a, b], values) = Self::of_reads(event, reads, write.new, lookups)?;
        let access = AccessCols::filled(write.previous, write.time, lookups);
        ask_high_bytes(&a, Some(&access), lookups);
        if !values.is_immediate {
            ask_high_bytes(&b, None, lookups);
        }
        let destination = Destination {
            old: limbs(write.old),
            write: access.into_cells(),
        };
        Some((operands, destination, values))
    }

    /// The columns of an event that branches, with their lookups; `None` if the event has other accesses than such an instruction.
    pub fn of_branch(event: &Event, lookups: &mut ByteLookups) -> Option<(Self, Values)> {
        let (operands, [a, b], values) = Self::of_reads(event, &event.accesses, 0, lookups)?;
        ask_high_bytes(&a, Some(&b), lookups);
        Some((operands, values))
    }

    fn of_reads(
        event: &Event,
        reads: &[Access],
        result: u64,
        lookups: &mut ByteLookups,
    ) -> Option<(Self, [AccessCols<Val>; 2], Values)> {
        let instruction = &event.instruction;
        let is_immediate = match instruction.opcode.shape() {
            Shape::DstAB | Shape::BranchAB => false,
            Shape::DstAImm32 | Shape::DstAImm64 | Shape::BranchAImm32 | Shape::BranchAImm64 => true,
            _ => return None,
        };
        let (read_a, read_b) = match (reads, is_immediate) {
            ([a], true) => (a, None),
            ([a, b], false) => (a, Some(b)),
            _ => return None,
        };
        let values = Values {
            a: read_a.old,
            b: read_b.map_or(instruction.x, |read| read.old),
            result,
            is_immediate,
        };
        let mut access = |access: &Access| AccessCols::filled(access.previous, access.time, lookups);
        let a = access(read_a);
        let b = read_b.map_or(AccessCols::from_cells([Val::ZERO; ACCESS_CELLS]), access);
        let [_, gas, a_slot, dst, ..] = instruction.to_elements().map(Val::from_u32);
        let operands = Self {
            is_immediate: Val::from_bool(is_immediate),
            execution: execution_cells(event),
            gas,
            dst,
            a_slot,
            x: low_limbs(instruction.x),
            read_a: a.into_cells(),
            read_b: b.into_cells(),
        };
        Some((operands, [a, b], values))
    }
}

#[cfg(test)]
mod tests {
    use alloc::format;
    use alloc::vec::Vec;

    use crate::isa::Shape;
    use crate::isa::opcodes::OPCODES;

    /// The flag is added to the code, so where there is no such form it would turn the row into one of another operation.
    #[test]
    fn only_these_have_no_immediate_form_and_their_chips_forbid_the_flag() {
        let operands = |shape| matches!(shape, Shape::DstAB | Shape::BranchAB);
        let without: Vec<_> = OPCODES
            .windows(2)
            .filter_map(|pair| match pair {
                [plain, next] if operands(plain.shape) && next.mnemonic != format!("{}_imm", plain.mnemonic) => {
                    Some(plain.mnemonic)
                }
                _ => None,
            })
            .collect();
        assert_eq!(without, ["sub32", "rotr32", "sub64", "rotr64"]);
    }

    #[test]
    fn an_immediate_form_has_the_code_after_its_plain_form() {
        for pair in OPCODES.windows(2) {
            let [plain, immediate] = pair else { continue };
            if matches!(
                immediate.shape,
                Shape::DstAImm32 | Shape::DstAImm64 | Shape::BranchAImm32 | Shape::BranchAImm64
            ) {
                assert_eq!(format!("{}_imm", plain.mnemonic), immediate.mnemonic);
            }
        }
    }
}
