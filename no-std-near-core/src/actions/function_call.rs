//! FunctionCall: finds out which code to run, has it run, and turns what it built into receipts.
//!
//! Mirrors `action_function_call` of `runtime/runtime/src/function_call.rs` and `runtime/runtime/src/contract_code.rs` (spec §D.1,
//! §A.8); differs in: the contract runs behind [`ContractRunner`], and "the code is missing" is never the runner's choice.

use alloc::format;
use alloc::string::ToString;
use alloc::vec::Vec;

use crate::contract_runner::{
    ContractRunner, FunctionCall, FunctionCallEffects, FunctionCallOutcome, NewActionReceipt, NewDataReceipt,
};
use crate::crypto::Crypto;
use crate::error::ApplyError;
use crate::eth_wallet::is_legacy_code_hash;
use crate::params::fees::{safe_add_balance, safe_add_compute, safe_add_gas};
use crate::receipts::{ActionError, ActionInput, ActionResult};
use crate::state::accessors::{enqueue_promise_yield_timeout, get_promise_yield_indices, set_promise_yield_indices};
use crate::state::{StateUpdate, keys};
use crate::types::account::{Account, AccountContract};
use crate::types::account_id::{AccountId, AccountType};
use crate::types::action::FunctionCallAction;
use crate::types::hash::CryptoHash;
use crate::types::receipt::{ActionReceiptV2, DataReceipt, Receipt, ReceiptEnum};

/// Calls the account's contract.
///
/// # Errors
/// Aborts on storage errors, on overflow, and when the runner aborts.
pub(super) fn apply<C: Crypto, R: ContractRunner<C>>(
    action: &FunctionCallAction,
    input: &ActionInput<'_>,
    account: &mut Account,
    state: &mut StateUpdate<'_, C>,
    runner: &mut R,
    result: &mut ActionResult,
) -> Result<(), ApplyError> {
    let code_hash = code_hash(input, account, state)?;
    if account.amount().checked_add(action.deposit).is_none() {
        return Err(ApplyError::inconsistent_state(
            "the account's balance overflows with the call's deposit",
        ));
    }
    let Some(code_hash) = code_hash else {
        result.result = Err(ActionError::FunctionCall(format!(
            "account {} has no code",
            input.account_id()
        )));
        return Ok(());
    };
    let action_receipt = input.action_receipt;
    let call = FunctionCall {
        code_hash,
        account_id: input.account_id(),
        account,
        predecessor_id: &input.receipt.predecessor_id,
        signer_id: action_receipt.signer_id,
        signer_public_key: action_receipt.signer_public_key,
        refund_to: action_receipt.refund_to.unwrap_or(&input.receipt.predecessor_id),
        method_name: &action.method_name,
        args: &action.args,
        gas: action.gas,
        deposit: action.deposit,
        promise_results: input.promise_results,
        // Only the last action's result is what others wait for.
        output_data_receivers: if input.is_last_action() {
            action_receipt.output_data_receivers
        } else {
            &[]
        },
        action_hash: input.action_hash::<C>(),
        proof_size_before_receipt_bytes: input.proof_size_before_receipt_bytes,
    };
    let outcome = runner.run(&call, input.context, state)?;
    record(outcome, input, account, state, result)
}

/// Which code the account runs; `None` if it has none.
fn code_hash<C: Crypto>(
    input: &ActionInput<'_>,
    account: &Account,
    state: &StateUpdate<'_, C>,
) -> Result<Option<CryptoHash>, ApplyError> {
    let chain = input.context.chain;
    let identifier = match account.contract() {
        AccountContract::None => return Ok(None),
        AccountContract::Local(hash) => {
            let is_legacy_wallet =
                input.account_id().account_type() == AccountType::EthImplicitAccount && is_legacy_code_hash(&hash);
            if is_legacy_wallet {
                chain.eth_wallet_contract_hash
            } else {
                return Ok(Some(hash));
            }
        }
        AccountContract::Global(hash) => hash,
        AccountContract::GlobalByAccount(owner_id) => return global_code_hash(owner_id, state).map(Some),
    };
    // Such accounts get the contract without a check that it was ever deployed: the one case of code that may be missing.
    let is_missing = identifier == chain.eth_wallet_contract_hash && !chain.eth_wallet_contract_deployed;
    Ok(if is_missing { None } else { Some(identifier) })
}

/// Hash of the code that `owner_id` deployed last; found in the trie without reading the code.
fn global_code_hash<C: Crypto>(owner_id: AccountId, state: &StateUpdate<'_, C>) -> Result<CryptoHash, ApplyError> {
    let text = owner_id.to_string();
    let key = keys::global_contract_code(&crate::types::action::GlobalContractIdentifier::AccountId(owner_id));
    state
        .value_hash(&key)?
        .ok_or_else(|| ApplyError::inconsistent_state(format!("global contract of {text} is not in the state")))
}

/// Adds what the call did to the action's result and, if it succeeded, to account and state.
fn record<C: Crypto>(
    outcome: FunctionCallOutcome,
    input: &ActionInput<'_>,
    account: &mut Account,
    state: &mut StateUpdate<'_, C>,
    result: &mut ActionResult,
) -> Result<(), ApplyError> {
    result.gas_burnt = safe_add_gas(result.gas_burnt, outcome.gas_burnt)?;
    result.gas_burnt_for_function_call = safe_add_gas(result.gas_burnt_for_function_call, outcome.gas_burnt)?;
    result.gas_used = safe_add_gas(result.gas_used, outcome.gas_used)?;
    result.compute_usage = safe_add_compute(result.compute_usage, outcome.compute_usage)?;
    result.logs.extend(outcome.logs);
    match outcome.result {
        Ok(effects) => {
            queue_yield_timeouts(&effects.action_receipts, input, state)?;
            account.set_amount(effects.balance);
            account.set_storage_usage(effects.storage_usage);
            result.subsidized_amount = safe_add_balance(result.subsidized_amount, effects.subsidized_amount)?;
            add_receipts(effects, input, result);
        }
        Err(reason) => result.result = Err(ActionError::FunctionCall(reason)),
    }
    Ok(())
}

/// Every yield gets a time after which it is resumed without data.
///
/// The queue's indices are read after every successful call, whether or not it yielded; that read is recorded.
fn queue_yield_timeouts<C: Crypto>(
    receipts: &[NewActionReceipt],
    input: &ActionInput<'_>,
    state: &mut StateUpdate<'_, C>,
) -> Result<(), ApplyError> {
    let timeout = input
        .context
        .params
        .wasm_config
        .limit_config
        .yield_timeout_length_in_blocks;
    let mut indices = get_promise_yield_indices(state)?;
    let indices_before = indices;
    for receipt in receipts.iter().filter(|receipt| receipt.is_promise_yield) {
        let data_id = receipt.input_data_ids.first().copied();
        let data_id = data_id.ok_or_else(|| ApplyError::inconsistent_state("a yield waits for nothing"))?;
        let expires_at = input.context.block_height.checked_add(timeout);
        let expires_at = expires_at.ok_or(ApplyError::IntegerOverflow("height at which a yield times out"))?;
        enqueue_promise_yield_timeout(state, &mut indices, input.account_id().clone(), data_id, expires_at)?;
    }
    if indices != indices_before {
        set_promise_yield_indices(state, &indices);
    }
    Ok(())
}

/// Receipts that a contract built are always of the second version; signer and gas price are inherited.
fn add_receipts(effects: FunctionCallEffects, input: &ActionInput<'_>, result: &mut ActionResult) {
    let FunctionCallEffects {
        return_data,
        action_receipts,
        resumed_yields,
        ..
    } = effects;
    let account_id = input.account_id();
    let with_actions = action_receipts.into_iter().map(|new| {
        let (receiver_id, content) = action_receipt(new, input);
        Receipt::without_id(account_id.clone(), receiver_id, content)
    });
    let mut new_receipts: Vec<Receipt> = with_actions.collect();
    new_receipts.extend(resumed_yields.into_iter().map(|NewDataReceipt { data_id, data }| {
        let content = ReceiptEnum::PromiseResume(DataReceipt { data_id, data });
        Receipt::without_id(account_id.clone(), account_id.clone(), content)
    }));
    result.new_receipts.append(&mut new_receipts);
    result.result = Ok(return_data);
}

fn action_receipt(new: NewActionReceipt, input: &ActionInput<'_>) -> (AccountId, ReceiptEnum) {
    let content = ActionReceiptV2 {
        signer_id: input.action_receipt.signer_id.clone(),
        refund_to: new.refund_to,
        signer_public_key: input.action_receipt.signer_public_key.clone(),
        gas_price: input.action_receipt.gas_price,
        output_data_receivers: new.output_data_receivers,
        input_data_ids: new.input_data_ids,
        actions: new.actions,
    };
    let content = if new.is_promise_yield {
        ReceiptEnum::PromiseYieldV2(content)
    } else {
        ReceiptEnum::ActionV2(content)
    };
    (new.receiver_id, content)
}
