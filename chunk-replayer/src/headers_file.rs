//! The file that `replay-chunk headers` writes: what a validator holds without the witness.
//!
//! It is the borsh form of [`HeadersFile`], nothing before and nothing after; later it is the input of proof verification. Lists that
//! are keyed ascend by their key. The statement about the chunk is a function of this file: see [`HeadersFile::statement`].
//!
//! | field | type | what |
//! |---|---|---|
//! | `domain` | string | always `near/chunk-headers/v1` |
//! | `id` | string | the chunk's id, for people |
//! | `witnessed_header` | chunk header | the header that claims the result |
//! | `blocks` | list of blocks | from the header's parent back, in nearcore's borsh form |
//! | `chain` | chain id, wallet contract hash, whether it is deployed | constants of the chain |
//! | `epochs` | by epoch id | height, protocol version, variant switches, hash of the parameters, shard layout |
//! | `begins_epoch_after` | by block hash | whether an epoch begins with the next block |
//! | `base_blocks` | by block hash | base blocks of transactions: known, recent and an ancestor? |
//! | `minimum_stake`, `validators`, `validator_total_stake` | yoctoNEAR | epoch facts that contracts and stake actions read |
//! | `validator_update` | optional | stakes to return and rewards to pay in the main transition |
//! | `split_check` | optional | thresholds, if the chunk must look whether its shard should be split |
//! | `genesis_chunk_extra` | optional | result of the shard's genesis chunk, if that is the last chunk |
//! | `implicit_validator_updates` | by block hash | updates where an epoch begins and the chunk is missing |

use borsh::{BorshDeserialize, BorshSerialize};
use no_std_near_core::crypto::NativeCrypto;
use no_std_near_core::params::{DynamicReshardingConfig, ProtocolVariant};
use no_std_near_core::types::Balance;
use no_std_near_core::types::account_id::AccountId;
use no_std_near_core::types::block::Block;
use no_std_near_core::types::chunk_extra::ChunkExtra;
use no_std_near_core::types::chunk_header::ShardChunkHeader;
use no_std_near_core::types::hash::CryptoHash;
use no_std_near_core::types::shard_layout::ShardLayout;
use no_std_near_core::types::validator::ValidatorAccountsUpdate;
use state_witness::error::WitnessError;
use state_witness::facts::{BlockSet, ChainConstants, EpochFacts, HeaderFacts, MainFacts};
use state_witness::statement::{DerivedStatement, derive_statement};
use std::collections::BTreeMap;

/// First field of every file.
pub const DOMAIN: &str = "near/chunk-headers/v1";

/// An epoch as the file has it; see [`EpochFacts`].
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Epoch {
    epoch_height: u64,
    protocol_version: u32,
    variant: ProtocolVariant,
    params_hash: CryptoHash,
    shard_layout: ShardLayout,
}

/// Constants of the chain as the file has them; see [`ChainConstants`].
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Chain {
    chain_id: String,
    eth_wallet_contract_hash: CryptoHash,
    eth_wallet_contract_deployed: bool,
}

/// What a validator holds about one chunk.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct HeadersFile {
    domain: String,
    id: String,
    witnessed_header: ShardChunkHeader,
    blocks: Vec<Block>,
    chain: Chain,
    epochs: BTreeMap<CryptoHash, Epoch>,
    begins_epoch_after: BTreeMap<CryptoHash, bool>,
    base_blocks: BTreeMap<CryptoHash, bool>,
    minimum_stake: Balance,
    validators: Vec<(AccountId, Balance)>,
    validator_total_stake: Balance,
    validator_update: Option<ValidatorAccountsUpdate>,
    split_check: Option<DynamicReshardingConfig>,
    genesis_chunk_extra: Option<ChunkExtra>,
    implicit_validator_updates: BTreeMap<CryptoHash, ValidatorAccountsUpdate>,
}

impl HeadersFile {
    /// Puts a chunk's headers and facts into the file's form.
    pub fn new(id: &str, witnessed_header: ShardChunkHeader, blocks: Vec<Block>, facts: HeaderFacts) -> Self {
        let HeaderFacts {
            chain,
            epochs,
            is_next_block_epoch_start,
            main,
            implicit_validator_updates,
        } = facts;
        let epoch = |epoch: EpochFacts| Epoch {
            epoch_height: epoch.epoch_height,
            protocol_version: epoch.protocol_version,
            variant: epoch.variant,
            params_hash: epoch.params_hash,
            shard_layout: epoch.shard_layout,
        };
        Self {
            domain: DOMAIN.to_owned(),
            id: id.to_owned(),
            witnessed_header,
            blocks,
            chain: Chain {
                chain_id: chain.chain_id,
                eth_wallet_contract_hash: chain.eth_wallet_contract_hash,
                eth_wallet_contract_deployed: chain.eth_wallet_contract_deployed,
            },
            epochs: epochs.into_iter().map(|(id, facts)| (id, epoch(facts))).collect(),
            begins_epoch_after: is_next_block_epoch_start,
            base_blocks: main.base_blocks,
            minimum_stake: main.minimum_stake,
            validators: main.validators,
            validator_total_stake: main.validator_total_stake,
            validator_update: main.validator_update,
            split_check: main.split_check,
            genesis_chunk_extra: main.genesis_chunk_extra,
            implicit_validator_updates,
        }
    }

    /// The file's bytes.
    pub fn encode(&self) -> Vec<u8> {
        no_std_near_core::types::to_bytes(self)
    }

    /// Reads a file.
    ///
    /// # Errors
    /// In words: not borsh of this form, trailing bytes, or another domain.
    pub fn decode(bytes: &[u8]) -> Result<Self, String> {
        let file: Self =
            borsh::from_slice(bytes).map_err(|error| format!("expected a headers file, found: {error}"))?;
        if file.domain == DOMAIN {
            Ok(file)
        } else {
            Err(format!("expected the domain {DOMAIN:?}, found {:?}", file.domain))
        }
    }

    /// The chunk's id.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Number of blocks.
    pub fn block_count(&self) -> usize {
        self.blocks.len()
    }

    /// The public statement about the chunk.
    ///
    /// # Errors
    /// When blocks or facts are missing or contradict each other.
    pub fn statement(&self) -> Result<DerivedStatement, WitnessError> {
        let blocks = BlockSet::new::<NativeCrypto>(self.blocks.iter().cloned())?;
        derive_statement::<NativeCrypto>(&self.witnessed_header, &blocks, &self.facts())
    }

    fn facts(&self) -> HeaderFacts {
        let epoch = |epoch: &Epoch| EpochFacts {
            epoch_height: epoch.epoch_height,
            protocol_version: epoch.protocol_version,
            variant: epoch.variant,
            params_hash: epoch.params_hash,
            shard_layout: epoch.shard_layout.clone(),
        };
        HeaderFacts {
            chain: ChainConstants {
                chain_id: self.chain.chain_id.clone(),
                eth_wallet_contract_hash: self.chain.eth_wallet_contract_hash,
                eth_wallet_contract_deployed: self.chain.eth_wallet_contract_deployed,
            },
            epochs: self.epochs.iter().map(|(id, facts)| (*id, epoch(facts))).collect(),
            is_next_block_epoch_start: self.begins_epoch_after.clone(),
            main: MainFacts {
                minimum_stake: self.minimum_stake,
                validators: self.validators.clone(),
                validator_total_stake: self.validator_total_stake,
                base_blocks: self.base_blocks.clone(),
                validator_update: self.validator_update.clone(),
                split_check: self.split_check.clone(),
                genesis_chunk_extra: self.genesis_chunk_extra.clone(),
            },
            implicit_validator_updates: self.implicit_validator_updates.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::edge;
    use crate::folder::{ChunkFolder, ChunkId};
    use crate::inputs::Inputs;
    use crate::inventory::Inventory;
    use crate::record::Record;
    use no_std_near_core::params::ProtocolVariant;

    fn file_of(id: &str) -> (HeadersFile, HeaderFacts) {
        let chunk = testnet_fixtures::chunk(id).expect("embedded");
        let mut folder = ChunkFolder::new(ChunkId::new(id));
        folder.files = chunk.files.clone();
        let record = Record::read(folder).expect("readable");
        let inputs = Inputs::of(&record, &Inventory::default(), ProtocolVariant::RECORDED).expect("facts");
        let header = edge::witness(&record).expect("a witness").chunk_header;
        let blocks = edge::blocks(&record).expect("blocks");
        (HeadersFile::new(id, header, blocks, inputs.facts.clone()), inputs.facts)
    }

    /// A busy chunk, one on top of genesis, and one behind a split.
    fn examples() -> Vec<String> {
        let behind_a_split = testnet_fixtures::INDEX
            .split("[[chunk]]")
            .find(|entry| entry.contains("witnessed shard is a child"))
            .and_then(|entry| entry.split('"').nth(1))
            .expect("the selection has a split");
        let on_genesis = testnet_fixtures::chunks()
            .iter()
            .find(|chunk| chunk.file("apply.json").is_none() && chunk.id.starts_with("sync."))
            .expect("the selection has a chunk on genesis");
        vec![
            "transfers/180000018-s1".to_owned(),
            on_genesis.id.clone(),
            behind_a_split.to_owned(),
        ]
    }

    #[test]
    fn a_file_gives_the_statement_it_was_made_with() {
        for id in examples() {
            let (file, facts) = file_of(&id);
            let read = HeadersFile::decode(&file.encode()).unwrap_or_else(|error| panic!("{id}: {error}"));
            assert_eq!(read, file, "{id}");
            assert_eq!(read.facts(), facts, "{id}");
            let digest = |file: &HeadersFile| {
                file.statement()
                    .map(|derived| derived.statement.digest::<NativeCrypto>())
            };
            assert_eq!(
                digest(&read).expect("a statement"),
                digest(&file).expect("a statement"),
                "{id}"
            );
        }
    }

    #[test]
    fn a_damaged_file_is_refused() {
        let bytes = file_of("transfers/180000011-s0").0.encode();
        for len in (0..bytes.len()).step_by(97) {
            assert!(HeadersFile::decode(&bytes[..len]).is_err(), "{len} bytes");
        }
        let longer = [bytes.as_slice(), &[0]].concat();
        assert!(HeadersFile::decode(&longer).is_err());
        let mut other = bytes;
        other[4] = b'N';
        assert!(HeadersFile::decode(&other).is_err_and(|error| error.contains("expected the domain")));
    }
}
