//! Chunks that a real nearcore applied, applied again: every output must be equal.
//!
//! A small set is checked in under `tests/data`. With `RECORDED_CHUNKS` naming a folder, or the archives of `../shared/fixtures`
//! unpacked, `deep_` goes through all of them. Chunks that run contracts are counted apart: contracts run above this crate.
#![expect(
    clippy::unwrap_used,
    reason = "a fixture that cannot be read fails the test, which is the point"
)]

#[path = "recorded/compare.rs"]
mod compare;
#[path = "recorded/fixture.rs"]
mod fixture;

use std::collections::BTreeMap;
use std::path::Path;

use fixture::Fixture;
use no_std_near_core::apply_chunk::{ApplyError, ChunkContent, apply_chunk};
use no_std_near_core::contract_runner::NoContracts;
use no_std_near_core::crypto::NativeCrypto;
use no_std_near_core::params::{Params, ProtocolVariant, known_set};
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
    let context = fixture.context(&params);
    let trie = PartialTrie::from_partial_state::<NativeCrypto>(fixture.prev_state_root(), &fixture.nodes);
    let content = ChunkContent {
        transactions: &fixture.transactions,
        transaction_is_current: &fixture.transaction_is_current,
        incoming_receipts: &fixture.incoming_receipts,
    };
    let state = StateUpdate::<NativeCrypto>::new(trie);
    match apply_chunk(
        &context,
        fixture.validator_update.as_ref(),
        content,
        state,
        &mut NoContracts,
    ) {
        Ok(result) => compare::first_difference(fixture, &result).map_or(Verdict::Equal, Verdict::Different),
        Err(ApplyError::NeedsContract { .. }) => Verdict::NeedsContracts,
        Err(error) => Verdict::Different(format!("abort: {error}")),
    }
}

/// The recordings come from a build of nearcore between releases, hence the variant.
fn params_of(fixture: &Fixture) -> Option<Params> {
    if fixture.protocol_version() != 86 {
        return None;
    }
    known_set(fixture.config_hash(), ProtocolVariant::RECORDED).ok()
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
