//! What actions, receipts and transactions cost.
//!
//! Mirrors `runtime/runtime/src/config.rs`, the functions of `core/parameters/src/cost.rs` and the gas of
//! `runtime/runtime/src/congestion_control.rs`; differs in: every overflow is an error (nearcore panics on some), and a fee is a
//! function of one action, of which totals are sums.
//!
//! *Send* fees are burnt where an action is created, *execution* fees where it runs. A delegate action pays for sending itself,
//! for sending its inner actions (twice: to the relayer's receipt and out of it), and for executing all of them.

use super::{ActionCosts, ExtCosts, IntegerOverflowError, ParameterCost, Params, RuntimeFeesConfig};
use crate::types::access_key::{AccessKey, AccessKeyPermission, FunctionCallPermission, GasKeyInfo};
use crate::types::account_id::{AccountId, AccountType};
use crate::types::action::{Action, DelegateActionRef, DeterministicStateInitAction};
use crate::types::keys::PublicKey;
use crate::types::receipt::{Receipt, VersionedReceiptEnum};
use crate::types::transaction::Transaction;
use crate::types::{Balance, Compute, Gas, NonceIndex};

type Cost = Result<ParameterCost, IntegerOverflowError>;

/// The price of `gas` in yoctoNEAR.
///
/// # Errors
/// Beyond `u128`.
pub fn gas_to_balance(gas_price: Balance, gas: Gas) -> Result<Balance, IntegerOverflowError> {
    price_of(gas_price, gas)
}

/// The price of so many units of anything, in yoctoNEAR.
///
/// # Errors
/// Beyond `u128`.
pub fn price_of(unit_price: Balance, units: u64) -> Result<Balance, IntegerOverflowError> {
    // Of a real price and a real count one fits 32 bits, the other 64: two short products instead of a long one.
    match (u64::try_from(unit_price), u32::try_from(units)) {
        (Ok(unit_price), Ok(units)) => Ok(long_product(unit_price, units)),
        (Ok(unit_price), Err(_)) => match u32::try_from(unit_price) {
            Ok(unit_price) => Ok(long_product(units, unit_price)),
            Err(_) => Ok(Balance::from(unit_price) * Balance::from(units)),
        },
        _ => unit_price.checked_mul(Balance::from(units)).ok_or(IntegerOverflowError),
    }
}

/// The product of 64 by 32 bits.
fn long_product(long: u64, short: u32) -> Balance {
    let short = u64::from(short);
    let (high, low) = ((long >> 32) * short, (long & u64::from(u32::MAX)) * short);
    (Balance::from(high) << 32) + Balance::from(low)
}

/// Sum of two amounts of yoctoNEAR.
///
/// # Errors
/// Beyond `u128`.
pub fn safe_add_balance(left: Balance, right: Balance) -> Result<Balance, IntegerOverflowError> {
    left.checked_add(right).ok_or(IntegerOverflowError)
}

/// Sum of two amounts of gas.
///
/// # Errors
/// Beyond `u64`.
pub fn safe_add_gas(left: Gas, right: Gas) -> Result<Gas, IntegerOverflowError> {
    left.checked_add(right).ok_or(IntegerOverflowError)
}

/// Sum of two amounts of compute.
///
/// # Errors
/// Beyond `u64`.
pub fn safe_add_compute(left: Compute, right: Compute) -> Result<Compute, IntegerOverflowError> {
    left.checked_add(right).ok_or(IntegerOverflowError)
}

/// Which part of a fee is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    /// Sending; to oneself or not.
    Send { sender_is_receiver: bool },
    /// Executing.
    Exec,
}

impl Side {
    fn of(self, fees: &RuntimeFeesConfig, part: ActionCosts) -> ParameterCost {
        match self {
            Self::Send { sender_is_receiver } => fees.fee(part).send(sender_is_receiver),
            Self::Exec => fees.fee(part).execution,
        }
    }

    /// A base fee and one per byte.
    fn with_bytes(self, fees: &RuntimeFeesConfig, base: ActionCosts, byte: ActionCosts, len_bytes: u64) -> Cost {
        self.of(fees, base).plus(self.of(fees, byte).times(len_bytes)?)
    }
}

/// What creating the action burns, the inner actions of a delegate action included.
///
/// `receiver_id` is where the action goes: transfers to implicit accounts may create them.
///
/// # Errors
/// Beyond `u64`; impossible for actions within the limits at production prices.
pub fn send_fee(params: &Params, sender_is_receiver: bool, action: &Action, receiver_id: &AccountId) -> Cost {
    let side = Side::Send { sender_is_receiver };
    let fees = &params.fees;
    match action {
        Action::AddKey(action) => permission_send_fee(fees, side, sender_is_receiver, &action.access_key.permission),
        Action::TransferToGasKey(action) => {
            gas_key_transfer_send_fee(fees, sender_is_receiver, action.public_key.trie_id_len())?.total()
        }
        Action::WithdrawFromGasKey(action) => {
            gas_key_transfer_send_fee(fees, sender_is_receiver, action.public_key.trie_id_len())?.total()
        }
        Action::Delegate(signed) => delegate_send_fee(params, sender_is_receiver, &signed.as_ref().into()),
        Action::DelegateV2(signed) => delegate_send_fee(params, sender_is_receiver, &signed.as_ref().into()),
        _ => plain_fee(params, side, action, receiver_id),
    }
}

/// What executing the action burns before it runs. Of a delegate action only itself: its inner actions run elsewhere.
///
/// # Errors
/// Beyond `u64`; impossible for actions within the limits at production prices.
pub fn exec_fee(params: &Params, action: &Action, receiver_id: &AccountId) -> Cost {
    let fees = &params.fees;
    match action {
        Action::AddKey(action) => {
            permission_exec_fee(fees, &action.access_key.permission, receiver_id, &action.public_key)
        }
        Action::TransferToGasKey(action) => {
            gas_key_transfer_exec_fee(fees, receiver_id.len(), action.public_key.trie_id_len())?.total()
        }
        Action::WithdrawFromGasKey(action) => {
            gas_key_transfer_exec_fee(fees, receiver_id.len(), action.public_key.trie_id_len())?.total()
        }
        _ => plain_fee(params, Side::Exec, action, receiver_id),
    }
}

/// The fees that have the same form for sending and executing.
fn plain_fee(params: &Params, side: Side, action: &Action, receiver_id: &AccountId) -> Cost {
    use ActionCosts as Part;
    let fees = &params.fees;
    match action {
        Action::CreateAccount(_) => Ok(side.of(fees, Part::CreateAccount)),
        Action::DeployContract(action) => side.with_bytes(
            fees,
            Part::DeployContractBase,
            Part::DeployContractByte,
            action.code.len() as u64,
        ),
        Action::FunctionCall(action) => {
            let len_bytes = action.method_name.len() as u64 + action.args.len() as u64;
            side.with_bytes(fees, Part::FunctionCallBase, Part::FunctionCallByte, len_bytes)
        }
        Action::Transfer(_) => transfer_fee(params, side, receiver_id.account_type()),
        Action::Stake(_) => Ok(side.of(fees, Part::Stake)),
        Action::DeleteKey(_) => Ok(side.of(fees, Part::DeleteKey)),
        Action::DeleteAccount(_) => Ok(side.of(fees, Part::DeleteAccount)),
        Action::Delegate(_) | Action::DelegateV2(_) => Ok(side.of(fees, Part::Delegate)),
        Action::DeployGlobalContract(action) => {
            let len_bytes = action.code.len() as u64;
            side.with_bytes(
                fees,
                Part::DeployGlobalContractBase,
                Part::DeployGlobalContractByte,
                len_bytes,
            )
        }
        Action::UseGlobalContract(action) => {
            let len_bytes = action.contract_identifier.len() as u64;
            side.with_bytes(
                fees,
                Part::UseGlobalContractBase,
                Part::UseGlobalContractByte,
                len_bytes,
            )
        }
        Action::DeterministicStateInit(action) => state_init_fee(fees, side, action),
        // These have fees of different forms on the two sides, given by the callers.
        Action::AddKey(_) | Action::TransferToGasKey(_) | Action::WithdrawFromGasKey(_) => Ok(ParameterCost::ZERO),
    }
}

fn state_init_fee(fees: &RuntimeFeesConfig, side: Side, action: &DeterministicStateInitAction) -> Cost {
    let num_entries = action.state_init.data().len() as u64;
    let len_bytes = action.state_init.len_bytes();
    let entries = side
        .of(fees, ActionCosts::DeterministicStateInitEntry)
        .times(num_entries)?;
    let (base, byte) = (
        ActionCosts::DeterministicStateInitBase,
        ActionCosts::DeterministicStateInitByte,
    );
    side.with_bytes(fees, base, byte, len_bytes)?.plus(entries)
}

/// Sending a transfer. Includes creating the account and its key where the receiver's name implies them.
///
/// # Errors
/// Beyond `u64`; impossible at production prices.
pub fn transfer_send_fee(params: &Params, sender_is_receiver: bool, receiver: AccountType) -> Cost {
    transfer_fee(params, Side::Send { sender_is_receiver }, receiver)
}

/// Executing a transfer. Includes creating the account and its key where the receiver's name implies them.
///
/// # Errors
/// Beyond `u64`; impossible at production prices.
pub fn transfer_exec_fee(params: &Params, receiver: AccountType) -> Cost {
    transfer_fee(params, Side::Exec, receiver)
}

fn transfer_fee(params: &Params, side: Side, receiver: AccountType) -> Cost {
    let fees = &params.fees;
    let transfer = side.of(fees, ActionCosts::Transfer);
    let create_account = side.of(fees, ActionCosts::CreateAccount);
    match receiver {
        AccountType::NamedAccount => Ok(transfer),
        AccountType::EthImplicitAccount if !params.wasm_config.eth_implicit_accounts => Ok(transfer),
        AccountType::EthImplicitAccount | AccountType::NearDeterministicAccount => transfer.plus(create_account),
        AccountType::NearImplicitAccount => transfer
            .plus(create_account)?
            .plus(side.of(fees, ActionCosts::AddFullAccessKey)),
    }
}

/// A fee in two parts that a call's gas profile keeps apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SplitFee {
    /// What does not depend on lengths.
    pub base: ParameterCost,
    /// What does.
    pub per_byte: ParameterCost,
}

impl SplitFee {
    /// Both parts.
    ///
    /// # Errors
    /// Beyond `u64`.
    pub fn total(self) -> Cost {
        self.base.plus(self.per_byte)
    }
}

/// Sending a transfer to, or a withdrawal from, a gas key; by the length of the key as the trie knows it.
///
/// # Errors
/// Beyond `u64`.
pub fn gas_key_transfer_send_fee(
    fees: &RuntimeFeesConfig,
    sender_is_receiver: bool,
    public_key_len_bytes: usize,
) -> Result<SplitFee, IntegerOverflowError> {
    let base = fees.fee(ActionCosts::GasKeyTransferBase).send(sender_is_receiver);
    let per_byte = fees
        .fee(ActionCosts::GasKeyByte)
        .send(sender_is_receiver)
        .times(public_key_len_bytes as u64)?;
    Ok(SplitFee { base, per_byte })
}

/// Executing a transfer to, or a withdrawal from, a gas key; by the length of the record that is read and written.
///
/// # Errors
/// Beyond `u64`.
pub fn gas_key_transfer_exec_fee(
    fees: &RuntimeFeesConfig,
    account_id_len_bytes: usize,
    public_key_len_bytes: usize,
) -> Result<SplitFee, IntegerOverflowError> {
    let record_len_bytes =
        access_key_trie_key_len_bytes(account_id_len_bytes, public_key_len_bytes) + AccessKey::MIN_GAS_KEY_LEN_BYTES;
    let base = fees.fee(ActionCosts::GasKeyTransferBase).execution;
    let per_byte = fees
        .fee(ActionCosts::GasKeyByte)
        .execution
        .times(record_len_bytes as u64)?;
    Ok(SplitFee { base, per_byte })
}

/// Sending a new access key, on top of its permission's fee, if it is a gas key.
///
/// # Errors
/// Beyond `u64`.
pub fn gas_key_add_key_send_fee(fees: &RuntimeFeesConfig, sender_is_receiver: bool) -> Cost {
    fees.fee(ActionCosts::GasKeyByte)
        .send(sender_is_receiver)
        .times(GasKeyInfo::LEN_BYTES as u64)
}

/// Executing the addition of a gas key, on top of its permission's fee: one record is written per nonce.
///
/// # Errors
/// Beyond `u64`.
pub fn gas_key_add_key_exec_fee(
    fees: &RuntimeFeesConfig,
    account_id_len_bytes: usize,
    public_key_len_bytes: usize,
    num_nonces: NonceIndex,
) -> Result<SplitFee, IntegerOverflowError> {
    let num_nonces = u64::from(num_nonces);
    let record_len_bytes = access_key_trie_key_len_bytes(account_id_len_bytes, public_key_len_bytes)
        + size_of::<NonceIndex>()
        + AccessKey::NONCE_VALUE_LEN_BYTES;
    let base = fees
        .fee(ActionCosts::GasKeyNonceWriteBase)
        .execution
        .times(num_nonces)?;
    let per_byte = fees
        .fee(ActionCosts::GasKeyByte)
        .execution
        .times(record_len_bytes as u64)?
        .times(num_nonces)?;
    Ok(SplitFee { base, per_byte })
}

/// Column, account, separator, key.
const fn access_key_trie_key_len_bytes(account_id_len_bytes: usize, public_key_len_bytes: usize) -> usize {
    1 + account_id_len_bytes + 1 + public_key_len_bytes
}

fn permission_send_fee(
    fees: &RuntimeFeesConfig,
    side: Side,
    sender_is_receiver: bool,
    permission: &AccessKeyPermission,
) -> Cost {
    let key_fee = permission_fee(fees, side, permission)?;
    match permission {
        AccessKeyPermission::GasKeyFunctionCall(..) | AccessKeyPermission::GasKeyFullAccess(_) => {
            key_fee.plus(gas_key_add_key_send_fee(fees, sender_is_receiver)?)
        }
        AccessKeyPermission::FunctionCall(_) | AccessKeyPermission::FullAccess => Ok(key_fee),
    }
}

fn permission_exec_fee(
    fees: &RuntimeFeesConfig,
    permission: &AccessKeyPermission,
    account_id: &AccountId,
    public_key: &PublicKey,
) -> Cost {
    let key_fee = permission_fee(fees, Side::Exec, permission)?;
    let (AccessKeyPermission::GasKeyFullAccess(info) | AccessKeyPermission::GasKeyFunctionCall(info, _)) = permission
    else {
        return Ok(key_fee);
    };
    let nonces = gas_key_add_key_exec_fee(fees, account_id.len(), public_key.trie_id_len(), info.num_nonces)?;
    key_fee.plus(nonces.total()?)
}

fn permission_fee(fees: &RuntimeFeesConfig, side: Side, permission: &AccessKeyPermission) -> Cost {
    match permission.function_call_permission() {
        Some(permission) => {
            let (base, byte) = (ActionCosts::AddFunctionCallKeyBase, ActionCosts::AddFunctionCallKeyByte);
            side.with_bytes(fees, base, byte, method_names_len_bytes(permission))
        }
        None => Ok(side.of(fees, ActionCosts::AddFullAccessKey)),
    }
}

/// Bytes of all method names of a permission, each with a terminator.
pub(crate) fn method_names_len_bytes(permission: &FunctionCallPermission) -> u64 {
    permission.method_names.iter().map(|name| name.len() as u64 + 1).sum()
}

fn delegate_send_fee(params: &Params, sender_is_receiver: bool, delegate: &DelegateActionRef<'_>) -> Cost {
    let own = params.fees.fee(ActionCosts::Delegate).send(sender_is_receiver);
    own.plus(total_send_fees(
        params,
        sender_is_receiver,
        delegate.actions,
        delegate.receiver_id,
    )?)
}

/// What creating the actions burns.
///
/// # Errors
/// Beyond `u64`.
pub fn total_send_fees(params: &Params, sender_is_receiver: bool, actions: &[Action], receiver_id: &AccountId) -> Cost {
    actions.iter().try_fold(ParameterCost::ZERO, |total, action| {
        total.plus(send_fee(params, sender_is_receiver, action, receiver_id)?)
    })
}

/// What sending the inner actions of delegate actions will burn when they run; zero for all other actions.
///
/// # Errors
/// Beyond `u64`.
pub fn total_prepaid_send_fees(params: &Params, actions: &[Action]) -> Cost {
    actions
        .iter()
        .filter_map(Action::as_delegate)
        .try_fold(ParameterCost::ZERO, |total, delegate| {
            let sender_is_receiver = delegate.sender_id == delegate.receiver_id;
            total.plus(total_send_fees(
                params,
                sender_is_receiver,
                delegate.actions,
                delegate.receiver_id,
            )?)
        })
}

/// What executing the actions burns before they run, inner actions of delegate actions and their receipt included.
///
/// # Errors
/// Beyond `u64`.
pub fn total_prepaid_exec_fees(params: &Params, actions: &[Action], receiver_id: &AccountId) -> Cost {
    actions.iter().try_fold(ParameterCost::ZERO, |total, action| {
        let Some(delegate) = action.as_delegate() else {
            return total.plus(exec_fee(params, action, receiver_id)?);
        };
        let inner = total_prepaid_exec_fees(params, delegate.actions, delegate.receiver_id)?;
        let own = exec_fee(params, action, delegate.receiver_id)?;
        let receipt = params.fees.fee(ActionCosts::NewActionReceipt).execution;
        total.plus(inner)?.plus(own)?.plus(receipt)
    })
}

/// yoctoNEAR that leave the sender with the actions, inner actions of delegate actions included.
///
/// # Errors
/// Beyond `u128`.
pub fn total_deposit(actions: &[Action]) -> Result<Balance, IntegerOverflowError> {
    leaf_actions(actions).try_fold(0, |total, action| safe_add_balance(total, action.deposit_balance()))
}

/// Gas attached to function calls, inner actions of delegate actions included.
///
/// # Errors
/// Beyond `u64`.
pub fn total_prepaid_gas(actions: &[Action]) -> Result<Gas, IntegerOverflowError> {
    leaf_actions(actions).try_fold(0, |total, action| safe_add_gas(total, action.prepaid_gas()))
}

/// All actions, with delegate actions replaced by what they hold.
fn leaf_actions(actions: &[Action]) -> impl Iterator<Item = &Action> {
    actions.iter().flat_map(|action| {
        let delegate = action.as_delegate();
        let own = delegate.is_none().then_some(action);
        let inner = delegate.map(|delegate| delegate.actions).unwrap_or_default();
        own.into_iter().chain(inner)
    })
}

/// What a transaction costs its signer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TransactionCost {
    /// Gas burnt when the transaction becomes a receipt.
    pub gas_burnt: Gas,
    /// What that takes of the chunk's compute limit.
    pub compute_burnt: Compute,
    /// Gas bought for the receipt.
    pub gas_remaining: Gas,
    /// yoctoNEAR per gas at which that is bought.
    pub receipt_gas_price: Balance,
    /// yoctoNEAR burnt when the transaction becomes a receipt.
    pub burnt_amount: Balance,
    /// yoctoNEAR for all gas.
    pub gas_cost: Balance,
    /// yoctoNEAR attached to actions.
    pub deposit_cost: Balance,
    /// yoctoNEAR in all.
    pub total_cost: Balance,
}

/// What a transaction costs at a gas price.
///
/// # Errors
/// Some part is beyond its type; the transaction fails.
pub fn transaction_cost(
    params: &Params,
    transaction: &Transaction,
    gas_price: Balance,
) -> Result<TransactionCost, IntegerOverflowError> {
    let (actions, receiver_id) = (transaction.actions(), transaction.receiver_id());
    let sender_is_receiver = transaction.signer_id() == receiver_id;
    let receipt = params.fees.fee(ActionCosts::NewActionReceipt);

    let burnt = receipt
        .send(sender_is_receiver)
        .plus(total_send_fees(params, sender_is_receiver, actions, receiver_id)?)?
        .plus(signature_verification_cost(
            &params.fees,
            transaction.public_key(),
            actions,
        )?)?;

    let gas_remaining = [
        total_prepaid_send_fees(params, actions)?.gas,
        receipt.execution.gas,
        total_prepaid_exec_fees(params, actions, receiver_id)?.gas,
    ]
    .into_iter()
    .try_fold(total_prepaid_gas(actions)?, safe_add_gas)?;

    let burnt_amount = gas_to_balance(gas_price, burnt.gas)?;
    let receipt_gas_price = gas_price.max(params.min_gas_purchase_price);
    let gas_cost = safe_add_balance(burnt_amount, gas_to_balance(receipt_gas_price, gas_remaining)?)?;
    let deposit_cost = total_deposit(actions)?;
    Ok(TransactionCost {
        gas_burnt: burnt.gas,
        compute_burnt: burnt.compute,
        gas_remaining,
        receipt_gas_price,
        burnt_amount,
        gas_cost,
        deposit_cost,
        total_cost: safe_add_balance(gas_cost, deposit_cost)?,
    })
}

/// The signer's own signature, and that of every delegate action.
fn signature_verification_cost(fees: &RuntimeFeesConfig, signer: &PublicKey, actions: &[Action]) -> Cost {
    let cost_of = |key: &PublicKey| fees.signature_verification_costs[key.key_type() as usize];
    let delegates = actions.iter().filter_map(Action::as_delegate);
    delegates
        .map(|delegate| cost_of(delegate.public_key))
        .try_fold(cost_of(signer), ParameterCost::plus)
}

/// The gas that congestion control counts for a receipt while it waits in a queue or buffer.
///
/// Only receipts with actions count: what their execution will burn at once, what it has attached, and what sending the inner
/// actions of delegate actions will burn.
///
/// # Errors
/// Beyond `u64`: no valid chunk result exists.
pub fn receipt_congestion_gas(params: &Params, receipt: &Receipt) -> Result<Gas, IntegerOverflowError> {
    let VersionedReceiptEnum::Action(action_receipt) = receipt.versioned_receipt() else {
        return Ok(0);
    };
    let actions = action_receipt.actions;
    [
        params.fees.fee(ActionCosts::NewActionReceipt).execution.gas,
        total_prepaid_send_fees(params, actions)?.gas,
        total_prepaid_gas(actions)?,
    ]
    .into_iter()
    .try_fold(
        total_prepaid_exec_fees(params, actions, &receipt.receiver_id)?.gas,
        safe_add_gas,
    )
}

/// Compute of removing `count` records with so many bytes in keys and values.
///
/// # Errors
/// Beyond `u64`.
pub fn storage_removes_compute(
    params: &Params,
    count: u64,
    key_len_bytes: u64,
    value_len_bytes: u64,
) -> Result<Compute, IntegerOverflowError> {
    let ext_costs = &params.wasm_config.ext_costs;
    [
        (ExtCosts::StorageRemoveBase, count),
        (ExtCosts::StorageRemoveKeyByte, key_len_bytes),
        (ExtCosts::StorageRemoveRetValueByte, value_len_bytes),
    ]
    .into_iter()
    .try_fold(0, |total, (step, units)| {
        safe_add_compute(
            total,
            ext_costs.compute(step).checked_mul(units).ok_or(IntegerOverflowError)?,
        )
    })
}

#[cfg(test)]
mod tests;
