//! Operators other than control flow, and the dispatch over all of them.

use wasmparser::{MemArg, Operator};

use super::arithmetic::{self, Binary, Comparison, Unary};
use super::condition::{Compare, Condition};
use super::error::LoweringError;
use super::floats;
use super::function::{Function, Operand, Popped};
use super::metering::PointKind;
use super::module::ModuleInfo;
use super::output::{Callee, Fixup, Output};
use crate::isa::intrinsics::IntrinsicKind;
use crate::isa::{Instruction, Intrinsic, Opcode};

/// Lowers one function, operator by operator.
pub(super) struct FunctionLowering<'a> {
    pub(super) f: &'a mut Function,
    pub(super) module: &'a ModuleInfo,
    pub(super) output: &'a mut Output,
    /// Rows that this function's rows may not pass together with all others.
    pub(super) max_rows: u64,
}

impl FunctionLowering<'_> {
    /// Lowers an operator that the validator has accepted.
    pub(super) fn operator(&mut self, operator: &Operator<'_>) -> Result<(), LoweringError> {
        let row = self.f.next_row();
        self.f.points.begin_operator(row);
        if self.module.metering.is_some() {
            self.f.meter.operator(operator, self.module, &self.f.local_bytes);
        }
        match operator {
            Operator::Block { blockty } => self.block(*blockty),
            Operator::Loop { blockty } => self.loop_(*blockty),
            Operator::If { blockty } => self.if_(*blockty),
            Operator::Else => self.else_(),
            Operator::End => self.end()?,
            Operator::Br { relative_depth } => self.br(*relative_depth),
            Operator::BrIf { relative_depth } => self.br_if(*relative_depth),
            Operator::BrTable { targets } => self.br_table(targets)?,
            Operator::Return => self.return_(),
            Operator::Unreachable => self.unreachable(),
            _ => self.straight(operator)?,
        }
        self.check_rows()
    }

    /// Only programs with results of many values can need more rows than a small multiple of their length.
    pub(super) fn check_rows(&self) -> Result<(), LoweringError> {
        let rows = (self.output.rows.len() + self.f.rows.len()) as u64;
        if rows > self.max_rows {
            return Err(LoweringError::Machine {
                what: "code rows",
                limit: self.max_rows,
            });
        }
        Ok(())
    }

    /// Metering of an operator that may trap, branch or call.
    pub(super) fn side_effect(&mut self, cost: u32, dead: bool) {
        let row = self.f.next_row();
        self.f.points.before(PointKind::PreControlFlow, cost, row, dead);
        self.f.points.after(PointKind::PostControlFlow, 0, dead);
    }

    /// Operators that are no branches.
    fn straight(&mut self, operator: &Operator<'_>) -> Result<(), LoweringError> {
        let dead = self.is_dead();
        let row = self.f.next_row();
        if is_bulk(operator) {
            if dead {
                self.f.points.dead_bulk(row);
                return Ok(());
            }
            return self.bulk(operator);
        }
        if may_trap(operator) {
            self.side_effect(1, dead);
        } else {
            self.f.points.before(PointKind::Pure, 1, row, dead);
        }
        if dead {
            return Ok(());
        }
        if let Some(binary) = arithmetic::binary(operator) {
            return self.binary(&binary);
        }
        if let Some(comparison) = arithmetic::comparison(operator) {
            return self.comparison(comparison);
        }
        if let Some((opcode, memarg, _)) = arithmetic::load(operator) {
            return self.load(opcode, memarg);
        }
        if let Some((register, immediate, memarg)) = arithmetic::store(operator) {
            self.store(register, immediate, memarg);
            return Ok(());
        }
        if let Some(unary) = arithmetic::unary(operator) {
            return self.unary(&unary);
        }
        if let Some(routine) = floats::routine(operator) {
            return self.float_routine(&routine);
        }
        self.other(operator)
    }

    #[allow(clippy::too_many_lines, reason = "one arm for each operator")]
    fn other(&mut self, operator: &Operator<'_>) -> Result<(), LoweringError> {
        match operator {
            Operator::Nop => Ok(()),
            Operator::Drop => {
                self.f.pop();
                Ok(())
            }
            Operator::LocalGet { local_index } => self.local_get(*local_index),
            Operator::LocalSet { local_index } => {
                self.local_set(*local_index);
                Ok(())
            }
            Operator::LocalTee { local_index } => self.local_tee(*local_index),
            Operator::GlobalGet { global_index } => self.global_get(*global_index),
            Operator::GlobalSet { global_index } => {
                self.global_set(*global_index);
                Ok(())
            }
            Operator::I32Const { value } => self.f.push(Operand::Constant(u64::from(*value as u32))),
            Operator::I64Const { value } => self.f.push(Operand::Constant(*value as u64)),
            Operator::F32Const { value } => self.f.push(Operand::Constant(u64::from(value.bits()))),
            Operator::F64Const { value } => self.f.push(Operand::Constant(value.bits())),
            Operator::I32Eqz => self.equals_zero(false),
            Operator::I64Eqz => self.equals_zero(true),
            Operator::Select | Operator::TypedSelect { .. } => self.select(),
            Operator::I64ExtendI32U => {
                let value = self.f.pop();
                self.push_back(value)
            }
            Operator::I32ReinterpretF32 | Operator::F32ReinterpretI32 => {
                let value = self.f.pop();
                self.push_back(value)
            }
            Operator::I64ReinterpretF64 | Operator::F64ReinterpretI64 => {
                let value = self.f.pop();
                self.push_back(value)
            }
            Operator::F32Copysign => self.copysign(Opcode::And32Imm, Opcode::Or32, 0x8000_0000, 0x7fff_ffff),
            Operator::F64Copysign => self.copysign(Opcode::And64Imm, Opcode::Or64, 1 << 63, u64::MAX >> 1),
            Operator::Call { function_index } => self.call(*function_index),
            Operator::CallIndirect {
                type_index,
                table_index,
            } => self.call_indirect(*type_index, *table_index),
            Operator::MemorySize { .. } => self.produce(Opcode::MemorySize, 0, 0),
            Operator::RefNull { .. } => self.f.push(Operand::Constant(0)),
            Operator::RefFunc { function_index } => self.f.push(Operand::Constant(u64::from(*function_index) + 1)),
            Operator::RefIsNull => {
                let value = self.f.pop();
                let slot = self.f.operand_slot(value);
                self.produce(Opcode::Eq64Imm, slot, 0)
            }
            Operator::I64Add128 => self.wide_sum(Opcode::AddCarry64, Opcode::AddWithCarry64),
            Operator::I64Sub128 => self.wide_sum(Opcode::SubBorrow64, Opcode::SubWithBorrow64),
            Operator::I64MulWideS => self.wide_product(Opcode::MulWideS),
            Operator::I64MulWideU => self.wide_product(Opcode::MulWideU),
            _ => self.table_or_segment(operator),
        }
    }

    fn table_or_segment(&mut self, operator: &Operator<'_>) -> Result<(), LoweringError> {
        match operator {
            Operator::TableGet { table } => {
                let index = self.f.pop();
                let slot = self.f.operand_slot(index);
                self.produce(Opcode::TableGet, slot, self.module.table_base(*table))
            }
            Operator::TableSet { table } => {
                let value = self.f.pop();
                let index = self.f.pop();
                let (value, index) = (self.f.operand_slot(value), self.f.operand_slot(index));
                self.f.emit(
                    Opcode::TableSet,
                    u32::from(value),
                    index,
                    self.module.table_base(*table),
                );
                Ok(())
            }
            Operator::TableSize { table } => self.produce(Opcode::TableSize, 0, self.module.table_base(*table)),
            Operator::ElemDrop { elem_index } => {
                self.f
                    .emit(Opcode::SegmentDrop, 0, 0, self.module.element_base(*elem_index));
                Ok(())
            }
            Operator::DataDrop { data_index } => {
                self.output
                    .fix_next(self.f.rows.len(), Fixup::Segment { data: *data_index });
                self.f.emit(Opcode::SegmentDrop, 0, 0, 0);
                Ok(())
            }
            _ => Err(LoweringError::Unsupported(
                "an operator of a feature that is not enabled",
            )),
        }
    }

    /// Emits a row that puts its result into the next canonical slot, and pushes it.
    fn produce(&mut self, opcode: Opcode, a: u16, x: u64) -> Result<(), LoweringError> {
        let slot = self.f.slot(self.f.height());
        self.f.emit(opcode, u32::from(slot), a, x);
        self.f.push_slot()
    }

    /// Pushes a value that was popped from the same height.
    fn push_back(&mut self, value: Popped) -> Result<(), LoweringError> {
        self.f.push(value.operand)
    }

    fn local_get(&mut self, index: u32) -> Result<(), LoweringError> {
        let local = index as u16;
        let in_loop = self.f.loops > 0;
        if self.f.assignment.read(local, in_loop) {
            return self.f.push(Operand::Constant(0));
        }
        self.f.push(Operand::Local(local))
    }

    /// Assigns a local. Returns whether the row that computes the value now writes the local itself.
    fn assign(&mut self, value: Popped, local: u16) -> bool {
        if value.operand == Operand::Local(local) {
            return false;
        }
        let copied = self.f.settle_local(local);
        self.f.assignment.assign(local);
        if value.operand == Operand::Slot && !copied {
            let slot = self.f.slot(value.height);
            if let Some(row) = self.f.producer(slot) {
                row.dst = u32::from(local);
                return true;
            }
        }
        self.f.move_to(value, local);
        false
    }

    fn local_set(&mut self, index: u32) {
        let value = self.f.pop();
        self.assign(value, index as u16);
    }

    fn local_tee(&mut self, index: u32) -> Result<(), LoweringError> {
        let local = index as u16;
        let value = self.f.pop();
        let operand = if self.assign(value, local) {
            Operand::Local(local)
        } else {
            value.operand
        };
        self.f.push(operand)
    }

    fn global_get(&mut self, index: u32) -> Result<(), LoweringError> {
        let global = self.module.global(index);
        match global.constant {
            Some(constant) => self.f.push(Operand::Constant(constant)),
            None => self.produce(Opcode::GlobalGet, 0, u64::from(index)),
        }
    }

    fn global_set(&mut self, index: u32) {
        let value = self.f.pop();
        if value.operand == Operand::Slot {
            let slot = self.f.slot(value.height);
            if let Some(row) = self.f.producer(slot)
                && row.opcode == Opcode::Add32Imm
            {
                *row = Instruction::new(Opcode::GlobalSetAdd, 0, row.a, u64::from(index) | row.x << 32);
                return;
            }
        }
        let slot = self.f.operand_slot(value);
        self.f.emit(Opcode::GlobalSet, 0, slot, u64::from(index));
    }

    fn binary(&mut self, binary: &Binary) -> Result<(), LoweringError> {
        let (mut right, mut left) = (self.f.pop(), self.f.pop());
        let height = left.height;
        if binary.commutes && matches!(left.operand, Operand::Constant(_)) {
            core::mem::swap(&mut left, &mut right);
        }
        if let (Operand::Constant(constant), Some((opcode, prepare))) = (right.operand, binary.immediate) {
            let immediate = prepare(constant);
            if opcode == Opcode::Add32Imm && left.operand == Operand::Slot {
                let slot = self.f.slot(left.height);
                if let Some(row) = self.f.producer(slot)
                    && row.opcode == Opcode::GlobalGet
                {
                    let dst = row.dst;
                    *row = Instruction::new(Opcode::GlobalGetAdd, dst, 0, row.x | immediate << 32);
                    return self.result_at(height, dst);
                }
            }
            let a = self.f.operand_slot(left);
            return self.result(height, opcode, a, immediate);
        }
        let (a, b) = (self.f.operand_slot(left), self.f.operand_slot(right));
        self.result(height, binary.register, a, u64::from(b))
    }

    /// Emits a row whose result lies at a height that is free now, and pushes it.
    fn result(&mut self, height: u32, opcode: Opcode, a: u16, x: u64) -> Result<(), LoweringError> {
        debug_assert_eq!(height, self.f.height(), "results replace operands");
        self.produce(opcode, a, x)
    }

    /// The last row's result lies in slot `dst`: pushes it.
    fn result_at(&mut self, height: u32, dst: u32) -> Result<(), LoweringError> {
        if dst == u32::from(self.f.slot(height)) {
            return self.f.push_slot();
        }
        // A swapped operand came from one height above.
        let slot = self.f.slot(height);
        if let Some(row) = self.f.rows.last_mut() {
            row.dst = u32::from(slot);
        }
        self.f.push_slot()
    }

    fn unary(&mut self, unary: &Unary) -> Result<(), LoweringError> {
        let value = self.f.pop();
        if let (Operand::Constant(constant), Opcode::Wrap64) = (value.operand, unary.opcode) {
            return self.f.push(Operand::Constant(u64::from(constant as u32)));
        }
        let a = self.f.operand_slot(value);
        self.result(value.height, unary.opcode, a, unary.immediate)
    }

    fn comparison(&mut self, comparison: Comparison) -> Result<(), LoweringError> {
        let (mut right, mut left) = (self.f.pop(), self.f.pop());
        let height = left.height;
        let Comparison {
            mut condition,
            exchanged,
            wide,
        } = comparison;
        if exchanged {
            core::mem::swap(&mut left, &mut right);
        }
        let mut immediate = None;
        match (left.operand, right.operand) {
            (_, Operand::Constant(constant)) => immediate = Some(constant),
            (Operand::Constant(constant), _) => match with_constant_left(condition, constant, wide) {
                Ok((exchanged_condition, constant)) => {
                    condition = exchanged_condition;
                    left = right;
                    immediate = Some(constant);
                }
                Err(result) => return self.f.push(Operand::Constant(u64::from(result))),
            },
            _ => {}
        }
        let compare = Compare {
            condition,
            wide,
            immediate: immediate.is_some(),
        };
        let a = self.f.operand_slot(left);
        let x = immediate.unwrap_or_else(|| u64::from(self.f.operand_slot(right)));
        self.result(height, compare.value(), a, x)
    }

    fn equals_zero(&mut self, wide: bool) -> Result<(), LoweringError> {
        let value = self.f.pop();
        match value.operand {
            Operand::Constant(constant) => return self.f.push(Operand::Constant(u64::from(constant == 0))),
            Operand::Slot => {
                let slot = self.f.slot(value.height);
                if let Some(row) = self.f.producer(slot)
                    && let Some(compare) = Compare::of_value(row.opcode)
                {
                    row.opcode = compare.inverted().value();
                    return self.f.push_slot();
                }
            }
            Operand::Local(_) => {}
        }
        let a = self.f.operand_slot(value);
        let compare = Compare {
            condition: Condition::Equal,
            wide,
            immediate: true,
        };
        self.result(value.height, compare.value(), a, 0)
    }

    fn select(&mut self) -> Result<(), LoweringError> {
        let (condition, right) = (self.f.pop(), self.f.pop());
        let left = self.f.pop();
        let (a, b) = (self.f.operand_slot(left), self.f.operand_slot(right));
        let condition = self.f.operand_slot(condition);
        self.result(
            left.height,
            Opcode::Select,
            a,
            u64::from(b) | u64::from(condition) << 16,
        )
    }

    fn copysign(&mut self, and: Opcode, or: Opcode, sign: u64, rest: u64) -> Result<(), LoweringError> {
        let (right, left) = (self.f.pop(), self.f.pop());
        let (b, a) = (self.f.operand_slot(right), self.f.operand_slot(left));
        let (first, second) = (self.f.slot(left.height), self.f.slot(right.height));
        // The sign goes to the upper place first: the lower one may hold the magnitude.
        self.f.emit(and, u32::from(second), b, sign);
        self.f.emit(and, u32::from(first), a, rest);
        self.result(left.height, or, first, u64::from(second))
    }

    fn load(&mut self, opcode: Opcode, memarg: MemArg) -> Result<(), LoweringError> {
        let address = self.f.pop();
        let a = self.f.operand_slot(address);
        self.result(address.height, opcode, a, memarg.offset)
    }

    fn store(&mut self, register: Opcode, immediate: Opcode, memarg: MemArg) {
        let (value, address) = (self.f.pop(), self.f.pop());
        let a = self.f.operand_slot(address);
        if let Operand::Constant(constant) = value.operand {
            let constant = if register == Opcode::Store64 {
                constant
            } else {
                u64::from(constant as u32)
            };
            if constant <= u64::from(u32::MAX) {
                self.f.emit(immediate, 0, a, memarg.offset | constant << 32);
                return;
            }
        }
        let value = self.f.operand_slot(value);
        self.f.emit(register, u32::from(value), a, memarg.offset);
    }

    fn call(&mut self, function: u32) -> Result<(), LoweringError> {
        let type_index = self.module.function_type(function);
        if let Some(intrinsic) = self.module.intrinsic(function) {
            return self.intrinsic(intrinsic);
        }
        let base = self.call_base(type_index);
        let callee = if self.module.is_routines {
            self.output.use_routine(function)
        } else {
            Callee::Function(function)
        };
        self.output.fix_next(self.f.rows.len(), Fixup::Call(callee));
        self.f.emit(Opcode::Call, 0, base, 0);
        self.call_results(type_index)
    }

    /// An import of module `zk`, in place of a call.
    fn intrinsic(&mut self, intrinsic: &Intrinsic) -> Result<(), LoweringError> {
        let arguments = intrinsic.parameters.len() as u32;
        let in_place = matches!(
            intrinsic.kind,
            IntrinsicKind::Bulk(..) | IntrinsicKind::Instruction(Opcode::Panic)
        );
        if in_place {
            self.f.settle_top(arguments);
        }
        let mut slots = [0; 3];
        for index in (0..intrinsic.parameters.len().min(slots.len())).rev() {
            let value = self.f.pop();
            slots[index] = self.f.operand_slot(value);
        }
        let [a, b, c] = slots;
        match intrinsic.kind {
            IntrinsicKind::Control(cell) => {
                return self.produce(Opcode::ControlGet, 0, u64::from(cell as u8));
            }
            IntrinsicKind::Bulk(begin, step) => {
                self.f.emit(begin, 0, a, 0);
                self.f.emit(step, 0, a, 0);
                if intrinsic.result.is_some() {
                    return self.f.push_slot();
                }
            }
            IntrinsicKind::Instruction(Opcode::Panic) => self.f.emit(Opcode::Panic, 0, a, 0),
            IntrinsicKind::Instruction(opcode) => {
                let x = u64::from(b) | u64::from(c) << 16;
                if intrinsic.result.is_some() {
                    return self.produce(opcode, a, x);
                }
                self.f.emit(opcode, 0, a, x);
            }
        }
        Ok(())
    }

    /// Puts a call's arguments into consecutive slots and takes them from the stack. Returns the first slot.
    fn call_base(&mut self, type_index: u32) -> u16 {
        let arguments = self.module.type_at(type_index).parameters.len() as u32;
        self.f.settle_top(arguments);
        let height = self.f.height().saturating_sub(arguments);
        self.f.truncate(height);
        self.f.slot(height)
    }

    fn call_results(&mut self, type_index: u32) -> Result<(), LoweringError> {
        for _ in &self.module.type_at(type_index).results {
            self.f.push_slot()?;
        }
        Ok(())
    }

    fn call_indirect(&mut self, type_index: u32, table: u32) -> Result<(), LoweringError> {
        let index = self.f.pop();
        let index = self.f.operand_slot(index);
        let base = self.call_base(type_index);
        let x = self.module.table_base(table) | u64::from(self.module.canonical_type(type_index)) << 32;
        self.f.emit(Opcode::CallIndirect, u32::from(base), index, x);
        self.call_results(type_index)
    }

    fn float_routine(&mut self, routine: &floats::Routine) -> Result<(), LoweringError> {
        self.f.settle_top(routine.arguments);
        let height = self.f.height().saturating_sub(routine.arguments);
        self.f.truncate(height);
        let callee = self.output.routine(routine.name)?;
        self.output.fix_next(self.f.rows.len(), Fixup::Call(callee));
        let base = self.f.slot(height);
        self.f.emit(Opcode::Call, 0, base, 0);
        self.f.push_slot()
    }

    fn wide_sum(&mut self, low: Opcode, high: Opcode) -> Result<(), LoweringError> {
        let (b_high, b_low, a_high, a_low) = (self.f.pop(), self.f.pop(), self.f.pop(), self.f.pop());
        let [a_high_slot, b_high_slot] = [a_high, b_high].map(|value| self.f.operand_slot(value));
        let [a_low_slot, b_low_slot] = [a_low, b_low].map(|value| self.f.operand_slot(value));
        // The low result replaces the low left operand, the carry the low right one; both are read before.
        let (result, carry) = (self.f.slot(a_low.height), self.f.slot(b_low.height));
        self.f.emit(
            low,
            u32::from(result),
            a_low_slot,
            u64::from(b_low_slot) | u64::from(carry) << 16,
        );
        self.f.push_slot()?;
        let operands = u64::from(b_high_slot) | u64::from(carry) << 16;
        self.produce(high, a_high_slot, operands)
    }

    fn wide_product(&mut self, opcode: Opcode) -> Result<(), LoweringError> {
        let (right, left) = (self.f.pop(), self.f.pop());
        let (a, b) = (self.f.operand_slot(left), self.f.operand_slot(right));
        let (low, high) = (self.f.slot(left.height), self.f.slot(right.height));
        self.f
            .emit(opcode, u32::from(low), a, u64::from(b) | u64::from(high) << 16);
        self.f.push_slot()?;
        self.f.push_slot()
    }

    /// Bulk operations, `memory.grow` and `table.grow`: their charge has a linear part.
    fn bulk(&mut self, operator: &Operator<'_>) -> Result<(), LoweringError> {
        if let Operator::MemoryGrow { .. } = operator {
            self.f.settle_top(1);
            let slot = self.bulk_charge();
            self.f.pop();
            return self.produce(Opcode::MemoryGrow, slot, u64::from(self.module.max_pages));
        }
        if let Operator::TableGrow { table } = operator {
            return self.table_grow(*table);
        }
        self.f.settle_top(3);
        self.bulk_charge();
        let height = self.f.height().saturating_sub(3);
        self.f.truncate(height);
        let slot = self.f.slot(height);
        let table = |table: &u32| self.module.table_base(*table);
        let (begin, step, x) = match operator {
            Operator::MemoryCopy { .. } => (Opcode::MemoryCopyBegin, Opcode::MemoryCopyStep, 0),
            Operator::MemoryFill { .. } => (Opcode::MemoryFillBegin, Opcode::MemoryFillStep, 0),
            Operator::MemoryInit { data_index, .. } => {
                for row in [0, 1] {
                    self.output
                        .fix_next(self.f.rows.len() + row, Fixup::Segment { data: *data_index });
                }
                (Opcode::MemoryInitBegin, Opcode::MemoryInitStep, 0)
            }
            Operator::TableCopy { dst_table, src_table } => (
                Opcode::TableCopyBegin,
                Opcode::TableCopyStep,
                table(dst_table) | table(src_table) << 32,
            ),
            Operator::TableFill { table: filled } => (Opcode::TableFillBegin, Opcode::TableFillStep, table(filled)),
            Operator::TableInit {
                elem_index,
                table: filled,
            } => {
                let segment = self.module.element_base(*elem_index);
                (
                    Opcode::TableInitBegin,
                    Opcode::TableInitStep,
                    table(filled) | segment << 32,
                )
            }
            _ => {
                return Err(LoweringError::Unsupported(
                    "a bulk operation of a feature that is not enabled",
                ));
            }
        };
        self.f.emit(begin, 0, slot, x);
        self.f.emit(step, 0, slot, x);
        Ok(())
    }

    /// The charge of a bulk operation whose count is on top of the stack, in its canonical slot.
    fn bulk_charge(&mut self) -> u16 {
        let slot = self.f.slot(self.f.height().saturating_sub(1));
        let row = self.f.next_row();
        self.f.points.bulk(self.module.bulk_base, slot, row);
        slot
    }

    fn table_grow(&mut self, table: u32) -> Result<(), LoweringError> {
        self.f.settle_top(2);
        self.bulk_charge();
        let (count, value) = (self.f.pop(), self.f.pop());
        let height = value.height;
        let (value, count) = (self.f.slot(value.height), self.f.slot(count.height));
        let (base, limit) = (self.module.table_base(table), u64::from(self.module.table_limit(table)));
        // Operands of the fill: first new element (the old size), value, count.
        let [first, fill_value, fill_count] = [2, 3, 4].map(|above| self.f.slot(height + above));
        self.f
            .emit(Opcode::TableGrow, u32::from(first), count, base | limit << 32);
        self.f.emit(Opcode::Move, u32::from(fill_count), count, 0);
        self.f.emit(Opcode::Move, u32::from(fill_value), value, 0);
        self.f.emit(Opcode::Move, u32::from(value), first, 0);
        let done = self.f.new_label();
        self.f.emit(Opcode::BranchEq32Imm, done, value, u64::from(u32::MAX));
        self.f.emit(Opcode::TableFillBegin, 0, first, base);
        self.f.emit(Opcode::TableFillStep, 0, first, base);
        self.f.bind(done);
        self.f.push_slot()
    }
}

/// Operators whose cost has a linear part.
fn is_bulk(operator: &Operator<'_>) -> bool {
    matches!(
        operator,
        Operator::MemoryGrow { .. }
            | Operator::MemoryInit { .. }
            | Operator::MemoryCopy { .. }
            | Operator::MemoryFill { .. }
            | Operator::TableInit { .. }
            | Operator::TableCopy { .. }
            | Operator::TableGrow { .. }
            | Operator::TableFill { .. }
    )
}

/// Straight operators that finite-wasm counts as having side effects.
fn may_trap(operator: &Operator<'_>) -> bool {
    matches!(
        operator,
        Operator::Call { .. }
            | Operator::CallIndirect { .. }
            | Operator::TableGet { .. }
            | Operator::TableSet { .. }
            | Operator::I32DivS
            | Operator::I32DivU
            | Operator::I32RemS
            | Operator::I32RemU
            | Operator::I64DivS
            | Operator::I64DivU
            | Operator::I64RemS
            | Operator::I64RemU
            | Operator::I32TruncF32S
            | Operator::I32TruncF32U
            | Operator::I32TruncF64S
            | Operator::I32TruncF64U
            | Operator::I64TruncF32S
            | Operator::I64TruncF32U
            | Operator::I64TruncF64S
            | Operator::I64TruncF64U
    ) || arithmetic::load(operator).is_some()
        || arithmetic::store(operator).is_some()
}

/// `constant OP x` as `x OP' constant'`, or its result if it does not depend on x.
fn with_constant_left(condition: Condition, constant: u64, wide: bool) -> Result<(Condition, u64), bool> {
    let (max, signed_max) = if wide {
        (u64::MAX, u64::MAX >> 1)
    } else {
        (0xffff_ffff, 0x7fff_ffff)
    };
    let limit = match condition {
        Condition::LessSigned | Condition::NotLessSigned => signed_max,
        _ => max,
    };
    match condition {
        Condition::Equal | Condition::NotEqual => Ok((condition, constant)),
        // c < x is x >= c + 1, c >= x is x < c + 1, unless c is the greatest value.
        Condition::LessSigned | Condition::LessUnsigned if constant == limit => Err(false),
        Condition::NotLessSigned | Condition::NotLessUnsigned if constant == limit => Err(true),
        _ => Ok((condition.inverted(), constant.wrapping_add(1) & max)),
    }
}
