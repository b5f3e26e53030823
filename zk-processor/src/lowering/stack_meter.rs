//! Operand stack of a function as finite-wasm measures it.
//!
//! Mirrors `finite-wasm` 0.6.1, `src/max_stack/{mod,instruction_visit}.rs`, including its oddities: `call_indirect` takes its
//! arguments but not its table index, and `br_table` leaves its index, so an operand remains that later operators may take for
//! another one. Hence this is a stack of sizes of its own, apart from the lowering's.

use alloc::vec::Vec;

use wasmparser::{BlockType, Operator};

use super::arithmetic;
use super::floats;
use super::module::ModuleInfo;
use crate::isa::Opcode;

#[derive(Clone, Copy, Debug)]
struct MeterFrame {
    height: usize,
    block_type: BlockType,
    polymorphic: bool,
}

/// Sizes of the operands (bytes).
#[derive(Debug, Default)]
pub(super) struct StackMeter {
    operands: Vec<u8>,
    size: u64,
    max: u64,
    frames: Vec<MeterFrame>,
}

impl StackMeter {
    /// Begins a function.
    pub(super) fn begin(&mut self) {
        self.operands.clear();
        self.size = 0;
        self.max = 0;
        self.frames.clear();
        self.frames.push(MeterFrame {
            height: 0,
            block_type: BlockType::Empty,
            polymorphic: false,
        });
    }

    /// The greatest size so far (bytes).
    pub(super) fn max(&self) -> u64 {
        self.max
    }

    fn is_polymorphic(&self) -> bool {
        self.frames.last().is_none_or(|frame| frame.polymorphic)
    }

    fn push(&mut self, bytes: u8) {
        if !self.is_polymorphic() {
            self.operands.push(bytes);
            self.size += u64::from(bytes);
            self.max = self.max.max(self.size);
        }
    }

    fn pop(&mut self, count: usize) {
        if !self.is_polymorphic() {
            let remaining = self.operands.len().saturating_sub(count);
            let taken: u64 = self.operands.drain(remaining..).map(u64::from).sum();
            self.size -= taken;
        }
    }

    fn make_polymorphic(&mut self) {
        if let Some(frame) = self.frames.last_mut() {
            frame.polymorphic = true;
        }
    }

    fn new_frame(&mut self, block_type: BlockType, parameters: usize) {
        let polymorphic = self.is_polymorphic();
        let shifted = if polymorphic { 0 } else { parameters };
        let height = self.operands.len().saturating_sub(shifted);
        self.frames.push(MeterFrame {
            height,
            block_type,
            polymorphic,
        });
    }

    fn end_frame(&mut self) -> Option<MeterFrame> {
        // The function's own frame stays.
        if self.frames.len() < 2 {
            return None;
        }
        let frame = self.frames.pop()?;
        self.pop(self.operands.len().saturating_sub(frame.height));
        Some(frame)
    }

    /// Follows an operator.
    pub(super) fn operator(&mut self, operator: &Operator<'_>, module: &ModuleInfo, locals: &[u8]) {
        match operator {
            Operator::Block { blockty } | Operator::Loop { blockty } => {
                self.new_frame(*blockty, module.parameter_count(*blockty));
            }
            Operator::If { blockty } => {
                self.pop(1);
                self.new_frame(*blockty, module.parameter_count(*blockty));
            }
            Operator::Else => {
                if let Some(frame) = self.end_frame() {
                    self.new_frame(frame.block_type, 0);
                    for index in 0..module.parameter_count(frame.block_type) {
                        self.push(module.parameter_bytes(frame.block_type, index as u32));
                    }
                }
            }
            Operator::End => {
                if let Some(frame) = self.end_frame() {
                    for index in 0..module.result_count(frame.block_type) {
                        self.push(module.result_bytes(frame.block_type, index as u32));
                    }
                }
            }
            Operator::Br { .. } | Operator::BrTable { .. } | Operator::Return | Operator::Unreachable => {
                self.make_polymorphic();
            }
            Operator::Call { function_index } => self.call(module, module.function_type(*function_index)),
            Operator::CallIndirect { type_index, .. } => self.call(module, *type_index),
            _ => {
                let (taken, pushed) = effect(operator, module, locals);
                self.pop(taken);
                if let Some(bytes) = pushed {
                    self.push(bytes);
                }
            }
        }
    }

    fn call(&mut self, module: &ModuleInfo, type_index: u32) {
        let function_type = module.type_at(type_index);
        self.pop(function_type.parameters.len());
        for result in &function_type.results {
            self.push(module.bytes(*result));
        }
    }
}

/// Operands taken and result pushed, as finite-wasm moves them: an operator whose result has the type of its operand leaves it.
fn effect(operator: &Operator<'_>, module: &ModuleInfo, locals: &[u8]) -> (usize, Option<u8>) {
    if arithmetic::binary(operator).is_some() {
        return (1, None);
    }
    if arithmetic::comparison(operator).is_some() {
        return (2, Some(4));
    }
    if let Some((_, _, bytes)) = arithmetic::load(operator) {
        return (1, Some(bytes));
    }
    if arithmetic::store(operator).is_some() {
        return (2, None);
    }
    if let Some(unary) = arithmetic::unary(operator) {
        let converts = matches!(
            unary.opcode,
            Opcode::Wrap64
                | Opcode::Extend8S32
                | Opcode::Extend16S32
                | Opcode::Extend8S64
                | Opcode::Extend16S64
                | Opcode::Extend32S64
        );
        return if converts { (1, Some(unary.bytes)) } else { (0, None) };
    }
    if let Some(routine) = floats::routine(operator) {
        return match (routine.arguments, routine.kind) {
            (_, floats::RoutineKind::Arithmetic) => (routine.arguments as usize - 1, None),
            (taken, _) => (taken as usize, Some(routine.bytes)),
        };
    }
    let reference = module.reference_bytes;
    match operator {
        Operator::I32Const { .. }
        | Operator::F32Const { .. }
        | Operator::MemorySize { .. }
        | Operator::TableSize { .. } => (0, Some(4)),
        Operator::I64Const { .. } | Operator::F64Const { .. } => (0, Some(8)),
        Operator::RefNull { .. } | Operator::RefFunc { .. } => (0, Some(reference)),
        Operator::LocalGet { local_index } => (0, Some(locals.get(*local_index as usize).copied().unwrap_or(8))),
        Operator::GlobalGet { global_index } => (0, Some(module.global(*global_index).bytes)),
        Operator::I32Eqz | Operator::I64Eqz | Operator::RefIsNull => (1, Some(4)),
        Operator::I64ExtendI32U | Operator::I64ReinterpretF64 | Operator::F64ReinterpretI64 => (1, Some(8)),
        Operator::I32ReinterpretF32 | Operator::F32ReinterpretI32 => (1, Some(4)),
        Operator::TableGet { .. } => (1, Some(reference)),
        Operator::LocalSet { .. }
        | Operator::GlobalSet { .. }
        | Operator::Drop
        | Operator::BrIf { .. }
        | Operator::F32Copysign
        | Operator::F64Copysign => (1, None),
        Operator::Select | Operator::TypedSelect { .. } | Operator::TableSet { .. } => (2, None),
        Operator::TableGrow { .. } => (2, Some(4)),
        Operator::MemoryFill { .. }
        | Operator::MemoryInit { .. }
        | Operator::MemoryCopy { .. }
        | Operator::TableFill { .. }
        | Operator::TableCopy { .. }
        | Operator::TableInit { .. } => (3, None),
        _ => (0, None),
    }
}
