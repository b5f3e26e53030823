//! Why a receipt fails, for people: no part of it reaches a hash (spec §B.9), only the fact of failure does.
//!
//! Mirrors `ActionErrorKind` of `core/primitives/src/errors.rs`; differs in: it carries only what a reader needs.

use alloc::string::String;

use crate::types::account_id::AccountId;
use crate::types::{Balance, Nonce};

/// Why an action, and with it its receipt, fails.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ActionError {
    /// CreateAccount on an account that exists.
    #[error("account {0:?} already exists")]
    AccountAlreadyExists(AccountId),
    /// An action on an account that does not exist.
    #[error("account {0:?} does not exist")]
    AccountDoesNotExist(AccountId),
    /// A top-level account created by someone other than the registrar.
    #[error("top-level account {0:?} can only be created by the registrar")]
    CreateAccountOnlyByRegistrar(AccountId),
    /// A sub-account created by someone other than its parent.
    #[error("account {account_id:?} is not a sub-account of {predecessor_id:?}")]
    CreateAccountNotAllowed {
        /// Account to be created.
        account_id: AccountId,
        /// Who asked for it.
        predecessor_id: AccountId,
    },
    /// CreateAccount on an identifier that only a transfer (or a state initialisation) may create.
    #[error("implicit account {0:?} cannot be created explicitly")]
    OnlyImplicitAccountCreationAllowed(AccountId),
    /// An action that only the account itself may do.
    #[error("{actor_id:?} may not act for account {account_id:?}")]
    ActorNoPermission {
        /// Account acted upon.
        account_id: AccountId,
        /// Who acts.
        actor_id: AccountId,
    },
    /// DeleteKey, or a gas-key action, names a key that the account does not have.
    #[error("access key does not exist on account {0:?}")]
    KeyDoesNotExist(AccountId),
    /// AddKey names a key that the account has.
    #[error("access key already exists on account {0:?}")]
    KeyAlreadyExists(AccountId),
    /// A gas-key action names an ordinary key.
    #[error("the access key of account {0:?} is not a gas key")]
    NotAGasKey(AccountId),
    /// A gas key has less than the amount asked for.
    #[error("gas key balance {balance} is lower than {required}")]
    InsufficientGasKeyBalance {
        /// What the key has, in yoctoNEAR.
        balance: Balance,
        /// What the action needs, in yoctoNEAR.
        required: Balance,
    },
    /// More would be burnt with a gas key than the protocol lets anyone lose.
    #[error("gas key balance {0} is too high to delete the key")]
    GasKeyBalanceTooHigh(Balance),
    /// The account cannot be deleted while it stakes.
    #[error("account {0:?} is staking and cannot be deleted")]
    DeleteAccountStaking(AccountId),
    /// The account's state is too large to be deleted in one action.
    #[error("account {0:?} has too much state to be deleted")]
    DeleteAccountWithLargeState(AccountId),
    /// The account's balance does not cover its storage.
    #[error("account {account_id:?} lacks {amount} yoctoNEAR to cover its storage")]
    LackBalanceForState {
        /// Account in question.
        account_id: AccountId,
        /// What is missing, in yoctoNEAR.
        amount: Balance,
    },
    /// Stake zero while nothing is staked.
    #[error("account {0:?} has no stake to return")]
    TriesToUnstake(AccountId),
    /// Stake above the balance.
    #[error("account {account_id:?} tries to stake {stake} with {balance}")]
    TriesToStake {
        /// Account in question.
        account_id: AccountId,
        /// Stake asked for, in yoctoNEAR.
        stake: Balance,
        /// Balance, in yoctoNEAR.
        balance: Balance,
    },
    /// Stake below the minimum.
    #[error("stake {stake} is below the minimum {minimum_stake}")]
    InsufficientStake {
        /// Stake asked for, in yoctoNEAR.
        stake: Balance,
        /// Smallest allowed, in yoctoNEAR.
        minimum_stake: Balance,
    },
    /// A contract call failed; the text says how.
    #[error("function call: {0}")]
    FunctionCall(String),
    /// A receipt that an action created is not well-formed.
    #[error("new receipt is invalid: {0}")]
    NewReceiptInvalid(String),
    /// The signature over a delegate action is wrong.
    #[error("delegate action has an invalid signature")]
    DelegateActionInvalidSignature,
    /// The delegate action's sender is not the receiver of the receipt.
    #[error("delegate action's sender {sender_id:?} is not the receiver {receiver_id:?}")]
    DelegateActionSenderDoesNotMatchReceiver {
        /// Sender named by the delegate action.
        sender_id: AccountId,
        /// Receiver of the receipt.
        receiver_id: AccountId,
    },
    /// The delegate action is no longer valid at this height.
    #[error("delegate action expired")]
    DelegateActionExpired,
    /// The access key does not allow the delegate action; the text says why.
    #[error("delegate action's access key: {0}")]
    DelegateActionAccessKey(String),
    /// The nonce of a delegate action is not above the key's nonce.
    #[error("delegate action's nonce {nonce} is not above {key_nonce}")]
    DelegateActionInvalidNonce {
        /// Nonce of the delegate action.
        nonce: Nonce,
        /// Nonce of the key.
        key_nonce: Nonce,
    },
    /// The nonce of a delegate action is above the height's range.
    #[error("delegate action's nonce {nonce} is not below {upper_bound}")]
    DelegateActionNonceTooLarge {
        /// Nonce of the delegate action.
        nonce: Nonce,
        /// First nonce that is too large.
        upper_bound: Nonce,
    },
    /// A global contract that was never distributed to this shard.
    #[error("global contract does not exist: {0}")]
    GlobalContractDoesNotExist(String),
    /// Anything else; the text says what.
    #[error("{0}")]
    Other(String),
}
