//! A small world for unit tests: two shards, production parameters, accounts made up on the spot.
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot be set up fails, which is the point"
)]

use alloc::string::ToString;
use alloc::vec;
use alloc::vec::Vec;

use crate::congestion::ExtendedCongestionInfo;
use crate::context::{ApplyContext, ChainFacts};
use crate::contract_runner::{ContractRunner, FunctionCall, FunctionCallOutcome};
use crate::crypto::NativeCrypto;
use crate::error::ApplyError;
use crate::eth_wallet::global_contract_hash;
use crate::params::Params;
use crate::receipts::ChunkInProgress;
use crate::receipts::delayed_queue::DelayedReceipts;
use crate::receipts::outgoing_buffer::ReceiptSink;
use crate::state::StateUpdate;
use crate::state::accessors::{get_account, set_account};
use crate::trie::PartialTrie;
use crate::types::account::{Account, AccountContract};
use crate::types::account_id::AccountId;
use crate::types::action::{Action, FunctionCallAction, TransferAction};
use crate::types::bandwidth::BandwidthRequests;
use crate::types::hash::CryptoHash;
use crate::types::keys::PublicKey;
use crate::types::receipt::{ActionReceipt, Receipt, ReceiptEnum};
use crate::types::shard_layout::ShardLayout;
use crate::types::{Balance, Gas, ShardId};

/// One NEAR in yoctoNEAR.
pub(crate) const NEAR: Balance = 1_000_000_000_000_000_000_000_000;

/// One teragas.
pub(crate) const TGAS: Gas = 1_000_000_000_000;

/// The shard under test: accounts before "mm".
pub(crate) const OWN_SHARD: ShardId = 7;
/// The other shard.
pub(crate) const OTHER_SHARD: ShardId = 3;

pub(crate) type State = StateUpdate<'static, NativeCrypto>;

/// Owns what a context borrows; tests change fields before they take the context.
pub(crate) struct World {
    pub(crate) params: Params,
    pub(crate) layout: ShardLayout,
    pub(crate) congestion: Vec<(ShardId, ExtendedCongestionInfo)>,
    pub(crate) requests: Vec<(ShardId, BandwidthRequests)>,
    pub(crate) chain: ChainFacts,
    pub(crate) gas_limit: Gas,
    pub(crate) block_height: u64,
}

impl World {
    pub(crate) fn new() -> Self {
        let chain_id = "test".to_string();
        Self {
            params: Params::production_86(),
            layout: ShardLayout::v2(vec![id("mm")], vec![OWN_SHARD, OTHER_SHARD], None, 3).unwrap(),
            congestion: vec![(OTHER_SHARD, uncongested()), (OWN_SHARD, uncongested())],
            requests: vec![
                (OTHER_SHARD, BandwidthRequests::empty()),
                (OWN_SHARD, BandwidthRequests::empty()),
            ],
            chain: ChainFacts {
                eth_wallet_contract_hash: global_contract_hash(&chain_id),
                chain_id,
                minimum_stake: 10 * NEAR,
                ..ChainFacts::default()
            },
            gas_limit: 1000 * TGAS,
            block_height: 1000,
        }
    }

    pub(crate) fn context(&self) -> ApplyContext<'_> {
        ApplyContext {
            block_height: self.block_height,
            prev_block_hash: hash(1),
            block_timestamp: 1_700_000_000_000_000_000,
            gas_price: 100_000_000,
            gas_limit: self.gas_limit,
            random_value: hash(2),
            epoch_id: hash(3),
            epoch_height: 5,
            shard_id: OWN_SHARD,
            shard_layout: &self.layout,
            congestion_info: &self.congestion,
            bandwidth_requests: &self.requests,
            params: &self.params,
            chain: &self.chain,
        }
    }
}

/// A chunk in the making on top of `state`, with nothing done yet but the scheduler.
pub(crate) fn start_chunk<'a, R: ContractRunner<NativeCrypto>>(
    context: &'a ApplyContext<'a>,
    mut state: State,
    runner: &'a mut R,
) -> ChunkInProgress<'a, 'static, NativeCrypto, R> {
    let scheduler = crate::apply_chunk::schedule_bandwidth(context, &mut state).unwrap();
    let own = context.congestion_of(OWN_SHARD).unwrap().congestion_info;
    let sink = ReceiptSink::new(context, &state, own, scheduler).unwrap();
    let delayed = DelayedReceipts::load(&state).unwrap();
    ChunkInProgress::new(context, state, runner, sink, delayed)
}

/// A state without anything in it.
pub(crate) fn empty_state() -> State {
    State::new(PartialTrie::from_blobs::<NativeCrypto>(CryptoHash::ZERO, []))
}

/// A state with accounts of 100 NEAR each.
pub(crate) fn state_with(account_ids: &[&str]) -> State {
    let mut state = empty_state();
    for account_id in account_ids {
        let account = Account::new(100 * NEAR, 0, AccountContract::None, 182);
        set_account(&mut state, &id(account_id), &account);
    }
    state.commit();
    state
}

pub(crate) fn balance_of(state: &State, account_id: &str) -> Option<Balance> {
    get_account(state, &id(account_id))
        .unwrap()
        .map(|account| account.amount())
}

pub(crate) fn id(text: &str) -> AccountId {
    AccountId::new(text).unwrap()
}

pub(crate) const fn hash(byte: u8) -> CryptoHash {
    CryptoHash([byte; 32])
}

pub(crate) fn uncongested() -> ExtendedCongestionInfo {
    ExtendedCongestionInfo::default()
}

/// An action receipt bought at the least price there is.
pub(crate) fn receipt_from(predecessor_id: &str, receiver_id: &str, receipt_id: u8, actions: Vec<Action>) -> Receipt {
    Receipt {
        predecessor_id: id(predecessor_id),
        receiver_id: id(receiver_id),
        receipt_id: hash(receipt_id),
        receipt: ReceiptEnum::Action(ActionReceipt {
            signer_id: id("alice"),
            signer_public_key: PublicKey::ZERO_ED25519,
            gas_price: 1_000_000_000,
            output_data_receivers: Vec::new(),
            input_data_ids: Vec::new(),
            actions,
        }),
    }
}

pub(crate) const fn transfer(deposit: Balance) -> Action {
    Action::Transfer(TransferAction { deposit })
}

pub(crate) fn call(gas: Gas, deposit: Balance) -> Action {
    Action::FunctionCall(
        FunctionCallAction {
            method_name: "main".to_string(),
            args: Vec::new(),
            gas,
            deposit,
        }
        .into(),
    )
}

/// A contract runner that answers every call with the same outcome.
pub(crate) struct Scripted(pub(crate) FunctionCallOutcome);

impl ContractRunner<NativeCrypto> for Scripted {
    fn run(
        &mut self,
        _call: &FunctionCall<'_>,
        _context: &ApplyContext<'_>,
        _state: &mut StateUpdate<'_, NativeCrypto>,
    ) -> Result<FunctionCallOutcome, ApplyError> {
        Ok(self.0.clone())
    }
}
