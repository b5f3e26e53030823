//! What the sources hold, found in a first pass over names and small files: ids to choose from, epoch facts that chunks share,
//! contract code.

use crate::cli::ChoiceArguments;
use crate::folder::{ChunkFolder, ChunkId};
use crate::record::ValidatorUpdateJson;
use crate::source::{Source, SourceError, Visitor};
use near_primitives::hash::CryptoHash;
use no_std_near_core::crypto::{Crypto, NativeCrypto};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

/// Ids that an error message lists at most.
const MAX_LISTED: usize = 12;

/// Everything known after the first pass.
#[derive(Debug, Default)]
pub struct Inventory {
    /// Chunks of each source, in the source's order.
    pub ids: Vec<Vec<ChunkId>>,
    /// Why a source stopped early, if it did; chunks before that point are usable.
    pub broken: Vec<(usize, SourceError)>,
    /// Updates of validator accounts at the start of an epoch, by block and shard: recordings hold them where the block's own
    /// chunk was applied, and chunks that pass over that block on another fork need them too.
    pub validator_updates: BTreeMap<(CryptoHash, u64), ValidatorUpdateJson>,
    /// Name of the parameter set that each set of chunks uses, for chunks on top of genesis, which do not say.
    pub configs: BTreeMap<String, CryptoHash>,
    /// Contract code by base58 of its SHA-256.
    pub contracts: BTreeMap<String, Vec<u8>>,
}

/// The two fields of `result.json` that say where a recorded update belongs.
#[derive(Deserialize)]
struct MainBlock {
    main_block_hash: CryptoHash,
    main_shard_id: u64,
}

/// The fields of `apply.json` that other chunks may need.
#[derive(Deserialize)]
struct Shared {
    config_hash: CryptoHash,
    validator_accounts_update: Option<ValidatorUpdateJson>,
}

struct FirstPass<'a> {
    inventory: &'a mut Inventory,
    ids: Vec<ChunkId>,
}

impl Visitor for FirstPass<'_> {
    fn wants(&mut self, _id: &ChunkId, name: &str) -> bool {
        matches!(name, "apply.json" | "result.json")
    }

    fn wants_contracts(&self) -> bool {
        true
    }

    fn folder(&mut self, folder: ChunkFolder) {
        // Files that do not parse are reported when the chunk itself is replayed.
        let shared = folder
            .file("apply.json")
            .and_then(|bytes| serde_json::from_slice::<Shared>(bytes).ok());
        let main = folder
            .file("result.json")
            .and_then(|bytes| serde_json::from_slice::<MainBlock>(bytes).ok());
        if let Some(shared) = shared {
            let set = folder.id.set().to_owned();
            self.inventory.configs.entry(set).or_insert(shared.config_hash);
            if let (Some(update), Some(main)) = (shared.validator_accounts_update, main) {
                let key = (main.main_block_hash, main.main_shard_id);
                self.inventory.validator_updates.insert(key, update);
            }
        }
        self.ids.push(folder.id);
    }

    fn contract(&mut self, _stem: &str, code: Vec<u8>) {
        // The hash is computed, so that a file under a wrong name can do no harm.
        let hash = NativeCrypto::sha256(&code);
        self.inventory.contracts.insert(hash.to_string(), code);
    }
}

impl Inventory {
    /// Makes the first pass over all sources.
    pub fn take(sources: &[Source], contracts: &[Source]) -> Self {
        let mut inventory = Self::default();
        for (index, source) in sources.iter().enumerate() {
            let mut pass = FirstPass {
                inventory: &mut inventory,
                ids: Vec::new(),
            };
            let ended = source.visit(&mut pass);
            let ids = pass.ids;
            inventory.ids.push(ids);
            if let Err(error) = ended {
                inventory.broken.push((index, error));
            }
        }
        for source in contracts {
            let mut pass = FirstPass {
                inventory: &mut inventory,
                ids: Vec::new(),
            };
            if let Err(error) = source.visit(&mut pass) {
                inventory.broken.push((sources.len(), error));
            }
        }
        inventory
    }

    /// The chunks that a choice means, by source.
    ///
    /// # Errors
    /// When nothing is meant or nothing matches: a message that names what there is.
    pub fn choose(&self, choice: &ChoiceArguments, sources: &[Source]) -> Result<Vec<BTreeSet<ChunkId>>, String> {
        let by_itself = !sources.is_empty() && sources.iter().all(Source::is_single_chunk);
        let asks_nothing =
            choice.height.is_none() && choice.shard.is_none() && choice.set.is_none() && choice.chunk.is_empty();
        if asks_nothing && !choice.all && !by_itself {
            return Err(format!(
                "nothing chosen: give --height N, --chunk ID, --set PREFIX or --all ({}); see --help for examples",
                self.describe_heights(&|_| true)
            ));
        }
        let chosen: Vec<BTreeSet<ChunkId>> = self
            .ids
            .iter()
            .map(|ids| ids.iter().filter(|id| matches(choice, id)).cloned().collect())
            .collect();
        if chosen.iter().all(BTreeSet::is_empty) && self.broken.is_empty() {
            return Err(self.why_nothing(choice, sources));
        }
        Ok(chosen)
    }

    /// The parameter set that other chunks of a set name.
    pub fn config_of_set(&self, set: &str) -> Option<&CryptoHash> {
        self.configs.get(set)
    }

    fn all(&self) -> impl Iterator<Item = &ChunkId> {
        self.ids.iter().flatten()
    }

    /// Explains an empty choice by relaxing one wish after the other.
    fn why_nothing(&self, choice: &ChoiceArguments, sources: &[Source]) -> String {
        let place: Vec<String> = sources.iter().map(Source::describe).collect();
        let place = place.join(", ");
        if self.all().next().is_none() {
            return format!("no chunk folder in {place}: expected folders with a file witness.borsh");
        }
        if let Some(wanted) = choice
            .chunk
            .iter()
            .find(|wanted| !self.all().any(|id| id.is_called(wanted)))
        {
            return format!("no chunk {wanted} in {place}; {}", self.similar(wanted));
        }
        if let Some(set) = choice
            .set
            .as_deref()
            .filter(|set| !self.all().any(|id| id.as_str().starts_with(set)))
        {
            let sets: BTreeSet<&str> = self.all().map(ChunkId::set).collect();
            return format!(
                "no chunk of {place} has an id that starts with {set}; sets: {}",
                list(sets.into_iter())
            );
        }
        let set = choice.set.as_deref().unwrap_or_default();
        let in_set = |id: &ChunkId| id.as_str().starts_with(set);
        if let Some(height) = choice.height {
            let shards: BTreeSet<u64> = self
                .all()
                .filter(|id| in_set(id))
                .filter_map(ChunkId::height_and_shard)
                .filter(|(found, _)| *found == height)
                .map(|(_, shard)| shard)
                .collect();
            if let (false, Some(shard)) = (shards.is_empty(), choice.shard) {
                let shards = list(shards.iter().map(u64::to_string));
                return format!(
                    "no chunk of shard {shard} at height {height} in {place}; shards at that height: {shards}"
                );
            }
            return format!(
                "no chunk at height {height} in {place}; {}",
                self.describe_heights(&in_set)
            );
        }
        format!(
            "no chunk of {place} fits all the wishes together; {}",
            self.describe_heights(&in_set)
        )
    }

    /// The heights there are, as ranges.
    fn describe_heights(&self, counts: &dyn Fn(&ChunkId) -> bool) -> String {
        let heights: BTreeSet<u64> = self
            .all()
            .filter(|id| counts(id))
            .filter_map(ChunkId::height_and_shard)
            .map(|(height, _)| height)
            .collect();
        let mut ranges: Vec<(u64, u64)> = Vec::new();
        for height in heights {
            match ranges.last_mut() {
                Some((_, last)) if *last + 1 == height => *last = height,
                _ => ranges.push((height, height)),
            }
        }
        // The widest ranges say most; they are listed in ascending order.
        ranges.sort_by_key(|(first, last)| (core::cmp::Reverse(last - first), *first));
        let more = ranges.len() > MAX_LISTED;
        ranges.truncate(MAX_LISTED);
        ranges.sort_unstable();
        let words = ranges.iter().map(|(first, last)| {
            if first == last {
                first.to_string()
            } else {
                format!("{first}–{last}")
            }
        });
        let words: Vec<String> = words.collect();
        format!(
            "heights available: {}{}",
            words.join(", "),
            if more { ", …" } else { "" }
        )
    }

    /// Ids that share the set or the last part with a wrong one.
    fn similar(&self, wanted: &str) -> String {
        let (set, name) = wanted.trim_matches('/').rsplit_once('/').unwrap_or(("", wanted));
        let same_name = self.all().filter(|id| id.is_called(name)).map(ChunkId::as_str);
        let same_set = self
            .all()
            .filter(|id| !set.is_empty() && id.set().ends_with(set))
            .map(ChunkId::as_str);
        let similar: Vec<&str> = same_name.chain(same_set).collect();
        if similar.is_empty() {
            let sets: BTreeSet<&str> = self.all().map(ChunkId::set).collect();
            format!("sets: {}", list(sets.into_iter()))
        } else {
            format!("similar: {}", list(similar.into_iter()))
        }
    }
}

/// True when every wish fits; several `--chunk` are alternatives.
fn matches(choice: &ChoiceArguments, id: &ChunkId) -> bool {
    let position = id.height_and_shard();
    let named = choice.chunk.is_empty() || choice.chunk.iter().any(|wanted| id.is_called(wanted));
    named
        && choice
            .height
            .is_none_or(|height| position.is_some_and(|(found, _)| found == height))
        && choice
            .shard
            .is_none_or(|shard| position.is_some_and(|(_, found)| found == shard))
        && choice.set.as_deref().is_none_or(|set| id.as_str().starts_with(set))
}

/// The first few of many words.
fn list<T: AsRef<str>>(words: impl Iterator<Item = T>) -> String {
    let mut words: Vec<T> = words.collect();
    let more = words.len() > MAX_LISTED;
    words.truncate(MAX_LISTED);
    let mut text = words.iter().map(AsRef::as_ref).collect::<Vec<_>>().join(", ");
    if more {
        text.push_str(", …");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inventory() -> Inventory {
        let ids = [
            "transfers/10-s0",
            "transfers/10-s1",
            "transfers/11-s0",
            "suite/a.b/40-s6-CtDQRJK6",
        ];
        Inventory {
            ids: vec![ids.iter().map(|id| ChunkId::new(id)).collect()],
            ..Inventory::default()
        }
    }

    fn choose(choice: &ChoiceArguments) -> Result<usize, String> {
        inventory()
            .choose(choice, &[Source::Embedded])
            .map(|chosen| chosen.iter().map(BTreeSet::len).sum())
    }

    #[test]
    fn every_match_is_chosen() {
        assert_eq!(
            choose(&ChoiceArguments {
                height: Some(10),
                ..Default::default()
            }),
            Ok(2)
        );
        assert_eq!(
            choose(&ChoiceArguments {
                height: Some(10),
                shard: Some(1),
                ..Default::default()
            }),
            Ok(1)
        );
        assert_eq!(
            choose(&ChoiceArguments {
                set: Some("transfers".into()),
                ..Default::default()
            }),
            Ok(3)
        );
        assert_eq!(
            choose(&ChoiceArguments {
                chunk: vec!["40-s6-CtDQRJK6".into()],
                ..Default::default()
            }),
            Ok(1)
        );
        assert_eq!(
            choose(&ChoiceArguments {
                all: true,
                ..Default::default()
            }),
            Ok(4)
        );
    }

    #[test]
    fn a_wrong_wish_is_answered_with_what_there_is() {
        let height = choose(&ChoiceArguments {
            height: Some(12),
            ..Default::default()
        });
        assert!(height.is_err_and(|text| text.contains("no chunk at height 12") && text.contains("10–11, 40")));
        let shard = choose(&ChoiceArguments {
            height: Some(10),
            shard: Some(7),
            ..Default::default()
        });
        assert!(shard.is_err_and(|text| text.contains("shards at that height: 0, 1")));
        let chunk = choose(&ChoiceArguments {
            chunk: vec!["transfers/12-s0".into()],
            ..Default::default()
        });
        assert!(chunk.is_err_and(|text| text.contains("similar: transfers/10-s0")));
        let set = choose(&ChoiceArguments {
            set: Some("wnear".into()),
            ..Default::default()
        });
        assert!(set.is_err_and(|text| text.contains("sets: suite/a.b, transfers")));
        let nothing = choose(&ChoiceArguments::default());
        assert!(nothing.is_err_and(|text| text.contains("nothing chosen")));
    }
}
