//! From a decoded folder to what a validator knows without the witness: blocks and facts in this workspace's own types.
//!
//! Every value crosses over through its borsh form, never field by field, so that nothing can be dropped on the way. What the
//! recording lacks is filled in here and nowhere else, and named: [`Inputs::assumed`] says what, and why a result may depend on it.

use crate::edge::{EdgeError, cross};
use crate::inventory::Inventory;
use crate::record::{ApplyJson, BlockJson, Record, ValidatorUpdateJson};
use near_primitives::hash::CryptoHash as RecordedHash;
use no_std_near_core::params::{DynamicReshardingConfig, KnownSet, KnownSetError, Params, ProtocolVariant, known_set};
use no_std_near_core::types::Balance;
use no_std_near_core::types::account_id::AccountId;
use no_std_near_core::types::hash::CryptoHash;
use no_std_near_core::types::validator::ValidatorAccountsUpdate;
use state_witness::facts::{ChainConstants, EpochFacts, HeaderFacts, MainFacts};
use std::collections::BTreeMap;

/// SHA-256 of the wallet contract that Ethereum-style accounts get on chains other than mainnet and testnet
/// (`FAq9tQRbwJPTV3PQLn2F7AUD3FW2Fw1V8ZeZuazfeu1v`).
const ETH_WALLET_ELSEWHERE: &str = "FAq9tQRbwJPTV3PQLn2F7AUD3FW2Fw1V8ZeZuazfeu1v";
/// The same on mainnet, deployed there.
const ETH_WALLET_MAINNET: &str = "2zodJZK2e4nnv5AqwCRnenNSmkikXhEd7PPY6BmfTmW4";
/// The same on testnet, deployed there.
const ETH_WALLET_TESTNET: &str = "3PpYvRxBfC5BkZxTw8ZFG3D52w1ZRhvDDWirKoxphMDn";

/// Why a record gives no inputs.
#[derive(Debug, thiserror::Error)]
pub enum InputError {
    /// A value of nearcore's does not decode here.
    #[error(transparent)]
    Edge(#[from] EdgeError),
    /// The protocol version is not the implemented one.
    #[error("{0}")]
    UnsupportedVersion(String),
    /// The files contradict each other or name something unknown.
    #[error("{0}")]
    Inconsistent(String),
}

/// What a validator holds, and what had to be assumed.
#[derive(Clone, Debug)]
pub struct Inputs {
    /// Everything beside the blocks.
    pub facts: HeaderFacts,
    /// Runtime parameters in force.
    pub params: Params,
    /// Inputs that nearcore had and the recording lacks, in words; a result that does not fit them is incomplete, not different.
    pub assumed: Vec<String>,
}

impl Inputs {
    /// Collects the facts of a record; `inventory` may know updates of validator accounts that the record lacks.
    ///
    /// # Errors
    /// [`InputError`].
    pub fn of(record: &Record, inventory: &Inventory, variant: ProtocolVariant) -> Result<Self, InputError> {
        let mut assumed = Vec::new();
        let apply = record.apply.as_ref();
        let is_dump = record.result.is_none();
        if apply.is_none() && is_dump {
            assumed.push(
                "apply.json is not beside the dump: base blocks of all transactions taken as valid, no validators, minimum stake 0"
                    .to_owned(),
            );
        }
        let config_hash = apply
            .map(|apply| apply.config_hash.to_string())
            .or_else(|| inventory.config_of_set(record.id.set()).map(ToString::to_string))
            .unwrap_or_else(|| KnownSet::Production.config_hash().to_owned());
        let params = params(&config_hash, variant)?;
        let params_hash = params.params_hash();
        let mut epochs = BTreeMap::new();
        for block in &record.block_facts {
            epochs.insert(
                hash(&block.next_block_epoch_id.0),
                epoch_facts(block, variant, params_hash)?,
            );
        }
        let facts = HeaderFacts {
            chain: chain_constants(apply.map_or("test", |apply| &apply.chain_id))?,
            epochs,
            is_next_block_epoch_start: record
                .block_facts
                .iter()
                .map(|block| (hash(&block.block_hash), block.is_next_block_epoch_start))
                .collect(),
            main: main_facts(record, apply)?,
            implicit_validator_updates: implicit_updates(record, inventory, &mut assumed)?,
        };
        Ok(Self { facts, params, assumed })
    }
}

/// The same 32 bytes.
pub fn hash(recorded: &RecordedHash) -> CryptoHash {
    CryptoHash(recorded.0)
}

fn params(config_hash: &str, variant: ProtocolVariant) -> Result<Params, InputError> {
    known_set(config_hash, variant).map_err(|error| match error {
        KnownSetError::Params(error) => InputError::UnsupportedVersion(error.to_string()),
        KnownSetError::Unknown => InputError::Inconsistent(format!(
            "apply.json: expected the config_hash of a known parameter set ({}), found {config_hash}",
            KnownSet::ALL.map(KnownSet::config_hash).join(", ")
        )),
    })
}

fn epoch_facts(block: &BlockJson, variant: ProtocolVariant, params_hash: CryptoHash) -> Result<EpochFacts, InputError> {
    Ok(EpochFacts {
        epoch_height: block.next_block_epoch_height,
        protocol_version: block.next_block_protocol_version,
        variant,
        params_hash,
        shard_layout: cross(&block.next_block_shard_layout, "shard layout")?,
    })
}

fn chain_constants(chain_id: &str) -> Result<ChainConstants, InputError> {
    let (wallet, deployed) = match chain_id {
        "mainnet" | "mocknet" => (ETH_WALLET_MAINNET, true),
        "testnet" => (ETH_WALLET_TESTNET, true),
        _ => (ETH_WALLET_ELSEWHERE, false),
    };
    let eth_wallet_contract_hash = wallet
        .parse()
        .map_err(|_| InputError::Inconsistent(format!("{wallet} is not a hash in base58")))?;
    Ok(ChainConstants {
        chain_id: chain_id.to_owned(),
        eth_wallet_contract_hash,
        eth_wallet_contract_deployed: deployed,
    })
}

fn main_facts(record: &Record, apply: Option<&ApplyJson>) -> Result<MainFacts, InputError> {
    let Some(apply) = apply else {
        let genesis_chunk_extra = record
            .main_chunk_extra
            .as_deref()
            .map(|bytes| {
                borsh::from_slice(bytes).map_err(|error| {
                    InputError::Inconsistent(format!(
                        "main_chunk_extra.borsh: expected a ChunkExtra of version 5, found: {error}"
                    ))
                })
            })
            .transpose()?;
        let transactions = record.witness.transactions();
        let base_blocks = transactions
            .iter()
            .map(|signed| (hash(signed.transaction.block_hash()), true))
            .collect();
        return Ok(MainFacts {
            base_blocks,
            genesis_chunk_extra,
            ..MainFacts::default()
        });
    };
    let transactions = record.witness.transactions();
    if transactions.len() != apply.tx_valid_period.len() {
        return Err(InputError::Inconsistent(format!(
            "apply.json: expected one flag in tx_valid_period for each of the {} transactions of the witness, found {}",
            transactions.len(),
            apply.tx_valid_period.len()
        )));
    }
    let flags = transactions.iter().zip(&apply.tx_valid_period);
    let mut validators: Vec<(AccountId, Balance)> = apply
        .validators
        .iter()
        .map(|validator| Ok((cross(&validator.account_id, "validator account")?, validator.stake)))
        .collect::<Result<_, EdgeError>>()?;
    validators.sort();
    Ok(MainFacts {
        minimum_stake: apply.minimum_stake,
        validators,
        validator_total_stake: apply.validator_total_stake,
        base_blocks: flags
            .map(|(signed, flag)| (hash(signed.transaction.block_hash()), *flag))
            .collect(),
        validator_update: apply
            .validator_accounts_update
            .as_ref()
            .map(validator_update)
            .transpose()?,
        split_check: split_check(record, apply)?,
        genesis_chunk_extra: None,
    })
}

/// The thresholds of a split are not recorded. Where nearcore proposed one, the split itself is computed, with thresholds that
/// let it pass, and compared; where it did not, whether it looked cannot be known, and reading the root changes no result.
fn split_check(record: &Record, apply: &ApplyJson) -> Result<Option<DynamicReshardingConfig>, InputError> {
    let Some(bytes) = &record.main_chunk_extra else {
        return Ok(None);
    };
    let extra = Record::decoded_chunk_extra(bytes, "main_chunk_extra.borsh")
        .map_err(|error| InputError::Inconsistent(error.to_string()))?;
    Ok(extra.proposed_split().map(|_| DynamicReshardingConfig {
        max_number_of_shards: u64::MAX,
        force_split_shards: vec![apply.shard_id],
        ..DynamicReshardingConfig::production_86()
    }))
}

fn validator_update(recorded: &ValidatorUpdateJson) -> Result<ValidatorAccountsUpdate, EdgeError> {
    let amounts = |amounts: &BTreeMap<near_primitives::types::AccountId, u128>| {
        amounts
            .iter()
            .map(|(account, amount)| Ok((cross(account, "account id")?, *amount)))
            .collect::<Result<_, EdgeError>>()
    };
    Ok(ValidatorAccountsUpdate {
        stake_info: amounts(&recorded.stake_info)?,
        validator_rewards: amounts(&recorded.validator_rewards)?,
        last_proposals: amounts(&recorded.last_proposals)?,
        protocol_treasury_account_id: recorded
            .protocol_treasury_account_id
            .as_ref()
            .map(|account| cross(account, "account id"))
            .transpose()?,
    })
}

/// Updates at blocks that start an epoch and lack this shard's chunk: recorded where another fork applied a chunk in that very
/// block, otherwise taken as empty.
fn implicit_updates(
    record: &Record,
    inventory: &Inventory,
    assumed: &mut Vec<String>,
) -> Result<BTreeMap<CryptoHash, ValidatorAccountsUpdate>, InputError> {
    let mut updates = BTreeMap::new();
    let main_block = record.result.as_ref().map(|result| result.main_block_hash);
    let shard_id = record.result.as_ref().map(|result| result.main_shard_id);
    for block in record
        .block_facts
        .iter()
        .take_while(|block| Some(block.block_hash) != main_block)
    {
        let starts_epoch = record
            .block(&block.prev_hash)
            .is_some_and(|(_, parent)| parent.is_next_block_epoch_start);
        if !starts_epoch {
            continue;
        }
        let recorded = shard_id.and_then(|shard_id| inventory.validator_updates.get(&(block.block_hash, shard_id)));
        let update = match recorded {
            Some(update) => validator_update(update)?,
            None => {
                assumed.push(format!(
                    "the update of validator accounts at block {} (height {}), which starts an epoch and lacks this shard's chunk, \
                     is not recorded; taken as empty",
                    block.block_hash, block.height
                ));
                ValidatorAccountsUpdate::default()
            }
        };
        updates.insert(hash(&block.block_hash), update);
    }
    Ok(updates)
}
