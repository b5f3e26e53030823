//! What a receipt gives back: the deposit when it failed, gas that was not used, and the difference between the price at
//! which gas was bought and the price at which it is burnt.
//!
//! Mirrors `refund_unspent_gas_and_deposits` of `runtime/runtime/src/lib.rs` (spec §C.8.5 and §C.8.6); differs in: the burn
//! price never exceeds the purchase price at protocol version 86, so that there is no deficit.

use super::ActionResult;
use super::action_receipt::sum_balances;
use crate::error::ApplyError;
use crate::params::fees::{
    gas_to_balance, total_deposit, total_prepaid_exec_fees, total_prepaid_gas, total_prepaid_send_fees,
};
use crate::params::{ActionCosts, Params};
use crate::types::receipt::{Receipt, VersionedActionReceipt};
use crate::types::{Balance, Gas};

/// The two prices of gas that meet in a receipt, in yoctoNEAR per gas.
#[derive(Debug, Clone, Copy)]
pub(super) struct GasPrices {
    /// What the signer paid.
    pub(super) purchase: Balance,
    /// What is burnt now; never above `purchase`, or the contract's reward would mint tokens.
    pub(super) burn: Balance,
}

impl GasPrices {
    pub(super) fn of(receipt_gas_price: Balance, block_gas_price: Balance) -> Self {
        Self {
            purchase: receipt_gas_price,
            burn: receipt_gas_price.min(block_gas_price),
        }
    }
}

/// Parts of the refund that are burnt instead, in yoctoNEAR.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct RefundResult {
    /// Kept of the unused gas (NEP-536); zero in production.
    pub(super) penalty: Balance,
    /// What creating an account costs beyond its gas.
    pub(super) account_creation_charge: Balance,
}

/// Appends the refund receipts to the result of a receipt that is not itself a refund.
pub(super) fn append_refunds(
    params: &Params,
    receipt: &Receipt,
    action_receipt: VersionedActionReceipt<'_>,
    prices: GasPrices,
    created_account: bool,
    result: &mut ActionResult,
) -> Result<RefundResult, ApplyError> {
    let unused_gas = unused_gas(params, receipt, action_receipt, result)?;
    let penalty = gas_to_balance(prices.burn, params.fees.gas_penalty_for_gas_refund(unused_gas)?)?;
    let unused_refund = gas_to_balance(prices.purchase, unused_gas)?.saturating_sub(penalty);
    let price_surplus = gas_to_balance(prices.purchase - prices.burn, result.gas_burnt)?;
    let account_creation_charge = if created_account {
        account_creation_charge(params, prices.burn)?.min(price_surplus)
    } else {
        0
    };
    let gas_refund = sum_balances(&[unused_refund, price_surplus - account_creation_charge])?;

    let deposit = total_deposit(action_receipt.actions)?;
    let deposit_refund = if result.result.is_err() { deposit } else { 0 };
    if deposit_refund > 0 {
        let receiver_id = action_receipt.refund_to.unwrap_or(&receipt.predecessor_id);
        result
            .new_receipts
            .push(Receipt::new_balance_refund(receiver_id, deposit_refund));
    }
    if gas_refund > 0 {
        // Restores the allowance, or the balance, of the key that paid, if it still exists.
        let signer_key = action_receipt.signer_public_key.clone();
        result.new_receipts.push(Receipt::new_gas_refund(
            action_receipt.signer_id,
            gas_refund,
            signer_key,
        ));
    }
    Ok(RefundResult {
        penalty,
        account_creation_charge,
    })
}

/// Gas that was bought and neither burnt nor, on success, attached to new receipts.
fn unused_gas(
    params: &Params,
    receipt: &Receipt,
    action_receipt: VersionedActionReceipt<'_>,
    result: &ActionResult,
) -> Result<Gas, ApplyError> {
    let actions = action_receipt.actions;
    let bought = total_prepaid_gas(actions)?
        .checked_add(total_prepaid_send_fees(params, actions)?.gas)
        .and_then(|gas| gas.checked_add(params.fees.fee(ActionCosts::NewActionReceipt).execution.gas));
    let executions = total_prepaid_exec_fees(params, actions, &receipt.receiver_id)?.gas;
    let bought = bought
        .and_then(|gas| gas.checked_add(executions))
        .ok_or(ApplyError::IntegerOverflow("prepaid gas"))?;
    let spent = if result.result.is_err() {
        result.gas_burnt
    } else {
        result.gas_used
    };
    bought
        .checked_sub(spent)
        .ok_or(ApplyError::IntegerOverflow("a receipt used more gas than it had"))
}

/// What a new account costs beyond the gas of creating it; never more than the refund it is taken from.
fn account_creation_charge(params: &Params, burn_price: Balance) -> Result<Balance, ApplyError> {
    let burnt = gas_to_balance(burn_price, params.fees.fee(ActionCosts::CreateAccount).execution.gas)?;
    Ok(params.account_creation_charge.saturating_sub(burnt))
}
