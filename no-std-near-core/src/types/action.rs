//! Actions of transactions and receipts.
//!
//! Mirrors `core/primitives/src/action/mod.rs`, `action/delegate.rs` and `core/primitives-core/src/{global_contract,
//! deterministic_account_id}.rs`; discriminants and payloads are those of §B.5.

use super::access_key::AccessKey;
use super::account_id::AccountId;
use super::hash::CryptoHash;
use super::keys::{PublicKey, Signature};
use super::transaction::TransactionNonce;
use super::{Balance, BlockHeight, Gas, Nonce};
use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use borsh::io::{Error, ErrorKind, Read, Result as IoResult, Write};
use borsh::{BorshDeserialize, BorshSerialize};

/// One step of a transaction or receipt.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
#[borsh(use_discriminant = true)]
#[repr(u8)]
pub enum Action {
    /// Creates the receiver.
    CreateAccount(CreateAccountAction) = 0,
    /// Gives the receiver code of its own.
    DeployContract(DeployContractAction) = 1,
    /// Calls the receiver's contract.
    FunctionCall(Box<FunctionCallAction>) = 2,
    /// Gives the receiver tokens.
    Transfer(TransferAction) = 3,
    /// Proposes the receiver as a validator.
    Stake(Box<StakeAction>) = 4,
    /// Adds an access key.
    AddKey(Box<AddKeyAction>) = 5,
    /// Removes an access key.
    DeleteKey(Box<DeleteKeyAction>) = 6,
    /// Deletes the receiver.
    DeleteAccount(DeleteAccountAction) = 7,
    /// Runs actions that somebody else has signed.
    Delegate(Box<SignedDelegateAction>) = 8,
    /// Publishes code for all accounts.
    DeployGlobalContract(DeployGlobalContractAction) = 9,
    /// Makes the receiver run published code.
    UseGlobalContract(Box<UseGlobalContractAction>) = 10,
    /// Creates an account whose name is the hash of its first state.
    DeterministicStateInit(Box<DeterministicStateInitAction>) = 11,
    /// Funds a gas key.
    TransferToGasKey(Box<TransferToGasKeyAction>) = 12,
    /// Takes funds back from a gas key.
    WithdrawFromGasKey(Box<WithdrawFromGasKeyAction>) = 13,
    /// Runs actions that somebody else has signed, possibly with a gas key.
    DelegateV2(Box<VersionedSignedDelegateAction>) = 14,
}

/// Borsh tags that a delegate action's own actions cannot have.
const DELEGATE_TAGS: [u8; 2] = [8, 14];

impl Action {
    /// Whether this is one of the delegate actions, which cannot be nested.
    #[must_use]
    pub const fn is_delegate(&self) -> bool {
        matches!(self, Self::Delegate(_) | Self::DelegateV2(_))
    }

    /// The delegate action inside, whatever its version.
    #[must_use]
    pub fn as_delegate(&self) -> Option<DelegateActionRef<'_>> {
        match self {
            Self::Delegate(signed) => Some(signed.as_ref().into()),
            Self::DelegateV2(signed) => Some(signed.as_ref().into()),
            _ => None,
        }
    }

    /// Gas attached to a function call; zero for all others.
    #[must_use]
    pub fn prepaid_gas(&self) -> Gas {
        match self {
            Self::FunctionCall(action) => action.gas,
            _ => 0,
        }
    }

    /// Tokens that leave the sender with this action, yoctoNEAR. Actions inside a delegate action are not counted.
    #[must_use]
    pub fn deposit_balance(&self) -> Balance {
        match self {
            Self::FunctionCall(action) => action.deposit,
            Self::Transfer(action) => action.deposit,
            Self::DeterministicStateInit(action) => action.deposit,
            Self::TransferToGasKey(action) => action.deposit,
            _ => 0,
        }
    }
}

/// Creates the receiver of the receipt.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct CreateAccountAction {}

/// Gives the receiver code of its own.
#[derive(Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct DeployContractAction {
    /// Wasm.
    pub code: Vec<u8>,
}

/// Calls a method of the receiver's contract.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct FunctionCallAction {
    /// Name of the exported function.
    pub method_name: String,
    /// Bytes handed to it.
    pub args: Vec<u8>,
    /// Gas attached.
    pub gas: Gas,
    /// Tokens attached, yoctoNEAR.
    pub deposit: Balance,
}

/// Gives the receiver tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct TransferAction {
    /// YoctoNEAR.
    pub deposit: Balance,
}

/// Proposes the receiver as a validator.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct StakeAction {
    /// The whole stake wanted, yoctoNEAR.
    pub stake: Balance,
    /// The validator's key.
    pub public_key: PublicKey,
}

/// Adds an access key.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct AddKeyAction {
    /// The key.
    pub public_key: PublicKey,
    /// What it may do.
    pub access_key: AccessKey,
}

/// Removes an access key.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct DeleteKeyAction {
    /// The key.
    pub public_key: PublicKey,
}

/// Deletes the receiver.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct DeleteAccountAction {
    /// Who gets the remaining tokens.
    pub beneficiary_id: AccountId,
}

/// How a global contract is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum GlobalContractDeployMode {
    /// By the hash of its code: it can never change.
    CodeHash,
    /// By its deployer: deploying again changes it for all users.
    AccountId,
}

/// Publishes code for all accounts.
#[derive(Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct DeployGlobalContractAction {
    /// Wasm.
    #[borsh(
        serialize_with = "shared_bytes::serialize",
        deserialize_with = "shared_bytes::deserialize"
    )]
    pub code: Arc<[u8]>,
    /// How it is named.
    pub deploy_mode: GlobalContractDeployMode,
}

/// Names a global contract.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize, BorshDeserialize)]
pub enum GlobalContractIdentifier {
    /// By the hash of its code.
    CodeHash(CryptoHash),
    /// By its deployer.
    AccountId(AccountId),
}

impl GlobalContractIdentifier {
    /// Bytes charged for remembering the name: 32, or the length of the account identifier.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "a name is never empty")]
    pub fn len(&self) -> usize {
        match self {
            Self::CodeHash(_) => CryptoHash::LEN_BYTES,
            Self::AccountId(account_id) => account_id.len(),
        }
    }
}

/// Makes the receiver run published code.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct UseGlobalContractAction {
    /// Which.
    pub contract_identifier: GlobalContractIdentifier,
}

/// Creates an account whose name is the hash of its first state.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct DeterministicStateInitAction {
    /// The first state.
    pub state_init: DeterministicAccountStateInit,
    /// Pays for the storage, yoctoNEAR; the rest is refunded.
    pub deposit: Balance,
}

/// The first state of a deterministic account.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum DeterministicAccountStateInit {
    /// The only version.
    V1(DeterministicAccountStateInitV1),
}

/// Code and contract data.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct DeterministicAccountStateInitV1 {
    /// The contract.
    pub code: GlobalContractIdentifier,
    /// Its data. Entries may arrive in any order; of equal keys the last one counts.
    pub data: BTreeMap<Vec<u8>, Vec<u8>>,
}

impl DeterministicAccountStateInit {
    /// The contract.
    #[must_use]
    pub const fn code(&self) -> &GlobalContractIdentifier {
        let Self::V1(state_init) = self;
        &state_init.code
    }

    /// The contract's data.
    #[must_use]
    pub const fn data(&self) -> &BTreeMap<Vec<u8>, Vec<u8>> {
        let Self::V1(state_init) = self;
        &state_init.data
    }

    /// Length of all keys and values together: what the per-byte fee is multiplied with.
    #[must_use]
    pub fn len_bytes(&self) -> u64 {
        self.data()
            .iter()
            .map(|(key, value)| key.len() as u64 + value.len() as u64)
            .sum()
    }
}

/// Funds a gas key.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct TransferToGasKeyAction {
    /// The key.
    pub public_key: PublicKey,
    /// YoctoNEAR.
    pub deposit: Balance,
}

/// Takes funds back from a gas key.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct WithdrawFromGasKeyAction {
    /// The key.
    pub public_key: PublicKey,
    /// YoctoNEAR.
    pub amount: Balance,
}

/// Actions none of which is a delegate action. Decoding refuses those by their tag, so that it cannot recurse.
#[derive(Clone, Debug, Default, PartialEq, Eq, BorshSerialize)]
pub struct NonDelegateActions(Vec<Action>);

/// One of the actions was a delegate action.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected no delegate action inside a delegate action, found one")]
pub struct NestedDelegateAction;

impl core::ops::Deref for NonDelegateActions {
    type Target = [Action];

    fn deref(&self) -> &[Action] {
        &self.0
    }
}

impl TryFrom<Vec<Action>> for NonDelegateActions {
    type Error = NestedDelegateAction;

    fn try_from(actions: Vec<Action>) -> Result<Self, NestedDelegateAction> {
        if actions.iter().any(Action::is_delegate) {
            Err(NestedDelegateAction)
        } else {
            Ok(Self(actions))
        }
    }
}

/// Only decodes what is no delegate action.
struct NonDelegateAction(Action);

impl BorshDeserialize for NonDelegateAction {
    fn deserialize_reader<R: Read>(reader: &mut R) -> IoResult<Self> {
        let tag = u8::deserialize_reader(reader)?;
        if DELEGATE_TAGS.contains(&tag) {
            return Err(Error::new(
                ErrorKind::InvalidInput,
                "expected no delegate action inside a delegate action",
            ));
        }
        borsh::de::EnumExt::deserialize_variant(reader, tag).map(Self)
    }
}

impl BorshDeserialize for NonDelegateActions {
    fn deserialize_reader<R: Read>(reader: &mut R) -> IoResult<Self> {
        // Unwrapping reuses the allocation.
        let actions = Vec::<NonDelegateAction>::deserialize_reader(reader)?;
        Ok(Self(actions.into_iter().map(|action| action.0).collect()))
    }
}

/// Actions that the sender has signed and somebody else pays for.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct DelegateAction {
    /// Who signed.
    pub sender_id: AccountId,
    /// Who receives the actions.
    pub receiver_id: AccountId,
    /// What to do.
    pub actions: NonDelegateActions,
    /// Greater than the last nonce of the sender's key.
    pub nonce: Nonce,
    /// Last height at which this is valid.
    pub max_block_height: BlockHeight,
    /// The sender's key.
    pub public_key: PublicKey,
}

/// A signed [`DelegateAction`].
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct SignedDelegateAction {
    /// What was signed.
    pub delegate_action: DelegateAction,
    /// The sender's signature of the NEP-461 hash.
    pub signature: Signature,
}

/// As [`DelegateAction`], but the nonce may be one of a gas key's nonces.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct DelegateActionV2 {
    /// Who signed.
    pub sender_id: AccountId,
    /// Who receives the actions.
    pub receiver_id: AccountId,
    /// What to do.
    pub actions: NonDelegateActions,
    /// Greater than the last nonce of the sender's key.
    pub nonce: TransactionNonce,
    /// Last height at which this is valid.
    pub max_block_height: BlockHeight,
    /// The sender's key.
    pub public_key: PublicKey,
}

/// The versions that [`Action::DelegateV2`] can carry; the version is part of what is signed.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum VersionedDelegateActionPayload {
    /// The only version.
    V2(DelegateActionV2),
}

/// A signed [`VersionedDelegateActionPayload`].
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct VersionedSignedDelegateAction {
    /// What was signed.
    pub delegate_action: VersionedDelegateActionPayload,
    /// The sender's signature of the NEP-461 hash.
    pub signature: Signature,
}

/// The parts of a signed delegate action of either version.
#[derive(Clone, Copy, Debug)]
pub struct DelegateActionRef<'a> {
    /// Who signed.
    pub sender_id: &'a AccountId,
    /// Who receives the actions.
    pub receiver_id: &'a AccountId,
    /// What to do.
    pub actions: &'a [Action],
    /// Greater than the last nonce of the sender's key.
    pub nonce: TransactionNonce,
    /// Last height at which this is valid.
    pub max_block_height: BlockHeight,
    /// The sender's key.
    pub public_key: &'a PublicKey,
    /// The sender's signature of the NEP-461 hash.
    pub signature: &'a Signature,
}

impl<'a> From<&'a SignedDelegateAction> for DelegateActionRef<'a> {
    fn from(signed: &'a SignedDelegateAction) -> Self {
        let action = &signed.delegate_action;
        Self {
            sender_id: &action.sender_id,
            receiver_id: &action.receiver_id,
            actions: &action.actions,
            nonce: TransactionNonce::Nonce { nonce: action.nonce },
            max_block_height: action.max_block_height,
            public_key: &action.public_key,
            signature: &signed.signature,
        }
    }
}

impl<'a> From<&'a VersionedSignedDelegateAction> for DelegateActionRef<'a> {
    fn from(signed: &'a VersionedSignedDelegateAction) -> Self {
        let VersionedDelegateActionPayload::V2(action) = &signed.delegate_action;
        Self {
            sender_id: &action.sender_id,
            receiver_id: &action.receiver_id,
            actions: &action.actions,
            nonce: action.nonce,
            max_block_height: action.max_block_height,
            public_key: &action.public_key,
            signature: &signed.signature,
        }
    }
}

impl core::fmt::Debug for DeployContractAction {
    fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(formatter, "DeployContractAction({} bytes)", self.code.len())
    }
}

impl core::fmt::Debug for DeployGlobalContractAction {
    fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(
            formatter,
            "DeployGlobalContractAction({} bytes, {:?})",
            self.code.len(),
            self.deploy_mode
        )
    }
}

/// Borsh of bytes that several owners share.
pub(crate) mod shared_bytes {
    use super::{Arc, BorshDeserialize, BorshSerialize, IoResult, Read, Vec, Write};

    pub(crate) fn serialize<W: Write>(bytes: &Arc<[u8]>, writer: &mut W) -> IoResult<()> {
        bytes.as_ref().serialize(writer)
    }

    pub(crate) fn deserialize<R: Read>(reader: &mut R) -> IoResult<Arc<[u8]>> {
        Ok(Vec::<u8>::deserialize_reader(reader)?.into())
    }
}
