//! Executes an action receipt whose input data has arrived: its actions in order, refunds, the contract's reward, what is
//! sent on, and the outcome.
//!
//! Mirrors `Runtime::apply_action_receipt` of `runtime/runtime/src/lib.rs` (spec §C.8); differs in: profiles and observed
//! contracts are not gathered because no hash contains them.

use alloc::string::ToString;
use alloc::vec::Vec;

use super::refunds::{GasPrices, RefundResult, append_refunds};
use super::{ActionError, ActionInput, ActionResult, ChunkInProgress, ReceiverState, ReturnData};
use crate::actions::apply_action;
use crate::contract_runner::{ContractRunner, PromiseResult};
use crate::crypto::Crypto;
use crate::error::ApplyError;
use crate::params::ActionCosts;
use crate::params::fees::{gas_to_balance, total_deposit};
use crate::state::accessors::{self, get_account, set_account};
use crate::state::keys;
use crate::transactions::missing_storage_stake;
use crate::types::identifiers::receipt_id_from_receipt;
use crate::types::outcome::{ExecutionOutcome, ExecutionOutcomeWithId, ExecutionStatus};
use crate::types::receipt::{
    DataReceipt, DataReceiver, Receipt, ReceiptEnum, ReceivedData, VersionedActionReceipt, VersionedReceiptEnum,
};
use crate::types::{Balance, Gas};
use crate::validation::{ValidateReceiptMode, validate_receipt};

impl<C: Crypto, R: ContractRunner<C>> ChunkInProgress<'_, '_, C, R> {
    /// Executes a receipt that waited in the state until all of its inputs were there.
    pub(super) fn apply_stored_receipt(&mut self, receipt: &Receipt) -> Result<ExecutionOutcomeWithId, ApplyError> {
        let action_receipt = actions_of(receipt)
            .ok_or_else(|| ApplyError::inconsistent_state("a receipt without actions was to be executed"))?;
        self.apply_action_receipt(receipt, action_receipt)
    }

    /// Executes `receipt`, whose actions are those of `action_receipt` and whose inputs are all in the state.
    pub(super) fn apply_action_receipt(
        &mut self,
        receipt: &Receipt,
        action_receipt: VersionedActionReceipt<'_>,
    ) -> Result<ExecutionOutcomeWithId, ApplyError> {
        let promise_results = self.take_promise_results(receipt, action_receipt)?;
        // What was taken stays taken when the receipt fails.
        self.state.commit();

        let account_before = get_account(&self.state, &receipt.receiver_id)?;
        let account_is_new = account_before.is_none();
        let mut receiver = ReceiverState {
            account: account_before,
            actor_id: receipt.predecessor_id.clone(),
        };
        let mut result = self.apply_actions(receipt, action_receipt, &promise_results, &mut receiver)?;
        self.store_account_if_covered(receipt, &receiver, &mut result)?;

        let prices = GasPrices::of(action_receipt.gas_price, self.context.gas_price);
        let is_refund = receipt.predecessor_id.is_system();
        let refunds = if is_refund {
            if result.result.is_err() {
                // A refund that nobody can receive is burnt.
                let deposit = total_deposit(action_receipt.actions)?;
                self.balance.add_other_burnt(deposit)?;
            }
            RefundResult::default()
        } else {
            let created_account = account_is_new && receiver.account.is_some() && result.result.is_ok();
            append_refunds(
                self.context.params,
                receipt,
                action_receipt,
                prices,
                created_account,
                &mut result,
            )?
        };
        self.validator_proposals.append(&mut result.validator_proposals);
        match &result.result {
            Ok(_) => self.state.commit(),
            Err(_) => self.state.rollback(),
        }

        // Executing a refund is free.
        let gas_paid = if is_refund { 0 } else { result.gas_burnt };
        let tokens_burnt = sum_balances(&[
            gas_to_balance(prices.burn, gas_paid)?,
            refunds.penalty,
            refunds.account_creation_charge,
            result.tokens_burnt,
        ])?;
        let reward = self.pay_contract_reward(receipt, prices.burn, result.gas_burnt_for_function_call)?;
        let kept_burnt = tokens_burnt
            .checked_sub(reward)
            .ok_or(ApplyError::IntegerOverflow("reward above burnt tokens"))?;
        self.balance.add_tx_burnt(kept_burnt)?;
        self.balance.add_subsidized(result.subsidized_amount)?;

        send_output_data(receipt, action_receipt.output_data_receivers, &mut result)?;
        self.finish_outcome(receipt, result, tokens_burnt)
    }

    /// Takes the data that the receipt waited for out of the state.
    fn take_promise_results(
        &mut self,
        receipt: &Receipt,
        action_receipt: VersionedActionReceipt<'_>,
    ) -> Result<Vec<PromiseResult>, ApplyError> {
        let mut promise_results = Vec::with_capacity(action_receipt.input_data_ids.len());
        for data_id in action_receipt.input_data_ids {
            let key = keys::received_data(&receipt.receiver_id, data_id);
            let received: ReceivedData = accessors::get(&self.state, &key)?
                .ok_or_else(|| ApplyError::inconsistent_state("data that a receipt waited for is missing"))?;
            self.state.remove(&key);
            promise_results.push(received.data.map_or(PromiseResult::Failed, PromiseResult::Successful));
        }
        Ok(promise_results)
    }

    /// Applies the actions in order up to the first that fails.
    fn apply_actions(
        &mut self,
        receipt: &Receipt,
        action_receipt: VersionedActionReceipt<'_>,
        promise_results: &[PromiseResult],
        receiver: &mut ReceiverState,
    ) -> Result<ActionResult, ApplyError> {
        let context = self.context;
        let receipt_execution = context.params.fees.fee(ActionCosts::NewActionReceipt).execution;
        let mut result = ActionResult {
            gas_used: receipt_execution.gas,
            gas_burnt: receipt_execution.gas,
            compute_usage: receipt_execution.compute,
            ..ActionResult::default()
        };
        let proof_size_before_receipt_bytes = self.state.recorded_storage_size_upper_bound();
        for (action_index, action) in action_receipt.actions.iter().enumerate() {
            let input = ActionInput {
                context,
                receipt,
                action_receipt,
                promise_results,
                action_index,
                proof_size_before_receipt_bytes,
            };
            let mut next = apply_action(action, &input, receiver, &mut self.state, self.runner)?;
            if next.result.is_ok() {
                let limits = &context.params.wasm_config.limit_config;
                let invalid = next
                    .new_receipts
                    .iter()
                    .find_map(|new| validate_receipt::<C>(limits, new, ValidateReceiptMode::NewReceipt).err());
                if let Some(error) = invalid {
                    next.result = Err(ActionError::NewReceiptInvalid(error.to_string()));
                }
            }
            result.merge(next)?;
            if result.result.is_err() {
                break;
            }
        }
        Ok(result)
    }

    /// Writes the account back if it can pay for its storage; otherwise the receipt fails.
    fn store_account_if_covered(
        &mut self,
        receipt: &Receipt,
        receiver: &ReceiverState,
        result: &mut ActionResult,
    ) -> Result<(), ApplyError> {
        let (Ok(_), Some(account)) = (&result.result, &receiver.account) else {
            return Ok(());
        };
        match missing_storage_stake(account, account.amount(), self.context.params)? {
            None => set_account(&mut self.state, &receipt.receiver_id, account),
            Some(amount) => {
                let account_id = receipt.receiver_id.clone();
                result.set_error(ActionError::LackBalanceForState { account_id, amount });
            }
        }
        Ok(())
    }

    /// Pays the receiver its share of the gas that its contract burnt, and returns what was paid.
    ///
    /// Paid also when the receipt failed; an account that does not exist (any more) gets nothing.
    fn pay_contract_reward(&mut self, receipt: &Receipt, burn_price: Balance, gas: Gas) -> Result<Balance, ApplyError> {
        let reward_gas = self.context.params.fees.burnt_gas_reward.of_gas(gas)?;
        let reward = gas_to_balance(burn_price, reward_gas)?;
        if reward == 0 {
            return Ok(0);
        }
        let Some(mut account) = get_account(&self.state, &receipt.receiver_id)? else {
            return Ok(0);
        };
        account.set_amount(sum_balances(&[account.amount(), reward])?);
        set_account(&mut self.state, &receipt.receiver_id, &account);
        self.state.commit();
        Ok(reward)
    }

    /// Gives the new receipts their identifiers, sends them, and writes down what happened.
    fn finish_outcome(
        &mut self,
        receipt: &Receipt,
        result: ActionResult,
        tokens_burnt: Balance,
    ) -> Result<ExecutionOutcomeWithId, ApplyError> {
        let height = self.context.block_height;
        let new_receipt_id = |index: u64| receipt_id_from_receipt::<C>(&receipt.receipt_id, height, index);
        let status = match result.result {
            Ok(ReturnData::ReceiptIndex(index)) => ExecutionStatus::SuccessReceiptId(new_receipt_id(index)),
            Ok(ReturnData::Value(value)) => ExecutionStatus::SuccessValue(value),
            Ok(ReturnData::None) => ExecutionStatus::SuccessValue(Vec::new()),
            Err(error) => ExecutionStatus::Failure(error.to_string()),
        };
        let mut receipt_ids = Vec::with_capacity(result.new_receipts.len());
        for (index, mut new_receipt) in result.new_receipts.into_iter().enumerate() {
            new_receipt.receipt_id = new_receipt_id(index as u64);
            if new_receipt.has_actions() {
                receipt_ids.push(new_receipt.receipt_id);
            }
            if new_receipt.is_instant_receipt() {
                self.instant_receipts.push_back(new_receipt);
            } else {
                self.sink
                    .forward_or_buffer(new_receipt, self.context, &mut self.state)?;
            }
        }
        Ok(ExecutionOutcomeWithId {
            id: receipt.receipt_id,
            outcome: ExecutionOutcome {
                logs: result.logs,
                receipt_ids,
                gas_burnt: result.gas_burnt,
                compute_usage: result.compute_usage,
                tokens_burnt,
                executor_id: receipt.receiver_id.clone(),
                status,
            },
        })
    }
}

/// The actions of a receipt, waiting ones included; none for receipts that only carry data or code.
fn actions_of(receipt: &Receipt) -> Option<VersionedActionReceipt<'_>> {
    match receipt.versioned_receipt() {
        VersionedReceiptEnum::Action(action_receipt) | VersionedReceiptEnum::PromiseYield(action_receipt) => {
            Some(action_receipt)
        }
        _ => None,
    }
}

/// Hands the result to those who wait for it: as data, or by letting them wait for the receipt that will produce it.
fn send_output_data(
    receipt: &Receipt,
    output_data_receivers: &[DataReceiver],
    result: &mut ActionResult,
) -> Result<(), ApplyError> {
    if output_data_receivers.is_empty() {
        return Ok(());
    }
    let data = match &result.result {
        Ok(ReturnData::ReceiptIndex(index)) => {
            let promised = usize::try_from(*index)
                .ok()
                .and_then(|index| result.new_receipts.get_mut(index));
            let waiting = promised.and_then(Receipt::output_data_receivers_mut).ok_or_else(|| {
                ApplyError::inconsistent_state("a contract returned a promise that is not among its action receipts")
            })?;
            waiting.extend_from_slice(output_data_receivers);
            return Ok(());
        }
        Ok(ReturnData::Value(value)) => Some(value.clone()),
        Ok(ReturnData::None) => Some(Vec::new()),
        Err(_) => None,
    };
    result
        .new_receipts
        .extend(output_data_receivers.iter().map(|data_receiver| {
            let data_receipt = DataReceipt {
                data_id: data_receiver.data_id,
                data: data.clone(),
            };
            Receipt::without_id(
                receipt.receiver_id.clone(),
                data_receiver.receiver_id.clone(),
                ReceiptEnum::Data(data_receipt),
            )
        }));
    Ok(())
}

/// Sum of amounts in yoctoNEAR.
pub(super) fn sum_balances(amounts: &[Balance]) -> Result<Balance, ApplyError> {
    amounts
        .iter()
        .try_fold(0_u128, |sum, amount| sum.checked_add(*amount))
        .ok_or(ApplyError::IntegerOverflow("sum of balances"))
}
