//! The first difference between a result and what nearcore recorded, in words.

use core::fmt::Debug;

use no_std_near_core::apply_chunk::ApplyResult;
use no_std_near_core::crypto::NativeCrypto;
use no_std_near_core::types::outcome::{ExecutionOutcomeWithId, ExecutionStatus};
use no_std_near_core::types::receipt::Receipt;
use no_std_near_core::types::to_bytes;

use crate::fixture::{Fixture, balance, congestion_info, hash, number};

/// `None` if everything that was recorded is equal.
pub(crate) fn first_difference(fixture: &Fixture, result: &ApplyResult) -> Option<String> {
    let expected = &fixture.json["result"];
    let proposals = serde_json::Value::Array(result.validator_proposals.iter().map(proposal_json).collect());
    let proposals_expected = expected["validator_proposals"].clone();
    outcomes(fixture, result)
        .or_else(|| differ("gas burnt", &number(&expected["gas_burnt"]), &result.gas_burnt))
        .or_else(|| outgoing_receipts(&fixture.expected_outgoing_receipts, &result.outgoing_receipts))
        .or_else(|| {
            differ(
                "congestion",
                &congestion_info(&expected["congestion_info"]),
                &result.congestion_info,
            )
        })
        .or_else(|| {
            differ(
                "bandwidth requests",
                &fixture.expected_bandwidth_requests,
                &result.bandwidth_requests,
            )
        })
        .or_else(|| {
            let expected = hash(&expected["bandwidth_scheduler_state_hash"]);
            differ(
                "bandwidth scheduler state",
                &expected,
                &result.bandwidth_scheduler_state_hash,
            )
        })
        .or_else(|| {
            differ(
                "delayed receipts",
                &number(&expected["delayed_receipts_count"]),
                &result.delayed_receipts_count,
            )
        })
        .or_else(|| {
            differ(
                "tx burnt",
                &balance(&expected["tx_burnt_amount"]),
                &result.balance.tx_burnt,
            )
        })
        .or_else(|| {
            differ(
                "other burnt",
                &balance(&expected["other_burnt_amount"]),
                &result.balance.other_burnt,
            )
        })
        .or_else(|| {
            differ(
                "subsidized",
                &balance(&expected["subsidized_amount"]),
                &result.balance.subsidized,
            )
        })
        .or_else(|| differ("proposals", &proposals_expected, &proposals))
        .or_else(|| {
            differ(
                "outcome root",
                &hash(&expected["outcome_root"]),
                &result.outcome_root::<NativeCrypto>(),
            )
        })
        .or_else(|| differ("state root", &hash(&expected["state_root"]), &result.state_root))
}

fn differ<T: PartialEq + Debug>(what: &str, expected: &T, found: &T) -> Option<String> {
    (expected != found).then(|| format!("{what}: expected {expected:?}, found {found:?}"))
}

fn proposal_json(proposal: &no_std_near_core::types::validator::ValidatorStake) -> serde_json::Value {
    serde_json::json!({
        "account_id": proposal.account_id().as_str(),
        "public_key": proposal.public_key().to_string(),
        "stake": proposal.stake().to_string(),
        "validator_stake_struct_version": "V1",
    })
}

fn outgoing_receipts(expected: &[Receipt], found: &[Receipt]) -> Option<String> {
    for (index, (expected, found)) in expected.iter().zip(found).enumerate() {
        if expected != found {
            return Some(format!(
                "outgoing receipt {index}: expected {expected:?}, found {found:?}"
            ));
        }
    }
    differ("number of outgoing receipts", &expected.len(), &found.len())
}

/// Outcomes were recorded with nearcore's errors and profiles, which are not decoded here: each found outcome is looked up by the
/// bytes that come before its status.
fn outcomes(fixture: &Fixture, result: &ApplyResult) -> Option<String> {
    let mut rest = fixture.expected_outcomes.get(4..)?;
    for (index, found) in result.outcomes.iter().enumerate() {
        let prefix = outcome_prefix(found);
        match position(rest, &prefix) {
            Some(start) => rest = &rest[start + prefix.len()..],
            None => {
                let start = position(rest, &found.id.0).unwrap_or_default();
                let recorded = &rest[start..rest.len().min(start + prefix.len() + 200)];
                let (found_bytes, recorded) = (hex(&prefix), hex(recorded));
                return Some(format!(
                    "outcome {index}: found {found:?} ({found_bytes}), recorded {recorded}"
                ));
            }
        }
    }
    let recorded = number(&fixture.json["result"]["outcomes"]);
    differ("number of outcomes", &recorded, &(result.outcomes.len() as u64))
}

/// Borsh of `ExecutionOutcomeWithId` up to the tag of the status, or to its end if it is a success.
fn outcome_prefix(found: &ExecutionOutcomeWithId) -> Vec<u8> {
    let outcome = &found.outcome;
    let mut bytes = to_bytes(&(found.id, &outcome.logs, &outcome.receipt_ids));
    bytes.extend(to_bytes(&(
        outcome.gas_burnt,
        outcome.tokens_burnt,
        &outcome.executor_id,
    )));
    match &outcome.status {
        ExecutionStatus::Failure(_) => bytes.push(1),
        success => bytes.extend(to_bytes(success)),
    }
    bytes
}

fn position(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).position(|window| window == needle)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
