//! Receipts: which are executed in this chunk, in which order, and what each kind does.
//!
//! Local receipts come first, then the delayed queue, then incoming ones, then yields whose time is over. A receipt that
//! finds the chunk full joins the delayed queue.
//!
//! | module | what it answers |
//! |---|---|
//! | [`action_receipt`] | what executing actions does: result, refunds, reward, outcome |
//! | [`action_result`], [`action_error`] | what actions hand back |
//! | [`refunds`] | what goes back to whom |
//! | [`data_receipt`] | who waits for which data |
//! | [`promise_yield`] | yields, resumptions, timeouts |
//! | [`global_contract`] | distribution of global contracts |
//! | [`delayed_queue`] | receipts that found the chunk full |
//! | [`outgoing_buffer`] | receipts that leave: sent or buffered |
//! | [`load`] | how much a queued receipt weighs |
//!
//! Mirrors `process_receipts` and `process_receipt` of `runtime/runtime/src/lib.rs` (spec §C.6 to §C.8).

use alloc::collections::VecDeque;
use alloc::string::ToString;
use alloc::vec::Vec;

use crate::context::ApplyContext;
use crate::contract_runner::ContractRunner;
use crate::crypto::Crypto;
use crate::error::ApplyError;
use crate::state::StateUpdate;
use crate::types::outcome::ExecutionOutcomeWithId;
use crate::types::receipt::{Receipt, VersionedReceiptEnum};
use crate::types::validator::ValidatorStake;
use crate::types::{Balance, Compute, Gas};
use crate::validation::{ValidateReceiptMode, validate_receipt};

mod action_error;
mod action_input;
mod action_receipt;
mod action_result;
mod data_receipt;
pub mod delayed_queue;
mod global_contract;
pub mod load;
pub mod outgoing_buffer;
mod promise_yield;
mod refunds;
#[cfg(test)]
mod tests;

pub use action_error::ActionError;
pub use action_input::{ActionInput, ReceiverState};
pub use action_result::{ActionResult, ReturnData};
pub(crate) use global_contract::global_contract_nonce;

use delayed_queue::DelayedReceipts;
use outgoing_buffer::ReceiptSink;

/// Gas and compute of everything executed so far in the chunk.
///
/// Counts refunds too, although nobody pays for them: the chunk fills up all the same.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Totals {
    pub(crate) gas: Gas,
    pub(crate) compute: Compute,
}

impl Totals {
    pub(crate) fn add(&mut self, gas: Gas, compute: Compute) -> Result<(), ApplyError> {
        self.gas = self
            .gas
            .checked_add(gas)
            .ok_or(ApplyError::IntegerOverflow("gas of the chunk"))?;
        self.compute = self
            .compute
            .checked_add(compute)
            .ok_or(ApplyError::IntegerOverflow("compute of the chunk"))?;
        Ok(())
    }
}

/// Tokens that disappeared from, or were added to, the total supply in this chunk, in yoctoNEAR.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct BalanceTotals {
    /// Burnt by transactions and receipts, without what contracts received as reward.
    pub tx_burnt: Balance,
    /// Refunds that nobody could receive.
    pub other_burnt: Balance,
    /// Added by the protocol.
    pub subsidized: Balance,
}

impl BalanceTotals {
    pub(crate) fn add_tx_burnt(&mut self, amount: Balance) -> Result<(), ApplyError> {
        Self::add(&mut self.tx_burnt, amount)
    }

    pub(crate) fn add_other_burnt(&mut self, amount: Balance) -> Result<(), ApplyError> {
        Self::add(&mut self.other_burnt, amount)
    }

    pub(crate) fn add_subsidized(&mut self, amount: Balance) -> Result<(), ApplyError> {
        Self::add(&mut self.subsidized, amount)
    }

    fn add(total: &mut Balance, amount: Balance) -> Result<(), ApplyError> {
        *total = total
            .checked_add(amount)
            .ok_or(ApplyError::IntegerOverflow("balance totals of the chunk"))?;
        Ok(())
    }

    /// What the chunk header calls `prev_balance_burnt`.
    ///
    /// # Errors
    /// Aborts when more was added than burnt, or the sum does not fit.
    pub fn balance_burnt(&self) -> Result<Balance, ApplyError> {
        self.tx_burnt
            .checked_add(self.other_burnt)
            .and_then(|burnt| burnt.checked_sub(self.subsidized))
            .ok_or(ApplyError::IntegerOverflow("balance burnt by the chunk"))
    }
}

/// A chunk while it is being applied.
#[derive(Debug)]
pub(crate) struct ChunkInProgress<'a, 's, C: Crypto, R> {
    pub(crate) context: &'a ApplyContext<'a>,
    pub(crate) state: StateUpdate<'s, C>,
    pub(crate) runner: &'a mut R,
    pub(crate) sink: ReceiptSink,
    pub(crate) delayed: DelayedReceipts,
    pub(crate) totals: Totals,
    pub(crate) balance: BalanceTotals,
    /// In processing order: transactions, then receipts.
    pub(crate) outcomes: Vec<ExecutionOutcomeWithId>,
    /// Receipts of transactions whose signer is the receiver.
    pub(crate) local_receipts: Vec<Receipt>,
    /// Receipts to be executed right after the one that created them, full chunk or not.
    instant_receipts: VecDeque<Receipt>,
    /// In processing order, with repetitions.
    pub(crate) validator_proposals: Vec<ValidatorStake>,
}

/// Whether the storage proof recorded so far is above the chunk's limit.
pub(crate) fn storage_proof_is_full<C: Crypto>(context: &ApplyContext<'_>, state: &StateUpdate<'_, C>) -> bool {
    state.recorded_storage_size_upper_bound() > context.params.witness_config.main_storage_proof_size_soft_limit
}

impl<'a, 's, C: Crypto, R: ContractRunner<C>> ChunkInProgress<'a, 's, C, R> {
    pub(crate) fn new(
        context: &'a ApplyContext<'a>,
        state: StateUpdate<'s, C>,
        runner: &'a mut R,
        sink: ReceiptSink,
        delayed: DelayedReceipts,
    ) -> Self {
        Self {
            context,
            state,
            runner,
            sink,
            delayed,
            totals: Totals::default(),
            balance: BalanceTotals::default(),
            outcomes: Vec::new(),
            local_receipts: Vec::new(),
            instant_receipts: VecDeque::new(),
            validator_proposals: Vec::new(),
        }
    }

    /// Executes or queues all receipts of the chunk.
    ///
    /// # Errors
    /// Aborts on storage errors, overflow, and receipts that are not well-formed.
    pub(crate) fn process_receipts(&mut self, incoming_receipts: &[Receipt]) -> Result<(), ApplyError> {
        let expected_count = self.local_receipts.len() + incoming_receipts.len();
        self.outcomes.reserve(expected_count);
        self.sink.outgoing_receipts.reserve(expected_count);
        self.sink.outgoing_shard_ids.reserve(expected_count);
        self.process_local_receipts()?;
        self.process_delayed_receipts()?;
        self.process_incoming_receipts(incoming_receipts)?;
        self.resolve_yield_timeouts()
    }

    /// Whether receipts have to wait for the next chunk.
    fn is_full(&self) -> bool {
        self.totals.compute >= self.context.gas_limit || storage_proof_is_full(self.context, &self.state)
    }

    fn process_local_receipts(&mut self) -> Result<(), ApplyError> {
        for receipt in core::mem::take(&mut self.local_receipts) {
            self.process_or_delay(&receipt)?;
        }
        Ok(())
    }

    fn process_delayed_receipts(&mut self) -> Result<(), ApplyError> {
        while !self.is_full() {
            let Some(receipt) = self.delayed.pop(self.context, &mut self.state)? else {
                break;
            };
            self.check_existing_receipt(&receipt).map_err(|error| match error {
                ApplyError::InvalidReceipt { reason, .. } => ApplyError::InconsistentState(reason),
                other => other,
            })?;
            self.process_with_instant_receipts(&receipt)?;
        }
        Ok(())
    }

    fn process_incoming_receipts(&mut self, incoming_receipts: &[Receipt]) -> Result<(), ApplyError> {
        for receipt in incoming_receipts {
            // Also those that will only be queued: nothing malformed may enter the state.
            self.check_existing_receipt(receipt)?;
            self.process_or_delay(receipt)?;
        }
        Ok(())
    }

    fn check_existing_receipt(&self, receipt: &Receipt) -> Result<(), ApplyError> {
        let limits = &self.context.params.wasm_config.limit_config;
        validate_receipt::<C>(limits, receipt, ValidateReceiptMode::ExistingReceipt).map_err(|error| {
            ApplyError::InvalidReceipt {
                receipt_id: receipt.receipt_id,
                reason: error.to_string(),
            }
        })
    }

    fn process_or_delay(&mut self, receipt: &Receipt) -> Result<(), ApplyError> {
        if self.is_full() {
            self.delayed.push(receipt, self.context, &mut self.state)
        } else {
            self.process_with_instant_receipts(receipt)
        }
    }

    /// Processes a receipt and everything that must follow it immediately.
    fn process_with_instant_receipts(&mut self, receipt: &Receipt) -> Result<(), ApplyError> {
        self.process_and_count(receipt)?;
        while let Some(instant) = self.instant_receipts.pop_front() {
            self.process_and_count(&instant)?;
        }
        Ok(())
    }

    fn process_and_count(&mut self, receipt: &Receipt) -> Result<(), ApplyError> {
        if let Some(executed) = self.process_receipt(receipt)? {
            self.totals
                .add(executed.outcome.gas_burnt, executed.outcome.compute_usage)?;
            self.outcomes.push(executed);
        }
        Ok(())
    }

    /// Does what the receipt's kind asks for; an outcome comes back if actions were executed.
    fn process_receipt(&mut self, receipt: &Receipt) -> Result<Option<ExecutionOutcomeWithId>, ApplyError> {
        match receipt.versioned_receipt() {
            VersionedReceiptEnum::Data(data_receipt) => self.process_data_receipt(receipt, data_receipt),
            VersionedReceiptEnum::Action(action_receipt) => self.process_action_receipt(receipt, action_receipt),
            VersionedReceiptEnum::PromiseYield(action_receipt) => {
                self.process_promise_yield(receipt, action_receipt).map(|()| None)
            }
            VersionedReceiptEnum::PromiseResume(data_receipt) => self.process_promise_resume(receipt, data_receipt),
            VersionedReceiptEnum::GlobalContractDistribution(distribution) => self
                .process_global_contract_distribution(receipt, distribution)
                .map(|()| None),
        }
    }
}
