//! Random values of every wire type, drawn from a seed.

extern crate alloc;

use alloc::borrow::Cow;
use no_std_near_core::types::access_key::{AccessKey, AccessKeyPermission, FunctionCallPermission, GasKeyInfo};
use no_std_near_core::types::account::{Account, AccountContract, AccountV1, AccountV2};
use no_std_near_core::types::account_id::AccountId;
use no_std_near_core::types::action::*;
use no_std_near_core::types::hash::CryptoHash;
use no_std_near_core::types::keys::{PublicKey, PublicKeyHandle, Signature};
use no_std_near_core::types::receipt::*;
use no_std_near_core::types::stored_receipt::*;
use no_std_near_core::types::transaction::*;
use rand::{Rng, RngCore, SeedableRng};
use rand_chacha::ChaCha20Rng;

/// Draws values.
pub(crate) struct Draw(ChaCha20Rng);

impl Draw {
    pub(crate) fn from_seed(seed: u64) -> Self {
        Self(ChaCha20Rng::seed_from_u64(seed))
    }

    pub(crate) fn below(&mut self, end: usize) -> usize {
        self.0.gen_range(0..end)
    }

    pub(crate) fn flip(&mut self) -> bool {
        self.0.gen_range(0..2) == 0
    }

    pub(crate) fn array<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0; N];
        self.0.fill_bytes(&mut bytes);
        bytes
    }

    pub(crate) fn bytes(&mut self, max_len: usize) -> Vec<u8> {
        let mut bytes = vec![0; self.below(max_len + 1)];
        self.0.fill_bytes(&mut bytes);
        bytes
    }

    pub(crate) fn list<T>(&mut self, max_len: usize, mut draw: impl FnMut(&mut Self) -> T) -> Vec<T> {
        (0..self.below(max_len + 1)).map(|_| draw(self)).collect()
    }

    pub(crate) fn option<T>(&mut self, draw: impl FnOnce(&mut Self) -> T) -> Option<T> {
        if self.flip() { Some(draw(self)) } else { None }
    }

    /// Mostly small, sometimes extreme.
    pub(crate) fn u64(&mut self) -> u64 {
        match self.below(4) {
            0 => [0, 1, u64::MAX, u64::MAX - 1][self.below(4)],
            1 => self.0.next_u64(),
            bits => self.0.next_u64() >> (20 * bits),
        }
    }

    pub(crate) fn u128(&mut self) -> u128 {
        u128::from(self.u64()) << (self.below(3) * 32) | u128::from(self.u64())
    }

    pub(crate) fn u16(&mut self) -> u16 {
        self.u64() as u16
    }

    pub(crate) fn text(&mut self, max_len: usize) -> String {
        (0..self.below(max_len + 1))
            .map(|_| ['a', 'Z', '_', '0', 'é', '\u{1f600}', '\n'][self.below(7)])
            .collect()
    }

    pub(crate) fn hash(&mut self) -> CryptoHash {
        if self.below(8) == 0 {
            CryptoHash::ZERO
        } else {
            CryptoHash(self.array())
        }
    }

    pub(crate) fn account_id(&mut self) -> AccountId {
        let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        let text = match self.below(8) {
            0 => hex(&self.array::<32>()),
            1 => format!("0x{}", hex(&self.array::<20>())),
            2 => format!("0s{}", hex(&self.array::<20>())),
            3 => "system".to_string(),
            4 => "a".repeat(2 + self.below(63)),
            _ => ["alice.near", "bob-1_2.near", "near", "x.y.z.alice.near", "00"][self.below(5)].to_string(),
        };
        text.parse().expect("drawn by the rules")
    }

    pub(crate) fn public_key(&mut self) -> PublicKey {
        match self.below(5) {
            0 => PublicKey::SECP256K1(self.array()),
            1 => PublicKey::MLDSA65(Box::new(self.array())),
            _ => PublicKey::ED25519(self.array()),
        }
    }

    pub(crate) fn public_key_handle(&mut self) -> PublicKeyHandle {
        match self.below(3) {
            0 => PublicKeyHandle::SECP256K1(self.array()),
            1 => PublicKeyHandle::MlDsa65(self.array()),
            _ => PublicKeyHandle::ED25519(self.array()),
        }
    }

    pub(crate) fn signature(&mut self) -> Signature {
        match self.below(5) {
            0 => Signature::SECP256K1(self.array()),
            1 => Signature::MLDSA65(Box::new(self.array())),
            _ => {
                let mut signature: [u8; 64] = self.array();
                signature[63] &= 0b0001_1111;
                Signature::ED25519(signature)
            }
        }
    }

    pub(crate) fn account(&mut self) -> Account {
        let (locked, storage_usage) = (self.u128(), self.u64());
        if self.flip() {
            // The largest amount marks another version.
            let amount = self.u128() >> 1;
            return Account::V1(AccountV1 {
                amount,
                locked,
                code_hash: self.hash(),
                storage_usage,
            });
        }
        let contract = match self.below(4) {
            0 => AccountContract::None,
            1 => AccountContract::Local(self.hash()),
            2 => AccountContract::Global(self.hash()),
            _ => AccountContract::GlobalByAccount(self.account_id()),
        };
        Account::V2(AccountV2 {
            amount: self.u128(),
            locked,
            storage_usage,
            contract,
        })
    }

    pub(crate) fn access_key(&mut self) -> AccessKey {
        let restriction = FunctionCallPermission {
            allowance: self.option(Self::u128),
            receiver_id: self.text(10),
            method_names: self.list(3, |draw| draw.text(8)),
        };
        let gas_key = GasKeyInfo {
            balance: self.u128(),
            num_nonces: self.u16(),
        };
        let permission = match self.below(4) {
            0 => AccessKeyPermission::FunctionCall(restriction),
            1 => AccessKeyPermission::FullAccess,
            2 => AccessKeyPermission::GasKeyFunctionCall(gas_key, restriction),
            _ => AccessKeyPermission::GasKeyFullAccess(gas_key),
        };
        AccessKey {
            nonce: self.u64(),
            permission,
        }
    }

    pub(crate) fn identifier(&mut self) -> GlobalContractIdentifier {
        if self.flip() {
            GlobalContractIdentifier::CodeHash(self.hash())
        } else {
            GlobalContractIdentifier::AccountId(self.account_id())
        }
    }

    pub(crate) fn state_init(&mut self) -> DeterministicAccountStateInit {
        let data = self
            .list(4, |draw| (draw.bytes(6), draw.bytes(20)))
            .into_iter()
            .collect();
        DeterministicAccountStateInit::V1(DeterministicAccountStateInitV1 {
            code: self.identifier(),
            data,
        })
    }

    pub(crate) fn transaction_nonce(&mut self) -> TransactionNonce {
        let nonce = self.u64();
        if self.flip() {
            TransactionNonce::Nonce { nonce }
        } else {
            TransactionNonce::GasKeyNonce {
                nonce,
                nonce_index: self.u16(),
            }
        }
    }

    fn inner_actions(&mut self) -> NonDelegateActions {
        self.list(3, Self::leaf_action)
            .try_into()
            .expect("no delegate actions drawn")
    }

    pub(crate) fn delegate_action(&mut self) -> DelegateAction {
        DelegateAction {
            sender_id: self.account_id(),
            receiver_id: self.account_id(),
            actions: self.inner_actions(),
            nonce: self.u64(),
            max_block_height: self.u64(),
            public_key: self.public_key(),
        }
    }

    pub(crate) fn delegate_action_v2(&mut self) -> VersionedDelegateActionPayload {
        VersionedDelegateActionPayload::V2(DelegateActionV2 {
            sender_id: self.account_id(),
            receiver_id: self.account_id(),
            actions: self.inner_actions(),
            nonce: self.transaction_nonce(),
            max_block_height: self.u64(),
            public_key: self.public_key(),
        })
    }

    pub(crate) fn action(&mut self) -> Action {
        match self.below(10) {
            0 => {
                let (delegate_action, signature) = (self.delegate_action(), self.signature());
                Action::Delegate(Box::new(SignedDelegateAction {
                    delegate_action,
                    signature,
                }))
            }
            1 => {
                let (delegate_action, signature) = (self.delegate_action_v2(), self.signature());
                Action::DelegateV2(Box::new(VersionedSignedDelegateAction {
                    delegate_action,
                    signature,
                }))
            }
            _ => self.leaf_action(),
        }
    }

    fn leaf_action(&mut self) -> Action {
        match self.below(13) {
            0 => Action::CreateAccount(CreateAccountAction {}),
            1 => Action::DeployContract(DeployContractAction { code: self.bytes(40) }),
            2 => Action::FunctionCall(Box::new(FunctionCallAction {
                method_name: self.text(10),
                args: self.bytes(40),
                gas: self.u64(),
                deposit: self.u128(),
            })),
            3 => Action::Transfer(TransferAction { deposit: self.u128() }),
            4 => Action::Stake(Box::new(StakeAction {
                stake: self.u128(),
                public_key: self.public_key(),
            })),
            5 => Action::AddKey(Box::new(AddKeyAction {
                public_key: self.public_key(),
                access_key: self.access_key(),
            })),
            6 => Action::DeleteKey(Box::new(DeleteKeyAction {
                public_key: self.public_key(),
            })),
            7 => Action::DeleteAccount(DeleteAccountAction {
                beneficiary_id: self.account_id(),
            }),
            8 => Action::DeployGlobalContract(DeployGlobalContractAction {
                code: self.bytes(40).into(),
                deploy_mode: if self.flip() {
                    GlobalContractDeployMode::CodeHash
                } else {
                    GlobalContractDeployMode::AccountId
                },
            }),
            9 => Action::UseGlobalContract(Box::new(UseGlobalContractAction {
                contract_identifier: self.identifier(),
            })),
            10 => Action::DeterministicStateInit(Box::new(DeterministicStateInitAction {
                state_init: self.state_init(),
                deposit: self.u128(),
            })),
            11 => Action::TransferToGasKey(Box::new(TransferToGasKeyAction {
                public_key: self.public_key(),
                deposit: self.u128(),
            })),
            _ => Action::WithdrawFromGasKey(Box::new(WithdrawFromGasKeyAction {
                public_key: self.public_key(),
                amount: self.u128(),
            })),
        }
    }

    pub(crate) fn signed_transaction(&mut self) -> SignedTransaction {
        let (signer_id, receiver_id) = (self.account_id(), self.account_id());
        let (public_key, block_hash) = (self.public_key(), self.hash());
        let actions = self.list(4, Self::action);
        let transaction = if self.flip() {
            let nonce = self.u64();
            Transaction::V0(TransactionV0 {
                signer_id,
                public_key,
                nonce,
                receiver_id,
                block_hash,
                actions,
            })
        } else {
            let nonce_mode = if self.flip() {
                NonceMode::Monotonic
            } else {
                NonceMode::Strict
            };
            Transaction::V1(TransactionV1 {
                signer_id,
                public_key,
                nonce: self.transaction_nonce(),
                receiver_id,
                block_hash,
                actions,
                nonce_mode,
            })
        };
        SignedTransaction {
            transaction,
            signature: self.signature(),
        }
    }

    pub(crate) fn data_receipt(&mut self) -> DataReceipt {
        DataReceipt {
            data_id: self.hash(),
            data: self.option(|draw| draw.bytes(40)),
        }
    }

    fn action_receipt(&mut self) -> ActionReceipt {
        ActionReceipt {
            signer_id: self.account_id(),
            signer_public_key: self.public_key(),
            gas_price: self.u128(),
            output_data_receivers: self.list(2, Self::data_receiver),
            input_data_ids: self.list(3, Self::hash),
            actions: self.list(4, Self::action),
        }
    }

    fn action_receipt_v2(&mut self) -> ActionReceiptV2 {
        ActionReceiptV2 {
            signer_id: self.account_id(),
            refund_to: self.option(Self::account_id),
            signer_public_key: self.public_key(),
            gas_price: self.u128(),
            output_data_receivers: self.list(2, Self::data_receiver),
            input_data_ids: self.list(3, Self::hash),
            actions: self.list(4, Self::action),
        }
    }

    fn data_receiver(&mut self) -> DataReceiver {
        DataReceiver {
            data_id: self.hash(),
            receiver_id: self.account_id(),
        }
    }

    fn distribution(&mut self) -> GlobalContractDistributionReceipt {
        let (id, target_shard) = (self.identifier(), self.u64());
        let already_delivered_shards = self.list(3, Self::u64);
        let code = self.bytes(40).into();
        if self.flip() {
            let nonce = self.u64();
            return GlobalContractDistributionReceipt::new(id, target_shard, already_delivered_shards, code, nonce);
        }
        let receipt = GlobalContractDistributionReceiptV1 {
            id,
            target_shard,
            already_delivered_shards,
            code,
        };
        GlobalContractDistributionReceipt::V1(receipt)
    }

    pub(crate) fn receipt(&mut self) -> Receipt {
        let receipt = match self.below(8) {
            0 => ReceiptEnum::Data(self.data_receipt()),
            1 => ReceiptEnum::PromiseYield(self.action_receipt()),
            2 => ReceiptEnum::PromiseResume(self.data_receipt()),
            3 => ReceiptEnum::GlobalContractDistribution(self.distribution()),
            4 => ReceiptEnum::PromiseYieldV2(self.action_receipt_v2()),
            5 => ReceiptEnum::ActionV2(self.action_receipt_v2()),
            _ => ReceiptEnum::Action(self.action_receipt()),
        };
        Receipt {
            predecessor_id: self.account_id(),
            receiver_id: self.account_id(),
            receipt_id: self.hash(),
            receipt,
        }
    }

    pub(crate) fn stored_receipt(&mut self) -> ReceiptOrStateStoredReceipt<'static> {
        let receipt = Cow::Owned(self.receipt());
        let metadata = StateStoredReceiptMetadata {
            congestion_gas: self.u64(),
            congestion_size: self.u64(),
        };
        match self.below(3) {
            0 => ReceiptOrStateStoredReceipt::Receipt(receipt),
            1 => ReceiptOrStateStoredReceipt::StateStoredReceipt(StateStoredReceipt::V0(StateStoredReceiptV0 {
                receipt,
                metadata,
            })),
            _ => ReceiptOrStateStoredReceipt::StateStoredReceipt(StateStoredReceipt::V1(StateStoredReceiptV1 {
                receipt,
                metadata,
            })),
        }
    }

    /// The bytes with one change: a byte, a bit, a length, an end.
    pub(crate) fn mutated(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut bytes = bytes.to_vec();
        if bytes.is_empty() {
            return vec![self.u64() as u8];
        }
        let position = self.below(bytes.len());
        match self.below(7) {
            0 => bytes[position] ^= 1 << self.below(8),
            1 => bytes[position] = self.u64() as u8,
            2 => bytes[position] = [0, 1, 2, 8, 14, 15, 0xff][self.below(7)],
            3 => bytes.truncate(position),
            4 => bytes.push(self.u64() as u8),
            5 => bytes.insert(position, self.u64() as u8),
            _ => {
                bytes.remove(position);
            }
        }
        bytes
    }
}
