//! Recorded chunks, and from their JSON files the facts that a validator would have.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::OnceLock;

use borsh::BorshDeserialize;
use no_std_near_core::crypto::{Crypto, NativeCrypto};

use no_std_near_core::params::{DynamicReshardingConfig, KnownSet, Params, ProtocolVariant, known_set};
use no_std_near_core::types::account_id::AccountId;
use no_std_near_core::types::chunk_extra::ChunkExtra;
use no_std_near_core::types::hash::CryptoHash;
use no_std_near_core::types::shard_layout::ShardLayout;
use no_std_near_core::types::transaction::SignedTransaction;
use no_std_near_core::types::validator::ValidatorAccountsUpdate;
use serde_json::Value;
use state_witness::{
    BlockSet, ChainConstants, ChunkStateWitness, DerivedStatement, EpochFacts, HeaderFacts, MainFacts, WitnessError,
    decode_block_list, derive_statement,
};
use testnet_fixtures::Chunk;

/// All chunks under test.
pub(crate) fn chunks() -> &'static [Chunk] {
    static CHUNKS: OnceLock<Vec<Chunk>> = OnceLock::new();
    CHUNKS.get_or_init(|| match std::env::var_os("RECORDED_CHUNKS") {
        None => testnet_fixtures::chunks().to_vec(),
        Some(root) => {
            let mut chunks = Vec::new();
            read_tree(Path::new(&root), Path::new(""), &mut chunks);
            chunks.sort_by(|left: &Chunk, right| left.id.cmp(&right.id));
            chunks
        }
    })
}

fn read_tree(root: &Path, below: &Path, chunks: &mut Vec<Chunk>) {
    let mut files = BTreeMap::new();
    for entry in std::fs::read_dir(root.join(below)).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        if entry.file_type().unwrap().is_dir() {
            read_tree(root, &below.join(name), chunks);
        } else {
            files.insert(name, std::fs::read(entry.path()).unwrap());
        }
    }
    if files.contains_key("witness.borsh") {
        chunks.push(Chunk {
            id: below.to_str().unwrap().to_owned(),
            files,
        });
    }
}

/// A chunk with everything a validator knows of it.
pub(crate) struct Recorded {
    pub(crate) blocks: BlockSet,
    pub(crate) facts: HeaderFacts,
    /// `None` for versions that are not implemented.
    pub(crate) params: Option<Params>,
    pub(crate) apply: Option<Value>,
}

/// All chunks under test with what a validator knows of them, loaded once.
pub(crate) fn recorded() -> impl Iterator<Item = (&'static Chunk, &'static Recorded)> {
    static RECORDED: OnceLock<Vec<Recorded>> = OnceLock::new();
    let all = RECORDED.get_or_init(|| chunks().iter().map(Recorded::load).collect());
    chunks().iter().zip(all)
}

impl Recorded {
    fn load(chunk: &Chunk) -> Self {
        let json = |name: &str| {
            chunk
                .file(name)
                .map(|bytes| serde_json::from_slice::<Value>(bytes).unwrap())
        };
        let blocks = BlockSet::new::<NativeCrypto>(decode_block_list(chunk.file("blocks.borsh").unwrap()).unwrap());
        let apply = json("apply.json");
        let params = match &apply {
            Some(apply) => known_set(apply["config_hash"].as_str().unwrap(), ProtocolVariant::RECORDED).ok(),
            None => Some(KnownSet::Production.load(ProtocolVariant::RECORDED)),
        };
        let params_hash = params.as_ref().map_or(CryptoHash::ZERO, Params::params_hash);
        let blocks_json = json("blocks.json").unwrap();
        let mut epochs = BTreeMap::new();
        let mut is_next_block_epoch_start = BTreeMap::new();
        for block in blocks_json.as_array().unwrap() {
            let epoch = EpochFacts {
                epoch_height: block["next_block_epoch_height"].as_u64().unwrap(),
                protocol_version: block["next_block_protocol_version"]
                    .as_u64()
                    .unwrap()
                    .try_into()
                    .unwrap(),
                variant: ProtocolVariant::RECORDED,
                params_hash,
                shard_layout: layout(&block["next_block_shard_layout"]),
            };
            epochs.insert(hash(&block["next_block_epoch_id"]), epoch);
            is_next_block_epoch_start.insert(
                hash(&block["block_hash"]),
                block["is_next_block_epoch_start"].as_bool().unwrap(),
            );
        }
        let eth_wallet = no_std_near_core::eth_wallet::global_contract_hash("test");
        let mut recorded = Self {
            blocks: blocks.unwrap(),
            facts: HeaderFacts {
                chain: ChainConstants {
                    chain_id: "test".to_owned(),
                    eth_wallet_contract_hash: eth_wallet,
                    eth_wallet_contract_deployed: false,
                },
                epochs,
                is_next_block_epoch_start,
                main: main_facts(chunk, apply.as_ref()),
                implicit_validator_updates: BTreeMap::new(),
            },
            params,
            apply,
        };
        // The update of a block in which the chunk is missing was not recorded; in most recordings it is empty.
        for (block_hash, block) in recorded.blocks.iter() {
            if recorded.facts.is_next_block_epoch_start.get(&block.header.prev_hash) == Some(&true) {
                let update = ValidatorAccountsUpdate::default();
                recorded.facts.implicit_validator_updates.insert(*block_hash, update);
            }
        }
        recorded
    }

    pub(crate) fn derive(&self, witness: &ChunkStateWitness<'_>) -> Result<DerivedStatement, WitnessError> {
        derive_statement::<NativeCrypto>(&witness.chunk_header, &self.blocks, &self.facts)
    }
}

pub(crate) fn witness(chunk: &Chunk) -> ChunkStateWitness<'_> {
    ChunkStateWitness::decode(chunk.file("witness.borsh").unwrap()).unwrap()
}

fn main_facts(chunk: &Chunk, apply: Option<&Value>) -> MainFacts {
    let Some(apply) = apply else {
        let extra = ChunkExtra::try_from_slice(chunk.file("main_chunk_extra.borsh").unwrap()).unwrap();
        return MainFacts {
            genesis_chunk_extra: Some(extra),
            ..MainFacts::default()
        };
    };
    let transactions: Vec<SignedTransaction> = borsh::from_slice(chunk.file("transactions.borsh").unwrap()).unwrap();
    let flags = apply["tx_valid_period"].as_array().unwrap();
    let base_blocks = transactions.iter().zip(flags);
    let mut validators: Vec<(AccountId, u128)> = apply["validators"]
        .as_array()
        .unwrap()
        .iter()
        .map(|validator| (account(&validator["account_id"]), amount(&validator["stake"])))
        .collect();
    validators.sort();
    let split_check = (apply["result"]["proposed_split"] != "None").then(|| DynamicReshardingConfig {
        memory_usage_threshold: 0,
        min_child_memory_usage: 0,
        max_number_of_shards: u64::MAX,
        ..DynamicReshardingConfig::production_86()
    });
    MainFacts {
        minimum_stake: amount(&apply["minimum_stake"]),
        validators,
        validator_total_stake: amount(&apply["validator_total_stake"]),
        base_blocks: base_blocks
            .map(|(signed, flag)| (*signed.transaction.block_hash(), flag.as_bool().unwrap()))
            .collect(),
        validator_update: validator_update(&apply["validator_accounts_update"]),
        split_check,
        genesis_chunk_extra: None,
    }
}

fn validator_update(json: &Value) -> Option<ValidatorAccountsUpdate> {
    let amounts = |name: &str| {
        let map = json[name].as_object().unwrap();
        map.iter()
            .map(|(id, value)| (AccountId::new(id).unwrap(), amount(value)))
            .collect()
    };
    (!json.is_null()).then(|| ValidatorAccountsUpdate {
        stake_info: amounts("stake_info"),
        validator_rewards: amounts("validator_rewards"),
        last_proposals: amounts("last_proposals"),
        protocol_treasury_account_id: json["protocol_treasury_account_id"]
            .as_str()
            .map(|id| AccountId::new(id).unwrap()),
    })
}

fn account(json: &Value) -> AccountId {
    AccountId::new(json.as_str().unwrap()).unwrap()
}

fn amount(json: &Value) -> u128 {
    json.as_str()
        .map_or_else(|| json.as_u64().unwrap().into(), |text| text.parse().unwrap())
}

pub(crate) fn hash(json: &Value) -> CryptoHash {
    json.as_str().unwrap().parse().unwrap()
}

/// Through nearcore's own type, whose JSON form it is.
pub(crate) fn layout(json: &Value) -> ShardLayout {
    let layout: near_primitives::shard_layout::ShardLayout = serde_json::from_value(json.clone()).unwrap();
    let bytes = borsh::to_vec(&layout).unwrap();
    let own = ShardLayout::try_from_slice(&bytes).unwrap();
    assert_eq!(borsh::to_vec(&own).unwrap(), bytes);
    own
}

pub(crate) fn sha256(bytes: &[u8]) -> CryptoHash {
    NativeCrypto::sha256(bytes)
}
