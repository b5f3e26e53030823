//! Execution outcomes and their hashes.
//!
//! Mirrors `core/primitives/src/transaction.rs`; differs in: a failure carries a text for people instead of nearcore's error,
//! because the outcome's hash contains neither (§B.9), and there is no profile.

use super::account_id::AccountId;
use super::hash::CryptoHash;
use super::{Balance, Compute, Gas, append_bytes};
use crate::crypto::Crypto;
use alloc::string::String;
use alloc::vec::Vec;
use borsh::BorshSerialize;
use borsh::io::{Result as IoResult, Write};

/// Room for what is hashed of most outcomes.
const OUTCOME_ROOM_BYTES: usize = 256;

/// How a transaction or receipt ended.
///
/// The borsh form is the one that is hashed: the tag, and the value or identifier of a success.
#[derive(Clone, PartialEq, Eq, BorshSerialize)]
pub enum ExecutionStatus {
    /// Not run.
    Unknown,
    /// Failed; the text says why and is part of no hash.
    Failure(#[borsh(skip)] String),
    /// The last action returned this value, or nothing.
    SuccessValue(Vec<u8>),
    /// The last action returned a promise, or the transaction became this receipt.
    SuccessReceiptId(CryptoHash),
}

/// What running one transaction or receipt did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExecutionOutcome {
    /// Texts that contracts logged.
    pub logs: Vec<String>,
    /// Action receipts it made.
    pub receipt_ids: Vec<CryptoHash>,
    /// Gas burnt.
    pub gas_burnt: Gas,
    /// Compute used: counts towards the chunk's limit, is not hashed.
    pub compute_usage: Compute,
    /// Tokens burnt, yoctoNEAR: gas, deleted gas keys, deployed global contracts.
    pub tokens_burnt: Balance,
    /// Where it ran: the transaction's signer or the receipt's receiver.
    pub executor_id: AccountId,
    /// How it ended.
    pub status: ExecutionStatus,
}

/// An outcome and what it is the outcome of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExecutionOutcomeWithId {
    /// Hash of the transaction, or identifier of the receipt.
    pub id: CryptoHash,
    /// The outcome.
    pub outcome: ExecutionOutcome,
}

/// The part of an outcome that is hashed as one item.
struct PartialExecutionOutcome<'a>(&'a ExecutionOutcome);

impl BorshSerialize for PartialExecutionOutcome<'_> {
    fn serialize<W: Write>(&self, writer: &mut W) -> IoResult<()> {
        self.0.receipt_ids.serialize(writer)?;
        self.0.gas_burnt.serialize(writer)?;
        self.0.tokens_burnt.serialize(writer)?;
        self.0.executor_id.serialize(writer)?;
        self.0.status.serialize(writer)
    }
}

impl ExecutionOutcomeWithId {
    /// The hashes that make one leaf of the outcome tree: the identifier, the outcome, then every log (§B.9).
    #[must_use]
    pub fn to_hashes<C: Crypto>(&self) -> Vec<CryptoHash> {
        let mut hashes = Vec::with_capacity(2 + self.outcome.logs.len());
        hashes.push(self.id);
        hashes.push(C::hash_borsh(&PartialExecutionOutcome(&self.outcome)));
        hashes.extend(self.outcome.logs.iter().map(|log| C::sha256(log.as_bytes())));
        hashes
    }
}

/// Root of the tree of outcomes. A leaf is the hash of the list of hashes that [`ExecutionOutcomeWithId::to_hashes`] gives.
#[must_use]
pub fn outcome_root<C: Crypto>(outcomes: &[ExecutionOutcomeWithId]) -> CryptoHash {
    // Two buffers for all: the outcome's bytes, and the list of hashes.
    let (mut bytes, mut hashes) = (
        Vec::with_capacity(OUTCOME_ROOM_BYTES),
        Vec::with_capacity(OUTCOME_ROOM_BYTES),
    );
    let mut leaf = |ExecutionOutcomeWithId { id, outcome }: &ExecutionOutcomeWithId| {
        bytes.clear();
        append_bytes(&PartialExecutionOutcome(outcome), &mut bytes);
        hashes.clear();
        hashes.extend_from_slice(&(outcome.logs.len() as u32 + 2).to_le_bytes());
        hashes.extend_from_slice(&id.0);
        hashes.extend_from_slice(&C::sha256(&bytes).0);
        for log in &outcome.logs {
            hashes.extend_from_slice(&C::sha256(log.as_bytes()).0);
        }
        C::sha256(&hashes)
    };
    crate::merkle::root_of_leaves::<C>(outcomes.iter().map(&mut leaf).collect())
}

impl core::fmt::Debug for ExecutionStatus {
    fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Unknown => formatter.write_str("Unknown"),
            Self::Failure(reason) => write!(formatter, "Failure({reason})"),
            Self::SuccessValue(value) => write!(formatter, "SuccessValue({} bytes)", value.len()),
            Self::SuccessReceiptId(receipt_id) => write!(formatter, "SuccessReceiptId({receipt_id})"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::NativeCrypto;
    use alloc::vec;

    #[test]
    fn a_leaf_is_the_hash_of_the_list_of_hashes() {
        let outcome = |logs: Vec<String>, status| ExecutionOutcomeWithId {
            id: CryptoHash([3; 32]),
            outcome: ExecutionOutcome {
                logs,
                receipt_ids: vec![CryptoHash([4; 32])],
                gas_burnt: 5,
                compute_usage: 6,
                tokens_burnt: 7,
                executor_id: AccountId::system(),
                status,
            },
        };
        let outcomes = [
            outcome(vec![], ExecutionStatus::SuccessValue(vec![1; 300])),
            outcome(vec!["a".into(), "b".into()], ExecutionStatus::Failure("why".into())),
            outcome(vec!["c".into()], ExecutionStatus::SuccessReceiptId(CryptoHash([8; 32]))),
        ];
        let leaves = outcomes
            .iter()
            .map(|outcome| NativeCrypto::hash_borsh(&outcome.to_hashes::<NativeCrypto>()));
        assert_eq!(
            outcome_root::<NativeCrypto>(&outcomes),
            crate::merkle::root_of_leaves::<NativeCrypto>(leaves.collect())
        );
    }
}
