//! DeployGlobalContract: burns the price of storing code on every shard, and starts its distribution.
//!
//! Mirrors `action_deploy_global_contract` of `runtime/runtime/src/global_contracts.rs` (spec §C.9).

use alloc::vec::Vec;

use crate::crypto::Crypto;
use crate::error::ApplyError;
use crate::params::fees::safe_add_balance;
use crate::receipts::{ActionError, ActionInput, ActionResult, global_contract_nonce};
use crate::state::{StateUpdate, keys};
use crate::types::Balance;
use crate::types::account::Account;
use crate::types::action::{DeployGlobalContractAction, GlobalContractDeployMode, GlobalContractIdentifier};
use crate::types::receipt::{GlobalContractDistributionReceipt, Receipt};

/// Pays for the code and emits the distribution receipt, to this shard first.
///
/// # Errors
/// Aborts on storage errors and on overflow.
pub(super) fn apply<C: Crypto>(
    action: &DeployGlobalContractAction,
    input: &ActionInput<'_>,
    account: &mut Account,
    state: &mut StateUpdate<'_, C>,
    result: &mut ActionResult,
) -> Result<(), ApplyError> {
    let price_per_byte = input
        .context
        .params
        .fees
        .storage_usage_config
        .global_contract_storage_amount_per_byte;
    let price = price_per_byte.saturating_mul(action.code.len() as Balance);
    let account_id = input.account_id();
    let Some(amount_left) = account.amount().checked_sub(price) else {
        result.result = Err(ActionError::LackBalanceForState {
            account_id: account_id.clone(),
            amount: price,
        });
        return Ok(());
    };
    result.tokens_burnt = safe_add_balance(result.tokens_burnt, price)?;
    account.set_amount(amount_left);

    let id = match action.deploy_mode {
        GlobalContractDeployMode::CodeHash => GlobalContractIdentifier::CodeHash(C::sha256(&action.code)),
        GlobalContractDeployMode::AccountId => GlobalContractIdentifier::AccountId(account_id.clone()),
    };
    // Counted and written at once, so that no two distributions of a contract carry the same nonce.
    let nonce_key = keys::global_contract_nonce(&id);
    let nonce = global_contract_nonce(state, &nonce_key)?.checked_add(1);
    let nonce = nonce.ok_or(ApplyError::IntegerOverflow("nonce of a global contract"))?;
    state.set(&nonce_key, nonce.to_le_bytes().to_vec());
    let distribution =
        GlobalContractDistributionReceipt::new(id, input.context.shard_id, Vec::new(), action.code.clone(), nonce);
    result.new_receipts.push(Receipt::new_global_contract_distribution(
        account_id.clone(),
        distribution,
    ));
    Ok(())
}
