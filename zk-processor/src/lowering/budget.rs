//! Work that a module's length does not bound by itself.
//!
//! A declaration of three bytes stands for up to 50,000 locals, a function of five for up to 1,000 parameters, and an operator of
//! two moves up to 1,000 operands: arguments of a call, values of a branch. Programs that mean something stay far below, because
//! their operands were pushed by operators; what is left is code that is never reached, and branches with results of many values.
//! So a module may take a multiple of its length of either, and more is [`LoweringError::Machine`]. With that, validation and
//! lowering are linear.

use wasmparser::Operator;

use super::error::LoweringError;
use super::operators::FunctionLowering;

/// All functions together may have this many locals, parameters included, for each byte of the module …
const LOCALS_PER_BYTE: u64 = 8;

/// … and operators may move this many operands besides their own few …
const OPERANDS_PER_BYTE: u64 = 64;

/// … and as many as this more.
const ALLOWANCE: u64 = 1 << 20;

/// Something that a module may take a bounded amount of.
#[derive(Debug)]
pub(super) struct Budget {
    what: &'static str,
    limit: u64,
    left: u64,
}

impl Budget {
    /// Locals and parameters of the functions of a module of this length.
    pub(super) const fn locals(module_bytes: usize) -> Self {
        Self::new("locals of all functions", module_bytes, LOCALS_PER_BYTE)
    }

    /// Operands that calls, blocks and branches of a module of this length move.
    pub(super) const fn operands(module_bytes: usize) -> Self {
        Self::new(
            "operands of calls, blocks and branches",
            module_bytes,
            OPERANDS_PER_BYTE,
        )
    }

    const fn new(what: &'static str, module_bytes: usize, per_byte: u64) -> Self {
        let limit = (module_bytes as u64).saturating_mul(per_byte).saturating_add(ALLOWANCE);
        Self {
            what,
            limit,
            left: limit,
        }
    }

    /// Takes some.
    pub(super) fn spend(&mut self, amount: u64) -> Result<(), LoweringError> {
        self.left = self.left.checked_sub(amount).ok_or(LoweringError::Machine {
            what: self.what,
            limit: self.limit,
        })?;
        Ok(())
    }
}

impl FunctionLowering<'_> {
    /// Operands that an operator moves whose number is not the operator's own, counted before anything is known to be valid.
    pub(super) fn operands(&self, operator: &Operator<'_>) -> u64 {
        match operator {
            Operator::Call { function_index } => self.call_operands(self.module.function_type(*function_index)),
            Operator::CallIndirect { type_index, .. } => self.call_operands(*type_index),
            Operator::Block { blockty } | Operator::Loop { blockty } | Operator::If { blockty } => {
                // At its beginning, its `else` and its `end`.
                let (parameters, results) = (
                    self.module.parameter_count(*blockty),
                    self.module.result_count(*blockty),
                );
                2 * (parameters + results) as u64
            }
            Operator::Br { relative_depth } | Operator::BrIf { relative_depth } => {
                self.branch_operands(*relative_depth)
            }
            // A target that carries another number of values is invalid.
            Operator::BrTable { targets } => self.branch_operands(targets.default()) * (u64::from(targets.len()) + 1),
            Operator::Return => self.branch_operands((self.f.frames.len() as u32).saturating_sub(1)),
            _ => 0,
        }
    }

    fn call_operands(&self, type_index: u32) -> u64 {
        let function_type = self.module.type_at(type_index);
        (function_type.parameters.len() + function_type.results.len()) as u64
    }

    fn branch_operands(&self, depth: u32) -> u64 {
        let (_, count, _) = self.target(depth);
        u64::from(count)
    }
}
