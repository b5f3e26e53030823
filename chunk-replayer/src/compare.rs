//! The first difference between what nearcore recorded and what came out here, in words.
//!
//! Compared: every outcome (identifier, logs, receipts made, gas, compute, tokens, executor, status, returned value), every outgoing
//! receipt, and every field of both `ChunkExtra`s. What an outcome says of a failure beyond the fact (error kinds, profiles) is
//! nearcore's alone: its hash does not contain it, and the outcome root, which is compared, commits to all that it contains.

use crate::record::Record;
use near_primitives::transaction::{ExecutionOutcomeWithId as Recorded, ExecutionStatus as RecordedStatus};
use near_primitives::types::chunk_extra::ChunkExtra;
use no_std_near_core::types::outcome::{ExecutionOutcomeWithId, ExecutionStatus};
use no_std_near_core::types::receipt::Receipt;
use no_std_near_core::types::to_bytes;

/// Texts longer than this are cut in the middle of a message.
const MAX_SHOWN: usize = 160;

/// What the main transition gave here.
#[derive(Debug)]
pub struct Applied<'a> {
    /// Outcomes in the order produced.
    pub outcomes: &'a [ExecutionOutcomeWithId],
    /// Outgoing receipts in the order produced, if they are still all together.
    pub outgoing_receipts: Option<&'a [Receipt]>,
}

/// A difference found; `None` while everything is equal.
pub type Difference = Option<String>;

/// States a difference of two printable values.
pub fn values<T: PartialEq + core::fmt::Debug>(what: &str, expected: &T, found: &T) -> Difference {
    (expected != found).then(|| format!("{what}: expected {}, found {}", shown(expected), shown(found)))
}

/// Compares outcomes and outgoing receipts with the recorded ones.
pub fn applied(record: &Record, found: &Applied<'_>) -> Difference {
    let outcomes = record
        .outcomes
        .as_deref()
        .and_then(|recorded| outcomes(recorded, found.outcomes));
    outcomes.or_else(|| outgoing_receipts(record, found.outgoing_receipts?))
}

fn outcomes(recorded: &[Recorded], found: &[ExecutionOutcomeWithId]) -> Difference {
    for (index, (expected, found)) in recorded.iter().zip(found).enumerate() {
        let what = format!("outcome {index} of {} ({})", recorded.len(), expected.id);
        if let Some(difference) = outcome(&what, expected, found) {
            return Some(difference);
        }
    }
    if recorded.len() == found.len() {
        return None;
    }
    let next = match (recorded.get(found.len()), found.get(recorded.len())) {
        (Some(missing), _) => format!(
            "the first one missing is of {} on {}",
            missing.id, missing.outcome.executor_id
        ),
        (_, Some(extra)) => format!(
            "the first one too many is of {} on {}",
            extra.id,
            extra.outcome.executor_id.as_str()
        ),
        (None, None) => String::new(),
    };
    Some(format!(
        "outcomes: expected {}, found {}; {next}",
        recorded.len(),
        found.len()
    ))
}

fn outcome(what: &str, expected: &Recorded, found: &ExecutionOutcomeWithId) -> Difference {
    let (id, expected, found_id, found) = (expected.id.0, &expected.outcome, found.id.0, &found.outcome);
    let field = |name: &str| format!("{what}, {name}");
    let expected_receipts: Vec<String> = expected.receipt_ids.iter().map(ToString::to_string).collect();
    let found_receipts: Vec<String> = found.receipt_ids.iter().map(ToString::to_string).collect();
    values(
        &field("id"),
        &bs58::encode(id).into_string(),
        &bs58::encode(found_id).into_string(),
    )
    .or_else(|| {
        values(
            &field("executor"),
            &expected.executor_id.as_str(),
            &found.executor_id.as_str(),
        )
    })
    .or_else(|| status(&field("status"), &expected.status, &found.status))
    .or_else(|| values(&field("gas burnt"), &expected.gas_burnt.as_gas(), &found.gas_burnt))
    .or_else(|| {
        values(
            &field("tokens burnt"),
            &expected.tokens_burnt.as_yoctonear(),
            &found.tokens_burnt,
        )
    })
    .or_else(|| values(&field("receipts made"), &expected_receipts, &found_receipts))
    .or_else(|| values(&field("logs"), &expected.logs, &found.logs))
    .or_else(|| {
        expected
            .compute_usage
            .and_then(|compute| values(&field("compute used"), &compute, &found.compute_usage))
    })
}

fn status(what: &str, expected: &RecordedStatus, found: &ExecutionStatus) -> Difference {
    match (expected, found) {
        (RecordedStatus::Unknown, ExecutionStatus::Unknown)
        | (RecordedStatus::Failure(_), ExecutionStatus::Failure(_)) => None,
        (RecordedStatus::SuccessValue(expected), ExecutionStatus::SuccessValue(found)) => values(
            &format!("{what}, value returned"),
            &hex::encode(expected),
            &hex::encode(found),
        ),
        (RecordedStatus::SuccessReceiptId(expected), ExecutionStatus::SuccessReceiptId(found)) => values(
            &format!("{what}, receipt returned"),
            &expected.to_string(),
            &found.to_string(),
        ),
        _ => Some(format!("{what}: expected {}, found {}", shown(expected), shown(found))),
    }
}

fn outgoing_receipts(record: &Record, found: &[Receipt]) -> Difference {
    let expected = match record.decoded_outgoing_receipts() {
        Ok(expected) => expected,
        Err(error) => return Some(error.to_string()),
    };
    record.outgoing_receipts.as_ref()?;
    for (index, (expected, found)) in expected.iter().zip(found).enumerate() {
        let what = format!("outgoing receipt {index}");
        let expected_bytes = borsh::to_vec(expected).unwrap_or_default();
        if expected_bytes != to_bytes(found) {
            return values(
                &format!("{what}, id"),
                &expected.receipt_id().to_string(),
                &found.receipt_id.to_string(),
            )
            .or_else(|| Some(format!("{what}: expected {}, found {}", shown(expected), shown(found))));
        }
    }
    values("number of outgoing receipts", &expected.len(), &found.len())
}

/// Compares two `ChunkExtra`s by their bytes, and names the field when they differ.
pub fn chunk_extra(what: &str, expected: &[u8], found: &[u8]) -> Difference {
    if expected == found {
        return None;
    }
    let decoded = (
        borsh::from_slice::<ChunkExtra>(expected),
        borsh::from_slice::<ChunkExtra>(found),
    );
    let (Ok(expected_extra), Ok(found_extra)) = decoded else {
        return Some(format!(
            "{what}: expected {}, found {}",
            hex::encode(expected),
            hex::encode(found)
        ));
    };
    let field = |name: &str| format!("{what}, {name}");
    let (expected, found) = (&expected_extra, &found_extra);
    let proposals = |extra: &ChunkExtra| {
        extra
            .validator_proposals()
            .map(|proposal| format!("{proposal:?}"))
            .collect::<Vec<_>>()
    };
    values(&field("state root"), expected.state_root(), found.state_root())
        .or_else(|| values(&field("outcome root"), expected.outcome_root(), found.outcome_root()))
        .or_else(|| values(&field("gas used"), &expected.gas_used(), &found.gas_used()))
        .or_else(|| values(&field("gas limit"), &expected.gas_limit(), &found.gas_limit()))
        .or_else(|| {
            values(
                &field("balance burnt"),
                &expected.balance_burnt(),
                &found.balance_burnt(),
            )
        })
        .or_else(|| values(&field("validator proposals"), &proposals(expected), &proposals(found)))
        .or_else(|| {
            values(
                &field("congestion info"),
                &expected.congestion_info(),
                &found.congestion_info(),
            )
        })
        .or_else(|| {
            values(
                &field("bandwidth requests"),
                &expected.bandwidth_requests(),
                &found.bandwidth_requests(),
            )
        })
        .or_else(|| {
            values(
                &field("proposed split"),
                &expected.proposed_split(),
                &found.proposed_split(),
            )
        })
        .or_else(|| Some(format!("{what}: expected {expected:?}, found {found:?}")))
}

/// A value's debug form, cut to a readable length.
fn shown(value: &impl core::fmt::Debug) -> String {
    let text = format!("{value:?}");
    match text.char_indices().nth(MAX_SHOWN) {
        Some((cut, _)) => format!("{}… ({} characters)", &text[..cut], text.len()),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_field_of_a_chunk_extra_is_named() {
        let chunk = testnet_fixtures::chunk("transfers/180000018-s1").expect("embedded");
        let expected = chunk.file("main_chunk_extra.borsh").expect("recorded");
        assert_eq!(chunk_extra("main", expected, expected), None);
        let mut found = expected.to_vec();
        found[1] ^= 1;
        assert!(
            chunk_extra("main", expected, &found).is_some_and(|text| text.starts_with("main, state root: expected "))
        );
        let mut found = expected.to_vec();
        found.push(0);
        assert!(chunk_extra("main", expected, &found).is_some_and(|text| text.starts_with("main: expected ")));
    }

    #[test]
    fn long_values_are_cut() {
        let long = "x".repeat(1000);
        let text = values("field", &long, &String::new()).expect("different");
        assert!(text.len() < 300 && text.contains("(1002 characters)"), "{text}");
    }
}
