//! What an action is given: fixed facts about its receipt, and the receiver as earlier actions left it.

use crate::context::ApplyContext;
use crate::contract_runner::PromiseResult;
use crate::crypto::Crypto;
use crate::types::account::Account;
use crate::types::account_id::AccountId;
use crate::types::hash::CryptoHash;
use crate::types::identifiers::action_hash;
use crate::types::receipt::{Receipt, VersionedActionReceipt};

/// One action's place in its receipt; nothing here changes while the receipt is executed, but the index.
#[derive(Debug, Clone, Copy)]
pub struct ActionInput<'a> {
    /// Context of the chunk.
    pub context: &'a ApplyContext<'a>,
    /// The receipt being executed.
    pub receipt: &'a Receipt,
    /// Its actions and what came with them.
    pub action_receipt: VersionedActionReceipt<'a>,
    /// Results of the promises that the receipt waited for.
    pub promise_results: &'a [PromiseResult],
    /// Position of this action.
    pub action_index: usize,
    /// Recorded storage size when the receipt's first action began, in bytes.
    pub proof_size_before_receipt_bytes: u64,
}

impl ActionInput<'_> {
    /// The account that the action acts upon.
    pub const fn account_id(&self) -> &AccountId {
        &self.receipt.receiver_id
    }

    /// Whether the receipt returns gas or a deposit.
    pub fn is_refund(&self) -> bool {
        self.receipt.predecessor_id.is_system()
    }

    /// Whether the receipt has no other action.
    pub const fn is_only_action(&self) -> bool {
        self.action_receipt.actions.len() == 1
    }

    /// Whether no action follows.
    pub const fn is_last_action(&self) -> bool {
        self.action_index + 1 == self.action_receipt.actions.len()
    }

    /// Identifier of the action (spec §B.10).
    pub fn action_hash<C: Crypto>(&self) -> CryptoHash {
        action_hash::<C>(
            &self.receipt.receipt_id,
            self.context.block_height,
            self.action_index as u64,
        )
    }
}

/// The receiver while a receipt's actions are applied: each action sees what the one before left. The account is written
/// back after the last one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceiverState {
    /// The account, if it exists (by now).
    pub account: Option<Account>,
    /// On whose behalf actions are done: the predecessor, until the account is created (then the account itself) or deleted
    /// (then the predecessor again).
    pub actor_id: AccountId,
}
