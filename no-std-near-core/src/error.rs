//! Why no chunk result exists.
//!
//! Three results are kept apart everywhere: *ok*, *the user's action failed* (an outcome like any other, see
//! [`ActionError`](crate::receipts::ActionError)) and *abort*: the inputs contradict each other, so that no valid result
//! can be computed and nothing may be proved. [`ApplyError`] is the third. nearcore returns `RuntimeError` or panics in
//! these places; honest chains never reach them (spec §I.4).

use alloc::string::String;

use crate::params::IntegerOverflowError;
use crate::trie::StorageError;
use crate::types::account_id::AccountId;
use crate::types::hash::CryptoHash;

/// A chunk that has no valid result; says what was expected and what was found.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ApplyError {
    /// A trie node or value is missing from the recorded state or cannot be decoded.
    #[error("storage: {0}")]
    Storage(#[from] StorageError),
    /// A sum or product that nearcore computes checked does not fit its type.
    #[error("integer overflow: {0}")]
    IntegerOverflow(&'static str),
    /// The state decodes but contradicts itself (a queue entry without its row, stake below its lower bound, …).
    #[error("inconsistent state: {0}")]
    InconsistentState(String),
    /// An incoming receipt is not well-formed, so that its sender's chunk was not valid either.
    #[error("incoming receipt {receipt_id:?} is invalid: {reason}")]
    InvalidReceipt {
        /// Identifier of the receipt.
        receipt_id: CryptoHash,
        /// Which rule it breaks.
        reason: String,
    },
    /// The inputs given next to the state contradict each other (shard not in the layout, lists of different lengths, …).
    #[error("inconsistent input: {0}")]
    InvalidInput(String),
    /// A function call reached an account with code, and the contract runner in use cannot run contracts.
    #[error("the chunk runs contract {code_hash:?} on account {account_id:?}, and no contract runner is available")]
    NeedsContract {
        /// Account whose contract is called.
        account_id: AccountId,
        /// SHA-256 of the contract's code.
        code_hash: CryptoHash,
    },
}

impl From<IntegerOverflowError> for ApplyError {
    fn from(_: IntegerOverflowError) -> Self {
        Self::IntegerOverflow("a fee, price or total")
    }
}

impl ApplyError {
    /// An [`ApplyError::InconsistentState`] from any text.
    pub fn inconsistent_state(what: impl Into<String>) -> Self {
        Self::InconsistentState(what.into())
    }

    /// An [`ApplyError::InvalidInput`] from any text.
    pub fn invalid_input(what: impl Into<String>) -> Self {
        Self::InvalidInput(what.into())
    }
}
