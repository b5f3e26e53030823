//! The transaction phase: every transaction leaves an outcome, and the valid ones a receipt.
//!
//! Mirrors `Runtime::process_transactions` of `runtime/runtime/src/lib.rs` (spec §C.5); differs in: signers are read one after the
//! other, which is the same because reading has no order.

use alloc::collections::btree_map::Entry;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::string::ToString;
use alloc::vec;
use alloc::vec::Vec;

use crate::contract_runner::ContractRunner;
use crate::crypto::{Crypto, KnownKeys};
use crate::error::ApplyError;
use crate::params::fees::{TransactionCost, transaction_cost};
use crate::receipts::ChunkInProgress;
use crate::state::StateUpdate;
use crate::state::accessors::{
    get_access_key, get_account, get_gas_key_nonce, set_access_key, set_account, set_gas_key_nonce,
};
use crate::transactions::{
    Charge, InvalidTransaction, TransactionVerdict, validate_transaction, verify_and_charge, verify_and_charge_gas_key,
};
use crate::types::access_key::AccessKey;
use crate::types::account::Account;
use crate::types::account_id::AccountId;
use crate::types::hash::CryptoHash;
use crate::types::identifiers::receipt_id_from_transaction;
use crate::types::keys::PublicKey;
use crate::types::outcome::{ExecutionOutcome, ExecutionOutcomeWithId, ExecutionStatus};
use crate::types::receipt::Receipt;
use crate::types::transaction::SignedTransaction;
use crate::types::{Balance, Compute, Gas, Nonce};

/// A transaction with what is known of it before its signer is looked at.
#[derive(Debug, Clone, Copy)]
struct Candidate<'t> {
    signed: &'t SignedTransaction,
    hash: CryptoHash,
    size_bytes: u64,
    is_current: bool,
}

/// Accounts, keys and nonces of everybody who signs in this chunk.
///
/// All are read before anything is charged, because what is read is recorded, also for transactions that turn out invalid or
/// repeated. From then on the copies here are what transactions see of each other.
#[derive(Debug, Default)]
struct Signers<'t> {
    accounts: BTreeMap<&'t AccountId, Option<Account>>,
    access_keys: BTreeMap<(&'t AccountId, &'t PublicKey), Option<AccessKey>>,
    gas_key_nonces: BTreeMap<(&'t AccountId, &'t PublicKey, u16), Option<Nonce>>,
    known_keys: KnownKeys,
}

impl<'t> Signers<'t> {
    fn read<C: Crypto>(&mut self, state: &StateUpdate<'_, C>, signed: &'t SignedTransaction) -> Result<(), ApplyError> {
        let (signer_id, key) = (signed.transaction.signer_id(), signed.transaction.public_key());
        if let Entry::Vacant(account) = self.accounts.entry(signer_id) {
            account.insert(get_account(state, signer_id)?);
        }
        if let Entry::Vacant(access_key) = self.access_keys.entry((signer_id, key)) {
            access_key.insert(get_access_key(state, signer_id, key)?);
        }
        if let Some(index) = signed.transaction.nonce().nonce_index()
            && let Entry::Vacant(nonce) = self.gas_key_nonces.entry((signer_id, key, index))
        {
            nonce.insert(get_gas_key_nonce(state, signer_id, key, index)?);
        }
        Ok(())
    }
}

impl<C: Crypto, R: ContractRunner<C>> ChunkInProgress<'_, '_, C, R> {
    /// Processes the chunk's transactions in order.
    ///
    /// # Errors
    /// Aborts on storage errors, on overflow of totals, and when the lists differ in length.
    pub(super) fn process_transactions(
        &mut self,
        transactions: &[SignedTransaction],
        is_current: &[bool],
    ) -> Result<(), ApplyError> {
        if transactions.len() != is_current.len() {
            let (expected, found) = (transactions.len(), is_current.len());
            return Err(ApplyError::invalid_input(format!(
                "{expected} transactions come with {found} validity flags"
            )));
        }
        let mut signers = Signers::default();
        for (signed, _) in transactions
            .iter()
            .zip(is_current)
            .filter(|(_, is_current)| **is_current)
        {
            signers.read(&self.state, signed)?;
        }
        let mut seen: BTreeSet<CryptoHash> = BTreeSet::new();
        for (signed, is_current) in transactions.iter().zip(is_current) {
            // An outcome's identifier is the transaction's hash: the second of two equal ones leaves nothing.
            let (hash, size_bytes) = signed.hash_and_wire_len_bytes::<C>();
            if seen.insert(hash) {
                let transaction = Candidate {
                    signed,
                    hash,
                    size_bytes,
                    is_current: *is_current,
                };
                self.process_transaction(transaction, &mut signers)?;
            }
        }
        Ok(())
    }

    fn process_transaction<'t>(
        &mut self,
        candidate: Candidate<'t>,
        signers: &mut Signers<'t>,
    ) -> Result<(), ApplyError> {
        let Candidate { signed, hash, .. } = candidate;
        match self.judge(candidate, signers) {
            Ok((cost, TransactionVerdict::Success(charge))) => {
                let receipt_id = self.send_receipt(signed, hash, &cost)?;
                let status = ExecutionStatus::SuccessReceiptId(receipt_id);
                self.finish_charged(signed, hash, &cost, cost.compute_burnt, status, vec![receipt_id])?;
                self.write_charge(signed, charge, signers);
            }
            Ok((cost, TransactionVerdict::DepositFailed(charge, error))) => {
                let status = ExecutionStatus::Failure(error.to_string());
                // Here compute is the plain gas value, not what the cost says.
                self.finish_charged(signed, hash, &cost, cost.gas_burnt, status, Vec::new())?;
                self.write_charge(signed, charge, signers);
            }
            Ok((_, TransactionVerdict::Failed(error))) | Err(error) => {
                let status = ExecutionStatus::Failure(error.to_string());
                self.outcomes.push(outcome(signed, hash, 0, 0, 0, status, Vec::new()));
            }
        }
        Ok(())
    }

    /// Decides what becomes of a transaction; writes nothing.
    fn judge(
        &self,
        candidate: Candidate<'_>,
        signers: &mut Signers<'_>,
    ) -> Result<(TransactionCost, TransactionVerdict), InvalidTransaction> {
        if !candidate.is_current {
            return Err(InvalidTransaction::Expired);
        }
        let params = self.context.params;
        let transaction = &candidate.signed.transaction;
        let Candidate {
            signed,
            hash,
            size_bytes,
            ..
        } = candidate;
        validate_transaction::<C>(params, &mut signers.known_keys, signed, &hash, size_bytes)?;
        let cost = transaction_cost(params, transaction, self.context.gas_price)
            .map_err(|_| InvalidTransaction::CostOverflow)?;
        let (signer_id, key) = (transaction.signer_id(), transaction.public_key());
        let account = signers.accounts.get(signer_id).and_then(Option::as_ref);
        let account = account.ok_or(InvalidTransaction::SignerDoesNotExist)?;
        let access_key = signers.access_keys.get(&(signer_id, key)).and_then(Option::as_ref);
        let access_key = access_key.ok_or(InvalidTransaction::AccessKeyNotFound)?;
        let height = self.context.block_height;
        let verdict = match transaction.nonce().nonce_index() {
            None => verify_and_charge(params, account, access_key, transaction, &cost, height),
            Some(index) => {
                let nonce = signers.gas_key_nonces.get(&(signer_id, key, index)).copied().flatten();
                let nonce = nonce.ok_or(InvalidTransaction::NonceIndex)?;
                verify_and_charge_gas_key(params, account, access_key, nonce, transaction, &cost, height)
            }
        };
        Ok((cost, verdict))
    }

    /// Turns the transaction into a receipt: executed in this chunk if the signer sends to itself.
    fn send_receipt(
        &mut self,
        signed: &SignedTransaction,
        hash: CryptoHash,
        cost: &TransactionCost,
    ) -> Result<CryptoHash, ApplyError> {
        let transaction = &signed.transaction;
        let receipt_id = receipt_id_from_transaction::<C>(&hash, self.context.block_height);
        let receipt = Receipt::from_tx(
            receipt_id,
            transaction.signer_id().clone(),
            transaction.receiver_id().clone(),
            transaction.public_key().clone(),
            cost.receipt_gas_price,
            transaction.actions().to_vec(),
        );
        if receipt.receiver_id == receipt.predecessor_id {
            self.local_receipts.push(receipt);
        } else {
            self.sink.forward_or_buffer(receipt, self.context, &mut self.state)?;
        }
        Ok(receipt_id)
    }

    fn finish_charged(
        &mut self,
        signed: &SignedTransaction,
        hash: CryptoHash,
        cost: &TransactionCost,
        compute: Compute,
        status: ExecutionStatus,
        receipt_ids: Vec<CryptoHash>,
    ) -> Result<(), ApplyError> {
        self.balance.add_tx_burnt(cost.burnt_amount)?;
        self.totals.add(cost.gas_burnt, compute)?;
        self.outcomes.push(outcome(
            signed,
            hash,
            cost.gas_burnt,
            cost.burnt_amount,
            compute,
            status,
            receipt_ids,
        ));
        Ok(())
    }

    fn write_charge<'t>(&mut self, signed: &'t SignedTransaction, charge: Charge, signers: &mut Signers<'t>) {
        let (signer_id, key) = (signed.transaction.signer_id(), signed.transaction.public_key());
        if let Some(Some(account)) = signers.accounts.get_mut(signer_id) {
            account.set_amount(charge.account_amount);
            set_account(&mut self.state, signer_id, account);
        }
        if let Some((index, nonce)) = charge.gas_key_nonce {
            set_gas_key_nonce(&mut self.state, signer_id, key, index, nonce);
            signers.gas_key_nonces.insert((signer_id, key, index), Some(nonce));
        }
        set_access_key(&mut self.state, signer_id, key, &charge.access_key);
        signers.access_keys.insert((signer_id, key), Some(charge.access_key));
        self.state.commit();
    }
}

fn outcome(
    signed: &SignedTransaction,
    hash: CryptoHash,
    gas_burnt: Gas,
    tokens_burnt: Balance,
    compute_usage: Compute,
    status: ExecutionStatus,
    receipt_ids: Vec<CryptoHash>,
) -> ExecutionOutcomeWithId {
    ExecutionOutcomeWithId {
        id: hash,
        outcome: ExecutionOutcome {
            logs: Vec::new(),
            receipt_ids,
            gas_burnt,
            compute_usage,
            tokens_burnt,
            executor_id: signed.transaction.signer_id().clone(),
            status,
        },
    }
}
