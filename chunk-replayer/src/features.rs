//! What is special about a recorded chunk: a list of names, `action:Transfer`, `failure:NotEnoughBalance`, `implicit:missing chunk`.
//!
//! Names are derived from the recorded data alone (nearcore's types), so that a new archive brings its new names by itself.

use crate::record::{Record, RecordError};
use near_primitives::account::AccountContract;
use near_primitives::action::Action;
use near_primitives::congestion_info::CongestionInfo;
use near_primitives::receipt::{Receipt, ReceiptEnum, VersionedReceiptEnum};
use near_primitives::transaction::{
    ExecutionMetadata, ExecutionOutcomeWithId, ExecutionStatus, SignedTransaction, Transaction, TransactionNonce,
};
use near_primitives::types::chunk_extra::ChunkExtra;
use std::collections::BTreeSet;

/// Production parameters of protocol version 86.
const PRODUCTION_CONFIG: &str = "HwdZsFNV5gFP3odc3QNyApiadz5rNDQCKQpYu9B1Bvhc";

/// Names everything special about `record`.
///
/// # Errors
/// A file that is no longer needed for a replay cannot be decoded.
pub fn features(record: &Record) -> Result<BTreeSet<String>, RecordError> {
    let mut found = BTreeSet::new();
    shape(record, &mut found);
    for transaction in record.witness.transactions() {
        transaction_features(transaction, &mut found);
    }
    for proof in record.witness.source_receipt_proofs().values() {
        for receipt in &proof.0 {
            receipt_features("receipt", receipt, &mut found);
        }
    }
    for receipt in record.decoded_outgoing_receipts()? {
        receipt_features("outgoing", &receipt, &mut found);
    }
    for outcome in record.outcomes.iter().flatten() {
        outcome_features(outcome, &mut found);
    }
    if let Some(bytes) = &record.main_chunk_extra {
        let extra = Record::decoded_chunk_extra(bytes, "main_chunk_extra.borsh")?;
        chunk_extra_features(&extra, &mut found);
    }
    Ok(found)
}

/// Genesis, versions, parameter sets, epoch starts, missing chunks, resharding.
fn shape(record: &Record, found: &mut BTreeSet<String>) {
    let mut add = |name: String| {
        found.insert(name);
    };
    match &record.apply {
        None => add("genesis-based".into()),
        Some(apply) => {
            if apply.protocol_version != 86 {
                add(format!("protocol version {}", apply.protocol_version));
            }
            if apply.config_hash.to_string() != PRODUCTION_CONFIG {
                add(format!("parameters {}", apply.config_hash));
            }
            if let Some(update) = &apply.validator_accounts_update {
                add("validator update".into());
                if !update.validator_rewards.is_empty() {
                    add("validator update with rewards".into());
                }
                if !update.last_proposals.is_empty() {
                    add("validator update with proposals".into());
                }
                if update.protocol_treasury_account_id.is_some() {
                    add("validator update with treasury".into());
                }
            }
            if apply.tx_valid_period.contains(&false) {
                add("expired transaction".into());
            }
            if apply.result.delayed_receipts_count > 0 {
                add("delayed receipts".into());
            }
            if apply.result.subsidized_amount > 0 {
                add("subsidized deposit".into());
            }
            if apply.result.other_burnt_amount > 0 {
                add("burnt without transaction".into());
            }
            if apply.result.outcomes == 0 && record.witness.transactions().is_empty() {
                add("empty chunk".into());
            }
        }
    }
    if let Some(result) = &record.result {
        if result.main_shard_id != result.witness_shard_id {
            add("resharding: witnessed shard is a child".into());
        }
        let genesis = record.apply.is_none();
        for block in record
            .block_facts
            .iter()
            .take_while(|block| block.block_hash != result.main_block_hash)
        {
            add("implicit: missing chunk".into());
            if record
                .block(&block.prev_hash)
                .is_some_and(|(_, parent)| parent.is_next_block_epoch_start)
                && !genesis
            {
                add("implicit: epoch start".into());
            }
        }
    }
    if record.id.as_str().split('-').count() > 3 {
        add("fork or second child".into());
    }
    if record
        .block_facts
        .iter()
        .any(|block| format!("{:?}", block.next_block_shard_layout).starts_with("V3"))
    {
        add("shard layout V3".into());
    }
}

fn transaction_features(transaction: &SignedTransaction, found: &mut BTreeSet<String>) {
    found.insert(format!("transaction signed with {}", transaction.signature.key_type()));
    if let Transaction::V1(v1) = &transaction.transaction {
        found.insert("transaction V1".into());
        if matches!(v1.nonce, TransactionNonce::GasKeyNonce { .. }) {
            found.insert("transaction with gas key".into());
        }
        found.insert(format!("transaction nonce mode {:?}", v1.nonce_mode));
    }
    for action in transaction.transaction.actions() {
        action_features("transaction", action, found);
    }
}

fn receipt_features(place: &str, receipt: &Receipt, found: &mut BTreeSet<String>) {
    let kind = match receipt.receipt() {
        ReceiptEnum::Action(_) => "Action",
        ReceiptEnum::Data(_) => "Data",
        ReceiptEnum::PromiseYield(_) => "PromiseYield",
        ReceiptEnum::PromiseResume(_) => "PromiseResume",
        ReceiptEnum::GlobalContractDistribution(_) => "GlobalContractDistribution",
        ReceiptEnum::ActionV2(_) => "ActionV2",
        ReceiptEnum::PromiseYieldV2(_) => "PromiseYieldV2",
    };
    found.insert(format!("{place} kind {kind}"));
    match receipt.versioned_receipt() {
        VersionedReceiptEnum::Action(action) | VersionedReceiptEnum::PromiseYield(action) => {
            if place == "receipt" && receipt.predecessor_id().as_str() == "system" {
                found.insert("receipt refund".into());
            }
            if !action.input_data_ids().is_empty() {
                found.insert(format!("{place} waits for data"));
            }
            for inner in action.actions() {
                action_features(place, inner, found);
            }
        }
        VersionedReceiptEnum::Data(data) if data.data.is_none() => {
            found.insert(format!("{place} data of a failed promise"));
        }
        _ => {}
    }
}

fn action_features(place: &str, action: &Action, found: &mut BTreeSet<String>) {
    found.insert(format!("{place} action {}", action.as_ref()));
    let inner = match action {
        Action::Delegate(delegate) => delegate.delegate_action.get_actions(),
        Action::DelegateV2(delegate) => delegate.delegate_action.get_actions(),
        _ => Vec::new(),
    };
    for inner in inner {
        found.insert(format!("{place} action Delegate of {}", inner.as_ref()));
    }
}

fn outcome_features(outcome: &ExecutionOutcomeWithId, found: &mut BTreeSet<String>) {
    let outcome = &outcome.outcome;
    match &outcome.status {
        ExecutionStatus::Failure(error) => {
            let path = serde_json::to_value(error)
                .map(|value| error_path(&value))
                .unwrap_or_default();
            found.insert(format!("failure {path}"));
        }
        ExecutionStatus::SuccessValue(value) if !value.is_empty() => {
            found.insert("outcome with a value".into());
        }
        ExecutionStatus::SuccessReceiptId(_) => {
            found.insert("outcome with a receipt".into());
        }
        _ => {}
    }
    if let ExecutionMetadata::V4(metadata) = &outcome.metadata {
        for contract in &metadata.contracts {
            let kind = match contract {
                AccountContract::None => continue,
                AccountContract::Local(_) => "local",
                AccountContract::Global(_) => "global by hash",
                AccountContract::GlobalByAccount(_) => "global by account",
            };
            found.insert(format!("receiver has a {kind} contract"));
        }
    }
    if !outcome.logs.is_empty() {
        found.insert("outcome with logs".into());
    }
}

/// `{"ActionError":{"index":0,"kind":{"AccountDoesNotExist":{…}}}}` becomes `ActionError/AccountDoesNotExist`.
fn error_path(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::String(text) if text.chars().all(char::is_alphanumeric) && text.len() < 60 => text.clone(),
        serde_json::Value::Object(fields) => {
            if let Some(kind) = fields.get("kind") {
                return error_path(kind);
            }
            match fields.iter().next() {
                Some((name, inner)) if fields.len() == 1 && name.starts_with(char::is_uppercase) => {
                    let rest = error_path(inner);
                    if rest.is_empty() {
                        name.clone()
                    } else {
                        format!("{name}/{rest}")
                    }
                }
                _ => String::new(),
            }
        }
        _ => String::new(),
    }
}

fn chunk_extra_features(extra: &ChunkExtra, found: &mut BTreeSet<String>) {
    if extra.validator_proposals().len() > 0 {
        found.insert("validator proposals".into());
    }
    let CongestionInfo::V1(congestion) = extra.congestion_info();
    if congestion.delayed_receipts_gas > 0 {
        found.insert("congestion: delayed gas".into());
    }
    if congestion.buffered_receipts_gas > 0 {
        found.insert("congestion: buffered receipts".into());
    }
    if !format!("{:?}", extra.bandwidth_requests()).contains("requests: []") {
        found.insert("bandwidth requests".into());
    }
    if extra.proposed_split().is_some() {
        found.insert("proposed split".into());
    }
}
