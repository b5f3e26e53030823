//! Reads one recorded chunk: the inputs of nearcore's apply and what it computed.

use alloc::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use borsh::BorshDeserialize;
use no_std_near_core::congestion::ExtendedCongestionInfo;
use no_std_near_core::context::{ApplyContext, ChainFacts};
use no_std_near_core::eth_wallet;
use no_std_near_core::params::Params;
use no_std_near_core::types::account_id::AccountId;
use no_std_near_core::types::bandwidth::BandwidthRequests;
use no_std_near_core::types::congestion_info::{CongestionInfo, CongestionInfoV1};
use no_std_near_core::types::hash::CryptoHash;
use no_std_near_core::types::receipt::Receipt;
use no_std_near_core::types::shard_layout::ShardLayout;
use no_std_near_core::types::transaction::SignedTransaction;
use no_std_near_core::types::validator::ValidatorAccountsUpdate;
use no_std_near_core::types::{Balance, ShardId};
use serde_json::Value;

/// A recorded chunk.
pub(crate) struct Fixture {
    pub(crate) json: Value,
    pub(crate) nodes: Vec<Vec<u8>>,
    pub(crate) incoming_receipts: Vec<Receipt>,
    pub(crate) transactions: Vec<SignedTransaction>,
    pub(crate) transaction_is_current: Vec<bool>,
    pub(crate) congestion_info: Vec<(ShardId, ExtendedCongestionInfo)>,
    pub(crate) bandwidth_requests: Vec<(ShardId, BandwidthRequests)>,
    pub(crate) shard_layout: ShardLayout,
    pub(crate) chain: ChainFacts,
    pub(crate) validator_update: Option<ValidatorAccountsUpdate>,
    pub(crate) expected_outgoing_receipts: Vec<Receipt>,
    pub(crate) expected_outcomes: Vec<u8>,
    pub(crate) expected_bandwidth_requests: BandwidthRequests,
}

impl Fixture {
    /// Reads the folder; `None` if it was not recorded at the level of apply.
    pub(crate) fn load(folder: &Path) -> Option<Self> {
        let json: Value = serde_json::from_slice(&fs::read(folder.join("apply.json")).ok()?).unwrap();
        let read = |name: &str| fs::read(folder.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
        let bandwidth_requests: BTreeMap<ShardId, BandwidthRequests> = decode(&read("bandwidth_requests_in.borsh"));
        let flags = json["tx_valid_period"].as_array().unwrap();
        Some(Self {
            nodes: decode_nodes(&read("nodes.borsh")),
            incoming_receipts: decode(&read("receipts.borsh")),
            transactions: decode(&read("transactions.borsh")),
            transaction_is_current: flags.iter().map(|flag| flag.as_bool().unwrap()).collect(),
            congestion_info: congestion_infos(&json["congestion_info_borsh_hex"]),
            bandwidth_requests: bandwidth_requests.into_iter().collect(),
            shard_layout: shard_layout(&json["shard_layout"]),
            chain: chain_facts(&json),
            validator_update: validator_update(&json["validator_accounts_update"]),
            expected_outgoing_receipts: decode(&read("outgoing_receipts.borsh")),
            expected_outcomes: read("outcomes.borsh"),
            expected_bandwidth_requests: decode(&read("bandwidth_requests_out.borsh")),
            json,
        })
    }

    pub(crate) fn protocol_version(&self) -> u64 {
        number(&self.json["protocol_version"])
    }

    pub(crate) fn config_hash(&self) -> &str {
        self.json["config_hash"].as_str().unwrap()
    }

    pub(crate) fn prev_state_root(&self) -> CryptoHash {
        hash(&self.json["prev_state_root"])
    }

    pub(crate) fn context<'a>(&'a self, params: &'a Params) -> ApplyContext<'a> {
        let json = &self.json;
        ApplyContext {
            block_height: number(&json["block_height"]),
            prev_block_hash: hash(&json["prev_block_hash"]),
            block_timestamp: number(&json["block_timestamp"]),
            gas_price: balance(&json["gas_price"]),
            gas_limit: number(&json["gas_limit"]),
            random_value: hash(&json["random_seed"]),
            epoch_id: hash(&json["epoch_id"]),
            epoch_height: number(&json["epoch_height"]),
            shard_id: number(&json["shard_id"]),
            shard_layout: &self.shard_layout,
            congestion_info: &self.congestion_info,
            bandwidth_requests: &self.bandwidth_requests,
            params,
            chain: &self.chain,
        }
    }
}

/// All folders below `root` that hold a recorded apply, sorted.
pub(crate) fn folders(root: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut pending = vec![root.to_path_buf()];
    while let Some(folder) = pending.pop() {
        if folder.join("apply.json").exists() {
            found.push(folder);
        } else if let Ok(entries) = fs::read_dir(&folder) {
            pending.extend(entries.map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()));
        }
    }
    found.sort();
    found
}

pub(crate) fn decode<T: BorshDeserialize>(bytes: &[u8]) -> T {
    borsh::from_slice(bytes).unwrap()
}

/// `PartialState`: one version, a list of byte strings.
fn decode_nodes(bytes: &[u8]) -> Vec<Vec<u8>> {
    let (version, nodes): (u8, Vec<Vec<u8>>) = decode(bytes);
    assert_eq!(version, 0, "PartialState::TrieValues");
    nodes
}

pub(crate) fn hash(value: &Value) -> CryptoHash {
    value.as_str().unwrap().parse().unwrap()
}

pub(crate) fn number(value: &Value) -> u64 {
    value.as_u64().unwrap()
}

/// Balances are strings because JSON numbers lose digits; congestion gas is written as a number.
pub(crate) fn balance(value: &Value) -> Balance {
    match value {
        Value::String(text) => text.parse().unwrap(),
        other => other.to_string().parse().unwrap(),
    }
}

fn account_id(value: &Value) -> AccountId {
    AccountId::new(value.as_str().unwrap()).unwrap()
}

pub(crate) fn congestion_info(value: &Value) -> CongestionInfo {
    let info = &value["V1"];
    CongestionInfo::V1(CongestionInfoV1 {
        delayed_receipts_gas: balance(&info["delayed_receipts_gas"]),
        buffered_receipts_gas: balance(&info["buffered_receipts_gas"]),
        receipt_bytes: number(&info["receipt_bytes"]),
        allowed_shard: u16::try_from(number(&info["allowed_shard"])).unwrap(),
    })
}

fn congestion_infos(value: &Value) -> Vec<(ShardId, ExtendedCongestionInfo)> {
    let mut infos: Vec<_> = value
        .as_object()
        .unwrap()
        .iter()
        .map(|(shard_id, extended)| {
            let info = ExtendedCongestionInfo {
                congestion_info: congestion_info(&extended["info"]),
                missed_chunks_count: number(&extended["missed_chunks_count"]),
            };
            (shard_id.parse::<ShardId>().unwrap(), info)
        })
        .collect();
    infos.sort_by_key(|(shard_id, _)| *shard_id);
    infos
}

fn shard_layout(value: &Value) -> ShardLayout {
    let (version, fields) = value.as_object().unwrap().iter().next().unwrap();
    let boundary_accounts = fields["boundary_accounts"]
        .as_array()
        .unwrap()
        .iter()
        .map(account_id)
        .collect();
    let shard_ids = fields["shard_ids"].as_array().unwrap().iter().map(number).collect();
    let split_map = fields["shards_split_map"].as_object().map(|map| {
        let children = |ids: &Value| ids.as_array().unwrap().iter().map(number).collect();
        map.iter()
            .map(|(parent, ids)| (parent.parse().unwrap(), children(ids)))
            .collect()
    });
    match version.as_str() {
        "V2" => {
            let version = u32::try_from(number(&fields["version"])).unwrap();
            ShardLayout::v2(boundary_accounts, shard_ids, split_map, version).unwrap()
        }
        "V3" => ShardLayout::v3(
            boundary_accounts,
            shard_ids,
            split_map.unwrap(),
            number(&fields["last_split"]),
        )
        .unwrap(),
        other => panic!("shard layout {other}"),
    }
}

fn chain_facts(json: &Value) -> ChainFacts {
    let validators = json["validators"].as_array().unwrap();
    let mut validators: Vec<_> = validators
        .iter()
        .map(|validator| (account_id(&validator["account_id"]), balance(&validator["stake"])))
        .collect();
    validators.sort();
    ChainFacts {
        chain_id: json["chain_id"].as_str().unwrap().to_owned(),
        minimum_stake: balance(&json["minimum_stake"]),
        validators,
        validator_total_stake: balance(&json["validator_total_stake"]),
        eth_wallet_contract_hash: eth_wallet::global_contract_hash(json["chain_id"].as_str().unwrap()),
        eth_wallet_contract_deployed: false,
    }
}

fn validator_update(value: &Value) -> Option<ValidatorAccountsUpdate> {
    let balances = |map: &Value| -> BTreeMap<AccountId, Balance> {
        let entries = map.as_object().unwrap().iter();
        entries
            .map(|(id, amount)| (AccountId::new(id).unwrap(), balance(amount)))
            .collect()
    };
    value.as_object().map(|update| ValidatorAccountsUpdate {
        stake_info: balances(&update["stake_info"]),
        validator_rewards: balances(&update["validator_rewards"]),
        last_proposals: balances(&update["last_proposals"]),
        protocol_treasury_account_id: update["protocol_treasury_account_id"]
            .as_str()
            .map(|id| AccountId::new(id).unwrap()),
    })
}
