//! The transaction phase: every transaction leaves an outcome, and the valid ones a receipt.
//!
//! Mirrors `Runtime::process_transactions` of `runtime/runtime/src/lib.rs` (spec §C.5); differs in: signers are read one after the
//! other, which is the same because reading has no order.

use alloc::format;
use alloc::string::ToString;
use alloc::vec;
use alloc::vec::Vec;

use hashbrown::HashTable;

use super::signers::{KeyId, Signers};
use crate::contract_runner::ContractRunner;
use crate::crypto::Crypto;
use crate::error::ApplyError;
use crate::params::fees::{TransactionCost, transaction_cost};
use crate::receipts::ChunkInProgress;
use crate::transactions::{
    InvalidTransaction, TransactionVerdict, validate_transaction, verify_and_charge, verify_and_charge_gas_key,
};
use crate::types::hash::CryptoHash;
use crate::types::identifiers::receipt_id_from_transaction;
use crate::types::outcome::{ExecutionOutcome, ExecutionOutcomeWithId, ExecutionStatus};
use crate::types::receipt::Receipt;
use crate::types::transaction::SignedTransaction;
use crate::types::{Balance, Compute, Gas};

/// A transaction with what is known of it before its signer is looked at.
#[derive(Debug, Clone, Copy)]
struct Candidate<'t> {
    signed: &'t SignedTransaction,
    hash: CryptoHash,
    size_bytes: u64,
    /// Who signed; none if the transaction is expired.
    key: Option<KeyId>,
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
        let mut signers = Signers::new(&self.state, transactions.len());
        let mut keys = Vec::with_capacity(transactions.len());
        for (signed, is_current) in transactions.iter().zip(is_current) {
            let key = is_current.then(|| signers.read(&self.state, &signed.transaction));
            keys.push(key.transpose()?);
        }
        let mut seen = Seen(HashTable::with_capacity(transactions.len()));
        for (signed, key) in transactions.iter().zip(keys) {
            // An outcome's identifier is the transaction's hash: the second of two equal ones leaves nothing.
            let (hash, size_bytes) = signed.hash_and_wire_len_bytes::<C>();
            if seen.insert(hash) {
                let transaction = Candidate {
                    signed,
                    hash,
                    size_bytes,
                    key,
                };
                self.process_transaction(transaction, &mut signers)?;
            }
        }
        signers.write(&mut self.state);
        Ok(())
    }

    fn process_transaction(&mut self, candidate: Candidate<'_>, signers: &mut Signers<'_>) -> Result<(), ApplyError> {
        let Candidate { signed, hash, .. } = candidate;
        match self.judge(candidate, signers) {
            Ok((key, cost, TransactionVerdict::Success(charge))) => {
                let receipt_id = self.send_receipt(signed, hash, &cost)?;
                let status = ExecutionStatus::SuccessReceiptId(receipt_id);
                self.finish_charged(signed, hash, &cost, cost.compute_burnt, status, vec![receipt_id])?;
                signers.charge(key, charge);
            }
            Ok((key, cost, TransactionVerdict::DepositFailed(charge, error))) => {
                let status = ExecutionStatus::Failure(error.to_string());
                // Here compute is the plain gas value, not what the cost says.
                self.finish_charged(signed, hash, &cost, cost.gas_burnt, status, Vec::new())?;
                signers.charge(key, charge);
            }
            Ok((_, _, TransactionVerdict::Failed(error))) | Err(error) => {
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
    ) -> Result<(KeyId, TransactionCost, TransactionVerdict), InvalidTransaction> {
        let Candidate {
            signed,
            hash,
            size_bytes,
            key,
        } = candidate;
        let key = key.ok_or(InvalidTransaction::Expired)?;
        let params = self.context.params;
        let transaction = &signed.transaction;
        let known = signers.known_key(key).ok_or(InvalidTransaction::AccessKeyNotFound)?;
        validate_transaction::<C>(params, known, signed, &hash, size_bytes)?;
        let cost = transaction_cost(params, transaction, self.context.gas_price)
            .map_err(|_| InvalidTransaction::CostOverflow)?;
        let account = signers.account(key).ok_or(InvalidTransaction::SignerDoesNotExist)?;
        let access_key = signers.access_key(key).ok_or(InvalidTransaction::AccessKeyNotFound)?;
        let height = self.context.block_height;
        let verdict = match transaction.nonce().nonce_index() {
            None => verify_and_charge(params, account, access_key, transaction, &cost, height),
            Some(index) => {
                let nonce = signers
                    .gas_key_nonce(key, index)
                    .ok_or(InvalidTransaction::NonceIndex)?;
                verify_and_charge_gas_key(params, account, access_key, nonce, transaction, &cost, height)
            }
        };
        Ok((key, cost, verdict))
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
}

/// Hashes of transactions that were processed.
#[derive(Debug)]
struct Seen(HashTable<CryptoHash>);

impl Seen {
    /// Whether the hash is new.
    fn insert(&mut self, hash: CryptoHash) -> bool {
        if self.0.find(hash.short(), |seen| *seen == hash).is_some() {
            return false;
        }
        self.0.insert_unique(hash.short(), hash, CryptoHash::short);
        true
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
