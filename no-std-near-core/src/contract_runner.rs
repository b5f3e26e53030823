//! What a function call asks of whoever can run contracts. Implemented above this crate, never here: the only
//! implementation in this room, [`NoContracts`], answers "needs contracts".
//!
//! Mirrors the seam between `runtime/runtime/src/function_call.rs` and `near-vm-runner`; differs in: the code is named by
//! its hash only, and the receipts a contract built come back as data (nearcore's `ReceiptManager`), with unused gas
//! already distributed over them.

use alloc::string::String;
use alloc::vec::Vec;

use crate::context::ApplyContext;
use crate::crypto::Crypto;
use crate::error::ApplyError;
use crate::receipts::ReturnData;
use crate::state::StateUpdate;
use crate::types::account::Account;
use crate::types::account_id::AccountId;
use crate::types::action::Action;
use crate::types::hash::CryptoHash;
use crate::types::keys::PublicKey;
use crate::types::receipt::DataReceiver;
use crate::types::{Balance, Compute, Gas};

/// Result of a promise that the called method waits for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PromiseResult {
    /// The promise returned this value.
    Successful(Vec<u8>),
    /// The promise failed.
    Failed,
}

/// One function call: everything that is fixed before the contract runs.
#[derive(Debug, Clone, Copy)]
pub struct FunctionCall<'a> {
    /// Hash of the code to run. The code exists in the state, by hash: a runner that lacks it has been given an incomplete
    /// witness and must answer with an [`ApplyError`], never with a failed call (spec §A.8).
    pub code_hash: CryptoHash,
    /// Account whose contract runs.
    pub account_id: &'a AccountId,
    /// That account before the call; the attached deposit is not part of its balance yet.
    pub account: &'a Account,
    /// Who sent the receipt.
    pub predecessor_id: &'a AccountId,
    /// Who signed the transaction at the origin.
    pub signer_id: &'a AccountId,
    /// Key of that signature.
    pub signer_public_key: &'a PublicKey,
    /// Who gets refunds; the predecessor unless the receipt says otherwise.
    pub refund_to: &'a AccountId,
    /// Method to call. May be empty: such a call fails before anything is loaded.
    pub method_name: &'a str,
    /// Bytes that `input` returns.
    pub args: &'a [u8],
    /// Gas attached.
    pub gas: Gas,
    /// Tokens attached, in yoctoNEAR.
    pub deposit: Balance,
    /// Results of the promises that the receipt waited for.
    pub promise_results: &'a [PromiseResult],
    /// Receivers of the method's return value; empty unless this is the receipt's last action.
    pub output_data_receivers: &'a [DataReceiver],
    /// Identifier of the action: base of data identifiers and of the random seed (spec §B.10).
    pub action_hash: CryptoHash,
    /// Recorded storage size at the start of the receipt, for the per-receipt proof limit of released nodes (spec §0.2).
    pub proof_size_before_receipt_bytes: u64,
}

/// What a function call did.
#[derive(Debug, Clone)]
pub struct FunctionCallOutcome {
    /// Gas burnt; zero for the calls that count as not started (spec §D.1).
    pub gas_burnt: Gas,
    /// Gas burnt plus gas attached to new receipts, distributed weights included.
    pub gas_used: Gas,
    /// Compute units used.
    pub compute_usage: Compute,
    /// Lines logged, kept also on failure.
    pub logs: Vec<String>,
    /// What happened: effects, or why the call failed.
    pub result: Result<FunctionCallEffects, String>,
}

/// Effects of a successful call beyond what it wrote to the state.
#[derive(Debug, Clone)]
pub struct FunctionCallEffects {
    /// Balance of the account afterwards, in yoctoNEAR.
    pub balance: Balance,
    /// Storage usage of the account afterwards, in bytes.
    pub storage_usage: u64,
    /// What the method returned.
    pub return_data: ReturnData,
    /// Tokens the protocol added, in yoctoNEAR.
    pub subsidized_amount: Balance,
    /// Action receipts in creation order.
    pub action_receipts: Vec<NewActionReceipt>,
    /// Data receipts of resumed yields, in creation order.
    pub resumed_yields: Vec<NewDataReceipt>,
}

/// An action receipt that a contract built.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewActionReceipt {
    /// Receiver of the receipt.
    pub receiver_id: AccountId,
    /// Who gets refunds, if not the contract.
    pub refund_to: Option<AccountId>,
    /// Who waits for its result.
    pub output_data_receivers: Vec<DataReceiver>,
    /// What it waits for; a yield waits for exactly one.
    pub input_data_ids: Vec<CryptoHash>,
    /// Its actions.
    pub actions: Vec<Action>,
    /// Whether it is a yield: stored until resumed or timed out.
    pub is_promise_yield: bool,
}

/// The data of a resumed yield.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewDataReceipt {
    /// Which yield it resumes.
    pub data_id: CryptoHash,
    /// The payload.
    pub data: Option<Vec<u8>>,
}

/// Whoever can run contracts.
pub trait ContractRunner<C: Crypto> {
    /// Runs one call. Writes go to `state` uncommitted; the caller commits or rolls back the whole receipt.
    ///
    /// # Errors
    /// Only aborts: a contract that fails is an `Ok` whose `result` is `Err`.
    fn run(
        &mut self,
        call: &FunctionCall<'_>,
        context: &ApplyContext<'_>,
        state: &mut StateUpdate<'_, C>,
    ) -> Result<FunctionCallOutcome, ApplyError>;
}

/// The runner of chunks without contracts: every call that reaches code aborts with [`ApplyError::NeedsContract`].
#[derive(Debug, Clone, Copy, Default)]
pub struct NoContracts;

impl<C: Crypto> ContractRunner<C> for NoContracts {
    fn run(
        &mut self,
        call: &FunctionCall<'_>,
        _context: &ApplyContext<'_>,
        _state: &mut StateUpdate<'_, C>,
    ) -> Result<FunctionCallOutcome, ApplyError> {
        Err(ApplyError::NeedsContract {
            account_id: call.account_id.clone(),
            code_hash: call.code_hash,
        })
    }
}
