//! Which actions, receipts and transactions are well-formed.
//!
//! Mirrors `runtime/runtime/src/action_validation.rs`, the receipt part of `runtime/runtime/src/verifier.rs` and
//! `check_valid_for_config` in `core/primitives/src/transaction.rs`; differs in: account identifiers are valid by construction,
//! and the gates of features that protocol version 86 has are gone.
//!
//! What an error means depends on who asks: a transaction or new receipt that is not well-formed fails the user's action, a
//! receipt that came from another shard or from the state and is not well-formed aborts the chunk.

use crate::crypto::Crypto;
use crate::params::LimitConfig;
use crate::types::account_id::AccountId;
use crate::types::receipt::{DataReceipt, Receipt, VersionedActionReceipt, VersionedReceiptEnum};

mod actions;

pub use actions::validate_actions;

/// How strictly a receipt is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ValidateReceiptMode {
    /// Made just now: all rules.
    NewReceipt,
    /// Made earlier: without the rules that receipts already under way may break, namely the size of the whole and the number
    /// of deployments.
    ExistingReceipt,
}

/// Something is longer, or there is more of it, than allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{what}: {found} exceeds the limit of {limit}")]
pub struct LimitExceeded {
    /// What was counted or measured, with its unit.
    pub what: &'static str,
    /// How much of it there is.
    pub found: u64,
    /// How much there may be.
    pub limit: u64,
}

impl LimitExceeded {
    const fn check(what: &'static str, found: u64, limit: u64) -> Result<(), Self> {
        if found > limit {
            Err(Self { what, found, limit })
        } else {
            Ok(())
        }
    }
}

/// Why actions are not well-formed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ActionsValidationError {
    /// A limit.
    #[error(transparent)]
    LimitExceeded(#[from] LimitExceeded),
    /// DeleteAccount before the last action.
    #[error("deleting the account must be the last action")]
    DeleteActionMustBeFinal,
    /// A second delegate action.
    #[error("there can be only one delegate action")]
    DelegateActionMustBeOnlyOne,
    /// The gas of all function calls together is beyond `u64`.
    #[error("the gas attached to all function calls overflows")]
    IntegerOverflow,
    /// A function call without gas.
    #[error("a function call must have gas attached")]
    FunctionCallZeroAttachedGas,
    /// A staking key that is not an ed25519 point without torsion.
    #[error("the key is not suitable for staking")]
    UnsuitableStakingKey,
    /// An access key is restricted to calls of a text that is no account identifier.
    #[error("the receiver of a function call permission is no account identifier")]
    InvalidPermissionReceiver,
    /// A gas key restricted to function calls has an allowance.
    #[error("a gas key cannot have an allowance")]
    GasKeyFunctionCallAllowanceNotAllowed,
    /// A gas key with no nonce or too many.
    #[error("a gas key has 1 to {limit} nonces, not {found}")]
    GasKeyInvalidNumNonces {
        /// Nonces asked for.
        found: u16,
        /// The most there can be.
        limit: u16,
    },
    /// A gas key that would come with a balance from nowhere.
    #[error("a new gas key must have balance zero, not {found}")]
    AddGasKeyWithNonZeroBalance {
        /// yoctoNEAR.
        found: u128,
    },
    /// The receiver is not the account that the initial state determines.
    #[error("the initial state belongs to account {derived_id}, not {receiver_id}")]
    InvalidDeterministicStateInitReceiver {
        /// The account that it determines.
        derived_id: AccountId,
        /// The account it was sent to.
        receiver_id: AccountId,
    },
}

/// Why a receipt is not well-formed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReceiptValidationError {
    /// A limit.
    #[error(transparent)]
    LimitExceeded(#[from] LimitExceeded),
    /// Its actions.
    #[error(transparent)]
    Actions(#[from] ActionsValidationError),
}

/// Checks a receipt.
///
/// # Errors
/// The first rule it breaks.
pub fn validate_receipt<C: Crypto>(
    limits: &LimitConfig,
    receipt: &Receipt,
    mode: ValidateReceiptMode,
) -> Result<(), ReceiptValidationError> {
    if mode == ValidateReceiptMode::NewReceipt {
        let len_bytes = crate::types::len_bytes(receipt);
        LimitExceeded::check("bytes of a receipt", len_bytes, limits.max_receipt_size)?;
    }
    match receipt.versioned_receipt() {
        VersionedReceiptEnum::Action(actions) | VersionedReceiptEnum::PromiseYield(actions) => {
            validate_action_receipt::<C>(limits, &actions, &receipt.receiver_id, mode)
        }
        VersionedReceiptEnum::Data(data) | VersionedReceiptEnum::PromiseResume(data) => {
            Ok(validate_data_receipt(limits, data)?)
        }
        VersionedReceiptEnum::GlobalContractDistribution(_) => Ok(()),
    }
}

fn validate_action_receipt<C: Crypto>(
    limits: &LimitConfig,
    receipt: &VersionedActionReceipt<'_>,
    receiver_id: &AccountId,
    mode: ValidateReceiptMode,
) -> Result<(), ReceiptValidationError> {
    let num_inputs = receipt.input_data_ids.len() as u64;
    LimitExceeded::check(
        "data dependencies of a receipt",
        num_inputs,
        limits.max_number_input_data_dependencies,
    )?;
    Ok(validate_actions::<C>(limits, receipt.actions, receiver_id, mode)?)
}

fn validate_data_receipt(limits: &LimitConfig, receipt: &DataReceipt) -> Result<(), LimitExceeded> {
    let len_bytes = receipt.data.as_ref().map_or(0, |data| data.len() as u64);
    LimitExceeded::check("bytes of returned data", len_bytes, limits.max_length_returned_data)
}

/// Checks what the parameters say about a signed transaction as a whole: its size on the wire, signature included.
///
/// # Errors
/// The transaction is too large.
pub fn validate_transaction_size(limits: &LimitConfig, wire_len_bytes: u64) -> Result<(), LimitExceeded> {
    LimitExceeded::check("bytes of a transaction", wire_len_bytes, limits.max_transaction_size)
}

#[cfg(test)]
mod tests {
    use alloc::vec;
    use alloc::vec::Vec;

    use super::*;
    use crate::crypto::NativeCrypto;
    use crate::params::Params;
    use crate::types::action::{Action, DeployContractAction, TransferAction};
    use crate::types::hash::CryptoHash;
    use crate::types::keys::PublicKey;
    use crate::types::receipt::{ActionReceipt, ReceiptEnum};

    fn limits() -> LimitConfig {
        Params::production_86().wasm_config.limit_config
    }

    fn action_receipt(num_inputs: usize, actions: Vec<Action>) -> ActionReceipt {
        ActionReceipt {
            signer_id: AccountId::new("alice.near").unwrap(),
            signer_public_key: PublicKey::ZERO_ED25519,
            gas_price: 100,
            output_data_receivers: vec![],
            input_data_ids: vec![CryptoHash::ZERO; num_inputs],
            actions,
        }
    }

    fn receipt(content: ReceiptEnum) -> Receipt {
        Receipt {
            predecessor_id: AccountId::new("alice.near").unwrap(),
            receiver_id: AccountId::new("bob.near").unwrap(),
            receipt_id: CryptoHash::ZERO,
            receipt: content,
        }
    }

    fn check(receipt: &Receipt, mode: ValidateReceiptMode) -> Result<(), ReceiptValidationError> {
        validate_receipt::<NativeCrypto>(&limits(), receipt, mode)
    }

    fn exceeded(what: &'static str, found: u64, limit: u64) -> LimitExceeded {
        LimitExceeded { what, found, limit }
    }

    #[test]
    fn a_transfer_passes_in_both_modes() {
        let receipt = receipt(ReceiptEnum::Action(action_receipt(
            0,
            vec![Action::Transfer(TransferAction { deposit: 1 })],
        )));
        assert_eq!(check(&receipt, ValidateReceiptMode::NewReceipt), Ok(()));
        assert_eq!(check(&receipt, ValidateReceiptMode::ExistingReceipt), Ok(()));
    }

    #[test]
    fn data_dependencies_are_limited_for_yields_too() {
        for content in [ReceiptEnum::Action, ReceiptEnum::PromiseYield] {
            let fits = receipt(content(action_receipt(128, vec![])));
            assert_eq!(check(&fits, ValidateReceiptMode::ExistingReceipt), Ok(()));
            let too_many = receipt(content(action_receipt(129, vec![])));
            let error = exceeded("data dependencies of a receipt", 129, 128).into();
            assert_eq!(check(&too_many, ValidateReceiptMode::ExistingReceipt), Err(error));
        }
    }

    #[test]
    fn returned_data_is_limited_and_may_be_absent() {
        let data = |data| DataReceipt {
            data_id: CryptoHash::ZERO,
            data,
        };
        assert_eq!(validate_data_receipt(&limits(), &data(None)), Ok(()));
        assert_eq!(
            validate_data_receipt(&limits(), &data(Some(vec![0; 4_194_304]))),
            Ok(())
        );
        let error = exceeded("bytes of returned data", 4_194_305, 4_194_304);
        assert_eq!(
            validate_data_receipt(&limits(), &data(Some(vec![0; 4_194_305]))),
            Err(error)
        );
        let resume = receipt(ReceiptEnum::PromiseResume(data(Some(vec![0; 4_194_305]))));
        assert_eq!(check(&resume, ValidateReceiptMode::ExistingReceipt), Err(error.into()));
    }

    #[test]
    fn only_a_new_receipt_is_measured() {
        let code = vec![0; 4_194_304];
        let receipt = receipt(ReceiptEnum::Action(action_receipt(
            0,
            vec![Action::DeployContract(DeployContractAction { code })],
        )));
        assert_eq!(check(&receipt, ValidateReceiptMode::ExistingReceipt), Ok(()));
        let len_bytes = borsh::to_vec(&receipt).unwrap().len() as u64;
        let error = exceeded("bytes of a receipt", len_bytes, 4_194_304).into();
        assert_eq!(check(&receipt, ValidateReceiptMode::NewReceipt), Err(error));
    }

    #[test]
    fn transactions_are_limited_on_the_wire() {
        assert_eq!(validate_transaction_size(&limits(), 1_572_864), Ok(()));
        let error = exceeded("bytes of a transaction", 1_572_865, 1_572_864);
        assert_eq!(validate_transaction_size(&limits(), 1_572_865), Err(error));
    }
}
