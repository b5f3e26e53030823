//! What actions do to a receipt's result: gas, logs, new receipts, return data, failure.
//!
//! Mirrors `ActionResult` and `ActionReceiptResult` of `runtime/runtime/src/lib.rs`; differs in: one type serves both,
//! profiles and observed contracts are not kept, and errors are short because no error detail reaches a hash (spec §B.9).

use alloc::string::String;
use alloc::vec::Vec;

use super::ActionError;
use crate::error::ApplyError;
use crate::types::receipt::Receipt;
use crate::types::validator::ValidatorStake;
use crate::types::{Balance, Compute, Gas};

/// What an action returns when it succeeds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum ReturnData {
    /// Nothing.
    #[default]
    None,
    /// A value, for the receipts that wait for this one.
    Value(Vec<u8>),
    /// The result will be that of the new receipt with this index in [`ActionResult::new_receipts`].
    ReceiptIndex(u64),
}

/// Result of one action, or of all actions of a receipt so far.
#[derive(Debug, Clone)]
pub struct ActionResult {
    /// Gas paid for work done, in gas.
    pub gas_burnt: Gas,
    /// Part of `gas_burnt` that contract execution burnt: the receiver is rewarded for it.
    pub gas_burnt_for_function_call: Gas,
    /// `gas_burnt` plus gas attached to new receipts.
    pub gas_used: Gas,
    /// Compute units, limited per chunk.
    pub compute_usage: Compute,
    /// Return data, or why the receipt fails.
    pub result: Result<ReturnData, ActionError>,
    /// Lines that contracts logged.
    pub logs: Vec<String>,
    /// Receipts created, without identifiers yet.
    pub new_receipts: Vec<Receipt>,
    /// Stake proposals made.
    pub validator_proposals: Vec<ValidatorStake>,
    /// Tokens burnt besides gas, in yoctoNEAR.
    pub tokens_burnt: Balance,
    /// Tokens the protocol added, in yoctoNEAR.
    pub subsidized_amount: Balance,
}

impl Default for ActionResult {
    fn default() -> Self {
        Self {
            gas_burnt: 0,
            gas_burnt_for_function_call: 0,
            gas_used: 0,
            compute_usage: 0,
            result: Ok(ReturnData::None),
            logs: Vec::new(),
            new_receipts: Vec::new(),
            validator_proposals: Vec::new(),
            tokens_burnt: 0,
            subsidized_amount: 0,
        }
    }
}

/// Moves all of `next` behind `all`; at once, if there is nothing yet, as before a receipt's first action.
fn append<T>(all: &mut Vec<T>, next: &mut Vec<T>) {
    if next.is_empty() {
        return;
    }
    if all.is_empty() {
        core::mem::swap(all, next);
    } else {
        all.append(next);
    }
}

impl ActionResult {
    /// Adds the result of the next action.
    ///
    /// # Errors
    /// [`ApplyError::IntegerOverflow`] when a total does not fit.
    pub fn merge(&mut self, mut next: Self) -> Result<(), ApplyError> {
        debug_assert!(next.gas_burnt_for_function_call <= next.gas_burnt && next.gas_burnt <= next.gas_used);
        let overflow = || ApplyError::IntegerOverflow("gas of a receipt's actions");
        self.gas_burnt = self.gas_burnt.checked_add(next.gas_burnt).ok_or_else(overflow)?;
        self.gas_burnt_for_function_call = self
            .gas_burnt_for_function_call
            .checked_add(next.gas_burnt_for_function_call)
            .ok_or_else(overflow)?;
        self.gas_used = self.gas_used.checked_add(next.gas_used).ok_or_else(overflow)?;
        self.compute_usage = self
            .compute_usage
            .checked_add(next.compute_usage)
            .ok_or_else(overflow)?;
        append(&mut self.logs, &mut next.logs);
        match next.result {
            Ok(mut return_data) => {
                if let ReturnData::ReceiptIndex(index) = &mut return_data {
                    // The index counts the action's own receipts; from here on it counts the receipt's.
                    *index += self.new_receipts.len() as u64;
                }
                let overflow = || ApplyError::IntegerOverflow("tokens burnt by a receipt's actions");
                self.result = Ok(return_data);
                append(&mut self.new_receipts, &mut next.new_receipts);
                append(&mut self.validator_proposals, &mut next.validator_proposals);
                self.tokens_burnt = self.tokens_burnt.checked_add(next.tokens_burnt).ok_or_else(overflow)?;
                self.subsidized_amount = self
                    .subsidized_amount
                    .checked_add(next.subsidized_amount)
                    .ok_or_else(overflow)?;
            }
            Err(error) => self.set_error(error),
        }
        Ok(())
    }

    /// Marks the receipt as failed and drops what must not survive a failure; gas, compute and logs stay.
    pub fn set_error(&mut self, error: ActionError) {
        self.result = Err(error);
        self.new_receipts.clear();
        self.validator_proposals.clear();
        self.tokens_burnt = 0;
        self.subsidized_amount = 0;
    }
}
