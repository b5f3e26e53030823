//! Receipts.
//!
//! Mirrors `core/primitives/src/receipt.rs`; differs in: [`Receipt`] is the plain struct (nearcore's only version), and action
//! receipts of either version are read through the borrowed [`VersionedActionReceipt`]. How the state keeps them is in
//! [`super::stored_receipt`].

use super::account_id::AccountId;
use super::action::{Action, GlobalContractIdentifier, TransferAction, shared_bytes};
use super::hash::CryptoHash;
use super::keys::PublicKey;
use super::{Balance, ShardId};
use alloc::sync::Arc;
use alloc::vec;
use alloc::vec::Vec;
use borsh::{BorshDeserialize, BorshSerialize};

/// What one account sends to another.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Receipt {
    /// Who sent it; `system` for refunds.
    pub predecessor_id: AccountId,
    /// Who receives it.
    pub receiver_id: AccountId,
    /// Unique identifier, not a hash of the content.
    pub receipt_id: CryptoHash,
    /// The content.
    pub receipt: ReceiptEnum,
}

/// The seven kinds of receipt.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
#[borsh(use_discriminant = true)]
#[repr(u8)]
pub enum ReceiptEnum {
    /// Actions from a transaction, a refund or a delegate action.
    Action(ActionReceipt) = 0,
    /// Data that another receipt waits for.
    Data(DataReceipt) = 1,
    /// Actions that wait for a resume; only in old state.
    PromiseYield(ActionReceipt) = 2,
    /// Wakes a yielded receipt.
    PromiseResume(DataReceipt) = 3,
    /// Brings a global contract to a shard.
    GlobalContractDistribution(GlobalContractDistributionReceipt) = 4,
    /// Actions from a contract.
    ActionV2(ActionReceiptV2) = 5,
    /// Actions that wait for a resume.
    PromiseYieldV2(ActionReceiptV2) = 6,
}

/// Actions, what they wait for, and who waits for them.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct ActionReceipt {
    /// Signer of the original transaction.
    pub signer_id: AccountId,
    /// Key that signed it.
    pub signer_public_key: PublicKey,
    /// Price at which the gas was bought, yoctoNEAR.
    pub gas_price: Balance,
    /// Where the result goes.
    pub output_data_receivers: Vec<DataReceiver>,
    /// What must have arrived before the actions run.
    pub input_data_ids: Vec<CryptoHash>,
    /// What to do.
    pub actions: Vec<Action>,
}

/// As [`ActionReceipt`], with a receiver of balance refunds.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct ActionReceiptV2 {
    /// Signer of the original transaction.
    pub signer_id: AccountId,
    /// Who gets balance refunds instead of the predecessor.
    pub refund_to: Option<AccountId>,
    /// Key that signed the original transaction.
    pub signer_public_key: PublicKey,
    /// Price at which the gas was bought, yoctoNEAR.
    pub gas_price: Balance,
    /// Where the result goes.
    pub output_data_receivers: Vec<DataReceiver>,
    /// What must have arrived before the actions run.
    pub input_data_ids: Vec<CryptoHash>,
    /// What to do.
    pub actions: Vec<Action>,
}

/// Where the result of an action receipt goes.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct DataReceiver {
    /// Identifies the data at the receiver.
    pub data_id: CryptoHash,
    /// Who waits for it.
    pub receiver_id: AccountId,
}

/// Data that another receipt waits for.
#[derive(Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct DataReceipt {
    /// Identifies the data at the receiver.
    pub data_id: CryptoHash,
    /// The data; none if the sender failed.
    pub data: Option<Vec<u8>>,
}

/// Data that has arrived, as the state keeps it.
#[derive(Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct ReceivedData {
    /// The data; none if the sender failed.
    pub data: Option<Vec<u8>>,
}

/// Brings a global contract to a shard, which passes it on to the next.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum GlobalContractDistributionReceipt {
    /// Without a nonce; only in old queues.
    V1(GlobalContractDistributionReceiptV1),
    /// With a nonce, so that an old deployment cannot replace a newer one.
    V2(GlobalContractDistributionReceiptV2),
}

/// Version 1 of a distribution.
#[derive(Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct GlobalContractDistributionReceiptV1 {
    /// The contract's name.
    pub id: GlobalContractIdentifier,
    /// Where this receipt goes.
    pub target_shard: ShardId,
    /// Where the contract has been.
    pub already_delivered_shards: Vec<ShardId>,
    /// Wasm.
    #[borsh(
        serialize_with = "shared_bytes::serialize",
        deserialize_with = "shared_bytes::deserialize"
    )]
    pub code: Arc<[u8]>,
}

/// Version 2 of a distribution.
#[derive(Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct GlobalContractDistributionReceiptV2 {
    /// The contract's name.
    pub id: GlobalContractIdentifier,
    /// Where this receipt goes.
    pub target_shard: ShardId,
    /// Where the contract has been.
    pub already_delivered_shards: Vec<ShardId>,
    /// Wasm.
    #[borsh(
        serialize_with = "shared_bytes::serialize",
        deserialize_with = "shared_bytes::deserialize"
    )]
    pub code: Arc<[u8]>,
    /// Counts the deployments under this name.
    pub nonce: u64,
}

impl GlobalContractDistributionReceipt {
    /// A distribution of the current version.
    #[must_use]
    pub const fn new(
        id: GlobalContractIdentifier,
        target_shard: ShardId,
        already_delivered_shards: Vec<ShardId>,
        code: Arc<[u8]>,
        nonce: u64,
    ) -> Self {
        Self::V2(GlobalContractDistributionReceiptV2 {
            id,
            target_shard,
            already_delivered_shards,
            code,
            nonce,
        })
    }

    /// The contract's name.
    #[must_use]
    pub const fn id(&self) -> &GlobalContractIdentifier {
        match self {
            Self::V1(receipt) => &receipt.id,
            Self::V2(receipt) => &receipt.id,
        }
    }

    /// Where this receipt goes.
    #[must_use]
    pub const fn target_shard(&self) -> ShardId {
        match self {
            Self::V1(receipt) => receipt.target_shard,
            Self::V2(receipt) => receipt.target_shard,
        }
    }

    /// Where the contract has been.
    #[must_use]
    pub fn already_delivered_shards(&self) -> &[ShardId] {
        match self {
            Self::V1(receipt) => &receipt.already_delivered_shards,
            Self::V2(receipt) => &receipt.already_delivered_shards,
        }
    }

    /// Wasm.
    #[must_use]
    pub const fn code(&self) -> &Arc<[u8]> {
        match self {
            Self::V1(receipt) => &receipt.code,
            Self::V2(receipt) => &receipt.code,
        }
    }

    /// Counts the deployments under this name; zero for version 1.
    #[must_use]
    pub const fn nonce(&self) -> u64 {
        match self {
            Self::V1(_) => 0,
            Self::V2(receipt) => receipt.nonce,
        }
    }

    /// The same contract on its way to the next shard.
    #[must_use]
    pub fn forward(&self, target_shard: ShardId, already_delivered_shards: Vec<ShardId>) -> Self {
        match self {
            Self::V1(receipt) => Self::V1(GlobalContractDistributionReceiptV1 {
                id: receipt.id.clone(),
                target_shard,
                already_delivered_shards,
                code: receipt.code.clone(),
            }),
            Self::V2(receipt) => Self::V2(GlobalContractDistributionReceiptV2 {
                id: receipt.id.clone(),
                target_shard,
                already_delivered_shards,
                code: receipt.code.clone(),
                nonce: receipt.nonce,
            }),
        }
    }
}

/// An action receipt of either version.
#[derive(Clone, Copy, Debug)]
pub struct VersionedActionReceipt<'a> {
    /// Signer of the original transaction.
    pub signer_id: &'a AccountId,
    /// Who gets balance refunds instead of the predecessor.
    pub refund_to: Option<&'a AccountId>,
    /// Key that signed the original transaction.
    pub signer_public_key: &'a PublicKey,
    /// Price at which the gas was bought, yoctoNEAR.
    pub gas_price: Balance,
    /// Where the result goes.
    pub output_data_receivers: &'a [DataReceiver],
    /// What must have arrived before the actions run.
    pub input_data_ids: &'a [CryptoHash],
    /// What to do.
    pub actions: &'a [Action],
}

impl<'a> From<&'a ActionReceipt> for VersionedActionReceipt<'a> {
    fn from(receipt: &'a ActionReceipt) -> Self {
        Self {
            signer_id: &receipt.signer_id,
            refund_to: None,
            signer_public_key: &receipt.signer_public_key,
            gas_price: receipt.gas_price,
            output_data_receivers: &receipt.output_data_receivers,
            input_data_ids: &receipt.input_data_ids,
            actions: &receipt.actions,
        }
    }
}

impl<'a> From<&'a ActionReceiptV2> for VersionedActionReceipt<'a> {
    fn from(receipt: &'a ActionReceiptV2) -> Self {
        Self {
            signer_id: &receipt.signer_id,
            refund_to: receipt.refund_to.as_ref(),
            signer_public_key: &receipt.signer_public_key,
            gas_price: receipt.gas_price,
            output_data_receivers: &receipt.output_data_receivers,
            input_data_ids: &receipt.input_data_ids,
            actions: &receipt.actions,
        }
    }
}

/// A receipt's content with the versions of action receipts merged.
#[derive(Clone, Copy, Debug)]
pub enum VersionedReceiptEnum<'a> {
    /// Actions.
    Action(VersionedActionReceipt<'a>),
    /// Data that another receipt waits for.
    Data(&'a DataReceipt),
    /// Actions that wait for a resume.
    PromiseYield(VersionedActionReceipt<'a>),
    /// Wakes a yielded receipt.
    PromiseResume(&'a DataReceipt),
    /// Brings a global contract to a shard.
    GlobalContractDistribution(&'a GlobalContractDistributionReceipt),
}

impl Receipt {
    /// The content with the versions of action receipts merged.
    #[must_use]
    pub fn versioned_receipt(&self) -> VersionedReceiptEnum<'_> {
        match &self.receipt {
            ReceiptEnum::Action(receipt) => VersionedReceiptEnum::Action(receipt.into()),
            ReceiptEnum::ActionV2(receipt) => VersionedReceiptEnum::Action(receipt.into()),
            ReceiptEnum::Data(receipt) => VersionedReceiptEnum::Data(receipt),
            ReceiptEnum::PromiseYield(receipt) => VersionedReceiptEnum::PromiseYield(receipt.into()),
            ReceiptEnum::PromiseYieldV2(receipt) => VersionedReceiptEnum::PromiseYield(receipt.into()),
            ReceiptEnum::PromiseResume(receipt) => VersionedReceiptEnum::PromiseResume(receipt),
            ReceiptEnum::GlobalContractDistribution(receipt) => {
                VersionedReceiptEnum::GlobalContractDistribution(receipt)
            }
        }
    }

    /// Who gets the deposit back if the actions fail.
    #[must_use]
    pub fn balance_refund_receiver(&self) -> &AccountId {
        match &self.receipt {
            ReceiptEnum::ActionV2(receipt) | ReceiptEnum::PromiseYieldV2(receipt) => {
                receipt.refund_to.as_ref().unwrap_or(&self.predecessor_id)
            }
            _ => &self.predecessor_id,
        }
    }

    /// Whether the receipt runs in the chunk that makes it, right after its maker, whatever the limits: yields, and deletions
    /// of an account that wait for nothing.
    #[must_use]
    pub fn is_instant_receipt(&self) -> bool {
        let (actions, input_data_ids) = match &self.receipt {
            ReceiptEnum::PromiseYield(_) | ReceiptEnum::PromiseYieldV2(_) => return true,
            ReceiptEnum::Action(receipt) => (&receipt.actions, &receipt.input_data_ids),
            ReceiptEnum::ActionV2(receipt) => (&receipt.actions, &receipt.input_data_ids),
            ReceiptEnum::Data(_) | ReceiptEnum::PromiseResume(_) | ReceiptEnum::GlobalContractDistribution(_) => {
                return false;
            }
        };
        matches!(&actions[..], [Action::DeleteAccount(_)]) && input_data_ids.is_empty()
    }

    /// Whether the receipt has actions, waiting ones included; the others only carry data or code.
    #[must_use]
    pub const fn has_actions(&self) -> bool {
        match &self.receipt {
            ReceiptEnum::Action(_)
            | ReceiptEnum::ActionV2(_)
            | ReceiptEnum::PromiseYield(_)
            | ReceiptEnum::PromiseYieldV2(_) => true,
            ReceiptEnum::Data(_) | ReceiptEnum::PromiseResume(_) | ReceiptEnum::GlobalContractDistribution(_) => false,
        }
    }

    /// A receipt whose identifier is still to be set.
    #[must_use]
    pub const fn without_id(predecessor_id: AccountId, receiver_id: AccountId, receipt: ReceiptEnum) -> Self {
        Self {
            predecessor_id,
            receiver_id,
            receipt_id: CryptoHash::ZERO,
            receipt,
        }
    }

    /// Where the result of the actions goes; none for receipts without actions.
    #[must_use]
    pub const fn output_data_receivers_mut(&mut self) -> Option<&mut Vec<DataReceiver>> {
        match &mut self.receipt {
            ReceiptEnum::Action(receipt) | ReceiptEnum::PromiseYield(receipt) => {
                Some(&mut receipt.output_data_receivers)
            }
            ReceiptEnum::ActionV2(receipt) | ReceiptEnum::PromiseYieldV2(receipt) => {
                Some(&mut receipt.output_data_receivers)
            }
            ReceiptEnum::Data(_) | ReceiptEnum::PromiseResume(_) | ReceiptEnum::GlobalContractDistribution(_) => None,
        }
    }

    /// The receipt that a transaction becomes.
    #[must_use]
    pub fn from_tx(
        receipt_id: CryptoHash,
        signer_id: AccountId,
        receiver_id: AccountId,
        signer_public_key: PublicKey,
        gas_price: Balance,
        actions: Vec<Action>,
    ) -> Self {
        Self {
            predecessor_id: signer_id.clone(),
            receiver_id,
            receipt_id,
            receipt: ReceiptEnum::Action(ActionReceipt {
                signer_id,
                signer_public_key,
                gas_price,
                output_data_receivers: Vec::new(),
                input_data_ids: Vec::new(),
                actions,
            }),
        }
    }

    /// Gives tokens back. The identifier is still to be set.
    #[must_use]
    pub fn new_balance_refund(receiver_id: &AccountId, refund: Balance) -> Self {
        Self::refund(receiver_id, AccountId::system(), PublicKey::ZERO_ED25519, refund)
    }

    /// Gives paid gas back; the receiver being the signer is how its execution knows to restore the key's allowance. The
    /// identifier is still to be set.
    #[must_use]
    pub fn new_gas_refund(receiver_id: &AccountId, refund: Balance, signer_public_key: PublicKey) -> Self {
        Self::refund(receiver_id, receiver_id.clone(), signer_public_key, refund)
    }

    fn refund(receiver_id: &AccountId, signer_id: AccountId, signer_public_key: PublicKey, refund: Balance) -> Self {
        let receipt = ActionReceipt {
            signer_id,
            signer_public_key,
            gas_price: 0,
            output_data_receivers: Vec::new(),
            input_data_ids: Vec::new(),
            actions: vec![Action::Transfer(TransferAction { deposit: refund })],
        };
        Self::without_id(AccountId::system(), receiver_id.clone(), ReceiptEnum::Action(receipt))
    }

    /// Brings a global contract to a shard. The identifier is still to be set.
    #[must_use]
    pub fn new_global_contract_distribution(
        predecessor_id: AccountId,
        receipt: GlobalContractDistributionReceipt,
    ) -> Self {
        Self::without_id(
            predecessor_id,
            AccountId::system(),
            ReceiptEnum::GlobalContractDistribution(receipt),
        )
    }
}

impl core::fmt::Debug for DataReceipt {
    fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let len_bytes = self.data.as_ref().map(Vec::len);
        formatter
            .debug_struct("DataReceipt")
            .field("data_id", &self.data_id)
            .field("len_bytes", &len_bytes)
            .finish()
    }
}

impl core::fmt::Debug for ReceivedData {
    fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        formatter
            .debug_struct("ReceivedData")
            .field("len_bytes", &self.data.as_ref().map(Vec::len))
            .finish()
    }
}

impl core::fmt::Debug for GlobalContractDistributionReceiptV1 {
    fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let (id, shard, len_bytes) = (&self.id, self.target_shard, self.code.len());
        write!(
            formatter,
            "GlobalContractDistributionReceiptV1({id:?} to {shard}, {len_bytes} bytes)"
        )
    }
}

impl core::fmt::Debug for GlobalContractDistributionReceiptV2 {
    fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let (id, shard, len_bytes) = (&self.id, self.target_shard, self.code.len());
        write!(
            formatter,
            "GlobalContractDistributionReceiptV2({id:?} to {shard}, {len_bytes} bytes, nonce {})",
            self.nonce
        )
    }
}
