//! Chunks that a real nearcore applied, applied again: every output must be equal.
//!
//! A small set lies in `tests/data`, one folder for each thing it shows. `deep_` goes through all recorded chunks below the folder
//! that the environment variable `RECORDED_CHUNKS` names. Chunks that run contracts are counted apart: contracts run above this
//! crate.
#![expect(
    clippy::unwrap_used,
    reason = "a fixture that cannot be read fails the test, which is the point"
)]

extern crate alloc;

#[path = "recorded/compare.rs"]
mod compare;
#[path = "recorded/fixture.rs"]
mod fixture;

use alloc::collections::BTreeMap;
use std::path::Path;

use fixture::Fixture;
use no_std_near_core::apply_chunk::{ApplyError, ChunkContent, apply_chunk};
use no_std_near_core::contract_runner::NoContracts;
use no_std_near_core::crypto::NativeCrypto;
use no_std_near_core::params::{DynamicReshardingConfig, Params, ProtocolVariant, known_set};
use no_std_near_core::resharding::propose_split;
use no_std_near_core::state::StateUpdate;
use no_std_near_core::trie::PartialTrie;

/// What became of one folder.
enum Verdict {
    Equal,
    NeedsContracts,
    OtherVersion,
    Different(String),
}

#[derive(Default)]
struct Counts {
    equal: u32,
    needs_contracts: u32,
    other_version: u32,
    different: Vec<(String, String)>,
}

fn replay(fixture: &Fixture) -> Verdict {
    let Some(params) = params_of(fixture) else {
        return Verdict::OtherVersion;
    };
    if let Some(how) = split_difference(fixture, &params) {
        return Verdict::Different(how);
    }
    let context = fixture.context(&params);
    let content = ChunkContent {
        transactions: &fixture.transactions,
        transaction_is_current: &fixture.transaction_is_current,
        incoming_receipts: &fixture.incoming_receipts,
    };
    let validator_update = fixture.validator_update.as_ref();
    match apply_chunk(&context, validator_update, content, state_of(fixture), &mut NoContracts) {
        Ok(result) => compare::first_difference(fixture, &result).map_or(Verdict::Equal, Verdict::Different),
        Err(ApplyError::NeedsContract { .. }) => Verdict::NeedsContracts,
        Err(error) => Verdict::Different(format!("abort: {error}")),
    }
}

fn state_of(fixture: &Fixture) -> StateUpdate<'_, NativeCrypto> {
    let root = fixture.prev_state_root();
    StateUpdate::new(PartialTrie::from_partial_state::<NativeCrypto>(root, &fixture.nodes))
}

/// The recordings come from a build of nearcore between releases, hence the variant.
fn params_of(fixture: &Fixture) -> Option<Params> {
    if fixture.protocol_version() != 86 {
        return None;
    }
    known_set(fixture.config_hash(), ProtocolVariant::RECORDED).ok()
}

/// Where a split was proposed, ours must be the same. (The thresholds were not recorded, so that where none was proposed nothing
/// can be said.)
fn split_difference(fixture: &Fixture, params: &Params) -> Option<String> {
    let expected = fixture.json["result"]["proposed_split"].as_str().unwrap();
    if expected == "None" {
        return None;
    }
    let config = DynamicReshardingConfig {
        memory_usage_threshold: 0,
        min_child_memory_usage: 0,
        max_number_of_shards: u64::MAX,
        min_epochs_between_resharding: 0,
        force_split_shards: Vec::new(),
        block_split_shards: Vec::new(),
    };
    let found = propose_split(&fixture.context(params), &config, &mut state_of(fixture)).unwrap();
    let found = found.map(|split| {
        let (boundary, left, right) = (split.boundary_account, split.left_memory, split.right_memory);
        format!(
            "Some(TrieSplit {{ boundary_account: AccountId(\"{}\"), left_memory: {left}, right_memory: {right} }})",
            boundary.as_str()
        )
    });
    (found.as_deref() != Some(expected)).then(|| format!("proposed split: expected {expected}, found {found:?}"))
}

/// Replays all folders below `root`, counted by the first folder of their path.
fn replay_all(root: &Path) -> BTreeMap<String, Counts> {
    let mut counts: BTreeMap<String, Counts> = BTreeMap::new();
    for folder in fixture::folders(root) {
        let name = folder.strip_prefix(root).unwrap().display().to_string();
        let archive = name.split('/').next().unwrap_or_default().to_owned();
        let counts = counts.entry(archive).or_default();
        let Some(fixture) = Fixture::load(&folder) else {
            continue;
        };
        match replay(&fixture) {
            Verdict::Equal => counts.equal += 1,
            Verdict::NeedsContracts => counts.needs_contracts += 1,
            Verdict::OtherVersion => counts.other_version += 1,
            Verdict::Different(how) => counts.different.push((name, how)),
        }
    }
    counts
}

fn report(counts: &BTreeMap<String, Counts>) {
    for (archive, counts) in counts {
        let Counts {
            equal,
            needs_contracts,
            other_version,
            different,
        } = counts;
        println!(
            "{archive}: {equal} equal, {} different, {needs_contracts} need contracts, {other_version} of other versions",
            different.len()
        );
        for (name, how) in different.iter().take(5) {
            println!("  {name}: {}", how.chars().take(2000).collect::<String>());
        }
    }
}

#[test]
fn the_checked_in_chunks_are_reproduced() {
    let counts = replay_all(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data"));
    report(&counts);
    let equal = counts.values().map(|counts| counts.equal).sum::<u32>();
    // The chunk of `split_proposed` calls a contract after the split was looked for.
    let needs_contracts: Vec<_> = counts.iter().filter(|(_, counts)| counts.needs_contracts > 0).collect();
    assert!(matches!(needs_contracts.as_slice(), [(name, _)] if *name == "split_proposed"));
    assert_eq!(equal as usize, counts.len() - 1);
}

#[test]
fn a_chunk_cannot_be_applied_without_any_of_its_nodes() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/transfers");
    let mut fixture = Fixture::load(&folder).unwrap();
    let complete = fixture.nodes.clone();
    for index in 0..complete.len() {
        fixture.nodes = complete.clone();
        fixture.nodes.remove(index);
        let Verdict::Different(how) = replay(&fixture) else {
            panic!("node {index} of {} is not needed", complete.len())
        };
        assert!(
            how.starts_with("abort: storage"),
            "an absent node is never an absent key: {how}"
        );
    }
}

#[test]
fn input_that_contradicts_itself_aborts() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/transfers");
    let mut fixture = Fixture::load(&folder).unwrap();
    fixture.transaction_is_current.pop();
    assert!(matches!(replay(&fixture), Verdict::Different(how) if how.contains("validity flags")));
    let mut fixture = Fixture::load(&folder).unwrap();
    fixture.congestion_info.reverse();
    assert!(matches!(replay(&fixture), Verdict::Different(how) if how.contains("ascend")));
}

#[test]
fn deep_every_recorded_chunk_without_contracts_is_reproduced() {
    let Some(root) = std::env::var_os("RECORDED_CHUNKS") else {
        println!("skipped: RECORDED_CHUNKS names no folder of recorded chunks");
        return;
    };
    let counts = replay_all(Path::new(&root));
    report(&counts);
    assert!(
        counts.values().all(|counts| counts.different.is_empty()),
        "some chunks are not reproduced"
    );
}
